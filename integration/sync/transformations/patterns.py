"""Regular expressions that end: a pattern gets a fraction of a second for one value, and a few values to fail on."""

from __future__ import annotations

import re
import time

import regex

from integration.sync.transformations.base import (
    Given,
    Kind,
    Parameter,
    Step,
    TransformationFailed,
    WrongParameter,
    check_length,
)
from integration.systems.errors import ConfigurationProblem

SECONDS = 0.2
"""Of the processor, for one value: a machine that is busy with something else is no fault of the pattern."""
LONGEST_PATTERN = 500
TIMEOUTS_AT_MOST = 10
"""So many values may take too long in one run; then the run stops instead of waiting for every row."""

GROUP = re.compile(r"\\(?:\d|g<)")
"""What stands for a group in a replacement."""

SAMPLE = "Coho Winery, 123 Main St. +44 20 7946 0123"


class _Pattern:
    """One compiled pattern during one run."""

    def __init__(self, pattern: regex.Pattern[str], instead: str) -> None:
        self.pattern, self.instead = pattern, instead
        self.groups = len(GROUP.findall(instead))
        self.timeouts = 0

    def __call__(self, text: str) -> str:
        deadline = time.thread_time() + SECONDS
        while True:
            try:
                return self._changed(text, deadline)
            except TimeoutError as error:
                if time.thread_time() >= deadline:
                    raise self._too_slow(text) from error
            except MemoryError as error:
                raise self._too_slow(text) from error

    def _changed(self, text: str, deadline: float) -> str:
        """What ``sub`` makes, match by match: so it ends in time and is never longer than what can be kept."""
        parts, size, end = [], len(text), 0
        for match in self.pattern.finditer(text, timeout=SECONDS):
            longest = max(len(group or "") for group in (match[0], *match.groups()))
            check_length(size + len(self.instead) + self.groups * longest)
            instead = match.expand(self.instead)
            parts += [text[end : match.start()], instead]
            size, end = size + len(instead), match.end()
            if time.thread_time() > deadline:
                raise TimeoutError
        return "".join([*parts, text[end:]])

    def _too_slow(self, text: str) -> Exception:
        self.timeouts += 1
        named = f"The regular expression “{self.pattern.pattern[:60]}”"
        if self.timeouts >= TIMEOUTS_AT_MOST:
            return ConfigurationProblem(
                f"{named} took too long for {self.timeouts} records. Simplify it; the run stops here."
            )
        return TransformationFailed(f"{named} takes too long for “{text[:60]}”. Simplify it.")


def _make(given: Given) -> Step:
    if len(given["pattern"]) > LONGEST_PATTERN:
        raise WrongParameter("pattern", f"At most {LONGEST_PATTERN} characters.")
    flags = regex.IGNORECASE if given["case"] == "any" else 0
    try:
        pattern = regex.compile(given["pattern"], flags)
    except (regex.error, OverflowError, RecursionError) as error:
        raise WrongParameter("pattern", f"This is no regular expression: {error}.") from error
    _check_replacement(pattern, given["instead"])
    return _Pattern(pattern, given["instead"])


def _check_replacement(pattern: regex.Pattern[str], instead: str) -> None:
    """Groups that the replacement names must be there; a pattern of the same groups that matches everything shows."""
    try:
        regex.compile(f"(?:{pattern.pattern})?+", pattern.flags).sub(instead, "", timeout=SECONDS)
        pattern.sub(instead, SAMPLE, timeout=SECONDS)
    except TimeoutError as error:
        raise WrongParameter("pattern", f"This already takes too long for “{SAMPLE}”.") from error
    except (regex.error, IndexError) as error:
        raise WrongParameter("instead", f"This cannot be put instead: {error}.") from error


KINDS = (
    Kind(
        "regex",
        "Regular expression",
        _make,
        parameters=(
            Parameter("pattern", "Pattern", r"Such as: ^0+(\d)", required=True),
            Parameter("instead", "Put instead", r"\1 is the first group. Blank: take the match out."),
            Parameter("case", "Case", default="exact", choices=(("exact", "as typed"), ("any", "upper or lower"))),
        ),
    ),
)
