"""The user in whose name Sales asks for item availability: what Sales has to know of, and what is wrong with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet

from integration.models.people.rights import READ_AVAILABILITY
from integration.models.stored.secret import keys_problem

ROOT = "/ODataV4/"
SERVICE = ROOT + "Company('{company}')/ProductItemAvailability"


def address_of(company: str) -> str:
    """The path at which Sales asks, for a company of this name. A quote within the name is doubled, as OData has it."""
    return SERVICE.format(company=quote(company.replace("'", "''"), safe=""))


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
