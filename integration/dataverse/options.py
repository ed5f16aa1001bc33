"""Option columns as tables: ``account.paymenttermscode`` has a row per option, whose id follows from its number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from integration.dataverse.metadata import Metadata
from integration.systems.base import Field, FieldType, Record, Table, option_id
from integration.systems.errors import TableMissing

FIELDS = {
    "value": Field("value", FieldType.INTEGER, "Value", required=True),
    "label": Field("label", FieldType.TEXT, "Label", max_length=200, required=True),
}


class OptionTable:
    """The options of one column, as records."""

    def __init__(self, metadata: Metadata, name: str) -> None:
        entity_name, _, column = name.partition(".")
        entity = metadata.entity(entity_name)
        field = entity.table.fields.get(column)
        if field is None or field.type is not FieldType.OPTION:
            raise TableMissing(f"{entity.table.label} has no option column “{column}”.")
        self.name, self.entity_name, self.column = name, entity_name, column
        self.options = field.options
        label = f"{entity.table.label}: {field.label}"
        self.table = Table(name, label, FIELDS, name_field="label", number_field="value", tracks_changes=False)

    def records(self) -> list[Record]:
        return [
            Record(self.name, option_id(self.name, o.value), {"value": o.value, "label": o.label}, o.label)
            for o in self.options
        ]

    def version(self) -> str:
        """Changes when an option comes, goes or is renamed."""
        text = "\n".join(f"{option.value}={option.label}" for option in self.options)
        return hashlib.sha256(text.encode()).hexdigest()


def is_option_table(name: str) -> bool:
    return "." in name


def by_label(records: Iterable[Record], descending: bool = False) -> list[Record]:
    return sorted(records, key=lambda record: str(record.values["label"]).casefold(), reverse=descending)
