"""Field by field: what is written, what is owed to the other side, what is a conflict, and what is agreed after. Pure.

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

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from integration.sync.actions import Change
from integration.sync.halves import (
    DECIDED,
    DEFAULT,
    PARTNERLESS,
    changed,
    default,
    is_plain,
    is_rounded,
    partnerless,
    plain,
    unread,
    value_of,
)
from integration.sync.ledger import Agreed, Partner, Result
from integration.sync.meaning import Lack
from integration.sync.problems import NotUpdatable
from integration.sync.rules import Direction, TableRule
from integration.sync.transfer import Carry, Draft, Referring, Transfer
from integration.sync.values import normalizer
from integration.systems.base import Record, Ref, Side, Value
from integration.systems.errors import Problem

LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that both sides changed: labels and values as a person knows them."""

    key: str
    source_label: str
    source_value: str
    destination_label: str
    destination_value: str


@dataclass(slots=True)
class Merged:
    """``owes``: the twin has something that the other pass must carry. ``problem`` stops the record, ``refused`` are
    fields that cannot be written, while the others go on."""

    changes: list[Change] = field(default_factory=list)
    agreed: dict[str, tuple[str, str]] = field(default_factory=dict)
    owes: bool = False
    conflicts: list[Clash] = field(default_factory=list)
    problem: Problem | None = None
    refused: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Look:
    """One record and its twin, both read. ``back`` is the twin's draft in the other direction, as far as it is needed
    to know what can be expressed there; ``winner`` the side that a person said wins."""

    draft: Draft
    record: Record
    twin: Record
    partner: Partner
    back: Draft | None = None
    winner: Side | None = None


@dataclass(frozen=True, slots=True)
class _One:
    """One field of a look: comparable values, halves (``None``: never agreed), and what can be expressed."""

    source: str
    want: str | None
    have: str
    halves: tuple[str, str] | None
    back: bool

    @property
    def can_go(self) -> bool:
        return self.want is not None


