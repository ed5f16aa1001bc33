"""The lines of a document in a grid: those of one page of them, and blank ones for what is added.

A browser sends inputs in the order in which they stand, so where a new line stands among the others says which number
it gets::

    line-0-id  of 10000
    line-5-id  blank         -> 15000
    line-1-id  of 20000
    line-6-id  blank         -> the next one that is free, 30000
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse

from integration.business_central.models import LineType, SalesHeader, SalesLine
from integration.forms.documents.values import PRICE_PLACES, plain, typed_values
from integration.forms.number import TypedNumberField
from integration.systems.values import Row

AT_ONCE = 40
"""Lines of one page of the grid: each is a dozen inputs."""
MOST_LINES = 100
"""Lines of a page with the new ones; more would be more inputs than ``DATA_UPLOAD_MAX_NUMBER_FIELDS`` allows."""
BLANK_LINES = 3
LINE = "sales_line"
TYPES = [(LineType.ITEM, "Item"), (LineType.RESOURCE, "Resource"), (LineType.ACCOUNT, "G/L Account"),
         (LineType.COMMENT, "Comment")]  # fmt: skip
TEXTS = ("no", "description")
PRICES = ("unit_price", "line_discount_amount")
NUMBERS = ("quantity", "unit_price", "line_discount_percent", "line_discount_amount", "qty_to_ship", "qty_to_invoice")
ENTERED = ("type", *TEXTS, *NUMBERS)
WHEN_RELEASED = ("qty_to_ship", "qty_to_invoice")
CLOSED_WHEN_SHIPPED = ("type", "no", "unit_price")
OF_A_SHIPMENT = ("description", "quantity")
NO_TYPE = ("type", None)
"""What a line without a type says, which no browser sends."""
SENT = re.compile(r"line-(\d{1,4})-id")


def _number(name: str) -> TypedNumberField:
    column: Any = SalesLine._meta.get_field(name)
    label = str(column.verbose_name)
    widget = forms.TextInput({"class": "form-control form-control-sm number", "aria-label": label})
    return TypedNumberField(label=label, required=False, max_digits=15, decimal_places=5, widget=widget)


def _text(name: str, **look: str) -> forms.CharField:
    column: Any = SalesLine._meta.get_field(name)
    label = str(column.verbose_name)
    widget = forms.TextInput(
        {"class": "form-control form-control-sm", "autocomplete": "off", "aria-label": label, **look}
    )
    return forms.CharField(label=label, required=False, max_length=column.max_length, widget=widget)


class LineForm(forms.Form):
    """One line. ``row`` is the stored one, ``None`` of a new one."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    type = forms.TypedChoiceField(
        label="Type", choices=TYPES, coerce=int, required=False, empty_value=None,
        widget=forms.Select({"class": "form-select form-select-sm", "aria-label": "Type"}),
    )  # fmt: skip
    no = _text("no", list="numbers")
    description = _text("description")
    quantity = _number("quantity")
    unit_price = _number("unit_price")
    line_discount_percent = _number("line_discount_percent")
    line_discount_amount = _number("line_discount_amount")
    qty_to_ship = _number("qty_to_ship")
    qty_to_invoice = _number("qty_to_invoice")
    gone = forms.BooleanField(
        required=False, widget=forms.CheckboxInput({"class": "form-check-input", "aria-label": "Delete this line"})
    )

    def __init__(self, data: Mapping[str, Any] | None, *, number: int, header: SalesHeader, row: Any = None) -> None:
        self.row, self.number = row, number
        super().__init__(data, prefix=f"line-{number}", initial=_shown(row) if row else {"type": LineType.ITEM})
        self.fields["no"].widget.attrs |= _offering(number)
        for name in _closed(header, row):
            self.fields[name].disabled = True

    def full_clean(self) -> None:
        super().full_clean()
        # A new line of which nothing was entered is no line.
        if self.row is None and self.is_bound and self.is_blank:
            self._errors = forms.utils.ErrorDict()

    @property
    def is_blank(self) -> bool:
        return self.row is None and not any(str(self[name].data or "").strip() for name in (*TEXTS, *NUMBERS))

    @property
    def shown_id(self) -> uuid.UUID:
        """The id of the line, also of one that only a preview knows."""
        return self.row.pk if self.row else uuid.uuid5(uuid.NAMESPACE_OID, f"line-{self.number}")

    @property
    def is_gone(self) -> bool:
        return self.row is not None and bool(self.cleaned_data.get("gone"))

    @property
    def entered(self) -> list[str]:
        """The columns that were entered: of a stored line those that changed."""
        if self.row is not None:
            return [
                name for name in ENTERED if name in self.changed_data and (name, self.cleaned_data[name]) != NO_TYPE
            ]
        return [name for name in ENTERED if self.cleaned_data.get(name) not in (None, "")]

    def row_to_write(self, id: uuid.UUID) -> Row:
        """What was entered, for the company."""
        return Row(id, typed_values(LINE, self.cleaned_data, self.entered))

    @property
    def problems(self) -> Iterator[str]:
        """Whatever is wrong with an input, with its name."""
        for name, errors in self.errors.items():
            for error in errors:
                yield f"{self.fields[name].label or name}: {error}"


def _offering(number: int) -> dict[str, str]:
    """What asks for numbers while one is typed, by the type of the line."""
    return {
        "hx-get": reverse("document_numbers"), "hx-trigger": "input delay:200ms", "hx-target": "#numbers",
        "hx-swap": "innerHTML", "hx-sync": "this:replace", "hx-include": f"[name='line-{number}-type']",
    }  # fmt: skip


