"""What may be said in a mapping, and what is refused beside its field."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from integration.mappings.warnings import REMOVED_AND_MADE_AGAIN, warnings_of
from integration.models import FieldMapping, TableMapping
from integration.sync.rules import Direction
from tests.integration.mapping.stored import NAME, mapping_of

pytestmark = pytest.mark.django_db


def messages(model: type[Any]) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        model.full_clean()
    return caught.value.message_dict


# --- what may be said ----------------------------------------------------------------------------------------


@pytest.mark.scenario(
    "CRMSetupTest.IntegrationTableMappingNameCannotBeBlank",
    "CDSIntegrationMgtTest.ManIntTableMappingEmptyIntegrationMappingName",
)
@pytest.mark.parametrize("name", ["", "   "])
def test_a_mapping_needs_a_name(name: str) -> None:
    assert "name" in messages(TableMapping(name=name, erp_table="customer", crm_table="account"))


def test_two_mappings_cannot_have_the_same_name() -> None:
    mapping_of("both", NAME)
    assert "name" in messages(TableMapping(name="CUSTOMER", erp_table="customer", crm_table="account"))


@pytest.mark.scenario(
    "CDSIntegrationMgtTest.ManIntTableMappingEmptyIntegrationTableID",
    "CDSIntegrationMgtTest.ManIntTableMappingEmptyTableId",
)
def test_a_mapping_needs_both_tables() -> None:
    assert {"erp_table", "crm_table"} <= set(messages(TableMapping(name="OURS")))


def test_the_filters_of_all_mappings_over_a_pair_of_tables_are_kept() -> None:
    for place, city in enumerate(("London", "Leeds")):
        TableMapping.objects.create(
            name=city.upper(), erp_table="customer", crm_table="account", erp_filter=f"city = {city}", position=place
        )
    assert TableMapping.objects.filters() == {("customer", "account"): [("city = London", ""), ("city = Leeds", "")]}


def test_a_direction_nobody_carries_is_refused() -> None:
    mapping = mapping_of("to_crm", ("name", "name", "to_crm"))
    mapping.direction = "both"
    assert "Sales → BC" in messages(mapping)["direction"][0]


def test_option_values_go_one_way_only() -> None:
    mapping = mapping_of("to_crm", ("code", "label", "both"), crm_table="account.paymenttermscode")
    mapping.full_clean()
    mapping.direction = "both"
    assert "one way" in messages(mapping)["direction"][0]


@pytest.mark.scenario("CRMIntegrationMapping.IntTableUIDFieldTypeDefinedByUIDNoValidation")
def test_the_kind_of_key_follows_from_the_integration_table() -> None:
    assert TableMapping(crm_table="account").key_type == "GUID"
    assert TableMapping(crm_table="account.paymenttermscode").key_type == "Option"


def test_a_filter_that_is_none_is_refused_beside_its_field() -> None:
    mapping = mapping_of("both", NAME, erp_filter="city London", crm_filter="name =")
    assert set(messages(mapping)) == {"erp_filter", "crm_filter"}


def test_removing_couplings_of_records_that_are_made_again_is_warned_of() -> None:
    mapping = mapping_of("both", NAME, deletion="remove", only_coupled=False)
    assert warnings_of(mapping, str) == [REMOVED_AND_MADE_AGAIN]
    mapping.only_coupled = True
    assert warnings_of(mapping, str) == []


@pytest.mark.scenario("CRMIntegrationMapping.FieldNotNullFailsOnClearValueOnFailedSync")
def test_not_null_and_clear_value_exclude_each_other() -> None:
    mapping = mapping_of("both", NAME)
    field = FieldMapping(mapping=mapping, erp_field="salesperson_code", crm_field="ownerid", clear_on_failed=True)
    field.not_null = True
    assert "choose one" in messages(field)["not_null"][0]


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"erp_field": "name", "crm_field": "name", "constant": "Adatum"}, "constant"),
        ({"crm_field": "name", "direction": "to_crm"}, "constant"),
        ({"constant": "Adatum"}, "erp_field"),
        ({"crm_field": "name", "constant": "Adatum", "direction": "both"}, "direction"),
        ({"erp_field": "type", "constant": "Person", "direction": "to_crm"}, "direction"),
        ({"erp_field": "type", "constant": "Person", "direction": "to_erp", "match_priority": 1}, "match_priority"),
    ],
)
def test_a_constant_belongs_where_one_side_is_blank_and_goes_there(values: dict[str, Any], wrong: str) -> None:
    assert wrong in messages(FieldMapping(mapping=mapping_of("both", NAME), **values))


@pytest.mark.scenario("CRMIntegrationMapping.TableMappingDeletionRemovesRelatedFieldMapping")
def test_deleting_a_mapping_takes_its_fields_along_and_no_others() -> None:
    customer = mapping_of("both", NAME)
    vendor = mapping_of("both", NAME, name="VENDOR", erp_table="vendor")
    customer.delete()
    assert list(FieldMapping.objects.values_list("mapping_id", flat=True)) == [vendor.pk]


@pytest.mark.scenario(
    "CRMIntegrationMapping.IntegrationTableMappingTestIsEnabledForBidirectionalTableAndField",
    "CRMIntegrationMapping.IntegrationTableMappingTestIsEnabledForFromIntegrationTableAndField",
    "CRMIntegrationMapping.IntegrationTableMappingTestIsEnabledForToIntegrationTableAndField",
    "CRMIntegrationMapping.IntegrationTableMappingTestIsEnabledForToIntegrationTableAndBidirectionalField",
    "CRMIntegrationMapping.IntegrationTableMappingTestIsEnabledForToIntegrationTableAndFromField",
)
@pytest.mark.parametrize(
    ("table", "field", "carried"),
    [
        ("both", "both", {"both", "to_crm", "to_erp"}),
        ("to_erp", "to_erp", {"to_erp"}),
        ("to_crm", "to_crm", {"to_crm"}),
        ("to_crm", "both", {"to_crm"}),
        ("to_crm", "to_erp", set()),
    ],
)
def test_a_direction_is_carried_when_mapping_and_a_field_allow_it(table: str, field: str, carried: set[Any]) -> None:
    mapping = mapping_of(table, ("name", "name", field))
    assert {direction.value for direction in Direction if mapping.carries(direction)} == carried


@pytest.mark.scenario("CRMIntegrationMapping.TempDescriptionShowsSourceDestTablesWithDirection")
def test_a_mapping_describes_its_way() -> None:
    mapping = TableMapping(erp_table="item", crm_table="product", direction="both")
    assert mapping.describe_way() == "item <-> product"
    assert mapping.describe_way(Direction.TO_CRM) == "item -> product"
    assert mapping.describe_way(Direction.TO_ERP) == "item <- product"
