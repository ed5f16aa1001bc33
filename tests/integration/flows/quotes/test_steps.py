"""What is to be done with a quote of Sales, by its state and by what it became."""

from __future__ import annotations

import pytest

from integration.documents.quotes.steps import ACTIVE, CLOSED, DRAFT, REVISED, WON, End, Make, decide

LOST = 5
NOTHING = (Make.NOTHING, End.NOTHING)
HERE = {"is_coupled": True, "is_here": True, "follows": False}
GONE = {"is_coupled": True, "is_here": False, "follows": False}
NONE = {"is_coupled": False, "is_here": False, "follows": False}
FOLLOWS = {"is_coupled": False, "is_here": False, "follows": True}


@pytest.mark.parametrize(
    ("state", "reason", "here", "gone", "none", "follows"),
    [
        (DRAFT, 1, NOTHING, NOTHING, NOTHING, NOTHING),
        (ACTIVE, 2, NOTHING, NOTHING, (Make.INSERT, End.NOTHING), (Make.REBUILD, End.NOTHING)),
        (WON, 4, (Make.NOTHING, End.ORDER), NOTHING, (Make.INSERT, End.ORDER), (Make.REBUILD, End.ORDER)),
        (CLOSED, LOST, (Make.NOTHING, End.CLOSE), NOTHING, NOTHING, (Make.NOTHING, End.CLOSE)),
        (CLOSED, REVISED, NOTHING, NOTHING, NOTHING, NOTHING),
        (None, None, NOTHING, NOTHING, NOTHING, NOTHING),
    ],
)
def test_each_state_has_its_step_by_what_became_of_the_quote(
    state: int | None, reason: int | None, here: object, gone: object, none: object, follows: object
) -> None:
    became = [decide(state, reason, **known) for known in (HERE, GONE, NONE, FOLLOWS)]
    assert became == [here, gone, none, follows]
