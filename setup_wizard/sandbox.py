"""The local sandbox of ``make demo``: an organization to try everything out with, on a developer's machine only."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

from integration.models import ConnectionSetup

SHOWN_BY = "sandbox.json"
FILLED_IN = ("url", "tenant", "client_id", "client_secret", "token_endpoint")


class NoSandbox(Exception):
    """There is none, or the connection is enabled; the message says so."""


def is_running() -> bool:
    """Has the demo left word of its sandbox?"""
    return settings.DEVELOPMENT and _left().exists()


def is_used(setup: ConnectionSetup) -> bool:
    """Does the connection lead to it? Then everything may be tried out at once."""
    return is_running() and bool(setup.url) and json.loads(_left().read_text(encoding="utf-8"))["url"] == setup.url


def use(setup: ConnectionSetup) -> None:
    """Fill in its address and credentials. Raises ``NoSandbox``."""
    if setup.is_enabled:
        raise NoSandbox("The connection is enabled. Disable it before connecting to another organization.")
    if not is_running():
        raise NoSandbox("No local sandbox is running. “make demo” starts one.")
    ready = json.loads(_left().read_text(encoding="utf-8"))
    setup.authentication = "client_secret"
    for name in FILLED_IN:
        setattr(setup, name, ready[name])
    setup.full_clean(exclude=["client_secret"])
    setup.save()


def _left() -> Path:
    """Written by ``demo_setup`` for the owner's eyes only; the credentials are made up for this machine."""
    return Path(settings.DATA_DIR) / SHOWN_BY
