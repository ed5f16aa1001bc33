"""A finding is born with its code, and each code has its way to mend it."""

from __future__ import annotations

from typing import Any

import pytest

from integration.connection.findings import CODES, finding_of, right, wrong
from integration.systems.errors import NotAMember, SignInRefused, Unreachable
from integration.systems.findings import Severity


@pytest.mark.parametrize("what", sorted(CODES))
def test_what_is_wrong_has_a_code_and_a_way_to_mend_it_and_what_is_right_has_none(what: str) -> None:
    bad, good = wrong(what, "Adatum does not answer."), right(what, "Adatum answers.")

    assert (bad.code, bad.severity, bad.ok, bad.fix) == (CODES[what][0], Severity.ERROR, False, CODES[what][1])
    assert (good.severity, good.ok, good.fix) == (Severity.FINE, True, "")
    assert not good.code.endswith("-missing")


@pytest.mark.parametrize(
    ("problem", "what", "code"),
    [
        (Unreachable("Nothing answers at contoso.example."), "Address", "unreachable"),
        (NotAMember("Annette is no member."), "Integration user", "integration-user"),
        (SignInRefused("The secret has expired.", part="secret"), "Client secret", "sign-in-refused"),
    ],
)
def test_a_problem_becomes_a_finding_about_what_is_to_be_mended(problem: Any, what: str, code: str) -> None:
    found = finding_of("Organization", problem)
    assert (found.what, found.code, found.message) == (what, code, problem.message)
