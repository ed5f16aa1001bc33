"""What lines of documents name by its number: items, resources, G/L accounts."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.apps import apps
from django.db.models import ProtectedError

from integration.business_central.models.base import CompanyRow
from integration.business_central.models.setup import SalesReceivablesSetup
from integration.business_central.rows import Change

LINES = ("SalesLine", "SalesShipmentLine", "SalesInvoiceLine", "SalesCrMemoLine", "SalesLineArchive")


class Sold(CompanyRow):
    """Its number stands on lines of documents, which follow a new number; and what stands on one cannot be deleted.
    ``line_type``: the type of those lines; ``write_in``: as what the setup may name it for products that Sales writes
    in."""

    line_type: ClassVar[int]
    write_in: ClassVar[int | None] = None

    class Meta:
        abstract = True

    @classmethod
    def lines_of(cls, numbers: Sequence[str]) -> Iterator[Any]:
        """By table, the lines of documents that these numbers stand on."""
        for name in LINES:
            lines: Any = apps.get_model("business_central", name)._default_manager
            yield lines.filter(type=cls.line_type, no__in=numbers)

    @classmethod
    def after_update(cls, changes: Sequence[Change]) -> None:
        super().after_update(changes)
        for change in changes:
            if change.changed("no"):
                for lines in cls.lines_of([change.old["no"]]):
                    lines.update(no=change.row.no)
                if cls.write_in is not None:
                    written_in = SalesReceivablesSetup.objects.filter(write_in_product_type=cls.write_in)
                    written_in.filter(write_in_product_no=change.old["no"]).update(write_in_product_no=change.row.no)

    @classmethod
    def before_delete(cls, ids: Sequence[uuid.UUID]) -> None:
        super().before_delete(ids)
        rows: Any = cls._default_manager
        numbers = list(rows.filter(pk__in=ids).values_list("no", flat=True))
        used = [line for lines in cls.lines_of(numbers) for line in lines[:1]]
        if used:
            raise ProtectedError("It stands on documents.", set(used))
