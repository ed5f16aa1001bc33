"""New Table Mapping, the order mappings depend on each other in, and deleting one's own mapping."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test.client import Client

from coupling.models import Coupling
from integration.forms.mapping.own_mapping import ColumnsForm
from integration.mappings.build_rule import build_rule
from integration.mappings.own import StandardMapping, create_own, delete_own, proposals
from integration.models import JobQueueEntry, TableMapping
from integration.models.connection.setup import ConnectionSetup
from integration.sync.rules import Direction
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Field, FieldType, Side
from tests.integration.mapping.pages import save, the
from tests.makers import code, crm_tables, erp_tables, moment, option, reference, table, text
from tests.pages import seen_on

pytestmark = pytest.mark.django_db

ACCOUNTS = replace(
    table(
        "account",
        "Account",
        [Field("accountid", FieldType.UUID), text("name"), moment("modifiedon"), moment("lastonholdtime")],
    ),
    id_field="accountid",
    modified_field="modifiedon",
)
FIRMS = {"name": "FIRMS", "erp_table": "customer", "crm_table": "account", "direction": "both"}


def step_two(client: Client, **changes: object) -> HttpResponse:
    return client.get("/mappings/new/", {**FIRMS, **changes})


def posted(answer: Any, **changes: object) -> dict[str, Any]:
    """The second step as it would be sent back."""
    formset, values = answer.context["formset"], {**FIRMS}
    values |= {f"pair-{name}": value for name, value in formset.management_form.initial.items()}
    for form in formset:
        for name in form.fields:
            values[form.add_prefix(name)] = form[name].value() or ""
    return {**values, **changes}


def only(*pairs: tuple[str, str, str]) -> dict[str, str]:
    """A second step of these (field, integration field, direction)."""
    values = {**FIRMS, "pair-TOTAL_FORMS": str(len(pairs)), "pair-INITIAL_FORMS": "0"}
    for number, (erp, crm, way) in enumerate(pairs):
        values |= {f"pair-{number}-erp_field": erp, f"pair-{number}-crm_field": crm, f"pair-{number}-direction": way}
    return values


def refusals(answer: Any) -> str:
    formset = answer.context["formset"]
    return " ".join([*formset.non_form_errors(), *(e for form in formset for es in form.errors.values() for e in es)])


# --- proposals -------------------------------------------------------------------------------------------


def test_fields_that_are_called_the_same_are_proposed_in_the_direction_they_fit() -> None:
    erp = table("project", "Project", [code("no"), text("description"), text("status"), text("remark", label="Note")],
                named="description", numbered="no")  # fmt: skip
    crm = table("new_project", "Project", [text("new_name"), text("new_number"), option("new_status", ()),
                reference("ownerid", "systemuser"), text("new_text", label="Note")],
                named="new_name", numbered="new_number")  # fmt: skip
    found = {(one.erp_field, one.crm_field): one.direction.value for one in proposals(erp, crm, Direction.BOTH, [])}
    assert found == {
        ("no", "new_number"): "both",
        ("description", "new_name"): "both",
        ("status", "new_status"): "both",
        ("remark", "new_text"): "both",
    }


def test_what_fits_in_one_direction_only_is_proposed_for_that_one() -> None:
    erp = table("project", "Project", [text("budget")])
    crm = table("new_project", "Project", [text("x")])
    crm.fields["new_budget"] = type(crm.fields["x"])("new_budget", FieldType.DECIMAL, scale=2)
    [pair] = proposals(erp, crm, Direction.BOTH, [])
    assert pair.direction is Direction.TO_ERP


# --- the wizard ------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMIntegrationMapping.InsertTableInManualIntegrationTableMapping")
def test_the_second_step_shows_the_tables_chosen_and_proposes_their_fields(
    setup: ConnectionSetup, admin: Client
) -> None:
    first = admin.get("/mappings/new/").content.decode()
    assert "Customer · customer" in first
    assert "Account · account" in first
    answer = step_two(admin)
    assert [one.value() for one in answer.context["columns"]] == ["", ""]
    assert {"erp_field": "name", "crm_field": "name", "direction": "both"} in [
        f.initial for f in answer.context["formset"]
    ]


def test_a_mapping_of_ones_own_is_made_with_fields_and_a_job_on_hold(setup: ConnectionSetup, admin: Client) -> None:
    admin.post("/mappings/new/", posted(step_two(admin), **{"pair-0-match_priority": "1"}))
    made = the("FIRMS")
    assert (made.erp_table, made.crm_table, made.direction, made.only_coupled) == ("customer", "account", "both", True)
    assert made.user_defined
    assert ("name", "name") in made.fields.values_list("erp_field", "crm_field")
    assert len(made.criteria()) == 1
    assert made.queue_entries.get().status == JobQueueEntry.Status.ON_HOLD


def test_the_rows_of_an_organizations_table_are_known_by_its_primary_id_and_its_own_times_unless_one_chooses() -> None:
    form = ColumnsForm(table=ACCOUNTS)
    assert (form["id_field"].value(), form["modified_field"].value()) == ("accountid", "")
    assert "Change tracking" in str(form["modified_field"])
    untracked = ColumnsForm(table=replace(ACCOUNTS, tracks_changes=False))
    assert "modifiedon (the table&#x27;s own)" in str(untracked["modified_field"])


@pytest.mark.parametrize(
    ("column", "chosen", "reason"),
    [
        ("id_field", "name", "does not identify the rows for couplings"),
        ("id_field", "nosuch", "Choose a column of this table"),
        ("modified_field", "name", "Choose a date and time column"),
    ],
)
def test_a_column_that_cannot_tell_who_a_row_is_or_when_it_changed_is_refused_beside_the_field(
    column: str, chosen: str, reason: str
) -> None:
    form = ColumnsForm({column: chosen}, table=ACCOUNTS)
    assert reason in form.errors[column][0]


def test_a_table_that_does_not_tell_what_changed_needs_a_column_that_does() -> None:
    silent = replace(ACCOUNTS, tracks_changes=False, modified_field="")
    assert "choose a date and time column" in ColumnsForm({}, table=silent).errors["modified_field"][0]
    assert ColumnsForm({"modified_field": "lastonholdtime"}, table=silent).is_valid()


def test_a_wrong_column_keeps_the_mapping_from_being_made_and_says_why_beside_it(
    setup: ConnectionSetup, admin: Client
) -> None:
    answer = admin.post("/mappings/new/", {**only(("name", "name", "both")), "id_field": "telephone1"})
    assert "does not identify the rows for couplings" in answer.content.decode()
    assert not TableMapping.objects.filter(name="FIRMS").exists()


def test_the_changes_of_a_mapping_are_read_by_the_column_chosen_for_it(
    setup: ConnectionSetup, company: MemorySystem, organization: MemorySystem, admin: Client
) -> None:
    admin.post("/mappings/new/", {**only(("name", "name", "both")), "modified_field": "lastonholdtime"})
    made = the("FIRMS")
    assert made.crm_modified_field == "lastonholdtime"
    assert build_rule(made, company, organization).modified(Side.CRM) == "lastonholdtime"
    assert build_rule(made, company, organization).modified(Side.ERP) == ""
    assert "changes by lastonholdtime" in admin.get("/mappings/FIRMS/").content.decode()


def test_a_table_may_have_several_mappings(mapping: TableMapping, admin: Client) -> None:
    admin.post("/mappings/new/", only(("name", "name", "both")))
    assert TableMapping.objects.filter(erp_table="customer", crm_table="account").count() == 2


def test_what_its_references_need_runs_first(mapping: TableMapping, admin: Client) -> None:
    pairs = [("name", "name", "both"), ("salesperson_code", "ownerid", "to_crm")]
    admin.post("/mappings/new/", only(*pairs))
    assert the("FIRMS").dependencies == ["SALESPEOPLE"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "TWO WORDS"}, "name"),
        ({"name": "customer"}, "name"),
        ({"name": "templates"}, "name"),
        ({"erp_table": ""}, "erp_table"),
        ({"crm_table": "nowhere"}, "crm_table"),
        ({"direction": "sideways"}, "direction"),
    ],
)
def test_a_first_step_that_cannot_work_is_refused_beside_its_field(
    mapping: TableMapping, admin: Client, changes: dict[str, str], field: str
) -> None:
    answer = step_two(admin, **changes)
    assert field in answer.context["form"].errors
    assert answer.context["formset"] is None


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([], "No field goes this way"),
        ([("name", "name", "to_crm")], "No field goes this way: Sales → BC"),
        ([("name", "", "both")], "Choose a field on both sides"),
        ([("name", "name", "both"), ("name", "name", "both")], "A pair is there twice"),
        ([("name", "numberofemployees", "both")], "cannot go into"),
        ([("bill_to_customer_no", "ownerid", "both")], "No mapping translates"),
    ],
)
def test_a_second_step_that_cannot_work_is_refused_in_words(
    mapping: TableMapping, admin: Client, pairs: list[Any], reason: str
) -> None:
    answer = admin.post("/mappings/new/", only(*pairs))
    assert reason in refusals(answer)
    assert not TableMapping.objects.filter(name="FIRMS").exists()


def test_a_direction_the_mapping_does_not_go_is_refused(setup: ConnectionSetup, admin: Client) -> None:
    answer = admin.post("/mappings/new/", {**only(("name", "name", "to_erp")), "direction": "to_crm"})
    assert "does not go this way" in refusals(answer)


def test_the_wizard_says_so_when_the_organization_does_not_answer(
    setup: ConnectionSetup, admin: Client, broken: None
) -> None:
    assert "No route to contoso" in admin.get("/mappings/new/").content.decode()


def test_who_may_only_look_can_neither_make_nor_delete_a_mapping(mapping: TableMapping, reader: Client) -> None:
    assert reader.get("/mappings/new/").status_code == 403
    assert reader.post("/mappings/new/", only(("name", "name", "both"))).status_code == 403
    assert reader.post("/mappings/CUSTOMER/delete/").status_code == 403
    assert "New Table Mapping" not in reader.get("/mappings/").content.decode()


# --- deleting --------------------------------------------------------------------------------------------


def own(name: str = "FIRMS") -> TableMapping:
    erp, crm = erp_tables()[3], crm_tables()[2]
    return create_own(name, erp, crm, Direction.BOTH, proposals(erp, crm, Direction.BOTH, []))


def test_ones_own_mapping_is_deleted_with_its_couplings_after_a_question(setup: ConnectionSetup, admin: Client) -> None:
    mine = own()
    other = TableMapping.objects.create(name="LATER", erp_table="a", crm_table="b", dependencies=["FIRMS", "ITEM"])
    Coupling.objects.create(mapping=mine, erp_id=uuid.uuid4(), crm_id=uuid.uuid4(), state="coupled")
    assert "its 1 coupling." in admin.get("/mappings/FIRMS/delete/").content.decode()
    assert TableMapping.objects.filter(name="FIRMS").exists()
    assert (
        "with 1 coupling;"
        in admin.post(
            "/mappings/FIRMS/delete/", seen_on(admin, "/mappings/FIRMS/delete/"), follow=True
        ).content.decode()
    )
    assert not Coupling.objects.exists()
    other.refresh_from_db()
    assert other.dependencies == ["ITEM"]


def test_a_standard_mapping_is_not_deleted(mapping: TableMapping, admin: Client) -> None:
    with pytest.raises(StandardMapping):
        delete_own(mapping)
    assert "is a standard mapping" in admin.post("/mappings/CUSTOMER/delete/", follow=True).content.decode()
    assert TableMapping.objects.filter(name="CUSTOMER").exists()


# --- the order -------------------------------------------------------------------------------------------


def test_a_loop_of_dependencies_is_refused_with_the_loop_named(mapping: TableMapping, admin: Client) -> None:
    assert the("CONTACT").dependencies != []
    answer = save(admin, dependencies=["CONTACT"])
    assert "CUSTOMER -> CONTACT -> CUSTOMER" in " ".join(answer.context["form"].errors["dependencies"])
    assert "CONTACT" not in the("CUSTOMER").dependencies


def test_a_mapping_that_depends_on_itself_is_refused(mapping: TableMapping) -> None:
    mapping.dependencies = ["CUSTOMER"]
    with pytest.raises(ValidationError) as refused:
        mapping.clean()
    assert refused.value.message_dict == {"dependencies": ["CUSTOMER cannot depend on itself."]}


def test_what_a_mapping_depends_on_is_chosen_on_its_page(mapping: TableMapping, admin: Client) -> None:
    save(admin, dependencies=["SALESPEOPLE", "PAYMENT TERMS"])
    assert set(the("CUSTOMER").dependencies) == {"SALESPEOPLE", "PAYMENT TERMS"}
