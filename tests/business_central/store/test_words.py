"""What numbers and names contain is found by an index of trigrams, which follows every write."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from integration.business_central import store, words
from integration.business_central.models import Customer
from integration.systems.filters import AnyOf, Comparison, Filter
from integration.systems.system import Wanted, find_each
from tests.business_central.embedded import company

pytestmark = pytest.mark.django_db
NAMES = ("no", "name")


def asked(text: str) -> Filter:
    return AnyOf(tuple(Comparison(name, "contains", text) for name in NAMES))


def found(text: str) -> list[str]:
    (firms, _) = find_each(company, [Wanted(table, asked(text), NAMES) for table in ("customer", "vendor")], 5)
    return [str(record.values["name"]) for record in firms]


def test_a_search_in_several_tables_follows_what_is_written_and_asks_once(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    adatum = Customer.objects.create(name="Adatum Größe")
    Customer.objects.bulk_create([Customer(name=f"Firm {at}") for at in range(8)])
    assert (found("DATUM"), found("GRÖ"), found("zzz"), found('a" OR "f')) == (
        ["Adatum Größe"],
        ["Adatum Größe"],
        [],
        [],
    )
    assert len(found("firm")) == 5
    adatum.name = "Litware"
    adatum.save()
    assert (found("datum"), found("LITW")) == ([], ["Litware"])
    adatum.delete()
    with django_assert_num_queries(1):
        assert found("litware") == []


def test_rows_with_a_text_are_counted_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    Customer.objects.bulk_create([Customer(name=f"Firm {at}") for at in range(4)])
    texts = ("FIRM", "irm 2", "xyzzy", "fi")
    assert [company.count_some("customer", asked(text)) for text in texts] == [4, 1, 0, 4]
    monkeypatch.setattr(store, "COUNTED_AT_MOST", 2)
    assert company.count_some("customer", asked("firm")) == 3


def test_two_letters_are_looked_for_in_the_rows() -> None:
    Customer.objects.create(name="Adatum")
    assert (found("AD"), found("zz")) == (["Adatum"], [])


def test_every_searched_table_has_its_index() -> None:
    indexes = [words.index_of(words.MODELS[name]) for name in words.SEARCHED]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT indexname FROM pg_indexes")
        else:
            cursor.execute("SELECT name FROM sqlite_master")
        there = {name for (name,) in cursor.fetchall()}
    assert {index.name for index in indexes if index is not None} <= there
    assert None not in indexes
