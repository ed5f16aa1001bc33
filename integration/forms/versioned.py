"""Two people at one form: the second is told what the first one changed, and nothing is lost silently."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core import signing
from django.db import models, transaction

SALT = "what was seen"
OVERTAKEN = "Somebody else saved this page while you had it open. "
SAVE_AGAIN = "What you entered is still here: save again to overwrite."


def stamp(seen_at: dt.datetime, values: Mapping[str, str]) -> str:
    """What a page showed, signed, to be sent back with it."""
    return signing.dumps({"at": seen_at.isoformat(), "values": dict(values)}, salt=SALT, compress=True)


def overtaken(token: str, changed_at: dt.datetime, values: Mapping[str, str]) -> str:
    """What changed since the token was made, as a message; blank where nothing did."""
    try:
        seen = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return "This page is incomplete. Load it again."
    if seen["at"] == changed_at.isoformat():
        return ""
    then = seen["values"]
    changes = [
        f"{label}: “{then.get(label, '')}” → “{values.get(label, '')}”"
        for label in dict.fromkeys([*values, *then])
        if then.get(label, "") != values.get(label, "")
    ]
    what = f"Changed meanwhile: {'; '.join(changes)}. " if changes else ""
    return OVERTAKEN + what + SAVE_AGAIN


def shown(instance: models.Model, names: list[str]) -> dict[str, str]:
    """Label -> value of these columns, as a person reads them."""
    values = {}
    for name in names:
        field = instance._meta.get_field(name)
        value = getattr(instance, name)
        listed = ", ".join(value) if isinstance(value, list) else value
        text = str(dict(getattr(field, "flatchoices", None) or []).get(listed, listed))
        values[str(getattr(field, "verbose_name", name))] = {"True": "yes", "False": "no"}.get(text, text)
    return values


class VersionedForm(forms.ModelForm):
    """A form of a model with ``changed_at``; ``saved`` instead of ``is_valid`` and ``save``."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.changed_at: dt.datetime = self.instance.changed_at
        self._now = shown(self.instance, [name for name in self.fields if name in (self._meta.fields or ())])
        self.fields["seen"].initial = stamp(self.changed_at, self._now)

    def clean(self) -> dict[str, Any]:
        message = overtaken(self.cleaned_data.get("seen", ""), self.changed_at, self._now)
        if message and not (message.startswith(OVERTAKEN) and self.repeats()):
            self.add_error(None, message)
            self.retype("seen", stamp(self.changed_at, self._now))
        super().clean()
        return self.cleaned_data

    def repeats(self) -> bool:
        """Is all that was sent stored already? Then nothing is overwritten: the form was sent twice, most likely."""
        return set(self.changed_data) <= {"seen"}

    def retype(self, name: str, value: str) -> None:
        """Show another value than the one that was sent."""
        sent: Any = self.data
        typed = sent.copy()
        typed[self.add_prefix(name)] = value
        self.data = typed

    def saved(self) -> bool:
        """Check and save, unless somebody was faster, be it by a moment."""
        if not self.is_valid():
            return False
        rows = type(self.instance)._default_manager.select_for_update()
        with transaction.atomic():
            if not rows.filter(pk=self.instance.pk, changed_at=self.changed_at).exists():
                self.add_error(None, OVERTAKEN + "Load it again.")
                return False
            self.save()
        return True
