"""What the rows of catalogs are found by: the index of their words.

On SQLite the rows of one table stand behind each other in it: first the coupled ones, then the free ones outside the
filters, then the free ones inside. A search among those that nobody coupled passes over no others.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from integration import word_index
from integration.models.stored.catalog import CatalogRow, CatalogTable
from integration.word_index import SHORTEST, WordIndex, quoted

ROOM = 1 << 40
"""So many places there are for the rows of one kind of one table: a power of two."""
KINDS = 3
INDEX = WordIndex(
    "catalog_words",
    CatalogRow._meta.db_table,
    ("words",),
    folded=True,
    place=f"({{row}}.table_id * {KINDS} + IIF({{row}}.coupled, 0, 1 + {{row}}.inside)) * {ROOM} + {{row}}.id",
)


class Part(Enum):
    """Which rows of a table are looked through: the first and the last kind of them, and their condition."""

    ALL = (0, 2, Q())
    COUPLED = (0, 0, Q(coupled=True))
    FREE = (1, 2, Q(coupled=False))
    FREE_INSIDE = (2, 2, Q(coupled=False, inside=True))

    @property
    def condition(self) -> Q:
        return self.value[2]

    def span(self, head: CatalogTable) -> tuple[int, int]:
        """The first and the last place of these rows in the index."""
        first, last, _ = self.value
        return (head.pk * KINDS + first) * ROOM, (head.pk * KINDS + last + 1) * ROOM - 1


def install(**_of_the_signal: Any) -> None:
    word_index.install([INDEX])


def with_words(
    head: CatalogTable, part: Part, text: str, few: int, *, narrowed: bool = False
) -> tuple[QuerySet[CatalogRow], bool]:
    """The rows of this part whose words contain a folded text, and whether they are known to be more than ``few``: a
    few are looked up wherever they stand, the first ones of many are soon found in the order of a list. ``narrowed``:
    they are going to be asked for by something else besides, and PostgreSQL knows which of both is quicker."""
    rows = head.rows.filter(part.condition, words__contains=text)
    if connection.vendor == "sqlite":
        return _by_places(rows, head, part, text, few)
    if narrowed:
        return rows, False
    numbers = _looked_up(rows, few + 1)
    return (rows, True) if len(numbers) > few else (CatalogRow.objects.filter(pk__in=numbers), False)


def _looked_up(rows: QuerySet[CatalogRow], most: int) -> list[int]:
    """The first numbers of these rows that PostgreSQL comes across. It takes a word that many rows of other tables have
    for a common one, and would walk a whole list to find none: asked for all numbers at once, in no order, it goes by
    its index or reads the table straight through, and stops where it has enough."""
    sql, parameters = rows.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"WITH found AS MATERIALIZED ({sql}) SELECT * FROM found LIMIT {int(most)}", parameters)  # noqa: S608 - our own query
        return [number for (number,) in cursor.fetchall()]


def _by_places(
    rows: QuerySet[CatalogRow], head: CatalogTable, part: Part, text: str, few: int
) -> tuple[QuerySet[CatalogRow], bool]:
    """SQLite reads a few rows at their places in the index; a text that is no trigram is looked for in the rows."""
    if len(text) < SHORTEST:
        return rows, False
    places = INDEX.matching(few + 1, "AND rowid BETWEEN %s AND %s")
    asked: list[str | int] = [quoted(text), *part.span(head)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({places})", asked)  # noqa: S608 - our own names
        are_many = cursor.fetchone()[0] > few
    if are_many:
        return rows, True
    found = RawSQL(f"SELECT rowid & {ROOM - 1} FROM ({places})", asked)  # noqa: S608,S611 - our own names
    return CatalogRow.objects.filter(pk__in=found), False
