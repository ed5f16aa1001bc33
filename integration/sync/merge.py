"""Field by field: what is written, what is left for the other pass, what is a conflict, and what is agreed after.

A two-way field belongs to the side that changed it since both last agreed. Where they never agreed (a pair coupled
by hand), blank loses, and two different values are a conflict until somebody says who wins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from integration.sync.actions import Change
from integration.sync.ledger import LOOK_AGAIN, Agreed, Partner
from integration.sync.rules import Direction, FieldRule, TableRule
from integration.sync.transfer import UNRESOLVED, Carry, Draft, Transfer
from integration.sync.values import normalizer
from integration.systems.base import Record, Ref, Side, Value

LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that both sides changed: labels and values as a person knows them."""

    source_label: str
    source_value: str
    destination_label: str
    destination_value: str


@dataclass(slots=True)
class Merged:
    changes: list[Change] = field(default_factory=list)
    agreed: dict[str, tuple[str, str]] = field(default_factory=dict)
    left: bool = False
    conflicts: list[Clash] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Look:
    """How one record is looked at. ``seen``: nothing but our own write has happened to the twin since both agreed."""

    seen: bool
    force: bool


@dataclass(frozen=True, slots=True)
class _Halves:
    """How agreed values are turned for one direction: they are kept as (ERP, CRM)."""

    towards_crm: bool

    def pair(self, source: str, destination: str) -> tuple[str, str]:
        return (source, destination) if self.towards_crm else (destination, source)

    def split(self, agreed: tuple[str, str]) -> tuple[str, str]:
        return agreed if self.towards_crm else (agreed[1], agreed[0])


