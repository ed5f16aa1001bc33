"""Which processes hold which keys of FIELD_ENCRYPTION_KEYS: each says so from time to time, by fingerprints, among the
shared texts that are encrypted themselves. Asked before keys are rotated: a process that does not hold the new key
could not read what is rotated, and would go on encrypting with the old one.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from integration.models.stored.cache import CachedText, SharedCache
from integration.models.stored.secret import NoKey, keys_problem

KIND = "keys"
EVERY_SECONDS = 60
REMEMBERED_SECONDS = 15 * 60
"""An idle worker speaks up every seven minutes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has been heard of lately. ``holds_first``: it holds the first key of this process."""

    name: str
    holds_first: bool


def announce(kind: str) -> None:
    """Say which keys this process holds. Raises nothing: it is tried again with the next sign of life."""
    name = f"{kind} {os.getpid()} at {socket.gethostname()}"
    try:
        SharedCache(KIND).put(name, " ".join(map(_fingerprint, settings.FIELD_ENCRYPTION_KEYS)), REMEMBERED_SECONDS)
    except NoKey as error:
        log.debug("No key to speak of: %s", error)
    except DatabaseError as error:
        log.warning("It could not be written down which keys this process holds: %s", error)


def withdraw(kind: str) -> None:
    """This process ends."""
    name = f"{KIND}:{kind} {os.getpid()} at {socket.gethostname()}"
    try:
        CachedText.objects.filter(pk=name).delete()
    except DatabaseError as error:
        log.warning("It could not be written down that this process ends: %s", error)


def holders() -> list[Holder]:
    """Every process heard of lately. Raises :class:`NoKey`."""
    if problem := keys_problem():
        raise NoKey(problem)
    first = _fingerprint(settings.FIELD_ENCRYPTION_KEYS[0])
    alive = CachedText.objects.filter(pk__startswith=f"{KIND}:", expires_at__gt=timezone.now()).order_by("pk")
    return [Holder(row.pk.partition(":")[2], row.text.readable and first in row.text.reveal().split()) for row in alive]


def _fingerprint(key: str) -> str:
    return hashlib.sha256(b"fingerprint of a key " + key.encode()).hexdigest()[:16]
