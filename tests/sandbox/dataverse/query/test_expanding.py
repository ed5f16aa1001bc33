"""``$expand``: what is expanded is what a question of its own would bring."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as some

from tests.examples import examples
from tests.sandbox.dataverse.query.samples import SET, Samples
from tests.sandbox.in_process import Inside

SETTINGS = examples(20, suppress_health_check=[HealthCheck.too_slow])
INNER = some.tuples(
    some.sampled_from(["", "$select=new_name", "$select=new_bottles,new_color"]),
    some.sampled_from(["", "$filter=new_organic eq true", "$filter=new_bottles ne null"]),
    some.sampled_from(["", "$orderby=new_bottles desc", "$orderby=new_name,new_wineid"]),
    some.sampled_from(["", "$top=1", "$top=3"]),
)


@pytest.fixture(scope="module")
def people(inside: Inside) -> dict[str, str]:
    """Adatum with two contacts, one of them its primary one; Coho with none."""
    adatum = inside.create("accounts", name="Adatum")
    coho = inside.create("accounts", name="Coho")
    bind = {"parentcustomerid_account_at_bind": f"/accounts({adatum})"}
    funk = inside.create("contacts", lastname="Funk", firstname="Ann", **bind)
    inside.create("contacts", lastname="Hill", firstname="Bob", **bind)
    inside("PATCH", f"accounts({adatum})", {"primarycontactid@odata.bind": f"/contacts({funk})"})
    return {"Adatum": adatum, "Coho": coho, "Funk": funk}


def bare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if "odata" not in name} for row in rows]


@given(INNER)
@SETTINGS
def test_an_expanded_collection_is_what_its_own_address_brings(samples: Samples, inner: tuple[str, ...]) -> None:
    options = [part for part in inner if part]
    expanded = f"new_cellar_wines({';'.join(options)})" if options else "new_cellar_wines"

    cellars = samples.inside.rows(f"new_cellars?$select=new_name&$expand={expanded}")

    for cellar in cellars:
        own = samples.inside.rows(f"new_cellars({cellar['new_cellarid']})/new_cellar_wines?{'&'.join(options)}")
        assert bare(cellar["new_cellar_wines"]) == bare(own)


@given(some.sampled_from(["", "($select=new_name)", "($select=createdon,new_name)"]))
@SETTINGS
def test_an_expanded_lookup_is_the_row_it_leads_to_or_nothing(samples: Samples, inner: str) -> None:
    rows = samples.inside.rows(f"{SET}?$select=new_name,_new_cellarid_value&$expand=new_CellarId{inner}")

    query = inner.strip("()")
    for row in rows:
        cellar, key = row["new_CellarId"], row["_new_cellarid_value"]
        assert (cellar is None) == (key is None)
        if cellar is not None:
            single = samples.inside.get(f"new_cellars({key})?{query}")
            assert bare([cellar]) == bare([single])


def test_a_row_alone_is_expanded_like_one_of_many(samples: Samples) -> None:
    expand = "$expand=new_CellarId($select=new_name)"
    for row in samples.inside.rows(f"{SET}?$select=new_name&{expand}&$top=5"):
        alone = samples.inside.get(f"{SET}({row['new_wineid']})?$select=new_name&{expand}")

        assert bare([alone]) == bare([row])
        assert alone["@odata.context"].endswith("$metadata#new_wines(new_name,new_CellarId())/$entity")


def test_a_lookup_of_several_tables_is_expanded_by_the_table_it_leads_to(
    inside: Inside, people: dict[str, str]
) -> None:
    query = f"contacts({people['Funk']})?$select=lastname&$expand="

    as_account = inside.get(f"{query}parentcustomerid_account($select=name)")
    as_contact = inside.get(f"{query}parentcustomerid_contact($select=lastname)")

    assert as_account["parentcustomerid_account"]["name"] == "Adatum"
    assert as_contact["parentcustomerid_contact"] is None


def test_an_owner_is_expanded_with_its_own_id_and_that_of_an_owner(inside: Inside, people: dict[str, str]) -> None:
    found = inside.get(f"accounts({people['Adatum']})?$select=name&$expand=owninguser($select=fullname,ownerid)")

    owner = found["owninguser"]
    assert owner["ownerid"] == owner["systemuserid"]
    assert set(bare([owner])[0]) == {"fullname", "systemuserid", "ownerid"}


def test_collections_and_lookups_are_expanded_inside_one_another(inside: Inside, people: dict[str, str]) -> None:
    inner = (
        "contact_customer_accounts($select=lastname;$orderby=lastname;$expand=parentcustomerid_account($select=name))"
    )

    found = inside.get(f"accounts({people['Adatum']})?$select=name&$expand={inner}")

    members = found["contact_customer_accounts"]
    assert [one["lastname"] for one in members] == ["Funk", "Hill"]
    assert {one["parentcustomerid_account"]["name"] for one in members} == {"Adatum"}


def test_an_empty_collection_is_an_empty_list(inside: Inside, people: dict[str, str]) -> None:
    found = inside.get(f"accounts({people['Coho']})?$select=name&$expand=contact_customer_accounts,primarycontactid")

    assert found["contact_customer_accounts"] == []
    assert found["primarycontactid"] is None


def test_a_membership_of_many_to_many_is_expanded_from_both_sides(inside: Inside) -> None:
    user = inside.get("WhoAmI")["UserId"]

    roles = inside.get(f"systemusers({user})?$select=fullname&$expand=systemuserroles_association($select=name)")
    names = {role["name"] for role in roles["systemuserroles_association"]}
    (role,) = [one for one in roles["systemuserroles_association"] if one["name"] == min(names)]
    users = inside.get(f"roles({role['roleid']})?$select=name&$expand=systemuserroles_association($select=fullname)")

    assert user in {one["systemuserid"] for one in users["systemuserroles_association"]}


def test_the_address_alone_is_expanded_by_ref(inside: Inside, people: dict[str, str]) -> None:
    found = inside.get(f"accounts({people['Adatum']})?$select=name&$expand=primarycontactid/$ref")

    assert found["primarycontactid"] == {"@odata.id": f"{inside.root}contacts({people['Funk']})"}


def test_the_same_expansion_twice_comes_once(inside: Inside, people: dict[str, str]) -> None:
    twice = "primarycontactid($select=fullname),primarycontactid($select=fullname)"

    text = inside("GET", f"accounts({people['Adatum']})?$select=name&$expand={twice}").text

    assert text.count('"primarycontactid":') == 1


@pytest.mark.parametrize(
    "expand",
    [
        "primarycontactid($select=fullname),primarycontactid($select=lastname)",
        "primarycontactid($filter=lastname eq 'Funk')",
        "primarycontactid($top=1)",
        "primarycontactid($orderby=lastname)",
        "primarycontactid($count=true)",
        "primarycontactid($skiptoken=x)",
        "primarycontactid($deltatoken=x)",
        "primarycontactid($apply=aggregate($count as n))",
        "primarycontactid($levels=2)",
        "primarycontactid($format=json)",
        "primarycontactid(select=fullname)",
        "primarycontactid($select=corks)",
        "primarycontactid($select=fullname",
        "primarycontactid($expand=corks)",
        "contact_customer_accounts($filter=corks eq 1)",
        "contact_customer_accounts($orderby=corks)",
        "contact_customer_accounts($top=x)",
        "contact_customer_accounts/$ref",
        "contact_customer_accounts/$count",
        "PrimaryContactId",
        "_primarycontactid_value",
        "name",
        "*",
        "",
        ",primarycontactid",
    ],
)
def test_what_cannot_be_expanded_is_refused(inside: Inside, people: dict[str, str], expand: str) -> None:
    for address in ("accounts", f"accounts({people['Adatum']})"):
        assert inside.refusal("GET", f"{address}?$select=name&$expand={expand}") == (400, "0x80060888")


@pytest.mark.parametrize(("number", "status"), [(15, 200), (16, 400), (40, 400), (400, 400)])
def test_at_most_fifteen_are_expanded_those_inside_one_another_among_them(
    inside: Inside, people: dict[str, str], number: int, status: int
) -> None:
    deep = "parentaccountid($expand=" * (number - 1) + "parentaccountid" + ")" * (number - 1)

    assert inside("GET", f"accounts?$select=name&$expand={deep}").status_code == status


@pytest.mark.parametrize(
    ("query", "context"),
    [
        ("accounts?$top=1", "$metadata#accounts"),
        ("accounts?$select=name&$top=1", "$metadata#accounts(name)"),
        (
            "accounts?$select=name,fax&$expand=primarycontactid&$top=1",
            "$metadata#accounts(name,fax,primarycontactid())",
        ),
        ("accounts?$apply=groupby((name))", "$metadata#accounts(name)"),
    ],
)
def test_the_context_says_what_was_selected_and_expanded(inside: Inside, query: str, context: str) -> None:
    assert inside.get(query)["@odata.context"] == inside.root + context
