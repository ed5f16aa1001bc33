"""The form that somebody wants an answer in: ``$format``, the header ``Accept``, the header ``Prefer``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from integration.business_central.published.options import PAGE

JSON = ("application/json", "application/*", "*/*", "json")
PAGE_SIZE = re.compile(r"(?:odata\.)?maxpagesize\s*=\s*([0-9]{1,9})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Form:
    """How an answer is put: with addresses of its description or without, decimals as numbers or as texts, and how many
    rows at most. ``json``: is JSON taken at all?"""

    json: bool = True
    metadata: bool = True
    numbers_as_text: bool = False
    page: int = PAGE


def form_of(asked: str, accept: str, prefer: str) -> Form:
    """``asked``: the value of ``$format``, which goes before ``Accept``; blank where there is none."""
    wanted = [parameters for name, parameters in _ranges(asked or accept or "*/*") if name in JSON]
    parameters = wanted[0] if wanted else {}
    described = parameters.get("odata.metadata", parameters.get("metadata", "minimal"))
    size = PAGE_SIZE.search(prefer)
    return Form(
        json=bool(wanted),
        metadata=described != "none",
        numbers_as_text=parameters.get("ieee754compatible") == "true",
        page=min(PAGE, int(size[1]) or PAGE) if size else PAGE,
    )


def _ranges(header: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The media types of a header with their parameters, all in lower case."""
    for each in header.lower().split(","):
        name, *rest = (part.strip() for part in each.split(";"))
        pairs = (part.partition("=") for part in rest)
        yield name, {key.strip(): value.strip().strip('"') for key, _, value in pairs}
