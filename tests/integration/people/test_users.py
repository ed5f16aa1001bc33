"""People: made, changed, signed out, and the last administrator who stays."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from integration.models import AuditEntry, User
from integration.models.people.access_key import change_key
from integration.models.people.user import LastAdministrator, administrators
from tests.integration.people.staff import annette, chief, otto, sign_in
from tests.people import ADMINISTRATOR, AVAILABILITY, INTEGRATOR, VIEWER, client_of, made

__all__ = ["annette", "chief", "otto"]

pytestmark = pytest.mark.django_db

PASSWORD = "barrels of Coho wine"


def save(client: Client, person: User, *groups: str, **changed: object) -> HttpResponse:
    """The page of a person, saved with these groups and changes."""
    address = reverse("user", args=[person.pk])
    form = client.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in ("username", "first_name", "last_name", "email")}
    sent |= {"is_active": "on", "seen": form["seen"].value(), "groups": groups, **changed}
    return client.post(address, {name: value for name, value in sent.items() if value is not None})


# --- people --------------------------------------------------------------------------------------------------


def test_a_new_person_signs_in_with_the_given_password_and_has_the_rights_of_the_groups(chief: Client) -> None:
    sent = {"username": "susan", "password1": PASSWORD, "password2": PASSWORD, "groups": [INTEGRATOR, AVAILABILITY]}
    answer = chief.post(reverse("user_new"), sent)
    susan = User.objects.get(username="susan")

    assert answer.url == reverse("user", args=[susan.pk])
    assert susan.group_names() == [AVAILABILITY, INTEGRATOR]
    assert susan.has_perm("coupling.change_coupling")
    assert not susan.is_staff
    assert sign_in("susan", PASSWORD)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("susan-susan-1", "too similar to the username"),
        ("short1!", "at least 12 characters"),
        ("password1234", "too common"),
        ("394857203948", "entirely numeric"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(chief: Client, password: str, reason: str) -> None:
    sent = {"username": "susan-susan", "password1": password, "password2": password}

    assert reason in chief.post(reverse("user_new"), sent).content.decode()
    assert not User.objects.filter(username="susan-susan").exists()


@pytest.mark.parametrize("name", ["", "ANNETTE", "annette ", "an nette", "x" * 151, "a\x00b", "\u202eannette"])
def test_a_name_that_is_taken_or_nonsense_is_refused(chief: Client, otto: User, name: str) -> None:
    save(chief, otto, VIEWER, username=name)

    otto.refresh_from_db()
    assert otto.username == "otto"


def test_an_administrator_is_staff_and_no_longer_when_taken_out_of_the_group(annette: User, otto: User) -> None:
    otto.assign([ADMINISTRATOR])
    assert (otto.is_staff, otto.has_perm("integration.change_user")) == (True, True)

    otto.assign([VIEWER])
    again = User.objects.get(pk=otto.pk)
    assert (again.is_staff, again.has_perm("integration.change_user")) == (False, False)


def test_the_list_tells_groups_status_last_sign_in_and_keys(chief: Client, otto: User) -> None:
    change_key(otto)
    shown = chief.get(reverse("users")).content.decode()

    assert all(text in shown for text in ("otto", "Viewer", "Active", "never", "never used"))


def test_who_is_made_inactive_is_signed_out_at_once(chief: Client, otto: User) -> None:
    client = client_of(otto)
    assert client.get(reverse("home")).status_code == 200

    save(chief, otto, VIEWER, is_active=None)

    assert client.get(reverse("home")).status_code == 302


def test_two_administrators_at_once_are_told_of_each_other(chief: Client, otto: User) -> None:
    seen = chief.get(reverse("user", args=[otto.pk])).context["form"]["seen"].value()
    save(chief, otto, VIEWER, first_name="Otto")

    answer = save(chief, otto, INTEGRATOR, first_name="Olaf", seen=seen)

    assert "Somebody else saved this page" in answer.content.decode()
    otto.refresh_from_db()
    assert (otto.first_name, otto.group_names()) == ("Otto", [VIEWER])


def test_a_change_of_groups_and_of_a_name_is_in_the_audit_log(chief: Client, otto: User) -> None:
    save(chief, otto, INTEGRATOR, first_name="Otto")

    changes = [entry.changes for entry in AuditEntry.objects.filter(who="annette", subject="otto").order_by("pk")]

    assert changes == [[("first name", "", "Otto")], [("groups", VIEWER, INTEGRATOR)]]


# --- the last administrator ----------------------------------------------------------------------------------


def test_the_last_active_administrator_keeps_group_and_access(chief: Client, annette: User, otto: User) -> None:
    made("alfons", ADMINISTRATOR, is_active=False)
    for groups, changed in (([VIEWER], {}), ([ADMINISTRATOR], {"is_active": None})):
        answer = save(chief, annette, *groups, **changed)
        assert "This is the last active administrator" in answer.content.decode()

    assert list(administrators()) == [annette]
    assert User.objects.get(pk=annette.pk).is_active


def test_one_of_two_administrators_can_go_and_then_the_other_stays(annette: User, otto: User) -> None:
    otto.assign([ADMINISTRATOR])
    annette.assign([])
    with pytest.raises(LastAdministrator):
        otto.assign([VIEWER])

    assert User.objects.get(pk=otto.pk).group_names() == [ADMINISTRATOR]


def test_a_superuser_counts_as_an_administrator(annette: User) -> None:
    User.objects.create_superuser("root")
    annette.assign([VIEWER])

    assert [person.username for person in administrators()] == ["root"]


# --- passwords -----------------------------------------------------------------------------------------------


def test_an_administrator_sets_a_password_and_the_person_is_signed_out_elsewhere(chief: Client, otto: User) -> None:
    client = client_of(otto)
    chief.post(reverse("user_password", args=[otto.pk]), {"new_password1": PASSWORD, "new_password2": PASSWORD})

    assert sign_in("otto", PASSWORD)
    assert client.get(reverse("home")).status_code == 302
    entry = AuditEntry.objects.filter(subject="otto", who="annette").latest("pk")
    assert entry.changes == [("password", "••••••••", "•••••••• (changed)")]


def test_everybody_changes_their_own_password_and_stays_signed_in() -> None:
    susan = made("susan", VIEWER)
    susan.set_password(PASSWORD)
    susan.save()
    client = client_of(susan)
    new = PASSWORD + " and more"
    sent = {"old_password": "wrong", "new_password1": new, "new_password2": new}
    assert "old password was entered incorrectly" in client.post(reverse("own_password"), sent).content.decode()

    client.post(reverse("own_password"), sent | {"old_password": PASSWORD})

    assert client.get(reverse("home")).status_code == 200
    assert sign_in("susan", new)
