"""Which installation this database belongs to, so that a copy restored elsewhere is recognized."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.db import connection

COPY = (
    "This database was restored from a copy: two installations must not work for one organization. Enable the "
    "connection again if this is the one that shall."
)


def installation_id() -> str:
    """A digest of the place of the database: server, port and name, or the file."""
    settings = connection.settings_dict
    name = str(settings["NAME"])
    if connection.vendor == "sqlite" and not name.startswith("file:"):
        name = str(Path(name).resolve())
    place = "|".join([connection.vendor, str(settings.get("HOST", "")), str(settings.get("PORT", "")), name])
    return hashlib.sha256(place.encode()).hexdigest()[:32]


def is_copy(before: str) -> bool:
    """Is this database at another place than the one it was enabled at? Blank: nobody knows."""
    return bool(before) and before != installation_id()
