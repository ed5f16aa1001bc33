"""Every refusal of the protocol becomes a typed problem whose message a person can act on."""

from __future__ import annotations

from typing import Any

import pytest

from integration.dataverse.problems import TooLarge, problem, problem_of
from integration.http import Answer
from integration.systems import errors

A = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(("status", "code", "message", "kind"), [
    (404, "0x80040217", f"account With Id = {A} Does Not Exist", errors.NotFound),
    (404, "0x80060891", "A record with the specified key values does not exist in account entity", errors.NotFound),
    (404, "0x8006088a", "Resource not found for the segment 'Accounts'.", errors.TableMissing),
    (404, "0x80060888", "Resource not found for the segment 'Accounts'.", errors.TableMissing),
    (404, "", "No HTTP resource was found that matches the request URI 'x'.", errors.ConfigurationProblem),
    (400, "0x0", "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'.",
     errors.FieldMissing),
    (400, "0x80060888", "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'.",
     errors.FieldMissing),
    (400, "0x80048d19", "x ----> Invalid property 'Name' was found in entity 'Microsoft.Dynamics.CRM.account'.",
     errors.FieldMissing),
    (400, "0x80048d19", "An undeclared property 'parentcustomerid' which only has property annotations",
     errors.FieldMissing),
    (400, "0x80041102", "The entity with a name = 'x' was not found.", errors.TableMissing),
    (400, "0x80041103", "'account' entity doesn't contain attribute 'x'.", errors.FieldMissing),
    (400, "0x80044331", "The length of the 'subject' attribute of the 'task' entity exceeded the maximum of '200'.",
     errors.InvalidValue),
    (400, "0x8004432f", "out of range", errors.InvalidValue),
    (400, "0x80044330", "out of range", errors.InvalidValue),
    (400, "0x8004431a", "not an option", errors.InvalidValue),
    (400, "0x80048408", "4 is not a valid status code", errors.InvalidValue),
    (400, "0x80040239", "The date-time is invalid", errors.InvalidValue),
    (400, "0x80040203", "Invalid argument", errors.Refused),
    (400, "0x80048cfb", "The currency cannot be null", errors.Refused),
    (405, "0x80040227", "The object cannot be deleted", errors.Refused),
    (412, "0x80060882", "The version doesn't match", errors.VersionConflict),
    (412, "0x80040237", "A record with matching key values already exists.", errors.DuplicateKey),
    (500, "0x80040237", "Cannot insert duplicate key.", errors.DuplicateKey),
    (412, "0x80060892", "Entity Key violated", errors.DuplicateKey),
    (412, "0x80040333", "A duplicate was found", errors.Refused),
    (403, "0x80040220", "missing prvReadLead privilege", errors.PrivilegeMissing),
    (403, "0x80048306", "no access", errors.Refused),
    (403, "0x80072560", "not a member", errors.NotAMember),
    (403, "0x80042f09", "no roles", errors.RoleMissing),
    (403, "0x8004d24b", "The user has not been assigned any License.", errors.NotAMember),
    (401, "", "", errors.SignInRefused),
    (400, "0x80040265", "The order needs a date.", errors.Refused),
    (500, "0x80040265", "The order needs a date.", errors.Refused),
    (500, "0x80040224", "ISV code failed", errors.Refused),
    (500, "0x80040216", "An unexpected error occurred.", errors.Unreachable),
    (502, "", "", errors.Unreachable),
    (429, "0x80072322", "Number of requests exceeded the limit of 6000", errors.Throttled),
    (429, "0x80072326", "Number of concurrent requests exceeded the limit of 52.", errors.Throttled),
    (503, "", "", errors.Throttled),
    (413, "", "", TooLarge),
    (400, "0x8006088d", "Optimistic concurrency isn't enabled", errors.ConfigurationProblem),
    (400, "0x80044352", "Version stamp associated with the client has expired.", errors.CursorExpired),
    (400, "0x80072491", "Entity account isn't enabled for change tracking.", errors.ConfigurationProblem),
    (400, "0x80044150", "SQL deadlock", errors.Locked),
    (500, "0x80040216", "Sql error: deadlocked on lock resources", errors.Locked),
    (500, "", "CRM ErrorCode: -2147204783", errors.Locked),
    (400, "0x80044151", "Timeout expired", errors.Locked),
    (400, "0x80040227", "The object cannot be deleted", errors.Refused),
    (403, "0x80040231", "The caller may not do this", errors.PrivilegeMissing),
    (403, "0x80040225", "The specified user is either disabled", errors.NotAMember),
    (400, "0x80060883", "The RowVersion is missing", errors.ConfigurationProblem),
    (400, "0x80060890", "The specified key attributes are not a defined key", errors.ConfigurationProblem),
    (400, "0x8004430a", "Over the limit", errors.ConfigurationProblem),
    (400, "0x80100005", "use the WinOpportunity message instead", errors.Refused),
    (400, "0x80060888", "Unrecognized 'Edm.String' literal 'x'", errors.Refused),
    (429, "0x80072321", "Combined execution time of incoming requests exceeded limit", errors.Throttled),
    (414, "", "", TooLarge),
    (501, "", "", errors.ConfigurationProblem),
    (504, "", "", errors.Unreachable),
    (400, "0xdeadbeef", "Something nobody has seen yet.", errors.Refused),
    (400, "", "", errors.BadAnswer),
])  # fmt: skip
def test_a_refusal_has_its_type(status: int, code: str, message: str, kind: type[Any]) -> None:
    found = problem(status, code, message)

    assert type(found) is kind
    assert str(found)


