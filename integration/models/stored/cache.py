"""What is worth keeping between processes: access tokens and metadata, encrypted, in the database."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence

from django.db import connection, models
from django.utils import timezone

from integration.models.stored.secret import SecretField

KEY_LENGTH = 255
LONG_AGO = (dt.datetime.min.replace(tzinfo=dt.UTC), "")


class CachedText(models.Model):
    """One remembered text. Losing it costs a request, never more."""

    key = models.CharField(max_length=KEY_LENGTH, primary_key=True)
    text = SecretField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "cached text"

    def __str__(self) -> str:
        return self.key


class SharedCache:
    """``get``/``put`` of text by key, shared by all processes (``dataverse.session.Cache``).

    What was read once is remembered in this object as well, so that a run asks the database once a key. It may be
    used from the threads of a connection pool: those give their database connection back at once, since nobody else
    would close it.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._home = threading.get_ident()
        self._remembered: dict[str, tuple[dt.datetime, str]] = {}

    def get(self, key: str) -> str | None:
        """The text, ``None`` where there is none, it is too old or another key encrypted it."""
        until, text = self._remembered.get(key, LONG_AGO)
        if timezone.now() >= until:
            until, text = self._read(key)
        return text if timezone.now() < until else None

    def last(self, keys: Sequence[str]) -> dict[str, str]:
        """Key -> its text, however old it is; without those that are not there or that another key encrypted."""
        by_row = {self._key(key): key for key in keys}
        rows = list(CachedText.objects.filter(pk__in=by_row))
        self._leave()
        return {by_row[row.pk]: row.text.reveal() for row in rows if row.text.readable}

    def put(self, key: str, value: str, seconds: float) -> None:
        """Keep it for so long."""
        until = timezone.now() + dt.timedelta(seconds=seconds)
        CachedText.objects.update_or_create(pk=self._key(key), defaults={"text": value, "expires_at": until})
        self._remembered[key] = (until, value)
        self._leave()

    def drop(self, keys: Sequence[str]) -> None:
        """Forget all of these at once."""
        CachedText.objects.filter(pk__in=[self._key(key) for key in keys]).delete()
        for key in keys:
            self._remembered.pop(key, None)
        self._leave()

    @classmethod
    def forget_unreadable(cls) -> None:
        """What a lost key encrypted is of no use any more."""
        lost = [row.pk for row in CachedText.objects.all() if not row.text.readable]
        CachedText.objects.filter(pk__in=lost).delete()

    def clear(self) -> None:
        """Forget everything of this kind."""
        CachedText.objects.filter(pk__startswith=f"{self.kind}:").delete()
        self._remembered.clear()
        self._leave()

    def _read(self, key: str) -> tuple[dt.datetime, str]:
        row = CachedText.objects.filter(pk=self._key(key)).first()
        self._leave()
        if row is None or not row.text.readable:
            return LONG_AGO
        self._remembered[key] = (row.expires_at, row.text.reveal())
        return self._remembered[key]

    def _key(self, key: str) -> str:
        return f"{self.kind}:{key}"[:KEY_LENGTH]

    def _leave(self) -> None:
        if threading.get_ident() != self._home:
            connection.close()


def token_cache() -> SharedCache:
    return SharedCache("token")


def metadata_cache() -> SharedCache:
    return SharedCache("metadata")


BROKEN_OFF = "an examination broke off"
GOES_ON_FOR = 120.0


def note_broken_off(late: bool) -> None:
    """``late``: the time of a page was over before everything was looked at. Who looks again soon goes on with what was
    read until then; otherwise everything is read anew."""
    if late:
        metadata_cache().put(BROKEN_OFF, "yes", GOES_ON_FOR)
    else:
        CachedText.objects.filter(pk=f"metadata:{BROKEN_OFF}").delete()


def was_broken_off() -> bool:
    """Did an examination break off a moment ago?"""
    return metadata_cache().get(BROKEN_OFF) is not None
