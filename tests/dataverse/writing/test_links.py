"""Rows are connected and parted by reference, as often as one likes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from integration.dataverse.connecting import connect
from integration.dataverse.store import SalesOrganization
from integration.dataverse.writing.links import Address, associate, disassociate
from integration.systems.filters import Comparison
from integration.systems.values import Ref, Row


@pytest.fixture
def organization(sandbox: dict[str, Any]) -> Iterator[SalesOrganization]:
    administrator = sandbox["clients"]["administrator"]
    found = connect(
        sandbox["url"], sandbox["tenant"], administrator["client_id"], administrator["client_secret"],
        sandbox["token_endpoint"],
    )  # fmt: skip
    yield found
    found.close()


def test_a_lookup_is_cleared_by_reference_however_often(organization: SalesOrganization) -> None:
    contact, account = uuid.uuid4(), uuid.uuid4()
    organization.insert("contact", [Row(contact, {"lastname": "Olive"})])
    organization.insert("account", [Row(account, {"name": "Adatum", "primarycontactid": Ref("contact", contact)})])

    for _ in range(2):
        disassociate(organization.session, Address("accounts", account), "primarycontactid")

    assert organization.get("account", [account], ["primarycontactid"])[account].values == {"primarycontactid": None}


def test_a_contact_joins_a_firm_and_leaves_it(organization: SalesOrganization) -> None:
    contact, account = uuid.uuid4(), uuid.uuid4()
    organization.insert("contact", [Row(contact, {"lastname": "Olive"})])
    organization.insert("account", [Row(account, {"name": "Adatum"})])
    firm, person = Address("accounts", account), Address("contacts", contact)

    def members() -> list[uuid.UUID]:
        where = Comparison("parentcustomerid", "=", account)
        return [record.id for record in organization.find("contact", where, ["lastname"]).records]

    for _ in range(2):
        associate(organization.session, firm, "contact_customer_accounts", person)
    assert members() == [contact]

    disassociate(organization.session, firm, "contact_customer_accounts", person)
    assert members() == []
