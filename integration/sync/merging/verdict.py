"""Who gets their way where a field differs: the truth table of one field. Pure.

s and t are the values of source and twin, S and T say whether they changed since both sides last agreed. First: a blank
under ``not_null`` is no change of the side that is blank; a value that is equal in either direction of translation is
agreed. Then:

=====================================================  ==================  =========================================
case                                                   one-way             two-way
=====================================================  ==================  =========================================
the run lets the source win / the twin                 write               write / leave; never a conflict
a person decided for the source / for the twin         write               write / leave
both as agreed, not a reference                        keep                keep, also when forced (rounded, transformed)
both as agreed, a reference: its translation changed   write               the one that can be expressed; both: policy
never agreed                                           write               blank loses, what cannot be expressed loses;
                                                                           both filled: first_wins, else policy
S and T                                                write               policy; neither can be expressed: keep
S                                                      write               write
T                                                      write; but keep     leave
                                                       what is default,
                                                       without partner,
                                                       or an edge
none                                                   keep                keep
=====================================================  ==================  =========================================

*leave* owes the field to the other side. *policy* is the mapping's: none is a conflict (the record fails and nothing of
it is written), Send and Get write or leave. *write* of a value without partner leaves the twin's value, or clears it
where the field mapping says so; the source's half then remembers that it has no partner (``?``).

    Three weeks in the life of one telephone number (ERP | Sales | agreed), conflicts not decided by policy:

    1 | 1 | 1 1     nobody changed it                              keep
    2 | 1 | 1 1     pass to Sales: S                               write 2, agreed 2 2
    2 | 3 | 2 2     pass to Sales: T                               leave: owed to the ERP
    3 | 3 | 2 2     pass to the ERP has written it                 equal: agreed 3 3
    4 | 5 | 3 3     either pass: S and T                           conflict, nothing written
    4 | 5 | * 5     a person decides for the ERP                   pass to Sales: write 4; pass to the ERP: leave
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from integration.sync.memory.halves import DECIDED, DEFAULT, PARTNERLESS, changed, is_plain, is_rounded
from integration.sync.memory.ledger import Pair
from integration.sync.record.draft import Draft
from integration.sync.record.field_transfer import FieldTransfer, Referring, Steps
from integration.sync.record.transfer import Transfer
from integration.sync.record.values import normalizer
from integration.sync.rules import Direction, TableRule
from integration.systems.values import Record, Side, Value


@dataclass(slots=True)
class Look:
    """One record and its twin, both read. ``back`` is the twin's draft in the other direction, as far as it is needed
    to know what can be expressed there; ``winner`` the side that a person said wins. ``held`` are the comparable values
    of the twin by key, where somebody has made them already."""

    draft: Draft
    record: Record
    twin: Record
    pair: Pair
    back: Draft | None = None
    winner: Side | None = None
    held: Mapping[str, str] = field(default_factory=dict)


class One(NamedTuple):
    """One field of a look: comparable values, halves (``None``: never agreed), and what can be expressed."""

    source: str
    want: str | None
    have: str
    halves: tuple[str, str] | None
    back: bool

    @property
    def can_go(self) -> bool:
        return self.want is not None


def half_of(one: One, place: int) -> str:
    """The half of the source (0) or of the twin (1); blank where the field was never agreed."""
    return "" if one.halves is None else one.halves[place]


class Verdicts:
    """Judges the fields of one mapping in one direction. ``kept`` are keys of agreed values that are not its own,
    ``own_user`` whoever writes in Sales for us."""

    def __init__(
        self,
        rule: TableRule,
        transfer: Transfer,
        back: Transfer | None = None,
        kept: frozenset[str] = frozenset(),
        own_user: uuid.UUID | None = None,
    ) -> None:
        self.rule, self.transfer, self.own_user = rule, transfer, str(own_user or "")
        self.direction = transfer.direction
        self.two_passes = rule.direction is Direction.BOTH
        self.back = back if self.two_passes else None
        self._towards_crm = self.direction is Direction.TO_CRM
        self._keys = kept.union(field_rule.key for field_rule in rule.fields)
        self._keys |= {
            field_transfer.key for one in (transfer, back) if one is not None for field_transfer in one.fields
        }
        back_only = [] if self.back is None else self.back.fields
        forth = {field_transfer.key for field_transfer in transfer.fields}
        self.back_only = [field_transfer for field_transfer in back_only if field_transfer.key not in forth]
        """Fields of which the twin's row is the source."""
        destination = rule.table(self.direction.destination)
        self._normals: dict[str, Callable[[Value], str]] = {
            name: normalizer(column) for name, column in destination.fields.items()
        }
        self.two_way = {
            field_transfer.destination: field_transfer.key
            for field_transfer in transfer.fields
            if field_transfer.two_way
        }
        self.translated = [
            field_transfer
            for field_transfer in transfer.fields
            if field_transfer.two_way and field_transfer.is_translated
        ]
        """Fields of which it may matter what the other direction makes of the twin's value."""
        self._number = destination.number_field

    # --- halves, turned for the direction ------------------------------------------------------------------------

    def pair(self, source: str, destination: str) -> tuple[str, str]:
        """Halves are kept as (ERP, Sales)."""
        return (source, destination) if self._towards_crm else (destination, source)

    def split(self, halves: tuple[str, str]) -> tuple[str, str]:
        return halves if self._towards_crm else (halves[1], halves[0])

    def is_equal(self, field_transfer: FieldTransfer, one: One, look: Look) -> bool:
        """Do both hold the same, judged in either direction of translation? Where transformation rules change a value
        one way only, that way says it: “Zürich” on both sides is not the same where it goes over in upper case."""
        back = self._is_equal_back(field_transfer, one, look)
        if field_transfer.steps is Steps.BACK and back is not None:
            return back
        if one.want == one.have or (back and field_transfer.steps is not Steps.FORTH):
            return True
        if one.halves is not None or not field_transfer.two_way or not one.want or not one.have:
            return False
        return is_rounded(one.want, one.have) or is_rounded(one.have, one.want)

    def _is_equal_back(self, field_transfer: FieldTransfer, one: One, look: Look) -> bool | None:
        """The same, as the other pass sees it; ``None`` where nobody has looked."""
        if look.back is None or self.back is None or not field_transfer.two_way:
            return None
        other = self.back.compared(field_transfer.key)
        if other is None:
            return None
        if other.key not in look.back.meant and other.destination not in look.back.values:
            return None
        return other.wants(look.back) == one.source

    def _verdict(self, field_transfer: FieldTransfer, one: One, look: Look) -> str:
        """ "write", "leave" (to the other pass), "keep", "partnerless" (neither can be expressed) or "conflict"."""
        decided = self._decided(field_transfer, one, look)
        if decided:
            return decided
        if one.halves is None:
            return self._never_agreed(field_transfer, one) if field_transfer.two_way else "write"
        source_half, twin_half = one.halves
        source_changed = changed(source_half, one.source, expressible=one.can_go)
        twin_changed = changed(twin_half, one.have, expressible=field_transfer.two_way and one.back)
        if field_transfer.two_way and field_transfer.not_null and not one.have:
            twin_changed = False
        if not source_changed and not twin_changed:
            return self._as_agreed(field_transfer, one)
        if not field_transfer.two_way:
            return "write" if source_changed or self._drift_counts(field_transfer, source_half) else "keep"
        if source_changed and twin_changed:
            return self._by_policy() if one.can_go or one.back else "partnerless"
        return "write" if source_changed else "leave"

    def _decided(self, field_transfer: FieldTransfer, one: One, look: Look) -> str:
        """What a person said about this field, or about the whole record."""
        decided = self.direction.source if half_of(one, 0)[:1] == DECIDED else None
        if half_of(one, 1)[:1] == DECIDED:
            decided = self.direction.destination
        winner = look.winner or decided  # Whoever lets this run have a winner has spoken last.
        if winner is self.direction.source:
            return "write"
        return "leave" if field_transfer.two_way and winner is not None else ""

    def _as_agreed(self, field_transfer: FieldTransfer, one: One) -> str:
        """Different, and agreed so: not even a forced run makes the sides chase each other. Only of a reference the
        translation may have changed: its record was coupled with another one."""
        source_half, twin_half = one.halves or ("", "")
        if not (isinstance(field_transfer, Referring) and is_plain(source_half) and is_plain(twin_half)):
            return "keep"
        if not field_transfer.two_way:
            return "write" if one.can_go else "keep"
        if one.can_go and one.back:
            return self._by_policy()
        if not (one.can_go or one.back):
            return "partnerless"
        return "write" if one.can_go else "leave"

    def _never_agreed(self, field_transfer: FieldTransfer, one: One) -> str:
        forth, back = bool(one.source) and one.can_go, bool(one.have) and one.back
        if forth and back:
            if field_transfer.first_wins is None:
                return self._by_policy()
            return "write" if field_transfer.first_wins is self.direction.source else "leave"
        if not forth and not back:
            return "partnerless"
        return "write" if forth else "leave"

    def _drift_counts(self, field_transfer: FieldTransfer, source_half: str) -> bool:
        return not field_transfer.edge and source_half[:1] not in (DEFAULT, PARTNERLESS)

    def _by_policy(self) -> str:
        if self.rule.conflict.lets(self.direction):
            return "write"
        return "leave" if self.rule.conflict.lets(self.direction.back) else "conflict"
