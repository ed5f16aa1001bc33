"""The navigation as one person sees it on one page: its groups, what is folded, where the page stands in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.urls import get_script_prefix, reverse

from integration.pages.frame.icons import icon_of
from integration.pages.parts import Entry, Person, entries, visible


@dataclass(frozen=True, slots=True)
class MenuLink:
    """One page that a person may be led to. ``here``: the present one is at or below it."""

    label: str
    url: str
    icon: str
    here: bool = False


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """A group of links; the first one has no label and does not fold."""

    label: str
    links: Sequence[MenuLink]
    folded: bool = False

    @property
    def here(self) -> MenuLink | None:
        """The link that the page belongs to."""
        return next((link for link in self.links if link.here), None)


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to a page; without an address only its name."""

    label: str
    url: str = ""


def menu(person: Person, path: str) -> list[MenuGroup]:
    """The groups with the links this person may follow; empty groups are left out. The group a page stands in is never
    folded."""
    folded: Collection[str] = getattr(person, "folded_groups", ())
    seen = {label: visible(places, person) for label, places in entries().items()}
    nearest = _nearest(path, [_url(place) for places in seen.values() for place in places])
    groups = [MenuGroup(label, [_link(place, nearest) for place in places]) for label, places in seen.items() if places]
    return [MenuGroup(one.label, one.links, one.label in folded and one.here is None) for one in groups]


def crumbs(groups: Sequence[MenuGroup], path: str) -> list[Crumb]:
    """The way to a page, without the page itself: Home, the group, and the list that it is below."""
    if path == "/":
        return []
    way = [Crumb("Home", "/")]
    for group in groups:
        link = group.here
        if link is not None:
            way += [Crumb(group.label)] if group.label else []
            way += [Crumb(link.label, link.url)] if link.url != path else []
    return way


def _url(place: Entry) -> str:
    return _at(place.name, place.args, get_script_prefix())


@cache
def _at(name: str, args: tuple[object, ...], prefix: str) -> str:
    """Every page asks for every address; where the application is mounted (``prefix``) is all that may change it."""
    return reverse(name, args=args)


def _link(place: Entry, nearest: str) -> MenuLink:
    url = _url(place)
    return MenuLink(place.label, url, place.icon or icon_of(place.label, place.group), url == nearest)


def _nearest(path: str, addresses: Iterable[str]) -> str:
    """The address that a page is at or below, the longest of several; blank where there is none. Below Home is only
    Home itself."""
    above = [one for one in addresses if path == one or (one != "/" and path.startswith(one))]
    return max(above, key=len, default="")
