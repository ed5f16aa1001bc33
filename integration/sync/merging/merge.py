"""Field by field: what is written, what is owed to the other side, what is a conflict, and what is agreed after. Pure.

``verdict`` has the truth table of one field; here it is applied to a record and its twin. A pass to Sales over one
customer, every field two-way, no policy for conflicts:

    field     customer      account       agreed              merged into
    name      Adatum        Adatum        Adatum, Adatum      nothing
    phone     030 7         030 1         030 1, 030 1        changes: phone 030 7; agreed 030 7, 030 7
    city      Atlanta       Boston        Atlanta, Atlanta    owes: the pass to Business Central carries Boston
    terms     1M(8D)        Net 30        never               conflicts: a person, the policy or a winner decides

With one conflict nothing of the record is written; without it the phone is, and the city stays owed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from integration.sync.actions import Change
from integration.sync.memory.halves import DECIDED, PARTNERLESS, changed, default, partnerless, plain, unread, value_of
from integration.sync.memory.ledger import Agreed, Pair, Result
from integration.sync.merging.alike import Column, agree_on_alike, columns_of
from integration.sync.merging.born import Births
from integration.sync.merging.verdict import Look, One, half_of
from integration.sync.problems import NotUpdatable
from integration.sync.record.draft import Draft
from integration.sync.record.field_transfer import FieldTransfer, Steps
from integration.sync.record.meaning import Lack
from integration.sync.rules import Direction
from integration.systems.errors import Problem
from integration.systems.values import Record, Value
from integration.systems.wording import LONGEST_SHOWN, said, shorten

__all__ = ["LONGEST_SHOWN", "Clash", "Look", "Merged", "Merger"]


@dataclass(frozen=True, slots=True)
class Clash:
    """One field in which neither side gives way: labels and values as a person knows them. ``agreed``: both sides held
    the same once, and have changed it since; otherwise they never did."""

    key: str
    source_label: str
    source_value: str
    destination_label: str
    destination_value: str
    agreed: bool = True

    def in_words(self, direction: Direction) -> str:
        """The same to who looks from either side, and in the pass of either direction."""
        source, destination = (self.source_label, self.source_value), (self.destination_label, self.destination_value)
        erp, crm = (source, destination) if direction is Direction.TO_CRM else (destination, source)
        ours, theirs = (f"{label} is “{value}”" for label, value in (erp, crm))
        return f"{ours} in Business Central and {theirs} in Dynamics 365 Sales"


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


class Merger(Births):
    """Merges drafts into twins for one mapping and direction."""

    @cached_property
    def columns(self) -> list[Column]:
        return columns_of(self.transfer.fields)

    # --- a pair ----------------------------------------------------------------------------------------------------

    def merge(self, look: Look) -> Merged:
        """Compare field by field; those that are alike first, which are quickly done with."""
        merged = Merged(agreed=self._still_counting(look.pair.agreed))
        for field_transfer in agree_on_alike(look, self.columns, merged.agreed, towards_crm=self._towards_crm):
            self._merge_field(field_transfer, look, merged)
        for name, value in look.draft.extra.items():
            if self._normal(name)(value) != self._normal(name)(look.twin.values.get(name)):
                merged.changes.append(Change(name, look.twin.values.get(name), value))
        merged.refused += look.draft.refused
        if self.two_passes and not merged.owes:
            merged.owes = self._goes_back(look, merged)
        return merged

    def judged(self, look: Look) -> dict[str, str]:
        """What becomes of each field of the draft, by key, and nothing is merged: “equal”, “keep”, “write”, “leave” (to
        the other pass), “partnerless”, “waits” (for its reference), “refused” or “conflict”."""
        ones = ((field_transfer, self._one(field_transfer, look)) for field_transfer in self.transfer.fields)
        return {field.key: self._judged(field, one, look) for field, one in ones if one is not None}

    def _judged(self, field_transfer: FieldTransfer, one: One, look: Look) -> str:
        if field_transfer.not_null and not one.source and not one.want:
            if field_transfer.two_way:
                owed = one.have and one.have != _agreed_value(one)
                return "leave" if owed else "keep" if one.have else "equal"
            return "equal" if self._stands_for(one) else "keep"
        if self.is_equal(field_transfer, one, look):
            return "equal"
        if self._is_blank_for_good(field_transfer, one):
            return "keep"
        verdict = self._verdict(field_transfer, one, look)
        lacking = look.draft.lacking.get(field_transfer.key)
        if verdict != "write" or (lacking is None and field_transfer.updatable):
            return verdict
        if lacking is None:
            return "refused"
        return {Lack.MANDATORY: "waits", Lack.CLEAR: "write"}.get(lacking.kind, "partnerless")

    def _stands_for(self, one: One) -> bool:
        """Does a blank that never goes over stand for what the twin holds? Nothing, our own user (who owns what we make
        for nobody), or what the twin got when we made it."""
        got = one.halves is not None and not changed(half_of(one, 1), one.have)
        return got or one.have in ("", self.own_user)

    def needs_back(self, draft: Draft, twin: Record, pair: Pair) -> bool:
        """Does it matter what of the twin can be expressed on the source's side? Where something of it had no partner,
        and where a translated value differs."""
        place = 1 if self._towards_crm else 0
        if pair.outcome(self.direction.back).result in (Result.WAITING, Result.LEFT_OUT):
            return True
        if PARTNERLESS in [halves[place][:1] for halves in pair.agreed.values()]:
            return True
        for field_transfer in self.translated:
            if field_transfer.key in draft.lacking or field_transfer.steps is Steps.BACK:
                return True
            says = field_transfer.destination in draft.values or field_transfer.key in draft.meant
            if says and field_transfer.wants(draft) != field_transfer.has(twin):
                return True
        return False

    def equal_fields(self, look: Look) -> Agreed:
        """What is agreed though the record cannot go: only fields that are equal now are renewed."""
        agreed = self._still_counting(look.pair.agreed)
        for field_transfer in self.transfer.fields:
            one = self._one(field_transfer, look)
            if one is not None and one.want == one.have:
                self._agree(field_transfer, one.source, one.have, agreed)
        return agreed

    def _still_counting(self, agreed: Agreed) -> dict[str, tuple[str, str]]:
        """Without what was agreed about fields that are no longer mapped, and under their earlier revisions."""
        if agreed.keys() <= self._keys:
            return dict(agreed)
        return {key: halves for key, halves in agreed.items() if key in self._keys}

    def _one(self, field_transfer: FieldTransfer, look: Look) -> One | None:
        """The field as it stands; ``None`` while it is put off, and where the draft says nothing of it."""
        draft, lacking = look.draft, look.draft.lacking.get(field_transfer.key)
        halves = look.pair.agreed.get(field_transfer.key)
        turned = None if halves is None else self.split(halves)
        source = draft.sources.get(field_transfer.key, "")
        have = look.held[field_transfer.key] if field_transfer.key in look.held else field_transfer.has(look.twin)
        if lacking is not None:
            if lacking.kind is Lack.PUT_OFF:
                return None
            return One(source, None, have, turned, self._can_go_back(field_transfer, look))
        if field_transfer.key not in draft.meant and field_transfer.destination not in draft.values:
            return One(source, "", have, turned, True) if field_transfer.not_null and not source else None
        return One(source, field_transfer.wants(draft), have, turned, self._can_go_back(field_transfer, look))

    def _can_go_back(self, field_transfer: FieldTransfer, look: Look) -> bool:
        """Can the twin's value be expressed on the source's side? Blank can, and so can what nobody translates."""
        return look.back is None or field_transfer.key not in look.back.lacking

    def _merge_field(self, field_transfer: FieldTransfer, look: Look, merged: Merged) -> None:
        one = self._one(field_transfer, look)
        if one is None:
            return
        if field_transfer.not_null and not one.source and not one.want:
            self._merge_blank(field_transfer, one, merged)
            return
        if self.is_equal(field_transfer, one, look):
            self._agree(field_transfer, one.source, one.have, merged.agreed)
            return
        if self._is_blank_for_good(field_transfer, one):
            merged.agreed[field_transfer.key] = self.pair(plain(one.source), "")
            return
        match self._verdict(field_transfer, one, look):
            case "write":
                self._write(field_transfer, one, look, merged)
            case "leave":
                merged.owes = merged.owes or self.two_passes
            case "partnerless":
                have = partnerless(one.have) if one.have and not one.back else plain(one.have)
                source = partnerless(one.source) if one.source and not one.can_go else plain(one.source)
                merged.agreed[field_transfer.key] = self.pair(source, have)
            case "conflict":
                merged.conflicts.append(self._clash(field_transfer, look, agreed=one.halves is not None))

    def _merge_blank(self, field_transfer: FieldTransfer, one: One, merged: Merged) -> None:
        """A blank source that must not go over."""
        if half_of(one, 0)[:1] == DECIDED:
            merged.agreed[field_transfer.key] = self.pair("", plain(one.have))  # Decided for a blank: it stays one.
        elif not one.have:
            self._agree(field_transfer, one.source, one.have, merged.agreed)
        else:
            merged.owes = merged.owes or (field_transfer.two_way and one.have != _agreed_value(one))

    def _is_blank_for_good(self, field_transfer: FieldTransfer, one: One) -> bool:
        """Did a person decide for a blank of the twin that cannot travel?"""
        return field_transfer.not_null and field_transfer.two_way and not one.have and half_of(one, 1)[:1] == DECIDED

    def _agree(self, field_transfer: FieldTransfer, source: str, have: str, agreed: dict[str, tuple[str, str]]) -> None:
        """Renew what is agreed about one field. The default of a row that we made stays one until it is another."""
        before = None if field_transfer.two_way else agreed.get(field_transfer.key)
        is_default = before is not None and self.split(before)[0] == default(source)
        agreed[field_transfer.key] = self.pair(default(source) if is_default else plain(source), plain(have))

    def _write(self, field_transfer: FieldTransfer, one: One, look: Look, merged: Merged) -> None:
        if not field_transfer.updatable:
            merged.refused.append(self._not_updatable(field_transfer))
            return
        lacking = look.draft.lacking.get(field_transfer.key)
        if lacking is None:
            columns, want = field_transfer.writes(look.draft), field_transfer.wants(look.draft)
            source = plain(one.source)
        elif lacking.kind is Lack.MANDATORY:
            merged.problem = merged.problem or lacking.problem
            return
        elif lacking.kind is Lack.CLEAR:
            columns, want, source = {field_transfer.destination: None}, "", partnerless(one.source)
        else:
            columns, want, source = {}, one.have, partnerless(one.source)
        changes = [
            Change(name, look.twin.values.get(name), value)
            for name, value in columns.items()
            if self._normal(name)(value) != self._normal(name)(look.twin.values.get(name))
        ]
        merged.changes += changes
        # What the other system makes of it (rounded, trimmed) is only known once its row is read.
        merged.agreed[field_transfer.key] = self.pair(source, unread(want) if changes else plain(want))

    def _normal(self, column: str) -> Callable[[Value], str]:
        return self._normals.get(column, str)

    def _goes_back(self, look: Look, merged: Merged) -> bool:
        """Fields of which the twin is the source and that changed there must still be carried by the other pass."""
        for field_transfer in self.back_only:
            source = field_transfer.reads(look.twin)
            if field_transfer.not_null and not source:
                continue
            halves = merged.agreed.get(field_transfer.key)
            if halves is None:
                return True
            expressible = look.back is not None and field_transfer.key not in look.back.lacking
            if changed(self.split(halves)[1], source, expressible=expressible):
                return True
        return False

    # --- words -----------------------------------------------------------------------------------------------------

    def _clash(self, field_transfer: FieldTransfer, look: Look, *, agreed: bool) -> Clash:
        return Clash(
            field_transfer.key,
            field_transfer.label,
            shorten(said(field_transfer.shows(look.record))),
            field_transfer.destination_label,
            shorten(said(field_transfer.shows_twin(look.twin))),
            agreed,
        )

    def _not_updatable(self, field_transfer: FieldTransfer) -> Problem:
        table = self.rule.table(self.direction.destination)
        return NotUpdatable(
            f"{field_transfer.destination_label} of {table.label} cannot be changed once the record is there. "
            "Change it back, or delete the record there and have it made anew."
        )


def _agreed_value(one: One) -> str:
    return "" if one.halves is None else value_of(one.halves[1])
