"""Which addresses may be called: https everywhere, http only on this machine, never what clouds keep for themselves."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from integration.systems.errors import AddressRefused

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

CLOUD_INTERNAL = frozenset(ipaddress.ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16"))
"""Addresses outside the link-local range where clouds hand out credentials to whoever asks."""


def check_address(url: str) -> str:
    """The origin (``https://host[:port]``) of an address that may be called. Raises ``AddressRefused``."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressRefused(f"“{url[:200]}” is not an address.") from error
    if not host or parts.scheme not in ("https", "http"):
        raise AddressRefused(f"“{url[:200]}” is not an https address. It looks like https://contoso.crm4.dynamics.com.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("The address must not contain a user name or password.")
    if parts.scheme == "http" and not is_loopback(host):
        raise AddressRefused(f"{host} must be called with https, so that nobody can read along.")
    check_host(host)
    return f"{parts.scheme}://{parts.netloc}"


def check_host(host: str) -> None:
    """Refuse an address (of a URL, or the one a connection ended up at) inside a data center. Names pass."""
    address = _address(host)
    if address is None:
        return
    if address.is_link_local or address.is_unspecified or address.is_multicast or address in CLOUD_INTERNAL:
        raise AddressRefused(f"{host} is an address that is never called.")


def is_loopback(host: str) -> bool:
    """Is this host this very machine?"""
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def _address(host: str) -> IPAddress | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
