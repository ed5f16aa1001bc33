"""Values, fields and tables of audit entries in words: an entry holds names of columns and tables, as they are stored.

What an entry is about (a mapping, a template, a task) is told by its kind. A name that nobody has a caption for any
more, since its mapping or its table is gone, is spelled out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from integration.connection.live_systems import NAMES
from integration.defaults.tasks import caption as task_caption
from integration.models import (
    AuditEntry,
    FieldMapping,
    FieldTransformation,
    JobQueueEntry,
    RecordTemplate,
    TableMapping,
    TemplateUse,
)
from integration.models.jobs.full_synch import Recommendation
from integration.pages.documents.kinds import HEADER
from integration.pages.runs.captions import Captions, spelled_out
from integration.pages.runs.nouns import noun
from integration.systems.values import Side

MAPPING, PAIR, STEP, TEMPLATE, USE, ENTRY = (
    str(model._meta.verbose_name)
    for model in (TableMapping, FieldMapping, FieldTransformation, RecordTemplate, TemplateUse, JobQueueEntry)
)
TASK = "task"
SIDE_OF_TABLE = {"table": Side.ERP, "integration table": Side.CRM}
SIDE_OF_FILTER = {"table filter": Side.ERP, "integration table filter": Side.CRM}
SIDE_OF_FIELD = {"field": Side.ERP, "integration field": Side.CRM}
FORMER = {"To Integration Table": "BC → Sales", "From Integration Table": "Sales → BC", "Bidirectional": "both ways"}
"""Captions that entries of former versions hold -> the words of today."""
ANSWERS = {"True": "Yes", "False": "No", "yes": "Yes", "no": "No"}
DECISIONS = {"keep": "Keep what Business Central has", "takeover": "Take over from Sales"}
SIDES = {side.value: NAMES[side] for side in Side}
WINNER = re.compile(r"(?P<erp>\w*):(?P<crm>\w*)(#\d+)?")
"""How a decision about a conflict names a pair of fields."""
OF_PAIR = re.compile(r"(?P<mapping>[^:]+): (?P<erp>.+?) – (?P<crm>.+?)(?P<step>: .+)?")
FIELDS = "fields"
"""Under which word an entry lists the fields of a record that somebody changed."""


@dataclass(slots=True)
class Wording:
    """Of one page of entries; what they are about is read once."""

    mappings: Mapping[str, TableMapping]
    templates: Mapping[str, RecordTemplate]
    captions: Captions = field(default_factory=Captions)

    @classmethod
    def of(cls, entries: Sequence[AuditEntry]) -> Wording:
        """Ready for these entries."""
        named = {part for entry in entries for part in (mapping_named(entry), entry.subject.partition(" ")[0])}
        mappings = {one.name: one for one in TableMapping.objects.filter(name__in=named)}
        kinds = {entry.kind for entry in entries}
        templates = RecordTemplate.objects.all() if kinds & {TEMPLATE, USE} else []
        wording = cls(mappings, {one.name: one for one in templates})
        if kinds & {MAPPING, PAIR, STEP, TEMPLATE, USE}:
            wording.captions.as_described_last(one.crm_table for one in mappings.values() if not one.is_option)
        return wording

    def subject(self, entry: AuditEntry) -> str:
        """Which one it was, as far as that is no record."""
        if entry.kind in (TASK, ENTRY):
            return task_caption(entry.subject)
        found = OF_PAIR.fullmatch(entry.subject) if entry.kind in (PAIR, STEP) else None
        if found is None:
            return entry.subject
        mapping = self._mapping(found["mapping"])
        both = " – ".join(self._field(mapping, side, found[side.value]) for side in Side)
        return f"{found['mapping']}: {both}{found['step'] or ''}"

    def changed(self, entry: AuditEntry, name: str) -> str:
        """What it was that changed."""
        if winner := WINNER.fullmatch(name):
            side = Side.ERP if winner["erp"] else Side.CRM
            return self._field(self._mapping(entry.subject), side, winner[side.value])
        template = self.templates.get(entry.subject) if entry.kind == TEMPLATE else None
        if entry.kind == TEMPLATE and name not in ("name", "system", "table"):
            return self._field(_of_template(template), Side(template.side) if template else Side.ERP, name)
        return name[:1].upper() + name[1:]

    def value(self, entry: AuditEntry, name: str, text: str) -> str:
        """A value as it was, or became."""
        if not text:
            return ""
        if entry.kind in (MAPPING, TEMPLATE) and name in SIDE_OF_TABLE:
            return self._table(SIDE_OF_TABLE[name], text, entry)
        if entry.kind == MAPPING and name in SIDE_OF_FILTER:
            return self.captions.filter(self._about(entry), SIDE_OF_FILTER[name], text)
        if entry.kind == USE and name == "condition":
            return self._condition(entry, text)
        if entry.kind == PAIR and name in SIDE_OF_FIELD:
            return self._field(self._mapping(mapping_named(entry)), SIDE_OF_FIELD[name], text)
        return self._plain(entry, name, text)

    def _plain(self, entry: AuditEntry, name: str, text: str) -> str:
        if name == FIELDS:
            return ", ".join(self._field_of_document(one) for one in text.split(", "))
        if entry.kind == ENTRY and name == TASK:
            return task_caption(text)
        if entry.kind == STEP and name == "parameters":
            return _parameters(text)
        if name == "recommendation":
            return dict(Recommendation.choices).get(text, text)
        if WINNER.fullmatch(name):
            return SIDES.get(text, text)
        return (FORMER | ANSWERS | DECISIONS).get(text, text)

    def _table(self, side: Side, name: str, entry: AuditEntry) -> str:
        """The table of a template is on its own side."""
        template = self.templates.get(entry.subject) if entry.kind == TEMPLATE else None
        side = Side(template.side) if template else side
        return self.captions.table(side, name) if side is Side.ERP else noun(name)

    def _condition(self, entry: AuditEntry, text: str) -> str:
        """A record of the other side than the template's must meet it."""
        template = self.templates.get(entry.subject.partition(": ")[2])
        side = Side(template.side).other if template else Side.ERP
        return self.captions.filter(self._mapping(mapping_named(entry)), side, text)

    def _about(self, entry: AuditEntry) -> TableMapping:
        """The mapping with the tables that the entry itself names."""
        there = {**entry.before, **entry.after}
        mapping = self._mapping(entry.subject)
        return TableMapping(
            pk=mapping.pk,
            erp_table=there.get("table", mapping.erp_table),
            crm_table=there.get("integration table", mapping.crm_table),
        )

    def _mapping(self, name: str) -> TableMapping:
        return self.mappings.get(name) or TableMapping(name=name)

    def _field(self, mapping: TableMapping, side: Side, name: str) -> str:
        if not name or " " in name:  # nothing there, or a constant in words
            return name
        return self.captions.of_field(mapping, side, name) if mapping.table(side) else spelled_out(name)

    def _field_of_document(self, name: str) -> str:
        return self._field(TableMapping(erp_table=HEADER), Side.ERP, name) if name.islower() else name


def mapping_named(entry: AuditEntry) -> str:
    """The name with which the subject of an entry begins, where it is about a mapping or a part of one."""
    return entry.subject.partition(": ")[0]


def _of_template(template: RecordTemplate | None) -> TableMapping:
    if template is None:
        return TableMapping()
    return TableMapping(**{f"{template.side}_table": template.table})


def _parameters(text: str) -> str:
    """What a transformation rule was told."""
    with suppress(json.JSONDecodeError):
        told = json.loads(text)
        return ", ".join(f"{spelled_out(name)}: {value}" for name, value in told.items())
    return text
