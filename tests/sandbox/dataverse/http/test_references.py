"""References between rows: a lookup is set and emptied, a collection joined and left; both are read as addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.in_process import Inside

GONE = "00000000-0000-0000-0000-000000000001"


@pytest.fixture(scope="module")
def ids(inside: Inside) -> dict[str, str]:
    """Two firms, two people, a team, a user and a role."""
    user = inside.create("systemusers", firstname="Ann", lastname="Beebe", internalemailaddress="ann@adatum.example")
    role = inside.rows("roles?$select=roleid&$filter=name eq 'Salesperson'")[0]["roleid"]
    return {
        "adatum": inside.create("accounts", name="Adatum"),
        "coho": inside.create("accounts", name="Coho"),
        "funk": inside.create("contacts", lastname="Funk"),
        "hill": inside.create("contacts", lastname="Hill"),
        "team": inside.create("teams", name="Wine"),
        "ann": user,
        "role": role,
    }


@pytest.fixture
def address(inside: Inside, ids: dict[str, str]) -> Callable[[str], str]:
    """Fills in ``{adatum}`` and the like, and the root."""
    return lambda text: text.format(**ids, root=inside.root, gone=GONE)


def names(inside: Inside, path: str) -> list[str]:
    return sorted(one["@odata.id"].removeprefix(inside.root) for one in inside.rows(path))


def test_a_lookup_is_set_read_and_emptied(inside: Inside, ids: dict[str, str]) -> None:
    path = f"accounts({ids['adatum']})/primarycontactid/$ref"
    assert inside("GET", path).status_code == 204

    assert inside("PUT", path, {"@odata.id": f"{inside.root}contacts({ids['funk']})"}).status_code == 204
    assert inside.get(path) == {
        "@odata.context": f"{inside.root}$metadata#$ref",
        "@odata.id": f"{inside.root}contacts({ids['funk']})",
    }
    assert inside.get(f"accounts({ids['adatum']})/primarycontactid?$select=lastname")["lastname"] == "Funk"

    assert inside("DELETE", path).status_code == 204
    assert inside("GET", path).status_code == 204
    assert inside("GET", f"accounts({ids['adatum']})/primarycontactid").status_code == 204


@pytest.mark.parametrize(
    "given", ["{root}contacts({hill})", "/api/data/v9.2/contacts({hill})", "/contacts({hill})", "contacts({hill})"]
)
def test_a_row_is_named_by_the_whole_of_its_address_or_its_end(
    inside: Inside, ids: dict[str, str], address: Callable[[str], str], given: str
) -> None:
    path = f"accounts({ids['coho']})/primarycontactid/$ref"

    assert inside("PUT", path, {"@odata.id": address(given)}).status_code == 204
    assert inside.get(path)["@odata.id"].endswith(f"contacts({ids['hill']})")
    inside("DELETE", path)


def test_a_lookup_of_several_tables_leads_to_one_of_them_at_a_time(inside: Inside, ids: dict[str, str]) -> None:
    path = f"contacts({ids['hill']})/parentcustomerid_"
    inside("PUT", f"{path}account/$ref", {"@odata.id": f"{inside.root}accounts({ids['coho']})"})
    assert inside("GET", f"{path}contact/$ref").status_code == 204

    inside("PUT", f"{path}contact/$ref", {"@odata.id": f"{inside.root}contacts({ids['funk']})"})

    assert inside.get(f"{path}contact/$ref")["@odata.id"].endswith(f"contacts({ids['funk']})")
    assert inside("GET", f"{path}account/$ref").status_code == 204
    inside("DELETE", f"{path}contact/$ref")


@pytest.mark.parametrize("by_query", [False, True])
def test_a_row_joins_a_collection_and_leaves_it(inside: Inside, ids: dict[str, str], by_query: bool) -> None:
    path = f"accounts({ids['adatum']})/contact_customer_accounts"
    for name in ("funk", "hill"):
        assert inside("POST", f"{path}/$ref", {"@odata.id": f"contacts({ids[name]})"}).status_code == 204
    assert names(inside, f"{path}/$ref") == sorted(f"contacts({ids[name]})" for name in ("funk", "hill"))
    assert inside.get(f"contacts({ids['funk']})")["_parentcustomerid_value"] == ids["adatum"]

    for name in ("funk", "hill"):
        member = f"contacts({ids[name]})"
        leaving = f"{path}/$ref?$id={inside.root}{member}" if by_query else f"{path}({ids[name]})/$ref"
        assert inside("DELETE", leaving).status_code == 204

    assert names(inside, f"{path}/$ref") == []
    assert inside.get(f"contacts({ids['funk']})")["_parentcustomerid_value"] is None


def test_a_member_of_one_collection_joins_another_and_is_gone_from_the_first(
    inside: Inside, ids: dict[str, str]
) -> None:
    path = "accounts({})/contact_customer_accounts/$ref"
    for firm in ("adatum", "coho"):
        inside("POST", path.format(ids[firm]), {"@odata.id": f"contacts({ids['funk']})"})

    assert names(inside, path.format(ids["adatum"])) == []
    assert names(inside, path.format(ids["coho"])) == [f"contacts({ids['funk']})"]
    leaving = f"accounts({ids['adatum']})/contact_customer_accounts({ids['funk']})/$ref"
    assert inside.refusal("DELETE", leaving) == (404, "0x80040217")


def test_a_pair_of_many_to_many_is_made_once_and_seen_from_both_sides(inside: Inside, ids: dict[str, str]) -> None:
    path = f"systemusers({ids['ann']})/systemuserroles_association/$ref"
    body = {"@odata.id": f"{inside.root}roles({ids['role']})"}

    assert inside("POST", path, body).status_code == 204
    assert inside.refusal("POST", path, body) == (412, "0x80040237")

    assert names(inside, path) == [f"roles({ids['role']})"]
    back = names(inside, f"roles({ids['role']})/systemuserroles_association/$ref")
    assert f"systemusers({ids['ann']})" in back
    leaving = f"systemusers({ids['ann']})/systemuserroles_association({ids['role']})/$ref"
    assert inside("DELETE", leaving).status_code == 204
    assert inside("DELETE", leaving).status_code == 204
    assert names(inside, path) == []


REFUSED: list[tuple[str, str, Any, tuple[int, str]]] = [
    ("GET", "accounts({gone})/primarycontactid/$ref", None, (404, "0x80040217")),
    ("GET", "accounts({gone})/contact_customer_accounts/$ref", None, (404, "0x80040217")),
    ("GET", "accounts({gone})/contact_customer_accounts", None, (404, "0x80040217")),
    ("GET", "accounts({gone})/contact_customer_accounts/$count", None, (404, "0x80040217")),
    ("PUT", "accounts({gone})/primarycontactid/$ref", "contacts({funk})", (404, "0x80040217")),
    ("DELETE", "accounts({gone})/primarycontactid/$ref", None, (404, "0x80040217")),
    ("POST", "accounts({gone})/contact_customer_accounts/$ref", "contacts({funk})", (404, "0x80040217")),
    ("POST", "accounts({adatum})/contact_customer_accounts/$ref", "contacts({gone})", (404, "0x80040217")),
    ("POST", "accounts({adatum})/contact_customer_accounts/$ref", "accounts({coho})", (400, "0x80060888")),
    ("POST", "systemusers({ann})/systemuserroles_association/$ref", "roles({gone})", (404, "0x80040217")),
    ("POST", "systemusers({ann})/systemuserroles_association/$ref", "contacts({funk})", (400, "0x80060888")),
    ("PUT", "accounts({adatum})/primarycontactid/$ref", "contacts({gone})", (404, "0x80040217")),
    ("PUT", "accounts({adatum})/primarycontactid/$ref", "accounts({coho})", (400, "0x80048d19")),
    ("PUT", "accounts({adatum})/primarycontactid/$ref", "nothings({coho})", (404, "0x8006088a")),
    ("PUT", "accounts({adatum})/primarycontactid/$ref", "contacts", (400, "0x80060888")),
    ("PUT", "accounts({adatum})/primarycontactid/$ref", "contacts(Funk)", (400, "0x80060888")),
    ("PUT", "accounts({adatum})/primarycontactid/$ref", None, (400, "0x80060888")),
    ("POST", "accounts({adatum})/primarycontactid/$ref", "contacts({funk})", (404, "")),
    ("PUT", "accounts({adatum})/contact_customer_accounts/$ref", "contacts({funk})", (404, "")),
    ("PATCH", "accounts({adatum})/primarycontactid/$ref", "contacts({funk})", (404, "")),
    ("POST", "accounts({adatum})/corks/$ref", "contacts({funk})", (404, "")),
    ("DELETE", "accounts({adatum})/contact_customer_accounts/$ref", None, (400, "0x80060888")),
    ("DELETE", "accounts({adatum})/contact_customer_accounts({gone})/$ref", None, (404, "0x80040217")),
    ("DELETE", "accounts({adatum})/contact_customer_accounts(Funk)/$ref", None, (400, "0x80060888")),
    ("GET", "accounts({adatum})/contact_customer_accounts({funk})/$ref", None, (404, "")),
]


@pytest.mark.parametrize(("method", "path", "given", "answer"), REFUSED)
def test_a_reference_that_leads_nowhere_is_refused(
    inside: Inside, address: Callable[[str], str], method: str, path: str, given: str | None, answer: tuple[int, str]
) -> None:
    body = {} if given is None else {"@odata.id": address(given)}

    assert inside.refusal(method, address(path), None if method == "GET" else body) == answer


def test_the_owner_of_a_row_may_be_a_person_or_a_team(inside: Inside, ids: dict[str, str]) -> None:
    for set_name, kind, key in (("teams", "team", "team"), ("systemusers", "user", "ann")):
        role = f"{set_name}({ids[key]})/{kind if kind == 'team' else 'systemuser'}roles_association/$ref"
        inside("POST", role, {"@odata.id": f"roles({ids['role']})"})
        answer = inside("PATCH", f"accounts({ids['coho']})", {"ownerid@odata.bind": f"/{set_name}({ids[key]})"})

        assert answer.status_code == 204, answer.text
        row = inside.get(f"accounts({ids['coho']})?$select=_ownerid_value,_owninguser_value,_owningteam_value")
        assert row["_ownerid_value"] == row[f"_owning{kind}_value"] == ids[key]
