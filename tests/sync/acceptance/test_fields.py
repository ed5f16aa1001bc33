"""Single fields of the standard mappings on their way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integration.sync.rules import TableRule
from integration.sync.run import Counters
from integration.systems.errors import ConfigurationProblem, FieldMissing
from integration.systems.values import Ref, option_id
from tests.makers import customer_rule, field_rule
from tests.sync.entity_rules.cronus import TO_CRM, TO_ERP, Cronus, standard
from tests.sync.world import World

CUSTOMER, CONTACT, CURRENCY = standard("CUSTOMER"), standard("CONTACT"), standard("CURRENCY")


class Anna(Cronus):
    """Adatum and Anna Lidman, who works there, are coupled; euro and its row in Sales as well."""

    def __init__(self) -> None:
        super().__init__()
        self.euro = self.currency("EUR", "1.15")
        [self.euros_row] = self.make("CURRENCY", self.euro)
        self.adatum = self.customer("Adatum", "C10")
        [self.account_id] = self.make("CUSTOMER", self.adatum)
        self.anna = self.person(self.adatum, "Anna Lidman")
        [self.contact_id] = self.make("CONTACT", self.anna)
        self.both(CUSTOMER)
        self.both(CONTACT)

    def annas(self, column: str) -> object:
        return self.erp.values("contact", self.anna)[column]


@pytest.fixture
def world() -> Anna:
    return Anna()


# --- the primary contact ------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMCouplingTest.UpdateCustomerPrimaryContactCodeFromCRMAccount")
def test_the_primary_contact_of_an_account_becomes_that_of_the_customer(world: Anna) -> None:
    bo = world.person(world.adatum, "Bo Sand")
    [bos_row] = world.make("CONTACT", bo)
    world.both(CUSTOMER)
    world.crm.edit("account", world.account_id, primarycontactid=Ref("contact", bos_row))
    assert world.ids(TO_ERP, world.account_id, rule=CUSTOMER) == Counters(modified=1)
    assert world.erp.values("customer", world.adatum)["primary_contact_no"] == Ref("contact", bo)


@pytest.mark.scenario("CRMEntitySynchTest.SyncSingleCustomerCRMPrimaryContactEmpty")
def test_an_account_without_a_primary_contact_blanks_that_of_the_customer(world: Anna) -> None:
    world.erp.edit("customer", world.adatum, primary_contact_no=Ref("contact", world.anna))
    world.both(CUSTOMER)
    assert world.twin("CUSTOMER", world.adatum)["primarycontactid"] == Ref("contact", world.contact_id)
    world.crm.edit("account", world.account_id, primarycontactid=None)
    assert world.ids(TO_ERP, world.account_id, rule=CUSTOMER) == Counters(modified=1)
    assert world.erp.values("customer", world.adatum)["primary_contact_no"] is None


# --- options ------------------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMEntitySynchTest.SyncSingleAccountCRMOptionFieldMapped")
def test_the_shipping_method_of_an_account_becomes_the_shipping_agent_coupled_with_it(world: Anna) -> None:
    agent = world.erp.add("shipping_agent", code="DHL", description="DHL")
    dhl = option_id("account.address1_shippingmethodcode", 1)
    world.couple(standard("SHIPPING AGENT"), agent, dhl)
    world.crm.edit("account", world.account_id, address1_shippingmethodcode=1)
    assert world.ids(TO_ERP, world.account_id, rule=CUSTOMER) == Counters(modified=1)
    assert world.erp.values("customer", world.adatum)["shipping_agent_code"] == Ref("shipping_agent", agent)


# --- currencies ---------------------------------------------------------------------------------------------------


def a_new_currency(world: Cronus, rule: TableRule) -> dict[str, object]:
    sek = world.currency("SEK", "13.5", symbol="kr", description="Swedish krona")
    assert world.ids(TO_CRM, sek, rule=rule, create=True) == Counters(inserted=1)
    return world.twin("CURRENCY", sek)


@pytest.mark.scenario("CRMIntegrationMapping.SyncTableWithAllEnabledFields")
def test_a_currency_goes_to_sales_with_code_symbol_and_name(world: Anna) -> None:
    row = a_new_currency(world, CURRENCY)
    assert (row["isocurrencycode"], row["currencysymbol"], row["currencyname"]) == ("SEK", "kr", "Swedish krona")


@pytest.mark.scenario("CRMIntegrationMapping.SyncTableWithPartiallyDisabledFields")
def test_a_currency_whose_name_is_not_mapped_goes_to_sales_without_it_and_keeps_the_symbol_that_sales_demands(
    world: Anna,
) -> None:
    only_code = [field for field in CURRENCY.fields if field.crm_field == "isocurrencycode"]
    row = a_new_currency(world, replace(CURRENCY, fields=tuple(only_code)))
    assert (row["isocurrencycode"], row["currencyname"]) == ("SEK", "")


@pytest.mark.scenario("CRMIntegrationMapping.CRMContactCurrencyTransfer")
def test_the_currency_of_a_contact_goes_to_sales_as_its_coupled_row(world: Anna) -> None:
    world.erp.edit("contact", world.anna, currency_code=Ref("currency", world.euro))
    assert world.run(TO_CRM, CONTACT) == Counters(modified=1)
    assert world.twin("CONTACT", world.anna)["transactioncurrencyid"] == Ref("transactioncurrency", world.euros_row)


def euros(world: Anna) -> None:
    """Anna deals in euro, on both sides."""
    world.crm.edit("contact", world.contact_id, transactioncurrencyid=Ref("transactioncurrency", world.euros_row))
    assert world.run(TO_ERP, CONTACT).modified == 1


@pytest.mark.scenario("CRMIntegrationMapping.ContactCurrencyShouldGetCodeFromCoupledCurrency")
def test_the_currency_of_a_contact_comes_from_sales_as_its_coupled_code(world: Anna) -> None:
    euros(world)
    assert world.annas("currency_code") == Ref("currency", world.euro)


@pytest.mark.scenario(
    "CRMIntegrationMapping.ContactCurrencyShouldBecomeBlankOnSyncToBlankGUID",
    "CRMIntegrationMapping.ContactCurrencyShouldBecomeBlankOnSyncToLCYGUID",
)
@pytest.mark.parametrize("to", ["blank", "local"])
def test_no_currency_and_the_local_one_are_a_blank_code(world: Anna, to: str) -> None:
    euros(world)
    value = Ref("transactioncurrency", world.gbp) if to == "local" else None
    world.crm.edit("contact", world.contact_id, transactioncurrencyid=value)
    assert world.run(TO_ERP, CONTACT).failed == 0
    assert world.annas("currency_code") is None


# --- counties -----------------------------------------------------------------------------------------------------


@pytest.mark.scenario("CRMIntegrationMapping.SyncContactCountyFromCRM")
def test_the_state_of_a_contact_in_sales_becomes_its_county(world: Anna) -> None:
    world.crm.edit("contact", world.contact_id, address1_stateorprovince="Texas")
    assert world.run(TO_ERP, CONTACT) == Counters(modified=1)
    assert world.annas("county") == "Texas"


@pytest.mark.scenario("CRMIntegrationMapping.SyncContactCountyFromNAV")
def test_a_county_goes_to_sales_and_a_blank_salesperson_keeps_the_owner(world: Anna) -> None:
    owner = Ref("systemuser", world.jim_user)
    world.crm.edit("contact", world.contact_id, ownerid=owner)
    world.both(CONTACT)
    world.erp.edit("contact", world.anna, county="Texas", salesperson_code=None)
    assert world.run(TO_CRM, CONTACT) == Counters(modified=1)
    row = world.twin("CONTACT", world.anna)
    assert (row["address1_stateorprovince"], row["ownerid"]) == ("Texas", owner)


@pytest.mark.scenario("CRMIntegrationMapping.SyncCustomerCountyFromNAV")
def test_the_county_of_a_customer_becomes_the_state_of_its_account(world: Anna) -> None:
    world.erp.edit("customer", world.adatum, county="Texas")
    assert world.run(TO_CRM, CUSTOMER) == Counters(modified=1)
    assert world.twin("CUSTOMER", world.adatum)["address1_stateorprovince"] == "Texas"


# --- what counts as modified --------------------------------------------------------------------------------------


@pytest.mark.scenario("IntegrationRecordSynchTest.VerifyTransferFieldsExistingRecord")
def test_alike_is_unchanged_one_changed_text_is_modified_and_force_writes_nothing_that_is_alike() -> None:
    world = World()
    adatum = world.synchronized()
    assert world.ids(TO_CRM, adatum) == Counters(unchanged=1)
    world.erp.edit("customer", adatum, city="Basel")
    assert world.ids(TO_CRM, adatum) == Counters(modified=1)
    updates = world.crm.calls["update"]
    assert world.ids(TO_CRM, adatum, force=True) == Counters(unchanged=1)
    assert world.crm.calls["update"] == updates


@pytest.mark.scenario("IntegrationRecordSynchTest.VerifyTransferFieldsFailOnMissingParameters")
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ([], ConfigurationProblem),
        ([field_rule("name", "tickersymbol")], FieldMissing),
        ([field_rule("fax", "name")], FieldMissing),
    ],
    ids=["no fields", "no such column there", "no such column here"],
)
def test_a_run_without_fields_or_with_fields_that_are_not_there_does_not_begin(
    fields: list[Any], error: type[Any]
) -> None:
    world = World()
    world.add_customer("Adatum")
    with pytest.raises(error):
        world.run(TO_CRM, customer_rule(fields), create=True)
    assert world.crm.ids("account") == []
