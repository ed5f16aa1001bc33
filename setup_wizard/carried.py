"""What somebody typed on Connection Setup and did not save, on its way to the guide. No secret is carried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from integration.models import ConnectionSetup
from integration.models.connection.sign_in import PLAIN, Authentication

KEPT_AS = "typed_on_connection_setup"
COLUMNS = ("url", "authentication", *PLAIN)
LONGEST = 250


def keep(request: HttpRequest, typed: Mapping[str, Any], setup: ConnectionSetup) -> None:
    """Remember for this browser what differs from what is stored."""
    values = {name: str(typed[name])[:LONGEST] for name in COLUMNS if name in typed}
    if values.get("authentication") not in Authentication.values:
        values.pop("authentication", None)
    changed = {name: value for name, value in values.items() if value.strip() != getattr(setup, name)}
    request.session[KEPT_AS] = {"stand": setup.stand, "values": changed}


def read(request: HttpRequest, setup: ConnectionSetup) -> dict[str, str]:
    """Column -> what was typed; nothing once somebody has saved another place or secret."""
    kept = request.session.get(KEPT_AS, {})
    return dict(kept["values"]) if kept.get("stand") == setup.stand else {}


def drop(request: HttpRequest) -> None:
    """It has arrived."""
    request.session.pop(KEPT_AS, None)
