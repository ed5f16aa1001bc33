"""A run's options as a job row keeps them."""

from __future__ import annotations

import uuid
from typing import Any

from integration.sync.run import Options, Scope

FLAGS = ("force", "create", "dry_run", "follow", "approved", "restore")


def options_of(stored: dict[str, Any]) -> Options:
    """The run's options as they are stored."""
    flags = {name: bool(stored.get(name)) for name in FLAGS}
    ids = tuple(uuid.UUID(id) for id in stored.get("ids", ()))
    return Options(scope=Scope(stored.get("scope", Scope.CHANGED)), ids=ids, **flags)


def stored_options(options: Options) -> dict[str, Any]:
    """``Options`` as JSON takes them; what is as usual is left out."""
    flags = {name: True for name in FLAGS if getattr(options, name)}
    ids = {"ids": [str(id) for id in options.ids]} if options.ids else {}
    return {"scope": options.scope.value, **ids, **flags}
