"""A FetchXML text as values, knowing nothing of tables or SQL. What no query may say is refused here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from integration.sandbox.dataverse.http.messages import LARGEST_PAGE
from integration.sandbox.dataverse.refusals import invalid
from integration.sandbox.shell.refusal import Refusal

TRUE = {"true": True, "1": True, "false": False, "0": False}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
JOINED = frozenset({"inner", "natural", "outer"})
ASKED = frozenset({"any", "not any", "all", "not all", "exists", "in"})
AGGREGATES = frozenset({"count", "countcolumn", "sum", "avg", "min", "max"})
MOST_LINKS = 15
MOST_CONDITIONS = 500
DEEPEST = 50
OF_A_TABLE = ("filter", "order", "link-entity", "attribute", "all-attributes", "no-attrs")


@dataclass(frozen=True)
class Attribute:
    """A column to show. ``aggregate`` is blank outside aggregate queries and for what is grouped by."""

    name: str
    alias: str = ""
    aggregate: str = ""
    grouped: bool = False
    date_part: str = ""
    distinct: bool = False


@dataclass(frozen=True)
class Order:
    """By a column, or in an aggregate query by the alias of one. ``entity`` is the alias of a link."""

    attribute: str
    alias: str = ""
    entity: str = ""
    descending: bool = False


@dataclass(frozen=True)
class Condition:
    attribute: str
    operator: str
    values: tuple[str, ...] = ()
    entity: str = ""
    column: str = ""
    """The other column (``valueof``) where two are compared."""


@dataclass(frozen=True)
class Filter:
    """``parts`` joined by ``and`` or ``or``; a link among them asks whether there are such rows."""

    type: str
    parts: tuple[Filter | Condition | Link, ...]


@dataclass(frozen=True)
class Source:
    """What ``entity`` and ``link-entity`` hold alike. ``attributes`` is ``None`` for all columns."""

    name: str
    attributes: tuple[Attribute, ...] | None
    filters: tuple[Filter, ...]
    orders: tuple[Order, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Link:
    """``near`` is the column of the parent, ``far`` that of the linked table. ``kind`` is one of ``JOINED`` or
    ``ASKED``."""

    source: Source
    alias: str
    near: str
    far: str
    kind: str


@dataclass(frozen=True)
class Fetch:
    """``count`` is the size of a page, ``top`` a limit without pages; ``cookie`` says where the last page ended."""

    source: Source
    distinct: bool
    aggregate: bool
    top: int | None
    count: int
    page: int
    cookie: str
    total: bool


def parse(text: str) -> Fetch:
    """Raises :class:`Refusal`."""
    root = _root(text)
    entities = [child for child in root if child.tag == "entity"]
    if len(entities) != 1:
        raise invalid("The fetch element must hold exactly one entity element.")
    if len(list(root.iter("link-entity"))) > MOST_LINKS:
        raise Refusal(400, "0x8004430d", "Number of link entities in query exceeded maximum limit.")
    if len(list(root.iter("condition"))) > MOST_CONDITIONS:
        raise Refusal(400, "0x8004430c", "Number of conditions in query exceeded maximum limit.")
    top, paged = root.get("top"), [name for name in ("page", "count", "returntotalrecordcount") if name in root.attrib]
    if top is not None and paged:
        raise invalid(f"The top attribute can't be specified with paging attribute {paged[0]}.")
    aggregate = _flag(root, "aggregate")
    return Fetch(
        source=_source(entities[0], aggregate, 1),
        distinct=_flag(root, "distinct"),
        aggregate=aggregate,
        top=None if top is None else min(_number(root, "top", 0), LARGEST_PAGE),
        count=min(_number(root, "count", LARGEST_PAGE), LARGEST_PAGE),
        page=max(_number(root, "page", 1), 1),
        cookie=root.get("paging-cookie", ""),
        total=_flag(root, "returntotalrecordcount"),
    )


def _root(text: str) -> ElementTree.Element:
    if "<!" in text:
        raise invalid("Invalid XML.")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - without a document type there are no entities to expand
    except (ElementTree.ParseError, ValueError) as error:
        raise invalid("Invalid XML.") from error
    if root.tag != "fetch":
        raise invalid("The FetchXML must begin with a fetch element.")
    return root


def _source(element: ElementTree.Element, aggregate: bool, depth: int) -> Source:
    if depth > DEEPEST:
        raise invalid("The FetchXML is nested too deeply.")
    for child in element:
        if child.tag not in OF_A_TABLE:
            raise Refusal(
                400,
                "0x8004111c",
                f"Invalid Child Node, valid nodes are {', '.join(OF_A_TABLE)}. NodeName = {child.tag} NodeXml = "
                f"{ElementTree.tostring(ElementTree.Element(child.tag, child.attrib), encoding='unicode')}",
            )
    shown = tuple(_attribute(child, aggregate) for child in element if child.tag == "attribute")
    every = any(child.tag == "all-attributes" for child in element)
    bare = element.tag == "entity" and not shown and all(child.tag != "no-attrs" for child in element)
    return Source(
        name=_needed(element, "name"),
        attributes=None if every or (bare and not aggregate) else shown,
        filters=tuple(_filter(child, depth) for child in element if child.tag == "filter"),
        orders=tuple(_order(child, aggregate) for child in element if child.tag == "order"),
        links=tuple(_link(child, aggregate, depth) for child in element if child.tag == "link-entity"),
    )


def _attribute(element: ElementTree.Element, aggregate: bool) -> Attribute:
    function, grouped = element.get("aggregate", ""), _flag(element, "groupby")
    alias = _alias(element)
    if not aggregate:
        if function or grouped:
            raise invalid("An aggregate or groupby attribute needs a fetch element with aggregate='true'.")
        return Attribute(_needed(element, "name"), alias)
    if not alias or bool(function) == grouped:
        raise invalid("An attribute of an aggregate query needs an alias, and either an aggregate or groupby.")
    if function and function not in AGGREGATES:
        raise invalid(f"The aggregate '{function}' is not supported.")
    part = element.get("dategrouping", "")
    return Attribute(_needed(element, "name"), alias, function, grouped, part, _flag(element, "distinct"))


def _order(element: ElementTree.Element, aggregate: bool) -> Order:
    attribute, alias = element.get("attribute", ""), element.get("alias", "")
    if aggregate and not alias:
        raise invalid("An attribute can not be specified for an aggregate query; use an alias.")
    if not aggregate and not attribute:
        raise invalid("The order element needs an attribute.")
    return Order(attribute, alias, element.get("entityname", ""), _flag(element, "descending"))


def _filter(element: ElementTree.Element, depth: int) -> Filter:
    if depth > DEEPEST:
        raise invalid("The FetchXML is nested too deeply.")
    kind = element.get("type", "and")
    if kind not in ("and", "or"):
        raise invalid(f"The filter type '{kind}' is not supported.")
    return Filter(kind, tuple(_parts(element, depth + 1)))


def _parts(element: ElementTree.Element, depth: int) -> Iterator[Filter | Condition | Link]:
    for child in element:
        if child.tag == "filter":
            yield _filter(child, depth)
        elif child.tag == "condition":
            yield _condition(child)
        elif child.tag == "link-entity":
            yield _link(child, False, depth, asked=True)
        else:
            raise invalid(f"A filter cannot hold the element '{child.tag}'.")


def _condition(element: ElementTree.Element) -> Condition:
    listed = tuple(child.text or "" for child in element if child.tag == "value")
    given = element.get("value")
    return Condition(
        attribute=_needed(element, "attribute"),
        operator=_needed(element, "operator"),
        values=listed if given is None else (given, *listed),
        entity=element.get("entityname", ""),
        column=element.get("valueof", ""),
    )


def _link(element: ElementTree.Element, aggregate: bool, depth: int, asked: bool = False) -> Link:
    kind = element.get("link-type", "inner")
    inside = ASKED - {"exists", "in"} if asked else {*JOINED, "exists", "in"}
    if kind not in inside:
        raise invalid(f"The link-type '{kind}' is not supported {'in a filter' if asked else 'here'}.")
    source = _source(element, aggregate, depth + 1)
    return Link(source, _alias(element), _needed(element, "to"), _needed(element, "from"), kind)


def _alias(element: ElementTree.Element) -> str:
    alias = element.get("alias", "")
    if alias and not NAME.fullmatch(alias):
        raise Refusal(400, "0x80041130", f"The alias '{alias}' is invalid: letters, digits and '_' only.")
    return alias


def _needed(element: ElementTree.Element, name: str) -> str:
    found = element.get(name)
    if not found:
        raise invalid(f"The element '{element.tag}' needs the attribute '{name}'.")
    return found


def _flag(element: ElementTree.Element, name: str) -> bool:
    given = element.get(name, "false").lower()
    if given not in TRUE:
        raise invalid(f"The attribute '{name}' must be true or false, not '{given}'.")
    return TRUE[given]


def _number(element: ElementTree.Element, name: str, otherwise: int) -> int:
    given = element.get(name)
    if given is None:
        return otherwise
    if not given.isdecimal() or len(given) > 9:
        raise invalid(f"The attribute '{name}' must be a whole number, not '{given}'.")
    return int(given)
