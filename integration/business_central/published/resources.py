"""Which resource an address names: the path behind ``/ODataV4/``."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from enum import StrEnum

from integration.business_central.published.metadata import COMPANIES, SET
from integration.business_central.published.problems import RefusedQuestion, bad, no_resource

TEXT_KEY = re.compile(r"\((?:Name=)?'((?:[^']|'')*)'\)")
KEY = re.compile(r"\((?:ProductId=)?([^()]*)\)")


class Kind(StrEnum):
    """What an address may name."""

    SERVICE = "the service document"
    METADATA = "$metadata"
    COMPANIES = "the companies"
    COMPANY = "one company"
    LIST = "the rows"
    NUMBER = "their number"
    ONE = "one row"


@dataclass(frozen=True, slots=True)
class Resource:
    """``company``: as the address names it, blank where it names none. ``product``: the key of one row."""

    kind: Kind
    company: str = ""
    product: uuid.UUID | None = None


def resource(path: str) -> Resource:
    """The resource of a path, without the slash before it. Raises ``RefusedQuestion``."""
    path = path.removesuffix("/") if path != "/" else ""
    if not path:
        return Resource(Kind.SERVICE)
    if path == "$metadata":
        return Resource(Kind.METADATA)
    if path == COMPANIES:
        return Resource(Kind.COMPANIES)
    if not path.startswith(COMPANIES):
        return _of_set(path, "")
    match = TEXT_KEY.match(path, len(COMPANIES))
    if match is None:
        raise no_resource(path)
    company = match[1].replace("''", "'")
    rest = path[match.end() :]
    if not rest:
        return Resource(Kind.COMPANY, company)
    if not rest.startswith("/"):
        raise no_resource(path)
    return _of_set(rest[1:], company)


def _of_set(path: str, company: str) -> Resource:
    if not path.startswith(SET):
        raise no_resource(path)
    rest = path[len(SET) :]
    if not rest:
        return Resource(Kind.LIST, company)
    if rest == "/$count":
        return Resource(Kind.NUMBER, company)
    match = KEY.fullmatch(rest)
    if match is None:
        raise no_resource(path)
    return Resource(Kind.ONE, company, _product(match[1]))


def _product(text: str) -> uuid.UUID:
    if not re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text):
        raise _no_key()
    return uuid.UUID(text)


def _no_key() -> RefusedQuestion:
    return bad(f"The key of {SET} is the id of a product, without quotes.")