def test_what_a_plug_in_says_reaches_the_person() -> None:
    assert "The order needs a date." in str(problem(400, "0x80040265", "The order needs a date."))


def test_a_rule_of_sales_is_passed_on_word_by_word() -> None:
    assert str(problem(400, "0x8004f908", "You can only add Active products.")) == "You can only add Active products."


def test_an_unknown_refusal_is_told_with_status_code_and_text() -> None:
    found = str(problem(400, "0xdeadbeef", "Mondays are not supported."))

    assert found == "Mondays are not supported. (Dynamics 365 Sales answered 400 with code 0xdeadbeef.)"


@pytest.mark.parametrize(("status", "code", "message", "advice"), [
    (403, "0x80040225", "", "Enable it there"),
    (400, "0x80072491", "Entity account", "Switch change tracking on"),
    (400, "0x8006088d", "Entity account", "Switch optimistic concurrency on"),
    (400, "0x80060890", "x", "redeploy the integration solution"),
    (405, "0x80040227", "x", "Other records refer to it"),
    (400, "0x80048cfb", "x", "Couple the currency"),
    (401, "", "", "Check the URL and the tenant"),
])  # fmt: skip
def test_a_person_is_told_what_to_do(status: int, code: str, message: str, advice: str) -> None:
    assert advice in str(problem(status, code, message))


def test_a_web_page_instead_of_an_answer_is_not_shown_to_anybody() -> None:
    found = problem_of(Answer(502, {}, b"\xef\xbb\xbf<html><script>alert(1)</script></html>"))

    assert "<" not in str(found)
    assert "web page" in str(found)


def test_a_message_without_end_is_cut_and_its_control_signs_are_gone() -> None:
    found = str(
        problem_of(Answer(400, {}, b'{"error":{"code":"0x1","message":"a\\u0000\\u001b[31m' + b"x" * 9999 + b'"}}'))
    )

    assert len(found) < 1100
    assert found.isprintable()


def test_a_code_that_comes_as_a_number_is_known_as_well() -> None:
    body = b'{"error":{"code":"-2147220891","message":"The order needs a date."}}'

    assert isinstance(problem_of(Answer(400, {}, body)), errors.Refused)
    assert "plug-in" in str(problem_of(Answer(400, {}, body)))


def test_a_missing_privilege_is_named() -> None:
    text = "Principal user (Id=1) is missing prvReadLead privilege (Id=2) on OTC=4 for entity 'lead'."
    assert "prvReadLead" in str(problem(403, "0x80040220", text))


def test_the_field_of_a_value_out_of_range_is_found_in_the_text() -> None:
    text = "A validation error occurred.  The value of 'creditlimit' on record of type 'account' is outside the range."
    found = problem(400, "0x80044330", text)

    assert isinstance(found, errors.InvalidValue)
    assert found.field == "creditlimit"


@pytest.mark.parametrize(("header", "seconds"), [("30", 30.0), ("", 5.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 5.0)])
def test_the_wait_is_that_of_the_service_or_a_few_seconds(header: str, seconds: float) -> None:
    found = problem(429, "", "", header)

    assert isinstance(found, errors.Throttled)
    assert found.retry_after == seconds


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "text"}', b'{"error": {"code": null}}', b"\xff"])
def test_an_error_without_the_usual_body_still_is_a_problem(body: bytes) -> None:
    found = problem_of(Answer(400, {}, body))

    assert isinstance(found, errors.Problem)
    assert str(found)


def test_the_whole_answer_is_kept_for_the_log() -> None:
    raw = b'{"error":{"code":"0x80040203","message":"Invalid argument"}}'

    assert problem_of(Answer(400, {}, raw)).raw == raw.decode()
