"""A price group made in Sales brings its prices along."""

from __future__ import annotations

from decimal import Decimal

import pytest

from coupling import commands
from integration.business_central.models import CustomerPriceGroup, Item, SalesPrice, UnitOfMeasure
from integration.models import SyncJob, TableMapping
from integration.systems.values import Side


@pytest.mark.django_db
def test_creating_a_price_list_from_a_price_group_has_its_two_prices_follow() -> None:
    for name, erp, crm in (
        ("CUSTPRCGRP-PRICE", "customer_price_group", "pricelevel"),
        ("SALESPRC-PRODPRICE", "sales_price", "productpricelevel"),
    ):
        TableMapping.objects.create(name=name, erp_table=erp, crm_table=crm, direction="to_crm")
    wholesale = CustomerPriceGroup.objects.create(code="WHOLESALE")
    other = CustomerPriceGroup.objects.create(code="RETAIL")
    pieces = UnitOfMeasure.objects.create(code="PCS")
    for group, number in ((wholesale, "1000"), (wholesale, "1001"), (other, "1002")):
        item = Item.objects.create(no=number, description=f"Bicycle {number}", base_unit_of_measure=pieces)
        SalesPrice.objects.create(item_no=item, sales_type=1, sales_code=group, unit_price=Decimal(100))
    mapping = TableMapping.objects.get(name="CUSTPRCGRP-PRICE")
    job = commands.create(mapping, Side.ERP, [wholesale.pk], None)
    lines = SyncJob.objects.get(mapping__name="SALESPRC-PRODPRICE")
    assert lines.after == job
    wanted = SalesPrice.objects.filter(sales_code=wholesale).values_list("pk", flat=True)
    assert set(lines.run_options.ids) == set(wanted)
    assert len(wanted) == 2
