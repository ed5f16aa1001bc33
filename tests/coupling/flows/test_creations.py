"""What cards, lists and dialogs offer to have made on the other side: what people can have made, and nothing else."""

from __future__ import annotations

import uuid

import pytest
from django.http import QueryDict
from django.test.client import Client

from coupling.commands import create
from coupling.models import CouplingError
from coupling.pages.asking.exact import Exact
from coupling.pages.asking.proposal import Proposal
from coupling.pages.cards import Card
from coupling.pages.dialog import Dialog
from coupling.pages.lists import Listing
from integration.mappings.flows import creates
from integration.models import ConnectionSetup, SyncJob, TableMapping
from integration.pages.lists.address import Address
from integration.pages.lists.shown import ShownList
from integration.sync.rules import Direction
from integration.systems.values import Side
from tests.coupling.conftest import press

ID = uuid.UUID(int=7)
CUSTOMERS = TableMapping(name="CUSTOMER", erp_table="customer", crm_table="account", direction="both")
ORDERS = TableMapping(name="SALESORDER-ORDER", erp_table="sales_header", crm_table="salesorder", direction="to_crm")
INVOICES = TableMapping(name="INVOICE", erp_table="sales_invoice_header", crm_table="invoice", direction="to_crm")
LINES = TableMapping(name="LINES", erp_table="sales_invoice_line", crm_table="invoicedetail", direction="to_crm")
QUOTES = {"name": "SALESQUOTE-QUOTE", "erp_table": "sales_header", "crm_table": "quote", "direction": "to_erp"}


@pytest.mark.parametrize(
    ("mapping", "here", "there"),
    [
        (CUSTOMERS, True, True),
        (INVOICES, False, True),
        (ORDERS, False, False),
        (LINES, False, False),
        (TableMapping(**QUOTES, internal=True), False, False),
    ],
)
def test_people_have_made_what_the_mapping_carries_but_no_orders_and_nothing_of_a_flow(
    mapping: TableMapping, here: bool, there: bool
) -> None:
    assert [creates(mapping, one) for one in (Direction.TO_ERP, Direction.TO_CRM)] == [here, there]


@pytest.mark.parametrize(("mapping", "offered"), [(CUSTOMERS, "Create Account"), (ORDERS, ""), (LINES, "")])
def test_no_page_offers_to_make_an_order_or_a_line_in_sales(mapping: TableMapping, offered: str) -> None:
    table = mapping.erp_table
    card = Card(Side.ERP, table, ID, is_enabled=True, mapping=mapping)
    listing = Listing(
        Side.ERP, table, [mapping], is_enabled=True, shown=ShownList(table, "", ("", ""), Address(QueryDict()))
    )
    dialog = Dialog(mapping, ID, "", "", (), "", "", None, (), None, None, Exact(None), Proposal("", ""), "")

    assert card.create_caption == (offered and f"{offered} in Dynamics 365 Sales")
    assert [caption for _, caption in listing.creations] == ([offered] if offered else [])
    assert dialog.can_create is bool(offered)


@pytest.mark.django_db
def test_what_a_flow_makes_by_itself_is_not_made_by_hand(clerk: Client, connected: ConnectionSetup) -> None:
    mapping = TableMapping.objects.create(**QUOTES, internal=True)

    with pytest.raises(CouplingError, match="A flow makes the records of SALESQUOTE-QUOTE by itself"):
        create(mapping, Side.CRM, [ID], None)
    press(clerk, "crm", "quote", "create", ID, mapping=mapping.name)

    assert not SyncJob.objects.exists()
