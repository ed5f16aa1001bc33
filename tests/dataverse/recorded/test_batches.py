"""Recorded answers to batches: every part finds its way to its row."""

from __future__ import annotations

import pytest

from integration.dataverse import batch
from integration.systems.errors import BadAnswer, InvalidValue, Refused
from tests.dataverse.recorded.conftest import Recorded

A = "00000000-0000-4000-8000-00000000000a"
PARTS = [batch.Part("POST", "accounts", body={"name": name}) for name in ("Adatum", "x" * 161, "Fabrikam")]


def test_a_batch_that_went_on_answers_every_row(recorded: Recorded) -> None:
    answers = batch.send(recorded.says("batch_goes_on"), PARTS)

    assert [answer.status for answer in answers] == [204, 400, 204]
    assert answers[0].headers["odata-entityid"].endswith(f"accounts({A})")
    assert answers[0].headers["etag"] == 'W/"81550512"'
    assert "exceeded the maximum" in answers[1].json()["error"]["message"]


def test_a_batch_that_stopped_answers_up_to_the_row_that_was_refused(recorded: Recorded) -> None:
    answers = batch.send(recorded.says("batch_stopped"), PARTS, go_on=False)

    assert [answer.status for answer in answers] == [204, 400]


def test_a_batch_that_stopped_although_it_was_to_go_on_is_a_bad_answer(recorded: Recorded) -> None:
    with pytest.raises(BadAnswer, match="3 requests got 2 answers"):
        batch.send(recorded.says("batch_stopped"), PARTS)


@pytest.mark.parametrize("name", ["changeset_done", "changeset_done_out_of_order"])
def test_a_change_set_answers_its_parts_in_their_order(recorded: Recorded, name: str) -> None:
    [found] = batch.together(recorded.says(name), [PARTS[:2]])

    assert found.problem is None
    assert [answer.headers["location"][-2] for answer in found.answers] == ["a", "b"]


@pytest.mark.parametrize(("name", "culprit"), [("changeset_failed_nested", 1), ("changeset_failed_flat", None)])
def test_a_failed_change_set_tells_why_and_who_in_both_its_forms(
    recorded: Recorded, name: str, culprit: int | None
) -> None:
    [found] = batch.together(recorded.says(name), [PARTS[:2]])

    assert isinstance(found.problem, InvalidValue)
    assert found.problem.field == "name"
    assert (found.answers, found.culprit) == ((), culprit)


def test_a_change_set_with_an_answer_too_few_is_a_bad_answer(recorded: Recorded) -> None:
    with pytest.raises(BadAnswer, match="2 requests got 1 answers"):
        batch.together(recorded.says("changeset_short"), [PARTS[:2]])


def test_a_change_set_is_written_as_the_protocol_says(recorded: Recorded) -> None:
    parts = [PARTS[0], batch.Part("POST", "contacts", body={"parentcustomerid_account@odata.bind": "$1"})]
    batch.together(recorded.says("changeset_done"), [parts])

    lines = recorded.asked[0].body.decode().split("\r\n")
    inner = lines[1].partition('boundary="')[2].rstrip('"')
    assert [line for line in lines if line.startswith("Content-ID")] == ["Content-ID: 1", "Content-ID: 2"]
    assert lines.count(f"--{inner}") == 2
    assert lines[-4:-2] == [f"--{inner}--", ""]
    assert "odata.continue-on-error" in recorded.asked[0].headers.get("prefer", "")
    assert '{"parentcustomerid_account@odata.bind":"$1"}' in lines


def test_a_batch_that_could_not_be_read_is_told(recorded: Recorded) -> None:
    with pytest.raises(Refused, match="Stream was not readable"):
        batch.send(recorded.says("batch_line_ends"), PARTS)
