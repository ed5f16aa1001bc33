"""The connection leads to one place: what is dropped when it leads to another, or another organization answers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

from django.db import connection, models, transaction

from integration.models.connection.belonging import PLACE, Saving, digest
from integration.models.connection.features import Features
from integration.models.connection.sign_in import SECRETS, SignIn
from integration.models.mapping.table_mapping import TableMapping
from integration.models.stored.audited import Audited
from integration.models.stored.cache import metadata_cache, token_cache
from integration.models.stored.preflight import Preflight
from integration.systems.errors import ConfigurationProblem

CLEARED = "Cleared, because it was typed for another address, tenant or client: {}. Type it anew."
NOT_WITHDRAWN = (
    "The former address still has to be given notice of a change, and is not any more: look there whether the row of "
    "“Business Central Connection” is right."
)
LED_ELSEWHERE = "Somebody changed where the connection leads to meanwhile. Begin again."


class PendingNotice(models.TextChoices):
    """What a notice says that Sales has not got yet."""

    ADDRESSES = "addresses", "where Business Central is"
    WITHDRAWAL = "withdrawal", "that the addresses are withdrawn"


class Moving(Audited, SignIn, Features):
    """What is stored for one place. ``left_behind`` says, after a save, what did not come along."""

    organization_id = models.UUIDField("organization id", null=True, editable=False)
    pending_notice = models.CharField(
        "notice that Sales is still to get", max_length=10, choices=PendingNotice, blank=True, editable=False
    )
    answered_id = models.UUIDField("organization that answered last", null=True, editable=False)
    revision = models.PositiveIntegerField("changes of place and secrets", default=0, editable=False)

    class Meta:
        abstract = True

    left_behind: tuple[str, ...] = ()
    _dropped: tuple[str, ...] = ()
    _found: Mapping[str, Any] = MappingProxyType({})

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        row = super().from_db(*args, **kwargs)
        row._found = row._machine()
        return row

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self._found = self._machine()

    @property
    def place(self) -> str:
        """A digest of where the connection leads to and as whom. It may be kept where no secret may."""
        return digest([getattr(self, name) for name in PLACE])

    @property
    def stand(self) -> str:
        """The same, and which secrets it is: another text whenever one of them was typed anew."""
        return digest([self.place, str(self.revision)])

    def is_at(self, place: str) -> bool:
        """Does the stored connection still lead there? Inside a transaction nobody moves it before that ends."""
        rows = type(self)._default_manager.filter(pk=self.pk)
        stored = (rows.select_for_update() if connection.in_atomic_block else rows).first()
        return stored is not None and stored.place == place

    def stay_at(self, place: str) -> None:
        """Read the row again. Raises ``ConfigurationProblem`` where the connection leads elsewhere now."""
        self.refresh_from_db()
        if self.place != place:
            raise ConfigurationProblem(LED_ELSEWHERE)

    def drop_strange_secrets(self) -> list[str]:
        """Blank the secrets that were typed for another place than this object leads to, before it is saved; answers
        their captions."""
        stored = type(self)._default_manager.filter(pk=self.pk).first()
        self._dropped = () if stored is None else tuple(self._drop(self._saving(stored, None).strangers))
        return list(self._dropped)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save what a person may edit, and of the rest what this object changed. Secrets that were typed for another
        place are cleared; a place that changes takes no token, no cursor and no notice along."""
        with transaction.atomic():
            stored = type(self)._default_manager.select_for_update().filter(pk=self.pk).first()
            if stored is None:
                super().save(*args, **kwargs)
                self._found = self._machine()
                return
            saving = self._saving(stored, kwargs.get("update_fields"))
            strangers, moved = saving.strangers, saving.moved
            cleared = [*self._dropped, *self._drop(strangers)]
            fresh = any(saving.after[name] != saving.stored[name] for name in SECRETS)
            self.revision = stored.revision + bool(moved or fresh or strangers)
            written = self._edited() if saving.written is None else [*saving.written]
            kwargs["update_fields"] = [*dict.fromkeys([*written, *strangers, "revision"])]
            super().save(*args, **kwargs)
            self._found, self._dropped = self._machine(), ()
            notes = [CLEARED.format(", ".join(cleared))] if cleared else []
            self.left_behind = (*notes, *(self._leave(stored, moved) if moved else ()))

    def recognize(self, organization_id: uuid.UUID) -> None:
        """This organization answers. What an administrator did in another one, and what was read there, is not true
        of it."""
        former = self.answered_id or self.organization_id
        if former not in (None, organization_id):
            TableMapping.objects.update(crm_cursor="", erp_cursor="")
            self.choose_order_user(None, "")
            if self.order_integration_enabled:
                self.switch_order_integration(False)
            self.solution_found("")
        self.note(answered_id=organization_id)

    def note(self, **values: Any) -> None:
        """Write what the machine found out, without counting as a person's change."""
        type(self)._default_manager.filter(pk=self.pk).update(**values)
        for name, value in values.items():
            setattr(self, name, value)
        self._found = {**self._found, **{name: value for name, value in values.items() if name in self._found}}

    def _machine(self) -> dict[str, Any]:
        """Column -> value of what no person edits."""
        columns = [one for one in self._meta.concrete_fields if not one.editable and one.attname in self.__dict__]
        return {one.name: self.__dict__[one.attname] for one in columns}

    def _edited(self) -> list[str]:
        """What a save of the whole row writes: nothing that the machine found out since this object was read."""
        ours = [one.name for one in self._meta.concrete_fields if one.editable and not one.primary_key]
        found = {name for name, value in self._machine().items() if self._found.get(name) != value}
        return [*ours, *found, "changed_at"]

    def _saving(self, stored: Moving, written: Any) -> Saving:
        return Saving(self._recorded(), getattr(self, "_seen", {}), stored._recorded(), written)

    def _drop(self, names: list[str]) -> list[str]:
        for name in names:
            setattr(self, name, "")
        labels = [str(getattr(self._meta.get_field(name), "verbose_name", name)) for name in names]
        return [label[:1].upper() + label[1:] for label in labels]

    def _leave(self, stored: Moving, moved: list[str]) -> list[str]:
        """What was kept for the former place goes; what a person should know of it."""
        warnings = [NOT_WITHDRAWN] if stored.pending_notice else []
        token_cache().clear()
        metadata_cache().clear()
        Preflight.objects.all().delete()
        if "url" in moved:
            TableMapping.objects.exclude(crm_cursor="").update(crm_cursor="")
        self.note(pending_notice="", last_error="")
        return warnings
