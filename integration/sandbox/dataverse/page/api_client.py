"""The Web API as the person who is signed in: the same requests, rules and refusals as for every other client."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from integration.sandbox.dataverse.http.messages import Request
from integration.sandbox.dataverse.http.router import perform_as
from integration.sandbox.dataverse.organization import Organization
from integration.sandbox.dataverse.page.words import for_people
from integration.sandbox.shell.messages import Response

SHOWN = "@OData.Community.Display.V1.FormattedValue"
KIND = "@Microsoft.Dynamics.CRM.lookuplogicalname"
MADE = re.compile(r"\(([0-9a-f-]{36})\)$")
Row = dict[str, Any]


class Declined(Exception):
    """The organization said no; the text is meant for a person."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class ApiClient:
    """``person`` is the id of a user, ``root`` the address of the Web API."""

    organization: Organization
    person: str
    root: str

    def get(self, path: str, query: str = "", size: int = 0) -> Row:
        """A row or a page of rows with formatted values. Raises :class:`Declined`."""
        wanted = 'odata.include-annotations="*"' + (f",odata.maxpagesize={size}" if size else "")
        answer = self._send("GET", path, query, b"", {"prefer": wanted})
        found: Row = json.loads(answer.body, parse_float=Decimal)
        return found

    def rows(self, path: str, query: str = "") -> list[Row]:
        """Raises :class:`Declined`."""
        found: list[Row] = self.get(path, query)["value"]
        return found

    def create(self, path: str, body: Row) -> str:
        """The new row's id. Raises :class:`Declined`."""
        answer = self._send("POST", path, "", _text(body).encode(), {})
        found = MADE.search(answer.headers["OData-EntityId"])
        return found[1] if found else ""

    def change(self, path: str, body: Row, etag: str = "") -> None:
        """With an etag only if nobody changed the row since. Raises :class:`Declined`."""
        self._send("PATCH", path, "", _text(body).encode(), {"if-match": etag or "*"})

    def remove(self, path: str) -> None:
        """Raises :class:`Declined`."""
        self._send("DELETE", path, "", b"", {})

    def send_message(self, message: str, body: Row) -> Row:
        """A message such as ``WinQuote``; what it answers, if anything. Raises :class:`Declined`."""
        answer = self._send("POST", message, "", _text(body).encode(), {})
        found: Row = json.loads(answer.body, parse_float=Decimal) if answer.body else {}
        return found

    def has(self, set_name: str) -> bool:
        return set_name in self.organization.model.sets

    def _send(self, method: str, path: str, query: str, body: bytes, headers: dict[str, str]) -> Response:
        named = {"content-type": "application/json", **headers}
        request = Request(method, path, quote(query, safe="=&$,()'%/:"), named, body, self.root)
        answer = perform_as(self.organization, request, self.person)
        if answer.status >= 400:
            error = json.loads(answer.body)["error"]
            words = for_people(self.organization.model, error["code"], error["message"], self.person)
            raise Declined(answer.status, words)
        return answer


def literal(text: str) -> str:
    """A string in a question, whatever stands in it."""
    return "'" + quote(text.replace("'", "''"), safe="") + "'"


def shown(row: Row, name: str) -> str:
    """A value as people read it."""
    value = row.get(f"{name}{SHOWN}", row.get(name))
    return "" if value is None else str(value)


def _text(value: Any) -> str:
    """JSON with exact decimals."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {_text(one)}" for name, one in value.items()) + "}"
    return json.dumps(value)
