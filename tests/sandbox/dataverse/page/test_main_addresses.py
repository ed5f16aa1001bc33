"""Addresses as Dynamics 365 Sales has them, with the sign-in in between, and where nobody is led to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from integration.sandbox.dataverse.http.messages import Request
from integration.sandbox.dataverse.page.addresses import safe_next
from integration.sandbox.dataverse.page.routes import SalesPage
from tests.sandbox.conftest import Clock
from tests.sandbox.dataverse.page.visitor import GONE, Visitor
from tests.sandbox.in_process import ROOT, Inside, organization_in_process


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SalesPage, Inside]]:
    with organization_in_process(tmp_path_factory.mktemp("main"), "demo", Clock()) as made:
        inside = Inside(made)
        yield SalesPage(made.organization), inside


@pytest.fixture
def peter(world: tuple[SalesPage, Inside]) -> Visitor:
    return Visitor(world[0]).sign_in("Peter Saddow")


def first(inside: Inside, rows: str, key: str) -> str:
    found: str = json.loads(inside("GET", f"{rows}?$top=1&$select={key}").text)["value"][0][key]
    return found


def followed(visitor: Visitor, address: str) -> str:
    """The page at the end of all moves."""
    answer = visitor("GET", address)
    while answer.status == 303:
        answer = visitor("GET", answer.headers["Location"])
    assert answer.status == 200, answer.body.decode()
    return answer.body.decode()


@pytest.mark.parametrize(
    ("rows", "etn"),
    [("accounts", "account"), ("contacts", "contact"), ("salesorders", "salesorder"), ("systemusers", "systemuser"),
     ("transactioncurrencies", "transactioncurrency"), ("uomschedules", "uomschedule")],
)  # fmt: skip
@pytest.mark.parametrize("braces", ["{}", "{{{}}}"])
def test_the_address_of_a_record_opens_it_whatever_table_it_is_of(
    world: tuple[SalesPage, Inside], peter: Visitor, rows: str, etn: str, braces: str
) -> None:
    id = first(world[1], rows, f"{etn}id")
    name = json.loads(world[1]("GET", f"{rows}({id})").text)
    called = next(str(name[key]) for key in ("fullname", "currencyname", "name") if name.get(key))
    shown = followed(peter, f"/main.aspx?pagetype=entityrecord&etn={etn.upper()}&id={braces.format(id.upper())}")
    assert f"<h1>{called.replace('&', '&amp;')}</h1>" in shown


@pytest.mark.parametrize("etn", ["account", "opportunity", "pricelevel", "systemuser"])
def test_the_address_of_a_list_opens_it(peter: Visitor, etn: str) -> None:
    assert "<h1>" in followed(peter, f"/main.aspx?pagetype=entitylist&etn={etn}")


@pytest.mark.parametrize(
    "query",
    ["", "pagetype=entityrecord", "pagetype=entityrecord&etn=account", "pagetype=entityrecord&etn=account&id=7",
     "pagetype=entityrecord&etn=bicycle&id=" + GONE, "pagetype=dashboard&etn=account", "pagetype=entitylist&etn=",
     "pagetype=entityrecord&etn=systemuser&id=" + GONE, "etn=<script>alert(1)</script>&pagetype=entitylist"],
)  # fmt: skip
def test_an_address_that_names_nothing_there_is_says_so(peter: Visitor, query: str) -> None:
    answer = peter("GET", f"/sales/main.aspx?{query}")
    while answer.status == 303:
        answer = peter("GET", answer.headers["Location"])
    assert answer.status == 404
    assert "Not possible" in answer.body.decode()
    assert "<script>" not in answer.body.decode()


def test_who_has_to_sign_in_first_comes_to_the_record_that_was_asked_for(world: tuple[SalesPage, Inside]) -> None:
    id = first(world[1], "accounts", "accountid")
    somebody = Visitor(world[0])
    asked = somebody("GET", f"/main.aspx?pagetype=entityrecord&etn=account&id={id}").headers["Location"]
    shown = somebody.text(asked)
    going_to = re.search(r'name="next" value="([^"]+)"', shown)
    assert going_to is not None
    person = re.findall(r'value="([0-9a-f-]{36})"', shown)[0]
    address = going_to[1].replace("&amp;", "&")
    answer = somebody("POST", "/sales/sign-in", {"person": person, "next": address})
    somebody.cookie = answer.headers["Set-Cookie"].partition(";")[0]
    assert somebody("GET", answer.headers["Location"]).headers["Location"] == f"/sales/accounts/{id}"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/sales/", "/\\evil.example", "javascript:alert(1)", "/api/data/v9.2/", "",
     "/sales/\nSet-Cookie: a=b", "/salesmen/", "http:/sales/", "/sales/" + "x" * 2000],
)  # fmt: skip
def test_the_sign_in_leads_nowhere_else(world: tuple[SalesPage, Inside], address: str) -> None:
    assert safe_next(address) == ""
    somebody = Visitor(world[0])
    person = re.findall(r'value="([0-9a-f-]{36})"', somebody.text("/sales/"))[0]
    answer = somebody("POST", "/sales/sign-in", {"person": person, "next": address})
    assert answer.headers["Location"] == "/sales/accounts/"


def test_such_an_address_is_read_and_never_sent_to(world: tuple[SalesPage, Inside]) -> None:
    answer = world[0].answer(Request("DELETE", "/main.aspx", "pagetype=entitylist&etn=account", {}, b"", ROOT))
    assert answer.status == 405
