"""The Sales mappings of what is sold: units, items, resources, price groups and their prices."""

from integration.defaults.shape import DAILY, MappingDefault, both, constant_to_crm, to_crm
from integration.sync.rules import Direction

PRODUCT_COSTS = (
    to_crm("unit_price", "price"),
    to_crm("unit_cost", "standardcost"),
    to_crm("unit_cost", "currentcost"),
)

UNIT_OF_MEASURE = MappingDefault(
    name="UNIT OF MEASURE",
    part="sales",
    position=110,
    erp_table="unit_of_measure",
    crm_table="uomschedule",
    direction=Direction.TO_CRM,
    fields=(to_crm("code", "baseuomname", match=1),),
)

RESOURCE = MappingDefault(
    name="RESOURCE-PRODUCT",
    part="sales",
    position=120,
    erp_table="resource",
    crm_table="product",
    direction=Direction.BOTH,
    erp_filter="blocked = No",
    crm_filter="producttypecode = Services and statecode = Active",
    dependencies=("UNIT OF MEASURE",),
    fields=(
        to_crm("no", "productnumber", match=1),
        both("name", "name"),
        *PRODUCT_COSTS,
        to_crm("vendor_no", "vendorid"),
        to_crm("capacity", "quantityonhand"),
    ),
)

ITEM = MappingDefault(
    name="ITEM-PRODUCT",
    part="sales",
    position=130,
    erp_table="item",
    crm_table="product",
    direction=Direction.BOTH,
    erp_filter="blocked = No",
    crm_filter="producttypecode = 'Sales Inventory' and statecode = Active",
    dependencies=("UNIT OF MEASURE",),
    job=DAILY,
    fields=(
        to_crm("no", "productnumber", match=1),
        both("description", "name"),
        *PRODUCT_COSTS,
        to_crm("unit_volume", "stockvolume"),
        to_crm("gross_weight", "stockweight"),
        to_crm("vendor_no", "vendorid"),
        to_crm("vendor_item_no", "vendorpartnumber"),
        to_crm("inventory", "quantityonhand"),
        both("base_unit_of_measure", "defaultuomscheduleid"),
    ),
)

PRICE_GROUP = MappingDefault(
    name="CUSTPRCGRP-PRICE",
    part="sales",
    position=140,
    erp_table="customer_price_group",
    crm_table="pricelevel",
    direction=Direction.TO_CRM,
    dependencies=("CURRENCY", "ITEM-PRODUCT"),
    job=DAILY,
    fields=(to_crm("code", "name", match=1),),
)

SALES_PRICE = MappingDefault(
    name="SALESPRC-PRODPRICE",
    part="sales",
    position=150,
    erp_table="sales_price",
    crm_table="productpricelevel",
    direction=Direction.TO_CRM,
    erp_filter="sales_type = 'Customer Price Group' and sales_code is not blank",
    only_coupled=False,
    dependencies=("CUSTPRCGRP-PRICE", "ITEM-PRODUCT"),
    job=DAILY,
    fields=(
        to_crm("sales_code", "pricelevelid"),
        to_crm("item_no", "productid"),
        to_crm("item_no", "productnumber"),
        to_crm("currency_code", "transactioncurrencyid"),
        constant_to_crm("pricingmethodcode", "1", validate=False),
        to_crm("unit_price", "amount"),
    ),
)

MAPPINGS = (UNIT_OF_MEASURE, RESOURCE, ITEM, PRICE_GROUP, SALES_PRICE)
