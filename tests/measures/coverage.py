"""How many branches of the program the tests take, and where fewest.

``make coverage`` runs the suite while every line is watched, which takes three quarters more time of the processor on
the Pythons before 3.14; so ``make test`` does not watch, and repeats what was measured last and how much has changed
since. Only the tests' own processes are watched: what a test starts as a process of its own is not.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coverage import Coverage

HOUSE = Path(__file__).resolve().parents[2]
LAST = Path(__file__).with_name("coverage.tsv")
FEWEST, WORTH_NAMING = 5, 10
NEVER = "Branches covered: not measured yet; make coverage measures them."


@dataclass(frozen=True)
class Module:
    """``path`` from the top of the house; ``text`` stands for what was written in it when it was measured."""

    path: str
    covered: int
    branches: int
    text: str

    @property
    def percent(self) -> float:
        return 100 * self.covered / self.branches if self.branches else 100.0


def text_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.is_file() else "gone"


def measured(report: dict, house: Path = HOUSE) -> list[Module]:
    """What coverage's own report in JSON says about each module that has branches."""
    return [
        Module(path, numbers["covered_branches"], numbers["num_branches"], text_of(house / path))
        for path, file in sorted(report["files"].items())
        if (numbers := file["summary"])["num_branches"]
    ]


def summary(day: str, modules: Sequence[Module], changed: int = 0) -> str:
    """One line for a person: the share of branches, the day, and the least covered modules."""
    branches = sum(module.branches for module in modules)
    if not branches:
        return NEVER
    percent = 100 * sum(module.covered for module in modules) / branches
    since = f", {changed} of {len(modules)} modules changed since" if changed else ""
    least = ", ".join(f"{module.path} {module.percent:.0f} %" for module in least_covered(modules))
    return f"Branches covered: {percent:.1f} % of {branches:,} (measured on {day}{since}); least covered: {least}"


def least_covered(modules: Iterable[Module]) -> list[Module]:
    """Those where the smallest share of the branches is taken; a module of a few branches says nothing by its share."""
    named = [module for module in modules if module.branches >= WORTH_NAMING]
    return sorted(named, key=lambda module: (module.percent, -module.branches, module.path))[:FEWEST]


def written(day: str, modules: Iterable[Module]) -> str:
    lines = [f"{module.path}\t{module.covered}\t{module.branches}\t{module.text}" for module in modules]
    return "\n".join([f"# Measured on\t{day}", *lines]) + "\n"


def read(text: str) -> tuple[str, list[Module]]:
    first, *lines = text.splitlines()
    cells = [line.split("\t") for line in lines]
    return first.split("\t")[1], [Module(path, int(some), int(all_), text) for path, some, all_, text in cells]


def changed_since(modules: Iterable[Module], house: Path = HOUSE) -> int:
    return sum(text_of(house / module.path) != module.text for module in modules)


def report_of_the_last_run() -> dict:
    """What the run that ended just now has left in ``.coverage``."""
    watched = Coverage()
    watched.load()
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "report.json"
        watched.json_report(outfile=str(out))
        return json.loads(out.read_text(encoding="utf-8"))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="The share of branches that the tests take.")
    parser.add_argument("--measured", action="store_true", help="say what the run that ended just now has measured")
    parser.add_argument("--keep", action="store_true", help="and keep it for make test")
    chosen = parser.parse_args(arguments)
    if chosen.measured:
        day, modules = dt.datetime.now(dt.UTC).date().isoformat(), measured(report_of_the_last_run())
        if chosen.keep:
            LAST.write_text(written(day, modules), encoding="utf-8")
        line = summary(day, modules)
    elif LAST.exists():
        day, modules = read(LAST.read_text(encoding="utf-8"))
        line = summary(day, modules, changed_since(modules))
    else:
        line = NEVER
    sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
