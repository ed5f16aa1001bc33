"""Tombstones of deleted rows are removed in time, but not before everybody who follows their table has read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from integration.business_central.models import Deleted
from integration.business_central.reading.changes import deletions_read_up_to

BATCH_SIZE = 1000


def prune(before: dt.datetime, cursors: Iterable[tuple[str, str]]) -> int:
    """Remove the tombstones of rows deleted before a moment, and return how many.

    ``cursors`` are (table, cursor) of all who follow the changes of a table: a tombstone that is not behind each of
    them stays, however old it is. Who has no cursor reads everything and compares ids, so nothing stays for that.
    """
    read_up_to: dict[str, int] = {}
    for table, cursor in cursors:
        version = deletions_read_up_to(cursor) if cursor else None
        if version is not None:
            read_up_to[table] = min(read_up_to.get(table, version), version)
    unread = Q(pk__in=[])
    for table, version in read_up_to.items():
        unread |= Q(table=table, row_version__gt=version)
    old = Deleted.objects.filter(deleted_at__lt=before).exclude(unread).order_by()
    number = 0
    while ids := list(old.values_list("pk", flat=True)[:BATCH_SIZE]):
        number += Deleted.objects.filter(pk__in=ids).delete()[0]
    return number
