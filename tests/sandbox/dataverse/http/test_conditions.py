"""``If-Match`` and ``If-None-Match``: every way to write a row against every state it can be in."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from tests.examples import examples
from tests.sandbox.in_process import Inside

numbers = itertools.count(1)
SHOWN = {"Prefer": "return=representation"}


def fresh() -> str:
    return f"00000000-0000-0000-0000-{next(numbers):012d}"


def row_in(inside: Inside, state: str) -> tuple[str, str]:
    """An id of a row that is there, was deleted, or never was; and an etag: the current one, or one that is not."""
    key = fresh()
    if state == "never":
        return key, 'W/"1"'
    inside.create("accounts", accountid=key, name="Adatum")
    etag = inside.get(f"accounts({key})?$select=name")["@odata.etag"]
    if state == "changed":
        inside("PATCH", f"accounts({key})", {"fax": "1"})
    if state == "deleted":
        inside("DELETE", f"accounts({key})")
    return key, etag


@pytest.mark.parametrize(
    ("state", "condition", "status"),
    [
        ("there", "", 204),
        ("there", "If-Match: *", 204),
        ("there", "If-Match: etag", 204),
        ("there", "If-None-Match: *", 412),
        ("changed", "", 204),
        ("changed", "If-Match: *", 204),
        ("changed", "If-Match: etag", 412),
        ("changed", "If-None-Match: *", 412),
        ("deleted", "", 204),
        ("deleted", "If-Match: *", 404),
        ("deleted", "If-Match: etag", 404),
        ("deleted", "If-None-Match: *", 204),
        ("never", "", 204),
        ("never", "If-Match: *", 404),
        ("never", "If-Match: etag", 404),
        ("never", "If-None-Match: *", 204),
    ],
)
def test_a_patch_creates_changes_or_is_refused_as_its_condition_says(
    inside: Inside, state: str, condition: str, status: int
) -> None:
    key, etag = row_in(inside, state)
    name, _, value = condition.partition(": ")
    headers = {name: etag if value == "etag" else value} if name else {}

    answer = inside("PATCH", f"accounts({key})", {"name": "Coho"}, **headers)

    assert answer.status_code == status, answer.text
    found = inside("GET", f"accounts({key})?$select=name")
    there = {"there": "Adatum", "changed": "Adatum"}.get(state)
    wanted = "Coho" if status == 204 else there
    assert (found.json()["name"] if found.status_code == 200 else None) == wanted
    if status == 204:
        assert answer.headers["OData-EntityId"] == f"{inside.root}accounts({key})"


@pytest.mark.parametrize(
    ("state", "condition", "status"),
    [
        ("there", "", 204),
        ("there", "*", 204),
        ("there", "etag", 204),
        ("changed", "etag", 412),
        ("changed", "*", 204),
        ("deleted", "", 404),
        ("deleted", "*", 404),
        ("deleted", "etag", 404),
        ("never", "", 404),
        ("never", "etag", 404),
    ],
)
def test_a_deletion_is_done_or_refused_as_its_condition_says(
    inside: Inside, state: str, condition: str, status: int
) -> None:
    key, etag = row_in(inside, state)
    headers = {"If-Match": etag if condition == "etag" else condition} if condition else {}

    assert inside("DELETE", f"accounts({key})", **headers).status_code == status

    kept = status == 412
    assert (inside("GET", f"accounts({key})").status_code == 200) == kept


@pytest.mark.parametrize(
    ("query", "prefer", "status"),
    [
        ("?$select=name", "", 304),
        ("", "", 304),
        ("?$select=name&$expand=primarycontactid", "", 200),
        ("?$select=name", 'odata.include-annotations="*"', 200),
        ("?$select=name", 'odata.include-annotations="Microsoft.Dynamics.CRM.lookuplogicalname"', 200),
        ("?$select=name", "odata.maxpagesize=5", 304),
    ],
)
def test_an_unchanged_row_is_not_sent_again(inside: Inside, query: str, prefer: str, status: int) -> None:
    key, etag = row_in(inside, "there")
    headers = {"If-None-Match": etag, **({"Prefer": prefer} if prefer else {})}

    same = inside("GET", f"accounts({key}){query}", **headers)
    inside("PATCH", f"accounts({key})", {"fax": "1"})
    changed = inside("GET", f"accounts({key}){query}", **headers)

    assert (same.status_code, bool(same.text)) == (status, status == 200)
    assert same.headers["ETag"] == etag
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


@given(some.lists(some.sampled_from(["mine", "theirs", "stale"]), max_size=10))
@examples(20, suppress_health_check=[HealthCheck.too_slow])
def test_of_two_who_write_by_etag_only_who_saw_the_last_version_does(inside: Inside, steps: list[str]) -> None:
    """Two clients each keep the etag they saw last; a stale one writes nothing."""
    key, etag = row_in(inside, "there")
    seen = {"mine": etag, "theirs": etag}
    current, written = etag, None

    for at, step in enumerate(steps):
        who = "mine" if step == "stale" else step
        used = 'W/"0"' if step == "stale" else seen[who]
        answer = inside("PATCH", f"accounts({key})?$select=fax", {"fax": str(at)}, If_Match=used, **SHOWN)
        assert answer.status_code == (200 if used == current else 412)
        if answer.status_code == 200:
            current, written = answer.headers["ETag"], str(at)
            seen[who] = current
        else:
            assert answer.refusal == (412, "0x80060882")
            seen[who] = inside.get(f"accounts({key})?$select=fax")["@odata.etag"]
    assert inside.get(f"accounts({key})?$select=fax")["fax"] == written


@pytest.mark.parametrize(
    ("method", "present", "prefer", "status"),
    [
        ("POST", False, "", 204),
        ("POST", False, "return=representation", 201),
        ("POST", False, "return=minimal", 204),
        ("PATCH", False, "", 204),
        ("PATCH", False, "return=representation", 201),
        ("PATCH", True, "", 204),
        ("PATCH", True, "return=representation", 200),
        ("PATCH", True, 'return=representation, odata.include-annotations="*"', 200),
    ],
)
def test_who_wants_to_see_what_was_written_gets_the_row_instead_of_its_address(
    inside: Inside, method: str, present: bool, prefer: str, status: int
) -> None:
    key, _ = row_in(inside, "there" if present else "never")
    path = "accounts" if method == "POST" else f"accounts({key})"
    body = {"name": "Coho", "fax": "5", **({"accountid": key} if method == "POST" else {})}

    answer = inside(method, f"{path}?$select=name", body, Prefer=prefer)

    assert answer.status_code == status
    if status == 204:
        assert (answer.text, answer.headers["OData-EntityId"]) == ("", f"{inside.root}accounts({key})")
        return
    shown: dict[str, Any] = answer.json()
    assert "OData-EntityId" not in answer.headers
    assert answer.headers["ETag"] == shown["@odata.etag"]
    assert answer.headers["Preference-Applied"] == "return=representation"
    assert {name: value for name, value in shown.items() if "@" not in name} == {"name": "Coho", "accountid": key}


def test_a_row_that_was_deleted_and_made_again_has_another_version(inside: Inside) -> None:
    key, etag = row_in(inside, "deleted")
    inside("PATCH", f"accounts({key})", {"name": "Again"})

    assert inside.refusal("PATCH", f"accounts({key})", {"fax": "1"}, If_Match=etag) == (412, "0x80060882")
    assert inside.get(f"accounts({key})")["fax"] is None
