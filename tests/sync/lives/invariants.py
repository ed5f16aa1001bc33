"""What must hold at rest, once no run has anything left to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from integration.sync.memory.halves import UNREAD
from integration.sync.memory.ledger import Pair, Result, State
from integration.sync.rules import ConflictPolicy, Direction
from integration.systems.values import Side
from tests.sync.lives.people import People
from tests.sync.lives.tables import MAPPED, TABLE, Mapped
from tests.sync.lives.wishes import NOTHING, Wish, equal, expressed

WAY = {Side.CRM: Direction.TO_CRM, Side.ERP: Direction.TO_ERP}
TROUBLE = (Result.FAILURE, Result.WAITING, Result.LEFT_OUT, Result.SKIPPED)


class Broken(AssertionError):
    """Something does not hold."""


def at_rest(life: People, *, all_coupled: bool = False) -> None:
    """Raises :class:`Broken` with the first thing that does not hold."""
    for problem in _problems(life, all_coupled):
        raise Broken(problem)


def _problems(life: People, all_coupled: bool) -> Iterator[str]:
    yield from _one_twin_each(life)
    yield from _nothing_owed(life)
    for name in life.names:
        pair = life.pair(name)
        there = [side for side in Side if life.tables.id(side, name) is not None]
        if pair is None or len(there) < 2 or not _is_pair(life, name, pair):
            yield from _stays_alone(life, name, there, pair, all_coupled)
            continue
        yield from _looks_right(life, name, pair, all_coupled)


def _is_pair(life: People, name: str, pair: Pair) -> bool:
    """Coupled, or made by a run that died before it was through, and a failure or a filter keeps it from that."""
    both = (pair.erp_id, pair.crm_id) == tuple(life.tables.id(side, name) for side in (Side.ERP, Side.CRM))
    if pair.state is not State.INTENDED:
        return both and pair.state is State.COUPLED
    named = any(_trouble(pair, side) or life.is_stopped(side, name) for side in Side)
    return both and named


def _one_twin_each(life: People) -> Iterator[str]:
    for side in Side:
        rows = life.tables.system(side)._tables[TABLE[side]].rows
        names = Counter(str(row.values["name"]) for row in rows.values())
        twice = [name for name, number in names.items() if number > 1]
        if twice:
            yield f"{twice} there twice in {side}"
        if set(names) - set(life.names):
            yield f"{set(names) - set(life.names)} made by nobody"


def _stays_alone(life: People, name: str, there: list[Side], pair: Pair | None, all_coupled: bool) -> Iterator[str]:
    if not there:
        return
    for side in there:
        for mapped in MAPPED:
            wish = life.wish(name, mapped)
            typed = wish.typed.get(side)
            if typed is not None and life.value(side, name, mapped) != typed[0] and len(there) == 1:
                yield f"{name}.{mapped.name}: {typed[0]} typed in {side} is gone, though it has no twin"
    if len(there) == 2:
        yield f"{name} is on both sides and not coupled: {pair}"
        return
    side = there[0]
    way = WAY[side.other]
    may_go = life.mapping.settings.direction.includes(way) and not life.is_stopped(side, name)
    wanted = not life.mapping.settings.only_coupled or all_coupled
    troubled = pair is not None and (_trouble(pair, side.other) or _trouble(pair, side))
    if may_go and wanted and not troubled and name not in life.bereaved:
        yield f"{name} of {side} has no twin and nobody says why: {pair}"
    if all_coupled and may_go and name not in life.bereaved:
        yield f"{name} of {side} is not coupled at the end: {pair}"


def _trouble(pair: Pair, towards: Side) -> bool:
    return pair.outcome(WAY[towards]).result in TROUBLE


def _nothing_owed(life: People) -> Iterator[str]:
    passes = life.mapping.settings.direction.passes
    for pair in life.tables.ledger().rows.values():
        name = life.name_of(pair)
        broken = any(_trouble(pair, side) for side in Side) or name in life.bereaved
        stopped = any(life.is_stopped(side, name) for side in Side)
        if broken or stopped or not name:
            continue
        for way in passes:
            if pair.owed(way.destination):
                yield f"{name}: still owed to {way.destination}: {pair}"
        if pair.in_flight is not None:
            yield f"{name}: still in flight {pair.in_flight}"
        if pair.state is State.INTENDED:
            yield f"{name}: only intended, and nobody says why"
        if len(passes) == 2 and any(half[:1] == UNREAD for halves in pair.agreed.values() for half in halves):
            yield f"{name}: written and never read: {pair.agreed}"


def _looks_right(life: People, name: str, pair: Pair, all_coupled: bool) -> Iterator[str]:
    trouble = {side: _trouble(pair, side) for side in Side}
    stopped = {side: life.is_stopped(side, name) for side in Side}
    if all_coupled and any(trouble.values()):
        yield f"{name}: trouble at the end: {pair.to_crm} {pair.to_erp}"
    yield from _codes(life, name, {pair.to_crm.code, pair.to_erp.code})
    exempt = {side: trouble[side] or stopped[side.other] for side in Side}
    for mapped in MAPPED:
        if mapped.name not in life.mapping.off:
            yield from _field(life, name, mapped, pair, exempt)
    if Direction.TO_CRM in life.mapping.settings.direction.passes and not (exempt[Side.CRM] or name in life.bereaved):
        numbers = life.tables.value(Side.ERP, name, "no"), life.tables.value(Side.CRM, name, "accountnumber")
        if numbers[0] != numbers[1] and not stopped[Side.CRM]:
            yield f"{name}: its numbers are {numbers}"


def _codes(life: People, name: str, codes: set[str]) -> Iterator[str]:
    """Trouble must have a cause."""
    if "conflict" in codes and not _may_conflict(life, name):
        yield f"{name}: a conflict though nobody typed on both sides: {life.wishes_of(name)}"
    if "twin-gone" in codes and name not in life.bereaved:
        yield f"{name}: its twin is said to be gone"
    odd = codes - {"", "conflict", "twin-gone", "reference-not-coupled", "overtaken"}
    odd -= {"reference-missing"} if life.bereaved else set()
    if odd:
        yield f"{name}: unexpected trouble {odd}"


def _field(life: People, name: str, mapped: Mapped, pair: Pair, exempt: dict[Side, bool]) -> Iterator[str]:
    found = field_problem(life, name, mapped, exempt)
    if found:
        halves = pair.agreed.get(life.mapping.field(mapped).key)
        values = {str(side): life.value(side, name, mapped) for side in Side}
        way = life.mapping.way(mapped)
        yield f"{name}.{mapped.name} ({way}): {found}; now {values}, {life.wish(name, mapped)}, {halves}"


def field_problem(life: People, name: str, mapped: Mapped, exempt: dict[Side, bool]) -> str:
    """What is wrong with one field, or nothing; ``exempt`` are sides that nothing can reach for now."""
    way, wish = life.mapping.way(mapped), life.wish(name, mapped)
    values = {side: life.value(side, name, mapped) for side in Side}
    if way is Direction.BOTH:
        return _two_way(life, mapped, wish, values, exempt)
    if life.mapping.settings.direction.includes(way):
        return _one_way(life, name, mapped, wish, values, way, exempt)
    return ""


def _may_conflict(life: People, name: str) -> bool:
    wishes = [life.wish(name, mapped) for mapped in MAPPED if life.mapping.way(mapped) is Direction.BOTH]
    return any(wish.rivals() or wish.free or wish.unagreed for wish in wishes)


def _two_way(life: People, mapped: Mapped, wish: Wish, values: dict[Side, object], exempt: dict[Side, bool]) -> str:
    """What is wrong with a two-way field, or nothing."""
    if wish.free:
        return ""
    together = equal(life.tables, mapped, values)
    if not together and not any(exempt.values()) and not _can_differ(life, mapped, wish, values):
        return "both sides differ and nobody says why"
    if not wish.typed:
        changed = [side for side in Side if side in wish.base and values[side] != wish.base[side]]
        return f"changed in {changed} though nobody typed" if changed else ""
    if not wish.rivals():
        return _stands(life, mapped, wish, next(iter(wish.typed)), values, exempt)
    kept = all(values[side] == wish.typed[side][0] for side in Side)
    if kept:
        return ""
    reasons = [_stands(life, mapped, wish, side, values, exempt) for side in Side if _may_win(life, mapped, wish, side)]
    return "" if "" in reasons else f"neither of both values has won by right: {reasons}"


def _stands(
    life: People, mapped: Mapped, wish: Wish, side: Side, values: dict[Side, object], exempt: dict[Side, bool]
) -> str:
    """Is what was typed on this side still there, and on the other one as far as it can be?"""
    typed = wish.typed[side][0]
    if typed == "" and mapped.not_null:
        return ""  # A blank that never travels may be filled.
    if values[side] != typed and not equal(life.tables, mapped, {**values, side: values[side]}):
        return f"{typed} typed in {side} is gone"
    if values[side] != typed:
        same = equal(life.tables, mapped, {side: typed, side.other: values[side.other]})
        return "" if same else f"{typed} typed in {side} is gone"
    wanted = expressed(life.tables, mapped, typed, side)
    if wanted == NOTHING or exempt[side.other] or equal(life.tables, mapped, values):
        return ""
    return f"{typed} typed in {side} has not arrived"


def _can_differ(life: People, mapped: Mapped, wish: Wish, values: dict[Side, object]) -> bool:
    """Has one of both values no partner on the other side?"""
    return any(expressed(life.tables, mapped, values[side], side) == NOTHING for side in Side)


def _may_win(life: People, mapped: Mapped, wish: Wish, side: Side) -> bool:
    """May the value of this side replace the one typed on the other: the last word, a decision, the policy, or over one
    that is no change or had no partner?"""
    typed, other = wish.typed[side], wish.typed[side.other]
    policy = ConflictPolicy.SEND if side is Side.ERP else ConflictPolicy.GET
    if wish.chosen is side or policy in life.policies or side.other in wish.weak:
        return True
    if wish.unagreed and not (wish.same and typed[1] > other[1]):
        return other[0] == "" or life.mapping.first.get(mapped.name) is side
    return typed[1] > other[1] or other[0] == wish.base.get(side.other, NOTHING)


def _one_way(
    life: People,
    name: str,
    mapped: Mapped,
    wish: Wish,
    values: dict[Side, object],
    way: Direction,
    exempt: dict[Side, bool],
) -> str:
    source, destination = way.source, way.destination
    typed, drift = wish.typed.get(source), wish.typed.get(destination)
    held = typed[0] if typed is not None else wish.base.get(source, values[source])
    if values[source] != held:
        return f"the source {source} changed though it is only read"
    if wish.free or exempt[destination]:
        return ""
    if drift is not None and values[destination] == drift[0] and (typed is None or drift[1] > typed[1]):
        return ""
    if life.origin.get(name) is destination and source not in wish.spoken:
        kept = drift[0] if drift is not None else wish.base.get(destination, values[destination])
        return "" if values[destination] == kept else f"{kept} of the record it came from was overwritten"
    wanted = expressed(life.tables, mapped, values[source], source)
    if wanted == NOTHING or equal(life.tables, mapped, values):
        return ""
    if values[source] == "" and life.origin.get(name) is destination:
        return ""
    return f"{values[source]} of {source} has not arrived in {destination}"
