"""What every table of the company has in common: its keys and times, its row version, the hooks of its logic."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models, router, transaction
from django.utils import timezone

from integration.business_central.models.versions import Deleted
from integration.business_central.row_versions import allocate
from integration.business_central.rows import BATCH_SIZE, Change, CompanyQuerySet, stamp_new_rows


class CompanyRow(models.Model):
    """A row of the company. Business logic runs in the four ``before``/``after`` hooks, always on many rows at once;
    ``problems`` are the rules that need nothing but the row.

    ``number_field`` and ``name_field`` say which columns name a row for people; ``read_only`` columns are kept by
    the company itself; ``refuses_blocked`` are relations that may not be pointed to a blocked row. ``append_only``
    tables are written by posting alone; ``verbs`` are what ``act`` does to a row of the table, beside blocking. A table
    of ``few`` rows is listed in any order, any other by columns that are unique and by its ``sorted_columns``
    (``ordering.sorted_by``).
    """

    number_field: ClassVar[str] = ""
    name_field: ClassVar[str] = ""
    read_only: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[tuple[str, ...]] = ()
    refuses_blocked: ClassVar[tuple[str, ...]] = ()
    append_only: ClassVar[bool] = False
    verbs: ClassVar[tuple[str, ...]] = ()
    few: ClassVar[bool] = False
    sorted_columns: ClassVar[tuple[str, ...]] = ()

    system_id = models.UUIDField("System ID", primary_key=True, default=uuid.uuid4)
    system_created_at = models.DateTimeField("System Created At", default=timezone.now, editable=False)
    system_modified_at = models.DateTimeField("System Modified At", default=timezone.now, editable=False)
    row_version = models.BigIntegerField("Row Version", default=0, editable=False, db_index=True)

    objects = models.Manager.from_queryset(CompanyQuerySet)()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return " ".join(str(getattr(self, name)) for name in (self.number_field, self.name_field) if name)

    @classmethod
    def slug(cls) -> str:
        """The table's name outside: ``unit_of_measure``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def before_insert(cls, rows: Sequence[Self]) -> None:
        """Complete rows that are about to be inserted."""

    @classmethod
    def after_insert(cls, rows: Sequence[Self]) -> None:
        """Write what follows from new rows."""

    @classmethod
    def before_update(cls, changes: Sequence[Change]) -> None:
        """Complete rows that are about to be changed."""

    @classmethod
    def after_update(cls, changes: Sequence[Change]) -> None:
        """Write what follows from changed rows."""

    @classmethod
    def before_delete(cls, ids: Sequence[uuid.UUID]) -> None:
        """Remove what goes with these rows."""

    @classmethod
    def leave_tombstones(cls, ids: Sequence[uuid.UUID], version: int, using: str) -> None:
        """Note that rows of this table are deleted, for whoever reads changes."""
        tombstones = [Deleted(table=cls.slug(), system_id=id, row_version=version) for id in ids]
        Deleted.objects.using(using).bulk_create(tombstones, BATCH_SIZE)

    def problems(self) -> Iterator[tuple[str, str]]:
        """(column, what is wrong with it, in words)."""
        return iter(())

    def clean(self) -> None:
        for name, message in self.problems():
            raise ValidationError({name: message})

    def columns(self) -> dict[str, Any]:
        """The stored columns by attribute name."""
        return {field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields}

    def save_base(self, raw: bool = False, *args: Any, **more: Any) -> None:
        """Insert or change one row: ``save``, ``create`` and forms all end here."""
        using = more.get("using") or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using):
            version = allocate(1, using)
            if self._state.adding:
                stamp_new_rows([self], version)
                self.before_insert([self])
                super().save_base(raw, *args, **more)
                self.after_insert([self])
            else:
                self._save_again(version, using, args, more)

    def _save_table(self, raw: bool = False, *args: Any, **more: Any) -> bool:
        """Give a row of a fixture a new version. A fixture comes to no other method of ours; the rest stays as it
        says."""
        if not raw:
            return super()._save_table(raw, *args, **more)  # type: ignore[misc]
        using = more.get("using") or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using):
            self.row_version = allocate(1, using)
            return super()._save_table(raw, *args, **more)  # type: ignore[misc]

    def _save_again(self, version: int, using: str, args: tuple[Any, ...], more: dict[str, Any]) -> None:
        stored = type(self).objects.using(using).filter(pk=self.pk).first()
        change = Change(self, stored.columns() if stored is not None else self.columns())
        only = more.get("update_fields")
        before = self.columns()
        self.before_update([change])
        self.row_version = version
        self.system_modified_at = timezone.now()
        if only is not None:
            completed = {name for name, value in self.columns().items() if value != before[name]}
            more["update_fields"] = frozenset(only) | completed
        super().save_base(False, *args, **more)
        self.after_update([change])

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        manager = type(self).objects
        return manager.using(using or router.db_for_write(type(self), instance=self)).filter(pk=self.pk).delete()
