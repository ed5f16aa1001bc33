"""What the house says about the inputs of its forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django import forms
from django.forms.forms import BaseForm
from django.urls import get_resolver

from tests.house.files import modules, name

OURS = ("integration.forms", "coupling", "setup_wizard")


def _below(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def test_a_number_is_typed_as_the_person_writes_it_in_every_form() -> None:
    """A field of Django's own reads 1.234 as 1.234, whoever has written 1234."""
    assert get_resolver().url_patterns  # all forms are loaded with the pages that show them
    made: set[type[BaseForm]] = {one for one in _below(BaseForm) if one.__module__.startswith(OURS)}
    plain = [
        f"{form.__qualname__}.{name}"
        for form in made
        for name, field in getattr(form, "base_fields", {}).items()
        if type(field) in (forms.DecimalField, forms.FloatField)
    ]
    assert len(made) > 20
    assert sorted(plain) == []


def test_no_module_makes_a_number_field_of_djangos_own() -> None:
    plain = re.compile(r"\bforms\.(Decimal|Float)Field\(")
    assert [name(path) for path in modules() if plain.search(path.read_text())] == []
