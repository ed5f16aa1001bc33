"""Configuration templates: what a new record is filled with where the mapping says nothing."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from integration.models.mapping.table_mapping import TableMapping
from integration.models.stored.audited import Audited
from integration.systems.filters import FilterError, parse
from integration.systems.values import Side

SIDES = [(Side.ERP.value, "Business Central"), (Side.CRM.value, "Dynamics 365 Sales")]


class RecordTemplate(Audited):
    """Values for new records of one table of one side."""

    name = models.CharField("name", max_length=50, unique=True)
    side = models.CharField("system", max_length=3, choices=SIDES)
    table = models.CharField("table", max_length=120)
    changed_at = models.DateTimeField("changed", auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "configuration template"

    def __str__(self) -> str:
        return self.name


class TemplateValue(models.Model):
    """One column and what a new record gets there, as a person types it."""

    template = models.ForeignKey(RecordTemplate, models.CASCADE, related_name="values")
    field = models.CharField("field", max_length=120)
    value = models.CharField("value", max_length=250)

    class Meta:
        ordering = ["pk"]
        verbose_name = "template value"
        constraints = [models.UniqueConstraint(fields=["template", "field"], name="field_once_per_template")]

    def __str__(self) -> str:
        return f"{self.field} = {self.value}"


class TemplateUse(Audited):
    """A template of a mapping. The first one by priority whose condition the source record meets is used."""

    mapping = models.ForeignKey(TableMapping, models.CASCADE, related_name="templates")
    template = models.ForeignKey(RecordTemplate, models.PROTECT, related_name="uses")
    priority = models.PositiveIntegerField("priority", default=10)
    condition = models.TextField("condition", blank=True)

    class Meta:
        ordering = ["priority", "pk"]
        verbose_name = "template of a mapping"
        constraints = [models.UniqueConstraint(fields=["mapping", "template"], name="template_once_per_mapping")]

    def __str__(self) -> str:
        return f"{self.mapping}: {self.template}"

    def clean(self) -> None:
        """Raises ``ValidationError`` by field. What needs the tables is checked by ``forms/mapping/templates.py``."""
        try:
            parse(self.condition)
        except FilterError as error:
            raise ValidationError({"condition": str(error)}) from error
