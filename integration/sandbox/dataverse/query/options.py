"""The query options of an address, from ``$select`` to ``$apply`` and the two tokens. What the service refuses is
refused here."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, unquote_plus

from integration.sandbox.dataverse.refusals import odata

SUPPORTED = frozenset(
    {"$select", "$filter", "$orderby", "$top", "$count", "$expand", "$apply", "$skiptoken", "$deltatoken"}
)
MOST_EXPANDED = 15
LARGEST_TOP = 2**31 - 1
INSIDE = frozenset({"$select", "$filter", "$orderby", "$top", "$expand"})
"""The options that an expanded property may have."""


@dataclass(frozen=True)
class Expand:
    """One expanded navigation property with its own options; ``reference``: only the address of what it leads to."""

    navigation: str
    options: QueryOptions
    reference: bool = False


@dataclass(frozen=True)
class QueryOptions:
    """What a query asks for; ``None`` where it says nothing. ``raw`` keeps every option as it was sent, for the
    next link."""

    select: tuple[str, ...] | None = None
    filter: str | None = None
    orderby: str | None = None
    top: int | None = None
    count: bool = False
    expand: tuple[Expand, ...] = ()
    apply: str | None = None
    skiptoken: str | None = None
    deltatoken: str | None = None
    aliases: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    raw: tuple[tuple[str, str], ...] = ()


def parse_query(query: str) -> QueryOptions:
    """Read the part behind the question mark. Raises :class:`Refusal`."""
    raw = tuple(_pair(part) for part in query.split("&") if part)
    given = [(unquote_plus(name), unquote_plus(value)) for name, value in raw]
    return _options(given, raw)


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name, value


def _options(given: list[tuple[str, str]], raw: tuple[tuple[str, str], ...], depth: int = 0) -> QueryOptions:
    named: dict[str, str] = {}
    for name, value in given:
        check_name(name)
        if name in named and name.startswith("$"):
            raise odata(f"Query option '{name}' was specified more than once, but it must be specified at most once.")
        named[name] = value
    return QueryOptions(
        select=_names(named["$select"]) if "$select" in named else None,
        filter=named.get("$filter"),
        orderby=named.get("$orderby"),
        top=_top(named["$top"]) if "$top" in named else None,
        count=_count(named.get("$count", "false")),
        expand=parse_expand(named["$expand"], depth + 1) if "$expand" in named else (),
        apply=named.get("$apply"),
        skiptoken=named.get("$skiptoken"),
        deltatoken=named.get("$deltatoken"),
        aliases={name: value for name, value in named.items() if name.startswith("@")},
        others={name: value for name, value in named.items() if name[:1] not in "$@"},
        raw=raw,
    )


def check_name(name: str) -> None:
    if name == "$skip":
        raise odata("Skip Clause is not supported in CRM")
    if name.startswith("$") and name not in SUPPORTED:
        raise odata(f"The query parameter '{name}' is not supported.")


def _names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    if "" in names:
        raise odata("Syntax error: a name is missing in '$select'.")
    return names


def _top(text: str) -> int:
    whole = text.isascii() and text.isdecimal() and len(text.lstrip("0")) <= len(str(LARGEST_TOP))
    if not whole or int(text) > LARGEST_TOP:
        raise odata(
            f"Invalid value '{text}' for $top query option found. The $top query option requires a "
            "non-negative integer value."
        )
    return int(text)


def _count(text: str) -> bool:
    if text not in ("true", "false"):
        raise odata(f"Invalid value '{text}' for $count query option found. Valid values are 'true' or 'false'.")
    return text == "true"


def parse_expand(text: str, depth: int = 1) -> tuple[Expand, ...]:
    """``a($select=x;$expand=b($select=y)),c`` -> what to expand. Raises :class:`Refusal`."""
    found = tuple(_expand(part, depth) for part in split_outside(text, ",")) if depth <= MOST_EXPANDED else ()
    if depth > MOST_EXPANDED or _number_of(found) > MOST_EXPANDED:
        raise odata(f"The number of $expand expressions exceeds the limit of {MOST_EXPANDED}.")
    once = tuple(part for at, part in enumerate(found) if part not in found[:at])
    named = [part.navigation for part in once]
    for name in named:
        if named.count(name) > 1:
            raise odata(f"The navigation property '{name}' is expanded more than once, and not in the same way.")
    return once


def _number_of(parts: tuple[Expand, ...]) -> int:
    """How many there are, with those inside them."""
    return sum(1 + _number_of(part.options.expand) for part in parts)


def _expand(part: str, depth: int) -> Expand:
    name, opened, inside = part.strip().partition("(")
    if opened and not inside.endswith(")"):
        raise odata(f"Syntax error in '$expand': '{part}'.")
    given = [_pair(option.strip()) for option in split_outside(inside[:-1], ";") if option.strip()]
    for key, _ in given:
        if key not in INSIDE:
            raise odata(f"The query parameter '{key}' is not supported in $expand.")
    plain = name.removesuffix("/$ref")
    return Expand(
        plain,
        _options(given, tuple((key, quote(value, safe="$()',/=@:")) for key, value in given), depth),
        plain != name,
    )


def split_outside(text: str, mark: str) -> list[str]:
    """Split at the mark where it stands outside parentheses and quotes."""
    parts, depth, quoted = [""], 0, False
    for letter in text:
        if letter == "'":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
        if letter == mark and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
