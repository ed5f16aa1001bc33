"""Undoing with both real ends: the embedded company, and Sales behind its Web API."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from integration.business_central.models import Customer, Item
from integration.business_central.store import EmbeddedCompany
from integration.models import SyncError, TableMapping
from integration.sync.rules import Direction
from integration.sync.run import Scope
from integration.systems.filters import Comparison
from integration.systems.system import every
from integration.systems.values import Ref, Row, Side
from tests.integration.flows.organization import Organization, organization
from tests.integration.jobs.undo.undoing import carry, undone

__all__ = ["organization"]

D = Decimal
erp = EmbeddedCompany()
ACCOUNT = ("name", "telephone1", "creditlimit", "transactioncurrencyid", "address1_city")


def rests(name: str) -> bool:
    """Does no pass write anything, neither of what changed nor of everything?"""
    passes = [
        carry(name, way, scope=scope) for scope in (Scope.CHANGED, Scope.EVERYTHING) for way in Direction.BOTH.passes
    ]
    return not any(one.modified or one.inserted for one in passes)


def edited(table: str, id: uuid.UUID, **values: Any) -> None:
    (answer,) = erp.update(table, [Row(id, values)])
    assert answer.error is None, answer.error


def agreed(organization: Organization) -> uuid.UUID:
    """Adatum, of which both sides hold the same; nobody else is coupled."""
    couplings = TableMapping.objects.get(name="CUSTOMER").couplings
    couplings.uncouple([Customer.objects.get(no="CONTOSO").pk])
    adatum = Customer.objects.get(no="ADATUM").pk
    carry("CUSTOMER", scope=Scope.IDS, ids=(adatum,), force=True, winner=Side.ERP)
    carry("CUSTOMER")
    carry("CUSTOMER", Direction.TO_ERP)
    return adatum


def test_fields_products_and_made_records_go_back_and_stay_back(organization: Organization) -> None:
    adatum = agreed(organization)
    account = organization.partner("CUSTOMER", adatum)

    def held() -> dict[str, Any]:
        return dict(organization.crm.get("account", [account], ACCOUNT)[account].values)

    before = held()
    euros = next(row for row in every(erp, "currency", Comparison("code", "=", "EUR"), ["code"]))
    edited(
        "customer", adatum, name="Adatum AG", phone_no="030 22", credit_limit_lcy=D("1234.50"), city="Rome",
        currency_code=Ref("currency", euros.id),
    )  # fmt: skip
    job = carry("CUSTOMER")
    assert held() != before
    assert undone(job).modified == 1
    assert held() == before
    assert rests("CUSTOMER")
    assert held() == before

    (answer,) = organization.people.update("account", [Row(account, {"telephone1": "030 44"})])
    assert answer.ok
    fetched = carry("CUSTOMER", Direction.TO_ERP)
    assert Customer.objects.get(pk=adatum).phone_no == "030 44"
    assert undone(fetched).modified == 1
    assert Customer.objects.get(pk=adatum).phone_no == "030 22"
    assert rests("CUSTOMER")
    assert (Customer.objects.get(pk=adatum).phone_no, held()["telephone1"]) == ("030 22", "030 44")

    desk = Item.objects.get(no="DESK").pk
    product = organization.partner("ITEM-PRODUCT", desk)
    before = organization.crm.get("product", [product], ["name"])[product].values["name"]
    edited("item", desk, description="Desk of oak")
    assert undone(carry("ITEM-PRODUCT")).modified == 1
    assert organization.crm.get("product", [product], ["name"])[product].values["name"] == before
    assert not carry("ITEM-PRODUCT", scope=Scope.EVERYTHING).modified

    ids = [uuid.uuid4(), uuid.uuid4()]
    answers = erp.insert(
        "customer", [Row(id, {"name": name}) for id, name in zip(ids, ("Oak & Sons", "Elm & Sons"), strict=True)]
    )
    assert all(answer.ok for answer in answers)
    made = carry("CUSTOMER", create=True, scope=Scope.IDS, ids=tuple(ids))
    oak, elm = (organization.partner("CUSTOMER", id) for id in ids)
    organization.insert("contact", lastname="Homer", parentcustomerid=Ref("account", oak))
    gone = undone(made, removes=True)
    assert (gone.deleted, gone.skipped) == (1, 1)
    assert list(organization.crm.get("account", [oak, elm], ())) == [oak]
    assert [row.message for row in SyncError.objects.filter(job=gone)] == [
        "Other records refer to it, so it stays: Contact Homer."
    ]
    carry("CUSTOMER", create=True, scope=Scope.EVERYTHING)
    assert elm not in organization.crm.get("account", [elm], ())
    assert not list(every(organization.crm, "account", Comparison("name", "=", "Elm & Sons"), ["name"]))
