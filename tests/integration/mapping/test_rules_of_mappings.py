"""The rule that is made of a stored mapping, and which field fits which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from integration.mappings.build_rule import build_rule
from integration.mappings.compatibility import compatible
from integration.mappings.standard import create_missing
from integration.models import FieldMapping, TableMapping
from integration.sync.rules import ConflictPolicy, Direction, Reference
from integration.systems.errors import ConfigurationProblem, FieldMissing, TableMissing
from integration.systems.filters import AllOf, Comparison
from integration.systems.memory.system import MemorySystem
from integration.systems.values import Field, FieldType, Side
from tests.integration.mapping.stored import NAME, mapping_of

pytestmark = pytest.mark.django_db


# --- the rule ------------------------------------------------------------------------------------------------


@pytest.fixture
def people() -> None:
    """The mappings that translate references of customers."""
    TableMapping.objects.create(name="SALESPEOPLE", position=1, erp_table="salesperson", crm_table="systemuser")
    TableMapping.objects.create(name="CURRENCY", position=2, erp_table="currency", crm_table="transactioncurrency")
    TableMapping.objects.create(
        name="SHIPMENT METHOD", position=3, erp_table="shipment_method", crm_table="account.address1_freighttermscode"
    )


def test_a_rule_has_both_tables_the_typed_filters_and_the_policies(erp: MemorySystem, crm: MemorySystem) -> None:
    mapping = mapping_of(
        "both", NAME, erp_filter="blocked = ' '", crm_filter="statecode = Active", conflict="send", only_coupled=False
    )
    rule = build_rule(mapping, erp, crm)
    assert (rule.name, rule.direction, rule.conflict) == ("CUSTOMER", Direction.BOTH, ConflictPolicy.SEND)
    assert (rule.table(Side.ERP).name, rule.table(Side.CRM).name) == ("customer", "account")
    assert rule.filter(Side.ERP) == Comparison("blocked", "=", 0)
    assert rule.filter(Side.CRM) == Comparison("statecode", "=", 0)
    assert rule.only_coupled is False
    assert build_rule(mapping_of("both", NAME, name="ALL"), erp, crm).filter(Side.ERP) == AllOf()


def test_references_are_translated_by_the_mapping_of_their_tables(
    erp: MemorySystem, crm: MemorySystem, people: None
) -> None:
    mapping = mapping_of(
        "both",
        ("salesperson_code", "ownerid", "to_crm"),
        ("currency_code", "transactioncurrencyid", "both"),
        ("shipment_method_code", "address1_freighttermscode", "both"),
        NAME,
    )
    references = {field.erp_field: field.reference for field in build_rule(mapping, erp, crm).fields}
    assert references == {
        "salesperson_code": Reference("salesperson", "systemuser"),
        "currency_code": Reference("currency", "transactioncurrency"),
        "shipment_method_code": Reference("shipment_method", "account.address1_freighttermscode"),
        "name": None,
    }


def test_the_first_of_two_mappings_translates(erp: MemorySystem, crm: MemorySystem, people: None) -> None:
    TableMapping.objects.create(name="USERS FIRST", position=0, erp_table="salesperson", crm_table="team")
    TableMapping.objects.create(name="USERS LATER", position=9, erp_table="salesperson", crm_table="systemuser")
    rule = build_rule(mapping_of("to_crm", ("salesperson_code", "ownerid", "to_crm")), erp, crm)
    assert rule.fields[0].reference in {Reference("salesperson", "systemuser"), Reference("salesperson", "team")}
    fields = crm.describe("account").fields
    wanted = "team" if "team" in fields["ownerid"].targets else "systemuser"
    assert rule.fields[0].reference == Reference("salesperson", wanted)


def test_a_reference_nobody_translates_is_a_configuration_problem(erp: MemorySystem, crm: MemorySystem) -> None:
    mapping = mapping_of("to_crm", ("salesperson_code", "ownerid", "to_crm"))
    with pytest.raises(ConfigurationProblem, match=r"CUSTOMER, salesperson_code – ownerid: No mapping translates"):
        build_rule(mapping, erp, crm)


def test_a_pair_that_cannot_be_carried_is_called_by_its_captions(erp: MemorySystem, crm: MemorySystem) -> None:
    for system, table, name, caption in (
        (erp, "customer", "salesperson_code", "Salesperson Code"),
        (crm, "account", "ownerid", "Owner"),
    ):
        found = system.describe(table)
        system.add_table(replace(found, fields={**found.fields, name: replace(found.fields[name], label=caption)}))
    mapping = mapping_of("to_crm", ("salesperson_code", "ownerid", "to_crm"))
    said = (
        r"CUSTOMER, Salesperson Code – Owner: "
        r"No mapping translates what Salesperson Code refers to into what Owner holds\."
    )
    with pytest.raises(ConfigurationProblem, match=said):
        build_rule(mapping, erp, crm)


def test_a_reference_goes_into_text_by_its_label(erp: MemorySystem, crm: MemorySystem) -> None:
    rule = build_rule(mapping_of("to_crm", ("salesperson_code", "name", "to_crm")), erp, crm)
    assert rule.fields[0].reference is None


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("fax_no", "name", "both"), "CUSTOMER maps the field “fax_no”, which Customer .Business Central."),
        (("name", "yominame", "both"), "CUSTOMER maps the field “yominame”, which Account .Dynamics 365 Sales."),
    ],
)
def test_a_missing_field_is_named_with_its_mapping_and_system(
    erp: MemorySystem, crm: MemorySystem, pair: tuple[str, ...], message: str
) -> None:
    with pytest.raises(FieldMissing, match=message):
        build_rule(mapping_of("both", pair), erp, crm)


def test_a_missing_table_is_told(erp: MemorySystem, crm: MemorySystem) -> None:
    with pytest.raises(TableMissing):
        build_rule(mapping_of("both", NAME, crm_table="new_firm"), erp, crm)


@pytest.mark.scenario("CRMIntegrationMapping.SyncTableWithAllDisabledFields")
def test_a_mapping_without_an_enabled_field_has_no_rule(erp: MemorySystem, crm: MemorySystem) -> None:
    mapping = mapping_of("both", NAME)
    mapping.fields.update(is_enabled=False)
    with pytest.raises(ConfigurationProblem, match="no field mapping rows"):
        build_rule(mapping, erp, crm)


def test_a_disabled_field_may_name_what_does_not_exist(erp: MemorySystem, crm: MemorySystem) -> None:
    mapping = mapping_of("both", NAME)
    FieldMapping.objects.create(mapping=mapping, erp_field="nowhere", crm_field="nowhere", is_enabled=False)
    assert [field.erp_field for field in build_rule(mapping, erp, crm).fields] == ["name"]


def test_a_stored_filter_that_no_longer_fits_is_a_configuration_problem(erp: MemorySystem, crm: MemorySystem) -> None:
    mapping = mapping_of("both", NAME, crm_filter="statecode = Dormant")
    with pytest.raises(ConfigurationProblem, match="CUSTOMER, filter of Account"):
        build_rule(mapping, erp, crm)


def test_a_rule_costs_as_many_queries_for_many_fields_as_for_few(
    erp: MemorySystem, crm: MemorySystem, people: None, django_assert_num_queries: Callable[..., Any]
) -> None:
    mapping = mapping_of("both", NAME, ("city", "address1_city", "both"), ("phone_no", "telephone1", "both"))
    mapping = TableMapping.objects.get(pk=mapping.pk)
    with django_assert_num_queries(4):
        build_rule(mapping, erp, crm)


# --- which field fits which ----------------------------------------------------------------------------------


def field(kind: FieldType, **more: Any) -> Field:
    return Field(f"a_{kind}", kind, **more)


@pytest.mark.parametrize(
    ("erp_type", "crm_type", "way", "fits"),
    [
        (FieldType.TEXT, FieldType.TEXT, "both", True),
        (FieldType.CODE, FieldType.MEMO, "both", True),
        (FieldType.DECIMAL, FieldType.INTEGER, "both", True),
        (FieldType.DATE, FieldType.DATETIME, "both", True),
        (FieldType.DECIMAL, FieldType.TEXT, "to_crm", True),
        (FieldType.DECIMAL, FieldType.TEXT, "both", False),
        (FieldType.TEXT, FieldType.BOOLEAN, "to_crm", False),
        (FieldType.REFERENCE, FieldType.TEXT, "both", True),
        (FieldType.TEXT, FieldType.REFERENCE, "to_crm", False),
        (FieldType.REFERENCE, FieldType.OPTION, "both", True),
        (FieldType.TEXT, FieldType.TABLE, "to_crm", False),
        (FieldType.TEXT, FieldType.TABLE, "to_erp", False),
        (FieldType.UUID, FieldType.UUID, "both", True),
        (FieldType.UUID, FieldType.DECIMAL, "to_crm", False),
    ],
)
def test_fields_fit_by_type_and_direction(erp_type: FieldType, crm_type: FieldType, way: str, fits: bool) -> None:
    reason = compatible(field(erp_type), field(crm_type), Direction(way))
    assert (reason is None) is fits


def test_a_column_nobody_can_write_takes_nothing() -> None:
    locked = field(FieldType.TEXT, insertable=False, updatable=False)
    assert compatible(field(FieldType.TEXT), locked, Direction.TO_CRM) == "a_text is read only."
    assert compatible(field(FieldType.TEXT), locked, Direction.TO_ERP) is None


def test_the_standard_mappings_of_a_customer_fit_the_twins(erp: MemorySystem, crm: MemorySystem) -> None:
    create_missing("dataverse")
    mapping = TableMapping.objects.get(name="CUSTOMER")
    known = set(erp.describe("customer").fields), set(crm.describe("account").fields)
    for field_mapping in mapping.fields.all():
        if field_mapping.erp_field not in known[0] or field_mapping.crm_field not in known[1]:
            field_mapping.delete()
    rule = build_rule(mapping, erp, crm)
    assert {"name", "salesperson_code", "currency_code"} <= {one.erp_field for one in rule.fields}
