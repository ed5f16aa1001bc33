"""What the service would leave out without a word is refused by name; decimals are what the organization keeps."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integration.dataverse.connecting import connect
from integration.dataverse.store import SalesOrganization
from integration.systems.errors import InvalidValue
from integration.systems.values import Ref, Row
from tests.organization import demo_organization
from tests.sandbox.conftest import Caller


@pytest.fixture(scope="module")
def coho(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """An organization of its own: the decimals of its prices are changed here."""
    with demo_organization(tmp_path_factory.mktemp("writable")) as running:
        yield running.ready


@pytest.fixture
def crm(coho: dict[str, Any]) -> Iterator[SalesOrganization]:
    made = joined(coho)
    yield made
    made.close()


def joined(ready: dict[str, Any]) -> SalesOrganization:
    return connect(ready["url"], ready["tenant"], ready["client_id"], ready["client_secret"], ready["token_endpoint"])


FIXED = [
    ("productpricelevel", "pricelevelid"),
    ("transactioncurrency", "isocurrencycode"),
    ("uomschedule", "baseuomname"),
    ("uom", "uomscheduleid"),
    ("pricelevel", "transactioncurrencyid"),
    ("salesorder", "ordernumber"),
]


@pytest.mark.parametrize(("table", "name"), FIXED)
def test_a_column_that_takes_no_update_is_described_as_such(crm: SalesOrganization, table: str, name: str) -> None:
    field = crm.describe(table).fields[name]

    assert (field.insertable, field.updatable) == (True, False)


def product(boss: Caller) -> str:
    unit = boss.rows("uoms?$top=1&$select=uomid,_uomscheduleid_value")[0]
    return boss.create(
        "products", name="Bicycle", productnumber=uuid.uuid4().hex[:8], quantitydecimal=5,
        defaultuomid_at_bind=f"/uoms({unit['uomid']})",
        defaultuomscheduleid_at_bind=f"/uomschedules({unit['_uomscheduleid_value']})",
    )  # fmt: skip


def test_the_sandbox_leaves_a_price_on_its_list_without_a_word_as_the_service_does(coho: dict[str, Any]) -> None:
    boss = Caller(coho, "administrator")
    unit = boss.rows("uoms?$top=1&$select=uomid")[0]["uomid"]
    old, new = (boss.create("pricelevels", name=uuid.uuid4().hex) for _ in range(2))
    line = boss.create(
        "productpricelevels", amount=5, pricelevelid_at_bind=f"/pricelevels({old})",
        productid_at_bind=f"/products({product(boss)})", uomid_at_bind=f"/uoms({unit})",
    )  # fmt: skip

    body = {"pricelevelid@odata.bind": f"/pricelevels({new})", "amount": 6}
    assert boss("PATCH", f"productpricelevels({line})", body).status_code == 204

    found = boss.get(f"productpricelevels({line})?$select=amount,_pricelevelid_value")
    assert (found["amount"], found["_pricelevelid_value"]) == (6, old)


@pytest.mark.parametrize(
    ("rows", "name"), [("transactioncurrencies", "isocurrencycode"), ("uomschedules", "baseuomname")]
)
def test_the_sandbox_leaves_out_other_such_columns_too(coho: dict[str, Any], rows: str, name: str) -> None:
    boss = Caller(coho, "administrator")
    row = boss.rows(f"{rows}?$top=1")[0]
    key = next(column for column in row if column in ("transactioncurrencyid", "uomscheduleid"))

    assert boss("PATCH", f"{rows}({row[key]})", {name: "ZZZ"}).status_code == 204
    assert boss.get(f"{rows}({row[key]})?$select={name}")[name] == row[name]


@pytest.mark.parametrize(("table", "name"), FIXED)
def test_changing_it_is_refused_with_field_and_way_out_and_the_other_rows_are_written(
    crm: SalesOrganization, table: str, name: str
) -> None:
    field = crm.describe(table).fields[name]
    value = Ref(field.targets[0], uuid.uuid4()) if field.targets else "ZZZ"
    other = crm.find(table, size=1).records

    rows = [Row(uuid.uuid4(), {name: value}), *[Row(record.id, {}) for record in other]]
    written = crm.update(table, rows)

    assert isinstance(written[0].error, InvalidValue)
    assert written[0].error.field == name
    assert written[0].error.message.startswith(f"{field.label} cannot be changed in Dynamics 365 Sales once")
    assert all(one.ok for one in written[1:])


def test_a_column_that_sales_works_out_itself_is_refused_in_a_change(crm: SalesOrganization) -> None:
    account = Row(uuid.uuid4(), {"name": "Coho"})
    crm.insert("account", [account])

    written = crm.update("account", [Row(account.id, {"creditlimit_base": Decimal(5)})])[0]

    assert isinstance(written.error, InvalidValue)
    assert "cannot be changed" in written.error.message


@pytest.mark.parametrize("places", [0, 2, 4])
def test_a_price_has_the_decimals_of_the_organization(coho: dict[str, Any], places: int) -> None:
    boss = Caller(coho, "administrator")
    organization = boss.rows("organizations?$select=organizationid")[0]["organizationid"]
    assert boss("PATCH", f"organizations({organization})", {"pricingdecimalprecision": places}).status_code == 204
    crm = joined(coho)

    fields = crm.describe("product").fields
    amount = crm.describe("productpricelevel").fields["amount"]

    assert {fields["price"].scale, fields["currentcost"].scale, amount.scale} == {places}
    assert crm.describe("account").fields["creditlimit"].scale == 2
    crm.close()


def test_a_price_with_more_decimals_is_kept_with_those_of_the_organization(coho: dict[str, Any]) -> None:
    boss = Caller(coho, "administrator")
    organization = boss.rows("organizations?$select=organizationid")[0]["organizationid"]
    boss("PATCH", f"organizations({organization})", {"pricingdecimalprecision": 2})
    bicycle = product(boss)

    assert boss("PATCH", f"products({bicycle})", {"price": 0.12345}).status_code == 204
    assert boss.get(f"products({bicycle})?$select=price")["price"] == Decimal("0.12")
    boss("PATCH", f"organizations({organization})", {"pricingdecimalprecision": 4})
    boss("PATCH", f"products({bicycle})", {"price": 0.12345})
    assert boss.get(f"products({bicycle})?$select=price")["price"] == Decimal("0.1235")
