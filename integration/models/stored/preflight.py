"""What the last preflight found: one row, so that pages show it at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict

from django.db import DatabaseError, models, transaction
from django.utils import timezone

from integration.systems.findings import Finding, Severity

NOT_STORED = Finding(
    "not-stored",
    Severity.WARNING,
    "Preflight",
    "These findings could not be stored: the page goes on showing those of the run before.",
    "Mend the database, then run again.",
)


class Preflight(models.Model):
    """The last run (``Preflight.last()``)."""

    ran_at = models.DateTimeField("last run", null=True, editable=False)
    verdicts = models.JSONField("findings", default=list, editable=False)

    class Meta:
        verbose_name = "preflight"
        verbose_name_plural = "preflight"
        default_permissions = ("change", "view")

    def __str__(self) -> str:
        counted = [(self.count(one), one.value) for one in (Severity.ERROR, Severity.WARNING)]
        return ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in counted)

    @classmethod
    def last(cls) -> Preflight:
        """The row, blank before the first run."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @classmethod
    def keep(cls, found: Sequence[Finding], at: dt.datetime | None = None) -> Preflight:
        """Store what a run found, most severe first, in place of what was there. Where the database has no place for
        it (a migration is pending) that is one more finding, and the row is answered without being stored."""
        ran_at = at or timezone.now()
        try:
            with transaction.atomic():
                return cls.objects.update_or_create(pk=1, defaults={"ran_at": ran_at, "verdicts": _listed(found)})[0]
        except DatabaseError:
            return cls(pk=1, ran_at=ran_at, verdicts=_listed([*found, NOT_STORED]))

    @property
    def errors(self) -> int:
        return self.count(Severity.ERROR)

    def count(self, severity: Severity) -> int:
        """How many findings are that severe."""
        return sum(one["severity"] == severity for one in self.verdicts)


def _listed(found: Sequence[Finding]) -> list[dict[str, str]]:
    order = list(Severity)
    return [asdict(one) for one in sorted(found, key=lambda one: order.index(one.severity))]
