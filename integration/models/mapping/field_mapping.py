"""Integration Field Mappings: one pair of fields of a table mapping, or a field and a constant."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from integration.models.mapping.choices import DIRECTIONS
from integration.models.mapping.table_mapping import TableMapping
from integration.models.stored.audited import Audited
from integration.sync.memory.ledger import State
from integration.sync.rules import Direction
from integration.systems.formats import whole
from integration.systems.values import Side

FIRST_WINS = [
    ("", "—"),
    ("ask", "Ask for each (conflict)"),
    (Side.ERP.value, "Business Central wins"),
    (Side.CRM.value, "Dynamics 365 Sales wins"),
]


class FieldMapping(Audited):
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
    first_wins = models.CharField(
        "existing pairs",
        max_length=3,
        choices=FIRST_WINS,
        blank=True,
        help_text="who wins where two coupled records differ when the field is enabled; blank loses",
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    user_defined = models.BooleanField("user defined", default=False, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "integration field mapping"
        constraints = [
            models.UniqueConstraint(fields=["mapping", "erp_field", "crm_field"], name="field_pair_once_per_mapping")
        ]

    def __str__(self) -> str:
        return f"{self.mapping}: {self.pair}"

    @property
    def pair(self) -> str:
        """Both fields in words: "name - name", "type - constant “Person”"."""
        constant = f"constant “{self.constant}”"
        return f"{self.erp_field or constant} – {self.crm_field or constant}"

    def field(self, side: Side) -> str:
        """The name of the field of this side; blank where the other side gets a constant."""
        return self.erp_field if side is Side.ERP else self.crm_field

    @property
    def effective_direction(self) -> Direction | None:
        """Which way the field really goes: what it and its mapping allow together; ``None``: not at all."""
        return self.mapping.effective_direction(Direction(self.direction))

    @property
    def way(self) -> str:
        """The effective direction as a person reads it."""
        goes = self.effective_direction
        return dict(DIRECTIONS)[goes.value] if goes else f"{self.get_direction_display()} (not carried)"

    @property
    def asks_who_wins(self) -> bool:
        """Would enabling this pair now make coupled records differ in a field that both sides may change?"""
        return bool(self.effective_direction is Direction.BOTH and self.erp_field and self.crm_field)

    @property
    def winner(self) -> Side | None:
        """Whose value counts where coupled records differ and never agreed; ``None``: the mapping's policy."""
        return Side(self.first_wins) if self.first_wins in list(Side) else None

    @property
    def coupled(self) -> int:
        """How many coupled records a change of this pair concerns."""
        return self.mapping.couplings.filter(state=State.COUPLED.value).count()

    def unanswered(self) -> str:
        """What a person has to say before an enabled pair is changed, in words; blank where nothing is open."""
        if not (self.is_enabled and self.asks_who_wins and not self.first_wins and self.coupled):
            return ""
        return f"{whole(self.coupled)} pairs are coupled: say who wins where they differ (blank always loses)."

    def choose_winner(self, winner: str) -> None:
        """Answer the question of ``unanswered``; anything unknown takes the answer back."""
        self.first_wins = winner if winner in dict(FIRST_WINS) else ""
        self.save(update_fields=["first_wins"])

    def retransform(self) -> None:
        """Its transformation rules changed."""
        if self.is_enabled:
            self.begin_anew()
            self.mapping.require_full_run(look_again=True)

    def begin_anew(self) -> None:
        """The pair was enabled or re-pointed, or its transformations changed: what was agreed before says nothing
        about it. ``first_wins`` decides for the coupled records that differ."""
        self.revision = self.mapping.count_revision()
        self.save()

    def clean(self) -> None:
        """Raises ``ValidationError`` by field. What needs the tables of both systems is checked by
        ``forms/mapping/fields.py``, and again by ``mappings/build_rule.py``."""
        wrong = self._wrong_constant()
        if self.not_null and self.clear_on_failed:
            wrong["not_null"] = "Not Null leaves the value as it is, Clear Value on Failed Sync blanks it: choose one."
        if self.match_priority and not (self.erp_field and self.crm_field):
            wrong["match_priority"] = "Only a pair of two fields can be matched by."
        if wrong:
            raise ValidationError(wrong)

    def _wrong_constant(self) -> dict[str, str]:
        if self.erp_field and self.crm_field:
            return {"constant": "A constant needs one of the two fields to be blank."} if self.constant else {}
        if not self.erp_field and not self.crm_field:
            return {"erp_field": "Choose a field on at least one side."}
        way = Direction.TO_ERP if self.erp_field else Direction.TO_CRM
        if not self.constant:
            return {"constant": "The other side has no field: give the constant that is written here."}
        if self.direction != way:
            return {"direction": f"This constant can only go {dict(DIRECTIONS)[way.value]}."}
        return {}
