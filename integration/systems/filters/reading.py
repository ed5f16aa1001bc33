"""From what a person typed to a filter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from integration.systems.filters.conversion import typed
from integration.systems.filters.values import (
    EVERYTHING,
    OPERATORS,
    TEXT_OPERATORS,
    AllOf,
    AnyOf,
    Comparison,
    Filter,
    FilterError,
    Not,
    OneOf,
)

if TYPE_CHECKING:
    from integration.systems.values import Table

DEEPEST = 40
"""Levels of brackets and nots. Nobody types more, and everything that walks a filter is recursive."""


def parse(text: str, table: Table | None = None) -> Filter:
    """Read what a person typed. With ``table`` the fields must exist and values are turned into their types
    (option labels into numbers). Raises :class:`FilterError`."""
    words = list(_words(text))
    if not words:
        return EVERYTHING
    parser = _Parser(words, len(text))
    found = parser.any_of()
    if parser.index < len(words):
        word, position = words[parser.index]
        raise FilterError(f"“{word.text}” is not expected here.", position)
    return typed(found, table) if table is not None else found


@dataclass(frozen=True, slots=True)
class Part:
    """One of the conditions that all have to hold, in the letters in which somebody typed it."""

    text: str
    where: Filter


def parts_of(text: str) -> tuple[Part, ...]:
    """A filter taken apart where a row has to meet several conditions at once: joined by “and” they are the filter
    again. One that offers alternatives is one part, in brackets. Raises :class:`FilterError`."""
    whole, words = parse(text), list(_words(text))
    if not words:
        return ()
    parser = _Parser(words, len(text))
    found = parser.parts(text)
    return found if parser.index == len(words) else (Part(f"({text.strip()})", whole),)


_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>'(?:[^']|'')*')|(?P<mark><>|>=|<=|[=<>(),])|(?P<bare>[^\s'=<>(),]+)|(?P<bad>\S))"""
)
_KEYWORDS = {"and", "or", "not", "in", "is", "blank", "contains", "begins", "ends", "with"}


@dataclass(frozen=True, slots=True)
class _Word:
    kind: str
    text: str

    def says(self, *keywords: str) -> bool:
        return self.kind != "quoted" and self.text.lower() in keywords


def _words(text: str) -> Iterator[tuple[_Word, int]]:
    position = 0
    while match := _TOKEN.match(text, position):
        kind = str(match.lastgroup)
        start = match.start(kind)
        if kind == "bad":
            raise FilterError("A quoted value has no closing quote.", start)
        raw = match.group(kind)
        yield _Word(kind, raw[1:-1].replace("''", "'") if kind == "quoted" else raw), start
        position = match.end()


class _Parser:
    """Recursive descent over the words: any_of > all_of > one."""

    def __init__(self, words: list[tuple[_Word, int]], end: int) -> None:
        self.words, self.index, self.end, self.depth = words, 0, end, 0

    def any_of(self) -> Filter:
        parts = [self.all_of()]
        while self._take("or"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def all_of(self) -> Filter:
        parts = [self.one()]
        while self._take("and"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def parts(self, text: str) -> tuple[Part, ...]:
        """What stands before the first “or”, each condition with its own piece of the text."""
        found: list[Part] = []
        while not found or self._take("and"):
            begins = self._position(0)
            where = self.one()
            found.append(Part(text[begins : self._position(0)].strip(), where))
        return tuple(found)

    def one(self) -> Filter:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FilterError("There are too many brackets inside each other.", self._position(0))
        found = self._nested()
        self.depth -= 1
        return found

    def _nested(self) -> Filter:
        if self._take("not"):
            return Not(self.one())
        if self._take("("):
            inner = self.any_of()
            self._need(")")
            return inner
        return self.comparison()

    def comparison(self) -> Filter:
        name = self._field_name()
        if self._take("is"):
            negated = self._take("not")
            self._need("blank")
            return Comparison(name, "<>" if negated else "=", None)
        if self._take("in"):
            return OneOf(name, self._list())
        operator = self._operator()
        value, position = self._value(), self._position(-1)
        if not value and operator not in ("=", "<>"):
            raise FilterError(f"“{operator}” needs a value; blank goes with = and <> only.", position)
        return Comparison(name, operator, value)

    def _operator(self) -> str:
        word = self._next("An operator such as = or <> is missing.")
        if word.says("begins", "ends"):
            self._need("with")
            return f"{word.text.lower()} with"
        operator = word.text.lower()
        if word.kind == "quoted" or operator not in (*OPERATORS, *TEXT_OPERATORS):
            raise FilterError(f"“{word.text}” is not an operator.", self._position(-1))
        return operator

    def _field_name(self) -> str:
        word = self._next("A field name is missing.")
        if word.kind != "bare" or word.text.lower() in _KEYWORDS:
            raise FilterError(f"“{word.text}” is not a field name.", self._position(-1))
        return word.text

    def _list(self) -> tuple[str, ...]:
        self._need("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._need(")")
        return tuple(values)

    def _value(self) -> str:
        word = self._next("A value is missing.")
        if word.kind == "mark" or word.says(*_KEYWORDS):
            raise FilterError(f"“{word.text}” is not a value; put it in quotes.", self._position(-1))
        text = word.text
        while word.kind == "bare" and self.index < len(self.words):
            following = self.words[self.index][0]
            if following.kind != "bare" or following.text.lower() in _KEYWORDS:
                break
            text += " " + following.text
            self.index += 1
        return text

    def _take(self, *keywords: str) -> bool:
        if self.index < len(self.words) and self.words[self.index][0].says(*keywords):
            self.index += 1
            return True
        return False

    def _need(self, keyword: str) -> None:
        if not self._take(keyword):
            raise FilterError(f"“{keyword}” is missing.", self._position(0))

    def _next(self, otherwise: str) -> _Word:
        if self.index >= len(self.words):
            raise FilterError(otherwise, self.end)
        self.index += 1
        return self.words[self.index - 1][0]

    def _position(self, offset: int) -> int:
        index = self.index + offset
        return self.words[index][1] if index < len(self.words) else self.end
