"""A request as it came and an answer as it goes, over HTTP or as part of a batch."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from integration.sandbox.dataverse.refusals import odata
from integration.sandbox.shell.messages import Response
from integration.sandbox.shell.refusal import Refusal

JSON = "application/json; odata.metadata=minimal"
PREFERENCE = re.compile(r'\s*([\w.\-]+)(?:\s*=\s*(?:"([^"]*)"|([^,;\s]*)))?\s*(?:,|$)')
HALF_A_LETTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""Where an escape may stand for one half of a letter that has two; alone it is no text."""
LARGEST_PAGE = 5000


@dataclass(frozen=True)
class Preferences:
    """What ``Prefer`` asks for. ``annotations`` are patterns of annotation names."""

    representation: bool = False
    annotations: tuple[str, ...] = ()
    page_size: int | None = None
    track_changes: bool = False
    continue_on_error: bool = False

    def wants(self, annotation: str) -> bool:
        return any(fnmatchcase(annotation, pattern) for pattern in self.annotations)


def parse_preferences(text: str) -> Preferences:
    """Read the header; what is unknown is ignored."""
    given = {name.lower(): quoted or bare for name, quoted, bare in PREFERENCE.findall(text)}
    annotations = given.get("odata.include-annotations", "")
    return Preferences(
        representation=given.get("return") == "representation",
        annotations=tuple(part.strip() for part in annotations.split(",") if part.strip()),
        page_size=_page_size(given.get("odata.maxpagesize", "").lstrip("0")),
        track_changes="odata.track-changes" in given,
        continue_on_error="odata.continue-on-error" in given,
    )


def _page_size(text: str) -> int | None:
    """Rows of a page, ``None`` for what is no number of rows."""
    if not text or not text.isascii() or not text.isdecimal():
        return None
    return LARGEST_PAGE if len(text) > len(str(LARGEST_PAGE)) else min(int(text), LARGEST_PAGE)


@dataclass(frozen=True)
class Request:
    """``path`` is what follows ``/api/data/v9.2/``, still percent-encoded, ``query`` what follows the question mark.
    ``root`` is the address up to and with that slash. Header names are in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    root: str

    @cached_property
    def preferences(self) -> Preferences:
        return parse_preferences(self.headers.get("prefer", ""))

    @property
    def uri(self) -> str:
        return f"{self.root}{self.path}" + (f"?{self.query}" if self.query else "")

    def json(self) -> Any:
        """The body, decimals exact. Raises :class:`Refusal` when it is not JSON."""
        try:
            found = json.loads(self.body, parse_float=Decimal, parse_constant=_no_number)
            if HALF_A_LETTER.search(self.body):
                json.dumps(found, ensure_ascii=False, default=str).encode()
            return found
        except (ValueError, RecursionError) as error:
            raise odata(f"The request body is not valid JSON: {error}") from error


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def answer(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    return Response(status, text.encode(), {"Content-Type": JSON, **(headers or {})})


def empty(headers: dict[str, str] | None = None) -> Response:
    return Response(204, headers=dict(headers or {}))


def refused(refusal: Refusal, annotated: bool = False) -> Response:
    """The error body; with annotations wanted it carries the details the service adds then."""
    error: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
    if annotated:
        error["@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus"] = "0"
        error["@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode"] = "0"
        error["@Microsoft.PowerApps.CDS.HelpLink"] = (
            f"http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException%3a{refusal.code}"
        )
        error["@Microsoft.PowerApps.CDS.InnerError.Message"] = refusal.message
    return answer(json.dumps({"error": error}, ensure_ascii=False), refusal.status, refusal.headers)
