"""What a webhook is called with, piece by piece: who hears what, where it is called, and every value in its body."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integration.sandbox.dataverse.store.model import load_model
from integration.sandbox.dataverse.store.write import Happened
from integration.sandbox.dataverse.webhooks.address import (
    CODE,
    HEADER,
    QUERY,
    called_with,
    check_address,
    read_settings,
)
from integration.sandbox.dataverse.webhooks.context import CONTRACTS, LARGEST, LEFT_OUT, Event, Sender, attribute, body
from integration.sandbox.dataverse.webhooks.outbox import Step
from integration.sandbox.shell.refusal import Refusal
from tests.examples import examples

MODEL = load_model()
ACCOUNT = MODEL["account"]
NOW = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
SENDER = Sender("org", "contoso", "nancy", "unit", NOW)
TEXT = some.text(some.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1)


def event(message: str = "Create", tag: str = "", **values: Any) -> Event:
    return Event(message, ACCOUNT, "row", values, tag, SENDER, ("step", "Step of Adatum"), "job", "correlation")


def content(given: Event) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body(given)[0])
    return found


def target(given: Event) -> dict[str, Any]:
    (pair,) = content(given)["InputParameters"]
    assert pair["key"] == "Target"
    found: dict[str, Any] = pair["value"]
    return found


def attributes(given: Event) -> dict[str, Any]:
    return {pair["key"]: pair["value"] for pair in target(given)["Attributes"]}


@pytest.mark.parametrize(
    ("column", "kept", "shown"),
    [
        ("name", "Adatum", "Adatum"),
        ("numberofemployees", 5, 5),
        ("creditonhold", 1, True),
        ("creditonhold", 0, False),
        ("creditlimit", 12_500, {"__type": f"Money:{CONTRACTS}", "Value": 1.25}),
        ("creditlimit", 10_000, {"__type": f"Money:{CONTRACTS}", "Value": 1}),
        ("exchangerate", "1.5", 1.5),
        ("exchangerate", "2", 2),
        ("address1_latitude", 47.5, 47.5),
        ("customertypecode", 3, {"__type": f"OptionSetValue:{CONTRACTS}", "Value": 3}),
        ("statecode", 0, {"__type": f"OptionSetValue:{CONTRACTS}", "Value": 0}),
        ("lastonholdtime", "1970-01-01T00:00:01Z", "/Date(1000)/"),
        ("createdon", "2026-03-02T09:30:00Z", f"/Date({int(NOW.timestamp() * 1000)})/"),
    ],
)
def test_a_value_of_every_type_has_its_own_shape(column: str, kept: Any, shown: Any) -> None:
    assert attribute(ACCOUNT.columns[column], kept, {}) == shown
    assert attributes(event(**{column: kept}))[column] == shown


def test_a_day_counts_from_midnight_in_utc() -> None:
    assert attribute(MODEL["contact"].columns["birthdate"], "1970-01-02", {}) == "/Date(86400000)/"


def test_a_lookup_names_the_table_it_leads_to() -> None:
    plain = attributes(event(primarycontactid="funk"))["primarycontactid"]
    owner = attributes(event(ownerid="wine", owneridtype="team"))

    assert (plain["LogicalName"], plain["Id"], plain["__type"]) == ("contact", "funk", f"EntityReference:{CONTRACTS}")
    assert owner["ownerid"]["LogicalName"] == "team"
    assert "owneridtype" not in owner


def test_what_is_empty_is_told_of_a_change_and_not_of_a_new_row() -> None:
    assert attributes(event("Create", fax=None, name="Adatum")) == {"name": "Adatum"}
    assert attributes(event("Update", fax=None, name="Adatum")) == {"fax": None, "name": "Adatum"}


def test_of_a_deleted_row_there_is_only_its_address() -> None:
    found = target(event("Delete"))

    assert (found["__type"], found["LogicalName"], found["Id"]) == (f"EntityReference:{CONTRACTS}", "account", "row")
    assert "Attributes" not in found


def test_a_body_says_who_what_where_and_when() -> None:
    found = content(event("Create", name="Adatum", tag="from here"))

    assert (found["MessageName"], found["PrimaryEntityName"], found["PrimaryEntityId"]) == ("Create", "account", "row")
    assert (found["UserId"], found["InitiatingUserId"], found["BusinessUnitId"]) == ("nancy", "nancy", "unit")
    assert (found["OrganizationId"], found["OrganizationName"]) == ("org", "contoso")
    assert (found["Mode"], found["Stage"], found["Depth"]) == (1, 40, 1)
    assert found["SharedVariables"] == [{"key": "tag", "value": "from here"}]
    assert found["OutputParameters"] == [{"key": "id", "value": "row"}]
    assert found["OwningExtension"]["Name"] == "Step of Adatum"
    assert content(event("Update"))["OutputParameters"] == content(event("Update"))["SharedVariables"] == []


@given(some.integers(-2000, 2000))
@examples(20)
def test_a_body_above_the_limit_goes_without_what_it_was_about(more: int) -> None:
    bare = len(body(event(description="x"))[0].encode()) - 1

    text, cut = body(event(description="x" * (LARGEST - bare + more)))

    assert cut == (more > 0)
    assert len(text.encode()) <= LARGEST
    assert (set(LEFT_OUT) <= set(json.loads(text))) != cut


@given(TEXT)
@examples(30)
def test_any_text_comes_through(text: str) -> None:
    assert attributes(event(name=text))["name"] == text


# --- who hears ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "table", "columns", "heard"),
    [
        ("Update", "account", "", True),
        ("Update", "", "", True),
        ("Create", "account", "", False),
        ("Update", "contact", "", False),
        ("Update", "account", "name", True),
        ("Update", "account", "fax,name", True),
        ("Update", "account", "fax,telephone1", False),
        ("Update", "", "fax", False),
    ],
)
def test_a_step_hears_its_message_its_table_and_its_columns(
    message: str, table: str, columns: str, heard: bool
) -> None:
    step = Step("id", "Adatum", message, table, frozenset(filter(None, columns.split(","))), False, "endpoint")

    assert step.hears(Happened("Update", ACCOUNT, {}, ""), {"name": "Adatum"}) == heard


@pytest.mark.parametrize("message", ["Create", "Delete"])
def test_columns_narrow_changes_only(message: str) -> None:
    step = Step("id", "Adatum", message, "account", frozenset({"fax"}), False, "endpoint")

    assert step.hears(Happened(message, ACCOUNT, {}, ""), {"name": "Adatum"})


# --- where it is called -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["https://adatum.example", "https://adatum.example:8443/hook?company=CRONUS", "http://localhost:80/x",
     "http://127.0.0.1/", "http://127.8.9.1/", "http://[::1]:9000/hook", "https://[2001:db8::1]/"],
)  # fmt: skip
def test_https_and_this_machine_are_called(url: str) -> None:
    check_address(url)


@pytest.mark.parametrize(
    "url",
    ["", None, "adatum.example", "//adatum.example", "http://adatum.example", "http://localhost.adatum.example",
     "http://10.0.0.1", "http://0.0.0.0/", "http://[2001:db8::1]/", "https://", "https://?x", "ftp://127.0.0.1",
     "file:///etc/passwd", "javascript:alert(1)", "https://adatum.example/#part", "https://user@adatum.example/",
     "https://:word@adatum.example/", "https://[", "https://adatum.example:x/", "https://adatum.example:99999/"],
)  # fmt: skip
def test_nothing_else_is_called(url: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        check_address(url)

    assert (refused.value.status, refused.value.code) == (400, "0x80040203")


@given(TEXT, some.sampled_from(["https://a.example/hook", "https://a.example/hook?company=CRONUS%20AG"]))
@examples(30)
def test_a_key_goes_into_the_query_whatever_it_holds(secret: str, url: str) -> None:
    address, headers = called_with(url, CODE, secret)

    found = parse_qs(urlsplit(address).query, keep_blank_values=True)
    assert found["code"] == [secret]
    assert found.get("company", ["CRONUS AG"]) == ["CRONUS AG"]
    assert headers == {}


@given(some.dictionaries(some.text("abcXYZ-_", min_size=1, max_size=5), TEXT, min_size=1, max_size=4))
@examples(30)
def test_settings_go_into_headers_or_the_query(settings: dict[str, str]) -> None:
    inside = "".join(f"<setting name={quoteattr(name)} value={quoteattr(text)} />" for name, text in settings.items())
    secret = f"<settings>{inside}</settings>"
    assert read_settings(secret) == settings

    assert called_with("https://a.example/", HEADER, secret) == ("https://a.example/", settings)
    address, headers = called_with("https://a.example/", QUERY, secret)
    assert parse_qs(urlsplit(address).query) == {name: [text] for name, text in settings.items()}
    assert headers == {}


@pytest.mark.parametrize(
    "text",
    ["", "plain", "<settings>", "<settings />", "<setting name='a' value='b' />", "<settings><setting /></settings>",
     "<settings><setting name='' value='b' /></settings>", "<settings><setting name='a&#13;b' value='c' /></settings>",
     "<settings><setting name='a' value='b&#10;c' /></settings>", "<!DOCTYPE a []><settings />",
     "<!-- a --><settings><setting name='a' value='b' /></settings>", "<other><setting name='a' value='b' /></other>"],
)  # fmt: skip
def test_settings_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(Refusal, match="'authvalue' must be XML"):
        read_settings(text)


def test_an_exact_amount_is_a_whole_number_where_it_is_one() -> None:
    value = attribute(ACCOUNT.columns["creditlimit"], int(Decimal("99999999999999.99") * 10_000), {})["Value"]

    assert value == pytest.approx(99999999999999.99)
