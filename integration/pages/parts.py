"""The frame as data: each app says in its ``navigation.py`` what it adds to the navigation and to pages below.

An ``AppConfig`` with ``navigation = "coupling.navigation"`` names a module with ``ENTRIES``, ``PARTS`` and, where it
has some, ``ACTS``. A page asks for the parts of one place and never names an address of an app above its own::

    {% parts "error.links" error as links %}{% for link in links %}{% part link %}{% endfor %}
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

Person = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation: ``name`` and ``args`` are its address, ``right`` is what it needs, ``icon`` the name
    of a Bootstrap icon (blank: that of its label, or of its group)."""

    group: str
    order: int
    label: str
    name: str
    args: tuple[str, ...] = ()
    right: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done, for the search: it leads to the page (``name``, ``args``) on which it is done.
    ``words``: what people call it besides."""

    label: str
    name: str
    args: tuple[str, ...] = ()
    right: str = ""
    words: str = ""


def no_arguments(subject: Any) -> tuple[object, ...]:
    """The address needs none."""
    return ()


def no_query(subject: Any) -> dict[str, str]:
    """Nothing is asked for behind the address."""
    return {}


def always(subject: Any) -> bool:
    """The part stands there whatever the page is about."""
    return True


@dataclass(frozen=True, slots=True)
class PagePart:
    """One link or button on a page of an app below: ``place`` says where, the functions get what the page is about.

    ``form`` is the id of a form of that page which the button sends to this address; without it the part is a link.
    """

    place: str
    order: int
    label: str
    name: str
    args: Callable[[Any], tuple[object, ...]] = no_arguments
    query: Callable[[Any], dict[str, str]] = no_query
    when: Callable[[Any], bool] = always
    right: str = ""
    form: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A part as one page shows it."""

    label: str
    url: str
    form: str
    primary: bool


@cache
def _modules() -> tuple[Any, ...]:
    named = (getattr(config, "navigation", "") for config in apps.get_app_configs())
    return tuple(import_module(name) for name in named if name)


@cache
def entries() -> dict[str, list[Entry]]:
    """Group -> its entries in their order; the groups stand in the order of their first entry."""
    found: dict[str, list[Entry]] = {}
    for entry in sorted((one for module in _modules() for one in module.ENTRIES), key=lambda one: one.order):
        found.setdefault(entry.group, []).append(entry)
    return found


@cache
def acts() -> tuple[Act, ...]:
    """What all apps name as ``ACTS``, by label."""
    named = (act for module in _modules() for act in getattr(module, "ACTS", ()))
    return tuple(sorted(named, key=lambda act: act.label))


@cache
def parts_of(place: str) -> tuple[PagePart, ...]:
    """What all apps add in this place, in order."""
    found = (one for module in _modules() for one in module.PARTS if one.place == place)
    return tuple(sorted(found, key=lambda one: one.order))


def links(place: str, subject: Any, person: Person) -> list[Link]:
    """Those parts that this person may use here."""
    found = []
    for part in parts_of(place):
        if part.right and not person.has_perm(part.right):  # type: ignore[union-attr]
            continue
        if part.when(subject):
            found.append(Link(part.label, address(part, subject), part.form, part.primary))
    return found


def first_url(place: str, subject: Any = None) -> str:
    """The address of the first part in this place that applies; blank where there is none."""
    return next((address(part, subject) for part in parts_of(place) if part.when(subject)), "")


def address(part: PagePart, subject: Any) -> str:
    """Where it leads."""
    query = part.query(subject)
    return reverse(part.name, args=part.args(subject)) + (f"?{urlencode(query)}" if query else "")


Place = TypeVar("Place", Entry, Act)


def visible(entries: Sequence[Place], person: Person) -> list[Place]:
    """The entries this person may be led to."""
    return [one for one in entries if not one.right or person.has_perm(one.right)]  # type: ignore[union-attr]
