"""One property of a row: read as JSON and as it is, written, emptied; and what only looks like one."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from tests.examples import examples
from tests.sandbox.in_process import Inside

SETTINGS = examples(40, suppress_health_check=[HealthCheck.too_slow])
TEXT = some.text(
    some.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=30
)


@pytest.fixture(scope="module")
def firm(inside: Inside) -> str:
    """Where Adatum is found, which has a primary contact."""
    contact = inside.create("contacts", lastname="Funk")
    row = inside.create("accounts", name="Adatum", primarycontactid_at_bind=f"/contacts({contact})")
    return f"accounts({row})"


@given(TEXT)
@SETTINGS
def test_a_text_comes_back_letter_by_letter_in_json_and_as_it_is(inside: Inside, firm: str, text: str) -> None:
    assert inside("PUT", f"{firm}/description", {"value": text}).status_code == 204

    assert inside.get(f"{firm}/description")["value"] == text
    raw = inside("GET", f"{firm}/description/$value")
    assert raw.text == text
    assert raw.headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize("text", ['Say "hi"', '"', '""quoted""', "back\\slash", "two\nlines", "tab\there", "Köln €"])
def test_signs_that_json_escapes_are_not_escaped_in_the_raw_value(inside: Inside, firm: str, text: str) -> None:
    inside("PUT", f"{firm}/description", {"value": text})

    assert inside("GET", f"{firm}/description/$value").text == text


@pytest.mark.parametrize(
    ("name", "value", "raw"),
    [
        ("numberofemployees", 250, "250"),
        ("creditlimit", 1234.5, "1234.5000"),
        ("creditonhold", True, "true"),
        ("customertypecode", 3, "3"),
        ("lastonholdtime", "2026-03-02T09:30:00Z", "2026-03-02T09:30:00Z"),
        ("address1_latitude", 47.5, "47.5"),
    ],
)
def test_a_property_of_every_type_is_written_read_and_emptied(
    inside: Inside, firm: str, name: str, value: Any, raw: str
) -> None:
    assert inside("PUT", f"{firm}/{name}", {"value": value}).status_code == 204
    assert inside.get(f"{firm}/{name}")["value"] == (Decimal(str(value)) if isinstance(value, float) else value)
    assert inside("GET", f"{firm}/{name}/$value").text == raw

    assert inside("DELETE", f"{firm}/{name}").status_code == 204

    for address in (f"{firm}/{name}", f"{firm}/{name}/$value"):
        nothing = inside("GET", address)
        assert (nothing.status_code, nothing.text) == (204, "")


def test_the_context_of_a_property_names_row_and_property(inside: Inside, firm: str) -> None:
    assert inside.get(f"{firm}/name")["@odata.context"] == f"{inside.root}$metadata#{firm}/name"


@pytest.mark.parametrize(
    ("method", "tail", "answer"),
    [
        ("GET", "corks", (404, "0x8006088a")),
        ("PUT", "corks", (404, "0x8006088a")),
        ("DELETE", "corks", (404, "0x8006088a")),
        ("GET", "Name", (404, "0x8006088a")),
        ("GET", "name/value", (404, "")),
        ("GET", "name/$value/$value", (404, "")),
        ("GET", "name/$count", (404, "")),
        ("PUT", "name/$value", (404, "")),
        ("PUT", "name/first", (404, "")),
        ("DELETE", "name/first/last", (404, "")),
        ("POST", "name", (404, "")),
        ("PATCH", "name", (404, "")),
        ("GET", "primarycontactid/lastname", (404, "")),
        ("PUT", "primarycontactid", (404, "")),
        ("DELETE", "contact_customer_accounts", (404, "")),
        ("GET", "primarycontactid/$ref/$ref", (404, "")),
        ("GET", "primarycontactid/lastname/$ref", (404, "")),
        ("GET", "primarycontactid/$count", (404, "")),
        ("GET", "$ref", (404, "0x8006088a")),
        ("GET", "$value", (404, "0x8006088a")),
        ("GET", "", (404, "0x8006088a")),
    ],
)
def test_what_is_no_property_is_not_found_and_nothing_is_written(
    inside: Inside, firm: str, method: str, tail: str, answer: tuple[int, str]
) -> None:
    before = inside.get(firm)

    assert inside.refusal(method, f"{firm}/{tail}", {"value": "other"} if method != "GET" else None) == answer
    assert inside.get(firm) == before


@pytest.mark.parametrize(
    "body", [None, {}, [], "x", {"Value": "x"}, {"value": 5}, {"value": ["x"]}, {"value": "x" * 161}]
)
def test_a_property_takes_one_value_of_its_type(inside: Inside, firm: str, body: Any) -> None:
    assert inside.refusal("PUT", f"{firm}/name", body)[0] == 400
    assert inside.get(f"{firm}/name")["value"] == "Adatum"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_property_of_a_row_that_is_not_there_is_not_found(inside: Inside, method: str) -> None:
    gone = "accounts(00000000-0000-0000-0000-000000000001)/name"

    assert inside.refusal(method, gone, {"value": "x"} if method == "PUT" else None) == (404, "0x80040217")


def test_a_column_of_the_organizations_own_is_not_written(inside: Inside, firm: str) -> None:
    before = inside.get(f"{firm}/createdon")["value"]

    inside("PUT", f"{firm}/createdon", {"value": "2020-01-01T00:00:00Z"})

    assert inside.get(f"{firm}/createdon")["value"] == before


@pytest.mark.parametrize("content", [b"", b"{", b'{"value": NaN}', b"\xff\xfe", b"[" * 5000, b'{"value": "\\ud83d"}'])
def test_a_body_that_is_no_json_is_refused(inside: Inside, firm: str, content: bytes) -> None:
    answer = inside.send("PUT", f"{firm}/name", content, {"content-type": "application/json"})

    assert answer.refusal == (400, "0x80060888")


def test_numbers_of_a_body_are_read_to_the_last_digit(inside: Inside, firm: str) -> None:
    content = json.dumps({"value": 0}).replace("0", "99999999999999.99").encode()

    assert inside.send("PUT", f"{firm}/creditlimit", content, {}).status_code == 204
    assert inside("GET", f"{firm}/creditlimit/$value").text == "99999999999999.9900"
