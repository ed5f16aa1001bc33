"""What is remembered of a pair whose fields were put back, so that neither pass writes the undone value again nor calls
it a conflict. Pure.

The source keeps what it has, and its half becomes the one of a value that nobody decided (``~``): while it stays as it
is, it overwrites nothing by itself. Whoever changes either side afterwards is heard as always:

    ERP | Sales | halves         pass to Sales wrote 2 over 1, somebody undoes that run
    2   | 2     | 2    2
    2   | 1     | ~2   1         put back: neither pass has anything to carry, a full run neither
    3   | 1     | ~2   1         a person changes the ERP: the pass to Sales writes 3; agreed 3 3
    2   | 4     | ~2   1         or changes Sales: the pass to the ERP writes 4; agreed 4 4
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from integration.sync.memory.halves import DECIDED, DEFAULT, PARTNERLESS, default, plain, unread, value_of
from integration.sync.memory.ledger import InFlight, Pair
from integration.systems.values import Record, Side


def moved(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The keys of the fields that another row makes another value of."""
    return [key for key, value in after.items() if before.get(key) != value]


def put_back(
    pair: Pair,
    side: Side,
    keys: Collection[str],
    after: Mapping[str, str],
    other: Mapping[str, str],
    *,
    is_read: bool,
) -> Pair:
    """The pair once these fields of ``side`` hold what ``after`` says; ``other`` are the values of the other side as
    far as they are known. ``is_read``: the row is read again within the same transaction."""
    agreed = dict(pair.agreed)
    for key in keys:
        half = plain(after[key]) if is_read else unread(after[key])
        source = _undecided(_half(pair, side.other, key), other.get(key))
        if source is not None:
            agreed[key] = (half, source) if side is Side.ERP else (source, half)
    return replace(pair, agreed=agreed)


def begun(read: Pair, side: Side, after: Pair, row: Record) -> Pair:
    """The pair as it is stored before the row is written, in case that nobody lives to store what came of it."""
    fields = {key: halves for key, halves in after.agreed.items() if read.agreed.get(key) != halves}
    return replace(read, in_flight=InFlight(side, fields, row.version))


def is_decided(pair: Pair, keys: Collection[str]) -> bool:
    """Does a decision of a person about one of these fields wait to be carried?"""
    return any(DECIDED in pair.agreed[key] for key in keys if key in pair.agreed)


def _half(pair: Pair, side: Side, key: str) -> str | None:
    halves = pair.agreed.get(key)
    if halves is None:
        return None
    return halves[0] if side is Side.ERP else halves[1]


def _undecided(half: str | None, value: str | None) -> str | None:
    """The half of the side that is not written; ``None``: it is not known what it holds."""
    if half is None:
        return None if value is None else default(value)
    if half[:1] in (PARTNERLESS, DEFAULT):
        return half
    return default(value_of(half))
