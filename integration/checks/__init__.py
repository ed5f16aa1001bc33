"""Preflight: everything that has to be right, looked at once a day, by a page and by a command.

    run() -> Preflight          look at all of it now, and remember what was found
    look()                      the same, one Finding after the other, and nothing is stored
    required(setup)             of it what the connection cannot be switched on without
    warned(setup)               of it what a person is warned of who enables the connection
    further(setup, usable)      the rest

Each finding is a ``Finding`` with a stable code. Nothing here raises a ``Problem``: what cannot be asked is a finding.
"""

from integration.checks.runner import TASK, daily, further, look, required, run, warned

__all__ = ["TASK", "daily", "further", "look", "required", "run", "warned"]
