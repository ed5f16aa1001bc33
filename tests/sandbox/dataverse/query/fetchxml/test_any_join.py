"""Rows across tables: conditions on what a lookup leads to and on what belongs to a row, against the same in Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from tests.examples import examples
from tests.sandbox.in_process import Inside

SETTINGS = examples(40, suppress_health_check=[HealthCheck.too_slow])
TITLES = ("Buyer", "Owner", None)


@dataclass
class Firm:
    """A firm with the numbers of its people by title, the firm above it and its primary contact's title."""

    key: str
    name: str
    city: str | None
    people: list[str | None] = field(default_factory=list)
    above: Firm | None = None
    primary: str | bool | None = False


@pytest.fixture(scope="module")
def firms(inside: Inside) -> list[Firm]:
    """Six firms with from none to three people each, some above others."""
    found: list[Firm] = []
    for at in range(6):
        above = found[at // 2] if at in (2, 3, 5) else None
        bind = {"parentaccountid_at_bind": f"/accounts({above.key})"} if above else {}
        city = ("Köln", "Vence", None)[at % 3]
        key = inside.create("accounts", name=f"Firm {at}", **({"address1_city": city} if city else {}), **bind)
        firm = Firm(key, f"Firm {at}", city, above=above)
        for number in range(at % 4):
            title = TITLES[(at + number) % 3]
            own = {"parentcustomerid_account_at_bind": f"/accounts({key})", **({"jobtitle": title} if title else {})}
            person = inside.create("contacts", lastname=f"Person {at}.{number}", **own)
            firm.people.append(title)
            if number == 1:
                inside("PATCH", f"accounts({key})", {"primarycontactid@odata.bind": f"/contacts({person})"})
                firm.primary = title
        found.append(firm)
    return found


Test = Callable[[Firm], bool]
Asked = tuple[str, str, Test]
"""How OData asks, how FetchXML asks (within the entity), and what is meant."""


def below(firm: Firm, firms: list[Firm]) -> list[Firm]:
    return [one for one in firms if one.above is firm]


LINKED = (
    '<link-entity name="{}" from="{}" to="{}" link-type="inner"><filter><condition attribute="{}" operator="eq" '
    'value="{}" /></filter></link-entity>'
)
OUTER = (
    '<link-entity name="account" from="accountid" to="parentaccountid" link-type="outer" alias="a" />'
    '<filter><condition entityname="a" attribute="accountid" operator="null" /></filter>'
)


def _linked(kind: str, title: str) -> str:
    link = f'<link-entity name="contact" from="parentcustomerid" to="accountid" link-type="{kind}">'
    condition = f'<condition attribute="jobtitle" operator="eq" value="{title}" />'
    return f"<filter>{link}<filter>{condition}</filter></link-entity></filter>"


def any_person(title: str) -> Asked:
    return (
        f"contact_customer_accounts/any(c:c/jobtitle eq '{title}')",
        _linked("any", title),
        lambda firm: title in firm.people,
    )


def no_person(title: str) -> Asked:
    return (
        f"not contact_customer_accounts/any(c:c/jobtitle eq '{title}')",
        _linked("not any", title),
        lambda firm: title not in firm.people,
    )


ANYBODY: Asked = (
    "contact_customer_accounts/any()",
    '<link-entity name="contact" from="parentcustomerid" to="accountid" link-type="exists" />',
    lambda firm: bool(firm.people),
)
ABOVE_IN_KOELN: Asked = (
    "parentaccountid/address1_city eq 'köln'",
    LINKED.format("account", "accountid", "parentaccountid", "address1_city", "köln"),
    lambda firm: firm.above is not None and firm.above.city == "Köln",
)
NOBODY_ABOVE: Asked = (
    "parentaccountid/accountid eq null",
    OUTER,
    lambda firm: firm.above is None,
)
PRIMARY_BUYER: Asked = (
    "primarycontactid/jobtitle eq 'Buyer'",
    LINKED.format("contact", "contactid", "primarycontactid", "jobtitle", "Buyer"),
    lambda firm: firm.primary == "Buyer",
)
QUESTIONS = some.one_of(
    some.builds(any_person, some.sampled_from(["Buyer", "Owner"])),
    some.builds(no_person, some.sampled_from(["Buyer", "Owner"])),
    some.sampled_from([ANYBODY, ABOVE_IN_KOELN, NOBODY_ABOVE, PRIMARY_BUYER]),
)


def filtered(inside: Inside, text: str) -> list[str]:
    return [row["name"] for row in inside.rows(f"accounts?$select=name&$orderby=name&$filter={text}")]


def fetched(inside: Inside, text: str, **facts: str) -> list[str]:
    named = "".join(f' {name}="{value}"' for name, value in facts.items())
    whole = f'<attribute name="name" /><order attribute="name" />{text}'
    rows = inside.rows("accounts?fetchXml=" + quote(f'<fetch{named}><entity name="account">{whole}</entity></fetch>'))
    return [row["name"] for row in rows]


@given(some.lists(QUESTIONS, min_size=1, max_size=3, unique_by=lambda asked: asked[0]))
@SETTINGS
def test_questions_across_tables_find_the_same_firms_in_both_languages(
    inside: Inside, firms: list[Firm], asked: list[Asked]
) -> None:
    wanted = [firm.name for firm in firms if all(test(firm) for _, _, test in asked)]

    assert filtered(inside, " and ".join(f"({text})" for text, _, _ in asked)) == wanted
    assert fetched(inside, "".join(text for _, text, _ in asked)) == wanted


@given(QUESTIONS, QUESTIONS)
@SETTINGS
def test_questions_across_tables_are_joined_by_or_and_turned_by_not(
    inside: Inside, firms: list[Firm], one: Asked, other: Asked
) -> None:
    either = [firm.name for firm in firms if one[2](firm) or other[2](firm)]
    neither = [firm.name for firm in firms if firm.name not in either]

    assert filtered(inside, f"({one[0]}) or ({other[0]})") == either
    assert filtered(inside, f"not (({one[0]}) or ({other[0]}))") == neither


@pytest.mark.parametrize("title", ["Buyer", "Owner"])
def test_all_is_true_of_firms_without_people_too(inside: Inside, firms: list[Firm], title: str) -> None:
    wanted = [firm.name for firm in firms if all(one == title for one in firm.people)]

    assert filtered(inside, f"contact_customer_accounts/all(c:c/jobtitle eq '{title}')") == wanted


def test_a_question_goes_several_tables_deep(inside: Inside, firms: list[Firm]) -> None:
    wanted = [firm.name for firm in firms if any("Buyer" in one.people for one in below(firm, firms))]

    text = "account_parent_account/any(a:a/contact_customer_accounts/any(c:c/jobtitle eq 'Buyer'))"
    assert filtered(inside, text) == wanted
    nested = (
        '<filter><link-entity name="account" from="parentaccountid" to="accountid" link-type="any"><link-entity '
        'name="contact" from="parentcustomerid" to="accountid" link-type="exists"><filter><condition '
        'attribute="jobtitle" operator="eq" value="Buyer" /></filter></link-entity></link-entity></filter>'
    )
    assert fetched(inside, nested) == wanted


def test_a_linked_row_shows_its_columns_once_for_every_match(inside: Inside, firms: list[Firm]) -> None:
    text = (
        '<attribute name="name" /><order attribute="name" /><link-entity name="contact" from="parentcustomerid" '
        'to="accountid" link-type="outer" alias="p"><attribute name="jobtitle" alias="title" /></link-entity>'
    )

    rows = inside.rows("accounts?fetchXml=" + quote(f'<fetch><entity name="account">{text}</entity></fetch>'))

    found = {
        name: sorted(str(row.get("title")) for row in group)
        for name, group in itertools.groupby(rows, key=lambda row: row["name"])
    }
    assert found == {firm.name: sorted(str(title) for title in firm.people or [None]) for firm in firms}


def test_equal_rows_come_once_where_that_is_asked(inside: Inside, firms: list[Firm]) -> None:
    inner = '<link-entity name="contact" from="parentcustomerid" to="accountid" link-type="inner" />'
    many = [firm.name for firm in firms for _ in firm.people]

    assert fetched(inside, inner) == many
    assert fetched(inside, inner, distinct="true") == sorted(set(many))


def test_questions_about_people_of_other_tables_say_what_is_wrong(inside: Inside) -> None:
    for text, says in (
        ("contact_customer_accounts/any(c:c/corks eq 1)", "Could not find a property named 'corks'"),
        ("contact_customer_accounts/any(c:jobtitle eq 'x')", "Could not find a property named 'jobtitle'"),
        ("corks/any()", "Could not find a property named 'corks'"),
        ("contact_customer_accounts/all()", "Syntax error"),
        ("contact_customer_accounts/any(c:c/jobtitle eq 'x'", "Syntax error"),
        ("contact_customer_accounts/some(c:c/jobtitle eq 'x')", "An unknown function"),
        ("account_parent_account/any(a:a/contact_customer_accounts/any(a:a/fax eq 'x'))", "already been declared"),
        ("primarycontactid/any(c:c/fax eq 'x')", "Could not find a property named 'primarycontactid'"),
        ("contact_customer_accounts/jobtitle eq 'x'", "Could not find a property named"),
        ("ownerid/fullname eq 'x'", "cannot be used in a path"),
    ):
        assert says in inside.message("GET", f"accounts?$filter={text}"), text


def test_any_value_of_a_condition_is_taken_as_a_value(inside: Inside, firms: list[Firm]) -> None:
    for value in ("'; DROP TABLE account; --", '"', "%", "<>", "&amp;", "\\", "Köln' or '1'='1"):
        condition: Any = f"<filter><condition attribute='address1_city' operator='eq' value={quoted(value)} /></filter>"
        assert fetched(inside, condition) == []
    assert len(filtered(inside, "name ne null")) == len(firms)


def quoted(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return f'"{escaped}"'
