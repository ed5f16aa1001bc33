"""Integration Table Mappings: the rules as a person sees and edits them."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import models

from integration.models.mapping.choices import CONFLICTS, DELETIONS, DIRECTIONS
from integration.models.mapping.queries import TableMappingQuerySet
from integration.models.mapping.validation import dependency_problem, filter_problem
from integration.models.stored.audited import Audited
from integration.sync.matching.pairs import Criterion
from integration.sync.rules import ConflictPolicy, DeletionPolicy, Direction
from integration.systems.values import Side, is_option_table

RULE_COLUMNS = ("direction", "only_coupled", "erp_filter", "crm_filter", "conflict", "deletion")
"""What a run goes by, besides the fields."""


class TableMapping(Audited):
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
    changed_percent = models.PositiveSmallIntegerField("share of records changed (%)", default=20)
    changed_at_least = models.PositiveIntegerField("but at least", default=100)
    blanked = models.PositiveIntegerField("fields blanked", default=50)
    crm_modified_field = models.CharField("modified-on column", max_length=120, blank=True, editable=False)
    dependencies = models.JSONField("depends on", default=list, blank=True)
    erp_cursor = models.TextField("synch. cursor, Business Central", blank=True, editable=False)
    crm_cursor = models.TextField("synch. cursor, Sales", blank=True, editable=False)
    full_run_needed = models.BooleanField("full run needed", default=False, editable=False)
    full_synch_at = models.DateTimeField("last full synchronization", null=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    internal = models.BooleanField("kept by a flow", default=False, editable=False)
    user_defined = models.BooleanField("user defined", default=False, editable=False)
    changed_at = models.DateTimeField("changed", auto_now=True)

    objects = TableMappingQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        verbose_name = "integration table mapping"

    def __str__(self) -> str:
        return self.name

    @property
    def is_option(self) -> bool:
        """Is the Sales side an option column (``account.paymenttermscode``) instead of a table?"""
        return is_option_table(self.crm_table)

    def table(self, side: Side) -> str:
        """The name of the mapped table of this side."""
        return self.erp_table if side is Side.ERP else self.crm_table

    def filter(self, side: Side) -> str:
        """Which records of this side belong to the mapping, as a person typed it."""
        return self.erp_filter if side is Side.ERP else self.crm_filter

    def cursor(self, side: Side) -> str:
        """Up to where this side was read; blank: it has to be read in full."""
        return self.erp_cursor if side is Side.ERP else self.crm_cursor

    @property
    def key_type(self) -> str:
        return "Option" if self.is_option else "GUID"

    def carries(self, direction: Direction) -> bool:
        """Does anything go this way: the mapping, and at least one enabled field?"""
        fields = self.fields.filter(is_enabled=True).values_list("direction", flat=True)
        return Direction(self.direction).includes(direction) and any(Direction(f).includes(direction) for f in fields)

    def effective_direction(self, field: Direction) -> Direction | None:
        """Which way a field of this mapping with this direction of its own really goes: what both allow. ``None``:
        the mapping goes the other way only, so nothing carries the field.

        ============  ==========  =========
        mapping       field       goes
        ============  ==========  =========
        both          both        both
        to Sales      both        to Sales
        both          to Sales    to Sales
        to Sales      from Sales  not at all
        ============  ==========  =========
        """
        own = Direction(self.direction)
        if own is Direction.BOTH:
            return field
        return own if field.includes(own) else None

    def describe_way(self, direction: Direction | None = None) -> str:
        """ "item -> product", "item <- product" or "item <-> product"."""
        arrows = {Direction.TO_CRM: "->", Direction.TO_ERP: "<-", Direction.BOTH: "<->"}
        return f"{self.erp_table} {arrows[direction or Direction(self.direction)]} {self.crm_table}"

    def criteria(self) -> tuple[Criterion, ...]:
        """By which fields records are matched, also by pairs that are not synchronized; none: not at all."""
        fields = sorted(
            (f for f in self.fields.all() if f.match_priority), key=lambda f: (f.match_priority, f.position)
        )
        return tuple(Criterion(f.erp_field, f.crm_field, f.match_priority, f.case_sensitive) for f in fields)

    def settings_changed(self, before: Mapping[str, object]) -> None:
        """A person changed how records are chosen and carried; ``before`` has the former values of ``RULE_COLUMNS``.
        What was left out until now may belong to it from now on: then everything is read again. In any case a run that
        is under way begins again by the new rule. The fields keep their own directions."""
        gained = set(Direction(self.direction).passes) - set(Direction(str(before["direction"])).passes)
        filters = any(before[name] != getattr(self, name) for name in ("erp_filter", "crm_filter"))
        takes_more = bool(before["only_coupled"]) and not self.only_coupled
        if gained or filters or takes_more:
            self.require_full_run(look_again=bool(gained))
        elif any(before[name] != getattr(self, name) for name in RULE_COLUMNS):
            self.count_revision()

    def require_full_run(self, *, look_again: bool = False) -> None:
        """Fields or filters changed: what was read so far says nothing about them, so both sides are read again.
        ``look_again``: fields did, so coupled records that look unchanged are compared once more as well. A run that is
        going on begins again by the new rule."""
        if look_again:
            self.couplings.look_again()
        blank = {"full_run_needed": True, "erp_cursor": "", "crm_cursor": ""}
        type(self).objects.filter(pk=self.pk).update(revision=models.F("revision") + 1, **blank)
        self.full_run_needed, self.erp_cursor, self.crm_cursor = True, "", ""

    def finish_full_run(self) -> None:
        """A pass has ended: when every side that something is carried from was read since the mapping was changed,
        no full run is needed any more."""
        if not self.full_run_needed:
            return
        rows = type(self).objects.filter(pk=self.pk, revision=self.revision)
        for one in Direction(self.direction).passes:
            if self.carries(one):
                rows = rows.exclude(**{f"{one.source.value}_cursor": ""})
        rows.update(full_run_needed=False)

    @property
    def is_outdated(self) -> bool:
        """Did somebody change what is mapped since this object was read?"""
        return not type(self).objects.filter(pk=self.pk, revision=self.revision).exists()

    @property
    def was_changed(self) -> bool:
        """Did somebody change anything about the mapping, also its direction or a policy, since this was read?"""
        same = {"revision": self.revision, "changed_at": self.changed_at}
        return not type(self).objects.filter(pk=self.pk, **same).exists()

    def count_revision(self) -> int:
        """The number of the next revision, for one of the fields. A run that knows an earlier one begins again."""
        type(self).objects.filter(pk=self.pk).update(revision=models.F("revision") + 1)
        self.refresh_from_db(fields=["revision"])
        return self.revision

    def clean(self) -> None:
        """Raises ``ValidationError`` by field."""
        self.name = self.name.strip()
        wrong = {
            "name": "" if self.name else "A mapping needs a name.",
            "erp_filter": filter_problem(self.erp_filter),
            "crm_filter": filter_problem(self.crm_filter),
            "direction": self._direction_problem(),
            "dependencies": self._dependency_problem(),
        }
        if any(wrong.values()):
            raise ValidationError({field: problem for field, problem in wrong.items() if problem})

    def _direction_problem(self) -> str:
        if self.is_option and self.direction == Direction.BOTH:
            return "A mapping of option values goes one way; choose BC → Sales or Sales → BC."
        if self.pk is None or self.internal:
            return ""
        names = [dict(DIRECTIONS)[one.value] for one in Direction(self.direction).passes if not self.carries(one)]
        return f"No enabled field goes this way ({', '.join(names)}). Enable one first." if names else ""

    def _dependency_problem(self) -> str:
        others = type(self).objects.exclude(pk=self.pk).values_list("name", "dependencies")
        return dependency_problem(self.name, self.dependencies, dict(others))
