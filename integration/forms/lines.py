"""Lines of a page that other people took away or added meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.forms.models import model_to_dict
from django.http import QueryDict

from integration.systems.typed_number import in_input


def aligned(
    posted: QueryDict, prefix: str, rows: Sequence[models.Model], names: Iterable[str], key: str = "id"
) -> QueryDict:
    """What was sent for a formset of model rows, on the lines that are there now: a line whose row is gone is left out,
    a row that was added is filled in as it is stored, and lines for new rows stay at the end. A formset takes what was
    typed by its place, and fails where a row behind a place is gone. ``key``: the column that names a row."""
    sent = {posted.get(f"{prefix}-{n}-{key}", ""): n for n in range(_number(posted, f"{prefix}-TOTAL_FORMS"))}
    added = [n for n in range(_number(posted, f"{prefix}-TOTAL_FORMS")) if not posted.get(f"{prefix}-{n}-{key}")]
    if [str(row.pk) for row in rows] == [id for id in sent if id]:
        return posted
    lines = [
        _typed(posted, f"{prefix}-{sent[str(row.pk)]}-") if str(row.pk) in sent else _stored(row, names, key)
        for row in rows
    ]
    lines += [_typed(posted, f"{prefix}-{n}-") for n in added]
    found = QueryDict(mutable=True)
    for name, values in posted.lists():
        if not name.startswith(f"{prefix}-") or name.startswith((f"{prefix}-MIN", f"{prefix}-MAX")):
            found.setlist(name, values)
    found[f"{prefix}-TOTAL_FORMS"], found[f"{prefix}-INITIAL_FORMS"] = str(len(lines)), str(len(rows))
    for place, line in enumerate(lines):
        for name, values in line.items():
            found.setlist(f"{prefix}-{place}-{name}", values)
    return found


def _typed(posted: QueryDict, before: str) -> dict[str, list[str]]:
    return {name.removeprefix(before): values for name, values in posted.lists() if name.startswith(before)}


def _stored(row: models.Model, names: Iterable[str], key: str) -> dict[str, list[str]]:
    """As a browser would send it: a box without a tick is not sent."""
    stored = model_to_dict(row, list(names))
    values = {name: value for name, value in stored.items() if value is not False and value is not None}
    return {key: [str(row.pk)], **{name: ["on" if value is True else _sent(value)] for name, value in values.items()}}


def _sent(value: Any) -> str:
    return in_input(value.normalize()) if isinstance(value, Decimal) else str(value)


def _number(posted: QueryDict, name: str) -> int:
    text = posted.get(name, "")
    return min(int(text), 1000) if text.isdecimal() else 0
