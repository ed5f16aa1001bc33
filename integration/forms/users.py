"""A new person, what is known of one, and a person's groups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.db import transaction

from integration.forms.versioned import VersionedForm
from integration.models import User
from integration.models.people.rights import MEANING
from integration.models.people.user import LastAdministrator

NAMES = ["username", "first_name", "last_name", "email"]


def group_field() -> forms.MultipleChoiceField:
    choices = [(name, f"{name}: {meaning}") for name, meaning in MEANING.items()]
    return forms.MultipleChoiceField(
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Without a group a person may sign in, and sees no page.",
    )


class NewPersonForm(UserCreationForm):
    """Name, first password and groups."""

    groups = group_field()

    class Meta(UserCreationForm.Meta):
        model = User
        fields = tuple(NAMES)

    def save(self, commit: bool = True) -> User:
        with transaction.atomic():
            user: User = super().save(commit)
            user.assign(self.cleaned_data["groups"])
        return user


class PersonForm(VersionedForm):
    """Name, groups, and whether the person may sign in."""

    groups = group_field()

    class Meta:
        model = User
        fields = [*NAMES, "is_active"]
        help_texts = {"is_active": "Who is not active cannot sign in. People are never deleted: the log names them."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].initial = self.instance.group_names()

    def besides(self, row: User) -> dict[str, str]:
        return {"groups": ", ".join(row.group_names())}

    def clean_username(self) -> str:
        """Names that differ only in case are one to people."""
        name = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("A user with that username already exists.")
        return name

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        user.assign(self.cleaned_data["groups"])
        return user

    def saved(self) -> bool:
        """Check and save, unless somebody was faster or no administrator would be left."""
        try:
            return super().saved()
        except LastAdministrator as problem:
            self.add_error(None, str(problem))
            return False
