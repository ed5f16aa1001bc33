"""Recorded refusals of the three service protection limits: waited for as long as they say."""

from __future__ import annotations

import pytest

from integration.dataverse import batch
from integration.dataverse.problems import problem_of
from integration.systems.errors import Throttled
from tests.dataverse.recorded.conftest import Recorded


@pytest.mark.parametrize(("name", "seconds", "words"), [
    ("throttled_requests", 14.0, "Number of requests"),
    ("throttled_time", 37.0, "Combined execution time"),
    ("throttled_concurrency", 2.0, "concurrent requests"),
])  # fmt: skip
def test_each_limit_is_waited_for_and_the_request_repeated(
    recorded: Recorded, name: str, seconds: float, words: str
) -> None:
    session = recorded.says(name, "rows")

    assert session.request("POST", "CloseQuote", body={}, repeatable=False).json()["value"] == []
    assert recorded.held == [seconds]

    with pytest.raises(Throttled, match=words) as caught:
        recorded.says(name).request("GET", "accounts", tries=1)
    assert caught.value.retry_after == seconds


def test_an_organization_that_is_down_for_a_moment_is_waited_for(recorded: Recorded) -> None:
    recorded.says("unavailable", "rows").request("GET", "accounts")

    assert recorded.held == [4.0]


def test_parts_of_a_batch_that_are_all_refused_each_say_how_long(recorded: Recorded) -> None:
    answers = batch.send(recorded.says("throttled_batch_parts"), [batch.Part("GET", "accounts")] * 2)

    problems = [problem_of(answer) for answer in answers]
    assert [isinstance(problem, Throttled) and problem.retry_after for problem in problems] == [9.0, 9.0]


def test_a_batch_that_is_refused_as_a_whole_is_sent_again(recorded: Recorded) -> None:
    answers = batch.send(recorded.says("throttled_requests", "batch_goes_on"), [batch.Part("GET", "accounts")] * 3)

    assert [answer.status for answer in answers] == [204, 400, 204]
    assert recorded.held == [14.0]
