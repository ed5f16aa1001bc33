"""Configuration templates, as people set them up, and what a run is told of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test.client import Client

from integration.mappings.build_rule import build_rule
from integration.models import RecordTemplate, TemplateUse
from integration.models.connection.setup import ConnectionSetup
from integration.models.mapping.table_mapping import TableMapping
from integration.systems.errors import ConfigurationProblem
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Side
from tests.pages import seen_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def domestic(setup: ConnectionSetup) -> RecordTemplate:
    template = RecordTemplate.objects.create(name="DOMESTIC", side="erp", table="customer")
    template.values.create(field="priority", value="3")
    return template


def seen(client: Client, template: RecordTemplate) -> str:
    return client.get(f"/mappings/templates/{template.pk}/").context["formset"].stamp()


def values(client: Client, template: RecordTemplate, *pairs: tuple[str, str], **more: object) -> HttpResponse:
    data = {"seen": seen(client, template), **more} | {"value-TOTAL_FORMS": str(len(pairs)), "value-INITIAL_FORMS": "0"}
    for number, (field, value) in enumerate(pairs):
        data |= {f"value-{number}-field": field, f"value-{number}-value": value}
    return client.post(f"/mappings/templates/{template.pk}/", data, follow=True)


def stored(template: RecordTemplate) -> dict[str, str]:
    return dict(template.values.values_list("field", "value"))


def uses(client: Client, *lines: dict[str, Any], initial: int = 0) -> HttpResponse:
    data = seen_on(client, "/mappings/CUSTOMER/templates/")
    data |= {"use-TOTAL_FORMS": str(len(lines)), "use-INITIAL_FORMS": str(initial)}
    for number, line in enumerate(lines):
        data |= {f"use-{number}-{name}": value for name, value in line.items()}
    return client.post("/mappings/CUSTOMER/templates/", data, follow=True)


def problems(answer: Any) -> str:
    formset = answer.context["formset"]
    return " ".join([*formset.non_form_errors(), *(e for form in formset for es in form.errors.values() for e in es)])


# --- the templates ---------------------------------------------------------------------------------------


def test_a_template_is_made_for_a_table_of_either_side(setup: ConnectionSetup, admin: Client) -> None:
    page = admin.get("/mappings/templates/").content.decode()
    assert "Customer · customer" in page
    assert "Account · account" in page
    answer = admin.post("/mappings/templates/", {"name": "KEY ACCOUNTS", "place": "crm:account"}, follow=True)
    assert 'new records of <span title="account">Account</span> in Dynamics 365 Sales' in answer.content.decode()
    assert RecordTemplate.objects.get().side == "crm"


@pytest.mark.parametrize("given", [{"name": "", "place": "erp:customer"}, {"name": "X", "place": "erp:nowhere"}])
def test_a_template_without_a_name_or_table_is_refused(
    setup: ConnectionSetup, admin: Client, given: dict[str, str]
) -> None:
    assert admin.post("/mappings/templates/", given).context["form"].errors
    assert not RecordTemplate.objects.exists()


def test_values_are_kept_changed_and_taken_out(domestic: RecordTemplate, admin: Client) -> None:
    values(admin, domestic, ("priority", "5"), ("blocked", "Ship"), ("", ""))
    assert stored(domestic) == {"priority": "5", "blocked": "Ship"}
    assert "priority: 5" in admin.get("/mappings/templates/").content.decode()
    values(admin, domestic, ("priority", "6"), ("", ""))
    assert stored(domestic) == {"priority": "6"}


def test_the_second_of_two_people_is_told_what_the_first_changed(domestic: RecordTemplate, admin: Client) -> None:
    mine = seen(admin, domestic)
    values(admin, domestic, ("priority", "5"))
    answer = values(admin, domestic, ("priority", "9"), seen=mine)
    assert "priority: “3” → “5”" in problems(answer)
    assert stored(domestic) == {"priority": "5"}


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([("priority", "many")], "needs a number"),
        ([("blocked", "Sometimes")], "has no option"),
        ([("city", "x" * 31)], "at most 30"),
        ([("priority", "")], "belong together"),
        ([("", "5")], "belong together"),
        ([("priority", "1"), ("priority", "2")], "there twice"),
        ([("salesperson_code", "NOBODY")], "There is no"),
        ([("nowhere", "1")], "Select a valid choice"),
    ],
)
def test_values_that_the_table_would_not_take_are_refused_beside_their_field(
    domestic: RecordTemplate, admin: Client, pairs: list[tuple[Any, ...]], reason: str
) -> None:
    assert reason in problems(values(admin, domestic, *pairs))
    assert stored(domestic) == {"priority": "3"}


def test_a_reference_is_given_by_its_code(domestic: RecordTemplate, admin: Client, company: MemorySystem) -> None:
    company.add("salesperson", code="JO", name="Jim Olive")
    values(admin, domestic, ("salesperson_code", "jo"))
    assert stored(domestic) == {"salesperson_code": "jo"}


def test_a_reference_of_sales_needs_an_id(setup: ConnectionSetup, admin: Client) -> None:
    template = RecordTemplate.objects.create(name="OWNED", side="crm", table="account")
    assert "needs the id" in problems(values(admin, template, ("ownerid", "Jim Olive")))


def test_a_template_is_shown_when_its_side_does_not_answer(setup: ConnectionSetup, admin: Client, broken: None) -> None:
    template = RecordTemplate.objects.create(name="OWNED", side="crm", table="account")
    template.values.create(field="name", value="Coho Winery")
    page = admin.get(f"/mappings/templates/{template.pk}/").content.decode()
    assert "No route to contoso" in page
    assert "Coho Winery" in page


def test_a_template_in_use_is_not_deleted(mapping: TableMapping, domestic: RecordTemplate, admin: Client) -> None:
    use = TemplateUse.objects.create(mapping=mapping, template=domestic)
    page = f"/mappings/templates/{domestic.pk}/"
    assert "is used by CUSTOMER" in admin.post(f"{page}delete/", seen_on(admin, page), follow=True).content.decode()
    use.delete()
    admin.post(f"{page}delete/", seen_on(admin, page))
    assert not RecordTemplate.objects.exists()


def test_who_may_only_look_changes_no_template(mapping: TableMapping, domestic: RecordTemplate, reader: Client) -> None:
    assert "DOMESTIC" in reader.get("/mappings/templates/").content.decode()
    assert reader.post("/mappings/templates/", {"name": "X", "place": "erp:customer"}).status_code == 403
    assert values(reader, domestic, ("priority", "9")).status_code == 403
    assert reader.post(f"/mappings/templates/{domestic.pk}/delete/").status_code == 403
    assert uses(reader).status_code == 403


# --- their use -------------------------------------------------------------------------------------------


def test_a_mapping_uses_templates_by_priority_and_condition(
    mapping: TableMapping, domestic: RecordTemplate, admin: Client, company: MemorySystem, organization: MemorySystem
) -> None:
    foreign = RecordTemplate.objects.create(name="FOREIGN", side="erp", table="customer")
    uses(
        admin,
        {"template": str(domestic.pk), "priority": "20", "condition": ""},
        {"template": str(foreign.pk), "priority": "10", "condition": "address1_city = Paris"},
    )
    rule = build_rule(mapping, company, organization)
    assert [template.name for template in rule.templates_for(Side.ERP)] == ["FOREIGN", "DOMESTIC"]
    assert rule.templates[1].values == {"priority": 3}
    assert rule.templates_for(Side.CRM) == ()
    assert "address1_city" in rule.columns(Side.CRM)


def test_a_condition_is_said_in_words_below_its_text(
    mapping: TableMapping, domestic: RecordTemplate, reader: Client
) -> None:
    TemplateUse.objects.create(mapping=mapping, template=domestic, condition="statecode = 0 and name contains ltd")
    assert "statecode is Active and name contains ltd<" in reader.get("/mappings/CUSTOMER/templates/").content.decode()


def test_a_template_is_taken_out_of_its_mapping(mapping: TableMapping, domestic: RecordTemplate, admin: Client) -> None:
    use = TemplateUse.objects.create(mapping=mapping, template=domestic)
    line = {"id": str(use.pk), "template": str(domestic.pk), "priority": "10", "condition": "", "DELETE": "on"}
    uses(admin, line, initial=1)
    assert not mapping.templates.exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"condition": "colour = red"}, "has no field “colour”"),
        ({"condition": "name ="}, "value is missing"),
        ({"priority": "-1"}, "greater than or equal"),
    ],
)
def test_a_condition_that_does_not_fit_the_source_is_refused(
    mapping: TableMapping, domestic: RecordTemplate, admin: Client, line: dict[str, str], reason: str
) -> None:
    answer = uses(admin, {"template": str(domestic.pk), "priority": "1", "condition": "", **line})
    assert reason in problems(answer)
    assert not mapping.templates.exists()


def test_a_template_given_twice_is_refused(mapping: TableMapping, domestic: RecordTemplate, admin: Client) -> None:
    line = {"template": str(domestic.pk), "priority": "1", "condition": ""}
    assert "there twice" in problems(uses(admin, line, line))
    assert not mapping.templates.exists()
    use = TemplateUse.objects.create(mapping=mapping, template=domestic)
    assert "there twice" in problems(uses(admin, {**line, "id": str(use.pk)}, line, initial=1))


def test_only_templates_of_the_mappings_own_tables_are_offered(mapping: TableMapping, admin: Client) -> None:
    other = RecordTemplate.objects.create(name="PEOPLE", side="erp", table="contact")
    answer = uses(admin, {"template": str(other.pk), "priority": "1", "condition": ""})
    assert "Select a valid choice" in problems(answer)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"field": "vanished"}, "has no field “vanished”"), ({"field": "blocked", "value": "Maybe"}, "has no option")],
)
def test_a_template_that_no_longer_fits_stops_the_run_by_name(
    mapping: TableMapping,
    domestic: RecordTemplate,
    company: MemorySystem,
    organization: MemorySystem,
    change: dict[str, str],
    message: str,
) -> None:
    TemplateUse.objects.create(mapping=mapping, template=domestic)
    domestic.values.update(**change)
    with pytest.raises(ConfigurationProblem, match=f"CUSTOMER, template “DOMESTIC”: .*{message}"):
        build_rule(mapping, company, organization)
