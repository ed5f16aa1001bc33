"""The transaction of a verb: the document with its lines under the company's lock, and what every verb checks."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from integration.business_central.documents.calculation import put_outstanding, put_progress
from integration.business_central.documents.completion import complete_days
from integration.business_central.documents.masters import Masters
from integration.business_central.models import Customer, DocumentEvent, SalesHeader, SalesLine
from integration.business_central.row_versions import reserve
from integration.business_central.rows import Change
from integration.systems.errors import NotFound, VersionConflict
from integration.systems.refusals import OnHold, PostingDateRefused

VERSIONS_OF_A_VERB = 1000
"""Row versions that most documents do with; a longer one asks for more."""


@dataclass(slots=True)
class Work:
    """A document in the middle of a verb. What changes on its rows is written by :meth:`write`."""

    header: Any
    lines: list[Any]
    masters: Masters
    by: str = ""
    now: dt.datetime = field(default_factory=timezone.now)
    _old_header: dict[str, Any] = field(default_factory=dict)
    _old_lines: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._old_header = self.header.columns()
        self._old_lines = {line.pk: line.columns() for line in self.lines}

    @property
    def step(self) -> Decimal:
        """The smallest unit of the document's currency."""
        return self.masters.step(self.header.currency_code_id)

    @property
    def sold(self) -> list[Any]:
        """The lines that sell something."""
        return [line for line in self.lines if line.type and line.quantity]

    def stored_line(self, line: Any) -> dict[str, Any]:
        """The columns of a line as they are stored now."""
        return self._old_lines[line.pk]

    def renew(self) -> None:
        """Work out again what follows from shipped and invoiced quantities."""
        for line in self.lines:
            if line.type:
                put_outstanding(self.header, line, self.step, self.masters.local_step)
        put_progress(self.header, self.lines)

    def write(self) -> None:
        """Write the lines that changed, and the header always: whatever belongs to it changed."""
        SalesLine.objects.write_complete([Change(x, self._old_lines[x.pk]) for x in self.lines])
        self.write_header()

    def write_header(self) -> None:
        """Write the header alone. Where somebody else pays now, the customer who did before gets another version, too:
        their figures have moved, and no row that is theirs would say so."""
        SalesHeader.objects.write_complete([Change(self.header, self._old_header)], always=True)
        before = self._old_header["bill_to_customer_no_id"]
        if before is not None and before != self.header.bill_to_customer_no_id:
            Customer.objects.filter(pk=before).update()


@contextmanager
def document(id: uuid.UUID, *, by: str = "", version: str | None = None) -> Iterator[Work]:
    """One verb on a document: everything inside happens whole or not. ``version``: refuse where the header has another
    one by now. Raises ``NotFound``, ``VersionConflict``."""
    with transaction.atomic(), reserve(VERSIONS_OF_A_VERB):
        yield load(id, Masters(), by=by, version=version)


def load(id: uuid.UUID, masters: Masters, *, by: str = "", version: str | None = None) -> Work:
    """The document, its row locked. Raises ``NotFound``, ``VersionConflict``."""
    header = SalesHeader.objects.select_for_update().filter(pk=id).first()
    if header is None:
        raise NotFound(f"There is no Sales Header with the id {id}.")
    if version is not None and version != str(header.row_version):
        raise VersionConflict(f"{name_of(header)} was changed by another user in the meantime.")
    lines = list(SalesLine.objects.filter(document_no=id).order_by("line_no"))
    masters.load_sold((line.type, line.no) for line in lines)
    return Work(header, lines, masters, by)


def name_of(header: Any) -> str:
    """A document as a person calls it: ``Order 101005``."""
    return f"{header.get_document_type_display()} {header.no}"


# --- what is checked -----------------------------------------------------------------------------------------------


def check_posting_date(day: dt.date, masters: Masters) -> None:
    """Raise ``PostingDateRefused`` for a day outside the period that is open for posting."""
    first, last = masters.ledger_setup.allow_posting_from, masters.ledger_setup.allow_posting_to
    if (first and day < first) or (last and day > last):
        raise PostingDateRefused(
            f"Posting Date {day} is not within the period that is open for posting ({first or 'any day'} to "
            f"{last or 'any day'}). Choose another day, or change General Ledger Setup."
        )


def check_hold(header: Any) -> None:
    """Raise ``OnHold`` for a document that somebody holds back."""
    if header.on_hold:
        raise OnHold(f"{name_of(header)} is on hold ({header.on_hold}). Clear On Hold first.")


def move_posting_date(work: Work, day: dt.date) -> None:
    """Give a document another posting date: its document date follows, its due date by the terms, and its rate is that
    of the day. Raises ``RateMissing``."""
    header = work.header
    if day == header.posting_date:
        return
    header.posting_date = header.document_date = day
    complete_days(header, (), work.masters)
    work.renew()


# --- events --------------------------------------------------------------------------------------------------------


def post_events(facts: Sequence[tuple[uuid.UUID, str, int, str]], now: dt.datetime) -> None:
    """Note facts about orders, each once: (order id, order number, kind, document number)."""
    first = DocumentEvent.next_no() if facts else 0
    DocumentEvent.objects.insert_complete(
        [
            DocumentEvent(entry_no=number, order_id=id, order_no=no, kind=kind, document_no=document_no, at=now)
            for number, (id, no, kind, document_no) in enumerate(facts, first)
        ]
    )
