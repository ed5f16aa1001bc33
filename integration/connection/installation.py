"""Where this database lives, so that a copy restored elsewhere is told from the original."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.db import connection

COPY = (
    "This database was restored from a copy: two installations must not work for one organization. Enable the "
    "connection again if this is the one that shall."
)


def home() -> str:
    """A digest of the place of the database: server, port and name, or the file."""
    known = connection.settings_dict
    name = str(known["NAME"])
    if connection.vendor == "sqlite" and not name.startswith("file:"):
        name = str(Path(name).resolve())
    place = "|".join([connection.vendor, str(known.get("HOST", "")), str(known.get("PORT", "")), name])
    return hashlib.sha256(place.encode()).hexdigest()[:32]


def is_copy(before: str) -> bool:
    """Is this database at another place than the one it was enabled at? Blank: nobody knows."""
    return bool(before) and before != home()
