"""The filter of a table on a form: what is in force in words, and a row to add a condition.

What is stored is text, and the text is what counts: the builder reads its conditions from it and writes into it. So a
filter has one form, whoever edited it last and by which way::

    typed as text        city = London
    added in the row     blocked is any of Ship     ->  city = London and blocked = 'Ship'
    removed              city is London             ->  blocked = 'Ship'
    typed as text        blocked = All              ->  what a row can show, it shows again

A condition that is chosen in the row and not added yet counts as well when the form is saved. What has no row of its
own (alternatives of several fields, brackets) is shown in words and stays in its own letters; only the text changes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.forms import BoundField
from django.utils import timezone

from integration.pages.lists import pane
from integration.pages.lists.address import FIELD, LONGEST, OPERATOR, Address, Asked
from integration.pages.lists.conditions import MOST_VALUES, SEPARATOR, Condition, condition, operators_of
from integration.systems.filters import (
    EVERYTHING,
    AnyOf,
    Comparison,
    Filter,
    FilterError,
    Not,
    OneOf,
    in_words,
    is_one_condition,
    part_text,
    parts_of,
    typed,
)
from integration.systems.values import Table

ADD, CANCEL, REMOVE = "add", "cancel", "remove"
ENTER_A_VALUE, CHOOSE_A_VALUE = "Enter a value, or cancel this condition.", "Choose a value, or cancel this condition."
TOO_MANY = f"At most {MOST_VALUES} values and {LONGEST} letters fit in here; a longer filter is written as text."
GONE = "The text was changed and does not have that condition any more."
LOST = "The fields of this table are not known any more, so the condition was not added. Save again without it."
UNREAD = "The text cannot be read: {}"


@dataclass(frozen=True, slots=True)
class Shown:
    """One condition in words. ``text``: its own piece of the filter. ``is_kept``: no row of the builder could say it,
    so it is only edited as text. ``problem``: why the table does not take it."""

    words: str
    text: str
    is_kept: bool = False
    problem: str = ""


class FilterBuilder:
    """One filter. ``name`` is that of its text on the form, ``table`` what its side says of its fields now (``None``
    where it does not answer: then only the text is edited), ``called`` how a field is called that it does not name."""

    bound: BoundField
    noun = ""
    """What one row is called."""

    def __init__(
        self, name: str, text: str, table: Table | None, sent: Asked, called: Callable[[str], str] = str
    ) -> None:
        self.name, self.text, self.table, self.called = name, text, table, called
        self.prefix = f"{name}-"
        self.notice = ""
        self.has_focus = False
        self._sent = Address(sent)
        self._asked = self._read()
        self.is_text_edited = self._value("shown") not in (None, self.shown)

    # --- what is in force -----------------------------------------------------------------------------------------

    @property
    def conditions(self) -> list[Shown]:
        """What a row has to meet, one after the other; none where every row belongs to it."""
        try:
            return [self._shown(part.text, part.where) for part in parts_of(self.text)]
        except FilterError:
            return []

    @property
    def problem(self) -> str:
        """Why the text has no conditions to show."""
        try:
            parts_of(self.text)
        except FilterError as error:
            return UNREAD.format(error)
        return ""

    @property
    def shown(self) -> str:
        """What the page says it has shown: stands for the text, however long that is."""
        return hashlib.sha256(" ".join(self.text.split()).encode()).hexdigest()[:16]

    def _shown(self, text: str, where: Filter) -> Shown:
        words = in_words(where, self.table, timezone.get_current_timezone(), self.called)
        problem = ""
        if self.table is not None:
            try:
                typed(where, self.table)
            except FilterError as error:
                problem = str(error)
        return Shown(words, text, not is_one_condition(where), problem)

    # --- the row that adds one --------------------------------------------------------------------------------------

    @property
    def others(self) -> list[tuple[str, str]]:
        """(name, caption) of the fields that a condition can be about."""
        return pane.fields_to_ask(self.table) if self.table is not None else []

    @property
    def is_adding(self) -> bool:
        """Is a field chosen?"""
        return self._asked is not None

    @property
    def entry(self) -> pane.Entry | None:
        """The inputs of the condition that is being added."""
        return (
            pane.entry(self._asked.field, self._asked, self.prefix, has_focus=self.has_focus) if self._asked else None
        )

    @property
    def refusal(self) -> str:
        """Why what was typed in the row is no condition; blank also where nothing was typed yet."""
        return self._asked.problem if self._asked and self._asked.values else ""

    @property
    def whole(self) -> str:
        """The text together with the condition that is being added, as far as it is one. Raises ``FilterError`` where
        there is one and the text cannot be read."""
        if self._asked is None or not self._asked.stands:
            return self.text
        added = part_text(self._asked.where, self.table)
        return _joined([*(part.text for part in parts_of(self.text)), added])

    @property
    def counted(self) -> str:
        """What the rows are counted by."""
        return self.text if self.problem else self.whole

    # --- what a person does ------------------------------------------------------------------------------------------

    def press(self, verb: str, text: str = "") -> None:
        """A button of this filter was pressed; with ``REMOVE`` the text of the condition."""
        self.has_focus = True
        if verb == ADD and self._was_shown:
            self.finish()
        elif verb == CANCEL:
            self._asked = None
        elif verb == REMOVE:
            self._remove(text)

    def finish(self) -> bool:
        """Take the condition of the row into the text; ``False`` where it is not complete, then its row says why."""
        if self._asked is None:
            is_lost = self._value("field") is not None
            self.notice = LOST if is_lost else ""
            return not is_lost
        if not self._asked.stands:
            missing = CHOOSE_A_VALUE if self._is_choice else ENTER_A_VALUE
            self._asked = replace(self._asked, problem=self._asked.problem or missing)
            return False
        if not self.problem:
            self.text, self._asked = self.whole, None
        return True

    def _remove(self, text: str) -> None:
        """Take one condition out of the text as it is now, by its own letters."""
        try:
            left = [part.text for part in parts_of(self.text)]
        except FilterError:
            return
        gone = next((one for one in left if one.splitlines() == text.splitlines()), None)
        if gone is None:
            self.notice = GONE
        else:
            left.remove(gone)
            self.text = _joined(left)

    # --- what was sent ----------------------------------------------------------------------------------------------

    def _read(self) -> Condition | None:
        field = self.table.fields.get(self._value("field") or "") if self.table is not None else None
        if self.table is None or field is None or not operators_of(field):
            return None
        values = self._sent.values(f"{self.prefix}{FIELD}{field.name}")
        asked = condition(self.table, field, self._value(OPERATOR + field.name) or "", values)
        if sum(value.count(SEPARATOR) + 1 for value in values) > MOST_VALUES or any(
            len(value) >= LONGEST for value in values
        ):
            return replace(asked, problem=TOO_MANY, where=EVERYTHING)
        return self._writable(replace(asked, where=_short(asked.where)))

    def _writable(self, asked: Condition) -> Condition:
        """The condition, refused where the language has no words for it: options that nobody can tell apart."""
        try:
            if asked.stands:
                part_text(asked.where, self.table)
        except ValueError as error:
            return replace(asked, problem=str(error), where=EVERYTHING)
        return asked

    @property
    def _was_shown(self) -> bool:
        """Were there inputs for the values of this field, or was it only chosen?"""
        return self._asked is not None and self._value(OPERATOR + self._asked.field.name) is not None

    @property
    def _is_choice(self) -> bool:
        return bool(self.entry and self.entry.choices)

    def _value(self, word: str) -> str | None:
        return self._sent.value(self.prefix + word) or None


def _joined(parts: Sequence[str]) -> str:
    return " and ".join(parts)


def _short(where: Filter) -> Filter:
    """The same as a person would type it: ``city in (London, Paris)``, ``city <> London``."""
    match where:
        case AnyOf(parts=parts) if all(isinstance(one, Comparison) and one.operator == "=" for one in parts):
            listed = [one for one in parts if isinstance(one, Comparison)]
            return OneOf(listed[0].field, tuple(one.value for one in listed))
        case Not(part=Comparison(operator="=") as part):
            return replace(part, operator="<>")
        case Not(part=part):
            return Not(_short(part))
    return where
