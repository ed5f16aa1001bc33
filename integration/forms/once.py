"""Forms whose page makes one thing, however often it is sent: by a double click, or once more by the browser.

The page has a name of its own. What is made has an id that follows from it and from what was typed::

    Save, Save again                              one order
    Save, back in the browser, type other values, Save    two orders
"""

from __future__ import annotations

import json
import uuid
from functools import cached_property

from django import forms

from integration.systems.errors import DuplicateKey
from integration.systems.system import System
from integration.systems.values import Written


class OnceForm(forms.Form):
    """A form that knows the id of what it makes."""

    page = forms.CharField(
        widget=forms.HiddenInput(attrs={"id": False}), required=False, max_length=32, initial=lambda: uuid.uuid4().hex
    )

    def is_made(self, system: System, table: str, made: Written) -> bool:
        """Has this very page made it already?"""
        return isinstance(made.error, DuplicateKey) and self.new_id in system.get(table, [self.new_id], [])

    @cached_property
    def new_id(self) -> uuid.UUID:
        """The id of what is made; one of its own where the page has no name."""
        page = self.cleaned_data["page"]
        typed = {name: str(self[name].data or "").strip() for name in self.fields}
        return uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(typed, sort_keys=True)) if page else uuid.uuid4()
