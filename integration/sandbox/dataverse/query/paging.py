"""Where a page ended: the paging cookie of ``$skiptoken`` and the delta token.

The cookie looks like the service's, XML in XML, encoded twice; a client uses the link as it is and reads nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.shell.refusal import Refusal

COOKIE = re.compile(r'<cookie pagenumber="([1-9]\d{0,8})" pagingcookie="([^"]*)" istracking="(True|False)" />')
INNER = re.compile(
    r'<cookie page="\d+"><row last="([^"]*)" from="(\d{1,18})" upto="(\d{1,18})"(?: at="([^"]*)")? /></cookie>'
)
DELTA = re.compile(r"(\d{1,18})!(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)")
VERSION = re.compile(r"\d{1,18}")
DELTA_TIME = "%m/%d/%Y %H:%M:%S"


@dataclass(frozen=True)
class Position:
    """The page to come: its number, the last key before it, the values that row was sorted by (what is changed
    meanwhile moves no page) and, when changes are tracked, the versions it began and ends at."""

    page: int = 1
    last: str = ""
    tracking: bool = False
    since: int = 0
    upto: int = 0
    at: tuple[Any, ...] = ()


def write_cookie(position: Position) -> str:
    inner = f'<cookie page="{position.page - 1}"><row last="{position.last}" from="{position.since}" '
    at = f' at="{quote(json.dumps(position.at), safe="")}"' if position.at else ""
    inner += f'upto="{position.upto}"{at} /></cookie>'
    return (
        f'<cookie pagenumber="{position.page}" pagingcookie="{quote(quote(inner, safe=""), safe="")}" '
        f'istracking="{position.tracking}" />'
    )


def read_cookie(text: str) -> Position:
    """Raises :class:`Refusal` for a cookie this organization did not write."""
    outer = COOKIE.fullmatch(text)
    inner = INNER.fullmatch(unquote(unquote(outer[2]))) if outer else None
    if outer is None or inner is None:
        raise odata("The paging cookie is malformed.")
    at = _values(inner[4]) if inner[4] else ()
    found = Position(int(outer[1]), inner[1], outer[3] == "True", int(inner[2]), int(inner[3]), at)
    if found.since and not VERSION.fullmatch(found.last):
        raise odata("The paging cookie is malformed.")  # changes come in the order of their versions
    return found


def _values(text: str) -> tuple[Any, ...]:
    try:
        found = json.loads(unquote(text))
    except ValueError as error:
        raise odata("The paging cookie is malformed.") from error
    if not isinstance(found, list) or not all(value is None or type(value) in (str, int, float) for value in found):
        raise odata("The paging cookie is malformed.")
    return tuple(found)


def write_delta(version: int, now: dt.datetime) -> str:
    return f"{version}!{now.strftime(DELTA_TIME)}"


def read_delta(text: str, now: dt.datetime, days: int, newest: int) -> int:
    """The version a delta token stands for. Raises 0x80044352 when it is too old, or of another history."""
    found = DELTA.fullmatch(text)
    try:
        given = dt.datetime.strptime(found[2] if found else "", DELTA_TIME).replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise odata(f"The delta token '{text}' is malformed.") from error
    version = int(found[1]) if found else 0
    if now - given > dt.timedelta(days=days) or version > newest:
        raise Refusal(
            400, "0x80044352", "Version stamp associated with the client has expired. Please perform a full sync."
        )
    return version


def link(address: str, raw: tuple[tuple[str, str], ...], **tokens: str) -> str:
    """The address with the options as they were sent, but these tokens."""
    kept = [f"{name}={value}" for name, value in raw if name.removeprefix("%24").lstrip("$") not in TOKENS]
    added = [f"${name}={quote(value, safe='')}" for name, value in tokens.items()]
    return f"{address}?{'&'.join([*kept, *added])}"


TOKENS = frozenset({"skiptoken", "deltatoken"})
