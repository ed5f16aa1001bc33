"""Configuration templates in words: their table, their fields and values, which are stored as names and numbers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from integration.models import RecordTemplate, TableMapping
from integration.pages.runs.captions import Captions
from integration.pages.runs.nouns import noun
from integration.systems.values import Side


class TemplatesInWords:
    """The templates of one page, as Sales called things last; that is read when it is wanted first, for all of them."""

    def __init__(self, templates: Iterable[RecordTemplate]) -> None:
        self._about = {one.pk: TableMapping(**{f"{one.side}_table": one.table}) for one in templates}

    @cached_property
    def _captions(self) -> Captions:
        return Captions.as_kept(self._about.values())

    def table(self, template: RecordTemplate) -> str:
        """What one record of its table is called."""
        side = Side(template.side)
        return self._captions.table(side, template.table) if side is Side.ERP else noun(template.table)

    def field(self, template: RecordTemplate, name: str) -> str:
        """What one of its fields is called."""
        return self._captions.of_field(self._about[template.pk], Side(template.side), name)

    def values(self, template: RecordTemplate) -> str:
        """What a new record gets: "Priority: 3, Blocked: Ship"."""
        return ", ".join(f"{self.field(template, one.field)}: {one.value}" for one in template.values.all())
