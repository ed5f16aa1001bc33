"""Deleting what a person made: a template, a mapping. What they saw of it goes, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet

from integration.forms.versioned import Stored, VersionedInputs
from integration.mappings.own import delete_own
from integration.models import RecordTemplate, TableMapping
from integration.pages.template_words import TemplatesInWords


class DeleteTemplateForm(VersionedInputs, forms.Form):
    """Raises ``ProtectedError`` from ``saved`` while a mapping uses the template."""

    def __init__(self, *args: Any, template: RecordTemplate) -> None:
        super().__init__(*args)
        self.template = template
        self.begin(self.stored())

    def rows(self) -> Sequence[QuerySet[Any]]:
        return [RecordTemplate.objects.filter(pk=self.template.pk)]

    def stored(self) -> Stored:
        called = partial(TemplatesInWords([self.template]).field, self.template)
        return Stored(dict(self.template.values.values_list("field", "value")), called)

    def repeats(self) -> bool:
        return False

    def store(self) -> None:
        self.template.delete()


class DeleteMappingForm(VersionedInputs, forms.Form):
    """Raises ``StandardMapping`` from ``saved`` for a mapping that is not a person's own. ``coupled`` is how many
    couplings went with it."""

    coupled = 0

    def __init__(self, *args: Any, mapping: TableMapping) -> None:
        super().__init__(*args)
        self.mapping = mapping
        self.begin(self.stored())

    def rows(self) -> Sequence[QuerySet[Any]]:
        return [TableMapping.objects.filter(pk=self.mapping.pk)]

    def stored(self) -> Stored:
        counted = {"couplings": str(self.mapping.couplings.count()), "fields": str(self.mapping.fields.count())}
        return Stored({**counted, "direction": self.mapping.get_direction_display()})

    def repeats(self) -> bool:
        return False

    def store(self) -> None:
        self.coupled = delete_own(self.mapping)
