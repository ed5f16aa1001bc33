"""The last lines of ``make test``: the share of branches, the day it was measured, and where fewest are taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.measures.coverage import NEVER, Module, changed_since, least_covered, measured, read, summary, written

DECIDE = Module("integration/sync/decide.py", 58, 60, "aaaaaaaa")
DEMO = Module("integration/management/commands/demo.py", 5, 20, "bbbbbbbb")
SMALL = Module("integration/apps.py", 0, 2, "cccccccc")


def test_the_line_names_share_day_and_least_covered_modules() -> None:
    line = summary("2026-11-29", [DECIDE, DEMO, SMALL])

    assert line == (
        "Branches covered: 76.8 % of 82 (measured on 2026-11-29); least covered: "
        "integration/management/commands/demo.py 25 %, integration/sync/decide.py 97 %"
    )


def test_the_line_says_how_many_modules_were_changed_since() -> None:
    assert ", 2 of 3 modules changed since)" in summary("2026-11-29", [DECIDE, DEMO, SMALL], 2)


@pytest.mark.parametrize("modules", [[], [Module("integration/apps.py", 0, 0, "")]])
def test_what_was_never_measured_is_said_with_the_command_that_measures(modules: list[Any]) -> None:
    assert summary("2026-11-29", modules) == NEVER


def test_five_modules_are_named_the_least_covered_first_and_small_ones_never() -> None:
    modules = [Module(f"integration/{n}.py", n, 20, "") for n in range(9, 0, -1)]

    assert [module.covered for module in least_covered([*modules, SMALL])] == [1, 2, 3, 4, 5]


def test_what_is_kept_is_read_as_it_was_written() -> None:
    assert read(written("2026-11-29", [DECIDE, DEMO])) == ("2026-11-29", [DECIDE, DEMO])


def test_a_module_counts_as_changed_when_its_text_is_another_or_it_is_gone(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("pass\n")
    (tmp_path / "two.py").write_text("pass\n")
    files = {name: {"summary": {"covered_branches": 1, "num_branches": 2}} for name in ("one.py", "two.py")}
    kept = measured({"files": files}, tmp_path)
    assert changed_since(kept, tmp_path) == 0

    (tmp_path / "one.py").write_text("raise SystemExit\n")
    (tmp_path / "two.py").unlink()

    assert changed_since(kept, tmp_path) == 2


def test_modules_without_branches_are_not_counted(tmp_path: Path) -> None:
    files = {"one.py": {"summary": {"covered_branches": 0, "num_branches": 0}}}

    assert measured({"files": files}, tmp_path) == []
