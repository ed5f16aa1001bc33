"""A record on the page that edits it: what its inputs show, what was typed into them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from coupling.pages.editing import inputs, lookups
from coupling.pages.editing.seen import Seen, read_stamp
from coupling.pages.editing.typed import CHECKED, as_typed
from coupling.pages.tables.editing import Editing
from integration.business_central.writing import by_hand
from integration.systems.system import System
from integration.systems.values import FieldType, Record, Value

INCOMPLETE = "This page is incomplete. Load it again."
SEEN, RENAME = "seen", "rename"


class EditedRecord:
    """One record of a table, or a new one. ``problems`` stand above the form, all else at its input. ``gone``: the
    record is no longer there."""

    def __init__(self, system: System, table: str, editing: Editing, id: uuid.UUID | None = None) -> None:
        self.system = system
        self.table = system.describe(table)
        self.editing = editing
        self.id = id
        self.is_new = id is None
        self.inputs = inputs.made(self.table, editing, new=self.is_new)
        self.numbering = by_hand.numbering(table) if self.is_new else None
        self.problems: list[str] = []
        self.rename = ""
        self.gone = False
        self.seen = Seen({})
        self.record = self.read()
        self._show()

    # --- what it shows --------------------------------------------------------------------------------------------

    def read(self) -> Record | None:
        if self.id is None:
            return None
        names = [name for name in self.table.fields if self.table.fields[name].type is not FieldType.UUID]
        return self.system.get(self.table.name, [self.id], names).get(self.id)

    def _stored(self) -> Mapping[str, Value]:
        """What the inputs hold before anybody types."""
        if self.is_new:
            return by_hand.starting_values(self.table.name)
        return self.record.values if self.record is not None else {}

    def _show(self) -> None:
        for name, text in self.stored_texts().items():
            self.inputs[name].text = text
        self.seen = Seen(self.stored_texts(), self.seen.at, self.seen.nonce)
        self._note_numbers()

    def stored_texts(self) -> dict[str, str]:
        values = self._stored()
        return {name: as_typed(one.field, values.get(name)) for name, one in self.inputs.items()}

    def _note_numbers(self) -> None:
        """What becomes of a blank number is said at its input."""
        number = self.inputs.get(self.table.number_field)
        if number is None or self.numbering is None:
            return
        series = self.numbering
        if series.next:
            number.note = f"Leave it blank to get the next number of the series {series.series}, {series.next}."
        else:
            number.note = series.problem
        if not series.typed:
            number.is_fixed = True
            number.note = f"The number comes from the series {series.series}: {series.next or series.problem}"

    @property
    def tabs(self) -> list[inputs.Tab]:
        """The FastTabs, in the order of the card."""
        return inputs.tabs(self.table, self.inputs, self.editing.first if self.is_new else ())

    @property
    def wrong(self) -> list[inputs.Input]:
        """The inputs that need a look."""
        return [one for one in self.inputs.values() if one.is_wrong]

    @property
    def colliding(self) -> str:
        """The fields that two people changed, for the button that takes the others' values."""
        return ",".join(name for name, one in self.inputs.items() if one.theirs is not None)

    # --- what was typed -------------------------------------------------------------------------------------------

    def type(self, typed: Mapping[str, str]) -> None:
        """Take over what was sent. What is missing in it stands as it was seen."""
        seen = read_stamp(typed.get(SEEN, ""))
        if seen is None:
            self.problems.append(INCOMPLETE)
            return
        self.seen = seen
        for name, one in self.inputs.items():
            if one.is_fixed:
                continue
            if one.field.type is FieldType.BOOLEAN:
                one.text = CHECKED if typed.get(name) else ""
            else:
                one.text = typed.get(name, self.seen.values.get(name, one.text))
        self.rename = typed.get(RENAME, "")

    def start(self, values: Mapping[str, str]) -> None:
        """Put values to start with into the inputs of a new record."""
        for name, one in self.inputs.items():
            if not one.is_fixed:
                one.text = values.get(name, one.text)

    def take(self, names: str) -> None:
        """Put what is stored now into these inputs, instead of what was typed."""
        for name in names.split(","):
            if name in self.inputs:
                self.inputs[name].text = self.stored_texts()[name]

    def choose(self, name: str, code: str) -> None:
        """Put one of what was offered into an input."""
        if name in self.inputs and not self.inputs[name].is_fixed:
            self.inputs[name].text = code

    def look(self, name: str) -> None:
        """Offer what may be chosen for an input."""
        one = self.inputs.get(name)
        if one is not None and one.is_offered:
            one.offers = lookups.offers(self.system, self.table, one.field, self.editing, one.text)
