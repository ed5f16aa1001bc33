"""CRONUS and its Sales organization with everything the special rules look at, and the standard mappings as rules."""

from __future__ import annotations

import uuid
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

from integration.defaults import STANDARD
from integration.defaults.shape import MappingDefault
from integration.mappings.build_rule import reference_for
from integration.sync.rules import Context, Direction, FieldRule, TableRule
from integration.systems.filters import parse
from integration.systems.memory import MemorySystem
from integration.systems.values import Ref, Row, Side, Table, Value, option_id
from tests.makers import account, customer
from tests.sync.entity_rules import tables
from tests.sync.world import TO_CRM, TO_ERP, MemoryJournal, World

ERP = {table.name: table for table in tables.erp_tables()}
CRM = {table.name: table for table in tables.crm_tables()}
MAPPED = [default for default in STANDARD if default.erp_table in ERP and default.crm_table in CRM]
PAIRS = [(default.erp_table, default.crm_table) for default in MAPPED]
DRAFT, COMPANY, PERSON = 2, 0, 1


@cache
def standard(name: str) -> TableRule:
    """A standard mapping over these tables, with the pairs of fields that both of them have."""
    default = next(default for default in MAPPED if default.name == name)
    erp, crm = ERP[default.erp_table], CRM[default.crm_table]
    return TableRule(
        name,
        erp,
        crm,
        default.direction,
        tuple(_fields(default, erp, crm)),
        only_coupled=default.only_coupled,
        erp_filter=parse(default.erp_filter, erp),
        crm_filter=parse(default.crm_filter, crm),
        conflict=default.conflict,
        deletion=default.deletion,
    )


def _fields(default: MappingDefault, erp: Table, crm: Table) -> list[FieldRule]:
    rules = []
    for field in default.fields:
        ours, theirs = erp.fields.get(field.erp_field), crm.fields.get(field.crm_field)
        if not field.enabled or bool(field.erp_field) != bool(ours) or bool(field.crm_field) != bool(theirs):
            continue
        reference = reference_for(ours, theirs, crm.name, PAIRS) if ours and theirs else None
        rules.append(
            FieldRule(
                field.direction, field.erp_field, field.crm_field, field.constant,
                not_null=field.not_null, clear_on_failed=field.clear_on_failed, reference=reference,
            )
        )  # fmt: skip
    return rules


def changed(name: str, **more: Any) -> TableRule:
    """A standard mapping that somebody changed; filters are given as text, ``without`` names columns of Sales whose
    pairs are switched off."""
    rule, without = standard(name), more.pop("without", ())
    for side, table in (("erp_filter", rule.erp), ("crm_filter", rule.crm)):
        if side in more:
            more[side] = parse(more[side], table)
    return replace(rule, fields=tuple(field for field in rule.fields if field.crm_field not in without), **more)


class SalesTwin(MemorySystem):
    """Sales makes the base unit of a new unit group by itself."""

    def _insert(self, table: str, row: Row, by: uuid.UUID, *, of_document: bool = False) -> str:
        version = super()._insert(table, row, by, of_document=of_document)
        if table == "uomschedule" and row.values.get("baseuomname"):
            values: dict[str, Value] = {"name": row.values["baseuomname"], "quantity": Decimal(1)}
            super()._insert("uom", Row(uuid.uuid4(), {**values, "uomscheduleid": Ref(table, row.id)}), by)
        return version


