"""A record that somebody has edited: checked, saved, with everybody else at it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coupling.commands import edit_records
from coupling.pages.comparison.authors import Author, authors
from coupling.pages.editing import inputs as shown
from coupling.pages.editing import lookups
from coupling.pages.editing.edited import EditedRecord
from coupling.pages.editing.seen import Seen
from coupling.pages.editing.typed import NotTaken, as_value
from integration.business_central.writing import by_hand
from integration.systems.errors import DuplicateKey, NotFound, Problem, VersionConflict
from integration.systems.values import FieldType, Record, Row, Value, Written
from integration.systems.wording import field_name

ATTEMPTS = 3
"""How often a save that somebody overtakes by a moment is looked at again."""
BUSY = "This record is being changed all the time. Save again in a moment."
GONE = "Somebody deleted this record while you had it open. What you typed is still here: create it anew, or leave."
NAMELESS = "Fill this in: without it nobody finds the record again."
PARTS_OF_A_NAME = ("first_name", "surname")
KEPT = "What you typed is still here: save again to overwrite, or take what is stored now."
TAKEN_OVER = "It stands here now. Save again."


class RecordForm(EditedRecord):
    """An edited record that can be saved. ``changed``: the fields that were written."""

    changed: Sequence[str] = ()

    # --- saving ---------------------------------------------------------------------------------------------------

    def saved(self) -> bool:
        """Check and write, unless somebody else changed the same meanwhile. ``False``: the page says why."""
        if self.problems:
            return False
        values = self._typed_values()
        if self.is_new:
            return self._is_fine() and self._answered(self._inserted(values), values)
        for _ in range(ATTEMPTS):
            self.record = self.read()
            if self.record is None:
                return self._is_gone()
            if self._collides(self.record, values) or not self._is_fine() or self._asks_to_rename(self.record, values):
                return False
            written = self._updated(self.record, values)
            if not isinstance(written.error, VersionConflict):
                return self._answered(written, values)
        self.problems.append(BUSY)
        return False

    def _is_fine(self) -> bool:
        return not any(one.error for one in self.inputs.values())

    def _typed_values(self) -> dict[str, Value]:
        """What was typed, as values; what is no value has its error at its input. An input that nobody touched keeps
        what is stored."""
        values: dict[str, Value] = {}
        for name, one in self.inputs.items():
            if one.is_fixed or (not self.is_new and one.text == self.seen.values.get(name)):
                continue
            try:
                values[name] = self._value(one)
            except NotTaken as refusal:
                one.error = str(refusal)
        for name, problem in by_hand.problems_of(self.table.name, values).items():
            self.inputs[name].error = problem
        self._look_for_a_name(values)
        return values

    def _look_for_a_name(self, values: Mapping[str, Value]) -> None:
        """Where the number comes by itself, a blank page would make a record that nobody finds again."""
        name = self.table.name_field
        parts = {name, *PARTS_OF_A_NAME} & self.inputs.keys()
        if self.numbering is not None and name in parts and not any(values.get(part) for part in parts):
            self.inputs[name].error = NAMELESS

    def _value(self, one: shown.Input) -> Value:
        value = as_value(one.field, one.text)
        if one.field.type is not FieldType.REFERENCE:
            return value
        if not value:
            return None
        found = lookups.reference(self.system, one.field, str(value))
        if found is None:
            noun = self.system.describe(one.field.targets[0]).label
            raise NotTaken(f"There is no {noun} “{str(value)[:40]}”. Choose one from the list, or leave it blank.")
        return found

    def _inserted(self, values: Mapping[str, Value]) -> Written:
        """A page that is sent twice makes one record of the same values."""
        self.id = self.seen.new_id({name: one.text for name, one in self.inputs.items()})
        written = edit_records.create(self.system, self.table, self.id, values)
        if isinstance(written.error, DuplicateKey) and self.read() is not None:
            return Written(self.id)
        return written

    def _updated(self, record: Record, values: Mapping[str, Value]) -> Written:
        """Only what differs is written, with the logic of each field, unless what it fills in was typed as well."""
        changed = {name: value for name, value in values.items() if value != record.values[name]}
        if not changed:
            return Written(record.id)
        fills = self.editing.fills
        logic = frozenset(name for name in changed if fills.get(name) not in changed)
        row = Row(record.id, changed, record.version, logic)
        return edit_records.change(self.system, self.table, row)

    def _answered(self, written: Written, values: Mapping[str, Value]) -> bool:
        if written.error is not None:
            return self._is_refused(written.error)
        before = self.record.values if self.record is not None else {}
        self.changed = [name for name, value in values.items() if self.is_new or value != before.get(name)]
        self.record = self.read()
        return True

    def _is_refused(self, problem: Problem) -> bool:
        """Say so at the input that it is about. Always ``False``."""
        if isinstance(problem, NotFound):
            return self._is_gone()
        name = getattr(problem, "field", "")
        is_taken = isinstance(problem, DuplicateKey) and len(by_hand.key_of(self.table.name)) == 1
        if is_taken or (self.numbering is not None and str(problem) == self.numbering.problem):
            name = self.table.number_field
        if name in self.inputs:
            self.inputs[name].error = str(problem)
        else:
            self.problems.append(str(problem))
        return False

    def _is_gone(self) -> bool:
        self.gone = True
        self.problems.append(GONE)
        return False

    # --- two people at one record ---------------------------------------------------------------------------------

    def _collides(self, record: Record, values: Mapping[str, Value]) -> bool:
        """Did somebody change what this page shows? Their value stands where this person typed none; where both typed,
        both are shown. What both typed alike is no matter."""
        now, before = self.stored_texts(), self.seen.values
        names = [
            name
            for name, one in self.inputs.items()
            if not one.is_fixed
            and now[name] != before.get(name, now[name])
            and not (name in values and values[name] == record.values[name])
        ]
        wrote = authors(self.table, record.id, self.seen.at, names) if names else {}
        for name in names:
            self._show_theirs(self.inputs[name], now[name], wrote[name], kept=name in values)
        if names:
            self.seen = Seen(now, nonce=self.seen.nonce)
        return bool(names)

    def _show_theirs(self, one: shown.Input, text: str, author: Author, *, kept: bool) -> None:
        kept = kept or bool(one.error)
        one.author, one.theirs = author, text
        advice = KEPT if kept else TAKEN_OVER
        self.problems.append(f"{author.name} changed {one.label}{author.when} to “{one.theirs_shown}”. {advice}")
        if not kept:
            one.text, one.theirs = text, None

    # --- another number -------------------------------------------------------------------------------------------

    def _asks_to_rename(self, record: Record, values: Mapping[str, Value]) -> bool:
        """A new number renames the record, which is asked once."""
        name = self.table.number_field
        if by_hand.key_of(self.table.name) != (name,) or name not in values:
            return False
        old, new = record.values[name], values[name]
        if not new or new == old or self.rename == new:
            return False
        self.rename = str(new)
        number = self.inputs[name]
        number.asks = f"Rename {old} to {new}? Documents, prices and couplings follow. Save again to rename it."
        return True

    @property
    def field_names(self) -> str:
        """What was changed, in words."""
        return ", ".join(field_name(self.table.fields[name]) for name in self.changed)
