"""What is worth keeping between processes: access tokens and metadata, encrypted, in the database."""

from __future__ import annotations

import datetime as dt
import threading

from django.db import connection, models
from django.utils import timezone

from integration.models.secret import SecretField


class CachedText(models.Model):
    """One remembered text. Losing it costs a request, never more."""

    key = models.CharField(max_length=255, primary_key=True)
    text = SecretField()
    stored_at = models.DateTimeField()

    class Meta:
        verbose_name = "cached text"

    def __str__(self) -> str:
        return self.key


class SharedCache:
    """``get``/``put`` of text by key, shared by all processes. ``max_age``: older texts are as good as gone.

    It may be used from the threads of a connection pool: those give their database connection back at once, since
    nobody else would close it.
    """

    def __init__(self, kind: str, max_age: dt.timedelta | None = None) -> None:
        self.kind, self.max_age = kind, max_age
        self._home = threading.get_ident()

    def get(self, key: str) -> str | None:
        """The text, ``None`` where there is none, it is too old or another key encrypted it."""
        row = CachedText.objects.filter(pk=self._key(key)).first()
        self._leave()
        if row is None or not row.text.readable or self._expired(row):
            return None
        return str(row.text.reveal())

    def put(self, key: str, text: str) -> None:
        CachedText.objects.update_or_create(pk=self._key(key), defaults={"text": text, "stored_at": timezone.now()})
        self._leave()

    def clear(self) -> None:
        """Forget everything of this kind."""
        CachedText.objects.filter(pk__startswith=f"{self.kind}:").delete()
        self._leave()

    def _key(self, key: str) -> str:
        return f"{self.kind}:{key}"[:255]

    def _expired(self, row: CachedText) -> bool:
        return self.max_age is not None and timezone.now() - row.stored_at > self.max_age

    def _leave(self) -> None:
        if threading.get_ident() != self._home:
            connection.close()


def token_cache() -> SharedCache:
    return SharedCache("token")


def metadata_cache() -> SharedCache:
    """Columns change rarely; whoever changed some presses Test Connection or waits half a day."""
    return SharedCache("metadata", dt.timedelta(hours=12))
