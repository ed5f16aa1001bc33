"""The door of the command line: whatever a command changes, the audit log says that it came from there.

Commands of this project say so themselves (``console.py``); those of Django and of packages (``createsuperuser``,
``changepassword``) do not know our log. What runs for long acts for nobody: its pages and jobs say who asked.
"""

from __future__ import annotations

from typing import Any

from django.core.management import ManagementUtility
from django.utils.module_loading import import_string

RUNS_FOR_LONG = {
    "demo",
    "rqscheduler",
    "rqworker",
    "rqworker-pool",
    "runserver",
    "sandbox",
    "schedule",
    "serve",
    "work",
}


class CommandLine(ManagementUtility):
    """Django's command line, recorded."""

    def fetch_command(self, subcommand: str) -> Any:
        """The command, which is asked for when the apps are loaded; only then the log can be."""
        command = super().fetch_command(subcommand)
        return command if subcommand in RUNS_FOR_LONG else Recorded(command)


class Recorded:
    """A command, done by whoever sits at the command line."""

    def __init__(self, command: Any) -> None:
        self.command = command

    def __getattr__(self, name: str) -> Any:
        return getattr(self.command, name)

    def run_from_argv(self, argv: list[str]) -> None:
        acting, who = (import_string(f"integration.models.stored.audit.{name}") for name in ("acting", "COMMAND_LINE"))
        with acting(who):
            self.command.run_from_argv(argv)
