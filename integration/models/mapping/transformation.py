"""Transformation rules of a field mapping: the stored steps, in their order."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from integration.models.mapping.choices import DIRECTIONS
from integration.models.mapping.field_mapping import FieldMapping
from integration.models.stored.audit import AuditEntry, record
from integration.models.stored.audited import Audited
from integration.sync.rules import Direction
from integration.sync.transformations import KINDS, Transformation, WrongParameter, check

KIND_CHOICES = [(kind.name, kind.label) for kind in KINDS.values()]


class FieldTransformation(Audited):
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
    def audit_name(self) -> str:
        return f"{self.field}: {self}"

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

    def move(self, *, up: bool) -> bool:
        """One place up or down among the steps of its field. ``False`` at the end of the list."""
        steps = list(self.field.transformations.all())
        here = steps.index(self)
        there = here - 1 if up else here + 1
        if not 0 <= there < len(steps):
            return False
        steps[here], steps[there] = steps[there], steps[here]
        for position, step in enumerate(steps, 1):
            type(self).objects.filter(pk=step.pk).update(position=position * 10)
        record(
            AuditEntry.Action.CHANGED, "transformation rule", self.audit_name, {"place": here + 1}, {"place": there + 1}
        )
        return True

    def clean(self) -> None:
        """Raises ``ValidationError`` by the name of the parameter."""
        try:
            self.parameters = check(self.kind, self.parameters)
        except WrongParameter as error:
            raise ValidationError({error.name: str(error)}) from error
