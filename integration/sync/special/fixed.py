"""Columns of Sales that keep for good what they were made with: the field fails with its name and the way out, and all
other fields of the record go on."""

from __future__ import annotations

from integration.sync.record.transfer import Draft
from integration.systems.errors import RecordProblem


class FieldFixed(RecordProblem):
    """One field was changed here, and its column there takes no change."""

    code = "field-fixed"


def hold_back(draft: Draft, problem: FieldFixed, *columns: str) -> None:
    """Leave these columns of the twin as they are, and say why when all else is written."""
    for name in columns:
        draft.values.pop(name, None)
        draft.extra.pop(name, None)
    draft.refused.append(problem)
