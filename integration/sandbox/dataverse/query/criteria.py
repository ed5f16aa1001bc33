"""``$filter`` as a tree: a recursive descent over the words, knowing nothing of tables or SQL.

::

    any_of     = all_of { "or" all_of }
    all_of     = one { "and" one }
    one        = "not" (one, but no comparison) | "(" any_of ")" | function | operand operator operand
               | path "/any()" | path ("/any(" | "/all(") name ":" any_of ")"
    function   = ("contains" | "startswith" | "endswith") "(" path "," literal ")"
               | "Microsoft.Dynamics.CRM." name "(" argument { "," argument } ")"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from integration.sandbox.dataverse.query.lexer import Word, words
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.shell.refusal import Refusal

OPERATORS = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
TEXT_FUNCTIONS = frozenset({"contains", "startswith", "endswith"})
NAMESPACE = "Microsoft.Dynamics.CRM."
LITERALS = frozenset({"guid", "moment", "number", "text", "enum"})
VALUES = ("PropertyValues", "PropertyValue", "PropertyValue1", "PropertyValue2")
DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Path:
    """A property, or one behind lookups: ``name``, ``primarycontactid/fullname``."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """``kind``: guid, moment, number, text, enum, boolean or null; ``text`` without quotes."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Compare:
    path: Path
    operator: str
    value: Path | Literal


@dataclass(frozen=True, slots=True)
class TextFunction:
    name: str
    path: Path
    value: Literal


@dataclass(frozen=True, slots=True)
class QueryFunction:
    """``Microsoft.Dynamics.CRM.In(PropertyName=…, PropertyValues=[…])``; ``given`` names the parameters beside the
    first."""

    name: str
    property: str
    values: tuple[Literal, ...]
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lambda:
    """``contact_customer_accounts/any(c:c/jobtitle eq 'Buyer')``; ``name`` is ``any`` or ``all``."""

    name: str
    path: Path
    variable: str = ""
    part: Criterion | None = None


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    part: Criterion


Criterion = Compare | TextFunction | QueryFunction | Lambda | Every | Any | Negated


def parse(text: str, aliases: Mapping[str, str] | None = None) -> Criterion:
    """Read a filter. ``aliases`` are the query's ``@name=literal``; one that is not given counts as null.
    Raises :class:`Refusal`."""
    parser = _Parser(text, aliases or {})
    found = parser.any_of()
    parser.expect("end")
    return found


class _Parser:
    def __init__(self, text: str, aliases: Mapping[str, str]) -> None:
        self.text = text
        self.aliases = aliases
        self.words = words(text)
        self.at = 0
        self.depth = 0

    @property
    def word(self) -> Word:
        return self.words[self.at]

    def any_of(self) -> Criterion:
        parts = [self.all_of()]
        while self.takes("or"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def all_of(self) -> Criterion:
        parts = [self.one()]
        while self.takes("and"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def one(self) -> Criterion:
        self.depth += 1
        if self.depth > DEEPEST:
            raise odata("The recursion limit of the filter has been exceeded.")
        found = self._one()
        self.depth -= 1
        return found

    def _one(self) -> Criterion:
        if self.takes("not"):
            if self.word.text.startswith(NAMESPACE):
                raise odata("Not operator along with the Custom Named Condition operators is not allowed")
            return Negated(self.negatable())
        if self.takes("("):
            inside = self.any_of()
            self.expect("mark", ")")
            return inside
        following = self.words[self.at + 1].text if self.word.kind == "name" else ""
        if following == "(":
            return self.function()
        return self.comparison()

    def negatable(self) -> Criterion:
        """What ``not`` may stand before: it binds tighter than any comparison. Raises :class:`Refusal`."""
        following = self.words[self.at + 1].text if self.word.kind == "name" else "("
        if self.word.text != "not" and following != "(":
            raise odata(
                "A unary operator with an incompatible type was detected. Found operand "
                f"'{self.word.text}' for operator kind 'Not'."
            )
        return self.one()

    def function(self) -> Criterion:
        name = self.next().text
        self.expect("mark", "(")
        if name in TEXT_FUNCTIONS:
            path = self.path()
            self.expect("mark", ",")
            value = self.literal()
            self.expect("mark", ")")
            return TextFunction(name, path, value)
        if name.endswith(("/any", "/all")):
            return self.quantified(name)
        if not name.startswith(NAMESPACE):
            raise odata(
                f"An unknown function with name '{name}' was found. This may also be a function import or a "
                "key lookup on a navigation property, which is not allowed."
            )
        return self.query_function(name.removeprefix(NAMESPACE))

    def quantified(self, name: str) -> Lambda:
        path, _, kind = name.rpartition("/")
        if kind == "any" and self.takes(")"):
            return Lambda(kind, Path(path))
        variable = self.expect("name").text
        self.expect("mark", ":")
        part = self.any_of()
        self.expect("mark", ")")
        return Lambda(kind, Path(path), variable, part)

    def query_function(self, name: str) -> QueryFunction:
        arguments: dict[str, list[Literal]] = {}
        while True:
            key = self.expect("name").text
            self.expect("mark", "=")
            if key in arguments:
                raise odata(f"The parameter '{key}' of the function '{name}' is given twice.")
            arguments[key] = self.listed() if self.takes("[") else [self.literal()]
            if not self.takes(","):
                break
        self.expect("mark", ")")
        property_name = arguments.pop("PropertyName", None)
        if property_name is None or len(property_name) != 1:
            raise odata(f"The function '{name}' needs the parameter 'PropertyName'.")
        values = [value for key in VALUES for value in arguments.get(key, [])]
        return QueryFunction(name, property_name[0].text, tuple(values), frozenset(arguments))

    def listed(self) -> list[Literal]:
        found: list[Literal] = []
        while not self.takes("]"):
            if found:
                self.expect("mark", ",")
            if self.word.kind == "double":
                found.append(Literal("text", self.next().text[1:-1]))
            else:
                found.append(self.literal())
        return found

    def comparison(self) -> Compare:
        path = self.path()
        operator = self.next()
        if operator.text not in OPERATORS:
            raise self.wrong(operator)
        if self.word.kind == "name" and self.word.text not in ("true", "false", "null"):
            return Compare(path, operator.text, self.path())
        return Compare(path, operator.text, self.literal())

    def path(self) -> Path:
        return Path(self.expect("name").text)

    def literal(self) -> Literal:
        word = self.next()
        if word.kind == "alias":
            given = self.aliases.get(word.text)
            return Literal("null", "null") if given is None else _Parser(given, {}).only_literal()
        if word.kind == "text":
            return Literal("text", word.text[1:-1].replace("''", "'"))
        if word.kind in LITERALS:
            return Literal(word.kind, word.text)
        if word.text in ("true", "false"):
            return Literal("boolean", word.text)
        if word.text == "null":
            return Literal("null", "null")
        raise self.wrong(word)

    def only_literal(self) -> Literal:
        """What an alias stands for: one literal and nothing behind it."""
        found = self.literal()
        self.expect("end")
        return found

    def takes(self, text: str) -> bool:
        if self.word.text == text and self.word.kind in ("name", "mark"):
            self.at += 1
            return True
        return False

    def next(self) -> Word:
        word = self.word
        if word.kind != "end":
            self.at += 1
        return word

    def expect(self, kind: str, text: str | None = None) -> Word:
        word = self.next()
        if word.kind != kind or (text is not None and word.text != text):
            raise self.wrong(word)
        return word

    def wrong(self, word: Word) -> Refusal:
        return odata(f"Syntax error at position {word.position} in '{self.text}'.")
