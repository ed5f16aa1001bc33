"""What a transformation is: a kind with parameters as a person typed them, made into a function of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from integration.sync.direction import Direction
from integration.systems.errors import RecordProblem

Step = Callable[[str], str]
Given = Mapping[str, str]
LONGEST_PARAMETER = 10_000
LONGEST = 1_048_576
"""Characters that a step may make: the longest text that a column of Sales holds."""
LONGEST_NUMBER = 9


class WrongParameter(ValueError):
    """A parameter that cannot work. ``name`` is the parameter's, the message is for the person who typed it."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class TransformationFailed(RecordProblem):
    """A step that cannot do anything with this value: the record fails, the others go on."""

    code = "transformation-failed"


def check_length(characters: int) -> None:
    """Raises :class:`TransformationFailed` where a step would make more than anything can hold."""
    if characters > LONGEST:
        raise TransformationFailed(f"The transformation makes more than {LONGEST:,} characters.")


def whole(name: str, text: str, least: int, most: int, message: str) -> int:
    """A parameter as a whole number. Raises :class:`WrongParameter` with the message."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER and least <= int(text) <= most):
        raise WrongParameter(name, message)
    return int(text)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing a kind has to be told. ``choices`` are (value, label); ``lines`` asks for a text of several lines."""

    name: str
    label: str
    help: str = ""
    required: bool = False
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """``make`` turns parameters into a step and raises ``WrongParameter``; ``undo`` into the step back, where there
    is one. ``blank_too``: the step also sees blank values."""

    name: str
    label: str
    make: Callable[[Given], Step]
    undo: Callable[[Given], Step] | None = None
    parameters: tuple[Parameter, ...] = ()
    blank_too: bool = False

    def given(self, parameters: Given) -> dict[str, str]:
        """The parameters of this kind, defaults filled in. Raises ``WrongParameter`` for one that is missing."""
        complete = {one.name: str(parameters.get(one.name) or one.default) for one in self.parameters}
        for one in self.parameters:
            text = complete[one.name]
            if one.required and text == "":
                raise WrongParameter(one.name, f"{one.label} is needed.")
            if one.choices and text not in dict(one.choices):
                raise WrongParameter(one.name, f"“{text}” is none of the choices.")
            if len(text) > LONGEST_PARAMETER:
                raise WrongParameter(one.name, f"At most {LONGEST_PARAMETER:,} characters.")
        return complete


@dataclass(frozen=True, slots=True)
class Transformation:
    """One step of a field mapping as the engine is told it."""

    kind: str
    direction: Direction = Direction.BOTH
    parameters: Mapping[str, str] = field(default_factory=dict)
