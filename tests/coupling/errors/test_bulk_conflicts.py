"""Several conflicts are decided on one page: each for itself or all alike, with an outcome for each of them."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.test.client import Client
from django.urls import reverse

from integration.models import AuditEntry, SyncError, SyncJob
from integration.systems.errors import Unreachable
from tests.coupling.conftest import page, told
from tests.coupling.errors.clashing import both, run_all
from tests.integration.jobs_world import JobsWorld, world
from tests.pages import form_on

__all__ = ["world"]

NAME, PHONE = "name:name", "phone_no:telephone1"


def clashes(world: JobsWorld, *names: str) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Pairs that agreed; then both sides changed name and telephone to different values."""
    world.couple_jim()
    found = []
    for name in names:
        ours, theirs = world.add_customer(name, phone_no="030 1"), world.add_account(name, telephone1="030 1")
        world.mapping().couplings.couple(ours, theirs)
        found.append((ours, theirs))
    both(world)
    for (ours, theirs), name in zip(found, names, strict=True):
        world.erp.edit("customer", ours, name=f"{name} AG", phone_no="030 22")
        world.crm.edit("account", theirs, name=f"{name} Ltd.", telephone1="030 33")
    both(world)
    assert SyncError.objects.open().filter(code="conflict").count() == len(names)
    return found


def error_of(pair: tuple[uuid.UUID, uuid.UUID]) -> int:
    return SyncError.objects.open().get(erp_id=pair[0], code="conflict").pk


def sent(client: Client) -> dict[str, list[str]]:
    """What the page sends untouched."""
    address = reverse("conflicts")
    return form_on(client, address, address)


def post(client: Client, form: dict[str, object]) -> HttpResponse:
    return client.post(reverse("conflicts"), form)


def names(world: JobsWorld, pair: tuple[uuid.UUID, uuid.UUID]) -> tuple[object, object]:
    return world.erp.values("customer", pair[0])["name"], world.crm.values("account", pair[1])["name"]


def test_all_that_is_ticked_takes_one_side_and_the_rest_stays(world: JobsWorld, clerk: Client) -> None:
    adatum, litware, relecloud = clashes(world, "Adatum", "Litware", "Relecloud")
    shown = page(clerk, "conflicts")
    assert shown.count("<fieldset") == 3
    assert shown.count('type="radio"') == 12
    ticked = [error_of(adatum), error_of(litware)]
    answer = post(clerk, {**sent(clerk), "selected": ticked, "all": "crm"})
    assert told(answer)[0].startswith("2 conflicts are decided and being carried now: ")
    run_all()
    assert names(world, adatum) == ("Adatum Ltd.", "Adatum Ltd.")
    assert names(world, litware) == ("Litware Ltd.", "Litware Ltd.")
    assert names(world, relecloud) == ("Relecloud AG", "Relecloud Ltd.")
    assert [one.erp_id for one in SyncError.objects.open()] == [relecloud[0]]
    assert AuditEntry.objects.filter(action="decided").count() == 2


def test_each_is_decided_field_by_field_and_what_lacks_an_answer_is_named(world: JobsWorld, clerk: Client) -> None:
    adatum, litware, relecloud = clashes(world, "Adatum", "Litware", "Relecloud")
    first, second = error_of(adatum), error_of(litware)
    answers = {f"field-{first}-{NAME}": "erp", f"field-{first}-{PHONE}": "crm", f"field-{second}-{NAME}": "erp"}
    answer = post(clerk, {**sent(clerk), **answers})
    assert [text.partition(" <a")[0] for text in told(answer)] == [
        "1 conflict is decided and being carried now: Adatum Ltd.",
        "Left as it is, Litware Ltd.: Choose a value for every field that is listed.",
    ]
    run_all()
    assert names(world, adatum) == ("Adatum AG", "Adatum AG")
    assert world.erp.values("customer", adatum[0])["phone_no"] == "030 33"
    assert names(world, litware) == ("Litware AG", "Litware Ltd.")
    assert names(world, relecloud) == ("Relecloud AG", "Relecloud Ltd.")


def test_of_two_people_who_decide_at_once_the_second_one_is_told(world: JobsWorld, clerk: Client) -> None:
    adatum, litware = clashes(world, "Adatum", "Litware")
    form = {**sent(clerk), "selected": [error_of(adatum), error_of(litware)], "all": "erp"}
    told(post(clerk, {**form, "selected": [error_of(adatum)], "all": "crm"}))
    clerk.get("/")
    run_all()
    said = told(post(clerk, form))
    assert "1 of the conflicts shown is not open any more." in said[0]
    assert said[1].startswith("1 conflict is decided and being carried now: Litware Ltd.")
    run_all()
    assert names(world, adatum) == ("Adatum Ltd.", "Adatum Ltd.")


