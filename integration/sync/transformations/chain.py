"""Steps in their order: checked when a person saves them, made into one function when a run begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from integration.sync.direction import Direction
from integration.sync.transformations import formats, patterns, words
from integration.sync.transformations.base import Kind, Step, Transformation, WrongParameter, check_length

Chain = Callable[[str], str]
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (*words.KINDS, *patterns.KINDS, *formats.KINDS)}
"""Every kind by its name, in the order a person chooses from."""


def kind_of(name: str) -> Kind:
    """Raises ``WrongParameter`` for a name that is none."""
    if name not in KINDS:
        raise WrongParameter("kind", f"There is no transformation “{name}”.")
    return KINDS[name]


def check(kind: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters as they are kept, defaults filled in. Raises ``WrongParameter`` where a run could not use them."""
    transformation = kind_of(kind)
    given = transformation.given(parameters)
    transformation.make(given)
    if transformation.undo is not None:
        transformation.undo(given)
    return given


def steps(transformations: Sequence[Transformation], direction: Direction) -> list[tuple[Transformation, Step]]:
    """The steps that a value takes in this direction, in that order. Raises ``WrongParameter``."""
    ordered = transformations if direction is Direction.TO_CRM else transformations[::-1]
    return [(one, _step(one, direction)) for one in ordered if one.direction.includes(direction)]


def chain(transformations: Sequence[Transformation], direction: Direction) -> Chain | None:
    """All steps of this direction as one function of text, ``None`` where there are none. The function raises
    ``TransformationFailed``, and ``ConfigurationProblem`` where going on would be hopeless."""
    functions = [step for _, step in steps(transformations, direction)]
    if not functions:
        return None

    def convert(text: str) -> str:
        for function in functions:
            text = function(text)
        return text

    return convert


def _step(transformation: Transformation, direction: Direction) -> Step:
    kind = kind_of(transformation.kind)
    given = kind.given(transformation.parameters)
    back = transformation.direction is Direction.BOTH and direction is Direction.TO_ERP
    step = kind.undo(given) if back and kind.undo is not None else kind.make(given)
    return _bounded(step, blank_too=kind.blank_too)


def _bounded(step: Step, *, blank_too: bool) -> Step:
    def bounded(text: str) -> str:
        made = step(text) if text or blank_too else text
        check_length(len(made))
        return made

    return bounded
