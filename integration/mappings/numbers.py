"""The number of a record in Business Central, written into the columns that the integration solution brings.

``bci_number`` is an alternate key in Sales: a record that is there already cannot be made a second time. Where two
tables of Business Central become one in Sales, ``bci_table`` tells them apart.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from integration.defaults.shape import Part
from integration.models.mapping.field_mapping import FieldMapping
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.matching.number_conflicts import NUMBER, TABLE
from integration.sync.rules import Direction

COLUMNS = frozenset({NUMBER, TABLE})
LAST = 900
"""Their place in the list of field mappings: after everything that people look at."""
NUMBERED = {
    "CUSTOMER": ("no", "Customer"),
    "VENDOR": ("no", "Vendor"),
    "CONTACT": ("no", ""),
    "UNIT OF MEASURE": ("code", ""),
    "RESOURCE-PRODUCT": ("no", "Resource"),
    "ITEM-PRODUCT": ("no", "Item"),
    "CUSTPRCGRP-PRICE": ("code", ""),
    "OPPORTUNITY": ("no", ""),
    "POSTEDSALESINV-INV": ("no", ""),
    "SALESORDER-ORDER": ("no", ""),
}
"""Standard mapping -> its number field, and the table where that has to be said."""


def write_numbers(parts: Collection[Part]) -> None:
    """Add what is missing of these field mappings to the standard mappings of the parts. A mapping that gets them
    needs a full run."""
    with transaction.atomic():
        for mapping in TableMapping.objects.filter(name__in=NUMBERED, part__in=parts, user_defined=False):
            field, table = NUMBERED[mapping.name]
            there = set(mapping.fields.filter(crm_field__in=COLUMNS).values_list("crm_field", flat=True))
            wanted = {NUMBER: {"erp_field": field}, **({TABLE: {"constant": table}} if table else {})}
            new = [
                FieldMapping(mapping=mapping, crm_field=column, direction=Direction.TO_CRM, position=LAST + n, **values)
                for n, (column, values) in enumerate(wanted.items())
                if column not in there
            ]
            FieldMapping.objects.bulk_create(new)
            if new:
                mapping.require_full_run(look_again=True)
