"""The steps of the guide, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the guide. ``slug`` is the end of its address."""

    slug: str
    title: str
    says: str

    @property
    def template(self) -> str:
        return f"setup_wizard/{self.slug.replace('-', '_')}.html"


WELCOME = Step("welcome", "Welcome", "What this guide does, and what you need.")
CONNECTION = Step("connection", "Connection", "Where Dynamics 365 Sales is, and how this application signs in there.")
CHOICES = Step("data", "Data to synchronize", "What is kept alike, in which direction, and what else is switched on.")
USER = Step("integration-user", "Integration user", "The user as whom this application reads and writes in Sales.")
ADMINISTRATOR = Step("administrator", "Administrator", "What only an administrator of Dynamics 365 Sales can do.")
CHECK = Step("check", "Check", "Everything that has to be right, before anything is switched on.")
FINISH = Step("finish", "Finish", "Switch the connection on.")

STEPS: Sequence[Step] = (WELCOME, CONNECTION, CHOICES, USER, ADMINISTRATOR, CHECK, FINISH)
BY_SLUG = {step.slug: step for step in STEPS}
OF_AN_ORGANIZATION = frozenset(step.slug for step in (CONNECTION, ADMINISTRATOR, CHECK, FINISH))
"""Steps that are gone through again for another organization."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A step in the progress list: gone through, shown now, or one that can be opened."""

    step: Step
    number: int
    done: bool
    here: bool
    reachable: bool


def first_open(done: Sequence[str]) -> Step:
    """Where a person goes on; the first step again once all are done."""
    return next((step for step in STEPS if step.slug not in done), WELCOME)


def reachable(step: Step, done: Sequence[str]) -> bool:
    """A step is opened when all before it are done."""
    return all(one.slug in done for one in STEPS[: STEPS.index(step)])


def before(step: Step) -> Step | None:
    place = STEPS.index(step)
    return STEPS[place - 1] if place else None


def after(step: Step) -> Step | None:
    place = STEPS.index(step)
    return STEPS[place + 1] if place + 1 < len(STEPS) else None


def marks(here: Step, done: Sequence[str]) -> list[Mark]:
    """All steps with how they stand."""
    return [
        Mark(step, number, step.slug in done, step is here, reachable(step, done))
        for number, step in enumerate(STEPS, 1)
    ]