def _shown(row: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in ("type", *TEXTS)}
    if row.type != LineType.COMMENT:
        values |= {name: plain(getattr(row, name), PRICE_PLACES if name in PRICES else 0) for name in NUMBERS}
    return {"id": row.pk, **values}


def _closed(header: SalesHeader, row: Any) -> list[str]:
    """The columns of a line that cannot be changed as its document is now."""
    if header.status != SalesHeader.Status.OPEN:
        return [name for name in (*ENTERED, "gone") if name not in WHEN_RELEASED]
    if row is not None and row.shipment_no:
        return [name for name in ENTERED if name not in OF_A_SHIPMENT]
    return [*CLOSED_WHEN_SHIPPED, "gone"] if row is not None and row.quantity_shipped else []


class LineGrid:
    """The lines of a page of the grid. ``data`` is what was sent; ``more``: so many blank lines more than usual."""

    def __init__(self, header: SalesHeader, rows: Sequence[Any], data: QueryDict | None, page: int = 1) -> None:
        self.header = header
        self.pages = max(1, -(-len(rows) // AT_ONCE))
        self.page = min(max(page, 1), self.pages)
        self.rows = list(rows[(self.page - 1) * AT_ONCE : self.page * AT_ONCE])
        behind = rows[self.page * AT_ONCE : self.page * AT_ONCE + 1]
        self.next_no = behind[0].line_no if behind else None
        self.before_no = rows[(self.page - 1) * AT_ONCE - 1].line_no if self.page > 1 else 0
        self.lines = list(self._fresh()) if data is None else list(self._sent(data))
        self.count = max((line.number for line in self.lines), default=-1) + 1

    def _fresh(self) -> Iterator[LineForm]:
        for number, row in enumerate(self.rows):
            yield LineForm(None, number=number, header=self.header, row=row)
        yield from self._blank(len(self.rows), BLANK_LINES if self.is_open else 0)

    def _sent(self, data: QueryDict) -> Iterator[LineForm]:
        """The lines that were sent and are still there, in their order; then those that were not sent."""
        left = {str(row.pk): row for row in self.rows}
        numbers = [int(found[1]) for name in data if (found := SENT.fullmatch(name))]
        for number in numbers:
            id = data.get(f"line-{number}-id", "")
            if not id and self.is_open:
                yield LineForm(data, number=number, header=self.header)
            elif id in left:
                yield LineForm(data, number=number, header=self.header, row=left.pop(id))
        following = max(numbers, default=-1) + 1
        for number, row in enumerate(left.values(), following):
            yield LineForm(None, number=number, header=self.header, row=row)

    def _blank(self, first: int, count: int) -> Iterator[LineForm]:
        for number in range(first, first + count):
            yield LineForm(None, number=number, header=self.header)

    @property
    def is_open(self) -> bool:
        return self.header.status == SalesHeader.Status.OPEN

    @property
    def most(self) -> int:
        """So many lines the page takes."""
        return MOST_LINES

    @property
    def turns(self) -> range:
        """The pages of lines there are."""
        return range(1, self.pages + 1)

    @property
    def pattern(self) -> LineForm:
        """A blank line for the browser to copy; its number is behind all others."""
        return LineForm(None, number=9999, header=self.header)

    def add(self, behind: int | None = None) -> None:
        """More blank lines at the end, or one behind the line with this number, as far as there is room for them."""
        wanted = 1 if behind is not None else BLANK_LINES
        new = list(self._blank(self.count, min(wanted, self.most - len(self.lines))))
        numbers = [line.number for line in self.lines]
        at = numbers.index(behind) + 1 if behind in numbers else len(numbers)
        self.lines[at:at] = new
        self.count += len(new)

    def is_valid(self) -> bool:
        valid = [line.is_valid() for line in self.lines if line.is_bound]  # all of them, whatever the first one says
        return all(valid)

    @property
    def has_changed(self) -> bool:
        return any(line.entered or line.is_gone for line in self._filled() if line.row) or bool(self._new())

    def _filled(self) -> list[LineForm]:
        return [line for line in self.lines if line.is_bound and not line.is_blank]

    def _new(self) -> list[LineForm]:
        return [line for line in self._filled() if line.row is None and not line.cleaned_data.get("gone")]

    @property
    def changed(self) -> list[Row]:
        return [x.row_to_write(x.row.pk) for x in self._filled() if x.row and x.entered and not x.is_gone]

    @property
    def gone(self) -> list[uuid.UUID]:
        return [line.row.pk for line in self._filled() if line.is_gone]

    def added(self, *, preview: bool = False) -> list[Row]:
        """The new lines with the numbers of their places. Raises ``ValidationError`` where there is no room."""
        rows = []
        for line, number in zip(self._new(), self._numbers(), strict=True):
            row = line.row_to_write(line.shown_id if preview else uuid.uuid4())
            rows.append(Row(row.id, {**row.values, "line_no": number} if number else row.values))
        return rows

    def _numbers(self) -> list[int | None]:
        """The number of each new line; none for those behind the last line of the document."""
        new, order = set(map(id, self._new())), self._filled()
        numbers: list[int | None] = []
        waiting, before = 0, self.before_no
        for line in order:
            if id(line) in new:
                waiting += 1
            elif line.row is not None:
                numbers += between(before, line.row.line_no, waiting)
                waiting, before = 0, line.row.line_no
        last = [None] * waiting if self.next_no is None else between(before, self.next_no, waiting)
        return [*numbers, *last]


def between(before: int, behind: int, count: int) -> list[int | None]:
    """So many numbers between two, at even distances."""
    if count and behind - before <= count:
        raise forms.ValidationError(f"Nothing fits in front of line {behind} any more. Add it elsewhere.")
    return [before + (behind - before) * place // (count + 1) for place in range(1, count + 1)]
