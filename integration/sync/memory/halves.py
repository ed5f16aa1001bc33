"""What is remembered of one field on one side: a *half*, which is a mark and a normalized value. Pure.

====  ==========================================================  ============================================
mark  says                                                        counts as changed when
====  ==========================================================  ============================================
none  both sides were content with this value here                the value is another
?v    v was seen and has no partner on the other side; nothing    v is another, or can be expressed now
      was lost by that
!v    we wrote v and have not read the row since. It lives until  (the next reading settles it)
      the next reading of that row, no longer
~v    v is the default of a row that we made, or what a run had   the value is another; while it is not, it never
      carried that was undone; nobody decided it                  overwrites anything by itself
      (``~`` alone: not read yet)
\\*    a person decided that this side's value goes over           always, and beats a change on the other side
====  ==========================================================  ============================================

A plain value that begins like a mark is stored with ``=`` before it, the value of a default always is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation

from integration.systems.text import fold
from integration.systems.values import Side

PARTNERLESS, UNREAD, DEFAULT, DECIDED, PLAIN = "?", "!", "~", "*", "="
MARKS = frozenset((PARTNERLESS, UNREAD, DEFAULT, DECIDED, PLAIN, ">"))
"""Signs that a stored plain value must not begin with. ``>`` is taken by the way a pair is packed."""
OPEN = frozenset((UNREAD, DEFAULT))
"""How a half that ``is_open`` begins; of those that begin so not all are."""
FEWEST_DECIMALS = 2
"""What systems are trusted to round a number to."""
NOTHING = frozenset(("", "False"))
"""What a row holds that nobody filled in, beside numbers that are zero."""


def plain(value: str) -> str:
    """The half that says: both were content with this value."""
    return PLAIN + value if value[:1] in MARKS else value


def partnerless(value: str) -> str:
    return PARTNERLESS + value


def unread(value: str) -> str:
    return UNREAD + value


def default(value: str) -> str:
    return f"{DEFAULT}{PLAIN}{value}"


def value_of(half: str) -> str:
    """The value behind the mark; blank for a decision and for a default that was not read yet."""
    if half[:1] not in MARKS:
        return half
    if half[:1] == DEFAULT:
        return half[2:]
    return half[1:]


def is_plain(half: str) -> bool:
    return half[:1] not in MARKS or half[:1] == PLAIN


def changed(half: str, value: str, *, expressible: bool = False) -> bool:
    """Does this value count as changed since the half was remembered?"""
    mark = half[:1]
    if mark == DECIDED:
        return True
    if mark == PARTNERLESS:
        return expressible or value != half[1:]
    return value != value_of(half)


def made_of(value: str, written: str) -> bool:
    """Is this what a system makes of a value we wrote: rounded, trimmed, or in other case?"""
    if value == written or fold(value.strip()) == fold(written.strip()):
        return True
    return is_rounded(value, written)


def is_rounded(value: str, exact: str) -> bool:
    """Is this number the exact one with fewer decimals, at least two? A hundred is no 99.60 with fewer decimals: that
    is what people make of it."""
    try:
        kept, wanted = Decimal(value), Decimal(exact)
    except InvalidOperation:
        return False
    if not (kept.is_finite() and wanted.is_finite()):
        return False
    exponent = kept.normalize().as_tuple().exponent
    places = max(FEWEST_DECIMALS, -exponent) if isinstance(exponent, int) else FEWEST_DECIMALS
    return abs(kept - wanted) <= Decimal(5).scaleb(-places - 1)


def is_zero(value: str) -> bool:
    try:
        return Decimal(value) == 0
    except InvalidOperation:
        return False


def is_apart(erp: str, crm: str) -> bool:
    """Does one side hold something else than the other one, and nobody has decided it, as after an undone run?"""
    return DEFAULT in (erp[:1], crm[:1]) and value_of(erp) != value_of(crm)


def is_open(half: str) -> bool:
    """Does the next reading of the row have to settle this half?"""
    return half[:1] == UNREAD or half == DEFAULT


def half_as_read(half: str, value: str, *, ours: bool, as_left: bool) -> str:
    """What an unread half or default becomes when the row is read. ``ours``: we wrote the row last; ``as_left``: it has
    the version that our write was told."""
    if half == DEFAULT:
        blank = value in NOTHING or is_zero(value)
        return default(value) if ours or as_left or blank else plain("")
    if half[:1] != UNREAD:
        return half
    written = half[1:]
    if as_left or ours or value.strip() == written.strip() or is_rounded(value, written):
        return plain(value)  # The system made that of it.
    return plain(written)  # So the value is a person's change, be it of the case of one letter.


def arrived(old: str | None, written: str, value: str, *, ours: bool) -> str | None:
    """The half of a field after an update, perhaps interrupted, that was going to leave it as ``written`` says;
    ``None``: it has not arrived. Where nothing was agreed before, only the value itself is a proof: another one may
    have been there all the time. What was only going to be marked keeps its mark."""
    wanted = value_of(written)
    if written[:1] in (PARTNERLESS, DEFAULT):
        return written if value == wanted else None
    if made_of(value, wanted) or (ours and old is not None and value != value_of(old)):
        return plain(value)
    return None


def side_written(
    agreed: Mapping[str, tuple[str, str]],
    side: Side,
    columns: Collection[str],
    held: Mapping[str, str],
    *,
    ours: bool,
    as_left: bool,
) -> dict[str, tuple[str, str]]:
    """The agreed values after a write of ours beside the pair's own passes: what was unread is settled by the values
    that were read with the row (``held``, by column), so that a person's edit under our write stays a change. Without
    these it counts as it was written. What is written itself (``columns``) is an edit of that side."""
    place = 0 if side is Side.ERP else 1
    after: dict[str, tuple[str, str]] = {}
    for key, halves in agreed.items():
        half, column = halves[place], column_of(key, side)
        if column in columns and is_open(half):
            half = plain(half[1:])
        elif column in held:
            half = half_as_read(half, held[column], ours=ours, as_left=as_left)
        elif half[:1] == UNREAD:
            half = plain(half[1:])
        after[key] = (half, halves[1]) if place == 0 else (halves[0], half)
    return after


def column_of(key: str, side: Side) -> str:
    """The column that a key of agreed values names on this side; blank for a meaning that no single column says."""
    erp, colon, crm = key.partition("#")[0].partition(":")
    if not colon:
        return ""
    return erp if side is Side.ERP else crm
