"""What a person has chosen for a list and finds again: its columns in their order, and views by name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from integration.models import User
from integration.systems.text import REFUSED

MOST_LISTS, MOST_COLUMNS, MOST_VIEWS = 200, 30, 50
LONGEST_NAME, LONGEST_QUERY = 60, 2000


@dataclass(frozen=True, slots=True)
class View:
    """A list as somebody saved it: its name, and the query behind its address."""

    name: str
    query: str


def chosen_columns(person: Any, key: str, usual: Sequence[str], offered: Collection[str]) -> list[str]:
    """The columns this person sees in a list: those chosen, as far as they are there, else the usual ones."""
    stored = getattr(person, "list_columns", None) or {}
    chosen = [name for name in stored.get(key, ()) if name in offered]
    return chosen or [name for name in usual if name in offered]


def keep_columns(person: User, key: str, columns: Sequence[str]) -> None:
    """Remember these columns, in this order; none: the usual ones again."""
    left = {name: value for name, value in person.list_columns.items() if name != key}
    if columns and len(left) < MOST_LISTS:
        left[key] = [name for name in dict.fromkeys(columns) if not REFUSED.search(name)][:MOST_COLUMNS]
    person.list_columns = left
    person.save(update_fields=["list_columns"])


def views_of(person: Any, key: str) -> list[View]:
    """The views of a list, by name."""
    stored = (getattr(person, "list_views", None) or {}).get(key, {})
    return [View(name, query) for name, query in sorted(stored.items(), key=lambda pair: str(pair[0]).casefold())]


def keep_view(person: User, key: str, name: str, query: str) -> str:
    """Save the list as it is under this name, instead of one that has it. Returns why not; blank: it is saved."""
    if not name:
        return "Give the view a name."
    if REFUSED.search(name + query):
        return "The view has a character that cannot be stored. Give it another name."
    if len(name) > LONGEST_NAME:
        return f"A name of a view has at most {LONGEST_NAME} letters."
    if len(query) > LONGEST_QUERY:
        return "There are too many conditions for one view."
    views = dict(person.list_views.get(key, {}))
    if name not in views and (len(views) >= MOST_VIEWS or len(person.list_views) >= MOST_LISTS):
        return "There are too many views. Delete one first."
    person.list_views = {**person.list_views, key: {**views, name: query}}
    person.save(update_fields=["list_views"])
    return ""


def drop_view(person: User, key: str, name: str) -> None:
    """Delete a view; one that is gone already is no problem."""
    views = {one: query for one, query in person.list_views.get(key, {}).items() if one != name}
    left = {one: found for one, found in person.list_views.items() if one != key}
    person.list_views = {**left, key: views} if views else left
    person.save(update_fields=["list_views"])
