"""The messages that import a solution: at once, on its own time, or only looked at."""

from __future__ import annotations

import base64
import json
import logging
import threading
import uuid
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import quoteattr

from integration.sandbox.dataverse.http.messages import answer, empty
from integration.sandbox.dataverse.organization import Exchange, Organization
from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.dataverse.security.privileges import IMPORT as IMPORT_PRIVILEGE
from integration.sandbox.dataverse.solutions.checking import check
from integration.sandbox.dataverse.solutions.importing import carry_in
from integration.sandbox.dataverse.solutions.package import read_package
from integration.sandbox.dataverse.store.values import guid, timestamp
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.refusal import Refusal

log = logging.getLogger(__name__)

Body = dict[str, Any]
IMPORT = 202
LOCKED, COMPLETED = 2, 3
IN_PROGRESS, SUCCEEDED, FAILED = 20, 30, 31
ONE_AT_A_TIME = threading.Lock()
STAGED: dict[str, bytes] = {}
"""Files that were looked at, by the id they got; like the service, for this run only."""


def import_solution(exchange: Exchange, body: Body) -> Response:
    """ImportSolution: the caller waits."""
    exchange.guard.require(IMPORT_PRIVILEGE)
    content = _file(body)
    job = guid(body.get("ImportJobId") or str(uuid.uuid4()))
    if job is None:
        raise odata("The parameter 'ImportJobId' must be an id.")
    _begin(exchange.organization, exchange.user, job)
    error = _run(exchange.organization, exchange.user, job, content)
    if error is not None:
        raise error
    return empty()


def import_solution_async(exchange: Exchange, body: Body) -> Response:
    """ImportSolutionAsync: the answer names the system job to follow and the import job with its progress."""
    exchange.guard.require(IMPORT_PRIVILEGE)
    content = _file(body)
    organization, user = exchange.organization, exchange.user
    job = str(uuid.uuid4())
    _begin(organization, user, job)
    with organization.writing(user) as write:
        values = {"name": "Import Solution", "operationtype": IMPORT, "startedon": write.now}
        state = {"statecode": LOCKED, "statuscode": IN_PROGRESS}
        (operation,) = write.create(write.model["asyncoperation"], [{**values, **state}])
    organization.begin(lambda: _finish(organization, user, operation, _run(organization, user, job, content)))
    started = {"AsyncOperationId": operation, "ImportJobKey": job}
    return _result(exchange, "ImportSolutionAsyncResponse", started)


def stage_solution(exchange: Exchange, body: Body) -> Response:
    """StageSolution: what would an import say?"""
    exchange.guard.require(IMPORT_PRIVILEGE)
    content = _file(body)
    number = str(uuid.uuid4())
    results, details = [], {}
    try:
        package = read_package(content)
        manifest = package.manifest
        details = {"SolutionUniqueName": manifest.name, "SolutionVersion": manifest.version}
        check(exchange.organization, package)
        STAGED[number] = content
    except Refusal as refusal:
        results.append({"SolutionValidationResultType": "Error", "Message": refusal.message, "ErrorCode": refusal.code})
    staged = {
        "StageSolutionUploadId": number,
        "StageSolutionStatus": "Failed" if results else "Passed",
        "SolutionValidationResults": results,
        "MissingDependencies": [],
        "SolutionDetails": details,
    }
    return _result(exchange, "StageSolutionResponse", {"StageSolutionResults": staged})


ACTIONS: dict[str, Callable[[Exchange, Body], Response]] = {
    "ImportSolution": import_solution,
    "ImportSolutionAsync": import_solution_async,
    "StageSolution": stage_solution,
}


def give_up_broken(organization: Organization) -> None:
    """At the start: an import that a killed process left in progress has failed."""
    with organization.database.transaction() as connection:
        connection.execute(
            "UPDATE asyncoperation SET statecode = ?, statuscode = ?, message = ?, completedon = ? "
            "WHERE operationtype = ? AND statuscode = ?",
            (COMPLETED, FAILED, "The service was restarted.", timestamp(organization.clock()), IMPORT, IN_PROGRESS),
        )


