"""Where a button leads back to, which records it was pressed for, and where the one to couple first is."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import reverse

from coupling.commands import Blocked
from coupling.models import CouplingError
from coupling.pages.compare import Missing
from coupling.views.access import back, card_address, chosen, first_address, match_address, person, show
from integration.models import SyncJob, TableMapping
from integration.systems.values import Side

ADATUM, FABRIKAM = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/records/erp/customer/", "/records/erp/customer/"),
        ("/records/erp/customer/?q=ada&state=all", "/records/erp/customer/?q=ada&state=all"),
        ("", "/"),
        ("records/erp/customer/", "/"),
        ("//evil.example/", "/"),
        ("///evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("\t//evil.example", "/"),
    ],
)
def test_a_person_is_led_back_to_a_page_of_ours_or_home(address: str, leads_to: str) -> None:
    request = RequestFactory().post("/", {"back": address})

    assert back(request).url == leads_to


@pytest.mark.parametrize(
    ("ticked", "ids"),
    [
        ([], []),
        ([str(ADATUM)], [ADATUM]),
        ([str(ADATUM), str(FABRIKAM), str(ADATUM)], [ADATUM, FABRIKAM]),
        ([ADATUM.hex, str(ADATUM).upper()], [ADATUM]),
    ],
)
def test_each_record_that_was_ticked_counts_once_in_the_order_it_was_sent(ticked: list[Any], ids: list[Any]) -> None:
    given = QueryDict(mutable=True)
    given.setlist("selected", ticked)

    assert chosen(given) == ids


@pytest.mark.parametrize("nonsense", ["", "one", "1", "-", f"{ADATUM}x", "'; drop table coupling;--"])
def test_nonsense_among_the_ticks_is_an_incomplete_page(nonsense: str) -> None:
    given = QueryDict(mutable=True)
    given.setlist("selected", [str(ADATUM), nonsense])

    with pytest.raises(CouplingError, match="This page is incomplete"):
        chosen(given)


@pytest.mark.parametrize(
    ("ids", "query", "address"),
    [
        ((), {}, "/?"), ((ADATUM,), {}, f"?selected={ADATUM}"),
        ((ADATUM, FABRIKAM), {"winner": "erp"}, f"?winner=erp&selected={ADATUM}&selected={FABRIKAM}"),
        ((), {"preview": "yes"}, "?preview=yes"),
    ],
)  # fmt: skip
def test_the_criteria_are_asked_for_with_the_chosen_records_or_for_all(
    ids: tuple[Any, ...], query: dict[str, Any], address: str
) -> None:
    found = match_address(TableMapping(name="CUSTOMER"), ids, **query)

    assert found == reverse("match", args=["CUSTOMER"]) + ("" if address == "/?" else address)


def test_one_job_is_shown_itself_and_several_as_the_log() -> None:
    one, other = SyncJob(pk=uuid.uuid4()), SyncJob(pk=uuid.uuid4())

    assert show([one]).url == reverse("synch_job", args=[one.pk])
    assert show([one, other]).url == reverse("synch_jobs")
    assert show([]).url == reverse("synch_jobs")


@pytest.mark.parametrize(
    ("side", "table", "leads_to"),
    [
        (Side.ERP, "customer", lambda: reverse("coupling", args=["CUSTOMER", ADATUM])),
        (Side.ERP, "vessel", lambda: card_address(Side.ERP, "vessel", ADATUM)),
        (Side.CRM, "account", lambda: reverse("coupling_from", args=["CUSTOMER", ADATUM])),
        (Side.CRM, "vessel", lambda: card_address(Side.CRM, "vessel", ADATUM)),
    ],
)
def test_the_record_to_couple_first_is_set_up_here_or_looked_at_where_it_is(
    mapping: TableMapping, side: Side, table: str, leads_to: Callable[..., Any]
) -> None:
    blocked = Blocked(Missing("Adatum is not coupled.", side, table, ADATUM))

    assert first_address(blocked) == leads_to()
    assert str(blocked) == "Adatum is not coupled."


def test_who_is_not_signed_in_is_nobody_in_the_log_of_a_job() -> None:
    request = RequestFactory().get("/")
    request.user = None

    assert person(request) is None
