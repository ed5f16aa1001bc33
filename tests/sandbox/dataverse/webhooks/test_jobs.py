"""What becomes of a call: the job, the second try, the next start."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integration.sandbox import Sandbox
from tests.dataverse.counterpart import Says, counterpart
from tests.sandbox.conftest import Caller
from tests.sandbox.dataverse.webhooks.listener import Listener


def test_a_job_says_that_it_went_well_unless_it_is_to_go_then(listener: Listener) -> None:
    kept = listener.step("Create")
    listener.call.create("accounts", name="Adatum")
    (job,) = listener.jobs()
    assert (job["statecode"], job["statuscode"], job["messagename"], job["primaryentitytype"]) == (
        3, 30, "Create", "account",
    )  # fmt: skip

    listener.call("PATCH", f"sdkmessageprocessingsteps({kept})", {"asyncautodelete": True})
    listener.call.create("accounts", name="Fabrikam")

    assert len(listener.jobs()) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_is_not_available_is_asked_once_more(listener: Listener, status: int) -> None:
    listener.step("Create")
    listener.answers = [Says(status)]

    listener.call.create("accounts", name="Adatum")

    first, second = listener.next(), listener.next()
    assert first.body == second.body
    (job,) = listener.jobs()
    assert (job["statuscode"], job["retrycount"]) == (30, 1)


@pytest.mark.parametrize(("answers", "calls"), [
    ([503, 503, 200], 2), ([500, 200], 1), ([404, 200], 1), ([302, 200], 1), ([401, 200], 1),
])  # fmt: skip
def test_what_fails_for_good_is_kept_as_a_failed_job(listener: Listener, answers: list[int], calls: int) -> None:
    listener.step("Create", asyncautodelete=True)
    listener.answers = [Says(status, headers={"Location": "/elsewhere"}) for status in answers]

    listener.call.create("accounts", name="Adatum")

    (job,) = listener.jobs()
    assert (job["statecode"], job["statuscode"]) == (3, 31)
    assert str(answers[0]) in job["message"]
    assert listener.calls.qsize() == calls
    assert "s3cret" not in str(job)


def test_nobody_at_the_address_is_a_failed_job(listener: Listener) -> None:
    endpoint = listener.endpoint(url="http://127.0.0.1:9/hook")
    listener.step("Create", endpoint=endpoint)

    listener.call.create("accounts", name="Adatum")

    (job,) = listener.jobs()
    assert (job["statuscode"], job["message"]) == (31, "The webhook could not be reached: ConnectionRefusedError.")


def test_a_body_beyond_the_limit_goes_without_what_it_was_about(listener: Listener) -> None:
    listener.step("Create", table="annotation")

    row = listener.call.create("annotations", notetext="x" * 90_000, documentbody="y" * 200_000)

    asked = listener.next()
    assert asked.headers["x-ms-dynamics-msg-size-exceeded"] == "True"
    assert asked.json()["PrimaryEntityId"] == row
    assert "InputParameters" not in asked.json()


def test_what_was_not_posted_is_posted_after_the_next_start(organization: Callable[..., Sandbox]) -> None:
    with counterpart() as server:
        earlier = organization()
        listener = Listener(server, earlier, Caller(earlier.ready, "administrator"))
        listener.step("Create")
        earlier.organization.deliveries.stop()
        row = listener.call.create("accounts", name="Adatum")
        assert listener.calls.empty()
        earlier.stop()

        organization()

        assert listener.next().json()["PrimaryEntityId"] == row


def test_every_table_offers_its_messages(listener: Listener) -> None:
    call = listener.call
    found = call.rows("sdkmessagefilters?$expand=sdkmessageid($select=name)")
    offered = {(row["sdkmessageid"]["name"], row["primaryobjecttypecode"]) for row in found}

    tables = {row["LogicalName"] for row in call.rows("EntityDefinitions?$select=LogicalName")}

    assert {table for message, table in offered if message == "Update"} == tables
    assert len(found) == len(offered)
