"""Bringing the solution into an organization, with an administrator's session.

    import_into(session, print) -> Imported(before=None, after="1.0.0.0")

The organization works on its own time; the progress of its import job is told as it grows. Afterwards what people see
is put on the forms that are the organization's own, and published.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

from integration.dataverse.problems import MALFORMED
from integration.dataverse.session import Session
from integration.dataverse.solution.description import Place, Solution, describe
from integration.dataverse.solution.forms import with_place
from integration.dataverse.solution.package import build
from integration.systems.errors import BadAnswer, ConfigurationProblem, TimedOut

MAIN_FORM = 2
COMPLETED, SUCCEEDED = 3, 30
PATIENCE_SECONDS = 1800.0
FIRST_LOOK, LONGEST_WAIT = 0.2, 5.0
NOT_YET = 99
"""Percent shown until the organization says that it is done."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Imported:
    """The version before (``None``: there was none) and after."""

    before: str | None
    after: str


def installed_version(session: Session, solution: Solution | None = None) -> str | None:
    """The version of the integration solution in the organization."""
    name = (solution or describe()).name
    path = f"solutions?$select=uniquename,version&$filter=uniquename eq '{name}'"
    answer = session.request("GET", path, metadata=True).json()
    try:
        return next((str(row["version"]) for row in answer["value"]), None)
    except MALFORMED as error:
        raise BadAnswer("The organization tells its solutions in a way that cannot be read.") from error


def is_older(one: str, other: str) -> bool:
    """Compare versions such as 1.0.0.10 part by part."""
    return _parts(one) < _parts(other)


def import_into(
    session: Session,
    on_progress: Progress = lambda percent: None,
    redeploy: bool = False,
    patience: float = PATIENCE_SECONDS,
) -> Imported:
    """Import where it is missing or older; with ``redeploy`` also where it is the same, which restores what somebody
    changed in our roles. Raises ``ConfigurationProblem`` where the installed one is newer, or the organization refuses
    (with its reason); ``TimedOut`` after ``patience`` seconds."""
    solution = describe()
    before = installed_version(session, solution)
    if before is not None and is_older(solution.version, before):
        raise ConfigurationProblem(
            f"The organization has version {before} of the integration solution, this application brings "
            f"{solution.version}. Update this application before importing."
        )
    if before != solution.version or redeploy:
        _import(session, build(solution), on_progress, patience)
    for place in solution.places:
        _place(session, place, solution)
    on_progress(100)
    return Imported(before, solution.version)


def _import(session: Session, package: bytes, on_progress: Progress, patience: float) -> None:
    body = {
        "OverwriteUnmanagedCustomizations": True,
        "PublishWorkflows": True,
        "CustomizationFile": base64.b64encode(package).decode(),
    }
    answer = session.request("POST", "ImportSolutionAsync", body=body, repeatable=False, metadata=True).json()
    try:
        operation, job = uuid.UUID(answer["AsyncOperationId"]), uuid.UUID(answer["ImportJobKey"])
    except MALFORMED as error:
        raise BadAnswer("The organization does not say how to follow the import.") from error
    _follow(session, operation, job, on_progress, time.monotonic() + patience)


def _follow(session: Session, operation: uuid.UUID, job: uuid.UUID, on_progress: Progress, until: float) -> None:
    """Until the system job is completed. Raises what it says when it failed."""
    wait = FIRST_LOOK
    while True:
        state = _row(session, f"asyncoperations({operation})?$select=statecode,statuscode,message,friendlymessage")
        if state.get("statecode") == COMPLETED:
            break
        on_progress(min(NOT_YET, _percent(_row(session, f"importjobs({job})?$select=progress").get("progress"))))
        if time.monotonic() > until:
            raise TimedOut("The organization is still importing the solution. Look again later: it goes on by itself.")
        session.pause(wait)
        wait = min(LONGEST_WAIT, wait * 1.5)
    if state.get("statuscode") != SUCCEEDED:
        why = _reason(_row(session, f"importjobs({job})?$select=data").get("data"))
        words = why or state.get("friendlymessage") or state.get("message") or "no reason was given"
        raise ConfigurationProblem(f"The organization refused the solution: {words}", raw=str(state))


def _percent(progress: Any) -> int:
    return int(progress) if isinstance(progress, int | Decimal) and progress > 0 else 0


def _reason(report: Any) -> str:
    """The first failure of an import job's report."""
    try:
        root = _parsed(report) if report else None
    except (*MALFORMED, ElementTree.ParseError):
        return ""  # the system job has a message too
    results = root.iter("result") if root is not None else ()
    return next((one.get("errortext", "") for one in results if one.get("result") == "failure"), "")


def _parsed(text: Any) -> ElementTree.Element:
    """XML without document types, so that no entities grow while it is read. Raises ``ValueError``, ``ParseError``."""
    if not isinstance(text, str) or "<!" in text:
        raise ValueError("a document type is not allowed")
    return ElementTree.fromstring(text)  # noqa: S314 - without a document type there is nothing to expand


def _row(session: Session, path: str) -> dict[str, Any]:
    answer = session.request("GET", path, metadata=True).json()
    if not isinstance(answer, dict):
        raise BadAnswer("The organization tells its system jobs in a way that cannot be read.")
    return answer


def _place(session: Session, place: Place, solution: Solution) -> None:
    """Put something on the main forms of a table that is not ours, once, and publish."""
    table = place.table.lower()
    path = f"systemforms?$select=formid,formxml&$filter=objecttypecode eq '{table}' and type eq {MAIN_FORM}"
    answer = session.request("GET", path, metadata=True).json()
    changed = False
    try:
        for row in answer["value"]:
            form = _parsed(row["formxml"])
            if with_place(form, place, solution):
                text = ElementTree.tostring(form, encoding="unicode")
                session.request(
                    "PATCH", f"systemforms({uuid.UUID(row['formid'])})", body={"formxml": text}, metadata=True
                )
                changed = True
    except (*MALFORMED, ElementTree.ParseError) as error:
        raise BadAnswer(f"The organization's form of “{place.table}” cannot be read.") from error
    if changed:
        only = f"<importexportxml><entities><entity>{table}</entity></entities></importexportxml>"
        session.request("POST", "PublishXml", body={"ParameterXml": only}, metadata=True)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part[:9]) for part in version.split(".") if part.isdecimal())
