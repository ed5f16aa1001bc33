"""``$filter`` read into values.

    expression   = either
    either       = both ("or" both)*
    both         = part ("and" part)*
    part         = "not" part | "(" expression ")" | condition
    condition    = function "(" operand "," operand ")" | operand [comparison operand]
    operand      = property | literal

``ItemNo eq '1896-S' and not contains(Description,'desk')`` becomes

    Every((Compare("eq", ITEM_NO, Literal("1896-S")), Opposite(Search("contains", DESCRIPTION, Literal("desk")))))
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from integration.business_central.published.expressions import (
    Always,
    Compare,
    Every,
    Expression,
    Literal,
    Operand,
    Opposite,
    Search,
    Some,
)
from integration.business_central.published.problems import RefusedQuestion, bad, not_offered, shortened
from integration.business_central.published.properties import PROPERTIES, Property, Type

COMPARISONS = ("eq", "ne", "gt", "ge", "lt", "le")
MIRRORED = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
FUNCTIONS = ("contains", "startswith")
ELSEWHERE = frozenset((
    "add", "all", "any", "cast", "ceiling", "concat", "date", "day", "div", "divby", "endswith", "floor", "has", "hour",
    "in", "indexof", "isof", "length", "matchesPattern", "minute", "mod", "month", "mul", "now", "round", "second",
    "sub", "substring", "substringof", "time", "tolower", "toupper", "trim", "year",
))  # fmt: skip
"""Words of OData's filters that this service does not have."""
LONGEST, DEEPEST, MOST = 16_000, 50, 500
"""Characters of a filter, brackets within brackets, conditions."""

NUL = "\0"

