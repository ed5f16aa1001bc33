"""The number of a record in Business Central, written into the columns of the integration solution."""

from __future__ import annotations

import pytest

from integration.mappings.numbers import write_numbers
from integration.mappings.standard import create_missing, differences, reset
from integration.models import TableMapping
from integration.sync.rules import Direction

pytestmark = pytest.mark.django_db


@pytest.fixture
def standard() -> None:
    create_missing()


def numbers(name: str) -> list[tuple[str, str, str]]:
    found = TableMapping.objects.get(name=name).fields.filter(crm_field__startswith="bci_")
    return [(field.crm_field, field.erp_field, field.constant) for field in found]


def test_a_customer_is_written_with_its_number_and_its_table(standard: None) -> None:
    write_numbers(["dataverse", "sales"])

    assert numbers("CUSTOMER") == [("bci_number", "no", ""), ("bci_table", "", "Customer")]
    assert numbers("CONTACT") == [("bci_number", "no", "")]
    assert numbers("SALESPEOPLE") == []
    assert set(
        TableMapping.objects.get(name="CUSTOMER")
        .fields.filter(crm_field__startswith="bci_")
        .values_list("direction", flat=True)
    ) == {Direction.TO_CRM}


def test_only_the_parts_that_are_on_get_numbers(standard: None) -> None:
    write_numbers(["dataverse"])

    assert numbers("CUSTOMER")
    assert numbers("ITEM-PRODUCT") == []


def test_a_mapping_that_gets_numbers_is_read_in_full_once(standard: None) -> None:
    mapping = TableMapping.objects.get(name="CUSTOMER")
    TableMapping.objects.update(full_run_needed=False, crm_cursor="here", erp_cursor="here")

    write_numbers(["dataverse"])
    mapping.refresh_from_db()
    assert (mapping.full_run_needed, mapping.erp_cursor) == (True, "")

    TableMapping.objects.update(full_run_needed=False, erp_cursor="further")
    write_numbers(["dataverse"])
    mapping.refresh_from_db()
    assert (mapping.full_run_needed, mapping.erp_cursor) == (False, "further")


def test_the_default_setup_keeps_the_numbers(standard: None) -> None:
    write_numbers(["dataverse"])
    mapping = TableMapping.objects.get(name="CUSTOMER")
    assert differences(mapping) == []

    mapping.fields.filter(crm_field="name").update(is_enabled=False)
    reset([mapping])

    assert numbers("CUSTOMER")
