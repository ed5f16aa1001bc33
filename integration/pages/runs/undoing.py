"""The preview of an undoing, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from integration.pages.runs.captions import is_id, named_by_runs
from integration.sync.undo.past import Line, Undoing
from integration.systems.wording import NAMELESS


def name_ids(planned: Sequence[Undoing]) -> None:
    """A value that refers to a record whose name did not come with it is shown by the name that a run knew last."""
    texts = {text.lower() for one in planned for line in one.lines for text in (line.now, line.then) if is_id(text)}
    names = named_by_runs(sorted(texts)) if texts else {}
    for one in planned if texts else ():
        one.lines = [_named(line, names) for line in one.lines]


def _named(line: Line, names: dict[str, str]) -> Line:
    now, then = (names.get(text.lower(), NAMELESS) if is_id(text) else text for text in (line.now, line.then))
    return replace(line, now=now, then=then)
