"""How wide the columns of a list are: what is written in them decides, not their kind alone.

A list never scrolls sideways. Codes, days, numbers and states get what they need; names and texts share what is left,
and are cut where that is too little. Everything is counted in letters and ends as shares of a hundred.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from integration.pages.lists.cells import Cell, Column, Width

LETTERS, LETTERS_CLOSE = 118.0, 127.0
"""So many letters stand side by side in a list at 1280 pixels; more where many columns stand closer together."""
MANY = 9
MARGIN, MARGIN_CLOSE = 2.3, 1.5
PICK = 4.2
CAPITAL, DIGIT, NARROW, BROAD = 1.15, 1.06, 0.6, 1.45
"""How wide they are beside a usual small letter."""
NARROW_ONES, BROAD_ONES = frozenset("fijlrtI .,:;-'()/"), frozenset("mwMW→")
SORTED, DOT = 3.0, 2.0
LONGEST = {Width.TEXT: 26.0, Width.NAME: 44.0}
LONGEST_RIGID = {Width.STATE: 18.0}
RIGID, SHORTEST, BOLD = 26.0, 8.0, 1.06
TYPICAL = 0.85
"""Texts are as wide as so many of them need: one long one does not widen its column."""
SHORT, NEARLY = 21.5, 0.7
"""Texts of so many letters, with their margin, are whole where there is room for so much of all texts."""
LINES = 3
"""A text that wraps takes so many of them."""
STEPS = 200
"""Shares are counted in halves of a percent."""


def shares(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, selectable: bool, order: str) -> list[int]:
    """The share of each column, in halves of a percent of the list."""
    is_close = len(columns) + selectable > MANY
    margin, room = (MARGIN_CLOSE, LETTERS_CLOSE) if is_close else (MARGIN, LETTERS)
    room -= PICK if selectable else 0
    heads = [_head(column, order) + margin for column in columns]
    contents = [_content(column, [row[place] for row in rows]) + margin for place, column in enumerate(columns)]
    columns_bend = [column.width in LONGEST for column in columns]
    needs = list(map(max, heads, contents))
    given = _given(heads, needs, columns_bend, room)
    return _rounded(given, needs, columns_bend, PICK if selectable else 0)


def _rounded(given: Sequence[float], needs: Sequence[float], flexible: Sequence[bool], pick: float) -> list[int]:
    """What rounding leaves goes where most is cut; what it takes to keep whole what is whole (codes, days, short texts)
    comes off the widest."""
    whole, up = sum(given) + pick, any(flexible)
    found = [
        max(
            1, math.ceil(STEPS * one / whole) if up and not (bends and one != need) else math.floor(STEPS * one / whole)
        )
        for one, need, bends in zip(given, needs, flexible, strict=True)
    ]
    left = math.floor(STEPS * sum(given) / whole) - sum(found) if found else 0
    if left > 0:
        found[max(range(len(found)), key=lambda place: (needs[place] - given[place], given[place]))] += left
    elif left < 0:
        widest = max(range(len(found)), key=found.__getitem__)
        found[widest] = max(1, found[widest] + left)
    return found


def _given(heads: Sequence[float], needs: Sequence[float], flexible: Sequence[bool], room: float) -> list[float]:
    """What each column gets: those that bend share what the others leave, by their needs, but none is narrower than its
    head. Short texts that would lose their last letters are whole, and the long ones are cut for them."""
    rigid = sum(need for need, bends in zip(needs, flexible, strict=True) if not bends)
    wanted = sum(need for need, bends in zip(needs, flexible, strict=True) if bends)
    if not wanted:
        return list(needs)
    part = (room - rigid) / wanted
    long = [bends and need > SHORT for need, bends in zip(needs, flexible, strict=True)]
    if NEARLY <= part < 1 and any(long) and long != list(flexible):
        return _given(heads, needs, long, room)
    return [
        max(need * part, head, min(need, SHORTEST)) if bends else need
        for head, need, bends in zip(heads, needs, flexible, strict=True)
    ]


def _head(column: Column, order: str) -> float:
    """A head has two lines, and no word of it is cut."""
    words = column.label.split()
    lines = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words) + 1)] or [("", "")]
    arrow = SORTED if column.order and order.removeprefix("-") == column.order else 0
    return BOLD * min(max(map(_letters, both)) for both in lines) + arrow


def _content(column: Column, cells: Sequence[Cell]) -> float:
    lengths = sorted(length for cell in cells if (length := _length(cell)))
    if not lengths:
        return 0
    if column.width not in LONGEST:
        return min(lengths[-1], LONGEST_RIGID.get(column.width, RIGID))
    return min(lengths[math.ceil(TYPICAL * len(lengths)) - 1], LONGEST[column.width])


def _length(cell: Cell) -> float:
    if cell.presses:
        return sum(_letters(press.label) + 1.2 for press in cell.presses)
    if cell.wraps:
        return _letters(cell.text) / LINES
    return _letters(cell.text) + (DOT if cell.state is not None or cell.fold else 0)


def _letters(text: str) -> float:
    return sum(map(_letter, text))


def _letter(one: str) -> float:
    if one in NARROW_ONES:
        return NARROW
    if one in BROAD_ONES:
        return BROAD
    return CAPITAL if one.isupper() else DIGIT if one.isdigit() else 1.0
