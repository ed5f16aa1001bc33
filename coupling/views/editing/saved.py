"""What the card says once, when somebody comes back from saving its record."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from coupling.pages.editing.afterwards import Following

KEY = "just saved"


def remember(request: HttpRequest, id: uuid.UUID, following: Following | None) -> None:
    """Keep what follows from the change until the card is shown."""
    if following is not None:
        request.session[KEY] = {"id": str(id), "text": following.text, "sends": following.sends}


def recall(request: HttpRequest, id: uuid.UUID) -> Mapping[str, Any] | None:
    """What follows from the change of this record; once."""
    kept = request.session.get(KEY)
    if kept is None or kept["id"] != str(id):
        return None
    del request.session[KEY]
    return dict(kept)
