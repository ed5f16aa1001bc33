"""The inputs of a page that edits a record: what stands in each, what is wrong with it, what somebody else wrote."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from coupling.pages.comparison.authors import Author
from coupling.pages.editing.lookups import Offer, is_looked_up
from coupling.pages.editing.typed import CHECKED, NUMBERS
from coupling.pages.tables import fasttabs
from coupling.pages.tables.editing import Editing
from integration.systems.formats import current
from integration.systems.values import Field, FieldType, Side, Table
from integration.systems.wording import field_name, value_text

GENERAL, MORE = "General", "More"


@dataclass(slots=True)
class Input:
    """One field. ``theirs``: what somebody else wrote there while this page was open, by ``author``; ``asks``: a
    question that saving again answers with yes; ``offers``: what may be chosen, once it was asked for."""

    field: Field
    text: str = ""
    error: str = ""
    note: str = ""
    asks: str = ""
    theirs: str | None = None
    author: Author | None = None
    is_offered: bool = False
    is_fixed: bool = False
    offers: list[Offer] | None = None

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def label(self) -> str:
        return field_name(self.field)

    @property
    def kind(self) -> str:
        """Which input the template shows."""
        kinds = {FieldType.BOOLEAN: "check", FieldType.OPTION: "select", FieldType.MEMO: "area", FieldType.DATE: "date"}
        return kinds.get(self.field.type, "number" if self.field.type in NUMBERS else "text")

    @property
    def placeholder(self) -> str:
        """How a day is typed."""
        return current().placeholder if self.kind == "date" else ""

    @property
    def is_checked(self) -> bool:
        return self.text == CHECKED

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """(value, caption, whether it is chosen) of an option field."""
        return [(str(one.value), one.label.strip(), str(one.value) == self.text) for one in self.field.options]

    @property
    def theirs_shown(self) -> str:
        """What somebody else wrote, as people read it."""
        if self.kind == "check":
            return value_text(bool(self.theirs), self.field)
        captions = {str(one.value): one.label.strip() for one in self.field.options}
        return captions.get(self.theirs or "", self.theirs or "") or "(blank)"

    @property
    def is_wrong(self) -> bool:
        """Does it need somebody's eye?"""
        return bool(self.error or self.asks or self.theirs is not None)

    @property
    def described_by(self) -> str:
        """The ids of the texts that belong to it, for who reads with the ears."""
        said = {"error": self.error, "asks": self.asks, "theirs": self.theirs is not None, "note": self.note}
        return " ".join(f"{self.name}-{what}" for what, text in said.items() if text)


@dataclass(frozen=True, slots=True)
class Tab:
    """One FastTab."""

    label: str
    inputs: list[Input] = field(default_factory=list)
    is_open: bool = True

    @property
    def is_wrong(self) -> bool:
        return any(one.is_wrong for one in self.inputs)


def made(table: Table, editing: Editing, *, new: bool) -> dict[str, Input]:
    """The inputs of a table, still empty. A field that the system keeps is shown on a record that is there."""
    inputs = {}
    for name, described in table.fields.items():
        writable = described.insertable if new else described.updatable
        if described.type is FieldType.UUID or name.startswith("system_") or (new and not writable):
            continue
        inputs[name] = Input(described, is_offered=is_looked_up(described, editing), is_fixed=not writable)
    return inputs


def tabs(table: Table, inputs: dict[str, Input], first: Iterable[str] = ()) -> list[Tab]:
    """The inputs by FastTab; those ``first`` in one above all others, which are folded then."""
    above = [name for name in first if name in inputs]
    found = [Tab(GENERAL, [inputs[name] for name in above])] if above else []
    for label, names in fasttabs(Side.ERP, table):
        held = [inputs[name] for name in names if name in inputs and name not in above]
        if held:
            found.append(
                Tab(
                    label if label != GENERAL or not above else MORE,
                    held,
                    is_open=not above or any(one.is_wrong for one in held),
                )
            )
    return found
