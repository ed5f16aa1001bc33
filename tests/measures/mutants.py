"""Would the tests notice? ``make mutants ARGS=integration/sync/decide.py`` changes the module in one small way after
another, runs the tests of its room against each change, and lists the changes that no test has noticed.

Each survivor is looked at once: it becomes a test, or gets its reason in ``mutants.toml`` and is not listed again.
The command works on a copy of what is or would be committed and ends with 1 while a survivor has no reason.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.house.files import HOUSE, files

REASONS = Path(__file__).with_name("mutants.toml")
ALSO = ["coupling", "setup_wizard", "templates", "static", "manage.py"]
KILLED, SURVIVED, UNTESTED = "killed", "survived", "no tests"


@dataclass(frozen=True)
class Mutant:
    """One change: in ``function`` of ``module`` the line ``was`` became ``became``; ``fate`` in the words of mutmut."""

    module: str
    function: str
    was: str
    became: str
    fate: str


@dataclass(frozen=True)
class Known:
    """What is known of a module: its tests, and reasons for survivors. An empty ``became`` is every change of the
    line, an empty ``function`` every function."""

    tests: list[str]
    reasons: list[dict[str, str]]

    def reason(self, mutant: Mutant) -> str:
        """Why this survivor may live, or nothing."""
        for reason in self.reasons:
            wanted = {"module": mutant.module, "function": mutant.function, "was": mutant.was, "became": mutant.became}
            if all(reason.get(name, "") in ("", value) for name, value in wanted.items()):
                return reason["because"]
        return ""


def mapped_pairs(module: str, told: dict) -> Known:
    """The tests of the nearest room above the module, and the reasons."""
    rooms = sorted((room for room in told["tests"] if module.startswith(room)), key=len)
    if not rooms:
        raise SystemExit(f"{module} lies in no room of {REASONS.name}; name its tests there.")
    return Known(told["tests"][rooms[-1]], told.get("survivors", []))


def unified(diff: str) -> tuple[str, str]:
    """(line before, line after) of a change, without indents; several lines are joined."""
    lines = diff.splitlines()
    old = [line[1:].strip() for line in lines if line.startswith("-") and not line.startswith("---")]
    new = [line[1:].strip() for line in lines if line.startswith("+") and not line.startswith("+++")]
    return " ".join(old), " ".join(new)


def function_of(key: str) -> str:
    """``Decider.decide`` of ``integration.sync.decide.xǁDeciderǁdecide__mutmut_3``, as mutmut calls it."""
    name = key.rpartition(".")[2].rpartition("__mutmut_")[0]
    return name.removeprefix("xǁ").replace("ǁ", ".") if "ǁ" in name else name.removeprefix("x_")


def decorated_below(text: str) -> str:
    """The same module with the functions of its own decorated by name at its end, where mutmut does not see it: it
    changes nothing in a function that has decorators.

        @exact
        def total(...)      becomes     def total(...)     ...     total = exact(total)
    """
    lines, below = text.splitlines(), []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and all(isinstance(one, ast.Name) for one in node.decorator_list):
            for one in node.decorator_list:
                lines[one.lineno - 1] = ""
            below += [f"{node.name} = {ast.unparse(one)}({node.name})" for one in reversed(node.decorator_list)]
    return "\n".join([*lines, *below, ""])


def workshop(place: Path, modules: Sequence[str], tests: Sequence[str]) -> None:
    """A copy of the house in which mutmut may write, with its settings."""
    for path in files():
        target = place / path.relative_to(HOUSE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    for module in modules:
        written = (place / module).read_text(encoding="utf-8")
        (place / module).write_text(decorated_below(written), encoding="utf-8")
    settings = {
        "source_paths": ["integration"],
        "only_mutate": list(modules),
        "also_copy": ALSO,
        "pytest_add_cli_args": ["-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": list(tests),
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    with (place / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n[tool.mutmut]\n" + "\n".join(lines) + "\n")


def run(place: Path, modules: Sequence[str]) -> list[Mutant]:
    """Every mutant of these modules with its fate. Raises ``SystemExit`` where the tests fail without any change."""
    ran = subprocess.run([sys.executable, "-m", "mutmut", "run"], cwd=place, capture_output=True, text=True)
    if ran.returncode:
        raise SystemExit(f"mutmut has failed:\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}")
    asked = [sys.executable, "-m", "tests.measures.mutmut_results", *modules]
    answer = subprocess.run(asked, cwd=place, capture_output=True, text=True, check=True).stdout
    return [
        Mutant(one["module"], function_of(one["key"]), *unified(one["diff"]), one["fate"]) for one in json.loads(answer)
    ]


def report(mutants: Iterable[Mutant], known: Known) -> tuple[str, int]:
    """(lines for a person, how many survivors have no reason)."""
    mutants = list(mutants)
    alive = [mutant for mutant in mutants if mutant.fate in (SURVIVED, UNTESTED)]
    open_ = [mutant for mutant in alive if not known.reason(mutant)]
    fates = Counter(mutant.fate for mutant in mutants)
    lines = [f"{one.module}: {one.function}: {one.fate}\n  - {one.was}\n  + {one.became}" for one in open_]
    noticed = len(mutants) - len(alive)
    counted = f"{len(mutants)} changes, {noticed} noticed by a test, {fates[UNTESTED]} where no test comes by"
    lines.append(f"{counted}; {len(alive) - len(open_)} may stay for a reason, {len(open_)} are left.")
    return "\n".join(lines), len(open_)


def main(modules: Sequence[str]) -> int:
    """The exit status: 1 while there is a survivor without a reason."""
    told = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    left = 0
    for module in modules or told["central"]:
        known = mapped_pairs(module, told)
        with tempfile.TemporaryDirectory(prefix="mutants-") as place:
            workshop(Path(place), [module], known.tests)
            text, open_ = report(run(Path(place), [module]), known)
        sys.stdout.write(f"{module}\n{text}\n")
        left += open_
    return 1 if left else 0


if __name__ == "__main__":
    os.environ.setdefault("DEVELOPMENT", "true")
    sys.exit(main(sys.argv[1:]))
