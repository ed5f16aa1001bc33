"""Which organization the pages are about, for the badge that stands on all of them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from integration.models import ConnectionSetup
from integration.systems.addresses import is_loopback


@dataclass(frozen=True, slots=True)
class Environment:
    """``look`` is the end of the badge's class."""

    label: str
    look: str
    title: str


def environment() -> Environment:
    """Disabled while the connection is; Sandbox where Sales is played on this machine; else Production."""
    found = ConnectionSetup.objects.values_list("is_enabled", "url", "organization_name").first()
    is_enabled, url, name = found or (False, "", "")
    if not is_enabled:
        return Environment("Disabled", "disabled", "The connection to Dynamics 365 Sales is disabled.")
    named = f"Connected with {name or url}."
    if is_loopback(urlsplit(url).hostname or ""):
        return Environment("Sandbox", "sandbox", f"{named} It is played on this machine.")
    return Environment("Production", "production", f"{named} What is changed here is changed for real.")
