"""A verb of posting as a form: what is looked at stands still while it is done, and what is refused is said in words.

Posting is never overwritten and never repeated, so pressing twice differs from saving twice::

    Annette                                  the ledger
    opens Register Payment (remaining 120)   invoice 103001 remains 120.00
    presses twice                            first: payment of 60.00, remaining 60.00
      -> second: "Changed meanwhile: Remaining Amount: 120.00 -> 60.00", nothing is posted
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db import OperationalError, models

from integration.business_central.fields import today
from integration.business_central.row_versions import lock_company
from integration.connection import systems
from integration.forms.day import DayInput
from integration.forms.number import TypedNumberField
from integration.forms.versioned import OVERTAKEN, VersionedInputs
from integration.models.stored.audit import AuditEntry, record
from integration.systems.errors import Problem

LOOK_AGAIN = "Look at it, then press again."
BUSY = "Somebody else is posting just now. Nothing was posted; press again."


def amount_field(label: str, **more: Any) -> TypedNumberField:
    """An amount in the currency of a document."""
    return TypedNumberField(label=label, max_digits=15, decimal_places=3, **more)


class VerbForm(VersionedInputs, forms.Form):
    """``table`` and ``verb`` are what ``act`` is asked for; ``kind`` and ``action`` what the audit log says of it."""

    table: ClassVar[str]
    verb: ClassVar[str]
    kind: ClassVar[str]
    action: ClassVar[AuditEntry.Action] = AuditEntry.Action.CREATED

    posting_date = forms.DateField(label="Posting Date", widget=DayInput)

    def __init__(self, row: Any, by: str, *args: Any, **more: Any) -> None:
        more["initial"] = {"posting_date": today(), **more.get("initial", {})}
        self.row, self.by, self.result = row, by, None
        super().__init__(*args, **more)
        self.begin(self.stored())

    def arguments(self) -> dict[str, Any]:
        """What ``act`` gets besides the row, the day and who posts."""
        return {}

    def recorded(self) -> dict[str, object]:
        """What the audit log says besides: ids, never names or amounts."""
        return {}

    def rows(self) -> Sequence[models.QuerySet[Any]]:
        return []

    def repeats(self) -> bool:
        """Never: what is posted twice is posted twice."""
        return False

    def refusal(self) -> str:
        return self.now.changes_since(self.token(), LOOK_AGAIN).removeprefix(OVERTAKEN)

    def _hold(self) -> str:
        """Nobody else posts from here on; posting itself takes the same lock first."""
        lock_company()
        return super()._hold()

    def store(self) -> None:
        self.result = systems.open_erp().act(
            self.table, self.acted_on, self.verb, by=self.by, posting_date=self.cleaned_data["posting_date"],
            **self.arguments(),
        )  # fmt: skip
        record(self.action, self.kind, self.acted_on, after=self.recorded())

    @property
    def acted_on(self) -> uuid.UUID:
        """The row that the verb is done to."""
        return uuid.UUID(str(self.row.pk))

    def saved(self) -> bool:
        """Post it, or say above the form why not."""
        try:
            return super().saved()
        except Problem as problem:
            self.refused(problem)
        except OperationalError:  # Another one held the company's lock for longer than anybody waits.
            self.add_error(None, BUSY)
        return False

    def refused(self, problem: Problem) -> None:
        """What is said of a refusal."""
        self.add_error(None, problem.message)
