"""Which condition of its mapping's filter keeps a record out is said at the record."""

from __future__ import annotations

from uuid import UUID

from django.test.client import Client

from integration.models import TableMapping
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import id_of, page


def test_the_card_of_an_account_outside_the_filter_says_which_condition_keeps_it_out(
    clerk: Client, mapping: TableMapping, organization: MemorySystem
) -> None:
    shown = page(clerk, "crm_card", "account", id_of(organization, "Wingtip Toys"))

    assert "is Vendor, must be Customer" in shown
    assert "Set Up Coupling" not in shown


def test_a_filter_that_fits_the_table_no_more_keeps_nobody_from_the_card(
    clerk: Client, mapping: TableMapping, adatum_account: UUID
) -> None:
    TableMapping.objects.update(crm_filter="unicorn = yes")

    assert "must be" not in page(clerk, "crm_card", "account", adatum_account)
