"""Integration Table Mappings and Integration Field Mappings: the rules as a person sees and edits them."""

from __future__ import annotations

from django.db import models

from integration.sync.rules import ConflictPolicy, DeletionPolicy, Direction

DIRECTIONS = [
    (Direction.TO_CRM.value, "To Integration Table"),
    (Direction.TO_ERP.value, "From Integration Table"),
    (Direction.BOTH.value, "Bidirectional"),
]
CONFLICTS = [
    (ConflictPolicy.NONE.value, "None"),
    (ConflictPolicy.SEND.value, "Send Update to Integration"),
    (ConflictPolicy.GET.value, "Get Update from Integration"),
]
DELETIONS = [
    (DeletionPolicy.NONE.value, "None"),
    (DeletionPolicy.RESTORE.value, "Restore Records"),
    (DeletionPolicy.REMOVE.value, "Remove Coupling"),
]


class TableMapping(models.Model):
    """One table of Business Central and one of Sales that are kept alike."""

    class Part(models.TextChoices):
        DATAVERSE = "dataverse", "Dataverse"
        SALES = "sales", "Sales"

    name = models.CharField("name", max_length=20, unique=True)
    part = models.CharField("part", max_length=10, choices=Part, default=Part.DATAVERSE)
    position = models.PositiveIntegerField("order", default=1000)
    erp_table = models.CharField("table", max_length=60)
    crm_table = models.CharField("integration table", max_length=120)
    direction = models.CharField("direction", max_length=6, choices=DIRECTIONS, default=Direction.BOTH.value)
    only_coupled = models.BooleanField("synch. only coupled records", default=True)
    erp_filter = models.TextField("table filter", blank=True)
    crm_filter = models.TextField("integration table filter", blank=True)
    conflict = models.CharField(
        "resolve update conflicts", max_length=4, choices=CONFLICTS, default=ConflictPolicy.NONE.value
    )
    deletion = models.CharField(
        "resolve deletion conflicts", max_length=7, choices=DELETIONS, default=DeletionPolicy.NONE.value
    )
    dependencies = models.JSONField("depends on", default=list, blank=True)
    erp_cursor = models.TextField("synch. cursor, Business Central", blank=True, editable=False)
    crm_cursor = models.TextField("synch. cursor, Sales", blank=True, editable=False)
    full_run_needed = models.BooleanField("full run needed", default=False, editable=False)
    user_defined = models.BooleanField("user defined", default=False, editable=False)
    changed_at = models.DateTimeField("changed", auto_now=True)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = "integration table mapping"

    def __str__(self) -> str:
        return self.name


class FieldMapping(models.Model):
    """One pair of fields of a mapping; one of them blank where a constant is written."""

    mapping = models.ForeignKey(TableMapping, models.CASCADE, related_name="fields")
    position = models.PositiveIntegerField("order", default=1000)
    erp_field = models.CharField("field", max_length=60, blank=True)
    crm_field = models.CharField("integration field", max_length=120, blank=True)
    direction = models.CharField("direction", max_length=6, choices=DIRECTIONS, default=Direction.BOTH.value)
    constant = models.CharField("constant value", max_length=250, blank=True)
    is_enabled = models.BooleanField("enabled", default=True)
    validate = models.BooleanField("validate field", default=True)
    not_null = models.BooleanField("not null", default=False)
    clear_on_failed = models.BooleanField("clear value on failed sync", default=False)
    match_priority = models.PositiveSmallIntegerField(
        "match priority", default=0, help_text="0: not used for match-based coupling; equal numbers match together"
    )
    case_sensitive = models.BooleanField("case-sensitive matching", default=False)
    user_defined = models.BooleanField("user defined", default=False, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "integration field mapping"
        constraints = [
            models.UniqueConstraint(fields=["mapping", "erp_field", "crm_field"], name="field_pair_once_per_mapping")
        ]

    def __str__(self) -> str:
        return f"{self.mapping}: {self.erp_field or self.constant!r} / {self.crm_field or self.constant!r}"
