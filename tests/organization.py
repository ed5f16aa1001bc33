"""A running demo organization, and Connection Setup as a person fills it in for it."""

from __future__ import annotations

import datetime as dt
import functools
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from integration.models import ConnectionSetup
from integration.sandbox import Options, Sandbox

TYPED = ("url", "token_endpoint", "tenant", "client_id", "client_secret")


@functools.cache
def planted(seed: str = "empty", now: dt.datetime | None = None) -> bytes:
    """The database of an organization that has just been made (at this moment, if one is given). One that is laid out
    from it begins at once, as after a restart; all of them share tenant, clients and their secrets."""
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        file = Path(folder) / "organization.sqlite3"
        made = Sandbox(Options(str(file), seed=seed), lambda: now) if now else Sandbox(Options(str(file), seed=seed))
        made.start()
        made.stop()
        return file.read_bytes()


@contextmanager
def demo_organization(folder: Path) -> Iterator[Sandbox]:
    """Served over HTTP from this process; its database lies in the folder."""
    file = folder / "organization.sqlite3"
    file.write_bytes(planted("demo"))
    running = Sandbox(Options(str(file), seed="demo"))
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