class Merger:
    """Merges drafts into twins for one mapping and direction."""

    def __init__(self, rule: TableRule, transfer: Transfer, back: Transfer | None = None) -> None:
        self.rule, self.transfer = rule, transfer
        self.direction = transfer.direction
        self.two_passes = rule.direction is Direction.BOTH
        self.back = back if self.two_passes else None
        self._towards_crm = self.direction is Direction.TO_CRM
        self._keys = frozenset(field_rule.key for field_rule in rule.fields)
        self._keys |= {carry.key for one in (transfer, back) if one is not None for carry in one.carries}
        back_only = [] if self.back is None else self.back.carries
        forth = {carry.key for carry in transfer.carries}
        self.back_only = [carry for carry in back_only if carry.key not in forth]
        """Fields of which the twin's row is the source."""
        destination = rule.table(self.direction.destination)
        self._normals: dict[str, Callable[[Value], str]] = {
            name: normalizer(column) for name, column in destination.fields.items()
        }
        self.two_way = {carry.destination: carry.key for carry in transfer.carries if carry.two_way}
        self._number = destination.number_field

    # --- halves, turned for the direction ------------------------------------------------------------------------

    def pair(self, source: str, destination: str) -> tuple[str, str]:
        """Halves are kept as (ERP, Sales)."""
        return (source, destination) if self._towards_crm else (destination, source)

    def split(self, halves: tuple[str, str]) -> tuple[str, str]:
        return halves if self._towards_crm else (halves[1], halves[0])

    # --- a new row -------------------------------------------------------------------------------------------------

    def filled(self, values: Mapping[str, Value], draft: Draft) -> dict[str, Value]:
        """What a template adds to a new row: columns that nothing else writes, and two-way ones left blank (those are
        then carried back, since blank loses)."""
        spoken = {name for name, value in values.items() if value not in (None, "") or name not in self.two_way}
        return {name: value for name, value in draft.filled.items() if name not in spoken}

    def born(self, record: Record, draft: Draft, filled: Collection[str] = ()) -> tuple[Agreed, bool]:
        """The halves of a row that is written as a whole, and whether it has something to give back: its number, and
        what a template filled. All else in it that goes the other way is the default of a row that we made: nobody
        decided it, so it overwrites nothing where the record came from."""
        agreed: dict[str, tuple[str, str]] = {}
        gives = False
        for carry in self.transfer.carries:
            if carry.two_way and carry.destination in filled:
                gives = True
            elif carry.key in draft.lacking:
                if draft.lacking[carry.key].kind is not Lack.PUT_OFF:
                    agreed[carry.key] = self.pair(partnerless(draft.sources[carry.key]), unread(""))
            else:
                agreed[carry.key] = self.pair(plain(draft.sources.get(carry.key, "")), unread(self._told(carry, draft)))
        for carry in self.back_only:
            given = carry.key in self._back_sources(self._number, *filled)
            gives = gives or given
            if not given:
                agreed[carry.key] = self.pair(plain(carry.has(record)), DEFAULT)
        return agreed, gives and self.two_passes

    def _told(self, carry: Carry, draft: Draft) -> str:
        """What a new row is told for this field; blank where a blank source says nothing."""
        if carry.key in draft.meant or carry.destination in draft.values:
            return carry.wants(draft)
        return ""

    def _back_sources(self, *columns: str) -> set[str]:
        """The keys of fields that go back from these columns of the new row; a constant goes with the number."""
        side = self.direction.destination
        return {
            one.key
            for one in self.rule.fields
            if one.direction is self.direction.back and one.field(side) in (*columns, "")
        }

    # --- a pair ----------------------------------------------------------------------------------------------------

    def merge(self, look: Look) -> Merged:
        """Compare field by field."""
        merged = Merged(agreed=self._still_counting(look.partner.agreed))
        for carry in self.transfer.carries:
            self._merge_field(carry, look, merged)
        for name, value in look.draft.extra.items():
            if self._normal(name)(value) != self._normal(name)(look.twin.values.get(name)):
                merged.changes.append(Change(name, look.twin.values.get(name), value))
        merged.refused += look.draft.refused
        if self.two_passes and not merged.owes:
            merged.owes = self._goes_back(look, merged)
        return merged

    def needs_back(self, draft: Draft, twin: Record, partner: Partner) -> bool:
        """Does it matter what of the twin can be expressed on the source's side? Where something of it had no partner,
        and where a translated value differs."""
        place = 1 if self._towards_crm else 0
        if partner.outcome(self.direction.back).result in (Result.WAITING, Result.LEFT_OUT):
            return True
        if any(halves[place][:1] == PARTNERLESS for halves in partner.agreed.values()):
            return True
        for carry in self.transfer.carries:
            if carry.two_way and carry.is_translated:
                if carry.key in draft.lacking:
                    return True
                if (carry.destination in draft.values or carry.key in draft.meant) and carry.wants(draft) != carry.has(
                    twin
                ):
                    return True
        return False

    def equal_fields(self, look: Look) -> Agreed:
        """What is agreed though the record cannot go: only fields that are equal now are renewed."""
        agreed = self._still_counting(look.partner.agreed)
        for carry in self.transfer.carries:
            one = self._one(carry, look)
            if one is not None and one.want == one.have:
                self._agree(carry, one, agreed)
        return agreed

    def _still_counting(self, agreed: Agreed) -> dict[str, tuple[str, str]]:
        """Without what was agreed about fields that are no longer mapped, and under their earlier revisions."""
        if agreed.keys() <= self._keys:
            return dict(agreed)
        return {key: halves for key, halves in agreed.items() if key in self._keys}

    def _one(self, carry: Carry, look: Look) -> _One | None:
        """The field as it stands; ``None`` while it is put off, and where the draft says nothing of it."""
        draft, lacking = look.draft, look.draft.lacking.get(carry.key)
        halves = look.partner.agreed.get(carry.key)
        turned = None if halves is None else self.split(halves)
        source, have = draft.sources.get(carry.key, ""), carry.has(look.twin)
        if lacking is not None:
            if lacking.kind is Lack.PUT_OFF:
                return None
            return _One(source, None, have, turned, self._can_go_back(carry, look))
        if carry.key not in draft.meant and carry.destination not in draft.values:
            return _One(source, "", have, turned, True) if carry.not_null and not source else None
        return _One(source, carry.wants(draft), have, turned, self._can_go_back(carry, look))

    def _can_go_back(self, carry: Carry, look: Look) -> bool:
        """Can the twin's value be expressed on the source's side? Blank can, and so can what nobody translates."""
        return look.back is None or carry.key not in look.back.lacking

    def _merge_field(self, carry: Carry, look: Look, merged: Merged) -> None:
        one = self._one(carry, look)
        if one is None:
            return
        if carry.not_null and not one.source and not one.want:
            if _half(one, 0)[:1] == DECIDED:
                merged.agreed[carry.key] = self.pair("", plain(one.have))  # Decided for a blank: it stays one.
            elif not one.have:
                self._agree(carry, one, merged.agreed)
            else:
                merged.owes = merged.owes or (carry.two_way and one.have != _known(one))
            return
        if self._is_equal(carry, one, look):
            self._agree(carry, one, merged.agreed)
            return
        if self._is_blank_for_good(carry, one):
            merged.agreed[carry.key] = self.pair(plain(one.source), "")
            return
        match self._verdict(carry, one, look):
            case "write":
                self._write(carry, one, look, merged)
            case "leave":
                merged.owes = merged.owes or self.two_passes
            case "partnerless":
                have = partnerless(one.have) if one.have and not one.back else plain(one.have)
                source = partnerless(one.source) if one.source and not one.can_go else plain(one.source)
                merged.agreed[carry.key] = self.pair(source, have)
            case "conflict":
                merged.conflicts.append(self._clash(carry, look))

    def _is_blank_for_good(self, carry: Carry, one: _One) -> bool:
        """Did a person decide for a blank of the twin that cannot travel?"""
        return carry.not_null and carry.two_way and not one.have and _half(one, 1)[:1] == DECIDED

    def _is_equal(self, carry: Carry, one: _One, look: Look) -> bool:
        if one.want == one.have:
            return True
        if carry.two_way and look.back is not None and self.back is not None:
            other = self.back.compared(carry.key)
            known = other is not None and (other.key in look.back.meant or other.destination in look.back.values)
            if other is not None and known and other.wants(look.back) == one.source:
                return True
        never = one.halves is None and carry.two_way
        return (
            never
            and one.want is not None
            and bool(one.want)
            and bool(one.have)
            and (is_rounded(one.want, one.have) or is_rounded(one.have, one.want))
        )

    def _agree(self, carry: Carry, one: _One, agreed: dict[str, tuple[str, str]]) -> None:
        is_default = one.halves is not None and one.halves[0] == default(one.source) and not carry.two_way
        source = default(one.source) if is_default else plain(one.source)
        agreed[carry.key] = self.pair(source, plain(one.have))

    def _verdict(self, carry: Carry, one: _One, look: Look) -> str:
        """ "write", "leave" (to the other pass), "keep", "partnerless" (neither can be expressed) or "conflict"."""
        decided = self._decided(carry, one, look)
        if decided:
            return decided
        if one.halves is None:
            return self._never_agreed(carry, one) if carry.two_way else "write"
        source_half, twin_half = one.halves
        source_changed = changed(source_half, one.source, expressible=one.can_go)
        twin_changed = changed(twin_half, one.have, expressible=carry.two_way and one.back)
        if carry.two_way and carry.not_null and not one.have:
            twin_changed = False
        if not source_changed and not twin_changed:
            return self._as_agreed(carry, one)
        if not carry.two_way:
            return "write" if source_changed or self._drift_counts(carry, source_half) else "keep"
        if source_changed and twin_changed:
            return self._by_policy() if one.can_go or one.back else "partnerless"
        return "write" if source_changed else "leave"

    def _decided(self, carry: Carry, one: _One, look: Look) -> str:
        """What a person said about this field, or about the whole record."""
        source_half, twin_half = one.halves or ("", "")
        decided = self.direction.source if source_half[:1] == DECIDED else None
        if twin_half[:1] == DECIDED:
            decided = self.direction.destination
        winner = look.winner or decided  # Whoever lets this run have a winner has spoken last.
        if winner is self.direction.source:
            return "write"
        return "leave" if carry.two_way and winner is not None else ""

    def _as_agreed(self, carry: Carry, one: _One) -> str:
        """Different, and agreed so: not even a forced run makes the sides chase each other. Only of a reference the
        translation may have changed: its record was coupled with another one."""
        source_half, twin_half = one.halves or ("", "")
        if not (isinstance(carry, Referring) and is_plain(source_half) and is_plain(twin_half)):
            return "keep"
        if not carry.two_way:
            return "write" if one.can_go else "keep"
        if one.can_go and one.back:
            return self._by_policy()
        if not (one.can_go or one.back):
            return "partnerless"
        return "write" if one.can_go else "leave"

    def _never_agreed(self, carry: Carry, one: _One) -> str:
        forth, back = bool(one.source) and one.can_go, bool(one.have) and one.back
        if forth and back:
            if carry.first_wins is None:
                return self._by_policy()
            return "write" if carry.first_wins is self.direction.source else "leave"
        if not forth and not back:
            return "partnerless"
        return "write" if forth else "leave"

    def _drift_counts(self, carry: Carry, source_half: str) -> bool:
        return not carry.edge and source_half[:1] not in (DEFAULT, PARTNERLESS)

    def _by_policy(self) -> str:
        if self.rule.conflict.lets(self.direction):
            return "write"
        return "leave" if self.rule.conflict.lets(self.direction.back) else "conflict"

    def _write(self, carry: Carry, one: _One, look: Look, merged: Merged) -> None:
        if not carry.updatable:
            merged.refused.append(self._not_updatable(carry))
            return
        lacking = look.draft.lacking.get(carry.key)
        if lacking is None:
            columns, want = carry.writes(look.draft), carry.wants(look.draft)
            source = plain(one.source)
        elif lacking.kind is Lack.MANDATORY:
            merged.problem = merged.problem or lacking.problem
            return
        elif lacking.kind is Lack.CLEAR:
            columns, want, source = {carry.destination: None}, "", partnerless(one.source)
        else:
            columns, want, source = {}, one.have, partnerless(one.source)
        changes = [
            Change(name, look.twin.values.get(name), value)
            for name, value in columns.items()
            if self._normal(name)(value) != self._normal(name)(look.twin.values.get(name))
        ]
        merged.changes += changes
        # What the other system makes of it (rounded, trimmed) is only known once its row is read.
        merged.agreed[carry.key] = self.pair(source, unread(want) if changes else plain(want))

    def _normal(self, column: str) -> Callable[[Value], str]:
        return self._normals.get(column, str)

    def _goes_back(self, look: Look, merged: Merged) -> bool:
        """Fields of which the twin is the source and that changed there must still be carried by the other pass."""
        for carry in self.back_only:
            source = carry.reads(look.twin)
            if carry.not_null and not source:
                continue
            halves = merged.agreed.get(carry.key)
            if halves is None:
                return True
            expressible = look.back is not None and carry.key not in look.back.lacking
            if changed(self.split(halves)[1], source, expressible=expressible):
                return True
        return False

    # --- words -----------------------------------------------------------------------------------------------------

    def _clash(self, carry: Carry, look: Look) -> Clash:
        return Clash(
            carry.key,
            carry.label,
            brief(shown(carry.shows(look.record))),
            carry.destination_label,
            brief(shown(carry.shows_twin(look.twin))),
        )

    def _not_updatable(self, carry: Carry) -> Problem:
        table = self.rule.table(self.direction.destination)
        return NotUpdatable(
            f"{carry.destination_label} of {table.label} cannot be changed once the record is there. Change it back, "
            "or delete the record there and have it made anew."
        )


def _half(one: _One, place: int) -> str:
    return "" if one.halves is None else one.halves[place]


def _known(one: _One) -> str:
    return "" if one.halves is None else value_of(one.halves[1])


def shown(value: Value) -> str:
    """A value as a message shows it."""
    if isinstance(value, Ref):
        return value.label or str(value.id)
    return "" if value is None else str(value)


def brief(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Enough of a value to recognize it."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
