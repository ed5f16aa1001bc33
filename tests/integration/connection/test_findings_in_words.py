"""Problems as lines of Test Connection: named after what is to be mended, with a code and the way to mend it."""

from __future__ import annotations

from typing import Any

import pytest

from integration.connection.findings import CODES, SIGN_IN_PARTS, Diagnosis, NotReady, finding_of, right, wrong
from integration.systems.errors import (
    AddressRefused,
    BadAnswer,
    NotAMember,
    PrivilegeMissing,
    Refused,
    RoleMissing,
    SignInRefused,
    TableMissing,
    Throttled,
    TimedOut,
    TlsFailed,
    Unreachable,
)
from integration.systems.findings import Severity


@pytest.mark.parametrize(
    ("problem", "what"),
    [
        (Unreachable("No route."), "Address"), (TimedOut("No answer."), "Address"), (TlsFailed("Expired."), "Address"),
        (AddressRefused("Not called."), "Address"), (BadAnswer("No JSON."), "Address"),
        (NotAMember("Unknown."), "Integration user"), (RoleMissing("A role is missing."), "Roles"),
        (PrivilegeMissing("It may not read."), "Roles"), (Refused("No."), "Organization"),
    ],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_a_problem_is_named_after_what_is_to_be_mended(problem: Any, what: str) -> None:
    found = finding_of("Organization", problem)

    assert (found.what, found.message, found.severity) == (what, problem.message, Severity.ERROR)
    assert (found.code, found.fix) == CODES[what]


@pytest.mark.parametrize("part", [*SIGN_IN_PARTS, "", "something new"])
def test_a_refused_sign_in_is_named_after_the_part_that_is_wrong(part: str) -> None:
    found = finding_of("Client secret", SignInRefused("It is wrong.", part=part))

    assert found.what == SIGN_IN_PARTS.get(part, "Sign-in")
    assert found.message == "It is wrong."


@pytest.mark.parametrize(("seconds", "said"), [(0.2, 0), (1, 1), (59.6, 60), (300, 300)])
def test_an_organization_that_asks_to_slow_down_says_when_to_try_again(seconds: float, said: int) -> None:
    found = finding_of("Organization", Throttled("Too many requests.", retry_after=seconds))

    assert found.message == f"Too many requests. Try again in {said} seconds."


def test_a_missing_table_asks_whether_it_is_installed() -> None:
    found = finding_of("Dynamics 365 Sales", TableMissing("There is no table product."))

    assert found.message == "There is no table product. Is it installed in this organization?"
    assert found.code == "sales-missing"


@pytest.mark.parametrize("what", CODES)
def test_everything_that_is_looked_at_has_one_code_right_and_wrong(what: str) -> None:
    well, ill = right(what, "It is there."), wrong(what, "It is not there.")

    assert well.code == ill.code.removesuffix("-missing")
    assert (well.ok, ill.ok) == (True, False)
    assert ill.fix.endswith(".")
    assert well.fix == ""


def test_what_nobody_gave_a_code_is_mended_on_connection_setup() -> None:
    assert wrong("Something new", "It is wrong.").code == "setup"


def test_a_diagnosis_is_well_when_all_of_it_is_and_says_only_what_is_not() -> None:
    found = Diagnosis([right("Organization", "Contoso answers."), right("Roles", "All are there.")])
    assert (found.ok, found.message) == (True, "")

    found.findings += [wrong("Tenant", "is missing."), wrong("URL", "is missing.")]

    assert not found.ok
    assert found.message == "Tenant: is missing.\nURL: is missing."
    assert str(NotReady(found.findings)) == found.message
