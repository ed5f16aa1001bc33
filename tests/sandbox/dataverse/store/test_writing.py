"""Rows as they are created, changed and deleted in one transaction: stamps, versions, what is needed and there."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.store.model import load_model
from integration.sandbox.dataverse.store.presets import LINE_PRESETS, PRESETS
from integration.sandbox.dataverse.store.write import Write
from integration.sandbox.shell.refusal import Refusal
from tests.examples import examples
from tests.sandbox.dataverse.writer import NOBODY, Trade, Writer, refused, rolled_back

NOON = "2026-03-02T12:00:00Z"
MODEL = load_model()
LINES = {
    "opportunityproduct": "opportunity",
    "quotedetail": "quote",
    "salesorderdetail": "salesorder",
    "invoicedetail": "invoice",
}


def later(writer: Writer, now: str = "2026-03-03T08:00:00Z", user: str = "", behalf: str | None = None) -> Writer:
    """The same transaction at another moment, or in another name."""
    found = Writer(writer.organization, writer.connection, user or writer.user)
    model, rules = writer.organization.model, writer.organization.rules
    found.write = Write(model, rules, writer.connection, found.user, now, behalf)
    return found


def test_a_new_row_says_who_made_it_when_and_in_which_organization(writer: Writer, trade: Trade) -> None:
    row = writer.row("account", trade.account())

    assert (row["createdon"], row["modifiedon"]) == (NOON, NOON)
    assert (row["createdby"], row["modifiedby"]) == (writer.user, writer.user)
    assert (row["createdonbehalfby"], row["modifiedonbehalfby"]) == (None, None)
    unit = writer.row("businessunit", writer.create("businessunit", name="North", parentbusinessunitid=writer.root))
    assert unit["organizationid"] == writer.value("SELECT organizationid FROM organization")


def test_a_changed_row_keeps_who_made_it_and_says_who_changed_it(writer: Writer, trade: Trade) -> None:
    firm = trade.account()
    anna = writer.create("systemuser", lastname="Hill", islicensed=True)

    later(writer, user=anna, behalf=writer.user).change("account", firm, telephone1="0121 496 0321")

    row = writer.row("account", firm)
    assert (row["createdon"], row["createdby"]) == (NOON, writer.user)
    assert (row["modifiedon"], row["modifiedby"]) == ("2026-03-03T08:00:00Z", anna)
    assert (row["createdonbehalfby"], row["modifiedonbehalfby"]) == (None, writer.user)


def test_a_row_may_be_older_than_its_making_but_is_not_changed_to_be(writer: Writer, trade: Trade) -> None:
    firm = trade.account(overriddencreatedon="1999-05-01")

    row = writer.row("account", firm)
    assert (row["createdon"], row["overriddencreatedon"]) == ("1999-05-01T00:00:00Z", NOON)
    writer.change("account", firm, overriddencreatedon="1998-05-01", name="Adatum")
    assert writer.row("account", firm)["createdon"] == "1999-05-01T00:00:00Z"


def test_a_row_has_the_id_the_client_gives_it_once(writer: Writer, trade: Trade) -> None:
    own = str(uuid.uuid4())

    assert trade.account(accountid=own.upper()) == own
    with refused("0x80040237", "matching key values", status=412):
        trade.account(accountid=own)
    with refused("0x80040237", "Cannot insert duplicate key", status=412):
        rows = [{"accountid": own, "name": "Adatum"}]
        writer.write.create(writer.table("account"), rows, bulk=True)


def test_the_id_of_a_row_does_not_change(writer: Writer, trade: Trade) -> None:
    firm = trade.account()

    writer.write.update(writer.table("account"), {firm: {"accountid": NOBODY, "name": "Relecloud"}})

    assert writer.row("account", firm)["name"] == "Relecloud"
    assert not writer.there("account", NOBODY)


def test_every_write_moves_the_version_of_its_row_and_of_the_organization(writer: Writer, trade: Trade) -> None:
    first, second = trade.account(), trade.account("Relecloud")
    versions = [writer.row("account", row)["versionnumber"] for row in (first, second)]
    assert versions[0] < versions[1]

    writer.change("account", first, name="Adatum Corporation")
    assert writer.row("account", first)["versionnumber"] > versions[1]
    assert writer.row("account", second)["versionnumber"] == versions[1]
    assert writer.value("SELECT value FROM counter") == writer.row("account", first)["versionnumber"]


@given(some.lists(some.sampled_from(["create", "change", "delete"]), max_size=12))
@examples(25)
def test_no_version_is_ever_given_twice(in_process: Organization, steps: list[str]) -> None:
    with rolled_back(in_process) as writer:
        trade, rows = Trade(writer), [Trade(writer).account()]
        seen = [writer.row("account", rows[0])["versionnumber"]]
        for step in steps:
            if step == "create" or not rows:
                rows.append(trade.account())
                seen.append(writer.row("account", rows[-1])["versionnumber"])
            elif step == "change":
                writer.change("account", rows[-1], name="Relecloud")
                seen.append(writer.row("account", rows[-1])["versionnumber"])
            else:
                writer.delete("account", rows.pop())
                seen.append(writer.value("SELECT MAX(version) FROM tombstone"))

        assert seen == sorted(set(seen))


def test_a_version_that_is_not_the_current_one_guards_its_row(writer: Writer, trade: Trade) -> None:
    firm = trade.account()
    table, version = writer.table("account"), writer.row("account", firm)["versionnumber"]

    for wrong in (f'W/"{version - 1}"', f'"{version}"', str(version), "*"):
        with refused("0x80060882", status=412):
            writer.write.update(table, {firm: {"name": "x"}}, {firm: wrong})
        with refused("0x80060882", status=412):
            writer.write.delete(table, firm, wrong)
    writer.write.update(table, {firm: {"name": "Relecloud"}}, {firm: f'W/"{version}"'})
    with refused("0x80060882", status=412):
        writer.write.delete(table, firm, f'W/"{version}"')


def test_a_row_that_is_not_there_is_named(writer: Writer, trade: Trade) -> None:
    firm = trade.account()
    other = str(uuid.uuid4())

    with refused("0x80040217", f"account With Id = {NOBODY} Does Not Exist", status=404):
        writer.change("account", NOBODY, name="x")
    with refused("0x80040217", "account With Id", status=404):
        writer.delete("account", NOBODY)
    with refused("0x80040217", f"account With Ids = {NOBODY}, {other} Do Not Exist", status=404):
        writer.change_all("account", {NOBODY: {"name": "x"}, firm: {"name": "x"}, other: {"name": "x"}})
    assert writer.row("account", firm)["name"] == "Adatum Corporation"


NEEDED = sorted(
    (table.name, column.name)
    for table in MODEL
    for column in table.columns.values()
    if column.required == 2 and column.updatable and not column.is_lookup
)


@pytest.mark.parametrize(("table", "column"), NEEDED)
def test_a_column_that_the_system_needs_is_not_emptied(in_process: Organization, table: str, column: str) -> None:
    with rolled_back(in_process) as writer:
        row = writer.values(f"SELECT {MODEL[table].id} FROM {table} LIMIT 1")
        found = row[0] if row else any_row(writer, table)
        with refused("0x80040203", f"Attribute: {column} of {table} cannot be set to NULL"):
            writer.change(table, found, **{column: None})


def any_row(writer: Writer, table: str) -> str:
    """A row of a table that is empty in a new organization."""
    trade = Trade(writer)
    made: dict[str, Callable[[], str]] = {
        "product": lambda: trade.product(active=False)[0],
        "pricelevel": trade.price_list,
        "contact": lambda: writer.create("contact", lastname="Hill"),
        "annotation": lambda: writer.create("annotation", notetext="Call back"),
        "serviceendpoint": lambda: endpoint(writer),
        "sdkmessageprocessingstep": lambda: step(writer),
        **{line: lambda line=line, name=name: line_of(writer, line, name) for line, name in LINES.items()},
        **{
            name: lambda name=name: writer.create(name, subject="The end")
            for name in ("opportunityclose", "quoteclose", "orderclose")
        },
    }
    return made.get(table, lambda: writer.create(table, name="Bicycles"))()


def line_of(writer: Writer, line: str, name: str) -> str:
    document = writer.create(name, name="Bicycles")
    return writer.create(line, productdescription="Bell", **{f"{name}id": document})


def endpoint(writer: Writer) -> str:
    whole = {"contract": 8, "url": "https://litware.example", "authtype": 4, "authvalue": "s3cret"}
    return writer.create("serviceendpoint", name="Litware", **whole)


def step(writer: Writer) -> str:
    return writer.create(
        "sdkmessageprocessingstep", name="Orders", mode=1, stage=40, rank=1, supporteddeployment=0,
        eventhandler_serviceendpoint=endpoint(writer), sdkmessageid=writer.create("sdkmessage", name="Update"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "body", "column"),
    [
        ("team", {}, "name"),
        ("businessunit", {"parentbusinessunitid": "root"}, "name"),
        ("uomschedule", {"baseuomname": "PCS"}, "name"),
        ("quotedetail", {"productdescription": "Bell"}, "quoteid"),
        ("salesorderdetail", {"productdescription": "Bell"}, "salesorderid"),
        ("invoicedetail", {"productdescription": "Bell"}, "invoiceid"),
    ],
)
def test_a_new_row_without_what_the_system_needs_is_refused(
    writer: Writer, table: str, body: dict[str, str], column: str
) -> None:
    given_ = {name: writer.root if value == "root" else value for name, value in body.items()}
    with refused("0x80040203", f"Attribute: {column} of {table} cannot be NULL"):
        writer.create(table, **given_)


def test_a_new_row_begins_with_what_the_service_presets(writer: Writer, trade: Trade) -> None:
    made: dict[str, str] = {}
    for (table, column), value in PRESETS.items():
        if table in ("organization", "opportunityclose", "quoteclose", "orderclose", "systemuser", "post"):
            continue
        made[table] = made.get(table) or trade_row(trade, table)
        if column not in ("quantity", "quantitydecimal"):
            assert writer.row(table, made[table])[column] == value, (table, column)
    quote = writer.create("quote", name="Bicycles")
    line = writer.row("quotedetail", writer.create("quotedetail", quoteid=quote, productdescription="Bell"))
    assert {name: line[name] for name in LINE_PRESETS} == {
        "producttypecode": 1, "propertyconfigurationstatus": 2, "quantity": 1,
    }  # fmt: skip
    booleans = [c.name for c in writer.table("account").columns.values() if c.type == "Boolean"]
    row = writer.row("account", trade.account())
    assert {row[name] for name in booleans} == {0}


def trade_row(trade: Trade, table: str) -> str:
    if table == "productpricelevel":
        return trade.price(trade.price_list(), trade.product())
    if table == "product":
        return trade.product(active=False)[0]
    return trade.currency("EUR") if table == "transactioncurrency" else any_row(trade.writer, table)


def test_what_happened_is_noted_message_by_message_for_those_who_listen(writer: Writer, trade: Trade) -> None:
    firm = trade.account()
    writer.change("account", firm, name="Relecloud")
    writer.delete("account", firm)

    noted = [(one.message, one.table.name, list(one.rows)) for one in writer.write.happened]
    assert noted == [(word, "account", [firm]) for word in ("Create", "Update", "Delete")]
    assert writer.write.happened[1].rows[firm]["name"] == "Relecloud"


def test_what_is_refused_rolls_back_the_whole_transaction(in_process: Organization) -> None:
    before = in_process.database.version()

    rows = [{"name": "Adatum"}], [{"name": "Relecloud", "primarycontactid": NOBODY}]
    with pytest.raises(Refusal):
        write_all(in_process, *rows)

    assert in_process.database.version() == before
    assert in_process.database.connection().execute("SELECT COUNT(*) FROM account").fetchone() == (0,)


def write_all(organization: Organization, *lists: list[dict[str, str]]) -> None:
    with organization.writing(NOBODY) as write:
        for rows in lists:
            write.create(organization.model["account"], list(rows))
