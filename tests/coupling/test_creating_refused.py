"""Creating that is refused leaves the coupling whose other record is gone as it was."""

from __future__ import annotations

from django.test import Client

from integration.models import TableMapping
from tests.coupling.conftest import press
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]


def test_a_refused_record_keeps_its_coupling(world: JobsWorld, clerk: Client) -> None:
    world.couple_jim()
    adatum, account = world.add_customer("Adatum"), world.add_account("Adatum")
    world.mapping().couplings.couple(adatum, account)
    world.crm.remove("account", account)
    world.erp.edit("customer", adatum, blocked=3)
    TableMapping.objects.filter(name="CUSTOMER").update(erp_filter="blocked = ' '")

    press(clerk, "erp", "customer", "create", adatum, mapping="CUSTOMER", confirmed="yes")

    assert world.mapping().couplings.filter(erp_id=adatum).exists()
