"""People who sign in: in groups, or with single rights besides those of a Viewer."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.test import Client

from integration.models import User
from integration.models.people.rights import (
    ADMINISTRATOR,
    AVAILABILITY,
    BOOKKEEPER,
    INTEGRATOR,
    ORDER_PROCESSOR,
    VIEWER,
)

__all__ = [
    "ADMINISTRATOR",
    "AVAILABILITY",
    "BOOKKEEPER",
    "INTEGRATOR",
    "ORDER_PROCESSOR",
    "VIEWER",
    "client_of",
    "made",
    "signed_in",
]


def made(username: str, *groups: str, rights: tuple[str, ...] = (), **more: object) -> User:
    """A user in these groups, with these rights (codenames) besides; without a password unless one is given, which is
    slow."""
    user = User.objects.create_user(username, **more)
    user.groups.set(Group.objects.filter(name__in=groups))
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def signed_in(username: str, *groups: str, rights: tuple[str, ...] = ()) -> Client:
    """The browser of such a person; a Viewer where no group is given."""
    return client_of(made(username, *(groups or (VIEWER,)), rights=rights))
