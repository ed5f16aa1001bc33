"""Transformation Rules of a field mapping, and who wins when a field begins anew, as people use them."""

from __future__ import annotations

import uuid

import pytest
from django.http import HttpResponse
from django.test.client import Client

from coupling.models import Coupling
from integration.mappings.standard import create_missing
from integration.models import FieldMapping, FieldTransformation, TableMapping
from integration.models.connection.setup import ConnectionSetup
from integration.sync.transformations import KINDS
from integration.systems.memory.system import MemorySystem
from tests.integration.mapping.pages import change, errors, the
from tests.pages import seen_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(mapping: TableMapping) -> FieldMapping:
    return mapping.fields.get(crm_field="address1_city")


def couple(mapping: TableMapping, number: int = 1) -> None:
    for _ in range(number):
        Coupling.objects.create(
            mapping=mapping, erp_id=uuid.uuid4(), crm_id=uuid.uuid4(), state="coupled", seen_erp="1", seen_crm="2"
        )


def add(client: Client, field: FieldMapping, kind: str, **values: object) -> HttpResponse:
    address = f"/mappings/fields/{field.pk}/steps/add/?kind={kind}"
    return client.post(address, {"direction": "both", **values, **seen_on(client, address)}, follow=True)


def press(client: Client, field: FieldMapping, address: str, **values: object) -> HttpResponse:
    """A button on the page of the field's rules."""
    seen = seen_on(client, f"/mappings/fields/{field.pk}/steps/")
    return client.post(f"/mappings/{address}", {**values, **seen}, follow=True)


def kinds(field: FieldMapping) -> list[str]:
    return [step.kind for step in field.transformations.all()]


# --- rules ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_rule_has_a_form_of_its_own(city: FieldMapping, admin: Client, kind: str) -> None:
    page = admin.get(f"/mappings/fields/{city.pk}/steps/add/?kind={kind}")
    assert {one.name for one in KINDS[kind].parameters} <= set(page.context["form"].fields)


def test_a_rule_is_added_shown_and_asks_for_a_full_run(city: FieldMapping, admin: Client) -> None:
    answer = add(admin, city, "replace", find="St.", instead="Saint", case="exact").content.decode()
    assert "St." in answer
    assert "Saint" in answer
    assert the("CUSTOMER").full_run_needed
    assert city.transformations.get().parameters == {"find": "St.", "instead": "Saint", "case": "exact"}
    assert "Replace" in admin.get("/mappings/CUSTOMER/fields/").content.decode()


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("regex", {"pattern": "(a"}, "pattern"),
        ("regex", {"pattern": "a", "instead": r"\7", "case": "exact"}, "instead"),
        ("substring", {"start": "none"}, "start"),
        ("lookup", {"table": "DE", "otherwise": "keep"}, "table"),
        ("date", {"write": "DD"}, "write"),
        ("prefix", {"text": ""}, "text"),
    ],
)
def test_what_cannot_work_is_refused_beside_its_field(
    city: FieldMapping, admin: Client, kind: str, values: dict[str, str], field: str
) -> None:
    answer = add(admin, city, kind, **values)
    assert field in answer.context["form"].errors
    assert kinds(city) == []


def test_a_stored_rule_is_edited(city: FieldMapping, admin: Client) -> None:
    add(admin, city, "prefix", text="A")
    step = city.transformations.get()
    press(admin, city, f"steps/{step.pk}/", direction="to_crm", text="B ")
    step.refresh_from_db()
    assert (step.direction, step.parameters) == ("to_crm", {"text": "B "})


def test_rules_are_moved_and_removed(city: FieldMapping, admin: Client) -> None:
    for kind in ("uppercase", "trim", "title"):
        add(admin, city, kind)
    first, _, last = city.transformations.all()
    press(admin, city, f"steps/{last.pk}/up/")
    assert kinds(city) == ["uppercase", "title", "trim"]
    press(admin, city, f"steps/{first.pk}/down/")
    assert kinds(city) == ["title", "uppercase", "trim"]
    press(admin, city, f"steps/{first.pk}/remove/")
    assert kinds(city) == ["title", "trim"]


def test_moving_the_first_rule_up_changes_nothing(city: FieldMapping, admin: Client) -> None:
    add(admin, city, "trim")
    TableMapping.objects.update(full_run_needed=False)
    press(admin, city, f"steps/{city.transformations.get().pk}/up/")
    assert not the("CUSTOMER").full_run_needed


def test_an_unknown_kind_or_action_is_not_found(city: FieldMapping, admin: Client) -> None:
    assert admin.get(f"/mappings/fields/{city.pk}/steps/add/?kind=magic").status_code == 404
    add(admin, city, "trim")
    assert admin.post(f"/mappings/steps/{city.transformations.get().pk}/explode/").status_code == 404


def test_who_may_not_change_mappings_sees_the_rules_and_changes_none(
    city: FieldMapping, admin: Client, reader: Client
) -> None:
    add(admin, city, "trim")
    step = city.transformations.get()
    page = reader.get(f"/mappings/fields/{city.pk}/steps/").content.decode()
    assert "Trim" in page
    assert "Add Rule" not in page
    for address in (f"fields/{city.pk}/steps/add/?kind=trim", f"fields/{city.pk}/winner/", f"steps/{step.pk}/",
                    f"steps/{step.pk}/remove/"):  # fmt: skip
        assert reader.post(f"/mappings/{address}", {"direction": "both"}).status_code == 403
    assert kinds(city) == ["trim"]


