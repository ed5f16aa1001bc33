"""What a run is called in the log: what it does, where that is not the synchronization of its mapping's records."""

from __future__ import annotations

import pytest

from integration.models import SyncJob, TableMapping
from integration.pages.runs.titles import title


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "called"),
    [
        ("synchronize", "CUSTOMER: Business Central → Sales"),
        ("statistics", "Statistics of CUSTOMER: Business Central → Sales"),
        ("posts", "Posts about CUSTOMER: Business Central → Sales"),
        ("undo", "Undo of CUSTOMER: Business Central → Sales"),
    ],
)
def test_a_run_of_another_kind_is_not_called_a_synchronization_of_customers(kind: str, called: str) -> None:
    mapping = TableMapping.objects.create(name="CUSTOMER", erp_table="customer", crm_table="account")
    assert str(title(SyncJob.objects.create(mapping=mapping, kind=kind, direction="to_crm"))) == called
