"""Change tracking: delta links tell everything that happened, once it is committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integration.sandbox import Sandbox
from tests.sandbox.conftest import Caller, Clock

TRACK = "odata.track-changes"


@pytest.fixture
def call(organization: Callable[..., Sandbox], clock: Clock) -> Iterator[Caller]:
    """An organization of its own, at a standing clock, with three accounts."""
    caller = Caller(organization(clock=clock).ready)
    for name in ("Adatum Corporation", "Coho Winery", "Trey Research"):
        caller.create("accounts", name=name)
    return caller


def track(call: Caller, path: str = "accounts?$select=name", **headers: str) -> dict[str, Any]:
    """The last page of a tracked read."""
    answer = call.get(path, Prefer=headers.get("Prefer", TRACK))
    while "@odata.nextLink" in answer:
        answer = call.get(answer["@odata.nextLink"], **headers)
    return answer


def names(answer: dict[str, Any]) -> list[str]:
    return [row["name"] for row in answer["value"] if "name" in row]


def test_the_first_read_brings_every_row_and_a_delta_link(call: Caller) -> None:
    answer = track(call)

    assert sorted(names(answer)) == ["Adatum Corporation", "Coho Winery", "Trey Research"]
    assert "$deltatoken=" in answer["@odata.deltaLink"]
    assert "$select=name" in answer["@odata.deltaLink"]


def test_nothing_changed_means_no_rows_and_a_new_link(call: Caller) -> None:
    answer = call.get(track(call)["@odata.deltaLink"])

    assert answer["value"] == []
    assert answer["@odata.context"].endswith("$metadata#accounts(name)/$delta")
    assert "@odata.deltaLink" in answer


def test_a_delta_brings_new_changed_and_deleted_rows_in_their_order(call: Caller) -> None:
    link = track(call)["@odata.deltaLink"]
    by_name = {row["name"]: row["accountid"] for row in call.rows("accounts")}
    call("PATCH", f"accounts({by_name['Trey Research']})", {"name": "Trey Research Ltd."})
    call.create("accounts", name="Relecloud")
    call("PATCH", f"accounts({by_name['Coho Winery']})", {"fax": "1"})
    call("DELETE", f"accounts({by_name['Adatum Corporation']})")

    answer = call.get(link)

    assert names(answer) == ["Trey Research Ltd.", "Relecloud", "Coho Winery"]
    (deleted,) = [row for row in answer["value"] if row.get("reason") == "deleted"]
    assert deleted["id"] == by_name["Adatum Corporation"]
    assert deleted["@odata.context"].endswith("$metadata#accounts/$deletedEntity")
    assert call.get(answer["@odata.deltaLink"])["value"] == []


def test_a_row_that_came_and_went_is_a_deletion_and_one_that_came_back_a_change(call: Caller) -> None:
    link = track(call)["@odata.deltaLink"]
    brief = call.create("accounts", name="Brief Ltd.")
    call("DELETE", f"accounts({brief})")
    again = call.rows("accounts?$filter=name eq 'Coho Winery'")[0]["accountid"]
    call("DELETE", f"accounts({again})")
    call.create("accounts", name="Coho Winery", accountid=again)

    rows = call.get(link)["value"]

    assert [row.get("accountid") or row["id"] for row in rows] == [again, brief]
    assert [row.get("reason") for row in rows] == [None, "deleted"]


def test_a_row_written_between_two_pages_comes_with_the_next_link(call: Caller) -> None:
    first = call.get("accounts?$select=name", Prefer=f"{TRACK},odata.maxpagesize=2")
    late = call.create("accounts", name="Late Ltd.", accountid="00000000-0000-4000-8000-000000000001")
    last = call.get(first["@odata.nextLink"], Prefer="odata.maxpagesize=2")

    assert "Late Ltd." not in names(first) + names(last)
    assert [row["accountid"] for row in call.get(last["@odata.deltaLink"])["value"]] == [late]


def test_many_changes_come_in_pages_and_the_link_only_with_the_last(call: Caller) -> None:
    link = track(call)["@odata.deltaLink"]
    for number in range(5):
        call.create("accounts", name=f"Branch {number}")
    size = "odata.maxpagesize=2"

    first = call.get(link, Prefer=size)
    call.create("accounts", name="Branch 5")
    second = call.get(first["@odata.nextLink"], Prefer=size)
    third = call.get(second["@odata.nextLink"], Prefer=size)

    assert ["@odata.deltaLink" in page for page in (first, second, third)] == [False, False, True]
    assert [name for page in (first, second, third) for name in names(page)] == [f"Branch {n}" for n in range(5)]
    assert names(call.get(third["@odata.deltaLink"])) == ["Branch 5"]


@pytest.mark.parametrize("option", ["$filter=name eq 'x'", "$orderby=name", "$top=1", "$expand=primarycontactid"])
def test_only_columns_may_be_chosen(call: Caller, option: str) -> None:
    answer = call("GET", f"accounts?$select=name&{option}", Prefer=TRACK)

    assert answer.status_code == 400
    assert "isn't supported when Change Tracking is enabled." in answer.json()["error"]["message"]


@pytest.mark.parametrize("set_name", ["uoms", "productpricelevels", "annotations"])
def test_tables_without_tracking_say_so(call: Caller, set_name: str) -> None:
    assert call.refusal("GET", set_name, Prefer=TRACK) == (400, "0x80072491")


def test_a_link_expires_after_seven_days(call: Caller, clock: Clock) -> None:
    link = track(call)["@odata.deltaLink"]
    clock.advance(days=7)
    fresh = Caller(call.ready)
    assert fresh("GET", link).status_code == 200

    clock.advance(seconds=1)

    assert fresh.refusal("GET", link) == (400, "0x80044352")


def test_a_link_of_another_history_has_expired(call: Caller) -> None:
    link = track(call)["@odata.deltaLink"]
    head, _, rest = link.partition("$deltatoken=")

    assert call.refusal("GET", f"{head}$deltatoken=9{rest}") == (400, "0x80044352")


def test_changes_can_be_counted_by_their_link(call: Caller) -> None:
    token = track(call)["@odata.deltaLink"].partition("$deltatoken=")[2]
    call.create("accounts", name="Relecloud")
    call("DELETE", f"accounts({call.rows('accounts')[0]['accountid']})")

    counted = call("GET", f"accounts/$count?$deltatoken={token}").content.decode("utf-8-sig")

    assert counted in ("1", "2")


def test_a_lookup_that_a_deletion_empties_is_a_change_too(call: Caller) -> None:
    parent, child = (row["accountid"] for row in call.rows("accounts")[:2])
    call("PATCH", f"accounts({child})", {"parentaccountid@odata.bind": f"/accounts({parent})"})
    link = track(call)["@odata.deltaLink"]

    call("DELETE", f"accounts({parent})")

    rows = call.get(link)["value"]
    assert [row.get("accountid") or row["id"] for row in rows] == [child, parent]
    assert call.get(f"accounts({child})")["_parentaccountid_value"] is None
