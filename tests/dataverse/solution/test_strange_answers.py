"""An organization that answers strangely while the solution is imported ends the import in words, never otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from integration.dataverse.session import Credentials, Session
from integration.dataverse.solution import importing
from integration.systems.errors import BadAnswer, ConfigurationProblem, Problem
from tests.dataverse.counterpart import Asked, Says, counterpart

OPERATION, JOB = "77777777-1111-1111-1111-777777777777", "88888888-1111-1111-1111-888888888888"
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><form>&b;</form>'


def imported(**says: Any) -> int:
    """Import into an organization that answers as said; the last percent that was told."""
    told = [0]

    def route(asked: Asked) -> Says:
        path = asked.path
        if path == "/token":
            return Says(200, {"access_token": "t", "expires_in": 3599})
        answers = {
            "solutions": {"value": []},
            "ImportSolutionAsync": {"AsyncOperationId": OPERATION, "ImportJobKey": JOB},
            "asyncoperations": {"statecode": 3, "statuscode": 30},
            "importjobs": {},
            "systemforms": {"value": []},
            **says,
        }
        found = next((answers[name] for name in answers if name in path), {})
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return Says(200, found)

    with counterpart() as server:
        server.route = route
        grant = Credentials("contoso.example", "3f2a", "s", f"{server.url}/token")
        session = Session(server.url, grant, sleep=lambda seconds: None)
        try:
            importing.import_into(session, told.append)
        finally:
            session.close()
    return told[-1]


@pytest.mark.parametrize("progress", ["half", None, -5, [], {"a": 1}, 1e9, True])
def test_a_progress_that_is_none_is_none(progress: Any) -> None:
    waiting = [{"statecode": 0}, {"statecode": 3, "statuscode": 30}]

    assert imported(asyncoperations=waiting, importjobs={"progress": progress}) == 100


@pytest.mark.parametrize("report", [DOCTYPE, "<result", 5, "<a/>", ""])
def test_a_report_that_cannot_be_read_leaves_the_reason_of_the_job(report: int | str) -> None:
    with pytest.raises(ConfigurationProblem, match="A role is missing"):
        imported(
            asyncoperations={"statecode": 3, "statuscode": 31, "message": "A role is missing."},
            importjobs={"data": report},
        )


@pytest.mark.parametrize("form", [DOCTYPE, "<form", None, 5, ""])
def test_a_form_that_cannot_be_read_is_a_bad_answer(form: int | str | None) -> None:
    with pytest.raises(BadAnswer, match="cannot be read"):
        imported(systemforms={"value": [{"formid": OPERATION, "formxml": form}]})


@pytest.mark.parametrize("version", ["9" * 5_000, "\u00b2", "", "1..2", "x"])
def test_a_version_of_any_form_is_compared(version: str) -> None:
    try:
        imported(solutions={"value": [{"version": version}]})
    except Problem as problem:
        assert isinstance(problem, ConfigurationProblem), problem  # noqa: PT017 - most versions are fine
