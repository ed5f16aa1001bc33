"""The audit log: who changed what, when, from which value to which. Rows are added and never changed or deleted.

Verbs write an entry with :func:`record`; models whose every change matters derive from ``audited.Audited``. Who acts is
told once, at the door (``acting``, by the middleware and the commands), so that no verb has to carry it along.
Secrets are never in it: of a secret it says only that there is one. Of records it holds ids, never names or values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models

LONGEST = 500
COMMAND_LINE = "command line"

Actor = AbstractBaseUser | AnonymousUser | str
_actor: ContextVar[Actor] = ContextVar("actor", default="")


class NeverChanged(Exception):
    """Somebody tried to change or delete what is only ever added to."""


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise NeverChanged("Entries of the audit log are neither changed nor deleted.")


class AppendOnly(models.QuerySet["AuditEntry"]):
    """Rows to read and to add to."""

    update = delete = bulk_update = update_or_create = _refuse


class AuditEntry(models.Model):
    """One thing that somebody did."""

    class Action(models.TextChoices):
        CREATED = "created", "Created"
        CHANGED = "changed", "Changed"
        DELETED = "deleted", "Deleted"
        ENABLED = "enabled", "Enabled"
        DISABLED = "disabled", "Disabled"
        COUPLED = "coupled", "Coupled"
        UNCOUPLED = "uncoupled", "Uncoupled"
        DECIDED = "decided", "Decided a conflict"
        ERASED = "erased", "Erased"
        STARTED = "started", "Started"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        CANCELED = "canceled", "Canceled"
        RESET = "reset", "Reset"
        SIGNED_IN = "signed_in", "Signed in"
        REFUSED = "refused", "Sign-in refused"
        LOCKED_OUT = "locked_out", "Locked out"
        UNLOCKED = "unlocked", "Unlocked"
        ROTATED = "rotated", "Keys rotated"

    at = models.DateTimeField("when", auto_now_add=True, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="user", db_constraint=True
    )
    who = models.CharField("who", max_length=150, blank=True)
    action = models.CharField("action", max_length=20, choices=Action)
    kind = models.CharField("what", max_length=60)
    subject = models.CharField("which", max_length=250, blank=True)
    before = models.JSONField("before", default=dict, blank=True)
    after = models.JSONField("after", default=dict, blank=True)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        base_manager_name = "objects"
        indexes = [models.Index(fields=["subject", "at"], name="audit_subject")]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.who}: {self.get_action_display()} {self.kind} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row. Raises :class:`NeverChanged` for one that is there already."""
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse()

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """(what, before, after), in the order of their names."""
        names = sorted({*self.before, *self.after})
        return [(name, str(self.before.get(name, "")), str(self.after.get(name, ""))) for name in names]


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Whatever is recorded inside was done by this person, or from this place."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def somebody_acts() -> bool:
    """Is it a person who does this, and not the application by itself?"""
    actor = _actor.get()
    return bool(actor) if isinstance(actor, str) else actor.is_authenticated


def record(
    action: AuditEntry.Action,
    kind: str,
    subject: object = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Add an entry, done by whoever acts now. Values become text of at most 500 characters."""
    entry(action, kind, subject, before, after).save()


def entry(
    action: AuditEntry.Action,
    kind: str,
    subject: object = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEntry:
    """The same, not yet added: for who adds many at once."""
    actor = _actor.get()
    signed_in = not isinstance(actor, str) and actor.is_authenticated
    return AuditEntry(
        user_id=actor.pk if signed_in and not isinstance(actor, str) else None,
        who=(actor if isinstance(actor, str) else actor.get_username())[:150],
        action=action,
        kind=kind[:60],
        subject=str(subject)[:250],
        before=_texts(before),
        after=_texts(after),
    )


def _texts(values: Mapping[str, object] | None) -> dict[str, str]:
    return {name: str(value)[:LONGEST] for name, value in (values or {}).items()}
