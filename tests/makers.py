"""Made-up but plausible firms and people, their tables on both sides, and rules between them.

erp, crm = systems()
jim = erp.add("salesperson", code="JO", name="Jim Olive", e_mail="jim@cronus.example")
adatum = erp.add("customer", **customer("Adatum", salesperson_code=Ref("salesperson", jim)))
rule = customer_rule(only_coupled=False)
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import count
from typing import Any

from integration.sync.rules import Direction, FieldRule, Reference, TableRule
from integration.systems.filters import parse
from integration.systems.memory import MemorySystem
from integration.systems.values import Field, FieldType, Option, Side, Table, Value

FIRMS = (
    "Adatum", "Fabrikam", "Coho Winery", "Contoso", "Litware", "Northwind Traders", "Proseware", "Relecloud",
    "School of Fine Art", "Tailspin Toys", "Trey Research", "Wide World Importers", "Woodgrove Bank", "Fourth Coffee",
    "Graphic Design Institute", "Humongous Insurance", "Lucerne Publishing", "Margie's Travel", "Alpine Ski House",
)  # fmt: skip
CITIES = (("10115", "Berlin"), ("8001", "Zürich"), ("1010", "Wien"), ("2100", "København"), ("SW1A 1AA", "London"))

BLOCKED = (Option(0, " "), Option(1, "Ship"), Option(2, "Invoice"), Option(3, "All"))
STATE = (Option(0, "Active"), Option(1, "Inactive"))
RELATIONSHIP = (Option(3, "Customer"), Option(11, "Vendor"), Option(12, "Other"))
FREIGHT_TERMS = (Option(1, "FOB"), Option(2, "No Charge"))


def text(name: str, length: int = 100, **more: Any) -> Field:
    return Field(name, FieldType.TEXT, max_length=length, **more)


def code(name: str, length: int = 20, **more: Any) -> Field:
    return Field(name, FieldType.CODE, max_length=length, **more)


def amount(name: str) -> Field:
    return Field(name, FieldType.DECIMAL, scale=2)


def option(name: str, options: tuple[Option, ...]) -> Field:
    return Field(name, FieldType.OPTION, options=options)


def reference(name: str, *targets: str) -> Field:
    return Field(name, FieldType.REFERENCE, targets=targets)


def moment(name: str) -> Field:
    return Field(name, FieldType.DATETIME)


def table(name: str, label: str, fields: Iterable[Field], *, named: str = "name", numbered: str = "") -> Table:
    return Table(name, label, {field.name: field for field in fields}, name_field=named, number_field=numbered)


def erp_tables() -> list[Table]:
    """Customers, contacts, salespeople, currencies and shipment methods of the company CRONUS."""
    return [
        table("salesperson", "Salesperson", [code("code", required=True), text("name", 50), text("phone_no", 30),
              text("e_mail", 80)], numbered="code"),
        table("currency", "Currency", [code("code", 10, required=True), text("description", 30), code("iso_code", 3),
              Field("exchange_rate", FieldType.DECIMAL, scale=10)], named="description", numbered="code"),
        table("shipment_method", "Shipment Method", [code("code", 10, required=True), text("description")],
              named="description", numbered="code"),
        table("customer", "Customer", [
            code("no"), text("name"), text("address"), text("address_2", 50), code("post_code"), text("city", 30),
            text("phone_no", 30), text("e_mail", 80), Field("notes", FieldType.MEMO), amount("credit_limit"),
            option("blocked", BLOCKED), Field("last_statement", FieldType.DATE), moment("last_call"),
            Field("priority", FieldType.INTEGER), Field("combine_shipments", FieldType.BOOLEAN),
            reference("salesperson_code", "salesperson"), reference("currency_code", "currency"),
            reference("shipment_method_code", "shipment_method"), reference("bill_to_customer_no", "customer"),
        ], numbered="no"),
        table("contact", "Contact", [
            code("no"), option("type", (Option(0, "Company"), Option(1, "Person"))), text("first_name", 30),
            text("surname", 30), text("name"), text("e_mail", 80), text("phone_no", 30),
            reference("company_no", "customer"),
        ], numbered="no"),
    ]  # fmt: skip


def crm_tables() -> list[Table]:
    """Accounts, contacts, users and currencies of a Sales organization."""
    return [
        table("systemuser", "User", [text("fullname", 200), text("internalemailaddress"),
              text("mobilephone", 64), Field("isdisabled", FieldType.BOOLEAN)], named="fullname"),
        table("transactioncurrency", "Currency", [text("isocurrencycode", 5), text("currencyname"),
              Field("exchangerate", FieldType.DECIMAL, scale=10)], named="currencyname", numbered="isocurrencycode"),
        table("account", "Account", [
            text("name", 160, required=True), text("accountnumber", 20), text("telephone1", 50),
            text("emailaddress1"), text("address1_line1", 250), text("address1_line2", 250),
            text("address1_postalcode", 20), text("address1_city", 80), Field("description", FieldType.MEMO,
            max_length=2000), amount("creditlimit"), option("statecode", STATE),
            option("customertypecode", RELATIONSHIP), option("address1_freighttermscode", FREIGHT_TERMS),
            moment("lastonholdtime"), Field("numberofemployees", FieldType.INTEGER, minimum=Decimal(0)),
            Field("creditonhold", FieldType.BOOLEAN), reference("ownerid", "systemuser"),
            reference("transactioncurrencyid", "transactioncurrency"), reference("parentaccountid", "account"),
        ]),
        table("contact", "Contact", [
            text("firstname", 50), text("lastname", 50, required=True), text("fullname", 160), text("emailaddress1"),
            text("telephone1", 50), option("statecode", STATE), reference("parentcustomerid", "account", "contact"),
            Field("parentcustomeridtype", FieldType.TABLE, insertable=False, updatable=False),
            reference("ownerid", "systemuser"),
        ], named="fullname"),
    ]  # fmt: skip


def systems(**more: Any) -> tuple[MemorySystem, MemorySystem]:
    """A company and an organization, both empty and in memory."""
    erp = MemorySystem(Side.ERP, erp_tables(), **more)
    crm = MemorySystem(Side.CRM, crm_tables(), **more)
    erp.unique = {"customer": [("no",)], "salesperson": [("code",)], "currency": [("code",)]}
    erp.numbers = {"customer": "C", "contact": "CT"}
    return erp, crm


def customer(name: str, **values: Value) -> dict[str, Value]:
    """Columns of a customer; address and phone follow from the name, so that the same firm looks the same twice."""
    post_code, city = CITIES[len(name) % len(CITIES)]
    made: dict[str, Value] = {"name": name, "address": f"{name} Street 1", "post_code": post_code, "city": city}
    return {**made, "phone_no": f"030 {sum(map(ord, name))}", "blocked": 0, **values}


def account(name: str, **values: Value) -> dict[str, Value]:
    """Columns of the account that looks like ``customer(name)``."""
    like = customer(name)
    made: dict[str, Value] = {"name": name, "address1_line1": like["address"], "address1_city": like["city"]}
    made |= {"address1_postalcode": like["post_code"], "telephone1": like["phone_no"]}
    return {**made, "statecode": 0, "customertypecode": 3, **values}


def firms(number: int) -> list[str]:
    """That many different names of firms."""
    numbered = (f"{firm} {round}" if round else firm for round in count() for firm in FIRMS)
    return [next(numbered) for _ in range(number)]


def rule(name: str, erp: Table, crm: Table, fields: Iterable[FieldRule], **more: Any) -> TableRule:
    """A rule between two tables; filters may be given as text."""
    for side, described in (("erp_filter", erp), ("crm_filter", crm)):
        if isinstance(more.get(side), str):
            more[side] = parse(more[side], described)
    return TableRule(name, erp, crm, more.pop("direction", Direction.BOTH), tuple(fields), **more)


def field_rule(erp_field: str, crm_field: str, direction: Direction = Direction.BOTH, **more: Any) -> FieldRule:
    return FieldRule(direction, erp_field, crm_field, **more)


CUSTOMER_FIELDS = (
    field_rule("name", "name"),
    field_rule("address", "address1_line1"),
    field_rule("post_code", "address1_postalcode"),
    field_rule("city", "address1_city"),
    field_rule("phone_no", "telephone1"),
    field_rule("e_mail", "emailaddress1"),
    field_rule("credit_limit", "creditlimit"),
    field_rule("salesperson_code", "ownerid", Direction.TO_CRM, not_null=True,
         reference=Reference("salesperson", "systemuser")),
    field_rule("currency_code", "transactioncurrencyid", reference=Reference("currency", "transactioncurrency")),
    FieldRule(Direction.TO_CRM, crm_field="customertypecode", constant="Customer"),
)  # fmt: skip


def customer_rule(fields: Iterable[FieldRule] = CUSTOMER_FIELDS, **more: Any) -> TableRule:
    """CUSTOMER: customers that are not blocked, active accounts of the relationship type Customer."""
    more.setdefault("erp_filter", "blocked = ' '")
    more.setdefault("crm_filter", "statecode = Active and customertypecode = Customer")
    return rule("CUSTOMER", _named(erp_tables(), "customer"), _named(crm_tables(), "account"), fields, **more)


def salespeople_rule(**more: Any) -> TableRule:
    """SALESPEOPLE: users that are enabled become salespeople."""
    fields = [field_rule(erp, crm, Direction.TO_ERP) for erp, crm in (
        ("name", "fullname"), ("e_mail", "internalemailaddress"), ("phone_no", "mobilephone"))]  # fmt: skip
    more = {"direction": Direction.TO_ERP, "crm_filter": "isdisabled = no", **more}
    return rule("SALESPEOPLE", _named(erp_tables(), "salesperson"), _named(crm_tables(), "systemuser"), fields, **more)


def currency_rule(**more: Any) -> TableRule:
    """CURRENCY: currencies go to Sales."""
    fields = [field_rule("iso_code", "isocurrencycode", Direction.TO_CRM), field_rule("description", "currencyname")]
    more = {"direction": Direction.TO_CRM, **more}
    return rule(
        "CURRENCY", _named(erp_tables(), "currency"), _named(crm_tables(), "transactioncurrency"), fields, **more
    )


def contact_rule(**more: Any) -> TableRule:
    """CONTACT: people that work for a customer."""
    fields = [
        field_rule("first_name", "firstname"),
        field_rule("surname", "lastname"),
        field_rule("e_mail", "emailaddress1"),
        field_rule("company_no", "parentcustomerid", reference=Reference("customer", "account")),
    ]
    more = {"erp_filter": "type = Person and company_no is not blank", **more}
    return rule("CONTACT", _named(erp_tables(), "contact"), _named(crm_tables(), "contact"), fields, **more)


def _named(tables: Iterable[Table], name: str) -> Table:
    return next(table for table in tables if table.name == name)
