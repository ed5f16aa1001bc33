"""Regular expressions that end: a pattern gets a fraction of a second for one value, and a few values to fail on."""

from __future__ import annotations

import regex

from integration.sync.transformations.base import Given, Kind, Parameter, Step, TransformationFailed, WrongParameter
from integration.systems.errors import ConfigurationProblem

SECONDS = 0.2
LONGEST_PATTERN = 500
LONGEST_RESULT = 100_000
TIMEOUTS_AT_MOST = 10
"""So many values may take too long in one run; then the run stops instead of waiting for every row."""

SAMPLE = "Coho Winery, 123 Main St. +44 20 7946 0123"


class _Pattern:
    """One compiled pattern during one run."""

    def __init__(self, pattern: regex.Pattern[str], instead: str) -> None:
        self.pattern, self.instead = pattern, instead
        self.timeouts = 0

    def __call__(self, text: str) -> str:
        try:
            changed = self.pattern.sub(self.instead, text, timeout=SECONDS)
        except TimeoutError as error:
            raise self._too_slow(text) from error
        if len(changed) > LONGEST_RESULT:
            raise TransformationFailed(f"The regular expression makes more than {LONGEST_RESULT:,} characters.")
        return changed

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
