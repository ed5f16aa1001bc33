"""The way back through the pages of a list.

A list pages by bookmarks, and a bookmark only leads on: Sales gives it and nobody else can make one. So the session
keeps where the pages began that a person has come through; each of them can be opened again.
"""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from typing import Any

from integration.pages.lists.address import AFTER
from integration.pages.lists.shown import ShownList

KEPT_IN = "list_pages"
MOST_LISTS, MOST_PAGES = 5, 60
"""So many lists of a person, and so many pages of each, are kept: a session is read with every request."""


def lead_back(session: MutableMapping[str, Any], shown: ShownList) -> None:
    """Note where the page shown begins, and give the list the query of the page before it (``previous``): blank on the
    first page, and where nobody has come this way."""
    if shown.start == 1:
        return
    lists: dict[str, dict[str, str]] = dict(session.get(KEPT_IN, {}))
    key = hashlib.sha256(shown.salt.encode()).hexdigest()[:16]
    begun = {int(start): text for start, text in lists.pop(key, {}).items()}
    here = shown.address.value(AFTER)
    if begun.get(shown.start) != here:
        begun[shown.start] = here
        nearest = sorted(begun, key=lambda start: abs(start - shown.start))[:MOST_PAGES]
        lists[key] = {str(start): begun[start] for start in sorted(nearest)}
        session[KEPT_IN] = dict(list(lists.items())[-MOST_LISTS:])
    if shown.before == 1:
        shown.previous = shown.first_page
    elif shown.before in begun:
        shown.previous = shown.address.query(**{AFTER: begun[shown.before]})
