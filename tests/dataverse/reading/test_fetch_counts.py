"""The client's questions in FetchXML, put to a whole organization: they count what its filters find."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from integration.dataverse.connecting import connect
from integration.dataverse.reading import fetch
from integration.dataverse.store import SalesOrganization
from integration.sandbox import Options, Sandbox
from integration.systems.filters import EVERYTHING, AllOf, AnyOf, Comparison, Filter, OneOf, matches
from integration.systems.values import Row
from tests.examples import examples

FIRMS: tuple[dict[str, Any], ...] = (
    {"name": "Adatum & Sons", "creditlimit": Decimal(100), "numberofemployees": 5, "creditonhold": True},
    {"name": "100%_[Coho]", "creditlimit": Decimal("250.5"), "customertypecode": 3, "address1_city": "Köln"},
    {"name": 'The "Litware"', "address1_city": "köln", "customertypecode": 1},
    {"name": "Fabrikam", "numberofemployees": 50},
)
FIELDS = ("name", "address1_city", "fax", "numberofemployees", "customertypecode", "creditlimit", "creditonhold")
MANY = 6_000
BUYERS = MANY // 50


@pytest.fixture(scope="module")
def organization(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SalesOrganization]:
    """Four firms, and more contacts than a page holds, of whom every fiftieth is a buyer."""
    running = Sandbox(Options(str(tmp_path_factory.mktemp("counts") / "organization.sqlite3")))
    running.start()
    number = "WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM n WHERE x < ?)"
    columns = "contact (contactid, lastname, jobtitle, versionnumber)"
    values = "SELECT printf('%08x-0000-4000-8000-%012x', x, x), 'Row ' || x, CASE x % 50 WHEN 0 THEN 'Buyer' END, 1"
    with running.database.transaction() as connection:
        connection.execute(f"{number} INSERT INTO {columns} {values} FROM n", (MANY,))
    ready = running.ready
    found = connect(**{name: ready[name] for name in ("url", "tenant", "client_id", "client_secret", "token_endpoint")})
    assert all(not each.error for each in found.insert("account", [Row(uuid.uuid4(), firm) for firm in FIRMS]))
    yield found
    found.close()
    running.stop()


def test_more_rows_than_a_page_are_counted_to_the_last(organization: SalesOrganization) -> None:
    assert organization.count("contact") == MANY
    assert organization.count("contact", Comparison("jobtitle", "=", "")) == MANY - BUYERS
    assert organization.count("contact", Comparison("jobtitle", "=", "buyer")) == BUYERS


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        (EVERYTHING, 4),
        (Comparison("name", "=", "adatum & SONS"), 1),
        (Comparison("name", "<>", "Fabrikam"), 3),
        (Comparison("name", "begins with", "100%_["), 1),
        (Comparison("name", "contains", '"'), 1),
        (Comparison("name", "ends with", "]"), 1),
        (Comparison("address1_city", "=", "KÖLN"), 2),
        (Comparison("address1_city", "<>", ""), 2),
        (Comparison("creditlimit", ">=", Decimal("100.00")), 2),
        (Comparison("creditlimit", "<>", Decimal(100)), 3),
        (Comparison("creditlimit", "=", None), 2),
        (Comparison("creditonhold", "=", False), 3),
        (Comparison("customertypecode", "<>", 3), 3),
        (OneOf("customertypecode", (1, 3)), 2),
        (AllOf((Comparison("customertypecode", ">", 1), Comparison("address1_city", "=", "Köln"))), 1),
        (AnyOf((Comparison("numberofemployees", "<", 10), Comparison("name", "=", "Fabrikam"))), 2),
    ],
)
def test_the_question_counts_what_the_filter_finds(organization: SalesOrganization, where: Filter, rows: int) -> None:
    entity = organization.metadata.entity("account")

    assert fetch.count(organization.session, entity, where) == rows
    assert len(organization.find("account", where).records) == rows


TEXTS = st.sampled_from(
    ["Fabrikam", "fabrikam", "100%_[", "%", "[a-f]", "_", "&", '"', "Köln", "KÖLN", "", "]", "a", "'"]
)
NUMBERS = st.sampled_from([0, 1, 3, 5, 49, 50, 51])
AMOUNTS = st.sampled_from([Decimal(0), Decimal(100), Decimal("100.01"), Decimal("250.5"), Decimal("250.50")])
COMPARED = st.one_of(
    st.builds(Comparison, st.sampled_from(["name", "address1_city", "fax"]),
              st.sampled_from(["=", "<>", "contains", "begins with", "ends with"]), TEXTS),
    st.builds(Comparison, st.sampled_from(["numberofemployees", "customertypecode"]),
              st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), NUMBERS),
    st.builds(Comparison, st.just("creditlimit"), st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), AMOUNTS),
    st.builds(Comparison, st.sampled_from(["creditlimit", "numberofemployees", "fax"]), st.sampled_from(["=", "<>"]),
              st.none()),
    st.builds(Comparison, st.just("creditonhold"), st.sampled_from(["=", "<>"]), st.booleans()),
    st.builds(OneOf, st.just("customertypecode"), st.lists(NUMBERS, min_size=1, max_size=3).map(tuple)),
    st.builds(OneOf, st.just("name"), st.lists(TEXTS.filter(bool), min_size=1, max_size=3).map(tuple)),
)  # fmt: skip
FILTERS = st.recursive(
    COMPARED,
    lambda inner: (
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=5,
)


@given(FILTERS)
@examples(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_languages_and_the_meaning_of_a_filter_agree(organization: SalesOrganization, where: Filter) -> None:
    entity = organization.metadata.entity("account")
    everyone = organization.find("account", EVERYTHING, FIELDS).records

    meant = {record.id for record in everyone if matches(where, record)}

    assert {record.id for record in organization.find("account", where).records} == meant
    try:
        fetch.counting(entity, where)
    except fetch.Unsayable:
        return
    assert fetch.count(organization.session, entity, where) == len(meant)
