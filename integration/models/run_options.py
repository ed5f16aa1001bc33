"""A run's options as a job row keeps them."""

from __future__ import annotations

import uuid
from typing import Any

from integration.sync.run import Options, Scope
from integration.systems.base import Side

FLAGS = ("force", "create", "dry_run", "compare", "approved", "restore")


def options_of(stored: dict[str, Any]) -> Options:
    """The run's options as they are stored."""
    flags = {name: bool(stored.get(name)) for name in FLAGS}
    ids = tuple(uuid.UUID(id) for id in stored.get("ids", ()))
    winner = Side(stored["winner"]) if stored.get("winner") else None
    return Options(scope=Scope(stored.get("scope", Scope.CHANGED)), ids=ids, winner=winner, **flags)


def stored_options(options: Options) -> dict[str, Any]:
    """``Options`` as JSON takes them; what is as usual is left out."""
    flags = {name: True for name in FLAGS if getattr(options, name)}
    ids = {"ids": [str(id) for id in options.ids]} if options.ids else {}
    winner = {"winner": options.winner.value} if options.winner else {}
    return {"scope": options.scope.value, **ids, **flags, **winner}
