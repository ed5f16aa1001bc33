"""One rule of the engine's memory taken out at a time: lives that do not notice are not dense enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from integration.sync.decide import Decider
from integration.sync.given_ids import intentions
from integration.sync.memory import halves, side_memory
from integration.sync.memory.halves import DEFAULT, PARTNERLESS, UNREAD, plain
from integration.sync.memory.ledger import InFlight, Pair, SideWritten
from integration.sync.memory.memory_ledger import MemoryLedger
from integration.sync.merging import merge, verdict
from integration.sync.merging.merge import Merger
from integration.systems.values import Side

Mutation = Callable[[], AbstractContextManager[Any]]


@contextmanager
def one_debt_for_both_ways() -> Iterator[None]:
    """A pass to either side pays what is owed to both."""
    remembered = Decider._remembered

    def forgetful(self: Decider, *arguments: Any) -> Pair:
        pair = remembered(self, *arguments)
        source = self.direction.source
        return pair.with_owed(source, pair.owed(source) and not arguments[0].pair.owed(source))

    with mock.patch.object(Decider, "_remembered", forgetful):
        yield


@contextmanager
def what_the_twin_changed_is_not_owed() -> Iterator[None]:
    merged = Merger.merge

    def owing_nothing(self: Merger, look: Any) -> Any:
        found = merged(self, look)
        found.owes = False
        return found

    with mock.patch.object(Merger, "merge", owing_nothing):
        yield


@contextmanager
def unread_values_stay_unread() -> Iterator[None]:
    """``!`` is kept past a reading where a person's value stands, and settled by whoever wrote last."""
    half_as_read = halves.half_as_read

    def kept(half: str, value: str, *, ours: bool, as_left: bool) -> str:
        after = half_as_read(half, value, ours=ours, as_left=as_left)
        return half if half[:1] == UNREAD and after == plain(half[1:]) != plain(value) else after

    with mock.patch.object(side_memory, "half_as_read", kept):
        yield


@contextmanager
def defaults_are_decisions() -> Iterator[None]:
    """What nobody decided counts like any value: ``~`` is ignored."""
    half_as_read = halves.half_as_read

    def decided(half: str, value: str, *, ours: bool, as_left: bool) -> str:
        return plain("\0") if half == DEFAULT else half_as_read(half, value, ours=ours, as_left=as_left)

    with mock.patch.object(side_memory, "half_as_read", decided):
        yield


@contextmanager
def side_writes_owe_nothing() -> Iterator[None]:
    after = SideWritten.after

    def silent(self: SideWritten, pair: Pair, mapped: Any) -> Pair:
        found = after(self, pair, ())
        return found.with_seen(self.side, self.version)

    with mock.patch.object(SideWritten, "after", silent):
        yield


@contextmanager
def what_had_no_partner_never_gets_one() -> Iterator[None]:
    """``?v`` counts as changed only where the value is another."""

    def changed(half: str, value: str, *, expressible: bool = False) -> bool:
        return value != half[1:] if half[:1] == PARTNERLESS else halves.changed(half, value)

    with mock.patch.object(merge, "changed", changed), mock.patch.object(verdict, "changed", changed):
        yield


@contextmanager
def waits_are_not_asked() -> Iterator[None]:
    with mock.patch.object(MemoryLedger, "released", return_value=()):
        yield


@contextmanager
def an_update_begun_is_forgotten() -> Iterator[None]:
    """Of an update that was begun nothing is remembered: ``in_flight`` is ignored."""

    def begun(action: Any, side: Side) -> list[Pair]:
        if action.read is None or action.coupled or not action.changes:
            return []
        return [
            replace(action.read, in_flight=InFlight(side, {}, action.twin.version)).with_owed(
                side.other, action.pair.owed(side.other)
            )
        ]

    with mock.patch.object(intentions, "_begun", begun):
        yield


@contextmanager
def what_is_found_is_not_kept_before_writing() -> Iterator[None]:
    """Nothing is stored before a write, so a run that dies in it leaves no trace of what it had read."""
    with mock.patch.object(intentions, "_begun", return_value=[]):
        yield


@contextmanager
def flags_are_overwritten() -> Iterator[None]:
    """``raised`` is ignored: a pass clears what somebody has flagged since it looked."""
    with mock.patch("integration.sync.memory.memory_ledger.stored_over", _stored_as_it_is):
        yield


def flagged(pair: Pair) -> Pair:
    """A pair that somebody wants to be looked at again, both ways."""
    return replace(pair, owed_erp=True, owed_crm=True, seen_erp="", seen_crm="", raised=pair.raised + 1)


def _stored_as_it_is(before: Pair | None, pair: Pair) -> Pair:
    waits = pair.waits if pair.waits is not None else before.waits if before is not None else frozenset()
    return replace(pair, waits=waits)


ALL: dict[Mutation, str] = {
    one_debt_for_both_ways: "",
    what_the_twin_changed_is_not_owed: "",
    unread_values_stay_unread: "",
    defaults_are_decisions: "",
    side_writes_owe_nothing: "side_write",
    what_had_no_partner_never_gets_one: "",
    waits_are_not_asked: "",
    an_update_begun_is_forgotten: "edit_under_death",
    what_is_found_is_not_kept_before_writing: "edit_under_death",
}
"""Each with the kind of step that lives need more of to notice soon."""
