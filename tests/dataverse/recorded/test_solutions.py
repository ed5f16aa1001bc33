"""Recorded imports of a solution: followed to their end, and told by the reason the organization gives."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest

from integration.dataverse.solution import describe, import_into, installed_version
from integration.systems.errors import ConfigurationProblem
from tests.dataverse.recorded.conftest import Recorded

FORMS = ["forms_none"] * len(describe().places)
BEGUN = ("import_started", "operation_running", "importjob_half")


def test_an_older_solution_is_upgraded_and_its_progress_told_as_it_grows(recorded: Recorded) -> None:
    percents: list[int] = []
    session = recorded.says("solutions_older", *BEGUN, "operation_done", *FORMS)

    done = import_into(session, percents.append)

    assert (done.before, done.after) == ("0.9.0.0", describe().version)
    assert percents == [47, 100]
    sent = next(one for one in recorded.asked if one.path.endswith("/ImportSolutionAsync"))
    body = sent.json()
    files = zipfile.ZipFile(io.BytesIO(base64.b64decode(body.pop("CustomizationFile")))).namelist()
    assert {"solution.xml", "customizations.xml", "[Content_Types].xml"} <= set(files)
    assert body == {"OverwriteUnmanagedCustomizations": True, "PublishWorkflows": True}
    asked = [one.path for one in recorded.asked]
    assert sum("asyncoperations(e4f5a0b8-6d5c-eb11-a812-000d3a8f1a22)" in path for path in asked) == 2
    assert sum("importjobs(c1b7b0d2-0f7a-4f60-9d7e-3a1d9a4c5e66)" in path for path in asked) == 1


def test_a_failed_import_is_told_by_the_first_failure_of_its_report(recorded: Recorded) -> None:
    session = recorded.says("solutions_none", *BEGUN, "operation_failed", "importjob_failed")

    with pytest.raises(ConfigurationProblem, match="The user-specified schema name conflicts with an existing entity"):
        import_into(session)


def test_an_import_that_may_not_begin_while_another_runs_is_told_in_words_and_not_repeated(recorded: Recorded) -> None:
    session = recorded.says("solutions_none", "import_busy")

    with pytest.raises(Exception, match="another .Import. running at this moment"):
        import_into(session)

    assert [one.path.rpartition("/")[2] for one in recorded.asked][1:] == ["ImportSolutionAsync"]


def test_an_organization_without_the_solution_has_no_version_of_it(recorded: Recorded) -> None:
    assert installed_version(recorded.says("solutions_none")) is None
