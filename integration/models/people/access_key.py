"""Web service access keys: with what a program signs in to the published web services instead of a password.

A key is shown once, when it is made, and stored as a hash. It is 256 random bits, so a plain hash is as good as a slow
one, and nobody guesses it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from integration.models.connection.availability import hand_over_key
from integration.models.people.rights import READ_AVAILABILITY
from integration.models.people.user import User
from integration.models.stored.audit import AuditEntry, record

KIND = "web service access key"
NOTED_EVERY = dt.timedelta(minutes=1)
BACKEND = "django.contrib.auth.backends.ModelBackend"
"""Who knows the rights of groups."""


class WebServiceKey(models.Model):
    """One key of a person. At most one of a person's keys is not revoked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="web_service_keys")
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField("made", auto_now_add=True)
    last_used_at = models.DateTimeField("last used", null=True, editable=False)
    revoked_at = models.DateTimeField("revoked", null=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = KIND
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(revoked_at=None), name="one_web_service_key_per_user"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.created_at:%Y-%m-%d}"


def key_of(user: User) -> WebServiceKey | None:
    """The key that is valid now."""
    return WebServiceKey.objects.filter(user=user, revoked_at=None).first()


def change_key(user: User) -> str:
    """Change Web Service Key: the former one is revoked. Answers the new one, which cannot be had again."""
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        _locked(user)
        _revoke(user)
        WebServiceKey.objects.create(user=user, digest=_digest(key))
        record(AuditEntry.Action.CREATED, KIND, user)
        hand_over_key(user, key)
    return key


def revoke_key(user: User) -> bool:
    """Nobody signs in with it any more. ``False``: there was none."""
    with transaction.atomic():
        _locked(user)
        gone = _revoke(user)
        if gone:
            record(AuditEntry.Action.DELETED, KIND, user)
            hand_over_key(user, "")
    return gone


def verified(username: str, key: str) -> User | None:
    """Who this is: an active person with the right to read published web services whose key this is. Anything else
    is nobody, without a difference that could be told or measured from outside. One query; once a minute another one
    notes the use."""
    if "\0" in username:
        return None  # No name holds it, and PostgreSQL cannot be asked for one.
    allowed = User.objects.with_perm(READ_AVAILABILITY, backend=BACKEND)
    valid = WebServiceKey.objects.select_related("user").filter(revoked_at=None, user__in=allowed)
    held = valid.filter(user__username=username).first()
    matches = constant_time_compare(held.digest if held else "", _digest(key))
    if held is None or not matches:
        return None
    now = timezone.now()
    if held.last_used_at is None or held.last_used_at < now - NOTED_EVERY:
        WebServiceKey.objects.filter(pk=held.pk).update(last_used_at=now)
    return held.user


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _locked(user: User) -> None:
    """A second click waits for the first."""
    list(User.objects.select_for_update().filter(pk=user.pk).values_list("pk"))


def _revoke(user: User) -> bool:
    return bool(WebServiceKey.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now()))
