"""The user in whose name Sales asks for item availability: what Sales has to know of, and what is wrong with it."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet
from django.urls import Resolver404, resolve

from integration.models.people.rights import READ_AVAILABILITY
from integration.models.stored.secret import keys_problem

SERVICE = "/ODataV4/Company('{company}')/ProductItemAvailability"
NOT_YET = "The item availability web service is not part of this release yet, so Sales cannot ask for it."


def is_published() -> bool:
    """Is there an address at which Sales could ask? Nothing can be switched on that nobody answers."""
    try:
        resolve(SERVICE.format(company="CRONUS"))
    except Resolver404:
        return False
    return True


def may_ask(user: AbstractUser | None) -> bool:
    """Is this somebody as whom Sales can sign in to the service?"""
    return user is not None and user.is_active and user.has_perm(READ_AVAILABILITY)


def note_change(user: AbstractUser) -> bool:
    """The user was renamed, changed groups, was deactivated, or came back: Sales is given notice of it, soon and by a
    worker. ``False``: Sales asks in somebody else's name, or not at all."""
    return bool(_concerned(user).exclude(pending_notice="withdrawal").update(pending_notice="addresses"))


def hand_over_key(user: AbstractUser, key: str) -> bool:
    """The user's key was changed (blank: revoked): Sales gets the new one, which is kept encrypted until then."""
    if keys_problem():
        return False
    rows = _setups().filter(odata_user=user, item_availability_enabled=True)
    waits = bool(rows.update(odata_key=key))
    note_change(user)
    return waits


def _setups() -> QuerySet[Any]:
    # By name: the connection refers to its user, who would otherwise refer to the connection.
    return apps.get_model("integration", "ConnectionSetup")._default_manager.all()


def _concerned(user: AbstractUser) -> QuerySet[Any]:
    on = _setups().filter(odata_user=user, is_enabled=True, sales_enabled=True, item_availability_enabled=True)
    return on.exclude(solution_version="")
