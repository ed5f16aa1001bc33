"""What the rows of catalogs are found by: the index answers as the rows themselves do, whatever happens to them."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from integration.models import CatalogRow, CatalogTable
from integration.models.stored import catalog_words
from integration.models.stored.catalog_words import Part, with_words
from integration.models.stored.rows import insert_rows
from integration.systems.text import fold
from tests.examples import examples

pytestmark = pytest.mark.django_db
NAMES = ("table", "record_id", "position", "words", "inside", "coupled")
FEW = 50
TEXTS = st.one_of(
    st.text("aAbéÉßﬁ%_\\\"'*-^:() 0😀", max_size=12),
    st.text(max_size=12),
    st.sampled_from(("Contoso", "contoso%", "Größe & Søn", "Café Nord", "AND OR NOT NEAR")),
)
MARKS = st.tuples(st.booleans(), st.booleans())
MEANT = {
    Part.ALL: lambda row: True,
    Part.COUPLED: lambda row: row.coupled,
    Part.FREE: lambda row: not row.coupled,
    Part.FREE_INSIDE: lambda row: row.inside and not row.coupled,
}


def catalog(name: str) -> CatalogTable:
    return CatalogTable.objects.create(side="crm", name=name)


def write(head: CatalogTable, *rows: tuple[int, str, bool, bool]) -> None:
    """Rows as a catalog writes them: number, text, inside, coupled."""
    values = [(head.pk, uuid.UUID(int=n), "", fold(text), inside, coupled) for n, text, inside, coupled in rows]
    insert_rows(CatalogRow, NAMES, values, key=("table", "record_id"))


def found(head: CatalogTable, text: str, part: Part = Part.ALL) -> list[int]:
    rows, are_many = with_words(head, part, fold(text), FEW)
    assert not are_many
    return sorted(id.int for id in rows.values_list("record_id", flat=True))


def held(head: CatalogTable, text: str, part: Part) -> list[int]:
    """The same, by reading all rows."""
    return sorted(row.record_id.int for row in head.rows.all() if fold(text) in row.words and MEANT[part](row))


@examples(60)
@given(
    st.lists(st.tuples(TEXTS, MARKS), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.none() | st.tuples(TEXTS, MARKS)), max_size=6),
    st.data(),
)
def test_the_index_answers_as_the_rows_do(
    begun: list[tuple[str, tuple[bool, bool]]],
    changed: list[tuple[int, tuple[str, tuple[bool, bool]] | None]],
    choose: st.DataObject,
) -> None:
    with transaction.atomic():
        head, other = catalog("account"), catalog("contact")
        write(other, *((n, text, *marks) for n, (text, marks) in enumerate(begun)))
        write(head, *((n, text, *marks) for n, (text, marks) in enumerate(begun)))
        for n, row in changed:
            if row is None:
                head.rows.filter(record_id=uuid.UUID(int=n)).delete()
            else:
                write(head, (n, row[0], *row[1]))
        words = choose.draw(st.sampled_from([row.words for row in (*other.rows.all(), *head.rows.all())]))
        first = choose.draw(st.integers(0, len(words)))
        cut = words[first : choose.draw(st.integers(first, len(words)))]
        for text in (cut, choose.draw(TEXTS)):
            for part in Part:
                assert found(head, text, part) == held(head, text, part)
        transaction.set_rollback(True)


@pytest.mark.parametrize("text", ["é" * 10_000, "%_" * 5_000, '"' * 10_000, "ab " * 3_000 + "a", "😀" * 10_000])
def test_ten_thousand_characters_are_found_like_three(text: str) -> None:
    head = catalog("account")
    write(head, (1, f"A {text} Z", True, False), (2, text[:-1], True, False), (3, "Adatum", True, False))
    assert (found(head, text), found(head, text[3:6])) == ([1], [1, 2])


def test_a_row_is_found_by_what_it_is_called_now() -> None:
    head = catalog("account")
    write(head, (1, "Adatum", True, False), (2, "Fabrikam", True, False))
    write(head, (1, "Litware", True, False))
    head.rows.filter(record_id=uuid.UUID(int=2)).update(words="wingtip")
    assert [found(head, text) for text in ("adatum", "LITW", "fabrikam", "wing")] == [[], [1], [], [2]]


def test_a_row_is_looked_for_where_it_stands_now() -> None:
    head = catalog("account")
    write(head, (1, "Adatum", True, False), (2, "Adatum North", False, False))
    head.rows.filter(inside=True).update(coupled=True)
    parts = (Part.ALL, Part.COUPLED, Part.FREE, Part.FREE_INSIDE)
    assert [found(head, "adatum", part) for part in parts] == [[1, 2], [1], [2], []]
    head.rows.update(coupled=False, inside=True)
    assert [found(head, "adatum", part) for part in parts] == [[1, 2], [], [1, 2], [1, 2]]


def test_a_catalog_that_goes_takes_its_words_along() -> None:
    head, other = catalog("account"), catalog("contact")
    for one in (head, other):
        write(one, (1, "Adatum", True, False))
    head.delete()
    write(other, (2, "Adatum North", True, False))
    assert found(other, "adatum") == [1, 2]
    assert places() in (2, None)


def places() -> int | None:
    """How many rows the index of SQLite holds under “adatum”."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({catalog_words.INDEX.matching(FEW)})", ('"adatum"',))
        return int(cursor.fetchone()[0])


def test_of_many_rows_the_first_are_found_in_the_order_of_a_list() -> None:
    head = catalog("account")
    write(head, *((n, f"Firm {n}", True, n > 2) for n in range(9)))
    for part, many in ((Part.ALL, True), (Part.COUPLED, True), (Part.FREE, False)):
        rows, are_many = with_words(head, part, "firm", 5)
        assert rows.count() == (9 if part is Part.ALL else 6 if many else 3)
        assert are_many is many


def test_a_migration_fills_the_index_of_rows_that_were_there() -> None:
    head = catalog("account")
    write(head, (1, "Adatum", True, False), (2, "Fabrikam", True, True))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for event in ("insert", "update", "delete"):
                cursor.execute(f"DROP TRIGGER {catalog_words.INDEX.name}_{event}")
            cursor.execute(f"DROP TABLE {catalog_words.INDEX.name}")
        else:
            cursor.execute(f"DROP INDEX {catalog_words.INDEX.name}")
    write(head, (3, "Adatum North", True, False))
    connection.check_constraints()
    for _ in range(2):
        catalog_words.install()
    head.rows.filter(record_id=uuid.UUID(int=1)).delete()
    write(head, (4, "Adatum South", True, True))
    assert (found(head, "adatum"), found(head, "fabrikam", Part.COUPLED)) == ([3, 4], [2])
