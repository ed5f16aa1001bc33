"""What goes with a row, what keeps it there, and what merely forgets it: one table for every lookup that matters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from integration.sandbox.dataverse.seed.base import assign
from integration.sandbox.dataverse.store.model import load_model
from tests.sandbox.dataverse.writer import Trade, Writer, refused

GOES, KEEPS, FORGETS = "goes", "keeps", "forgets"
LINES = {
    "opportunityproduct": "opportunity",
    "quotedetail": "quote",
    "salesorderdetail": "salesorder",
    "invoicedetail": "invoice",
}
DOCUMENTS = ("opportunity", "quote", "salesorder", "invoice")


@dataclass(frozen=True)
class Case:
    """A row of ``holder`` whose ``lookup`` leads to a row of ``target``, and what happens when that is deleted."""

    holder: str
    lookup: str
    target: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.holder}.{self.lookup}"


CASES = [
    Case("contact", "parentcustomerid_account", "account", GOES),
    Case("contact", "parentcustomerid_contact", "contact", GOES),
    Case("annotation", "objectid_account", "account", GOES),
    Case("annotation", "objectid_salesorder", "salesorder", GOES),
    Case("opportunity", "customerid_account", "account", GOES),
    Case("opportunity", "customerid_contact", "contact", GOES),
    Case("quote", "customerid_account", "account", GOES),
    Case("quote", "customerid_contact", "contact", GOES),
    Case("salesorder", "customerid_account", "account", KEEPS),
    Case("salesorder", "customerid_contact", "contact", KEEPS),
    Case("invoice", "customerid_account", "account", KEEPS),
    Case("invoice", "customerid_contact", "contact", KEEPS),
    Case("account", "parentaccountid", "account", FORGETS),
    Case("account", "primarycontactid", "contact", FORGETS),
    Case("account", "defaultpricelevelid", "pricelevel", FORGETS),
    Case("contact", "defaultpricelevelid", "pricelevel", FORGETS),
    Case("account", "transactioncurrencyid", "transactioncurrency", KEEPS),
    Case("account", "ownerid", "systemuser", KEEPS),
    Case("account", "preferredsystemuserid", "systemuser", KEEPS),
    Case("team", "businessunitid", "businessunit", KEEPS),
    Case("uom", "uomscheduleid", "uomschedule", GOES),
    Case("uom", "baseuom", "uom", KEEPS),
    Case("product", "defaultuomid", "uom", KEEPS),
    Case("product", "defaultuomscheduleid", "uomschedule", KEEPS),
    Case("product", "parentproductid", "product", KEEPS),
    Case("product", "pricelevelid", "pricelevel", FORGETS),
    Case("productpricelevel", "pricelevelid", "pricelevel", GOES),
    Case("productpricelevel", "productid", "product", GOES),
    Case("productpricelevel", "uomid", "uom", KEEPS),
    *(Case(name, "pricelevelid", "pricelevel", KEEPS) for name in DOCUMENTS),
    *(Case(line, f"{name}id", name, GOES) for line, name in LINES.items()),
    *(Case(line, "productid", "product", KEEPS) for line in LINES),
    *(Case(line, "uomid", "uom", KEEPS) for line in LINES),
    Case("quote", "opportunityid", "opportunity", FORGETS),
    Case("salesorder", "opportunityid", "opportunity", FORGETS),
    Case("salesorder", "quoteid", "quote", FORGETS),
    Case("invoice", "salesorderid", "salesorder", FORGETS),
    Case("invoice", "opportunityid", "opportunity", FORGETS),
]


class Pair:
    """Makes the row that is deleted and the one that leads to it."""

    def __init__(self, trade: Trade) -> None:
        self.trade, self.writer = trade, trade.writer

    def target(self, case: Case) -> str:
        make: dict[str, Callable[[], str]] = {
            "account": self.trade.account,
            "contact": lambda: self.writer.create("contact", lastname="Hill"),
            "uomschedule": lambda: self.trade.group()[0],
            "uom": self._unit,
            "product": self._product,
            "pricelevel": self.trade.price_list,
            "transactioncurrency": self.trade.currency,
            "systemuser": self._owner,
            "businessunit": self._disabled_unit,
        }
        return make.get(case.target, lambda: self.writer.create(case.target, name="Bicycles"))()

    def holder(self, case: Case, row: str) -> str:
        body: dict[str, object] = {case.lookup: row}
        if case.holder in LINES:
            body.setdefault(f"{LINES[case.holder]}id", self.writer.create(LINES[case.holder], name="Bicycles"))
            self._sold(case, row, body)
        elif case.holder == "productpricelevel":
            body.setdefault("pricelevelid", self.trade.price_list())
            self._sold(case, row, body)
        elif case.holder == "product":
            return self._product_with(case, row)
        elif case.holder == "uom":
            group = row if case.target == "uomschedule" else self._group_of(row)
            body = {**body, "name": "GROSS", "quantity": 144, "uomscheduleid": group}
        else:
            body["lastname" if case.holder == "contact" else "name"] = "Adatum"
            if case.holder == "annotation":
                body = {case.lookup: row, "notetext": "Call back"}
        return self.writer.create(case.holder, **body)

    def _sold(self, case: Case, row: str, body: dict[str, object]) -> None:
        """A product with a unit, or the row itself where that is the one that goes."""
        if case.target == "product":
            unit = self.writer.value("SELECT defaultuomid FROM product WHERE productid = ?", row)
            body.update(productid=row, uomid=unit)
        elif case.target == "uom":
            made = self.writer.create(
                "product", name="Bell", productnumber="BELL", quantitydecimal=2, defaultuomid=row,
                defaultuomscheduleid=self._group_of(row),
            )  # fmt: skip
            self.writer.change("product", made, statecode=0)
            base = self.writer.value("SELECT baseuom FROM uom WHERE uomid = ?", row)
            self.writer.change("product", made, statecode=3)
            self.writer.change("product", made, defaultuomid=base)
            self.writer.change("product", made, statecode=0)
            body.update(productid=made, uomid=row)
        elif case.holder != "productpricelevel":
            body.update(productdescription="Bell", priceperunit=1)
        else:
            product, unit = self.trade.product()
            body.update(productid=product, uomid=unit)

    def _product_with(self, case: Case, row: str) -> str:
        group, unit = self.trade.group()
        body: dict[str, object] = {"defaultuomscheduleid": group, "defaultuomid": unit}
        if case.target == "uom":
            body = {"defaultuomscheduleid": self._group_of(row), "defaultuomid": row}
        elif case.target == "uomschedule":
            base = self.writer.value("SELECT uomid FROM uom WHERE uomscheduleid = ?", row)
            body = {"defaultuomscheduleid": row, "defaultuomid": base}
        else:
            body[case.lookup] = row
        return self.writer.create("product", name="Bell", productnumber="BELL", **body)

    def _unit(self) -> str:
        group, _ = self.trade.group()
        return self.writer.create("uom", name="DOZEN", quantity=12, uomscheduleid=group)

    def _group_of(self, unit: str) -> str:
        return str(self.writer.value("SELECT uomscheduleid FROM uom WHERE uomid = ?", unit))

    def _product(self) -> str:
        return self.trade.product()[0]

    def _owner(self) -> str:
        made = self.writer.create("systemuser", lastname="Hill", islicensed=True)
        assign(self.writer.write, made, self.writer.value("SELECT roleid FROM role WHERE name = 'Salesperson'"))
        return made

    def _disabled_unit(self) -> str:
        made = self.writer.create("businessunit", name="North", parentbusinessunitid=self.writer.root)
        self.writer.change("businessunit", made, isdisabled=True)
        return made


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_row_that_leads_to_another_goes_with_it_keeps_it_or_forgets_it(trade: Trade, case: Case) -> None:
    writer, pair = trade.writer, Pair(trade)
    target = pair.target(case)
    holder = pair.holder(case, target)
    column, _ = writer.table(case.holder).navigation[case.lookup]

    if case.outcome == KEEPS:
        with refused("0x80040227", f"associated with another record ({case.holder})", status=405):
            writer.delete(case.target, target)
        assert writer.row(case.holder, holder)[column.name] == target
        assert writer.there(case.target, target)
        return
    writer.delete(case.target, target)

    assert not writer.there(case.target, target)
    assert writer.there(case.holder, holder) is (case.outcome == FORGETS)
    if case.outcome == FORGETS:
        assert writer.row(case.holder, holder)[column.name] is None


def test_the_table_above_names_every_lookup_between_the_tables_of_sales() -> None:
    model = load_model()
    sales = {"account", "contact", "product", "pricelevel", "productpricelevel", "uom", "uomschedule"}
    sales |= {*DOCUMENTS, *LINES}
    named = {(case.holder, model[case.holder].navigation[case.lookup][0].name) for case in CASES}
    beside = {
        "masterid", "accountid", "contactid", "parentcontactid", "parentaccountid", "parentbundleid",
        "parentbundleidref", "quotedetailid", "salesorderdetailid", "billtoaddressid", "uomscheduleid",
    }  # fmt: skip

    missing = {
        (table, column.name)
        for table in sales
        for column in model[table].columns.values()
        if column.is_lookup and sales.intersection(column.targets) and column.name not in beside
    } - named

    assert missing == set()


def test_a_document_that_is_read_only_forgets_what_it_came_from(trade: Trade) -> None:
    quote = trade.writer.create("quote", name="Bicycles")
    order = trade.writer.create("salesorder", name="Bicycles", quoteid=quote, statecode=1)

    trade.writer.delete("quote", quote)

    assert trade.writer.row("salesorder", order)["quoteid"] is None
    assert trade.writer.row("salesorder", order)["statecode"] == 1


def test_what_goes_is_remembered_for_those_who_follow_changes(writer: Writer, trade: Trade) -> None:
    firm = trade.account()
    anna = writer.create("contact", lastname="Hill", parentcustomerid_account=firm)
    before = writer.value("SELECT value FROM counter")

    writer.delete("account", firm)

    gone = "SELECT entity FROM tombstone WHERE version > ? ORDER BY entity"
    assert writer.values(gone, before) == ["account", "contact"]
    assert writer.values("SELECT id FROM tombstone WHERE version > ? AND entity = 'contact'", before) == [anna]


def test_nothing_goes_where_one_of_several_keeps_it(writer: Writer, trade: Trade) -> None:
    firm = trade.account()
    anna = writer.create("contact", lastname="Hill", parentcustomerid_account=firm)
    writer.create("salesorder", name="Bicycles", customerid_account=firm)

    with writer.undone() as one, refused("0x80040227", status=405):
        one.delete("account", firm)

    assert writer.there("contact", anna)


def test_a_role_that_goes_grants_nothing_any_more(writer: Writer) -> None:
    anna = writer.create("systemuser", lastname="Hill", islicensed=True)
    kept, gone = (writer.value("SELECT roleid FROM role WHERE name = ?", name) for name in ("Salesperson", "Delegate"))
    assign(writer.write, anna, kept)
    assign(writer.write, anna, gone)
    assert "prvActOnBehalfOfAnotherUser" in writer.guard(anna).held[0].depths

    writer.delete("role", gone)

    assert "prvActOnBehalfOfAnotherUser" not in writer.guard(anna).held[0].depths
    assert writer.guard(anna).held[0].roles == {kept}


@pytest.mark.parametrize("table", ["systemuser", "team"])
def test_who_goes_leaves_no_role_and_no_membership_behind(writer: Writer, table: str) -> None:
    anna = writer.create("systemuser", lastname="Hill", islicensed=True)
    team = writer.create("team", name="Orchard", administratorid=writer.user)
    role = writer.value("SELECT roleid FROM role WHERE name = 'Salesperson'")
    assign(writer.write, anna, role)
    writer.connection.execute("INSERT INTO teamroles (teamroleid, teamid, roleid) VALUES ('1', ?, ?)", (team, role))
    writer.connection.execute(
        "INSERT INTO teammembership (teammembershipid, teamid, systemuserid) VALUES ('1', ?, ?)", (team, anna)
    )

    writer.delete(table, anna if table == "systemuser" else team)

    assert writer.values("SELECT 1 FROM teammembership") == []
    held = writer.values("SELECT roleid FROM systemuserroles WHERE systemuserid = ?", anna)
    assert held == ([] if table == "systemuser" else [role])
    assert writer.values("SELECT roleid FROM teamroles") == ([role] if table == "systemuser" else [])
