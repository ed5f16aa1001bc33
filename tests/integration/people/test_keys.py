"""Web service access keys: shown once, worth something to nobody else, and recorded."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.client import Client
from django.urls import reverse
from django.utils import timezone

from integration.models import AuditEntry, User, WebServiceKey
from integration.models.people.access_key import change_key, key_of, revoke_key, verified
from integration.models.people.user import LastAdministrator, administrators
from tests.integration.people.staff import annette, chief, otto, sign_in
from tests.people import ADMINISTRATOR, AVAILABILITY, VIEWER, made, signed_in

__all__ = ["annette", "chief", "otto"]

pytestmark = pytest.mark.django_db


# --- web service access keys ---------------------------------------------------------------------------------


@pytest.fixture
def pos() -> User:
    """A program that asks for the item availability."""
    return made("point-of-sale", AVAILABILITY)


def test_a_key_is_shown_once_stored_as_a_hash_and_signs_in(chief: Client, pos: User) -> None:
    answer = chief.post(reverse("user_key", args=[pos.pk]))
    key = answer.context["key"]

    assert key in answer.content.decode()
    assert answer["Cache-Control"].count("no-store") == 1
    assert key not in chief.get(reverse("user", args=[pos.pk])).content.decode()
    assert key not in str(WebServiceKey.objects.values().get())
    assert verified("point-of-sale", key) == pos


def test_a_key_signs_in_to_no_page(pos: User) -> None:
    key = change_key(pos)

    assert not sign_in("point-of-sale", key)


def test_a_new_key_takes_the_place_of_the_former_one(pos: User) -> None:
    old, new = change_key(pos), change_key(pos)

    assert (verified("point-of-sale", old), verified("point-of-sale", new)) == (None, pos)
    assert WebServiceKey.objects.count() == 2


def test_a_revoked_key_signs_in_no_more(chief: Client, pos: User) -> None:
    key = change_key(pos)
    chief.post(reverse("user_key_revoke", args=[pos.pk]))

    assert verified("point-of-sale", key) is None
    assert not revoke_key(pos)


def test_nobody_else_signs_in_with_it(pos: User, otto: User) -> None:
    key = change_key(pos)

    assert [verified("otto", key), verified("POINT-OF-SALE", key), verified("", ""), verified("point-of-sale", "")] == (
        [None] * 4
    )


@pytest.mark.parametrize("change", [{"is_active": False}, {"groups": [VIEWER]}])
def test_the_key_of_who_is_not_active_or_has_lost_the_right_is_worth_nothing(
    annette: User, pos: User, change: dict[str, Any]
) -> None:
    key = change_key(pos)
    if "groups" in change:
        pos.assign(change["groups"])
    else:
        User.objects.filter(pk=pos.pk).update(**change)

    assert verified("point-of-sale", key) is None


def test_the_last_use_is_noted_once_a_minute(pos: User) -> None:
    key = change_key(pos)
    verified("point-of-sale", key)
    first = key_of(pos).last_used_at
    verified("point-of-sale", key)
    assert key_of(pos).last_used_at == first

    WebServiceKey.objects.update(last_used_at=timezone.now() - dt.timedelta(hours=1))
    verified("point-of-sale", key)
    assert timezone.now() - key_of(pos).last_used_at < dt.timedelta(minutes=1)


def test_a_person_never_has_two_valid_keys(pos: User) -> None:
    change_key(pos)
    with pytest.raises(IntegrityError), transaction.atomic():
        WebServiceKey.objects.create(user=pos, digest="x")


def test_a_key_without_the_right_to_read_anything_is_made_with_a_warning(chief: Client, otto: User) -> None:
    shown = chief.post(reverse("user_key", args=[otto.pk])).content.decode()

    assert "signs in to nothing until the person is in the group Availability" in shown


def test_keys_made_and_revoked_are_in_the_audit_log_without_the_key(chief: Client, pos: User) -> None:
    key = chief.post(reverse("user_key", args=[pos.pk])).context["key"]
    chief.post(reverse("user_key_revoke", args=[pos.pk]))
    entries = AuditEntry.objects.filter(kind="web service access key")

    assert [entry.get_action_display() for entry in entries] == ["Deleted", "Created"]
    assert not any(key in str(entry.__dict__) for entry in AuditEntry.objects.all())


def test_a_viewer_reads_nothing_about_people(otto: User) -> None:
    client = signed_in("ester")
    for name, args in (("users", ()), ("user", (otto.pk,)), ("user_password", (otto.pk,)), ("user_key", (otto.pk,))):
        assert client.get(reverse(name, args=args)).status_code == 403


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer; PostgreSQL has to prove it")
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_take_each_others_rights_at_once_do_not_leave_none() -> None:
    people = [made("annette", ADMINISTRATOR), made("alfons", ADMINISTRATOR)]
    ready, refused = threading.Barrier(2), []

    def take(person: User) -> None:
        ready.wait(timeout=10)
        try:
            person.assign([VIEWER])
        except LastAdministrator:
            refused.append(person)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(administrators()) == refused
    assert len(refused) == 1