class Cronus(World):
    """A company in pounds. Jim Olive sells; pieces are a coupled unit with its group ``NAV PCS``."""

    def __init__(self) -> None:
        self.erp = MemorySystem(Side.ERP, tables.erp_tables())
        self.crm = SalesTwin(Side.CRM, tables.crm_tables())
        self.ledgers, self.cursors, self.journal = {}, {}, MemoryJournal()
        self._behave()
        self.context = Context(
            local_currency="GBP",
            company="CRONUS",
            organization_id=self.crm.check().organization_id,
            user_id=self.crm.check().user_id,
            filters={(d.erp_table, d.crm_table): [(d.erp_filter, d.crm_filter)] for d in MAPPED},
        )
        for column, options in tables.OPTION_COLUMNS.items():
            name = f"account.{column}"
            for option in options:
                self.crm.add(name, id=option_id(name, option.value), value=option.value, label=option.label)
        self.gbp = self.crm.add(
            "transactioncurrency", isocurrencycode="GBP", currencyname="Pound", exchangerate=Decimal(1)
        )
        base = Ref("transactioncurrency", self.gbp)
        self.organization = self.crm.add("organization", basecurrencyid=base, currencydecimalprecision=2)
        self.jim, self.jim_user = self.salesperson("JO", "Jim Olive")
        self.pieces = self.erp.add("unit_of_measure", code="PCS", description="Piece")
        self.pieces_group = self.crm.add("uomschedule", name="NAV PCS", baseuomname="PCS")
        self.couple(standard("UNIT OF MEASURE"), self.pieces, self.pieces_group)
        self.run(TO_CRM, standard("UNIT OF MEASURE"))

    def _behave(self) -> None:
        """What both products do by themselves: numbers, states of new rows."""
        self.erp.numbers = {"customer": "C", "vendor": "V", "contact": "CT", "item": "I", "resource": "R"}
        self.crm.unique = {"transactioncurrency": [("isocurrencycode",)], "product": [("productnumber",)]}
        states = {"account": ("name", 0), "contact": ("lastname", 0), "opportunity": ("name", 0)}
        for table, (column, state) in {**states, "uomschedule": ("baseuomname", 0), "pricelevel": ("name", 0)}.items():
            self.crm.plug_ins[table] = lambda values, column=column, state=state: (
                {"statecode": state, **values} if column in values else values
            )
        self.crm.plug_ins["product"] = lambda values: (
            {"statecode": DRAFT, "statuscode": 0, **values} if "producttypecode" in values else values
        )
        for table, column in (("customer", "name"), ("vendor", "name")):
            self.erp.plug_ins[table] = lambda values, column=column: (
                {"blocked": 0, **values} if column in values else values
            )

    # --- rows ---------------------------------------------------------------------------------------------

    def salesperson(self, code: str, name: str) -> tuple[uuid.UUID, uuid.UUID]:
        """A coupled salesperson and user."""
        erp_id = self.erp.add("salesperson", code=code, name=name)
        crm_id = self.crm.add("systemuser", fullname=name, isdisabled=False, islicensed=True, isintegrationuser=False)
        self.couple(standard("SALESPEOPLE"), erp_id, crm_id)
        return erp_id, crm_id

    def customer(self, name: str, number: str, **values: Any) -> uuid.UUID:
        """A customer of Jim Olive with its company contact."""
        made = customer(name, no=number, salesperson_code=Ref("salesperson", self.jim), **values)
        return self._firm("customer", name, number, 1, made)

    def vendor(self, name: str, number: str, **values: Any) -> uuid.UUID:
        return self._firm("vendor", name, number, 2, customer(name, no=number, **values))

    def _firm(self, table: str, name: str, number: str, link: int, values: dict[str, Value]) -> uuid.UUID:
        id = self.erp.add(table, **values)
        company = self.erp.add("contact", type=COMPANY, name=name)
        self.erp.add("contact_business_relation", contact_no=Ref("contact", company), link_to_table=link, no=number)
        return id

    def company_of(self, firm_id: uuid.UUID, table: str = "customer") -> uuid.UUID:
        """The company contact of a customer or vendor."""
        number, link = self.erp.values(table, firm_id)["no"], 1 if table == "customer" else 2
        relations = [
            self.erp.values("contact_business_relation", id) for id in self.erp.ids("contact_business_relation")
        ]
        return next(r["contact_no"].id for r in relations if (r["no"], r["link_to_table"]) == (number, link))

    def person(self, firm_id: uuid.UUID | None, name: str, table: str = "customer", **values: Any) -> uuid.UUID:
        """A person who works for a customer or vendor, or for nobody."""
        first, last = name.split()
        company = Ref("contact", self.company_of(firm_id, table)) if firm_id else None
        made = {"type": PERSON, "name": name, "first_name": first, "surname": last, "company_no": company}
        return self.erp.add("contact", **{**made, **values})

    def account(self, name: str, **values: Any) -> uuid.UUID:
        return self.crm.add("account", **account(name, **{"ownerid": Ref("systemuser", self.jim_user), **values}))

    def currency(self, code: str, rate: str, **values: Any) -> uuid.UUID:
        """A currency; ``rate`` is in units of it for one pound."""
        made = {"code": code, "iso_code": code, "description": code, "exchange_rate": Decimal(rate)}
        return self.erp.add("currency", **{**made, **values})

    def item(self, number: str, description: str, price: str = "10", **values: Any) -> uuid.UUID:
        made = self._sold(number, price) | {"description": description}
        return self.erp.add("item", **{**made, **values})

    def resource(self, number: str, name: str, price: str = "10", **values: Any) -> uuid.UUID:
        return self.erp.add("resource", **{**self._sold(number, price), "name": name, **values})

    def _sold(self, number: str, price: str) -> dict[str, Value]:
        made: dict[str, Value] = {"no": number, "unit_price": Decimal(price), "unit_cost": Decimal(price)}
        return {**made, "blocked": False, "base_unit_of_measure": Ref("unit_of_measure", self.pieces)}

    def price_group(self, code: str) -> uuid.UUID:
        return self.erp.add("customer_price_group", code=code, description=f"{code} customers")

    def price(self, group: uuid.UUID, item: uuid.UUID, amount: str, **values: Any) -> uuid.UUID:
        made = {"sales_type": 1, "sales_code": Ref("customer_price_group", group), "item_no": Ref("item", item)}
        return self.erp.add("sales_price", **{**made, "unit_price": Decimal(amount), **values})

    # --- runs ---------------------------------------------------------------------------------------------

    def make(self, name: str, *ids: uuid.UUID, direction: Direction = TO_CRM) -> list[uuid.UUID]:
        """Create and couple these rows, with all echoes behind it; the ids on the other side."""
        counters = self.ids(direction, *ids, rule=standard(name), create=True)
        assert counters.inserted == len(ids), self.journal.failures
        for one in standard(name).direction.passes:
            self.run(one, standard(name))
        ledger = self.ledger(standard(name))
        side = direction.source
        return [ledger.pairs(side, [id])[id].id(side.other) for id in ids]

    def twin(self, name: str, erp_id: uuid.UUID) -> dict[str, Value]:
        """The row of Sales coupled with this one."""
        rule = standard(name)
        return self.crm.values(rule.crm.name, self.ledger(rule).rows[erp_id].crm_id)

    def erp_twin(self, name: str, crm_id: uuid.UUID) -> dict[str, Value]:
        """The row of Business Central coupled with this one."""
        rule = standard(name)
        return self.erp.values(rule.erp.name, self.ledger(rule).pairs(Side.CRM, [crm_id])[crm_id].erp_id)

    def is_coupled(self, name: str, erp_id: uuid.UUID) -> bool:
        pair = self.ledger(standard(name)).rows.get(erp_id)
        return pair is not None and pair.state == "coupled"

    def all(self, table: str) -> list[dict[str, Value]]:
        """Every row of a table of Sales."""
        return [self.crm.values(table, id) for id in self.crm.ids(table)]

    def messages(self) -> str:
        """What the last run said about its failures."""
        return "\n".join(failure.message for failure in self.journal.failures)

    def reasons(self) -> list[str]:
        """Why the last run left rows out."""
        return [failure.message for failure in self.journal.left_out]


__all__ = ["TO_CRM", "TO_ERP", "Cronus", "changed", "standard"]
