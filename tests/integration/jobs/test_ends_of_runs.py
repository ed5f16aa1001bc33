"""However the work of a run ends, its row says so once, in words, and what only time mends is tried again."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError

from integration.jobs.endings import (
    CANCELED,
    DATABASE_CODE,
    INTERRUPTED,
    UNEXPECTED,
    UNEXPECTED_CODE,
    Endings,
    Paused,
    watched,
)
from integration.jobs.job_endings import FIRST, LONGEST, in_words, passes_by_itself, pause_before
from integration.sync.memory.ledger import Fenced
from integration.sync.run import Canceled
from integration.systems.errors import (
    ConfigurationProblem,
    InvalidValue,
    Refused,
    SignInRefused,
    Throttled,
    TimedOut,
    Unreachable,
)


class Row:
    """A run that is held, or was taken over by another worker."""

    def __init__(self, held: bool = True) -> None:
        self.held, self.ends = held, []

    def __str__(self) -> str:
        return "CUSTOMER to Dynamics 365 Sales"

    def finish(self) -> bool:
        return self._end("finished")

    def stop(self, message: str) -> bool:
        return self._end("stopped", message)

    def fail(self, message: str, code: str) -> bool:
        return self._end("failed", message, code)

    def _end(self, *how: str) -> bool:
        if self.held:
            self.ends.append(how)
        return self.held


class Followed(Endings):
    """Endings that keep what followed."""

    followed = 0

    def follow(self) -> None:
        self.followed += 1


def ended(error: BaseException | None, held: bool = True) -> tuple[list, int]:
    endings = Followed(Row(held))

    def work() -> str:
        if error is not None:
            raise error
        return "done"

    watched(work, endings)
    return endings.row.ends, endings.followed


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "end"),
    [
        (None, ("finished",)),
        (Canceled("Susan canceled it."), ("stopped", "Susan canceled it.")),
        (Canceled(""), ("stopped", CANCELED)),
        (Paused(), ("stopped", "Paused.")),
        (Refused("The account is under review."), ("failed", "The account is under review.", "refused")),
        (Unreachable("No route to Contoso."), ("failed", "No route to Contoso.", "unreachable")),
        (ConfigurationProblem("A table is missing."), ("failed", "A table is missing.", "configuration")),
        (ValueError("a secret value"), ("failed", UNEXPECTED, UNEXPECTED_CODE)),
        (RecursionError(), ("failed", UNEXPECTED, UNEXPECTED_CODE)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_run_ends_once_as_its_work_did_and_what_follows_follows_once(error: Any, end: tuple[str, ...]) -> None:
    assert ended(error) == ([end], 1)


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("database is locked"), IntegrityError("UNIQUE failed")])
def test_a_change_that_our_own_database_refuses_says_that_running_again_completes_it(
    error: IntegrityError | OperationalError,
) -> None:
    ((how, message, code),), _ = ended(error)

    assert (how, code) == ("failed", DATABASE_CODE)
    assert str(error) in message
    assert message.endswith("Running again completes it.")


@pytest.mark.django_db
@pytest.mark.parametrize("error", [None, Canceled(""), Refused("No."), ValueError("x"), OperationalError("locked")])
def test_a_run_that_another_worker_holds_by_now_is_ended_by_nobody_else(
    error: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert ended(error, held=False) == ([], 0)
    assert "was taken over by another worker" in caplog.text


@pytest.mark.django_db
def test_a_run_that_lost_its_claim_writes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert ended(Fenced("Another worker holds it.")) == ([], 0)
    assert "this one stops" in caplog.text


@pytest.mark.django_db
def test_ctrl_c_ends_the_run_in_words_and_the_process_too() -> None:
    endings = Followed(Row())

    def work() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watched(work, endings)
    assert endings.row.ends == [("stopped", INTERRUPTED)]


@pytest.mark.django_db
def test_what_nobody_foresaw_is_in_the_log_and_not_in_the_row(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        ends, _ = ended(ValueError("4711"))

    assert "ValueError: 4711" in caplog.text
    assert "4711" not in str(ends)


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (Unreachable("No route."), True),
        (TimedOut("No answer."), True),
        (Throttled("Too much.", retry_after=1), True),
        (OperationalError("database is locked"), True),
        (IntegrityError("UNIQUE failed"), False),
        (SignInRefused("The secret is wrong."), False),
        (ConfigurationProblem("A table is missing."), False),
        (Refused("No."), False),
        (InvalidValue("Too long.", field="name"), False),
    ],
    ids=lambda one: type(one).__name__,
)
def test_only_what_time_alone_may_mend_is_tried_again(error: Any, passes: bool) -> None:
    assert passes_by_itself(error) is passes


@pytest.mark.parametrize(
    ("error", "message", "code"),
    [
        (Unreachable("No route."), "No route.", "unreachable"),
        (TimedOut("No answer."), "No answer.", "timed-out"),
        (Throttled("Too much.", retry_after=9), "Too much.", "throttled"),
        (OperationalError("database is locked"), "Our own database is busy or away (database is locked).", "database"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_run_that_waits_says_for_what(error: Any, message: str, code: str) -> None:
    assert in_words(error) == (message, code)


@pytest.mark.parametrize(
    ("tries", "seconds"),
    [(1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (6, 960), (7, 1920), (8, 3600), (9, 3600), (50, 3600)],
)
def test_pauses_double_up_to_an_hour(tries: int, seconds: int) -> None:
    assert pause_before(tries, Unreachable("No route.")) == dt.timedelta(seconds=seconds)
    assert FIRST <= seconds <= LONGEST


@pytest.mark.parametrize(
    ("tries", "asked", "seconds"), [(1, 0, 30), (1, 29, 30), (1, 45, 45), (8, 7200, 7200), (3, 60, 120)]
)
def test_a_service_that_asks_for_a_longer_pause_gets_it(tries: int, asked: int, seconds: int) -> None:
    assert pause_before(tries, Throttled("Too much.", retry_after=asked)) == dt.timedelta(seconds=seconds)
