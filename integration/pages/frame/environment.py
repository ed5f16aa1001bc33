"""Which organization the pages are about, for the badge that stands on all of them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from integration.models import ConnectionSetup
from integration.systems.addresses import is_loopback
from integration.systems.wording import sentence


@dataclass(frozen=True, slots=True)
class Environment:
    """``look`` is the end of the badge's class."""

    label: str
    look: str
    title: str


def environment(setup: ConnectionSetup | None = None) -> Environment:
    """Disabled while the connection is; Sandbox where Sales is played on this machine; else Production. ``setup``: the
    setup, where it is read already."""
    found = setup or ConnectionSetup.objects.first()
    if found is None or not found.is_enabled:
        return Environment("Disabled", "disabled", "The connection to Dynamics 365 Sales is disabled.")
    named = sentence(f"Connected with {found.organization_name or found.url}")
    if is_loopback(urlsplit(found.url).hostname or ""):
        return Environment("Sandbox", "sandbox", f"{named} It is played on this machine.")
    return Environment("Production", "production", f"{named} What is changed here is changed for real.")
