"""The list of survivors: what needs a test or a reason, and what has its reason already."""

from __future__ import annotations

import tomllib

import pytest

from tests.house.files import HOUSE
from tests.measures.mutants import (
    KILLED,
    REASONS,
    SURVIVED,
    UNTESTED,
    Known,
    Mutant,
    decorated_below,
    function_of,
    mapped_pairs,
    report,
)
from tests.measures.mutants import unified as lines_of

MODULE = "integration/sync/decide.py"
TOLD = {"tests": {"integration/sync/": ["tests/sync"], "integration/sync/memory/": ["tests/sync/memory"]}}


def mutant(fate: str = SURVIVED, **more: str) -> Mutant:
    return Mutant(**{"module": MODULE, "function": "decide", "was": "a > b", "became": "a >= b", "fate": fate, **more})


@pytest.mark.parametrize(
    ("reason", "applies"),
    [
        ({"module": MODULE, "function": "decide", "was": "a > b", "became": "a >= b"}, True),
        ({"module": MODULE, "was": "a > b"}, True),
        ({"was": "a > b"}, True),
        ({"module": MODULE, "was": "a > c"}, False),
        ({"module": "integration/sync/plan.py", "was": "a > b"}, False),
        ({"module": MODULE, "was": "a > b", "became": "a < b"}, False),
        ({"function": "deleted", "was": "a > b"}, False),
    ],
)
def test_a_reason_holds_for_the_change_it_names_and_no_other(reason: dict[str, str], applies: bool) -> None:
    known = Known([], [{**reason, "because": "Both are the same here."}])

    assert known.reason(mutant()) == ("Both are the same here." if applies else "")


def test_survivors_without_a_reason_are_listed_with_the_line_and_counted() -> None:
    known = Known([], [{"was": "a > b", "because": "Both are the same here."}])
    found = [mutant(KILLED), mutant(), mutant(UNTESTED, was="return x", became="return None"), mutant("timeout")]

    text, left = report(found, known)

    assert left == 1
    assert text.splitlines() == [
        f"{MODULE}: decide: no tests",
        "  - return x",
        "  + return None",
        "4 changes, 2 noticed by a test, 1 where no test comes by; 1 may stay for a reason, 1 are left.",
    ]


@pytest.mark.parametrize(
    ("key", "function"),
    [
        ("integration.sync.decide.xǁDeciderǁdecide__mutmut_3", "Decider.decide"),
        ("integration.sync.decide.xǁDeciderǁ_left_out__mutmut_12", "Decider._left_out"),
        ("integration.sync.decide.x__missing__mutmut_2", "_missing"),
    ],
)
def test_a_mutant_is_called_by_the_function_it_is_in(key: str, function: str) -> None:
    assert function_of(key) == function


def test_a_change_is_the_lines_before_and_after_without_indents() -> None:
    diff = "--- a\n+++ a\n@@ -1,2 +1,2 @@\n def decide():\n-    return a\n+    return None"

    assert lines_of(diff) == ("return a", "return None")


@pytest.mark.parametrize(
    ("module", "tests"),
    [(MODULE, ["tests/sync"]), ("integration/sync/memory/halves.py", ["tests/sync/memory"])],
)
def test_a_module_is_tried_with_the_tests_of_the_nearest_room(module: str, tests: list[str]) -> None:
    assert mapped_pairs(module, TOLD).tests == tests


def test_a_module_of_a_room_without_tests_is_refused_by_name() -> None:
    with pytest.raises(SystemExit, match=r"integration/views/health\.py lies in no room"):
        mapped_pairs("integration/views/health.py", TOLD)


def test_every_test_and_module_that_the_list_names_is_there() -> None:
    told = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    named = [*told["central"], *(path for paths in told["tests"].values() for path in paths), *told["tests"]]

    assert [path for path in named if not (HOUSE / path).exists()] == []


def test_every_survivor_that_may_stay_stands_in_a_module_that_is_there_and_has_a_reason() -> None:
    told = tomllib.loads(REASONS.read_text(encoding="utf-8"))

    for reason in told.get("survivors", []):
        assert reason["because"].endswith(".")
        assert reason["was"] in " ".join((HOUSE / reason["module"]).read_text(encoding="utf-8").split())


def test_functions_are_decorated_at_the_end_of_a_module_and_classes_where_they_are() -> None:
    module = "@frozen\nclass Line:\n    @property\n    def a(self): ...\n\n@exact\n@kept\ndef b():\n    return 1\n"

    assert decorated_below(module).splitlines() == [
        "@frozen", "class Line:", "    @property", "    def a(self): ...", "", "", "", "def b():", "    return 1",
        "b = kept(b)", "b = exact(b)",
    ]  # fmt: skip
