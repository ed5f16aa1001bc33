"""Accounts that carry the number of their customer."""

from __future__ import annotations

from dataclasses import replace

from integration.sync.rules import FieldRule, TableRule
from tests.makers import CUSTOMER_FIELDS, customer_rule, field_rule, text
from tests.sync.world import TO_CRM

COLUMNS = {name: text(name) for name in ("bci_number", "bci_table")}


def numbered() -> TableRule:
    """CUSTOMER with the columns of the integration solution."""
    fields = [field_rule("no", "bci_number", TO_CRM), FieldRule(TO_CRM, crm_field="bci_table", constant="Customer")]
    rule = customer_rule([*CUSTOMER_FIELDS, *fields], only_coupled=False)
    return replace(rule, crm=replace(rule.crm, fields={**rule.crm.fields, **COLUMNS}))
