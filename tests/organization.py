"""A running demo organization, and Connection Setup as a person fills it in for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from integration.models import ConnectionSetup
from integration.sandbox import Options, Sandbox

TYPED = ("url", "token_endpoint", "tenant", "client_id", "client_secret")


@contextmanager
def demo_organization(folder: Path) -> Iterator[Sandbox]:
    """Served over HTTP from this process; its database lies in the folder."""
    running = Sandbox(Options(str(folder / "organization.sqlite3"), seed="demo"))
    running.start()
    try:
        yield running
    finally:
        running.stop()


def fill_in(ready: Mapping[str, Any]) -> ConnectionSetup:
    """Address and credentials of its ready line are there, and nobody has enabled the connection yet."""
    setup = ConnectionSetup.current()
    for name in TYPED:
        setattr(setup, name, ready[name])
    setup.full_clean()
    setup.save()
    return setup
