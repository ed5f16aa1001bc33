"""What a document would come to if what is typed were saved: its sums, and each line of the grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.forms import ValidationError

from integration.business_central.models import LineType, SalesHeader, SalesLine
from integration.business_central.posting.changing import DocumentChange, preview
from integration.forms.documents.document import DocumentForm
from integration.forms.documents.lines import PRICES, LineForm
from integration.forms.documents.values import PRICE_PLACES, plain
from integration.pages.amounts import PENNY
from integration.pages.documents.cards import Currencies, LineShown, Totals, totals_of
from integration.systems.errors import RecordProblem
from integration.systems.typed_number import in_input

FOLLOWING = ("line_discount_percent", "line_discount_amount", "qty_to_ship", "qty_to_invoice")
"""What changes with the quantity, the price or the other kind of discount."""


@dataclass(frozen=True, slots=True)
class PreviewedLine:
    """A line of the grid with what the company makes of it: its amount, and what it fills in where nothing was
    typed."""

    form: LineForm
    row: Any = None
    step: Decimal = PENNY

    @property
    def amount(self) -> str:
        return LineShown(self.row, self.step).numbers[-1] if self.row is not None else ""

    @property
    def unit(self) -> str:
        return LineShown(self.row, self.step).unit if self.row is not None else ""

    @property
    def filled(self) -> dict[str, str]:
        """Input -> what it holds if it stays blank; of new lines."""
        if self.row is None or self.form.row is not None or self.row.type == LineType.COMMENT:
            return {"description": "", "unit_price": ""}
        return {"description": self.row.description, "unit_price": LineShown(self.row, self.step).numbers[1]}

    @property
    def renewed(self) -> dict[str, str]:
        """Input -> what it follows from what was typed elsewhere; of stored lines, where it was not typed itself."""
        if self.row is None or self.form.row is None or self.row.type == LineType.COMMENT:
            return {}
        typed = self.form.changed_data if self.form.is_bound else ()
        return {name: in_input(_plain(self.row, name)) for name in FOLLOWING if name not in typed}


def _plain(row: Any, name: str) -> Decimal:
    return plain(getattr(row, name), PRICE_PLACES if name in PRICES else 0)


@dataclass(frozen=True, slots=True)
class Preview:
    """``problems``: why the sums cannot be worked out; the sums are then those of what is stored."""

    totals: Totals
    lines: Sequence[PreviewedLine]
    problems: Sequence[str] = field(default=())


def preview_of(form: DocumentForm) -> Preview:
    """What a form would make of its document. Stores nothing."""
    problems = _problems(form)
    if not problems:
        try:
            work = preview(form.instance.pk, form.previewed if form.is_bound else DocumentChange())
            return _shown(form, work.header, work.lines)
        except RecordProblem as problem:
            problems = [str(problem)]
        except ValidationError as problem:
            problems = problem.messages
    stored = SalesHeader.objects.get(pk=form.instance.pk)
    return _shown(form, stored, list(SalesLine.objects.filter(document_no=stored.pk)), problems)


def _problems(form: DocumentForm) -> list[str]:
    if not form.is_bound or form.is_valid():
        return []
    return [f"Line {at}: {each}" for at, line in enumerate(form.grid.lines, 1) for each in line.problems]


def _shown(form: DocumentForm, header: Any, lines: Sequence[Any], problems: Sequence[str] = ()) -> Preview:
    rows, step = {line.pk: line for line in lines}, Currencies().step(header)
    shown = [PreviewedLine(line, rows.get(line.shown_id), step) for line in form.grid.lines]
    return Preview(totals_of(header, lines), shown, problems)
