"""Whatever is written between two reads, who follows the delta links has the rows that are there."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from tests.examples import examples
from tests.sandbox.in_process import Inside

SETTINGS = examples(20, suppress_health_check=[HealthCheck.too_slow])
numbers = itertools.count(1)
STEP = some.tuples(some.sampled_from(["make", "make", "change", "change", "delete", "again"]), some.integers(0, 6))
ROUNDS = some.lists(some.lists(STEP, max_size=6), min_size=1, max_size=3)
TRACKED = "odata.track-changes"


class Copy:
    """A client that keeps a copy of the accounts by their delta links."""

    def __init__(self, inside: Inside, size: int) -> None:
        self.inside = inside
        self.rows: dict[str, str] = {}
        self.link = ""
        self.prefer = f"{TRACKED},odata.maxpagesize={size}"

    def follow(self) -> list[dict[str, Any]]:
        """Everything since the last time, taken into the copy."""
        path, entries = self.link or "accounts?$select=name", []
        while path:
            answer = self.inside.get(path, Prefer=self.prefer)
            entries += answer["value"]
            self.link = answer.get("@odata.deltaLink", "")
            path = answer.get("@odata.nextLink", "")
        for entry in entries:
            if "reason" in entry:
                self.rows.pop(entry["id"], None)
            else:
                self.rows[entry["accountid"]] = entry["name"]
        return entries


def carry_out(inside: Inside, step: tuple[str, int], there: list[str], gone: list[str]) -> None:
    what, at = step
    name = f"Adatum {next(numbers)}"
    if what == "make" or not there:
        there.append(inside.create("accounts", name=name))
    elif what == "change":
        inside("PATCH", f"accounts({there[at % len(there)]})", {"name": name})
    elif what == "delete":
        key = there.pop(at % len(there))
        gone.append(key)
        inside("DELETE", f"accounts({key})")
    elif gone:
        key = gone.pop(at % len(gone))
        there.append(key)
        inside("PATCH", f"accounts({key})", {"name": name})


def clear(inside: Inside) -> None:
    for row in inside.rows("accounts?$select=accountid"):
        inside("DELETE", f"accounts({row['accountid']})")


@given(ROUNDS, some.integers(1, 5))
@SETTINGS
def test_a_copy_kept_by_delta_links_is_what_is_there(
    inside: Inside, rounds: list[list[tuple[str, int]]], size: int
) -> None:
    copy, there, gone = Copy(inside, size), [], []
    copy.follow()
    for steps in rounds:
        for step in steps:
            carry_out(inside, step, there, gone)

        counted = inside("GET", copy.link.replace("accounts?", "accounts/$count?"))
        entries = copy.follow()

        rows = {row["accountid"]: row["name"] for row in inside.rows("accounts?$select=name")}
        assert copy.rows == rows
        ids = [entry.get("accountid", entry.get("id")) for entry in entries]
        assert len(set(ids)) == len(ids)
        assert counted.text == f"\ufeff{len(ids)}"
    clear(inside)


@given(some.lists(STEP, max_size=6), some.integers(1, 3))
@SETTINGS
def test_what_is_written_while_pages_are_read_is_not_missed(
    inside: Inside, steps: list[tuple[str, int]], size: int
) -> None:
    there = [inside.create("accounts", name="Coho") for _ in range(3)]
    waiting, gone = iter(steps), []
    copy = Copy(inside, size)
    path = "accounts?$select=name"
    while path:
        answer = inside.get(path, Prefer=copy.prefer)
        copy.rows |= {row["accountid"]: row["name"] for row in answer["value"]}
        for step in itertools.islice(waiting, 1):
            carry_out(inside, step, there, gone)
        copy.link = answer.get("@odata.deltaLink", "")
        path = answer.get("@odata.nextLink", "")
    for step in waiting:
        carry_out(inside, step, there, gone)

    copy.follow()

    assert copy.rows == {row["accountid"]: row["name"] for row in inside.rows("accounts?$select=name")}
    clear(inside)


def test_a_link_lasts_seven_days_to_the_second(inside: Inside) -> None:
    copy = Copy(inside, 5)
    copy.follow()
    clock: Any = inside.organization.clock
    before = clock.now

    clock.advance(days=7)
    inside.authorization = fresh_token(inside)
    assert inside("GET", copy.link).status_code == 200
    clock.advance(seconds=1)

    assert inside.refusal("GET", copy.link) == (400, "0x80044352")
    clock.now = before


def fresh_token(inside: Inside) -> str:
    tenant = inside.organization.tenant
    return f"Bearer {tenant.token(tenant.client('administrator').id, tenant.resources[0])}"


@pytest.mark.parametrize(
    "token",
    ["", "x", "5", "5!", "!03/02/2026 09:30:00", "5!03/02/2026", "5!2026-03-02 09:30:00", "5!13/02/2026 09:30:00",
     "5!02/30/2026 09:30:00", "5!99/99/9999 99:99:99", "-5!03/02/2026 09:30:00", "5.5!03/02/2026 09:30:00",
     "9999999999999999999999!03/02/2026 09:30:00", "5!00/00/0000 00:00:00"],
)  # fmt: skip
def test_a_delta_token_that_is_none_is_refused(inside: Inside, token: str) -> None:
    for path in ("accounts", "accounts/$count"):
        assert inside.refusal("GET", f"{path}?$deltatoken={token}") == (400, "0x80060888")


@pytest.mark.parametrize("token", ["999999999!03/02/2026 09:30:00", "1!02/01/2026 09:30:00", "1!01/01/1900 00:00:00"])
def test_a_delta_token_of_another_history_or_too_long_ago_has_expired(inside: Inside, token: str) -> None:
    for path in ("accounts", "accounts/$count"):
        assert inside.refusal("GET", f"{path}?$deltatoken={token}") == (400, "0x80044352")


@pytest.mark.parametrize("option", ["$filter=name eq 'x'", "$orderby=name", "$expand=primarycontactid", "$top=5"])
def test_a_tracked_question_takes_nothing_but_columns(inside: Inside, option: str) -> None:
    copy = Copy(inside, 5)
    copy.follow()
    name = option.partition("=")[0].lstrip("$")
    says = f'The "{name}" query parameter isn\'t supported when Change Tracking is enabled.'

    assert inside.message("GET", f"accounts?{option}", Prefer=TRACKED) == says
    assert inside.message("GET", f"{copy.link}&{option}") == says


def test_deletions_come_last_and_say_so(inside: Inside) -> None:
    copy = Copy(inside, 100)
    first = inside.create("accounts", name="Adatum")
    copy.follow()
    inside("DELETE", f"accounts({first})")
    second = inside.create("accounts", name="Coho")

    answer = inside.get(copy.link)

    changed, gone = answer["value"]
    assert (changed["accountid"], changed["name"]) == (second, "Coho")
    assert gone == {
        "@odata.context": f"{inside.root}$metadata#accounts/$deletedEntity",
        "id": first,
        "reason": "deleted",
    }
    assert answer["@odata.context"] == f"{inside.root}$metadata#accounts(name)/$delta"