class Merger:
    """Merges drafts into twins for one mapping and direction. ``user_id`` is ours in the destination."""

    def __init__(self, rule: TableRule, transfer: Transfer, user_id: object = None) -> None:
        self.rule, self.transfer, self.user_id = rule, transfer, user_id
        self.direction = transfer.direction
        self.two_passes = rule.direction is Direction.BOTH
        self.two_way = {c.destination: c.key for c in transfer.carries if c.two_way and self.two_passes}
        self._keys = frozenset(field_rule.key for field_rule in rule.fields)
        self.halves = _Halves(self.direction is Direction.TO_CRM)
        self._normals: dict[str, Callable[[Value], str]] = {
            name: normalizer(column) for name, column in rule.table(self.direction.destination).fields.items()
        }
        self._back_only = [
            field_rule
            for field_rule in rule.fields
            if field_rule.direction is self.direction.back and field_rule.field(self.direction.destination)
        ]
        ways = {field_rule.direction for field_rule in rule.fields}
        self.gives_back = self.two_passes and self.direction.back in ways
        self._source_fields = self._mapped(self.direction.source)
        self._sales_fields = self._mapped(Side.CRM)

    def _mapped(self, side: Side) -> list[tuple[str, str, Callable[[Value], str]]]:
        """Of every mapped field of this side: the pair's key, its name, and what makes its values comparable."""
        fields = self.rule.table(side).fields
        named = [(field_rule.key, field_rule.field(side)) for field_rule in self.rule.fields]
        return [(key, name, normalizer(fields[name])) for key, name in named if name in fields]

    def filled(self, values: Mapping[str, Value], draft: Draft) -> dict[str, Value]:
        """What a template adds to a new row: columns that nothing else writes, and two-way ones left blank (those are
        then carried back, since blank loses)."""
        spoken = {name for name, value in values.items() if value not in (None, "") or name not in self.two_way}
        return {name: value for name, value in draft.filled.items() if name not in spoken}

    def agreed_after_insert(self, draft: Draft, filled: Collection[str] = ()) -> Agreed:
        """Both halves of every field of a row that is written as a whole, but for those that a template filled."""
        pair, values, sources = self.halves.pair, draft.values, draft.sources
        return {
            carry.key: pair(sources[carry.key], carry.normal_destination(values.get(carry.destination)))
            for carry in self.transfer.carries
            if carry.key in sources and carry.destination not in filled
        }

    def adopted(self, record: Record, partner: Partner) -> Partner:
        """The pair after reading back a row that we wrote ourselves: what came back is the source's half now."""
        agreed = dict(partner.agreed)
        for key, name, normal in self._source_fields:
            if key in agreed:
                source, destination = self.halves.split(agreed[key])
                came_back = normal(record.values.get(name))
                if source != UNRESOLVED + came_back:
                    agreed[key] = self.halves.pair(came_back, destination)
        return replace(partner.with_version(self.direction.source, record.version), agreed=agreed, adopt=False)

    def with_arrived(self, partner: Partner, sales: Record) -> Partner:
        """The pair after a run that died while it wrote to Sales: what is there as that run wanted it was agreed then,
        whoever has changed the row since."""
        if not partner.writing:
            return partner
        agreed = dict(partner.agreed)
        for key, name, normal in self._sales_fields:
            halves = partner.writing.get(key)
            if halves is not None and normal(sales.values.get(name)) == halves[1]:
                agreed[key] = halves
        return replace(partner, agreed=agreed, writing={})

    def merge(self, draft: Draft, twin: Record, partner: Partner, *, force: bool = False) -> Merged:
        """Compare field by field. With ``force`` the source wins wherever the sides differ."""
        seen = self._seen(twin, partner)
        look = _Look(seen, force)
        merged = Merged(agreed=self._still_counting(partner.agreed))
        for carry in self.transfer.carries:
            if carry.destination in draft.values:
                self._merge_field(carry, draft, twin, partner, merged, look)
        for name, value in draft.extra.items():
            self._merge_extra(name, value, twin, merged)
        again = not seen or partner.version(self.direction.destination) == LOOK_AGAIN
        if again and not merged.left and self.two_passes:
            merged.left = self._back_pass_has_work(twin, partner)
        return merged

    def _still_counting(self, agreed: Agreed) -> dict[str, tuple[str, str]]:
        """Without what was agreed about fields that are no longer mapped, and under their earlier revisions."""
        if agreed.keys() <= self._keys:
            return dict(agreed)
        return {key: halves for key, halves in agreed.items() if key in self._keys}

    def _seen(self, twin: Record, partner: Partner) -> bool:
        """Has nothing happened to the twin since we last looked at it, or only our own write?"""
        side = self.direction.destination
        if twin.version == partner.version(side) and twin.version:
            return True
        return partner.adopt and self._is_ours(twin)

    def _is_ours(self, twin: Record) -> bool:
        ours = self.user_id is not None and twin.modified_by == self.user_id
        return ours and self.direction.destination is Side.CRM

    def _merge_field(
        self, carry: Carry, draft: Draft, twin: Record, partner: Partner, merged: Merged, look: _Look
    ) -> None:
        want, have = draft.values[carry.destination], twin.values.get(carry.destination)
        normal_have = carry.normal_destination(have)
        source = draft.sources.get(carry.key, "")
        unresolved = source.startswith(UNRESOLVED)
        if not unresolved and carry.normal_destination(want) == normal_have:
            merged.agreed[carry.key] = self.halves.pair(source, normal_have)
            return
        if carry.settles and partner.agreed.get(carry.key) == self.halves.pair(source, normal_have):
            return  # Different, and agreed so: not even a forced run makes the sides chase each other.
        verdict = "write"
        if carry.two_way or unresolved:
            verdict = self._whose(carry, source, normal_have, partner.agreed, want, look)
        if verdict == "write":
            if carry.normal_destination(want) != normal_have:
                merged.changes.append(Change(carry.destination, have, want))
            merged.agreed[carry.key] = self.halves.pair(source, carry.normal_destination(want))
        elif verdict == "leave":
            never_agreed = carry.key not in partner.agreed and not unresolved
            merged.left = merged.left or (self.two_passes and carry.two_way and (never_agreed or not look.seen))
        elif verdict == "conflict":
            merged.conflicts.append(self._clash(carry, draft, have))

    def _whose(self, carry: Carry, source: str, have: str, agreed: Agreed, want: Value, look: _Look) -> str:
        """ "write", "leave" (to the other pass), "keep" (nobody changed it) or "conflict"."""
        unresolved = source.startswith(UNRESOLVED)
        if look.force and not unresolved:
            return "write"
        if carry.key not in agreed:
            if unresolved:
                return "leave" if have else "write"
            if not have or not carry.normal_destination(want):
                return "write" if not have else "leave"
            return self._first_time(carry.rule)
        agreed_source, agreed_have = self.halves.split(agreed[carry.key])
        source_changed = source != agreed_source
        have_changed = not look.seen and have != agreed_have
        if source_changed and have_changed:
            return self._by_policy()
        if source_changed:
            return "write"
        return "leave" if have_changed else "keep"

    def _first_time(self, rule: FieldRule) -> str:
        """A pair of fields enabled among coupled records: who wins was asked then."""
        if rule.first_wins is None:
            return self._by_policy()
        return "write" if rule.first_wins is self.direction.source else "leave"

    def _by_policy(self) -> str:
        if self.rule.conflict.lets(self.direction):
            return "write"
        return "leave" if self.rule.conflict.lets(self.direction.back) else "conflict"

    def _merge_extra(self, name: str, value: Value, twin: Record, merged: Merged) -> None:
        normal = self._normals.get(name, str)
        if normal(value) != normal(twin.values.get(name)):
            merged.changes.append(Change(name, twin.values.get(name), value))

    def _back_pass_has_work(self, twin: Record, partner: Partner) -> bool:
        """Fields that only go the other way and were changed there must still be carried by the other pass."""
        side = self.direction.destination
        for rule in self._back_only:
            agreed = partner.agreed.get(rule.key)
            have = self._normals[rule.field(side)](twin.values.get(rule.field(side)))
            if agreed is None or self.halves.split(agreed)[1] != have:
                return True
        return False

    def _clash(self, carry: Carry, draft: Draft, have: Value) -> Clash:
        source = self.rule.field(self.direction.source, carry.rule)
        destination = self.rule.field(self.direction.destination, carry.rule)
        return Clash(
            (source.label or source.name) if source else carry.rule.constant,
            brief(shown(draft.values[carry.destination])),
            (destination.label or destination.name) if destination else carry.destination,
            brief(shown(have)),
        )


