"""Tables and mappings as a list of records knows them."""

from __future__ import annotations

from integration.systems.values import Side
from tests.makers import crm_tables, erp_tables

ERP, CRM = Side.ERP, Side.CRM

CUSTOMER = next(one for one in erp_tables() if one.name == "customer")

ACCOUNT = next(one for one in crm_tables() if one.name == "account")
