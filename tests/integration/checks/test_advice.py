"""Every code that a run can leave behind has words for people."""

from __future__ import annotations

import pytest

from integration.documents.problems import FOLLOWED
from integration.pages.advice import ADVICE, advice, meaning
from integration.sync import deletions, problems, results  # noqa: F401 - their codes
from integration.sync.special import products, units  # noqa: F401 - theirs, too
from integration.sync.transformations import base  # noqa: F401
from integration.systems.errors import Problem


def everything(kind: type[Problem]) -> set[type[Problem]]:
    return {kind} | {deeper for below in kind.__subclasses__() for deeper in everything(below)}


CODES = {
    kind.code
    for kind in everything(Problem)
    if kind is not Problem and kind.__module__.startswith("integration.") and ".sandbox" not in kind.__module__
}


@pytest.mark.parametrize("code", sorted(CODES | {results.OVERTAKEN.code}))
def test_each_code_has_a_meaning_and_an_advice(code: str) -> None:
    assert meaning(code) != code
    assert advice(code)


def test_a_code_that_nobody_knows_stands_for_itself() -> None:
    assert (meaning("made-up"), advice("made-up")) == ("made-up", "")
    assert set(ADVICE) >= CODES


@pytest.mark.parametrize("code", sorted(FOLLOWED))
def test_nobody_is_told_to_retry_what_follows_by_itself(code: str) -> None:
    assert "retry" not in advice(code).lower()