def agreed_with_winner(merger: Merger, draft: Draft, twin: Record, winner: Side) -> Agreed:
    """Agreed values for a pair coupled by matching, made so that the next passes let ``winner`` overwrite the other
    side where both hold something different, and let a filled field win over a blank one."""
    differing = {}
    for carry in merger.transfer.carries:
        if carry.two_way and carry.destination in draft.values:
            want = carry.normal_destination(draft.values[carry.destination])
            have = carry.normal_destination(twin.values.get(carry.destination))
            waits = draft.sources.get(carry.key, "").startswith(UNRESOLVED)
            if have and (waits or (want and want != have)):
                differing[carry.key] = winner
    return agreed_with_winners(merger, draft, twin, differing)


def agreed_with_winners(merger: Merger, draft: Draft, twin: Record, winners: Mapping[str, Side]) -> Agreed:
    """Agreed values of these fields, made so that the winner's value looks changed and the other one does not."""
    agreed: dict[str, tuple[str, str]] = {}
    for carry in merger.transfer.carries:
        winner = winners.get(carry.key)
        if winner is None or not carry.two_way:
            continue
        source = draft.sources.get(carry.key, "")
        have = carry.normal_destination(twin.values.get(carry.destination))
        # A reference that nobody can resolve yet stands for itself: it looks changed as soon as somebody can.
        other = source if source.startswith(UNRESOLVED) else UNRESOLVED
        winner_is_source = winner is merger.direction.source
        agreed[carry.key] = merger.halves.pair(
            other if winner_is_source else source, have if winner_is_source else UNRESOLVED
        )
    return agreed


def shown(value: Value) -> str:
    """A value as a message shows it."""
    if isinstance(value, Ref):
        return value.label or str(value.id)
    return "" if value is None else str(value)


def brief(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Enough of a value to recognize it."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
