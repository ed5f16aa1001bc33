"""Option columns as tables: ``account.paymenttermscode`` has a row per option, whose id follows from its number.

Rows are the table's description, so reading them costs a request only where it has to be fresh (``changes``). Options
are added by a person, one by one, and then published for everybody.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from integration.dataverse.metadata import Metadata
from integration.dataverse.session import Session
from integration.systems.errors import BadAnswer, FieldMissing, Refused, TableMissing
from integration.systems.filters import Filter, matches
from integration.systems.values import (
    Field,
    FieldType,
    Option,
    Page,
    Record,
    Table,
    Value,
    option_id,
    split_option_table,
)

FIELDS = {
    "value": Field("value", FieldType.INTEGER, "Value", required=True, updatable=False),
    "label": Field("label", FieldType.TEXT, "Label", max_length=200, required=True),
}
LANGUAGE = 1033


class OptionTable:
    """The options of one column, as records."""

    def __init__(self, metadata: Metadata, name: str) -> None:
        self._metadata = metadata
        self.name = name
        self.entity_name, self.column = split_option_table(name)
        entity = metadata.entity(self.entity_name)
        field = entity.table.fields.get(self.column)
        if field is None or field.type is not FieldType.OPTION:
            raise TableMissing(f"{entity.table.label} has no option column “{self.column}”.")
        self.options = field.options
        self.choice = entity.choices.get(self.column, "")
        label = f"{entity.table.label}: {field.label}"
        self.table = Table(
            name, label, FIELDS, name_field="label", number_field="value", tracks_changes=False, actions=("add_option",)
        )

    def records(self, fields: Sequence[str] = ()) -> list[Record]:
        """All options with these fields, or both. Raises ``FieldMissing``."""
        fields = fields or tuple(FIELDS)
        for name in fields:
            if name not in FIELDS:
                raise FieldMissing(f"{self.table.label} has no field “{name}”.")
        return [self._record(option, fields) for option in self.options]

    def _record(self, option: Option, fields: Sequence[str]) -> Record:
        values: dict[str, Value] = {"value": option.value, "label": option.label}
        return Record(self.name, option_id(self.name, option.value), {n: values[n] for n in fields}, option.label)

    def find(
        self, where: Filter, fields: Sequence[str], order: Sequence[str], size: int | None, after: str | None
    ) -> Page:
        """One page of the matching options."""
        found = [record for record in self.records() if matches(where, record)]
        for name in reversed(order):
            key = name.removeprefix("-")
            found.sort(key=lambda record: _key(record.values[key]), reverse=name.startswith("-"))
        start = int(after or 0)
        end = start + (size or len(found) or 1)
        asked = {record.id: record for record in self.records(fields)}
        page = [asked[record.id] for record in found[start:end]]
        return Page(page, (), str(end) if end < len(found) else None)

    def changes(self, fields: Sequence[str], since: str | None) -> Page:
        """Options that came, went or were renamed since the cursor, which holds them all."""
        before = _before(since)
        now = {str(option.value): option.label for option in self.options}
        records = zip(self.options, self.records(fields), strict=True)
        changed = [record for option, record in records if before.get(str(option.value)) != option.label]
        gone = [option_id(self.name, int(value)) for value in before if value not in now]
        return Page(changed, gone, json.dumps({"options": now}))

    def act(self, session: Session, action: str, **arguments: Any) -> uuid.UUID:
        """``add_option`` with a ``label``; which row it is called on does not count. Raises ``Refused``."""
        label = str(arguments.pop("label", "")).strip()
        if action != "add_option" or arguments or not label:
            raise Refused(f"{self.table.label} only knows the action “add_option” with a label.")
        return self.add(session, label)

    def add(self, session: Session, label: str, language: int = LANGUAGE) -> uuid.UUID:
        """Add an option and publish it; answers its id. Adding is not repeated: its number comes from the service."""
        body: dict[str, Any] = {"Label": {"LocalizedLabels": [{"Label": label, "LanguageCode": language}]}}
        if self.choice:
            body["OptionSetName"] = self.choice
            names = f"<optionsets><optionset>{self.choice}</optionset></optionsets>"
        else:
            body |= {"EntityLogicalName": self.entity_name, "AttributeLogicalName": self.column}
            names = f"<entities><entity>{self.entity_name}</entity></entities>"
        answer = session.request("POST", "InsertOptionValue", body=body, repeatable=False).json()
        if not isinstance(answer, dict) or not isinstance(answer.get("NewOptionValue"), int):
            raise BadAnswer("The organization does not say which number the new option has.", raw=str(answer)[:500])
        parameters = {"ParameterXml": f"<importexportxml>{names}</importexportxml>"}
        session.request("POST", "PublishXml", body=parameters)
        self._metadata.forget(self.entity_name)
        return option_id(self.name, answer["NewOptionValue"])


def _key(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _before(since: str | None) -> dict[str, str]:
    """What a cursor holds; one of another kind counts as none, so that everything comes again."""
    try:
        opened = json.loads(since or "{}")
    except ValueError:
        return {}
    found = opened.get("options") if isinstance(opened, dict) else None
    return found if isinstance(found, dict) else {}