def test_what_a_person_typed_is_shown_as_text(city: FieldMapping, admin: Client) -> None:
    page = add(admin, city, "prefix", text="<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_rule_for_a_reference_is_told_to_be_in_the_wrong_place(mapping: TableMapping, admin: Client) -> None:
    owner = mapping.fields.get(erp_field="salesperson_code")
    FieldTransformation.objects.create(field=owner, kind="uppercase")
    assert "translated by its coupling" in admin.get(f"/mappings/fields/{owner.pk}/steps/").content.decode()


# --- trying ----------------------------------------------------------------------------------------------


def tried(client: Client, field: FieldMapping, **given: object) -> HttpResponse:
    return client.get(f"/mappings/fields/{field.pk}/steps/", given)


def test_rules_are_tried_on_a_value_in_both_directions(city: FieldMapping, admin: Client) -> None:
    add(admin, city, "prefix", text="UK-")
    add(admin, city, "uppercase")
    towards = tried(admin, city, way="to_crm", value="London").context["preview"]
    assert (towards.stations, towards.result) == ((("Prefix", "UK-London"), ("Uppercase", "UK-LONDON")), "UK-LONDON")
    back = tried(admin, city, way="to_erp", value="UK-Paris").context["preview"]
    assert back.result == "UK-PARIS".removeprefix("UK-")


def test_rules_are_tried_on_a_real_record(city: FieldMapping, admin: Client, company: MemorySystem) -> None:
    add(admin, city, "uppercase")
    answer = tried(admin, city, way="to_crm", record="Fabri")
    assert "Fabrikam" in answer.context["tried_on"]
    expected = company.get("customer", company.ids("customer"), ["name", "city"])
    city_of = next(str(row.values["city"]) for row in expected.values() if row.values["name"] == "Fabrikam")
    assert answer.context["preview"].result == city_of.upper()


def test_a_record_nobody_knows_is_told(city: FieldMapping, admin: Client) -> None:
    assert "No record is called “Nobody”" in tried(admin, city, way="to_crm", record="Nobody").content.decode()


def test_what_would_fail_is_told_with_the_reason(city: FieldMapping, admin: Client) -> None:
    page = tried(admin, city, way="to_erp", value="x" * 31).content.decode()
    assert "The record would fail" in page
    assert "at most 30" in page


def test_trying_says_so_when_the_other_side_does_not_answer(city: FieldMapping, admin: Client, broken: None) -> None:
    assert "one of them did not tell" in tried(admin, city, way="to_crm", value="x").content.decode()


# --- who wins --------------------------------------------------------------------------------------------


def test_enabling_a_two_way_field_among_coupled_records_asks_who_wins(mapping: TableMapping, admin: Client) -> None:
    mapping.fields.filter(crm_field="address1_city").update(is_enabled=False)
    couple(mapping, 2)
    answer = change(admin, "address1_city", is_enabled="on")
    assert "2 pairs are coupled: say who wins" in errors(answer)["first_wins"][0]
    assert not mapping.fields.get(crm_field="address1_city").is_enabled


def test_the_answer_is_kept_and_every_pair_is_compared_once_more(mapping: TableMapping, admin: Client) -> None:
    mapping.fields.filter(crm_field="address1_city").update(is_enabled=False)
    couple(mapping, 2)
    change(admin, "address1_city", is_enabled="on", first_wins="crm")
    row = mapping.fields.get(crm_field="address1_city")
    assert (row.is_enabled, row.first_wins, row.revision) == (True, "crm", 1)
    assert set(Coupling.objects.values_list("seen_erp", "seen_crm")) == {("", "")}
    assert the("CUSTOMER").full_run_needed


def test_nothing_is_asked_where_nothing_is_coupled_or_the_field_goes_one_way(
    mapping: TableMapping, admin: Client
) -> None:
    mapping.fields.filter(crm_field__in=["address1_city", "telephone1"]).update(is_enabled=False)
    change(admin, "address1_city", is_enabled="on")
    couple(mapping)
    mapping.fields.filter(crm_field="address1_postalcode").update(is_enabled=False, direction="to_crm")
    change(admin, "address1_postalcode", is_enabled="on")
    assert mapping.fields.filter(crm_field__in=["address1_city", "address1_postalcode"], is_enabled=True).count() == 2


def test_rules_of_an_enabled_field_wait_for_the_answer(city: FieldMapping, admin: Client) -> None:
    couple(city.mapping)
    answer = add(admin, city, "uppercase")
    assert "say who wins" in answer.content.decode()
    press(admin, city, f"fields/{city.pk}/winner/", first_wins="erp")
    add(admin, city, "uppercase")
    city.refresh_from_db()
    assert (kinds(city), city.revision) == (["uppercase"], 1)
    city.choose_winner("")
    answer = press(admin, city, f"steps/{city.transformations.get().pk}/remove/")
    assert "say who wins" in answer.content.decode()
    assert kinds(city) == ["uppercase"]


def test_a_pair_that_needs_rules_to_fit_leads_to_them(mapping: TableMapping, admin: Client) -> None:
    new = {"erp_field": "name", "crm_field": "numberofemployees", "direction": "to_crm"}
    assert "cannot go into" in admin.post("/mappings/CUSTOMER/fields/add/", new).content.decode()
    answer = admin.post("/mappings/CUSTOMER/fields/add/", {**new, "transformed": "on"})
    row = mapping.fields.get(crm_field="numberofemployees")
    assert answer.url == f"/mappings/fields/{row.pk}/steps/"
    assert "cannot go into" in errors(change(admin, "numberofemployees", is_enabled="on"))["direction"][0]
    add(admin, row, "substring", start="1", length="2")
    change(admin, "numberofemployees", is_enabled="on")
    row.refresh_from_db()
    assert row.is_enabled


def test_a_default_setup_knows_nothing_of_rules(setup: ConnectionSetup, admin: Client) -> None:
    create_missing("dataverse")
    assert not FieldTransformation.objects.exists()
