"""Who is whom: what can be a pair, and how the pair is found again from either side."""

from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, transaction

from coupling.models import Coupling, CouplingError
from integration.models.mapping.table_mapping import TableMapping
from integration.systems.values import Side

ADATUM, FABRIKAM, ACCOUNT, OTHER = (uuid.uuid4() for _ in range(4))


@pytest.mark.scenario(
    "CRMIntegrationRecordTest.SimpleCRMToNAVLookup",
    "CRMIntegrationRecordTest.SimpleNAVToCRMLookup",
    "CRMIntegrationRecordTest.CanCoupleCRMIDToRecord",
    "IntegrationRecordMgmtTest.CannotFindRecordIdByIntegrationTableUid",
    "IntegrationRecordMgmtTest.CannotFindIntegrationTableUidByRecordId",
)
def test_a_pair_is_found_from_either_side_and_not_before_it_is_made(mapping: TableMapping) -> None:
    pairs = mapping.couplings
    assert pairs.pairs(Side.CRM, [ACCOUNT]) == {}
    assert pairs.pairs(Side.ERP, [ADATUM]) == {}
    pairs.couple(ADATUM, ACCOUNT)
    assert pairs.pairs(Side.CRM, [ACCOUNT])[ACCOUNT].erp_id == ADATUM
    assert pairs.pairs(Side.ERP, [ADATUM])[ADATUM].crm_id == ACCOUNT
    assert pairs.count() == 1


@pytest.mark.scenario(
    "CRMIntegrationRecordTest.CannotUpdateCouplingToAlreadyCoupledRecord",
    "CRMIntegrationRecordTest.CannotUpdateCouplingToAlreadyCoupledCRMID",
)
def test_an_account_that_has_its_customer_is_not_given_to_another_coupled_customer(mapping: TableMapping) -> None:
    mapping.couplings.couple(ADATUM, ACCOUNT)
    mapping.couplings.couple(FABRIKAM, OTHER)
    with pytest.raises(CouplingError, match="already coupled with another record"):
        mapping.couplings.couple(FABRIKAM, ACCOUNT)
    assert {(one.erp_id, one.crm_id) for one in mapping.couplings.all()} == {(ADATUM, ACCOUNT), (FABRIKAM, OTHER)}


@pytest.mark.scenario("CRMIntegrationRecordTest.CanUpdateCouplingToCRMIDCoupledDeletedIntegrationRecord")
def test_the_account_of_a_deleted_customer_is_free_for_another_and_both_old_pairs_are_gone(
    mapping: TableMapping,
) -> None:
    mapping.couplings.couple(ADATUM, ACCOUNT)
    mapping.couplings.couple(FABRIKAM, OTHER)
    mapping.couplings.couple(FABRIKAM, ACCOUNT, alive=lambda _side, record: record != ADATUM)
    assert [(one.erp_id, one.crm_id) for one in mapping.couplings.all()] == [(FABRIKAM, ACCOUNT)]


def test_the_database_itself_refuses_a_second_pair_of_either_record(mapping: TableMapping) -> None:
    mapping.couplings.couple(ADATUM, ACCOUNT)
    for erp_id, crm_id in ((ADATUM, OTHER), (FABRIKAM, ACCOUNT)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Coupling.objects.create(mapping=mapping, erp_id=erp_id, crm_id=crm_id)


@pytest.mark.scenario(
    "CRMIntegrationRecordTest.CannotInsertRecordWithZeroTableId", "CRMIntegrationRecordTest.CannotResetTableId"
)
def test_a_pair_without_a_mapping_cannot_be_stored(mapping: TableMapping) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Coupling.objects.create(mapping=None, erp_id=ADATUM, crm_id=ACCOUNT)
    mapping.couplings.couple(ADATUM, ACCOUNT)
    pair = mapping.couplings.get()
    pair.mapping = None
    with pytest.raises(IntegrityError), transaction.atomic():
        pair.save()
    assert Coupling.objects.get().mapping == mapping
