"""The four groups, and what a person without rights sees."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from integration.models.people.rights import GROUPS, MEANING, SEE_PAGES, granted, refresh_groups
from tests.people import ADMINISTRATOR, AVAILABILITY, INTEGRATOR, VIEWER, made, signed_in

pytestmark = pytest.mark.django_db


def rights(group: str) -> set[str]:
    found = Permission.objects.filter(group__name=group).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in found}


def test_every_right_of_the_table_exists_and_its_group_has_it() -> None:
    for name in (INTEGRATOR, VIEWER, AVAILABILITY):
        assert rights(name) == set(GROUPS[name])
    assert MEANING.keys() == GROUPS.keys()


def test_an_administrator_has_every_right_of_our_apps_and_none_of_others() -> None:
    apps = ["integration", "coupling", "business_central", "setup_wizard"]
    ours = Permission.objects.filter(content_type__app_label__in=apps)

    assert len(rights(ADMINISTRATOR)) == ours.count() > 100
    assert not granted(GROUPS[ADMINISTRATOR], "auth.change_permission")


def test_a_migration_takes_away_what_was_added_by_hand_and_gives_back_what_was_removed() -> None:
    viewer, approve = Group.objects.get(name=VIEWER), Permission.objects.get(codename="approve_syncjob")
    viewer.permissions.set([approve])

    call_command("migrate", verbosity=0)

    assert rights(VIEWER) == {SEE_PAGES}


def test_a_right_to_something_of_another_app_stays_with_its_group() -> None:
    foreign = Permission.objects.get(codename="view_session")
    Group.objects.get(name=VIEWER).permissions.add(foreign)

    refresh_groups(apps.get_app_config("integration"), connection.alias)

    assert rights(VIEWER) == {SEE_PAGES, "sessions.view_session"}


def test_who_is_in_two_groups_has_the_rights_of_both() -> None:
    susan = made("susan", INTEGRATOR, AVAILABILITY)

    assert susan.has_perms(["coupling.change_coupling", "integration.read_availability"])


@pytest.mark.parametrize("group", ["", AVAILABILITY])
def test_who_may_see_no_page_is_told_so_and_can_sign_out(group: str) -> None:
    client = signed_in("olga", group or "no such group")

    told = client.get(reverse("home"))

    assert told.status_code == 403
    assert "you are in no group that may see the pages" in told.content.decode()
    assert reverse("mappings") not in told.content.decode()
    assert client.post(reverse("logout")).status_code == 302
    assert "_auth_user_id" not in client.session


def test_what_is_not_allowed_is_told_on_a_page_of_ours() -> None:
    answer = signed_in("otto").post(reverse("connection_test"))

    assert answer.status_code == 403
    assert "Your rights do not include this." in answer.content.decode()


def test_a_run_over_the_limit_is_approved_with_a_right_of_its_own() -> None:
    assert not made("susan", INTEGRATOR).has_perm("integration.approve_syncjob")
    assert made("annette", ADMINISTRATOR).has_perm("integration.approve_syncjob")
