"""Draws lives. A life is its settings and a list of steps that hold all they need, so that steps can be left out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from integration.sync.rules import ConflictPolicy, DeletionPolicy, Direction
from integration.sync.run import Options, Scope
from integration.systems.values import Side
from tests.sync.lives.repeatable import repeatable
from tests.sync.lives.runs import Runs
from tests.sync.lives.tables import BY_NAME, MAPPED, METHODS, PEOPLE, STOPPED, Settings

WEIGHTS = {
    "edit": 40, "run": 18, "rest": 9, "kill": 9, "add": 6, "side_write": 6, "release": 5, "birth_and_death": 5,
    "edit_under_death": 8, "rule": 4, "stop": 4, "couple_anew": 3, "strangers": 2, "decide": 3, "send": 3, "by_ids": 3,
    "recouple": 2, "delete": 3, "planned": 2, "full": 3,
}  # fmt: skip
ONE_ROW = 0.2


@dataclass(frozen=True)
class Step:
    """One step; ``which``, ``pick``, ``side`` and so on are drawn numbers that each step reads as it needs."""

    name: str
    which: int
    side: Side
    field: str
    pick: int
    last: int

    def __str__(self) -> str:
        return f"{self.name} firm={self.which} {self.side} {self.field} pick={self.pick} last={self.last}"


@dataclass(frozen=True)
class Drawn:
    seed: int
    settings: Settings
    steps: tuple[Step, ...]


def draw(seed: int, more: str = "") -> Drawn:
    """The life of this seed; with ``more`` of one kind of step."""
    dice = random.Random(seed)
    settings = _settings(dice)
    one = dice.random() < ONE_ROW
    weights = {**WEIGHTS, more: 60} if more else WEIGHTS
    names = list(weights)
    steps = [
        Step(
            dice.choices(names, list(weights.values()))[0],
            0 if one else dice.randrange(8),
            dice.choice(list(Side)),
            dice.choice(MAPPED).name,
            dice.randrange(100_000),
            dice.randint(1, 14),
        )
        for _ in range(dice.randint(5, 24))
    ]
    return Drawn(seed, settings, tuple(steps))


def _settings(dice: random.Random) -> Settings:
    both = Direction.BOTH
    one_way = [Direction.TO_CRM, Direction.TO_ERP]
    ways = {one.name: both if dice.random() < 0.7 else dice.choice(one_way) for one in MAPPED}
    return Settings(
        direction=dice.choices([both, *one_way], [8, 1, 1])[0],
        conflict=dice.choices(list(ConflictPolicy), [2, 1, 1])[0],
        deletion=dice.choice(list(DeletionPolicy)),
        only_coupled=dice.random() < 0.2,
        erp_remote=dice.random() < 0.5,
        erp_versions=dice.random() < 0.6,
        crm_versions=dice.random() < 0.5,
        crm_values=dice.random() < 0.5,
        rounds=dice.random() < 0.4,
        page=dice.choice([1, 2, 5]),
        between=dice.choice([0.0, 0.2, 0.5]),
        rows=dice.randint(2, 4),
        ways=ways,
        clears={name: dice.random() < 0.5 for name in ("boss", "friend", "payer")},
    )


def live(drawn: Drawn, steps: Sequence[Step] | None = None) -> Runs:
    """Live through it. Raises :class:`SourceDeleted`, or whatever goes wrong."""
    with repeatable(drawn.seed):
        life = Runs(drawn.settings)
        for number in range(drawn.settings.rows):
            life.add(list(Side)[number % 2], (drawn.seed * 31 + number * 7919) % 100_000)
        for step in drawn.steps if steps is None else steps:
            STEPS[step.name](life, step)
        _end(life)
        return life


def _name(life: Runs, step: Step) -> str:
    return life.names[step.which % len(life.names)]


def _way(step: Step) -> Direction:
    return Direction.TO_CRM if step.side is Side.ERP else Direction.TO_ERP


def _seed(step: Step) -> int:
    return step.pick + 1


def _edit(life: Runs, step: Step) -> None:
    life.edit(step.side, _name(life, step), BY_NAME[step.field], step.pick)


def _run(life: Runs, step: Step) -> None:
    life.run(_way(step), seed=_seed(step))


def _full(life: Runs, step: Step) -> None:
    life.run(_way(step), Options(scope=Scope.EVERYTHING, approved=True, force=step.pick % 2 == 0), seed=_seed(step))


def _kill(life: Runs, step: Step) -> None:
    life.run(_way(step), last=step.last, seed=_seed(step))


def _birth_and_death(life: Runs, step: Step) -> None:
    life.add(step.side, step.pick)
    life.run(_way(step), last=step.last)


def _edit_under_death(life: Runs, step: Step) -> None:
    """An update is killed, and somebody edits the very field it was writing."""
    life.edit(step.side, _name(life, step), BY_NAME[step.field], step.pick)
    life.run(_way(step), last=step.last % 6 + 7) if step.pick % 3 == 0 else life.run(_way(step), dies_written=True)
    other = step.side if step.pick % 2 else step.side.other
    life.edit(other, _name(life, step), BY_NAME[step.field], step.pick + 1)


def _rule(life: Runs, step: Step) -> None:
    match step.pick % 4:
        case 0:
            life.choose_conflicts(list(ConflictPolicy)[step.which % 3])
        case 1:
            life.choose_deletions(list(DeletionPolicy)[step.which % 3])
        case _:
            life.switch(BY_NAME[step.field], [None, *Side][step.which % 3])


def _release(life: Runs, step: Step) -> None:
    if step.pick % 2:
        number = step.which % len(METHODS)
        life.couple_method(number)
    else:
        number = step.which % PEOPLE
        life.couple_person(number, number)


def _recouple(life: Runs, step: Step) -> None:
    life.couple_person(step.which % PEOPLE, (step.which + 1) % PEOPLE)


def _stop(life: Runs, step: Step) -> None:
    name = _name(life, step)
    life.stop(step.side, name, not life.is_stopped(step.side, name))


def _by_ids(life: Runs, step: Step) -> None:
    life.by_ids(_way(step), _name(life, step), False, step.pick % 2 == 0, _seed(step))


STEPS = {
    "edit": _edit,
    "run": _run,
    "full": _full,
    "rest": lambda life, step: life.rest(),
    "kill": _kill,
    "add": lambda life, step: life.add(step.side, step.pick),
    "side_write": lambda life, step: life.side_write(step.side, _name(life, step), step.pick),
    "release": _release,
    "birth_and_death": _birth_and_death,
    "edit_under_death": _edit_under_death,
    "rule": _rule,
    "stop": _stop,
    "couple_anew": lambda life, step: life.couple_by_hand(_name(life, step)),
    "strangers": lambda life, step: life.strangers(step.pick),
    "decide": lambda life, step: life.decide(_name(life, step), step.side),
    "send": lambda life, step: life.by_ids(_way(step), _name(life, step), True, True),
    "by_ids": _by_ids,
    "recouple": _recouple,
    "delete": lambda life, step: life.delete(step.side, _name(life, step)),
    "planned": lambda life, step: life.as_planned(_way(step)),
}


def _end(life: Runs) -> None:
    """At last everything is coupled, expressed and decided: then nothing may wait or differ."""
    life.rest()
    for name in life.names:
        for side in STOPPED:
            life.stop(side, name, False)
    for number in range(PEOPLE):
        life.couple_person(number, number)
    for number in range(len(METHODS)):
        life.couple_method(number)
    for mapped in MAPPED:
        if mapped.name in life.mapping.off:
            life.switch(mapped, Side.ERP)
    life.retry()
    life.rest(create=True)
    _decide_all(life)


def _decide_all(life: Runs) -> None:
    if life.mapping.settings.direction is Direction.BOTH and not life.bereaved:
        for name in life.names:
            for side in Side:
                if life.tables.id(side, name) is not None and life.value(side, name, BY_NAME["colour"]) in ("", 1):
                    life.edit(side, name, BY_NAME["colour"], 1)
            life.decide(name, Side.ERP)
        life.retry()
        life.rest(all_coupled=True)
        waits = [wait for row in life.tables.ledger().rows.values() for wait in row.waits or ()]
        if waits:
            raise AssertionError(f"still waiting at the end: {waits}")
