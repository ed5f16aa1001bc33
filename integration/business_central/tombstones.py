"""What is left of deleted rows goes in time, but never before everybody who follows their table has been told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from integration.business_central.models import Deleted
from integration.business_central.reading import deletions_told

AT_ONCE = 1000


def prune(before: dt.datetime, cursors: Iterable[tuple[str, str]]) -> int:
    """Remove what was deleted before that moment. ``cursors`` are (table, cursor) of all who follow the changes of a
    table: what is not behind each of them stays, however old it is. Without a cursor one reads everything and compares
    ids, so nothing has to stay for that. Answers how many are gone."""
    told: dict[str, int] = {}
    for table, cursor in cursors:
        upto = deletions_told(cursor) if cursor else None
        if upto is not None:
            told[table] = min(told.get(table, upto), upto)
    untold = Q(pk__in=[])
    for table, upto in told.items():
        untold |= Q(table=table, row_version__gt=upto)
    old = Deleted.objects.filter(deleted_at__lt=before).exclude(untold).order_by()
    number = 0
    while ids := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        number += Deleted.objects.filter(pk__in=ids).delete()[0]
    return number
