"""Use Default Synchronization Setup: what was listed is overwritten, and nothing that came later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet

from integration.connection.enabling import create_missing
from integration.forms.versioned import Stored, VersionedInputs
from integration.mappings import standard
from integration.mappings.standard import Difference
from integration.models import ConnectionSetup, TableMapping
from integration.pages.mapping_words import DifferenceInWords, MappingsInWords


class DefaultsForm(VersionedInputs, forms.Form):
    """``listed`` are the mappings of the page, ``chosen`` those that are ticked. ``done`` and ``created`` say what came
    of it."""

    create = forms.BooleanField(required=False)
    done: Sequence[TableMapping] = ()
    created: Sequence[TableMapping] = ()

    def __init__(self, *args: Any, listed: QuerySet[TableMapping], chosen: Sequence[str] = ()) -> None:
        super().__init__(*args)
        self.listed, self.chosen = listed, chosen
        self.begin(self.stored())

    def rows(self) -> Sequence[QuerySet[Any]]:
        return []

    def plans(self) -> list[tuple[TableMapping, list[Difference]]]:
        """Each listed mapping that has a default, with what would be overwritten."""
        return [(row, standard.differences(row)) for row in self.listed.all() if standard.default_for(row)]

    def plans_in_words(self) -> list[tuple[TableMapping, list[DifferenceInWords]]]:
        """The same for the page."""
        plans = self.plans()
        words = MappingsInWords(row for row, _ in plans)
        return [(row, [words.difference(row, one) for one in found]) for row, found in plans]

    @property
    def without_default(self) -> list[str]:
        """Mappings of the page that are a person's own: they stay as they are."""
        return [row.name for row in self.listed.all() if standard.default_for(row) is None]

    def stored(self) -> Stored:
        plans = self.plans()
        rows = {row.name: row for row, _ in plans}
        words = MappingsInWords(rows.values())
        values = {f"{row}, {one.field}": one.stored for row, found in plans for one in found}
        return Stored(values, partial(_called, rows, words), partial(_worded, rows, words))

    def repeats(self) -> bool:
        """What was brought back already has nothing left that could be lost."""
        return not any(found for row, found in self.plans() if row.name in self.chosen)

    def store(self) -> None:
        self.done = standard.reset(self.listed.filter(name__in=self.chosen).select_for_update(of=("self",)))
        self.created = create_missing(ConnectionSetup.current()) if self.cleaned_data["create"] else []


def _called(rows: Mapping[str, TableMapping], words: MappingsInWords, caption: str) -> str:
    """What ``stored`` calls a value, with captions instead of the names of columns."""
    name, _, field = caption.partition(", ")
    return f"{name}, {words.field(rows[name], field)}" if name in rows else caption


def _worded(rows: Mapping[str, TableMapping], words: MappingsInWords, caption: str, text: str) -> str:
    name, _, field = caption.partition(", ")
    return words.value(rows[name], field, text) if name in rows else text
