"""FetchXML: which rows a query finds, how they are shown, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree

import pytest

from integration.sandbox import Options, Sandbox
from tests.sandbox.conftest import Caller, Clock
from tests.sandbox.dataverse.query.fetchxml.fetches import ANNOTATED, SHOWN, condition, fetch

CRM = "@Microsoft.Dynamics.CRM."
FIRMS: dict[str, dict[str, Any]] = {
    "Adatum": {"accountnumber": "A1", "creditlimit": 100, "numberofemployees": 5, "address1_city": "Köln",
               "creditonhold": True, "lastonholdtime": "2026-03-01T08:00:00Z"},
    "Coho": {"accountnumber": "A2", "creditlimit": 250.5, "numberofemployees": 50, "customertypecode": 3,
             "address1_city": "Vence", "lastonholdtime": "2026-02-10T08:00:00Z"},
    "Fabrikam": {"accountnumber": "B1", "customertypecode": 1, "fax": "b1"},
    "Litware": {"address1_city": "köln", "numberofemployees": 50},
}  # fmt: skip
PEOPLE = {"Adatum": ("Hill", "Funk"), "Coho": ("Orton",)}


def where(conditions: str, type: str = "and") -> str:
    return f'<attribute name="name" /><filter type="{type}">{conditions}</filter>'


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """Four firms on a Monday in March 2026; Adatum has two people, Coho one."""
    place = tmp_path_factory.mktemp("fetchxml")
    running = Sandbox(Options(str(place / "organization.sqlite3")), Clock())
    running.start()
    call = Caller(running.ready)
    for name, values in FIRMS.items():
        firm = call.create("accounts", name=name, **values)
        for last in PEOPLE.get(name, ()):
            bind = {"parentcustomerid_account_at_bind": f"/accounts({firm})"}
            person = call.create("contacts", lastname=last, jobtitle="Buyer", **bind)
            call("PATCH", f"accounts({firm})", {"primarycontactid@odata.bind": f"/contacts({person})"})
    yield call
    running.stop()


@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        (condition("name", "eq", "ADATUM"), "Adatum"),
        (condition("name", "ne", "adatum"), "Coho Fabrikam Litware"),
        (condition("customertypecode", "ne", "3"), "Adatum Fabrikam Litware"),
        (condition("creditlimit", "ge", "100.00"), "Adatum Coho"),
        (condition("numberofemployees", "lt", "50"), "Adatum"),
        (condition("creditonhold", "eq", "1"), "Adatum"),
        (condition("creditonhold", "eq", "false"), "Coho Fabrikam Litware"),
        (condition("name", "like", "%i%a%"), "Fabrikam Litware"),
        (condition("name", "not-like", "%a%"), "Coho"),
        (condition("accountnumber", "not-like", "A%"), "Fabrikam Litware"),
        (condition("address1_city", "begins-with", "kö"), "Adatum Litware"),
        (condition("name", "ends-with", "um"), "Adatum"),
        (condition("name", "not-begin-with", "a"), "Coho Fabrikam Litware"),
        (condition("address1_city", "null"), "Fabrikam"),
        (condition("address1_city", "not-null"), "Adatum Coho Litware"),
        ('<condition attribute="customertypecode" operator="in"><value>1</value><value>3</value></condition>',
         "Coho Fabrikam"),
        ('<condition attribute="name" operator="not-in"><value>Coho</value><value>Adatum</value></condition>',
         "Fabrikam Litware"),
        ('<condition attribute="numberofemployees" operator="between"><value>1</value><value>49</value></condition>',
         "Adatum"),
        ('<condition attribute="accountnumber" operator="eq" valueof="fax" />', "Fabrikam"),
        (condition("lastonholdtime", "last-x-days", "7"), "Adatum"),
        (condition("lastonholdtime", "last-month"), "Coho"),
        (condition("lastonholdtime", "on", "2026-03-01"), "Adatum"),
        (condition("lastonholdtime", "olderthan-x-weeks", "2"), "Coho"),
        (condition("lastonholdtime", "in-fiscal-year", "2026"), "Adatum Coho"),
        (condition("lastonholdtime", "in-fiscal-period", "1"), "Adatum Coho"),
        (condition("lastonholdtime", "in-fiscal-period", "2"), ""),
        (condition("lastonholdtime", "last-fiscal-period"), ""),
        ('<condition attribute="customertypecode" operator="contain-values"><value>3</value></condition>', "Coho"),
        ('<condition attribute="customertypecode" operator="not-contain-values"><value>3</value></condition>',
         "Adatum Fabrikam Litware"),
        (condition("customertypecode", "eq-userlanguage"), ""),
        (condition("ownerid", "eq-userid"), "Adatum Coho Fabrikam Litware"),
        (condition("ownerid", "eq-useroruserteams"), "Adatum Coho Fabrikam Litware"),
        (condition("ownerid", "eq-userteams"), ""),
        ("", "Adatum Coho Fabrikam Litware"),
    ],
)  # fmt: skip
def test_a_condition_finds_the_rows_it_names(call: Caller, conditions: str, names: str) -> None:
    assert {row["name"] for row in call.rows(fetch(where(conditions)))} == set(names.split())


def test_filters_join_their_parts_by_and_or_or_as_they_say(call: Caller) -> None:
    both = f'<filter type="and">{condition("numberofemployees", "eq", "50")}{condition("name", "like", "c%")}</filter>'

    found = call.rows(fetch(where(both + condition("accountnumber", "eq", "B1"), "or")))

    assert {row["name"] for row in found} == {"Coho", "Fabrikam"}


def test_a_row_shows_what_was_asked_for_and_its_key_but_no_null(call: Caller) -> None:
    asked = '<attribute name="name" /><attribute name="creditlimit" alias="limit" /><attribute name="ownerid" />'

    rows = {row["name"]: row for row in call.rows(fetch(asked + '<attribute name="address1_city" />'))}

    assert set(rows["Coho"]) == {"@odata.etag", "accountid", "name", "limit", "_ownerid_value", "address1_city"}
    assert set(rows["Fabrikam"]) == {"@odata.etag", "accountid", "name", "_ownerid_value"}


def test_labels_names_and_symbols_come_where_they_are_wanted(call: Caller) -> None:
    asked = "".join(f'<attribute name="{name}" />' for name in ("customertypecode", "creditlimit", "primarycontactid"))

    (row,) = call.rows(fetch(asked + f"<filter>{condition('name', 'eq', 'Coho')}</filter>"), Prefer=ANNOTATED)

    assert row[f"customertypecode{SHOWN}"] == "Customer"
    assert row[f"creditlimit{SHOWN}"].endswith("250.50")
    assert row[f"_primarycontactid_value{SHOWN}"] == "Orton"
    assert row[f"_primarycontactid_value{CRM}lookuplogicalname"] == "contact"


def people(kind: str, inside: str = '<attribute name="lastname" />', alias: str = ' alias="person"') -> str:
    return (
        f'<attribute name="name" /><link-entity name="contact" from="parentcustomerid" to="accountid"{alias} '
        f'link-type="{kind}">{inside}</link-entity><order attribute="name" />'
    )


def pairs(rows: list[dict[str, Any]], key: str) -> list[tuple[str, str | None]]:
    return [(row["name"], row.get(key)) for row in rows]


def test_linked_rows_come_beside_under_their_alias(call: Caller) -> None:
    inner = call.rows(fetch(people("inner", '<attribute name="lastname" /><order attribute="lastname" />')))
    outer = call.rows(fetch(people("outer", f"{LAST}<filter>{condition('lastname', 'eq', 'Hill')}</filter>")))
    unnamed = call.rows(fetch(people("inner", alias="")))

    assert pairs(inner, "person_x002e_lastname") == [("Adatum", "Funk"), ("Adatum", "Hill"), ("Coho", "Orton")]
    assert pairs(outer, "person_x002e_lastname") == [
        ("Adatum", "Hill"), ("Coho", None), ("Fabrikam", None), ("Litware", None)
    ]  # fmt: skip
    assert "contact1_x002e_lastname" in unnamed[0]


LAST = '<attribute name="lastname" />'


def test_a_condition_of_the_table_may_be_on_a_linked_one(call: Caller) -> None:
    missing = '<filter><condition entityname="person" attribute="contactid" operator="null" /></filter>'

    found = call.rows(fetch(people("outer") + missing))

    assert [row["name"] for row in found] == ["Fabrikam", "Litware"]


@pytest.mark.parametrize(
    ("kind", "names"),
    [("any", "Adatum"), ("not any", "Coho Fabrikam Litware"), ("all", "Coho"), ("not all", "Adatum")],
)
def test_a_filter_may_ask_whether_there_are_linked_rows(call: Caller, kind: str, names: str) -> None:
    link = f'<link-entity name="contact" from="parentcustomerid" to="accountid" link-type="{kind}">'
    hill = f"<filter>{condition('lastname', 'eq', 'Hill')}</filter></link-entity>"

    assert {row["name"] for row in call.rows(fetch(where(link + hill)))} == set(names.split())


def test_a_link_may_only_ask_whether_there_are_rows(call: Caller) -> None:
    found = call.rows(fetch(people("exists", "")))

    assert [row["name"] for row in found] == ["Adatum", "Coho"]


def test_pages_follow_one_another_by_the_cookie(call: Caller) -> None:
    names: list[str] = []
    cookie, page, more = "", 1, True
    while more:
        given = {"paging_cookie": cookie} if cookie else {}
        answer = call.get(fetch('<attribute name="name" />', page=str(page), count="3", **given), Prefer=ANNOTATED)
        names += [row["name"] for row in answer["value"]]
        more = answer[f"{CRM}morerecords"]
        if more:
            outer = ElementTree.fromstring(answer[f"{CRM}fetchxmlpagingcookie"])
            inner = unquote(unquote(outer.attrib["pagingcookie"]))
            cookie = inner.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
            page = int(outer.attrib["pagenumber"])

    assert sorted(names) == sorted(FIRMS)
    assert page == 2
    assert "accountid last=" in inner


def test_a_page_in_an_order_is_counted_off(call: Caller) -> None:
    ordered = '<attribute name="name" /><order attribute="name" descending="true" />'

    first = call.get(fetch(ordered, page="1", count="3", returntotalrecordcount="true"), Prefer=ANNOTATED)
    second = call.rows(fetch(ordered, page="2", count="3"))
    top = call.rows(fetch(ordered, top="1"))

    assert [row["name"] for row in first["value"]] == ["Litware", "Fabrikam", "Coho"]
    assert first[f"{CRM}totalrecordcount"] == 4
    assert [row["name"] for row in second] == ["Adatum"]
    assert [row["name"] for row in top] == ["Litware"]


def test_a_lookup_sorts_by_the_name_behind_it(call: Caller) -> None:
    found = call.rows(fetch('<attribute name="name" /><order attribute="primarycontactid" descending="true" />'))

    assert [row["name"] for row in found][:2] == ["Coho", "Adatum"]


def test_equal_rows_come_once_where_asked(call: Caller) -> None:
    found = call.rows(fetch('<attribute name="jobtitle" />', entity="contact", distinct="true"))

    assert [row for row in found if row] == [{"jobtitle": "Buyer"}]


@pytest.mark.parametrize(
    ("address", "code", "says"),
    [
        ("accounts?fetchXml=<fetch>", "0x80040203", "Invalid XML"),
        ("accounts?fetchXml=" + quote('<!DOCTYPE x [<!ENTITY a "b">]><fetch>&a;</fetch>'), "0x80040203", "Invalid XML"),
        (fetch("", entity="contact").replace("contacts?", "accounts?"), "0x80060888", "not that of the address"),
        (fetch('<attribute name="colour" />'), "0x80041103", "doesn't contain attribute with Name = 'colour'"),
        (fetch(where(condition("colour", "eq", "red"))), "0x80041103", "'colour'"),
        (fetch('<link-entity name="colour" from="a" to="b" />'), "0x80041102", "'colour'"),
        (fetch(where(condition("numberofemployees", "eq", "many"))), "0x80060888", "incompatible types"),
        (fetch(where(condition("name", "eq"))), "0x80040203", "Exactly one value"),
        (fetch(where('<condition entityname="x" attribute="name" operator="null" />')), "0x80040203", "alias 'x'"),
        (fetch('<attribute name="name" />', top="3", page="1"), "0x80040203", "can't be specified with paging"),
        (fetch('<attribute name="name" />', page="20000"), "0x8004430a", "Paging cookie is required"),
        (fetch('<attribute name="name" />', page="2", paging_cookie="x"), "0x80040203", "Malformed XML Paging Cookie"),
        (fetch('<attribute name="name" alias="a b" />'), "0x80041130", "alias 'a b' is invalid"),
        (fetch('<attribute name="name" /><attribute name="name" />'), "0x80041131", "more than once"),
        (fetch('<link-entity name="contact" from="parentcustomerid" to="accountid" />' * 16), "0x8004430d", "exceeded"),
        (fetch(where("<filter>" * 60 + "</filter>" * 60)), "0x80040203", "too deeply"),
        (fetch('<attribute name="name" aggregate="count" alias="n" />'), "0x80040203", "aggregate='true'"),
    ],
)  # fmt: skip
def test_what_is_no_query_is_refused(call: Caller, address: str, code: str, says: str) -> None:
    answer = call("GET", address)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert says in answer.json()["error"]["message"]


def test_an_operator_the_sandbox_lacks_is_named(call: Caller) -> None:
    answer = call("GET", fetch(where(condition("name", "sounds-like", "x"))))

    assert answer.status_code == 501
    assert "'sounds-like'" in answer.json()["error"]["message"]