def _file(body: Body) -> bytes:
    given = body.get("CustomizationFile")
    parameters = body.get("SolutionParameters")
    staged = parameters.get("StageSolutionUploadId") if isinstance(parameters, dict) else None
    if given is None and isinstance(staged, str) and staged in STAGED:
        return STAGED[staged]
    if not isinstance(given, str):
        raise odata("The parameter 'CustomizationFile' must be a zip file as base64 text.")
    try:
        return base64.b64decode(given, validate=True)
    except ValueError as error:
        raise odata("The parameter 'CustomizationFile' is not base64 text.") from error


def _begin(organization: Organization, user: str, job: str) -> None:
    with organization.writing(user) as write:
        write.create(write.model["importjob"], [{"importjobid": job, "progress": "0", "startedon": write.now}])


def _run(organization: Organization, user: str, job: str, content: bytes) -> Refusal | None:
    """Import and note in the import job how far it is; what went wrong is kept there too."""

    def progress(percent: float) -> None:
        _note(organization, job, progress=str(percent))

    if not ONE_AT_A_TIME.acquire(blocking=False):
        error = Refusal(400, "0x80071151", "Another solution is being installed or removed. Try again later.")
        _note(organization, job, data=_report("", "", error), completedon=timestamp(organization.clock()))
        return error
    name = version = ""
    try:
        package = read_package(content)
        name, version = package.manifest.name, package.manifest.version
        _note(organization, job, solutionname=name, name=name)
        carry_in(organization, package, user, progress)
        refusal = None
    except Refusal as caught:
        refusal = caught
    except Exception:
        log.exception(
            "The sandbox failed on a solution"
        )  # nobody waits here: whoever follows the job has to read it there
        refusal = Refusal(500, "0x80040216", "An unexpected error occurred.")
    finally:
        ONE_AT_A_TIME.release()
    finished = {"data": _report(name, version, refusal), "completedon": timestamp(organization.clock())}
    _note(organization, job, **finished, **({} if refusal else {"progress": "100"}))
    return refusal


def _note(organization: Organization, job: str, **values: str) -> None:
    """Outside the import's own transactions, so that it can be seen."""
    listed = ", ".join(f'"{name}" = ?' for name in values)
    with organization.database.transaction() as connection:
        connection.execute(
            f"UPDATE importjob SET {listed} WHERE importjobid = ?",  # noqa: S608 - names of ours
            (*values.values(), job),
        )


def _finish(organization: Organization, user: str, operation: str, error: Refusal | None) -> None:
    with organization.writing(user) as write:
        values: dict[str, Any] = {"statecode": COMPLETED, "completedon": write.now}
        if error is None:
            values |= {"statuscode": SUCCEEDED}
        else:
            number = int(error.code, 16) - 2**32
            values |= {"statuscode": FAILED, "errorcode": number, "message": error.message}
        write.connection.execute(
            f"UPDATE asyncoperation SET {', '.join(f'{name} = ?' for name in values)} WHERE asyncoperationid = ?",  # noqa: S608
            (*values.values(), operation),
        )


def _report(name: str, version: str, error: Refusal | None) -> str:
    result, code, text = ("success", "0", "") if error is None else ("failure", error.code, error.message)
    result_element = f"<result result={quoteattr(result)} errorcode={quoteattr(code)} errortext={quoteattr(text)} />"
    manifest = (
        f"<solutionManifest id={quoteattr(name)} version={quoteattr(version)}>{result_element}</solutionManifest>"
    )
    return f"<importexportxml><solutionManifests>{manifest}</solutionManifests></importexportxml>"


def _result(exchange: Exchange, name: str, content: Body) -> Response:
    context = f"{exchange.request.root}$metadata#Microsoft.Dynamics.CRM.{name}"
    return answer(json.dumps({"@odata.context": context, **content}, ensure_ascii=False))
