"""In which time zone a person reads the times of the pages."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms


class TimeZoneForm(forms.Form):
    """A place's own time, summer time included, or UTC."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
        choices = [(name, name.replace("_", " ")) for name in ["UTC", *places]]
        self.fields["time_zone"] = forms.ChoiceField(choices=choices, label="Time zone")