TOKEN = re.compile(
    r"""(?P<blank>[ \t]+)
      | (?P<text>'(?:[^']|'')*')
      | (?P<guid>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})(?![\w-])
      | (?P<number>[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,4})?)(?![\w.-])
      | (?P<word>[^\W\d][\w.]*)
      | (?P<sign>[(),])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    place: int


def parse(text: str) -> Expression:
    """The condition that a ``$filter`` states. Raises ``RefusedQuestion``."""
    if len(text) > LONGEST:
        raise bad(f"The filter is longer than {LONGEST} characters.")
    if NUL in text:
        raise bad("The filter holds the character U+0000, which is in no text.")
    reading = _Reading(list(_tokens(text)))
    found = reading.expression()
    reading.expect_end()
    return found


def _tokens(text: str) -> Iterator[Token]:
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise _unreadable(text[place:], place)
        if match.lastgroup != "blank":
            yield Token(match.lastgroup or "", match.group(), place)
        place = match.end()
    yield Token("end", "", place)


def _unreadable(text: str, place: int) -> RefusedQuestion:
    if text.startswith("/"):
        return not_offered("A path in a filter")
    if text.startswith(("@", "$")):
        return not_offered("An alias in a filter")
    if text.startswith("'") and "'" not in text[1:]:
        return bad(f"The text that begins at position {place + 1} of the filter has no closing quote.")
    return bad(f"The filter cannot be read at position {place + 1}: “{shortened(text)}”.")


class _Reading:
    """The tokens of one filter, read from left to right."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.conditions = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def expression(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise bad(f"The filter has more than {DEEPEST} brackets within brackets.")
        parts = [self._both()]
        while self._word("or"):
            parts.append(self._both())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def expect_end(self) -> None:
        if self.next.kind != "end":
            raise self._unexpected("The filter should end here, or go on with “and” or “or”")

    def _both(self) -> Expression:
        parts = [self._part()]
        while self._word("and"):
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _part(self) -> Expression:
        opposite = False
        while self._word("not"):
            opposite = not opposite
        found = self._bracketed() if self._sign("(") else self._condition()
        return Opposite(found) if opposite else found

    def _bracketed(self) -> Expression:
        found = self.expression()
        if not self._sign(")"):
            raise self._unexpected("A closing bracket is missing")
        return found

    def _condition(self) -> Expression:
        self.conditions += 1
        if self.conditions > MOST:
            raise bad(f"The filter has more than {MOST} conditions.")
        if self._is_call():
            return self._compared_with_yes_or_no(self._search())
        left = self._operand()
        operator = self.next.text if self.next.kind == "word" else ""
        if operator in COMPARISONS:
            self.at += 1
            return _compare(operator, left, self._operand())
        if operator in ELSEWHERE:
            raise not_offered(f"“{operator}” in a filter")
        if isinstance(left, Literal) and isinstance(left.value, bool):
            return Always(left.value)
        raise self._unexpected("A comparison is missing (eq, ne, gt, ge, lt or le)")

    def _is_call(self) -> bool:
        following = self.tokens[self.at + 1] if self.next.kind == "word" else self.next
        return self.next.kind == "word" and following.text == "(" and following.kind == "sign"

    def _search(self) -> Search:
        name = self.next.text
        if name not in FUNCTIONS:
            raise (
                not_offered(f"The function “{name}”")
                if name in ELSEWHERE
                else bad(f"There is no function “{shortened(name)}”; there are {' and '.join(FUNCTIONS)}.")
            )
        self.at += 2
        text = self._operand()
        if not self._sign(","):
            raise self._unexpected(f"{name} takes two texts with a comma between them")
        part = self._operand()
        if not self._sign(")"):
            raise self._unexpected(f"The closing bracket of {name} is missing")
        if any(one.type is not Type.TEXT for one in (text, part)):
            raise bad(f"{name} takes two texts.")
        return Search(name, text, part)

    def _compared_with_yes_or_no(self, search: Search) -> Expression:
        """``contains(…) eq true``, as some clients write it."""
        if self.next.kind != "word" or self.next.text not in ("eq", "ne"):
            return search
        same = self.next.text == "eq"
        self.at += 1
        right = self._operand()
        if not isinstance(right, Literal) or not isinstance(right.value, bool):
            raise bad(f"{search.function} is compared with true or false only.")
        return search if right.value == same else Opposite(search)

    def _operand(self) -> Operand:
        token = self.next
        self.at += 1
        match token.kind:
            case "text":
                return Literal(token.text[1:-1].replace("''", "'"), Type.TEXT)
            case "number":
                return Literal(Decimal(token.text), Type.NUMBER)
            case "guid":
                return Literal(uuid.UUID(token.text), Type.GUID)
            case "word" if token.text in ("true", "false"):
                return Literal(token.text == "true", Type.BOOLEAN)
            case "word" if token.text == "null":
                return Literal(None, Type.NULL)
            case "word":
                return property_named(token.text)
        self.at -= 1
        raise self._unexpected("A property or a value is missing")

    def _word(self, text: str) -> bool:
        return self._take("word", text)

    def _sign(self, text: str) -> bool:
        return self._take("sign", text)

    def _take(self, kind: str, text: str) -> bool:
        if (self.next.kind, self.next.text) != (kind, text):
            return False
        self.at += 1
        return True

    def _unexpected(self, words: str) -> RefusedQuestion:
        found = f"“{shortened(self.next.text)}”" if self.next.text else "the end"
        return bad(f"{words}, at position {self.next.place + 1} of the filter, where {found} is.")


def property_named(name: str) -> Property:
    """A property of ProductItemAvailability. Raises ``RefusedQuestion``."""
    found = PROPERTIES.get(name)
    if found is None:
        words = f"Could not find a property named “{shortened(name)}”. There are {', '.join(PROPERTIES)}."
        raise not_offered(f"“{name}”") if name in ELSEWHERE else bad(words)
    return found


def _compare(operator: str, left: Operand, right: Operand) -> Compare:
    types = {left.type, right.type}
    if Type.NULL not in types and len(types) > 1:
        words = f"“{operator}” compares values of one type, and not {left.type} with {right.type}."
        if types == {Type.TEXT, Type.GUID}:
            words += " An id is written without quotes."
        raise bad(words)
    if isinstance(left, Literal) and isinstance(right, Property):
        return Compare(MIRRORED[operator], right, left)
    return Compare(operator, left, right)
