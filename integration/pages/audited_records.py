"""The audit log in words: it holds ids of records, and a page says what they are called and where they are."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import reverse

from integration.business_central.models import (
    CompanyInformation,
    CompanyRow,
    GeneralLedgerSetup,
    NoSeries,
    NoSeriesLine,
    SalesReceivablesSetup,
)
from integration.business_central.tables import MODELS
from integration.connection import systems
from integration.connection.live_systems import NAMES
from integration.models import Plan, SyncJob
from integration.models.jobs.error_inbox import ERROR
from integration.models.stored.audit import AuditEntry
from integration.pages import audited_admin
from integration.pages.advice import meaning
from integration.pages.audited_values import Wording
from integration.pages.parts import first_url
from integration.pages.runs.captions import ID, named_by_runs
from integration.systems.naming import names_of
from integration.systems.values import Ref, Side
from integration.systems.wording import NAMELESS

ONE_OF = {
    "Business Central id": Side.ERP,
    "erp_id": Side.ERP,
    "Dynamics 365 Sales id": Side.CRM,
    "crm_id": Side.CRM,
}
"""Under which words an entry about a mapping holds ids of its records."""
RUNS: Mapping[str, tuple[str, Any, str]] = {
    "job": ("Run", SyncJob, "synch_job"),
    "undoes": ("Undoes", SyncJob, "synch_job"),
    "plan": ("Dry run", Plan, "plan"),
}
"""Under which words it holds the id of a run -> caption, model, page."""
SETUPS: tuple[type[CompanyRow], ...] = (
    NoSeries,
    NoSeriesLine,
    CompanyInformation,
    GeneralLedgerSetup,
    SalesReceivablesSetup,
)
"""Tables of the company that have no list and no card."""
OPEN, NOT_KEPT = "open it", "not kept any more"
DELETED = "a record that is deleted"


@dataclass(frozen=True, slots=True)
class Named:
    """What an entry is about, in words, and where that is; blank: nowhere."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """What became what, in words; ``url``: where what it became is, blank: nowhere."""

    name: str
    before: str
    after: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.before} → {self.after}" if self.before else f"{self.name}: {self.after}"


class EntriesInWords:
    """The entries of one page. What they are about is asked for at once, whatever their number."""

    def __init__(self, entries: Sequence[AuditEntry]) -> None:
        self._wording = Wording.of(entries)
        self._subjects = _subjects(entries)
        self._numbered = audited_admin.named(entries)
        self._names = self._names_of(entries)
        self._runs = _runs(entries)

    def subject(self, entry: AuditEntry) -> Named:
        """Which one it was."""
        if entry.pk in self._subjects:
            return self._subjects[entry.pk]
        if entry.kind == audited_admin.QUEUE:
            return Named(audited_admin.done_at_the_queue(entry)[0])
        if entry.pk in self._numbered:
            return Named(self._without_ids(self._numbered[entry.pk]))
        text = self._wording.subject(entry)
        if entry.kind == ERROR and (code := entry.subject.rpartition(" ")[2]):
            text = f"{text.removesuffix(code)}({meaning(code)})"
        side, _, id = entry.subject.partition(" ")
        if side in list(Side) and ID.fullmatch(id):
            text = f"a record of {NAMES[Side(side)]}"
        return Named(self._without_ids(text))

    def changes(self, entry: AuditEntry) -> list[Changed]:
        """What became what."""
        if entry.kind == audited_admin.QUEUE:
            done = audited_admin.done_at_the_queue(entry)[1]
            return [Changed("Done", "", done)] if done else []
        return [self._change(entry, *change) for change in entry.changes]

    def _change(self, entry: AuditEntry, name: str, before: str, after: str) -> Changed:
        if name in RUNS:
            caption, _, page = RUNS[name]
            there = after in self._runs
            return Changed(caption, "", OPEN if there else NOT_KEPT, reverse(page, args=[after]) if there else "")
        if name in ONE_OF:
            return Changed(NAMES[ONE_OF[name]], self._without_ids(before), self._without_ids(after))
        words = self._wording
        old, new = (self._without_ids(words.value(entry, name, text)) for text in (before, after))
        return Changed(words.changed(entry, name), old, new)

    def _without_ids(self, text: str) -> str:
        return ID.sub(lambda found: self._names.get(found.group().lower(), NAMELESS), text)

    def _names_of(self, entries: Iterable[AuditEntry]) -> dict[str, str]:
        """Id -> name of the records that entries hold besides what they are about: as Business Central calls them now,
        else as a run has called them."""
        ids, refs = set[str](), list[Ref]()
        for entry in entries:
            if entry.pk in self._subjects:
                continue
            mapping = self._wording.mappings.get(entry.subject.partition(" ")[0])
            for name, *texts in [("", entry.subject), *entry.changes]:
                found = [] if name in RUNS else [one for text in texts for one in ID.findall(text.lower())]
                ids.update(found)
                if mapping is not None and ONE_OF.get(name, Side.ERP) is Side.ERP:
                    refs += [Ref(mapping.erp_table, uuid.UUID(one)) for one in found]
        ours = {str(id): name for id, name in names_of(systems.open_erp(), refs).items()} if refs else {}
        left = sorted(ids - set(ours))
        return {**ours, **(named_by_runs(left) if left else {})}


def _runs(entries: Iterable[AuditEntry]) -> set[str]:
    """The ids of the runs among those that entries hold that are still kept."""
    wanted: dict[Any, set[str]] = {}
    for entry in entries:
        for name, id in entry.after.items():
            if name in RUNS and ID.fullmatch(id):
                wanted.setdefault(RUNS[name][1], set()).add(id)
    kept = (model.objects.filter(pk__in=ids).values_list("pk", flat=True) for model, ids in wanted.items())
    return {str(id) for ids in kept for id in ids}


def _subjects(entries: Iterable[AuditEntry]) -> dict[int, Named]:
    """By the key of the entry, the records of Business Central among what these are about; a query for each table. One
    that is deleted has no name any more."""
    ids: dict[str, dict[int, uuid.UUID]] = {}
    for entry in entries:
        if entry.kind.lower() in _tables() and ID.fullmatch(entry.subject):
            ids.setdefault(entry.kind.lower(), {})[entry.pk] = uuid.UUID(entry.subject)
    return {pk: named for kind, wanted in ids.items() for pk, named in _named(_tables()[kind], wanted).items()}


@cache
def _tables() -> dict[str, type[CompanyRow]]:
    """What a record is called, in small letters -> its table."""
    return {str(table._meta.verbose_name).lower(): table for table in (*MODELS.values(), *SETUPS)}


def _named(table: type[CompanyRow], wanted: dict[int, uuid.UUID]) -> dict[int, Named]:
    there = table._default_manager.in_bulk(list(wanted.values()))
    return {pk: _record(table, id, there.get(id)) for pk, id in wanted.items()}


def _record(table: type[CompanyRow], id: uuid.UUID, row: CompanyRow | None) -> Named:
    if row is None:
        return Named(DELETED)
    url = first_url("record", (Side.ERP.value, table.slug(), id)) if table.slug() in MODELS else ""
    return Named(str(row) or str(table._meta.verbose_name), url)
