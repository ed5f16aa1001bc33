"""What the template of all lists shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from integration.pages import rows
from integration.pages.lists.address import AFTER, ORDER, Address
from integration.pages.lists.cells import Cell, Column
from integration.pages.lists.every import MOST
from integration.pages.lists.layout import View
from integration.pages.lists.pane import Chip, Pane
from integration.pages.lists.widths import shares
from integration.systems.formats import whole
from integration.systems.system import COUNTED_AT_MOST

BOOKMARK, NOTHING = "~", "Nothing to show"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column, and the query that sorts by it (a second time: the other way round; blank: it cannot).
    ``sorted`` is as in ``aria-sort``."""

    column: Column
    query: str = ""
    sorted: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it is called, where it leads, its cells. ``can_select``: is there anything to do with it?
    ``hidden``: what the form of the list says about it besides (name, value)."""

    id: object
    title: str
    url: str
    cells: Sequence[Cell]
    can_select: bool = True
    hidden: Sequence[tuple[str, object]] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at a list, of several: coupled, not coupled, ... ``here``: it is the one chosen."""

    label: str
    query: str
    here: bool = False


@dataclass(slots=True)
class ShownList:
    """A list. ``key`` is what it is remembered by, ``nouns`` what one and several of its rows are called, ``usual`` how
    it is sorted where nobody asks. ``takes_all``: do its actions take the rows of all its pages, too? ``total``: how
    many rows there are (``None``: not known, ``at_least``: or more), ``also`` what else the count says. ``start``: the
    place of the first row shown, ``before`` that of the page before, ``previous`` the query of that page. ``whole``:
    all columns, where some in which nothing stands are left out of this page. ``widest``: the query that shows most
    rows (blank: the list without any words), ``nothing``: what an empty list says."""

    key: str
    title: str
    nouns: tuple[str, str]
    address: Address
    usual: str = ""
    searches: str = "Number or name"
    pane: Pane = field(default_factory=Pane)
    columns: Sequence[Column] = ()
    offered: Sequence[Column] = ()
    lines: Sequence[Line] = ()
    looks: Sequence[Look] = ()
    views: Sequence[View] = ()
    selectable: bool = False
    takes_all: bool = False
    total: int | None = None
    at_least: bool = False
    also: str = ""
    start: int = 1
    before: int = 0
    next: str = ""
    previous: str = ""
    widest: str = ""
    nothing: str = NOTHING
    whole: Sequence[Column] = ()
    notice: str = ""
    problem: str = ""

    @property
    def search(self) -> str:
        return self.address.value("q")

    @property
    def order(self) -> str:
        """How it is sorted now."""
        asked = self.address.value(ORDER)
        can = {column.order for column in (*self.columns, *self.offered) if column.order}
        if asked.removeprefix("-") in can:
            return asked
        self.address.drop(ORDER)
        return self.usual

    @property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.columns]

    @property
    def widths(self) -> list[tuple[Column, int]]:
        """The columns, each with its share of the list."""
        found = shares(self.columns, [line.cells for line in self.lines], selectable=self.selectable, order=self.order)
        return list(zip(self.columns, found, strict=True))

    def _head(self, column: Column) -> Head:
        if not column.order:
            return Head(column)
        up, down = column.order, f"-{column.order}"
        if column.turned:
            up, down = down, up
        now = {up: "ascending", down: "descending"}.get(self.order, "")
        return Head(column, self.address.query(order=down if now == "ascending" else up), now)

    @property
    def sorted_by(self) -> str:
        """How it is sorted, in words."""
        name = self.order.removeprefix("-")
        column = next((one for one in (*self.columns, *self.offered) if one.order == name), None)
        if column is None:
            return ""
        is_turned = self._head(column).sorted == "descending"
        return f"by {column.label}{', descending' if is_turned else ''}"

    @property
    def count(self) -> str:
        """ "86 customers, 80 coupled"."""
        return ", ".join(part for part in (self.counted, self.also) if part)

    @property
    def counted(self) -> str:
        """ "86 customers"; blank where nobody knows."""
        if self.total is None:
            return ""
        return f"{whole(self.total)}{'+' if self.at_least else ''} {self.nouns[0 if self.total == 1 else 1]}"

    @property
    def range(self) -> str:
        """ "1–50 of 86"; blank where nothing is shown."""
        if not self.lines:
            return ""
        last = self.start + len(self.lines) - 1
        of = f" of {whole(self.total)}{'+' if self.at_least else ''}" if self.total is not None else ""
        return f"{whole(self.start)}–{whole(last)}{of}"

    @property
    def every(self) -> str:
        """What offers the rows of all pages for an action; blank where this page holds them all."""
        is_whole = self.start == 1 and not self.next
        if is_whole or not self.lines or not (self.selectable and self.takes_all):
            return ""
        if self.total is None:
            return f"Select all that the list shows, at most the first {whole(MOST)}"
        if self.total > MOST or self.at_least:
            of = f"{whole(self.total)}{'+' if self.at_least else ''}"
            return f"Select the first {whole(MOST)} of {of}: one action takes no more"
        return (
            f"Select all {whole(self.total)} that the filter shows"
            if self.is_narrowed
            else f"Select all {self.counted}"
        )

    @property
    def every_selected(self) -> str:
        """The same once it is ticked."""
        if self.total is None:
            return f"All {self.nouns[1]} of this list selected"
        return f"{whole(min(self.total, MOST))} {self.nouns[1]} selected"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.pane.chips) or any(look.here and look.query for look in self.looks)

    @property
    def said_nothing(self) -> str:
        """What stands where no row is."""
        return f"No {self.nouns[1]} like this" if self.pane.chips and self.nothing != NOTHING else self.nothing

    @property
    def chosen(self) -> Sequence[Column]:
        """The columns of the list, also those in which nothing stands on this page."""
        return self.whole or self.columns

    @property
    def others(self) -> list[Column]:
        """The columns that can be added."""
        shown = {column.name for column in self.chosen}
        return [column for column in self.offered if column.name not in shown]

    @property
    def empty_query(self) -> str | None:
        """Where an empty list leads: to all its rows; ``None`` where these are all."""
        return self.widest if self.is_narrowed or self.widest else None

    @property
    def chips(self) -> Sequence[Chip]:
        return self.pane.chips

    @property
    def kept(self) -> str:
        """The query of this list without its bookmark."""
        return self.address.query()

    @property
    def first_page(self) -> str:
        """The query of the first page; without any words it is still an address."""
        return self.kept or f"{AFTER}="

    @property
    def csv(self) -> str:
        return self.address.query(format="csv")

    @property
    def following(self) -> str:
        """The query of the next page; blank on the last one."""
        return self.address.query(**{AFTER: self.next}) if self.next else ""

    @property
    def salt(self) -> str:
        """A bookmark only opens the list it was made for: it can be an address inside the organization."""
        return f"{self.key}?{self.kept}"

    @property
    def width(self) -> int:
        """How many columns an empty list spans."""
        return len(self.columns) + int(self.selectable)

    def fade(self) -> None:
        """Leave out the columns that fade and in which nothing stands on this page."""
        every = list(enumerate(self.columns))
        kept = [place for place, one in every if not one.fades or any(line.cells[place].text for line in self.lines)]
        if self.lines and len(kept) < len(every):
            self.whole, self.columns = self.columns, [self.columns[place] for place in kept]
            self.lines = [replace(line, cells=[line.cells[place] for place in kept]) for line in self.lines]

    def count_rows(self, total: int | None, counts_all: bool = True) -> None:
        """Note how many rows there are; some systems stop counting."""
        self.total = total
        self.at_least = total is not None and not counts_all and total >= COUNTED_AT_MOST

    def open_bookmark(self) -> str:
        """The bookmark that the address asks for; from here on the list knows at which row it starts."""
        number, _, rest = rows.unsigned(self.address.value(AFTER), self.salt).partition(BOOKMARK)
        before, _, bookmark = rest.partition(BOOKMARK)
        if not bookmark or not number.isdecimal() or not before.isdecimal():
            return ""
        self.start, self.before = int(number), int(before)
        return bookmark

    def begin_again(self) -> None:
        """The bookmark led nowhere: this is the first page."""
        self.start, self.before = 1, 0

    def keep_bookmark(self, bookmark: str) -> None:
        """The bookmark behind the rows shown."""
        if bookmark:
            numbers = f"{self.start + len(self.lines)}{BOOKMARK}{self.start}"
            self.next = rows.signed(f"{numbers}{BOOKMARK}{bookmark}", self.salt)


def columns_named(offered: Sequence[Column], names: Sequence[str]) -> list[Column]:
    """These columns, in this order, as far as they are offered."""
    by_name = {column.name: column for column in offered}
    return [by_name[name] for name in names if name in by_name]