def test_a_record_that_changed_since_it_was_shown_is_left_and_the_others_are_decided(
    world: JobsWorld, clerk: Client
) -> None:
    adatum, litware = clashes(world, "Adatum", "Litware")
    form = {**sent(clerk), "selected": [error_of(adatum), error_of(litware)], "all": "erp"}
    world.crm.edit("account", adatum[1], telephone1="030 44")
    said = told(post(clerk, form))
    assert said[0].startswith("1 conflict is decided and being carried now: Litware Ltd.")
    assert said[1].startswith("Left as it is, Adatum Ltd.: One of both records has changed since you looked.")


def test_one_job_a_direction_carries_however_many_were_decided(world: JobsWorld, clerk: Client) -> None:
    found = clashes(world, "Adatum", "Litware", "Relecloud")
    before = SyncJob.objects.count()
    post(clerk, {**sent(clerk), "selected": [error_of(pair) for pair in found], "all": "erp"})
    assert SyncJob.objects.count() == before + 2


def test_from_home_to_a_decided_conflict_it_takes_two_clicks(world: JobsWorld, clerk: Client) -> None:
    (adatum,) = clashes(world, "Adatum")
    address = f"{reverse('conflicts')}?error={error_of(adatum)}"
    assert f'href="{address}"' in clerk.get("/").content.decode()
    form = form_on(clerk, address, address)
    assert form["selected"] == [str(error_of(adatum))]
    clerk.post(address, {**form, "all": "erp"})
    run_all()
    assert names(world, adatum) == ("Adatum AG", "Adatum AG")


def test_nothing_chosen_decides_nothing_and_says_so(world: JobsWorld, clerk: Client) -> None:
    clashes(world, "Adatum")
    assert told(post(clerk, {**sent(clerk), "selected": [], "all": "erp"})) == [
        "Nothing was chosen, so nothing was decided."
    ]
    clerk.get("/")
    assert told(post(clerk, {"shown": ["x", "9" * 40]})) == ["Nothing was chosen, so nothing was decided."]


def test_whoever_has_chosen_nothing_stays_with_the_conflicts_that_were_shown(world: JobsWorld, clerk: Client) -> None:
    [adatum] = clashes(world, "Adatum")
    address = f"{reverse('conflicts')}?error={error_of(adatum)}"
    answer = clerk.post(address, {**sent(clerk), "selected": []})

    assert answer.url == address
    assert "Nothing was chosen, so nothing was decided." in clerk.get(address).content.decode()


def test_while_sales_is_silent_the_page_names_the_conflicts_and_offers_no_decision(
    world: JobsWorld, clerk: Client
) -> None:
    clashes(world, "Adatum")
    world.crm.fail_on("get", Unreachable("No route to Contoso."))
    shown = page(clerk, "conflicts")
    assert "Nothing can be decided now: No route to Contoso." in shown
    assert "Adatum Ltd." in shown
    assert "for the Rest of the Selected" not in shown


def test_chosen_errors_of_the_inbox_are_decided_there_and_a_gone_one_says_so(world: JobsWorld, clerk: Client) -> None:
    adatum, _ = clashes(world, "Adatum", "Litware")
    chosen = error_of(adatum)
    answer = clerk.post(reverse("errors_action", args=["decide"]), {"selected": [chosen]})
    assert answer.url == f"{reverse('conflicts')}?error={chosen}"
    shown = clerk.get(answer.url).content.decode()
    assert "Adatum Ltd." in shown
    assert "Litware Ltd." not in shown
    SyncError.objects.filter(pk=chosen).delete()
    assert "somebody has decided them" in clerk.get(answer.url).content.decode()


def test_who_may_only_look_decides_none(world: JobsWorld, visitor: Client) -> None:
    clashes(world, "Adatum")
    assert visitor.get(reverse("conflicts")).status_code == 403
    assert visitor.post(reverse("conflicts"), {"all": "erp"}).status_code == 403


def test_a_field_that_one_side_alone_changed_keeps_its_change_where_the_other_side_wins(
    world: JobsWorld, clerk: Client
) -> None:
    (adatum,) = clashes(world, "Adatum")
    world.erp.edit("customer", adatum[0], post_code="10115")
    post(clerk, {**sent(clerk), "selected": [error_of(adatum)], "all": "crm"})
    run_all()
    assert names(world, adatum) == ("Adatum Ltd.", "Adatum Ltd.")
    assert world.erp.values("customer", adatum[0])["post_code"] == "10115"
    assert world.crm.values("account", adatum[1])["address1_postalcode"] == "10115"
