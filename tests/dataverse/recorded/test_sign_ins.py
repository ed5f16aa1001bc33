"""Recorded refusals of the directory and of the organization: which field of the setup page is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from integration.systems.errors import NotAMember, PrivilegeMissing, RoleMissing, SignInRefused
from tests.dataverse.recorded.conftest import Recorded


@pytest.mark.parametrize(("number", "part", "words"), [
    (7000215, "secret", "secret's value, not its id"),
    (7000222, "secret", "expired"),
    (7000218, "secret", "missing"),
    (700027, "certificate", "not the one registered"),
    (700016, "client", "unknown in this tenant"),
    (7000112, "client", "disabled"),
    (90002, "tenant", "does not exist"),
    (900023, "tenant", "not written as"),
    (500011, "resource", "URL is unknown"),
    (50001, "resource", "URL is unknown"),
    (70011, "resource", "URL"),
    (28002, "resource", "URL"),
    (700022, "resource", "more than one"),
    (900144, "", "misses something"),
])  # fmt: skip
def test_a_refusal_of_the_directory_names_the_field(recorded: Recorded, number: int, part: str, words: str) -> None:
    recorded.sign_ins = [f"aadsts_{number}"]

    with pytest.raises(SignInRefused, match=words) as caught:
        recorded.session.request("GET", "accounts")

    assert caught.value.part == part
    assert f"AADSTS{number}" in caught.value.raw
    assert recorded.asked == []


@pytest.mark.parametrize("number", [90055, 90033])
def test_a_directory_that_is_busy_is_asked_again(recorded: Recorded, number: int) -> None:
    recorded.sign_ins = [f"aadsts_{number}", "token"]

    assert recorded.says("rows").request("GET", "accounts").status == 200
    assert recorded.held == [5.0]


@pytest.mark.parametrize("form", ["empty", "text", "error"])
def test_a_token_that_is_not_taken_is_renewed_once_whatever_form_the_answer_has(recorded: Recorded, form: str) -> None:
    name = f"unauthorized_{form}"

    assert recorded.says(name, "rows").request("GET", "accounts").status == 200
    with pytest.raises(SignInRefused, match="URL") as caught:
        recorded.says(name, name).request("GET", "accounts")

    assert caught.value.part == "resource"
    assert len(recorded.asked) == 4


@pytest.mark.parametrize(("name", "kind", "words"), [
    ("not_a_member", NotAMember, "not a member"),
    ("no_role", RoleMissing, "no security role"),
    ("no_privilege", PrivilegeMissing, "prvReadLead"),
])  # fmt: skip
def test_what_the_organization_does_not_allow_is_said_in_words(
    recorded: Recorded, name: str, kind: type[Any], words: str
) -> None:
    with pytest.raises(kind, match=words):
        recorded.says(name).request("GET", "accounts")
