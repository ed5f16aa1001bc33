"""Transformation rules of a field mapping: the stored steps, in their order."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from integration.models.field_mapping import FieldMapping
from integration.models.mapping import DIRECTIONS
from integration.sync.rules import Direction
from integration.sync.transformations import KINDS, Transformation, WrongParameter, check

KIND_CHOICES = [(kind.name, kind.label) for kind in KINDS.values()]


class FieldTransformation(models.Model):
    """One step. ``parameters`` are those of its kind, as text."""

    field = models.ForeignKey(FieldMapping, models.CASCADE, related_name="transformations")
    position = models.PositiveIntegerField("order", default=1000)
    kind = models.CharField("kind", max_length=20, choices=KIND_CHOICES)
    direction = models.CharField("direction", max_length=6, choices=DIRECTIONS, default=Direction.BOTH.value)
    parameters = models.JSONField("parameters", default=dict, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "transformation rule"

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def step(self) -> Transformation:
        """The step as the engine is told it."""
        return Transformation(self.kind, Direction(self.direction), self.parameters)

    @property
    def summary(self) -> list[tuple[str, str]]:
        """(label, value) of every parameter that says something, as a person reads them."""
        kind = KINDS.get(self.kind)
        shown = [(one, str(self.parameters.get(one.name, ""))) for one in kind.parameters] if kind else []
        return [(one.label, dict(one.choices).get(text, text)) for one, text in shown if text]

    def clean(self) -> None:
        """Raises ``ValidationError`` by field; those of parameters under ``parameters``."""
        try:
            self.parameters = check(self.kind, self.parameters)
        except WrongParameter as error:
            raise ValidationError({"kind" if error.name == "kind" else "parameters": str(error)}) from error
