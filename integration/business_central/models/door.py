"""The door: every write to a table of the company goes through here and gets its row version.

Row versions order commits. They come from one counter row, which the writer holds until its transaction ends; so a
reader that takes the counter's committed value first sees every row up to it, and whatever is written meanwhile lies
behind it. (A database sequence hands out numbers in the order of asking, and a reader passes over the row that is
committed late.) The counter is also the lock that makes writers of the company follow one another: what a writer has
checked after :func:`hold` is still so when it writes.

``save``, ``update``, ``bulk_create``, ``bulk_update``, ``delete``, the admin and fixtures all come through; deletions
leave a :class:`Deleted` row behind.
"""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.transaction import TransactionManagementError
from django.utils import timezone

COUNTER = 1


class RowCounter(models.Model):
    """One row: the last row version given out."""

    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.value)


class Deleted(models.Model):
    """What is left of a deleted row."""

    table = models.CharField(max_length=60)
    system_id = models.UUIDField()
    row_version = models.BigIntegerField()
    deleted_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["table", "row_version"])]
        verbose_name = "deleted row"

    def __str__(self) -> str:
        return f"{self.table} {self.system_id}"


def claim(count: int = 1, using: str = DEFAULT_DB_ALIAS) -> int:
    """The first of ``count`` new row versions. Other writers wait from here on until the transaction ends; outside a
    transaction it raises ``TransactionManagementError``."""
    connection = connections[using]
    if not connection.in_atomic_block:
        raise TransactionManagementError("Row versions are only given out inside a transaction.")
    table = connection.ops.quote_name(RowCounter._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET value = value + %s WHERE id = %s RETURNING value",  # noqa: S608 - our own name
            [count, COUNTER],
        )
        answer = cursor.fetchone()
    if answer is None:
        RowCounter.objects.using(using).bulk_create([RowCounter(id=COUNTER)], ignore_conflicts=True)
        return claim(count, using)
    return int(answer[0]) - count + 1


def hold(using: str = DEFAULT_DB_ALIAS) -> None:
    """Become the only writer until the transaction ends, so that what is read from now on stays true."""
    claim(0, using)


def committed_version() -> int:
    """Every row version up to this one is committed, or ours."""
    return RowCounter.objects.filter(id=COUNTER).values_list("value", flat=True).first() or 0
