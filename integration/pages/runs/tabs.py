"""The tabs of a job page: one an outcome, with the number of its records; failures by cause; what the address asks
for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count

from integration.models import SyncJob
from integration.pages.advice import advice, meaning
from integration.pages.runs.families import counted, errors_of

FAILED, LEFT = "failed", "left-out"
SKIPPED = "skipped"
LABELS = {
    FAILED: "Failed",
    "inserted": "Inserted",
    "modified": "Modified",
    "coupled": "Coupled",
    "uncoupled": "Uncoupled",
    "deleted": "Deleted",
    LEFT: "Left out",
    SKIPPED: "Skipped",
    "unchanged": "Unchanged",
}
"""The tabs of a job page in their order."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One outcome with the number of its records."""

    key: str
    label: str
    number: int
    query: str
    here: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """How many errors have one cause, what to do about it, and the query that shows them."""

    code: str
    number: int
    query: str
    here: bool

    @property
    def meaning(self) -> str:
        return meaning(self.code)

    @property
    def advice(self) -> str:
        return advice(self.code)


def _text(typed: str) -> str:
    """What a database takes: PostgreSQL refuses a NUL, wherever it is asked for."""
    return typed.replace("\x00", "").strip()


@dataclass(slots=True)
class Asked:
    """What the address asks for: the tab, the cause, a text, and behind which row the page begins."""

    show: str = ""
    code: str = ""
    q: str = ""
    before: int = 0
    first: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """Whatever is not understood counts as not asked for."""
        show = query.get("show", "")
        return cls(
            show if show in LABELS else "",
            _text(query.get("code", ""))[:60],
            _text(query.get("q", ""))[:100],
            _number(query.get("before", "")),
            max(1, _number(query.get("from", ""))),
        )

    def query(self, **changed: object) -> str:
        """The address with these values instead; of another tab or cause its first page."""
        values = {"show": self.show, "code": self.code, "q": self.q, **changed}
        return urlencode({name: value for name, value in values.items() if value})


def tab_of(wanted: str, numbers: Mapping[str, int]) -> str:
    """The tab that is shown: of the two kinds of skipped records the one that there is."""
    if wanted in (SKIPPED, LEFT) and not numbers.get(wanted):
        wanted = next((key for key in (LEFT, SKIPPED) if numbers.get(key)), wanted)
    return wanted or next((key for key in LABELS if numbers.get(key)), "")


def numbers_of(passes: Sequence[SyncJob]) -> dict[str, int]:
    """Tab -> its number: the counters, but for what was skipped, which is left out by a rule or rests."""
    numbers = counted(passes)
    if numbers[SKIPPED] or numbers[FAILED]:
        left_out = errors_of(passes, left_out=True).count()
        numbers[LEFT] = left_out
        numbers[SKIPPED] = max(0, numbers[SKIPPED] - left_out)
    return numbers


def causes(passes: Sequence[SyncJob], asked: Asked) -> list[Cause]:
    """The errors of these passes by cause, the most frequent first."""
    errors = errors_of(passes).order_by().values_list("code").annotate(number=Count("pk")).order_by("-number", "code")
    return [Cause(code, number, asked.query(code=code, q=""), code == asked.code) for code, number in errors]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
