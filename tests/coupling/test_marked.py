"""A row that is being made is offered to nobody."""

from __future__ import annotations

import uuid

from django.test.client import Client

from integration.models import SyncJob
from integration.models.mapping.table_mapping import TableMapping
from integration.sync.given_ids.marks import mark
from integration.systems.memory.system import MemorySystem
from tests.coupling.conftest import id_of, press, told


def test_a_customer_that_carries_a_mark_is_not_coupled_by_hand_or_created_in_sales(
    clerk: Client, mapping: TableMapping, company: MemorySystem
) -> None:
    company.keeps_ids, company.marks = False, {"customer": "address_2"}
    adatum = id_of(company, "Adatum")
    company.edit("customer", adatum, address_2=mark(uuid.uuid4()))
    answer = press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER", confirmed="yes")
    assert told(answer) == ["The Business Central record is being made at the moment. Try again in a few minutes."]
    assert not SyncJob.objects.exists()
