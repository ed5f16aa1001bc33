"""What a check finds: one line for each thing that was looked at, with its stable code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """``ERROR``: something does not work; ``WARNING``: it works, and something is left out; ``FINE``."""

    ERROR = "error"
    WARNING = "warning"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, made where it is found. ``code`` is stable, ``what`` names the field or thing,
    ``message`` says what is right or wrong, ``fix`` is the way to mend it (blank where nothing is wrong). ``name``: the
    column, option, role or privilege it is about, where it is about one."""

    code: str
    severity: Severity
    what: str
    message: str
    fix: str = ""
    name: str = ""

    @property
    def ok(self) -> bool:
        return self.severity is Severity.FINE
