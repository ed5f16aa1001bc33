"""Days as people type them. An input of the browser's own shows them as the browser likes, beside others in ISO."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone

from integration.systems.formats import current

TODAY = ("t", "today")
"""What Business Central takes for today, too."""


class DayInput(forms.DateInput):
    """A day in the format of who types it; ISO and ``t`` for today are taken as well. The field gets ISO, whatever
    was typed, and refuses the rest. A script puts a calendar beside it (``static/frame.js``)."""

    input_type = "text"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"data-day": "", "autocomplete": "off", "size": "11", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        day = typed_day(value) if isinstance(value, str) else value
        return current().day(day) if isinstance(day, dt.date) else super().format_value(value)

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, {"placeholder": current().placeholder, **(attrs or {})})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        text = super().value_from_datadict(data, files, name)
        day = typed_day(text) if isinstance(text, str) else None
        return day.isoformat() if day else text


def typed_day(text: str) -> dt.date | None:
    """The day that somebody has typed; ``None`` where it is none."""
    text = text.strip()
    if text.lower() in TODAY:
        return timezone.localdate()
    for pattern in (current().pattern, "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
