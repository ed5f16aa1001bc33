"""Which tables of the company have an index of what their numbers and names contain."""

from __future__ import annotations

from typing import Any

from integration import word_index
from integration.business_central.tables import MODELS
from integration.systems.filters import AnyOf, Comparison, Filter
from integration.word_index import WordIndex

SEARCHED = (
    "customer", "contact", "vendor", "item", "resource", "opportunity", "sales_header", "sales_invoice_header",
    "sales_cr_memo_header", "sales_shipment_header", "sales_header_archive",
)  # fmt: skip
"""The large tables that people look for things in."""


def install(**_of_the_signal: Any) -> None:
    word_index.install(index for name in SEARCHED if (index := index_of(MODELS[name])))


def index_of(model: Any) -> WordIndex | None:
    """The index of this table; ``None`` for a small one."""
    if model.slug() not in SEARCHED:
        return None
    names = dict.fromkeys((model.number_field, model.name_field))
    table = model._meta.db_table
    return WordIndex(f"{table}_words", table, tuple(model._meta.get_field(name).column for name in names))


def text_asked(where: Filter, fields: tuple[str, ...]) -> str:
    """The text, if this asks for rows that contain it in one of these fields and for nothing else."""
    parts = where.parts if isinstance(where, AnyOf) else (where,)
    asked = [one for one in parts if isinstance(one, Comparison) and one.operator == "contains"]
    texts = {str(one.value) for one in asked}
    is_all = len(asked) == len(parts) and {one.field for one in asked} == set(fields)
    text = texts.pop() if is_all and len(texts) == 1 else ""
    return text if len(text) >= word_index.SHORTEST else ""
