"""People, teams, posts and addresses: what the organization completes of its own accord."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.rules.people import full_name
from tests.examples import examples
from tests.sandbox.dataverse.writer import Trade, Writer, refused, rolled_back

NAME = some.one_of(some.none(), some.sampled_from(["", "Anna", "Hill", "O'Brien", "von Trapp", "Łukasz"]))
PARTS = ("line1", "line2", "line3", "city", "stateorprovince", "postalcode", "country")
PLACES = {
    "account": ("address1", "address2"),
    "contact": ("address1", "address2", "address3"),
    "quote": ("billto", "shipto"),
    "salesorder": ("billto", "shipto"),
    "invoice": ("billto", "shipto"),
}
TEXT = some.one_of(some.none(), some.sampled_from(["", "Station Road, 21", "Bath", "B31 2AL", "GB"]))
ADDRESS = some.dictionaries(some.sampled_from(PARTS), TEXT)


@given(NAME, NAME)
@examples(30)
def test_a_full_name_is_what_there_is_of_first_and_last_name(first: str | None, last: str | None) -> None:
    whole = full_name(first, last)

    assert whole != ""
    assert (whole or "").split() == f"{first or ''} {last or ''}".split()


@pytest.mark.parametrize("table", ["contact", "systemuser"])
@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"firstname": "Ann"}, "Ann Hill"),
        ({"lastname": "Oak"}, "Anna Oak"),
        ({"firstname": None}, "Hill"),
        ({"firstname": "", "lastname": "Oak"}, "Oak"),
        ({"firstname": None, "lastname": None}, None),
        ({"telephone1": "0121"}, "Anna Hill"),
        ({"mobilephone": "0121"}, "Anna Hill"),
    ],
)
def test_a_full_name_follows_its_parts(writer: Writer, table: str, body: dict[str, Any], shown: str | None) -> None:
    row = writer.create(table, firstname="Anna", lastname="Hill")
    known = {name: value for name, value in body.items() if writer.table(table).has(name)}
    writer.change(table, row, **known)

    assert writer.row(table, row)["fullname"] == shown


def test_nobody_writes_a_full_name(writer: Writer) -> None:
    row = writer.create("contact", firstname="Anna", lastname="Hill", fullname="Dr. Hill")

    assert writer.row("contact", row)["fullname"] == "Anna Hill"


def test_the_firm_of_a_contact_is_repeated_under_the_name_of_its_kind(writer: Writer, trade: Trade) -> None:
    firm, boss = trade.account(), writer.create("contact", lastname="Watson")
    row = writer.create("contact", lastname="Hill", parentcustomerid_account=firm)

    def parents() -> tuple[Any, ...]:
        found = writer.row("contact", row)
        return tuple(found[one] for one in ("parentcustomerid", "parentcustomeridtype", "accountid", "parentcontactid"))

    assert parents() == (firm, "account", firm, None)
    writer.change("contact", row, parentcustomerid_contact=boss)
    assert parents() == (boss, "contact", None, boss)
    writer.change("contact", row, jobtitle="Buyer")
    assert parents() == (boss, "contact", None, boss)
    writer.change("contact", row, parentcustomerid_account=None)
    assert parents() == (None, None, None, None)


def test_a_person_signs_in_by_mail_works_in_the_root_unit_and_is_interactive(writer: Writer) -> None:
    row = writer.row(
        "systemuser",
        writer.create("systemuser", firstname="Anna", lastname="Hill", internalemailaddress="anna@coho.example"),
    )

    assert (row["domainname"], row["businessunitid"]) == ("anna@coho.example", writer.root)
    assert (row["accessmode"], row["userlicensetype"], row["isdisabled"]) == (0, -1, 0)
    named = writer.create("systemuser", lastname="Oak", domainname="COHO\\oak", internalemailaddress="oak@coho.example")
    assert writer.row("systemuser", named)["domainname"] == "COHO\\oak"


def application(writer: Writer, **values: Any) -> str:
    body = {"applicationid": str(uuid.uuid4()), "internalemailaddress": f"{uuid.uuid4().hex}@coho.example"}
    return writer.create("systemuser", **{"firstname": "Litware", "lastname": "Sync", **body, **values})


def test_the_user_of_an_application_is_neither_licensed_nor_interactive(writer: Writer) -> None:
    row = writer.row("systemuser", application(writer, islicensed=True, accessmode=0))

    assert (row["accessmode"], row["islicensed"]) == (4, 0)


@pytest.mark.parametrize("mail", [None, ""])
def test_the_user_of_an_application_needs_an_address(writer: Writer, mail: str | None) -> None:
    with refused("0x80040203", "internalemailaddress"):
        application(writer, internalemailaddress=mail)


def test_an_application_and_an_address_have_one_user(writer: Writer) -> None:
    own, mail = str(uuid.uuid4()), "sync@litware.example"
    application(writer, applicationid=own, internalemailaddress=mail)

    for body in ({"applicationid": own.upper()}, {"internalemailaddress": "SYNC@litware.example"}):
        with refused("0x80040237", status=412):
            application(writer, **body)
    assert application(writer)


def test_a_team_is_of_the_root_unit_and_of_who_made_it_unless_it_says_otherwise(writer: Writer) -> None:
    north = writer.create("businessunit", name="North", parentbusinessunitid=writer.root)
    anna = writer.create("systemuser", lastname="Hill")

    plain = writer.row("team", writer.create("team", name="Orchard"))
    named = writer.row("team", writer.create("team", name="Harvest", businessunitid=north, administratorid=anna))

    assert (plain["businessunitid"], plain["administratorid"], plain["teamtype"]) == (writer.root, writer.user, 0)
    assert (named["businessunitid"], named["administratorid"]) == (north, anna)


def test_an_owner_brings_its_unit_and_its_kind(writer: Writer, trade: Trade) -> None:
    north = writer.create("businessunit", name="North", parentbusinessunitid=writer.root)
    anna = writer.create("systemuser", lastname="Hill", businessunitid=north)
    team = writer.create("team", name="Orchard")
    firm = trade.account()
    columns = ("ownerid", "owneridtype", "owninguser", "owningteam", "owningbusinessunit")

    def owner() -> tuple[Any, ...]:
        return tuple(writer.row("account", firm)[name] for name in columns)

    assert owner() == (writer.user, "systemuser", writer.user, None, writer.root)
    writer.change("account", firm, ownerid=anna)
    assert owner() == (anna, "systemuser", anna, None, north)
    writer.change("account", firm, ownerid=("team", team))
    assert owner() == (team, "team", None, team, writer.root)
    with refused("0x80040203", "ownerid"):
        writer.change("account", firm, ownerid=None)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"text": "Shipped"}, "Shipped"),
        ({"largetext": "x" * 3000}, "x" * 1000),
        ({"text": "Short", "largetext": "Long"}, "Short"),
    ],
)
def test_a_post_shows_its_text_or_how_its_long_text_begins(writer: Writer, body: dict[str, str], text: str) -> None:
    order = writer.create("salesorder", name="Bicycles")

    row = writer.row("post", writer.create("post", regardingobjectid_salesorder=order, **body))

    length = writer.table("post").columns["text"].length or 0
    assert row["text"] == text[:length]
    assert (row["source"], row["type"]) == (2, 7)


def test_a_post_says_something_about_something(writer: Writer) -> None:
    order = writer.create("salesorder", name="Bicycles")
    for body in ({"text": "Shipped"}, {"regardingobjectid_salesorder": order}, {"text": "", "largetext": ""}):
        with refused("0x80040203", "needs its text and what it is regarding"):
            writer.create("post", **body)


# --- addresses -------------------------------------------------------------------------------------------------------


def composed(parts: dict[str, str | None]) -> str | None:
    """A line for each street, one for the place, one for the country; what is missing takes no room."""
    at = {name: parts.get(name) or "" for name in PARTS}
    county_and_code = f"{at['stateorprovince']} {at['postalcode']}".strip()
    place = ", ".join(one for one in (at["city"], county_and_code) if one)
    lines = [at["line1"], at["line2"], at["line3"], place, at["country"]]
    return "\r\n".join(line for line in lines if line) or None


@given(some.sampled_from(sorted(PLACES)), ADDRESS, ADDRESS, some.data())
@examples(40)
def test_an_address_is_composed_of_the_parts_it_has_after_every_change(
    in_process: Organization,
    table: str,
    first: dict[str, str | None],
    second: dict[str, str | None],
    data: some.DataObject,
) -> None:
    prefix = data.draw(some.sampled_from(PLACES[table]))
    named = {"lastname": "Hill"} if table == "contact" else {"name": "Adatum"}
    with rolled_back(in_process) as writer:
        row = writer.create(table, **named, **{f"{prefix}_{part}": text for part, text in first.items()})
        assert writer.row(table, row)[f"{prefix}_composite"] == composed(first)

        writer.change(table, row, **{f"{prefix}_{part}": text for part, text in second.items()})
        assert writer.row(table, row)[f"{prefix}_composite"] == composed({**first, **second})
