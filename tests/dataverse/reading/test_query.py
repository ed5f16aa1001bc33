"""What Dataverse finds is what our filters mean, for any filter."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from integration.dataverse.connecting import connect
from integration.dataverse.reading import query
from integration.dataverse.store import SalesOrganization
from integration.systems.errors import FieldMissing
from integration.systems.filters import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Comparison,
    Filter,
    FilterError,
    Not,
    OneOf,
    both,
    matches,
    parse,
)
from integration.systems.system import every
from integration.systems.values import Record, Ref, Row
from tests.examples import examples

FIELDS = (
    "name", "telephone1", "creditlimit", "customertypecode", "creditonhold", "numberofemployees", "parentaccountid",
    "lastonholdtime",
)  # fmt: skip
TYPED = ("Adatum", "ADATUM GmbH", "O'Brien & Søn", "100%", "a_b", "[x]", "ab", "")
WHEN = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def organization(sandbox: dict[str, Any]) -> Iterator[SalesOrganization]:
    found = connect(
        sandbox["url"], sandbox["tenant"], sandbox["client_id"], sandbox["client_secret"], sandbox["token_endpoint"]
    )
    yield found
    found.close()


@pytest.fixture(scope="module")
def records(organization: SalesOrganization) -> list[Record]:
    """Some firms that differ in every column, and nothing else: their number of shares says that they are ours."""
    parent = Row(uuid.uuid4(), {"name": "Adatum", "sharesoutstanding": 4711})
    rows = [parent]
    for n, name in enumerate(TYPED[:-1] * 2):
        rows.append(Row(uuid.uuid4(), {
            "name": name, "sharesoutstanding": 4711, "telephone1": TYPED[(n * 3) % 8],
            "creditlimit": [None, Decimal(0), Decimal("1000.50")][n % 3], "customertypecode": [None, 3, 11][n % 3],
            "creditonhold": n % 2 == 0, "numberofemployees": [None, 1, 50][(n + 1) % 3],
            "parentaccountid": Ref("account", parent.id) if n % 2 else None,
            "lastonholdtime": [None, WHEN, WHEN + dt.timedelta(days=n)][n % 3],
        }))  # fmt: skip
    written = organization.insert("account", rows)
    assert [one.error for one in written] == [None] * len(rows)
    return list(every(organization, "account", OURS, FIELDS))


OURS = Comparison("sharesoutstanding", "=", 4711)
texts = st.builds(
    Comparison,
    st.sampled_from(["name", "telephone1"]),
    st.sampled_from(["=", "<>", "contains", "begins with", "ends with"]),
    st.sampled_from([*TYPED, None, "A", "%", "_", "'", "&", "obrien", "Søn"]),
)
ordered = st.sampled_from(["=", "<>", ">", ">=", "<", "<="])
numbers = st.builds(
    Comparison, st.just("creditlimit"), ordered, st.sampled_from([None, Decimal(0), Decimal("1000.5"), Decimal(-1)])
)
whole = st.builds(Comparison, st.just("numberofemployees"), ordered, st.sampled_from([None, 0, 1, 50]))
moments = st.builds(Comparison, st.just("lastonholdtime"), ordered, st.sampled_from([None, WHEN]))
choices = st.builds(
    Comparison, st.just("customertypecode"), st.sampled_from(["=", "<>"]), st.sampled_from([None, 3, 4])
)
flags = st.builds(Comparison, st.just("creditonhold"), st.sampled_from(["=", "<>"]), st.booleans())
parents = st.builds(
    Comparison,
    st.just("parentaccountid"),
    st.sampled_from(["=", "<>", "contains"]),
    st.sampled_from(["Adatum", "adatum", "Fabrikam", None, ""]),
)
one_of = st.builds(OneOf, st.just("name"), st.lists(st.sampled_from(TYPED), max_size=3).map(tuple))
any_filter = st.recursive(
    st.one_of(texts, numbers, whole, moments, choices, flags, parents, one_of),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=4,
)


@examples(300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=any_filter)
def test_the_organization_finds_what_the_filter_means(
    organization: SalesOrganization, records: list[Record], where: Filter
) -> None:
    expected = {record.id for record in records if matches(where, record)}

    found = {record.id for record in every(organization, "account", both(OURS, where))}

    assert found == expected


@pytest.mark.parametrize("text", [
    "statecode = Active and customertypecode in (Customer, Other)",
    "not (name contains 'test' or telephone1 is not blank)",
    "parentcustomeridtype = account",
    "ownerid <> ''",
])  # fmt: skip
def test_what_a_person_types_is_answered(organization: SalesOrganization, text: str) -> None:
    table = "contact" if "parent" in text else "account"
    assert organization.count(table, parse(text, organization.describe(table))) >= 0


def test_a_firm_is_found_by_the_name_of_its_owner(organization: SalesOrganization, records: list[Record]) -> None:
    owner = organization.get("account", [records[0].id], ["ownerid"])[records[0].id].values["ownerid"]
    assert isinstance(owner, Ref)

    def found(text: str) -> set[uuid.UUID]:
        where = both(OURS, parse(text, organization.describe("account")))
        return {record.id for record in every(organization, "account", where)}

    assert found(f"ownerid = '{owner.label}'") == {record.id for record in records}
    assert found(f"ownerid <> '{owner.label}'") == set()
    assert found("ownerid begins with 'Nobody'") == set()


def test_contacts_of_accounts_are_told_from_contacts_of_contacts(organization: SalesOrganization) -> None:
    firm = Row(uuid.uuid4(), {"name": "Coho Winery"})
    organization.insert("account", [firm])
    boss = Row(uuid.uuid4(), {"lastname": "Cole", "parentcustomerid": Ref("account", firm.id)})
    organization.insert("contact", [boss])
    aide = Row(uuid.uuid4(), {"lastname": "Diaz", "parentcustomerid": Ref("contact", boss.id)})
    free = Row(uuid.uuid4(), {"lastname": "Eng"})
    organization.insert("contact", [aide, free])
    ours = OneOf("contactid", (boss.id, aide.id, free.id))

    def found(text: str) -> set[str]:
        where = both(ours, parse(text, organization.describe("contact")))
        return {str(r.values["lastname"]) for r in every(organization, "contact", where, ["lastname"])}

    assert found("parentcustomeridtype = account") == {"Cole"}
    assert found("parentcustomeridtype <> account") == {"Diaz", "Eng"}
    assert found("not parentcustomeridtype = contact") == {"Cole", "Eng"}
    assert found("parentcustomeridtype is blank") == {"Eng"}
    assert found("parentcustomerid = 'Coho Winery'") == {"Cole"}
    assert found("parentcustomerid <> 'Coho Winery'") == {"Diaz", "Eng"}
    assert found("parentcustomeridtype = lead") == set()


def test_a_filter_longer_than_an_address_still_is_one_request(
    organization: SalesOrganization, records: list[Record]
) -> None:
    wanted = OneOf("accountid", tuple(record.id for record in records) + tuple(uuid.uuid4() for _ in range(800)))
    before = organization.requests

    found = organization.find("account", wanted, size=5000)

    assert {record.id for record in found.records} == {record.id for record in records}
    assert organization.requests - before == 1


def test_a_thousand_ids_are_one_request(organization: SalesOrganization, records: list[Record]) -> None:
    ids = [record.id for record in records] + [uuid.uuid4() for _ in range(1000)]
    before = organization.requests

    found = organization.get("account", ids, ["name"])

    assert set(found) == {record.id for record in records}
    assert organization.requests - before == 1


def test_many_values_of_a_text_column_are_asked_for_in_one_call(
    organization: SalesOrganization, records: list[Record]
) -> None:
    wanted = OneOf("name", ("adatum", 'quote"d', "O'Brien & Søn", *(f"Firm {n}" for n in range(200))))

    found = {record.id for record in every(organization, "account", both(OURS, wanted))}

    assert found == {record.id for record in records if matches(wanted, record)}


def test_a_date_that_travels_as_a_moment_is_found_by_its_day(organization: SalesOrganization) -> None:
    currency = organization.find("transactioncurrency", EVERYTHING, [], size=1).records[0].id
    row = Row(uuid.uuid4(), {
        "name": f"Winter {uuid.uuid4()}", "begindate": dt.date(2026, 2, 28),
        "transactioncurrencyid": Ref("transactioncurrency", currency),
    })  # fmt: skip
    assert organization.insert("pricelevel", [row])[0].ok
    ours = Comparison("pricelevelid", "=", row.id)

    def finds(operator: str, day: int) -> bool:
        where = both(ours, Comparison("begindate", operator, dt.date(2026, 2, day)))
        return organization.count("pricelevel", where) == 1

    assert organization.get("pricelevel", [row.id], ["begindate"])[row.id].values["begindate"] == dt.date(2026, 2, 28)
    answers = {op: [finds(op, day) for day in (27, 28)] for op in ("=", "<>", "<", "<=", ">", ">=")}
    assert answers == {
        "=": [False, True],
        "<>": [True, False],
        "<": [False, False],
        "<=": [False, True],
        ">": [True, False],
        ">=": [True, True],
    }


@pytest.mark.parametrize("where", [Comparison("nosuchcolumn", "=", 1), OneOf("nosuchcolumn", (1,))])
def test_a_column_that_does_not_exist_is_said_before_anything_is_sent(
    organization: SalesOrganization, where: Comparison | OneOf
) -> None:
    before = organization.requests

    with pytest.raises(FieldMissing, match="nosuchcolumn"):
        organization.find("account", where)

    assert organization.requests == before


@pytest.mark.parametrize("operator", [">", "<="])
def test_references_have_no_order(organization: SalesOrganization, operator: str) -> None:
    with pytest.raises(FilterError):
        organization.find("account", Comparison("parentaccountid", operator, uuid.uuid4()))


def test_rows_come_in_the_order_asked_for(organization: SalesOrganization, records: list[Record]) -> None:
    page = organization.find("account", OURS, ["name", "creditlimit"], ["-creditlimit", "name"])

    amounts = [record.values["creditlimit"] for record in page.records]
    assert [a for a in amounts if a is not None] == sorted((a for a in amounts if a is not None), reverse=True)
    assert len(page.records) == len(records)


@pytest.mark.parametrize(("value", "text"), [
    ("O'Brien", "'O''Brien'"),
    (True, "true"),
    (Decimal("1E+2"), "100"),
    (dt.date(2026, 1, 31), "2026-01-31"),
    (dt.datetime(2026, 1, 31, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=2))), "2026-01-31T21:30:00Z"),
    (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (-5, "-5"),
])  # fmt: skip
def test_a_value_is_written_as_odata_wants_it(value: Any, text: str) -> None:
    assert query.literal(value) == text
