"""What the service answers: rows of coupled items, chosen, ordered, counted, page by page."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from coupling.models import Coupling
from integration.business_central.models import CompanyInformation
from integration.business_central.published import options
from integration.models import TableMapping, WebServiceKey
from integration.models.connection.availability import address_of
from tests.integration.published.shop import ADDRESS, COMPANY, FURNITURE, Program, furniture, ordered, product, read

pytestmark = pytest.mark.django_db
ALL = [row[0] for row in FURNITURE]
ROOT = "http://testserver/ODataV4/"


def test_a_row_says_what_there_is_of_an_item_and_what_is_ordered(phyllis: Program) -> None:
    ordered("1896-S", 3, "0.5")
    ordered("1896-S", "0.1", "0.2")
    ordered("1896-S", 100, document_type=0)
    ordered("1896-S", 100, document_type=2)

    answer = phyllis.get(filter=f"ProductId eq {product(1)}", format="json")

    assert read(answer) == {
        "@odata.context": f"{ROOT}$metadata#Company('CRONUS%20International%20Ltd.')/ProductItemAvailability",
        "value": [
            {
                "ProductId": "00000000-0000-0000-0000-000000000001", "ItemNo": "1896-S", "Description": "ATHENS Desk",
                "UnitOfMeasure": "PCS", "Inventory": 12, "AvailableQuantity": 12, "QtyOnSalesOrder": Decimal("3.8"),
            }
        ],
    }  # fmt: skip
    assert (answer["OData-Version"], answer["Content-Type"]) == ("4.0", "application/json;odata.metadata=minimal")


def test_items_are_there_as_soon_as_they_are_coupled_and_no_sooner(phyllis: Program) -> None:
    assert phyllis.numbers() == ALL
    Coupling.objects.filter(crm_id=product(70)).update(state="coupled")
    assert phyllis.numbers(filter="ItemNo eq 'BENCH'") == ["BENCH"]
    Coupling.objects.all().delete()
    assert phyllis.numbers() == []


def test_items_that_another_mapping_couples_are_not_shown(phyllis: Program) -> None:
    TableMapping.objects.filter(name="ITEM-PRODUCT").update(name="ITEM-MACHINE")

    assert phyllis.numbers() == []


FOUND: list[tuple[dict[str, object], list[str]]] = [
    ({"orderby": "Inventory desc,ItemNo", "top": 3}, ["1925-W", "1896-S", "O'NEIL"]),
    ({"orderby": "UnitOfMeasure,Description desc"}, ["O'NEIL", "1925-W", "1900-S", "1908-S", "1896-S", "1920-S"]),
    ({"orderby": "ProductId desc", "skip": 4}, ["1900-S", "1896-S"]),
    ({"top": 0}, []),
    ({"skip": 10**30}, []),
    ({"top": 10**30}, ALL),
    ({"filter": "Inventory lt QtyOnSalesOrder"}, ["1900-S"]),
    ({"filter": "(Inventory gt 0 and not startswith(ItemNo,'19')) or ItemNo eq '1920-s'"},
     ["1896-S", "1920-S", "O'NEIL"]),
    ({"filter": "contains(Description,'50%')"}, ["1925-W"]),
    ({"filter": "contains(Description,'chair')"}, []),
    ({"filter": "contains(ItemNo,'-s')"}, ["1896-S", "1900-S", "1908-S", "1920-S"]),
    ({"filter": "Description gt 'O'"}, ["1900-S", "O'NEIL"]),
    ({"filter": "1 le Inventory and Inventory lt 12.00001"}, ["1896-S", "O'NEIL"]),
    ({"filter": "AvailableQuantity eq 1234.56789"}, ["1925-W"]),
    ({"filter": "AvailableQuantity eq 1234.567891"}, []),
    ({"filter": "Inventory ge -1e30 and Inventory lt 9e99 and Inventory ne 1e99"}, ALL),
    ({"filter": "UnitOfMeasure eq null or UnitOfMeasure eq ''"}, ["O'NEIL"]),
    ({"filter": "ItemNo ne null and true"}, ALL),
    ({"filter": f"ProductId eq {product(2)} or {product(4)} eq ProductId"}, ["1900-S", "1920-S"]),
    ({"filter": f"ProductId eq {product(2)} and ProductId eq {product(4)}"}, []),
    ({"filter": f"ProductId eq {product(2)} or ItemNo eq 'O''NEIL'"}, ["1900-S", "O'NEIL"]),
    ({"filter": f"not (ProductId eq {product(2)})", "top": 1}, ["1896-S"]),
    ({"filter": "contains(Description,'table') eq false and startswith(Description,'A') ne false"},
     ["1896-S", "1920-S"]),
]  # fmt: skip


def test_rows_are_filtered_ordered_and_cut(phyllis: Program) -> None:
    ordered("1896-S", 12)
    for asked, numbers in FOUND:
        assert (phyllis.numbers(**asked), asked) == (numbers, asked)


def test_only_the_properties_asked_for_travel(phyllis: Program) -> None:
    answer = read(phyllis.get(select="Inventory,ItemNo", top=1))

    assert answer["value"] == [{"ItemNo": "1896-S", "Inventory": 12}]
    assert answer["@odata.context"].endswith("/ProductItemAvailability(ItemNo,Inventory)")
    assert len(phyllis.rows(select="*", top=1)[0]) == 7


def test_one_row_is_read_by_its_key(phyllis: Program) -> None:
    for address in (f"{ADDRESS}({product(3)})", f"{ADDRESS}(ProductId={product(3)})"):
        answer = read(phyllis.get(address, select="Inventory"))
        assert answer["Inventory"] == Decimal("0.5")
        assert answer["@odata.context"].endswith("/ProductItemAvailability(Inventory)/$entity")
    assert phyllis.get(f"{ADDRESS}({product(70)})").status_code == 404


def test_rows_are_counted_beside_the_page_and_alone(phyllis: Program) -> None:
    answer = read(phyllis.get(filter="Inventory gt 0", count="true", top=1, skip=1))
    assert (answer["@odata.count"], len(answer["value"])) == (4, 1)

    answer = phyllis.get(f"{ADDRESS}/$count", filter="Inventory gt 0")
    assert (answer.content.decode("utf-8-sig"), answer["Content-Type"]) == ("4", "text/plain;charset=utf-8")


# --- page by page ---------------------------------------------------------------------------------------------


def test_a_thousand_rows_are_a_page_and_the_next_one_is_named(
    phyllis: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert options.PAGE == 1000
    mapping = TableMapping.objects.get(name="ITEM-PRODUCT")
    desk = furniture("MASTER", "Desk", "PCS", 1)
    made = [type(desk)(no=f"X{number:05}", description=f"Desk {number % 7}") for number in range(1200)]
    type(desk).objects.bulk_create(made)
    Coupling.objects.bulk_create(
        [Coupling(mapping=mapping, erp_id=one.pk, crm_id=product(10_000 + number), state="coupled")
         for number, one in enumerate(made)]
    )  # fmt: skip

    first = read(phyllis.get(filter="startswith(ItemNo,'X')", orderby="Description desc", count="true"))
    second = read(phyllis.get(first["@odata.nextLink"].removeprefix("http://testserver")))

    assert (first["@odata.count"], len(first["value"]), len(second["value"])) == (1200, 1000, 200)
    found = [row["Description"] for row in first["value"] + second["value"]]
    assert found == sorted(found, reverse=True)
    assert len({row["ProductId"] for row in first["value"] + second["value"]}) == 1200
    assert "@odata.nextLink" not in second


@pytest.mark.parametrize("order", ["Inventory", "Inventory desc,ItemNo", "UnitOfMeasure,Inventory desc", "Description"])
def test_pages_in_any_order_hold_every_row_once(phyllis: Program, order: str) -> None:
    whole = phyllis.numbers(orderby=order)
    small = {"Prefer": "odata.maxpagesize=2"}
    answer = read(phyllis.get(headers=small, orderby=order, skip=1, top=4))
    found = [row["ItemNo"] for row in answer["value"]]
    while "@odata.nextLink" in answer:
        answer = read(phyllis.get(answer["@odata.nextLink"].removeprefix("http://testserver"), headers=small))
        found += [row["ItemNo"] for row in answer["value"]]

    assert found == whole[1:5]


def test_rows_that_come_while_somebody_reads_hide_none(phyllis: Program) -> None:
    answer = read(phyllis.get(headers={"Prefer": "maxpagesize=3"}, orderby="ItemNo"))
    mapping = TableMapping.objects.get(name="ITEM-PRODUCT")
    early = furniture("0001", "Comes first", "PCS", 1)
    Coupling.objects.create(mapping=mapping, erp_id=early.pk, crm_id=product(99), state="coupled")

    rest = read(phyllis.get(answer["@odata.nextLink"].removeprefix("http://testserver")))

    assert [row["ItemNo"] for row in rest["value"]] == sorted(ALL)[3:]


def test_the_address_of_the_next_page_is_where_people_reach_us(phyllis: Program, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://bc.cronus.example/"
    answer = read(phyllis.get(headers={"Prefer": "odata.maxpagesize=1"}))

    assert answer["@odata.nextLink"].startswith("https://bc.cronus.example/ODataV4/Company('CRONUS%20International")


# --- the form of the answer -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [
    {"format": "application/json;odata.metadata=none;IEEE754Compatible=true"},
    {"headers": {"Accept": "text/html, application/json;odata.metadata=none;IEEE754Compatible=true"}},
])  # fmt: skip
def test_decimals_travel_as_texts_and_without_addresses_where_that_is_asked(phyllis: Program, how: dict) -> None:
    answer = phyllis.get(**how, top=1, select="Inventory")

    assert read(answer) == {"value": [{"Inventory": "12"}]}
    assert answer["Content-Type"] == "application/json;odata.metadata=none;IEEE754Compatible=true"


def test_who_asks_for_the_header_only_gets_no_body(phyllis: Program) -> None:
    answer = phyllis.send("HEAD", ADDRESS)

    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer["Content-Length"]) > 100


def test_an_answer_takes_five_queries_at_most(
    phyllis: Program, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asked = {"filter": f"ProductId eq {product(1)} or contains(Description,'a')", "orderby": "QtyOnSalesOrder"}
    assert WebServiceKey.objects.get().last_used_at is None
    with django_assert_num_queries(5):
        assert phyllis.rows(**asked, count="true")
    with django_assert_num_queries(3):
        assert phyllis.rows(**asked)


def test_the_company_is_found_by_its_name_whatever_signs_are_in_it(phyllis: Program) -> None:
    name = "O'Neil / Söhne & Cie. (50%)"
    CompanyInformation.objects.update(name=name)

    assert phyllis.get(address_of(name)).status_code == 200
    assert phyllis.get().status_code == 404
    link = read(phyllis.get(address_of(name), headers={"Prefer": "maxpagesize=2"}))["@odata.nextLink"]
    assert len(read(phyllis.get(link.removeprefix("http://testserver")))["value"]) == 4
    assert COMPANY not in link
