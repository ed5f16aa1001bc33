"""Bulk messages do what single ones do, all or nothing; and the preferences of a request mean what they say."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from integration.sandbox.dataverse.http.messages import Preferences, parse_preferences
from tests.examples import examples
from tests.sandbox.in_process import Inside

SETTINGS = examples(12, suppress_health_check=[HealthCheck.too_slow])
numbers = itertools.count(1)
CRM = "Microsoft.Dynamics.CRM"
VALUES = some.fixed_dictionaries(
    {"name": some.sampled_from(["Adatum", "Coho", "Köln"])},
    optional={
        "fax": some.sampled_from(["1", "22", None]),
        "creditlimit": some.decimals(0, 10_000, places=2),
        "numberofemployees": some.integers(0, 100),
        "creditonhold": some.booleans(),
        "customertypecode": some.sampled_from([1, 3, None]),
    },
)
BAD = {"name": "Adatum", "customertypecode": 999}
OWN = frozenset({"accountid", "versionnumber", "address1_addressid", "address2_addressid", "address3_addressid"})


def target(values: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"@odata.type": f"{CRM}.account", **values, **more}


def send(inside: Inside, message: str, targets: list[dict[str, Any]]) -> Any:
    return inside("POST", f"accounts/{CRM}.{message}", {"Targets": targets})


def shown(inside: Inside, key: str) -> dict[str, Any]:
    """A row without what differs between two rows of the same values."""
    return {
        name: value
        for name, value in inside.get(f"accounts({key})").items()
        if "@" not in name and name not in OWN and "processid" not in name
    }


def fresh() -> str:
    return f"00000000-0000-0000-0001-{next(numbers):012d}"


def how_many(inside: Inside) -> int:
    return int(inside("GET", "accounts/$count").text.lstrip("\ufeff"))


@given(some.lists(VALUES, min_size=1, max_size=4))
@SETTINGS
def test_rows_made_together_are_those_made_one_by_one(inside: Inside, rows: list[dict[str, Any]]) -> None:
    ids = send(inside, "CreateMultiple", [target(values) for values in rows]).json()["Ids"]

    for key, values in zip(ids, rows, strict=True):
        assert shown(inside, key) == shown(inside, inside.create("accounts", **values))
        inside("DELETE", f"accounts({key})")


@given(some.lists(VALUES, min_size=1, max_size=3), some.lists(VALUES, min_size=3, max_size=3))
@SETTINGS
def test_rows_changed_together_are_those_changed_one_by_one(
    inside: Inside, rows: list[dict[str, Any]], changes: list[dict[str, Any]]
) -> None:
    pairs = [(inside.create("accounts", **values), inside.create("accounts", **values)) for values in rows]

    changed = list(zip(pairs, changes, strict=False))
    answer = send(inside, "UpdateMultiple", [target(change, accountid=one) for (one, _), change in changed])
    for (_, other), change in changed:
        assert inside("PATCH", f"accounts({other})", change).status_code == 204

    assert answer.status_code == 204
    for one, other in pairs:
        assert shown(inside, one) == shown(inside, other)


@given(some.lists(some.booleans(), min_size=1, max_size=5))
@SETTINGS
def test_an_upsert_changes_what_is_there_and_makes_what_is_not(inside: Inside, present: list[bool]) -> None:
    keys = [fresh() for _ in present]
    for key, there in zip(keys, present, strict=True):
        if there:
            inside.create("accounts", accountid=key, name="Before", fax="7")
    before = how_many(inside)

    answer = send(inside, "UpsertMultiple", [target({"name": "After"}, accountid=key) for key in keys])

    assert answer.status_code == 204
    found = [inside.get(f"accounts({key})?$select=name,fax") for key in keys]
    assert [(row["name"], row["fax"]) for row in found] == [("After", "7" if there else None) for there in present]
    assert how_many(inside) == before + present.count(False)


@given(some.lists(VALUES, max_size=3), some.lists(VALUES, max_size=3),
       some.sampled_from(["CreateMultiple", "UpdateMultiple", "UpsertMultiple"]))  # fmt: skip
@SETTINGS
def test_one_bad_row_undoes_all_the_others(
    inside: Inside, before: list[dict[str, Any]], after: list[dict[str, Any]], message: str
) -> None:
    rows = [*before, BAD, *after]
    keys = [fresh() for _ in rows]
    if message == "UpdateMultiple":
        for key in keys:
            inside.create("accounts", accountid=key, name="Before")
    count = how_many(inside)

    answer = send(inside, message, [target(values, accountid=key) for key, values in zip(keys, rows, strict=True)])

    assert answer.refusal == (400, "0x8004431a")
    assert how_many(inside) == count
    if message == "UpdateMultiple":
        assert {inside.get(f"accounts({key})")["name"] for key in keys} == {"Before"}


@pytest.mark.parametrize("message", ["CreateMultiple", "UpdateMultiple", "UpsertMultiple"])
@pytest.mark.parametrize(
    "body",
    [
        {}, {"Targets": None}, {"Targets": {}}, {"Targets": []}, {"Targets": [5]}, {"Targets": [[]]}, [],
        {"Targets": [{"name": "Adatum"}]},
        {"Targets": [{"@odata.type": f"{CRM}.contact", "lastname": "Funk"}]},
        {"Targets": [target({"name": "Adatum"}), {"@odata.type": f"{CRM}.contact", "lastname": "Funk"}]},
        {"Targets": [target({"name": "Adatum"}, accountid="x")]},
        {"targets": [target({"name": "Adatum"})]},
    ],
)  # fmt: skip
def test_targets_are_rows_of_one_table(inside: Inside, message: str, body: Any) -> None:
    count = how_many(inside)

    assert inside.refusal("POST", f"accounts/{CRM}.{message}", body)[0] == 400
    assert how_many(inside) == count


@pytest.mark.parametrize("message", ["UpdateMultiple", "UpsertMultiple"])
def test_a_row_stands_in_a_call_once(inside: Inside, message: str) -> None:
    key = inside.create("accounts", name="Adatum")
    twice = [target({"name": "Coho"}, accountid=key), target({"name": "Trey"}, **{"@odata.id": f"accounts({key})"})]

    assert send(inside, message, twice).refusal == (400, "0x80040203")
    assert inside.get(f"accounts({key})")["name"] == "Adatum"


def test_a_change_names_rows_that_are_there(inside: Inside) -> None:
    key = inside.create("accounts", name="Adatum")

    assert send(inside, "UpdateMultiple", [target({"name": "Coho"})]).refusal == (400, "0x80040203")
    gone = [target({"name": "Coho"}, accountid=key), target({"name": "Coho"}, accountid=fresh())]
    assert send(inside, "UpdateMultiple", gone).refusal == (404, "0x80040217")
    assert inside.get(f"accounts({key})")["name"] == "Adatum"


@pytest.mark.parametrize(
    ("path", "status"),
    [(f"roles/{CRM}.CreateMultiple", 404), (f"accounts/{CRM}.DeleteMultiple", 501),
     (f"accounts/{CRM}.MergeMultiple", 404), ("accounts/CreateMultiple", 404), ("CreateMultiple", 404)],
)  # fmt: skip
def test_a_bulk_message_that_a_table_does_not_have_is_not_found(inside: Inside, path: str, status: int) -> None:
    assert inside.refusal("POST", path, {"Targets": [target({"name": "Adatum"})]})[0] == status
    assert inside.refusal("GET", path)[0] == 404


# --- preferences --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", Preferences()),
        ("return=representation", Preferences(representation=True)),
        ("return=minimal", Preferences()),
        ("RETURN=representation", Preferences(representation=True)),
        ("odata.maxpagesize=50", Preferences(page_size=50)),
        ("odata.maxpagesize=5001", Preferences(page_size=5000)),
        ("odata.maxpagesize=99999999999999999999", Preferences(page_size=5000)),
        ("odata.maxpagesize=0050", Preferences(page_size=50)),
        ("odata.maxpagesize=0", Preferences()),
        ("odata.maxpagesize=-5", Preferences()),
        ("odata.maxpagesize=5.5", Preferences()),
        ("odata.maxpagesize=٣", Preferences()),
        ("odata.maxpagesize=", Preferences()),
        ("odata.track-changes", Preferences(track_changes=True)),
        ("odata.continue-on-error", Preferences(continue_on_error=True)),
        ('odata.include-annotations="*"', Preferences(annotations=("*",))),
        ("odata.include-annotations=*", Preferences(annotations=("*",))),
        ('odata.include-annotations="a.b, c.*"', Preferences(annotations=("a.b", "c.*"))),
        ("respond-async, wait=5", Preferences()),
        (
            'odata.track-changes, odata.maxpagesize=3 ,odata.include-annotations="x",return=representation',
            Preferences(True, ("x",), 3, track_changes=True),
        ),
    ],
)
def test_preferences_are_read_whatever_their_order_and_case(text: str, found: Preferences) -> None:
    assert parse_preferences(text) == found


@given(some.text(max_size=60))
@examples(60)
def test_any_preference_is_read_or_ignored(text: str) -> None:
    found = parse_preferences(text)

    assert found.page_size is None or 0 < found.page_size <= 5000
    found.wants("OData.Community.Display.V1.FormattedValue")


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        ("*", "formatted name navigation"),
        ("OData.Community.Display.V1.FormattedValue", "formatted"),
        ("OData.Community.*", "formatted"),
        ("Microsoft.Dynamics.CRM.*", "name navigation"),
        ("Microsoft.Dynamics.CRM.lookuplogicalname,OData.*", "formatted name"),
        ("nothing", ""),
    ],
)
def test_annotations_come_as_they_are_wanted(inside: Inside, patterns: str, names: str) -> None:
    shown_as = {
        "formatted": "OData.Community.Display.V1.FormattedValue",
        "name": "Microsoft.Dynamics.CRM.lookuplogicalname",
        "navigation": "Microsoft.Dynamics.CRM.associatednavigationproperty",
    }
    key = inside.create("accounts", name="Adatum")
    prefer = f'odata.include-annotations="{patterns}"'

    answer = inside("GET", f"accounts({key})?$select=_ownerid_value", Prefer=prefer)

    about = {name.partition("@")[2] for name in answer.json() if name.startswith("_ownerid_value@")}
    assert about == {shown_as[name] for name in names.split()}
    assert answer.headers["Preference-Applied"] == prefer


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("customertypecode", 3, "Customer"),
        ("creditonhold", True, "Yes"),
        ("creditonhold", False, "No"),
        ("donotphone", False, "Allow"),
        ("donotphone", True, "Do Not Allow"),
        ("numberofemployees", 1_234_567, "1,234,567"),
        ("creditlimit", Decimal("1234.5"), "1,234.50"),
        ("lastonholdtime", "2026-03-02T00:05:00Z", "3/2/2026 12:05 AM"),
        ("lastonholdtime", "2026-12-31T13:05:00Z", "12/31/2026 1:05 PM"),
        ("statecode", 0, "Active"),
    ],
)
def test_a_value_is_shown_as_people_read_it(inside: Inside, column: str, value: Any, text: str) -> None:
    key = inside.create("accounts", name="Adatum", **({} if column == "statecode" else {column: value}))
    fetch = (
        f"accounts?fetchXml=<fetch><entity name='account'><attribute name='{column}'/><filter>"
        f"<condition attribute='accountid' operator='eq' value='{key}'/></filter></entity></fetch>"
    )
    all_of_them = 'odata.include-annotations="*"'

    alone = inside.get(f"accounts({key})?$select={column}", Prefer=all_of_them)
    (listed,) = inside.rows(fetch, Prefer=all_of_them)

    for found in (alone, listed):
        assert found[f"{column}@OData.Community.Display.V1.FormattedValue"].endswith(text)
