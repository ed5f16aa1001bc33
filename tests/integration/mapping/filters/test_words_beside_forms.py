"""What the pages of mappings and templates say beside their inputs is in words too, also while Sales is silent."""

from __future__ import annotations

import pytest
from django.test.client import Client

from integration.connection import systems
from integration.models import RecordTemplate, TableMapping, TemplateUse
from integration.systems.errors import Unreachable
from tests.integration.mapping.filters.kept import asked, kept
from tests.integration.mapping.pages import save, shown
from tests.pages import seen_on

__all__ = ["asked", "kept"]

pytestmark = pytest.mark.django_db

USES = "/mappings/CUSTOMER/templates/"


@pytest.fixture
def silent(kept: list[str], mapping: TableMapping, monkeypatch: pytest.MonkeyPatch) -> TableMapping:
    """CUSTOMER, while Sales does not answer."""

    def refuse(**_: object) -> None:
        raise Unreachable("No route to contoso.crm4.dynamics.com.")

    monkeypatch.setattr(systems, "connect", refuse)
    return mapping


@pytest.fixture
def domestic(mapping: TableMapping) -> RecordTemplate:
    """What new customers of London get."""
    template = RecordTemplate.objects.create(name="DOMESTIC", side="erp", table="customer")
    template.values.create(field="payment_terms_code", value="14 DAYS")
    TemplateUse.objects.create(mapping=mapping, template=template, condition="address1_city = London")
    return template


def test_conditions_are_called_as_sales_called_them_last(silent: TableMapping, reader: Client) -> None:
    _, theirs = reader.get("/mappings/CUSTOMER/").context["form"].filters
    assert [one.words for one in theirs.conditions] == ["Status is Active", "Relationship Type is Customer"]


def test_a_filter_that_somebody_else_saved_is_told_in_words(silent: TableMapping, admin: Client) -> None:
    mine = shown(admin)
    TableMapping.objects.update(erp_filter="city = London", crm_filter="")
    page = admin.post("/mappings/CUSTOMER/", {**mine, "conflict": "send"}).content.decode()
    assert "table filter: “Blocked is blank” → “City is London”" in page
    assert "integration table filter: “Status is Active and Relationship Type is Customer” → “every record”" in page


def test_fields_that_are_not_carried_are_called_by_their_captions(silent: TableMapping, admin: Client) -> None:
    silent.fields.filter(crm_field="address1_city").update(direction="to_erp")
    page = save(admin, direction="to_crm").content.decode()
    assert "are not carried: City – Address 1: City." in page
    assert "are not carried: City – Address 1: City." in admin.get("/mappings/CUSTOMER/fields/").content.decode()


def test_the_condition_of_a_template_is_said_in_words(
    silent: TableMapping, domestic: RecordTemplate, reader: Client
) -> None:
    assert ">Address 1: City is London</small>" in reader.get(USES).content.decode()


def test_a_condition_that_somebody_else_saved_is_told_in_words(
    silent: TableMapping, domestic: RecordTemplate, admin: Client
) -> None:
    use = silent.templates.get()
    line = {"id": use.pk, "template": domestic.pk, "priority": "99", "condition": use.condition}
    mine = seen_on(admin, USES) | {f"use-0-{name}": value for name, value in line.items()}
    TemplateUse.objects.update(condition="statecode = Active")
    page = admin.post(USES, {**mine, "use-TOTAL_FORMS": "1", "use-INITIAL_FORMS": "1"}).content.decode()
    assert "DOMESTIC: “10, Address 1: City is London” → “10, Status is Active”" in page


def test_templates_say_their_table_and_fields_by_captions(
    kept: list[str], domestic: RecordTemplate, reader: Client
) -> None:
    page = reader.get("/mappings/templates/").content.decode()
    assert '<td title="customer">Customer</td>' in page
    assert '<td title="payment_terms_code = 14 DAYS">Payment Terms Code: 14 DAYS</td>' in page


def test_a_value_that_somebody_else_saved_is_called_by_its_caption(
    kept: list[str], domestic: RecordTemplate, admin: Client
) -> None:
    address = f"/mappings/templates/{domestic.pk}/"
    line = {"value-0-field": "payment_terms_code", "value-0-value": "COD"}
    mine = seen_on(admin, address) | {"value-TOTAL_FORMS": "1", "value-INITIAL_FORMS": "0", **line}
    domestic.values.update(value="1M(8D)")
    message = "Payment Terms Code: “14 DAYS” → “1M(8D)”"
    assert message in admin.post(address, mine).content.decode()
    assert message in admin.post(f"{address}delete/", mine, follow=True).content.decode()
