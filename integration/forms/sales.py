"""The filter form of the lists of documents of Dynamics 365 Sales."""

from __future__ import annotations

from typing import Any, Protocol

from django import forms

from integration.forms.filters import Active


class Shown(Protocol):
    """A list as it was asked for."""

    search: str
    state: str
    there: str
    order: str

    def query(self, **changed: str) -> str: ...


class SalesDocumentFilter(forms.Form):
    """Number or name, the state in Sales, and what became of it. No queryset: Sales itself is asked."""

    q = forms.CharField(label="Number or name contains", required=False, widget=forms.TextInput({"type": "search"}))
    state = forms.ChoiceField(label="Status in Sales", required=False)
    there = forms.ChoiceField(label="Show", required=False)
    order = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, shown: Shown, states: list[tuple[str, str]], there: list[tuple[str, str]]) -> None:
        names = {"q": shown.search, "state": shown.state, "there": shown.there, "order": shown.order}
        super().__init__(initial=names)
        self.shown = shown
        self.choices: dict[str, list[tuple[str, str]]] = {"state": states, "there": [("", "All"), *there]}
        for name, choices in self.choices.items():
            field: Any = self.fields[name]
            field.choices = choices
        if not shown.order:
            del self.fields["order"]

    @property
    def form(self) -> SalesDocumentFilter:
        """As a filter set has it."""
        return self

    @property
    def active(self) -> list[Active]:
        """What is in force, as a filter set says it."""
        shown, found = self.shown, []
        if shown.search:
            found.append(Active("Number or name contains", shown.search, shown.query(q="")))
        for name, label, value in (("state", "Status in Sales", shown.state), ("there", "Show", shown.there)):
            if value:
                found.append(Active(label, dict(self.choices[name])[value], shown.query(**{name: ""})))
        return found

    def query(self, **changed: str) -> str:
        """The list as it is, as the query of an address."""
        return self.shown.query(**changed)
