"""What a person chooses for their own pages."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms

from integration.models import User
from integration.models.people.user import OWN_CHOICES


class OwnSettingsForm(forms.ModelForm):
    """Time zones are those of places, summer time included, or UTC."""

    time_zone = forms.ChoiceField(label="Time zone")

    class Meta:
        model = User
        fields = OWN_CHOICES
        labels = {"day_format": "Dates", "number_format": "Numbers", "theme": "Theme"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
        field = self.fields["time_zone"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(name, name.replace("_", " ")) for name in ["UTC", *places]]
