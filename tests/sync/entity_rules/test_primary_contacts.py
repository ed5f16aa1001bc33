"""The first contact of a firm without a primary contact becomes it, and no edit of the firm is lost by that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from integration.sync.run import Counters
from integration.systems.errors import VersionConflict
from integration.systems.values import Ref, Value
from tests.sync.entity_rules.cronus import TO_CRM, TO_ERP, Cronus, changed, standard

CUSTOMER, CONTACT = "CUSTOMER", "CONTACT"
FREE = changed(CONTACT, only_coupled=False)


@pytest.fixture(params=["tells versions", "does not tell versions"])
def adatum(cronus: Cronus, request: pytest.FixtureRequest) -> UUID:
    """A coupled customer, over single requests and over bulk requests that do not tell new versions."""
    cronus.crm.tells_versions = request.param == "tells versions"
    id = cronus.customer("Adatum", "C10")
    cronus.make(CUSTOMER, id)
    return id


@pytest.fixture
def account(cronus: Cronus, adatum: UUID) -> UUID:
    return cronus.pair(adatum, standard(CUSTOMER)).crm_id


def primary(cronus: Cronus, account: UUID) -> Value:
    return cronus.crm.values("account", account)["primarycontactid"]


def helen_there(cronus: Cronus, account: UUID, last: str = "Ray") -> UUID:
    return cronus.crm.add("contact", firstname="Helen", lastname=last, parentcustomerid=Ref("account", account))


def test_the_first_person_of_an_account_becomes_its_primary_contact(
    cronus: Cronus, adatum: UUID, account: UUID
) -> None:
    helen = cronus.person(adatum, "Helen Ray")
    cronus.person(adatum, "Tai Yee")
    assert cronus.run(TO_CRM, FREE) == Counters(inserted=2)
    assert primary(cronus, account) == Ref("contact", cronus.pair(helen, standard(CONTACT)).crm_id)


def test_a_primary_contact_that_somebody_chose_stays(cronus: Cronus, adatum: UUID, account: UUID) -> None:
    chosen = helen_there(cronus, account, "Chosen")
    cronus.crm.edit("account", account, primarycontactid=Ref("contact", chosen))
    cronus.make(CONTACT, cronus.person(adatum, "Helen Ray"))
    assert primary(cronus, account) == Ref("contact", chosen)


def test_a_primary_contact_that_somebody_chooses_while_we_write_stays_and_nothing_fails(
    cronus: Cronus, adatum: UUID, account: UUID
) -> None:
    cronus.person(adatum, "Helen Ray")
    faster = VersionConflict("Somebody changed the account in the meantime.")
    cronus.crm.fail_on("update", faster, when=lambda call: call.table == "account")
    assert cronus.run(TO_CRM, FREE) == Counters(inserted=1)
    assert primary(cronus, account) is None


def test_the_first_person_of_a_customer_becomes_its_primary_contact(
    cronus: Cronus, adatum: UUID, account: UUID
) -> None:
    helen = helen_there(cronus, account)
    assert cronus.run(TO_ERP, FREE) == Counters(inserted=1)
    made = cronus.ledger(standard(CONTACT)).pairs(cronus.crm.side, [helen])[helen].erp_id
    assert cronus.erp.values("customer", adatum)["primary_contact_no"] == Ref("contact", made)


def test_the_primary_contact_of_a_customer_that_somebody_chose_stays(
    cronus: Cronus, adatum: UUID, account: UUID
) -> None:
    chosen = cronus.person(adatum, "Tai Yee")
    cronus.erp.edit("customer", adatum, primary_contact_no=Ref("contact", chosen))
    helen_there(cronus, account)
    cronus.run(TO_ERP, FREE)
    assert cronus.erp.values("customer", adatum)["primary_contact_no"] == Ref("contact", chosen)


def test_a_customer_whose_own_choice_waits_for_its_contact_is_not_filled_with_another_one(
    cronus: Cronus, adatum: UUID, account: UUID
) -> None:
    helen, tai = cronus.person(adatum, "Helen Ray"), cronus.person(adatum, "Tai Yee")
    cronus.erp.edit("customer", adatum, primary_contact_no=Ref("contact", tai))
    cronus.make(CONTACT, helen)
    assert primary(cronus, account) is None


def test_a_phone_number_that_somebody_typed_before_we_filled_it_still_arrives(
    cronus: Cronus, adatum: UUID, account: UUID
) -> None:
    cronus.crm.edit("account", account, telephone1="030 1")
    cronus.make(CONTACT, cronus.person(adatum, "Helen Ray"))
    assert primary(cronus, account) is not None
    assert cronus.pair(adatum, standard(CUSTOMER)).owed_erp
    assert cronus.run(TO_ERP, standard(CUSTOMER)) == Counters(modified=1)
    assert cronus.erp.values("customer", adatum)["phone_no"] == "030 1"


def test_an_address_that_somebody_typed_before_the_customer_was_filled_still_arrives(
    cronus: Cronus, adatum: UUID, account: UUID
) -> None:
    cronus.erp.edit("customer", adatum, address="Ring 5")
    helen_there(cronus, account)
    cronus.run(TO_ERP, FREE)
    cronus.run(TO_CRM, standard(CUSTOMER))
    assert cronus.crm.values("account", account)["address1_line1"] == "Ring 5"


def test_the_one_we_set_ourselves_reaches_the_customer_without_another_edit(
    cronus: Cronus, adatum: UUID, account: UUID
) -> None:
    helen = cronus.person(adatum, "Helen Ray")
    cronus.run(TO_CRM, FREE)
    cronus.both(standard(CUSTOMER))
    assert cronus.erp.values("customer", adatum)["primary_contact_no"] == Ref("contact", helen)
    cronus.both(standard(CUSTOMER))
    assert [one.changed for one in cronus.both(standard(CUSTOMER))] == [0, 0]


# --- a primary contact that is coupled later than its firm --------------------------------------------------------


def with_primary(cronus: Cronus, name: str, number: str, **values: Any) -> tuple[UUID, UUID, UUID]:
    """A coupled customer whose primary contact, Tai, is not coupled yet, and has a colleague."""
    id = cronus.customer(name, number)
    colleague, tai = cronus.person(id, "Helen Ray"), cronus.person(id, "Tai Yee")
    cronus.erp.edit("customer", id, primary_contact_no=Ref("contact", tai), **values)
    cronus.make(CUSTOMER, id)
    return id, colleague, tai


@pytest.mark.parametrize("tells", [True, False])
def test_a_primary_contact_reaches_the_account_as_soon_as_it_is_coupled_without_another_edit(
    cronus: Cronus, tells: bool
) -> None:
    cronus.crm.tells_versions = tells
    id, _, tai = with_primary(cronus, "Adatum", "C10")
    account = cronus.pair(id, standard(CUSTOMER)).crm_id
    assert primary(cronus, account) is None
    cronus.run(TO_CRM, FREE)
    twin = Ref("contact", cronus.pair(tai, standard(CONTACT)).crm_id)
    cronus.run(TO_CRM, standard(CUSTOMER))
    assert primary(cronus, account) == twin
    cronus.run(TO_ERP, standard(CUSTOMER))
    assert cronus.erp.values("customer", id)["primary_contact_no"] == Ref("contact", tai)
    assert [one.changed for one in cronus.both(standard(CUSTOMER))] == [0, 0]


def test_a_primary_contact_is_not_kept_waiting_by_an_option_that_is_missing_too(cronus: Cronus) -> None:
    terms = Ref("payment_terms", cronus.erp.add("payment_terms", code="NEVER"))
    id, _, tai = with_primary(cronus, "Adatum", "C10", payment_terms_code=terms)
    account = cronus.pair(id, standard(CUSTOMER)).crm_id
    cronus.run(TO_CRM, FREE)
    cronus.run(TO_CRM, standard(CUSTOMER))
    assert primary(cronus, account) == Ref("contact", cronus.pair(tai, standard(CONTACT)).crm_id)


def test_a_colleague_who_is_coupled_opens_nothing(cronus: Cronus) -> None:
    id, colleague, _ = with_primary(cronus, "Adatum", "C10")
    before = cronus.pair(id, standard(CUSTOMER))
    stranger = cronus.crm.add("contact", firstname="Helen", lastname="Ray")
    cronus.couple(standard(CONTACT), colleague, stranger)
    assert cronus.pair(id, standard(CUSTOMER)) == before


def test_a_primary_contact_chosen_in_sales_reaches_the_customer_as_soon_as_it_is_coupled(
    cronus: Cronus, adatum: UUID, account: UUID
) -> None:
    person = helen_there(cronus, account)
    cronus.crm.edit("account", account, primarycontactid=Ref("contact", person))
    cronus.run(TO_ERP, standard(CUSTOMER))
    assert cronus.erp.values("customer", adatum)["primary_contact_no"] is None
    helen = cronus.person(adatum, "Helen Ray")
    cronus.couple(standard(CONTACT), helen, person)
    cronus.run(TO_ERP, standard(CUSTOMER))
    assert cronus.erp.values("customer", adatum)["primary_contact_no"] == Ref("contact", helen)
