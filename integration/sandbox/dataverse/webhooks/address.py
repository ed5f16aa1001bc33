"""Where a webhook is called, and with which secret: a key in the query, headers, or query parameters."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from integration.sandbox.dataverse import refusals

CODE, HEADER, QUERY = 4, 5, 6


def check_address(url: Any) -> None:
    """Only https, or this machine: what a sandbox sends goes nowhere in the clear. Raises :class:`Refusal`."""
    try:
        parts = urlsplit(url or "")
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise refusals.invalid(f"'{url}' is not an address.") from error
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
    if not safe or not host or parts.username is not None or parts.fragment:
        raise refusals.invalid(f"A webhook is called by https, or by http on this machine, not at '{url}'.")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_settings(text: str) -> dict[str, str]:
    """``<settings><setting name="x" value="y" /></settings>`` as a dictionary. Raises :class:`Refusal`."""
    problem = refusals.invalid("'authvalue' must be XML: settings with at least one setting that has name and value.")
    if "<!" in text:
        raise problem
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - without a document type there are no entities to expand
    except (ElementTree.ParseError, ValueError) as error:
        raise problem from error
    found = {setting.get("name", ""): setting.get("value", "") for setting in root.iter("setting")}
    breaking = any(not name or "\r" in name + value or "\n" in name + value for name, value in found.items())
    if root.tag != "settings" or not found or breaking:
        raise problem
    return found


def called_with(url: str, kind: int, secret: str) -> tuple[str, Mapping[str, str]]:
    """The address with the secret in it, and the headers with it."""
    if kind == HEADER:
        return url, read_settings(secret)
    parameters = {"code": secret} if kind == CODE else read_settings(secret)
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(parameters)}", {}
