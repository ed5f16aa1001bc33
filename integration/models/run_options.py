"""A run's options as a job row keeps them."""

from __future__ import annotations

import uuid
from typing import Any

from integration.sync.run import Options, Scope
from integration.systems.values import Side

SHOWN_FROM = "shown_from"
"""Where the run stood when a person approved it: further on, it writes what was shown."""
FLAGS = ("force", "create", "dry_run", "compare", "approved", "restore")


def options_of(stored: dict[str, Any]) -> Options:
    """The run's options as they are stored."""
    flags = {name: bool(stored.get(name)) for name in FLAGS}
    ids = tuple(uuid.UUID(id) for id in stored.get("ids", ()))
    winner = Side(stored["winner"]) if stored.get("winner") else None
    scope, shown = Scope(stored.get("scope", Scope.CHANGED)), str(stored.get("shown", ""))
    return Options(scope=scope, ids=ids, winner=winner, shown=shown, **flags)


def stored_options(options: Options) -> dict[str, Any]:
    """``Options`` as JSON takes them; what is as usual is left out."""
    flags = {name: True for name in FLAGS if getattr(options, name)}
    ids = {"ids": [str(id) for id in options.ids]} if options.ids else {}
    winner = {"winner": options.winner.value} if options.winner else {}
    shown = {"shown": options.shown} if options.shown else {}
    return {"scope": options.scope.value, **ids, **flags, **winner, **shown}
