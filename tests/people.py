"""People who sign in: in groups, or with single rights besides those of a Viewer."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.backends.db import SessionStore
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

BACKEND = settings.AUTHENTICATION_BACKENDS[-1]


def made(username: str, *groups: str, rights: tuple[str, ...] = (), **more: object) -> User:
    """A user in these groups, with these rights (codenames) besides; without a password unless one is given, which is
    slow."""
    user = User.objects.create_user(username, **more)
    if groups:
        user.groups.add(*Group.objects.filter(name__in=groups))
    if rights:
        user.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    return user


def client_of(user: User) -> Client:
    """The browser of somebody who has signed in before: a session, and nothing of what a sign-in does besides, which
    takes longer than many a test."""
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def signed_in(username: str, *groups: str, rights: tuple[str, ...] = ()) -> Client:
    """The browser of such a person; a Viewer where no group is given."""
    return client_of(made(username, *(groups or (VIEWER,)), rights=rights))
