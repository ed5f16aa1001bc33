"""All rows that a list shows, where an action is wanted for more of them than its page holds.

The form of the list says so (``every``) together with the address of the list (``back``): which rows these are is asked
anew at that moment. What is asked back afterwards names the rows themselves.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import QueryDict

EVERY = "every"
"""The checkbox behind the rows of the page."""
MOST = 1000
"""So many rows an action bears at once."""
TOO_MANY = f"An action takes at most {MOST} rows at once. Choose fewer."
OTHER_LIST = "This page is not of that list. Load the list again, and choose once more."
FIRST_ONLY = f"The list shows more rows than one action takes. These are the first {MOST}; take the others afterwards."


class NotThisListError(Exception):
    """The form came from another list."""


def query_of(given: QueryDict, path: str) -> QueryDict:
    """What narrows and orders the list that the form came from. ``path``: where that list stands. Raises
    ``NotThisListError`` where the form is of another one."""
    address = urlsplit(given.get("back", ""))
    if address.netloc or address.path != path:
        raise NotThisListError(OTHER_LIST)
    return QueryDict(address.query)
