"""Rows of setup: whoever creates, changes or deletes one leaves an entry in the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

from django.db import models, transaction

from integration.models.stored.audit import AuditEntry, entry, record
from integration.models.stored.secret import SecretField

HIDDEN, HIDDEN_NEW = "••••••••", "•••••••• (changed)"


class Audited(models.Model):
    """A model that records what people may edit of it (``editable`` columns without ``not_audited``), whatever door
    the change comes through. Updates by query are the machine's own; a verb that makes one for a person records it."""

    not_audited: ClassVar[tuple[str, ...]] = ()
    secret_columns: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        row = super().from_db(*args, **kwargs)
        row._seen = row._recorded()
        return row

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """What somebody else changed meanwhile does not count as a change of whoever saves next."""
        super().refresh_from_db(*args, **kwargs)
        self._seen = self._recorded()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and record what differs from the row as it was read; of a new row, what is not as always."""
        created = self._state.adding
        before = self._as_always() if created else getattr(self, "_seen", {})
        with transaction.atomic():
            super().save(*args, **kwargs)
            after = self._recorded(kwargs.get("update_fields"))
            changed = [name for name, value in after.items() if before.get(name) != value]
            if changed:
                action = AuditEntry.Action.CREATED if created else AuditEntry.Action.CHANGED
                old = {} if created else self._shown(before, changed)
                new = self._shown(after, changed, HIDDEN if created else HIDDEN_NEW)
                record(action, self._kind(), self.audit_name, old, new)
        self._seen = {**before, **after}

    @classmethod
    def create_all(cls, rows: Sequence[Self]) -> None:
        """Create new rows in one go, and record of each what ``save`` does."""
        with transaction.atomic():
            cls._default_manager.bulk_create(rows)
            for row in rows:
                row._seen = row._recorded()
            AuditEntry.objects.bulk_create(one for row in rows if (one := row._creation()) is not None)

    def _creation(self) -> AuditEntry | None:
        """What the log says about the new row; of one that is as always, nothing."""
        always, now = self._as_always(), self._recorded()
        changed = [name for name, value in now.items() if always.get(name) != value]
        shown = self._shown(now, changed)
        return entry(AuditEntry.Action.CREATED, self._kind(), self.audit_name, {}, shown) if changed else None

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        named, before = self.audit_name, self._recorded()
        with transaction.atomic():
            gone = super().delete(*args, **kwargs)
            record(AuditEntry.Action.DELETED, self._kind(), named, self._shown(before, before))
        return gone

    @property
    def audit_name(self) -> str:
        """What the log calls the row."""
        return str(self)

    def _kind(self) -> str:
        return str(self._meta.verbose_name)

    def _columns(self) -> list[models.Field[Any, Any]]:
        columns = self._meta.concrete_fields
        return [one for one in columns if one.editable and not one.primary_key and one.name not in self.not_audited]

    def _recorded(self, only: Iterable[str] | None = None) -> dict[str, str]:
        """Column -> its value as far as it is loaded, of these columns or of all; of a secret what is stored."""
        wanted = None if only is None else set(only)
        loaded = [one for one in self._columns() if one.attname in self.__dict__]
        return {one.name: self._text(one) for one in loaded if wanted is None or wanted & {one.name, one.attname}}

    def _text(self, column: models.Field[Any, Any]) -> str:
        value = self.__dict__[column.attname]
        if isinstance(column, SecretField):
            return str(value.token)
        if isinstance(value, list):
            return ", ".join(str(one) for one in value)
        return "" if value is None else str(column.value_to_string(self))

    def _as_always(self) -> dict[str, str]:
        return {one.name: "" if (value := one.get_default()) is None else str(value) for one in self._columns()}

    def _shown(self, values: Mapping[str, str], names: Iterable[str], hidden: str = HIDDEN) -> dict[str, str]:
        """Caption -> value as a person reads it; of a secret only that there is one."""
        shown = {}
        for name in names:
            column, value = self._meta.get_field(name), values.get(name, "")
            if isinstance(column, SecretField) or name in self.secret_columns:
                value = hidden if value else ""
            if isinstance(column, models.ForeignKey) and value:
                value = str(self._related(column, value) or value)
            choices = {str(key): str(label) for key, label in getattr(column, "flatchoices", None) or []}
            shown[str(getattr(column, "verbose_name", name))] = choices.get(value, value)
        return shown

    def _related(self, column: models.ForeignKey[Any, Any], key: str) -> models.Model | None:
        """The row with this key, without asking for one that is at hand."""
        known: models.Model | None = column.get_cached_value(self, default=None)
        if known is not None and str(known.pk) == key:
            return known
        found: models.Model | None = column.related_model._default_manager.filter(pk=key).first()
        return found
