"""What every table of the company has in common: its keys and times, the door, the hooks of business logic."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import NotSupportedError, models, router, transaction
from django.utils import timezone

from integration.business_central.models.door import Deleted, claim

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One row about to be written again, and its columns as they are stored now. ``validate`` names the columns whose
    own logic runs (everything a person types)."""

    row: Any
    old: dict[str, Any]
    validate: frozenset[str] | None = None

    def changed(self, *names: str) -> bool:
        return any(getattr(self.row, name) != self.old[name] for name in names)

    def validated(self, name: str) -> bool:
        return self.changed(name) and (self.validate is None or name.removesuffix("_id") in self.validate)


class CompanyQuerySet(models.QuerySet[Any]):
    """Bulk writes that pass the door. ``update`` runs no business logic, ``bulk_create`` does."""

    def update(self, **values: Any) -> int:
        with transaction.atomic(using=self.db):
            version = claim(1, self.db)
            return super().update(row_version=version, system_modified_at=timezone.now(), **values)

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(
        self,
        objs: Iterable[Any],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Any = None,
        unique_fields: Any = None,
    ) -> list[Any]:
        if ignore_conflicts or update_conflicts:
            raise NotSupportedError("Rows of the company are inserted or changed, and it has to be known which.")
        rows = list(objs)
        if not rows:
            return rows
        with transaction.atomic(using=self.db):
            stamp(rows, claim(len(rows), self.db))
            self.model.before_insert(rows)
            super().bulk_create(rows, batch_size or AT_ONCE)
            self.model.after_insert(rows)
        return rows

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic(using=self.db):
            version = claim(1, self.db)
            ids = list(self.values_list("pk", flat=True))
            self.model.before_delete(ids)
            result = super().delete()
            slug = self.model.slug()
            gone = [Deleted(table=slug, system_id=id, row_version=version) for id in ids]
            Deleted.objects.using(self.db).bulk_create(gone, AT_ONCE)
        return result

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


def stamp(rows: Sequence[CompanyRow], first: int) -> None:
    """Give rows that are about to be inserted their versions and times."""
    now = timezone.now()
    for version, row in enumerate(rows, first):
        row.row_version = version
        row.system_created_at = row.system_modified_at = now


class CompanyRow(models.Model):
    """A row of the company. Business logic runs in the four ``before``/``after`` hooks, always on many rows at once;
    ``problems`` are the rules that need nothing but the row.

    ``number_field`` and ``name_field`` say which columns name a row for people; ``read_only`` columns are kept by
    the company itself; ``refuses_blocked`` are relations that may not be pointed to a blocked row.
    """

    number_field: ClassVar[str] = ""
    name_field: ClassVar[str] = ""
    read_only: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[tuple[str, ...]] = ()
    refuses_blocked: ClassVar[tuple[str, ...]] = ()

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
        """What follows new rows."""

    @classmethod
    def before_update(cls, changes: Sequence[Change]) -> None:
        """Complete rows that are about to be changed."""

    @classmethod
    def after_update(cls, changes: Sequence[Change]) -> None:
        """What follows changed rows."""

    @classmethod
    def before_delete(cls, ids: Sequence[uuid.UUID]) -> None:
        """Remove what goes with these rows."""

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
        """The one place where ``save``, ``create`` and forms meet."""
        using = more.get("using") or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using):
            version = claim(1, using)
            if self._state.adding:
                stamp([self], version)
                self.before_insert([self])
                super().save_base(raw, *args, **more)
                self.after_insert([self])
            else:
                self._save_again(version, using, args, more)

    def _save_table(self, raw: bool = False, *args: Any, **more: Any) -> bool:
        """Fixtures come to no other method of ours; they keep what they say, but their version is a new one."""
        if not raw:
            return super()._save_table(raw, *args, **more)  # type: ignore[misc]
        using = more.get("using") or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using):
            self.row_version = claim(1, using)
            return super()._save_table(raw, *args, **more)  # type: ignore[misc]

    def _save_again(self, version: int, using: str, args: tuple[Any, ...], more: dict[str, Any]) -> None:
        stored = type(self).objects.using(using).filter(pk=self.pk).first()
        change = Change(self, stored.columns() if stored is not None else self.columns())
        only = more.get("update_fields")
        before = self.columns()
        self.before_update([change])
        self.row_version, self.system_modified_at = version, timezone.now()
        if only is not None:
            completed = {name for name, value in self.columns().items() if value != before[name]}
            more["update_fields"] = frozenset(only) | completed
        super().save_base(False, *args, **more)
        self.after_update([change])

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        manager = type(self).objects
        return manager.using(using or router.db_for_write(type(self), instance=self)).filter(pk=self.pk).delete()
