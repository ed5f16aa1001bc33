"""Who wins where the records of a matched pair differ: asked on the review page, in the guide, and by command."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test.client import Client
from django.urls import reverse

from integration.models import ConnectionSetup, FullSynchLine
from integration.models.jobs.full_synch import FullSynchError
from integration.models.stored.audit import AuditEntry
from integration.systems.values import Ref, Side
from setup_wizard import tables
from tests.integration.jobs_world import JobsWorld, world

__all__ = ["world"]

Line = FullSynchLine.Status


@pytest.fixture
def adatum(world: JobsWorld) -> tuple[UUID, ...]:
    """Adatum on both sides, with two telephone numbers."""
    world.couple_jim()
    owner = Ref("systemuser", world.jim_user)
    adatum = world.add_customer("Adatum", phone_no="030 1")
    return adatum, world.add_account("Adatum", telephone1="030 2", ownerid=owner)


@pytest.fixture
def line(world: JobsWorld) -> FullSynchLine:
    couple = FullSynchLine.Recommendation.COUPLE
    return FullSynchLine.objects.create(mapping=world.mapping(), direction="both", recommendation=couple)


def choose(client: Client, winner: str) -> HttpResponse:
    return client.post(reverse("full_synch_line", args=["CUSTOMER", f"winner-{winner}"]), follow=True)


@pytest.mark.parametrize(("pressed", "kept"), [("erp", "erp"), ("crm", "crm"), ("nobody", "")])
def test_the_review_page_keeps_who_wins_and_shows_it_as_pressed(
    admin: Client, line: FullSynchLine, pressed: str, kept: str
) -> None:
    FullSynchLine.objects.update(winner="" if kept else "crm")
    choose(admin, pressed)
    line.refresh_from_db()
    assert line.winner == kept
    assert AuditEntry.objects.filter(after__icontains="wins where both differ").exists()


def test_a_line_that_was_started_keeps_its_winner_and_says_so(admin: Client, line: FullSynchLine) -> None:
    line.choose_winner(Side.ERP)
    line.start()
    assert "Reset comes first" in choose(admin, "crm").content.decode()
    with pytest.raises(FullSynchError):
        line.choose_winner(None)
    line.refresh_from_db()
    assert line.winner == "erp"


def test_who_may_only_look_chooses_no_winner(reader: Client, line: FullSynchLine) -> None:
    assert choose(reader, "erp").status_code == 403
    assert FullSynchLine.objects.get().winner == ""


def test_the_review_page_leads_to_the_count_of_what_would_change(admin: Client, line: FullSynchLine) -> None:
    ConnectionSetup.objects.update(is_enabled=False)
    page = admin.get(reverse("full_synch")).content.decode()
    assert f"{reverse('match', args=['CUSTOMER'])}?preview=yes" in page
    assert "Where both differ, these values win" in page


def test_a_line_that_copies_everything_asks_nobody_who_wins(admin: Client, line: FullSynchLine) -> None:
    ConnectionSetup.objects.update(is_enabled=False)
    FullSynchLine.objects.update(recommendation="full")
    assert "these values win" not in admin.get(reverse("full_synch")).content.decode()


def test_a_line_that_goes_one_way_asks_nobody_who_wins_since_its_source_does(
    admin: Client, line: FullSynchLine
) -> None:
    ConnectionSetup.objects.update(is_enabled=False)
    FullSynchLine.objects.update(direction="to_crm")
    page = admin.get(reverse("full_synch")).content.decode()
    assert "these values win" not in page
    assert "Count what would change" in page


def test_the_guide_hands_the_winner_over_to_every_line_that_is_not_put_off(line: FullSynchLine) -> None:
    tables.apply_to_review({}, create=True, winner="crm")
    line.refresh_from_db()
    assert (line.winner, line.create_unmatched) == ("crm", True)
    tables.apply_to_review({"CUSTOMER": {"direction": tables.NOT_NOW, "create": True}}, create=True, winner="erp")
    line.refresh_from_db()
    assert (line.status, line.winner) == (Line.ON_HOLD, "crm")


WINNERS = [("business-central", "030 1", "030 1"), ("sales", "030 2", "030 2"), ("nobody", "030 1", "030 2")]


@pytest.mark.parametrize(("winner", "ours", "theirs"), WINNERS)
def test_the_command_carries_the_values_of_the_chosen_side(
    world: JobsWorld, adatum: tuple[UUID, ...], capsys: pytest.CaptureFixture[str], winner: str, ours: str, theirs: str
) -> None:
    ended = 0
    try:
        call_command("full_synch", "--inline", "--winner", winner)
    except SystemExit as end:
        ended = int(end.code or 0)
    here = world.erp.values("customer", adatum[0])["phone_no"]
    there = world.crm.values("account", adatum[1])["telephone1"]
    assert (here, there, ended) == (ours, theirs, 1 if winner == "nobody" else 0), capsys.readouterr().out
