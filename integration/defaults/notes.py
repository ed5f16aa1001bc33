"""The notes of orders: a mapping of our own, which the job of Sales Order Notes carries both ways."""

from integration.defaults.shape import MappingDefault, both
from integration.sync.rules import ConflictPolicy, Direction

NOTES = MappingDefault(
    name="SALESORDER-NOTES",
    part="sales",
    position=210,
    erp_table="note",
    crm_table="annotation",
    direction=Direction.BOTH,
    erp_filter="record_table = sales_header",
    crm_filter="isdocument = No and objectidtypecode = salesorder",
    only_coupled=False,
    dependencies=("SALESORDER-ORDER",),
    job=None,
    conflict=ConflictPolicy.GET,
    internal=True,
    fields=(both("text", "notetext"),),
)

MAPPINGS = (NOTES,)
