"""What the card says of two values that an undoing has left apart."""

from __future__ import annotations

from coupling.pages.comparison.agreements import UNDONE
from coupling.pages.comparison.compared import compared, pair_of
from coupling.pages.comparison.judged import UNDECIDED, Next
from integration.jobs.undo import start
from integration.systems.values import Side
from tests.integration.jobs.undo.phones import carried, coupled, ran
from tests.integration.jobs_world import JobsWorld, world
from tests.opened import opened

__all__ = ["world"]


def test_values_that_an_undo_left_apart_count_as_never_agreed_and_say_why_they_stay(world: JobsWorld) -> None:
    (adatum,) = coupled(world, "Adatum")
    ran(start.undo(carried(world, [adatum]), None))
    pair = pair_of(Side.ERP, "customer", adatum)
    assert pair is not None
    with opened() as connected:
        (phone,) = compared(connected, *pair).differences
    assert (phone.erp_text, phone.crm_text, phone.next) == ("030 2", "030 1", Next.STAYS)
    assert (phone.agreed, phone.why_none) == (None, UNDONE)
    assert phone.note == UNDECIDED.format("Business Central")
