"""Which addresses may be called: https everywhere, http only on this machine, never what clouds keep for themselves."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from integration.systems.errors import AddressRefused

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

CLOUD_INTERNAL = frozenset(ipaddress.ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16"))
"""Addresses outside the link-local range where clouds hand out credentials to whoever asks."""
_LOW = 0xFFFFFFFF
_LAST_32_BITS = tuple(ipaddress.IPv6Network(text) for text in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96"))
"""IPv4-compatible, translated (RFC 2765) and NAT64's well-known addresses (RFC 6052)."""
_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")


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
    carried = carried_by(address)
    if _never_called(address) or any(_never_called(inner) or inner.is_loopback for inner in carried):
        raise AddressRefused(f"{host} is an address that is never called.")


def _never_called(address: IPAddress) -> bool:
    return address.is_link_local or address.is_unspecified or address.is_multicast or address in CLOUD_INTERNAL


def carried_by(address: IPAddress) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that a translator or tunnel on the way may send this one's packets to (NAT64, 6to4, Teredo);
    several where the network's prefix is not known. A mapped address is no such one: it *is* the IPv4 address."""
    if isinstance(address, ipaddress.IPv4Address) or address.is_loopback or address.is_unspecified:
        return []
    if any(address in network for network in _LAST_32_BITS):
        return [ipaddress.IPv4Address(int(address) & _LOW)]
    if address in _LOCAL_NAT64:
        found = [_after_prefix(int(address), length) for length in (48, 56, 64, 96)]
        return [inner for inner in found if not inner.is_unspecified]
    tunneled = [address.sixtofour, *(address.teredo or ())]
    return [inner for inner in tunneled if inner is not None]


def _after_prefix(address: int, length: int) -> ipaddress.IPv4Address:
    """The IPv4 address behind a NAT64 prefix of that length: its octets leave out bits 64 to 71 (RFC 6052, 2.2)."""
    bits = f"{address:0128b}"
    behind = bits[length:] if length > 64 else bits[length:64] + bits[72:]
    return ipaddress.IPv4Address(int(behind[:32], 2))


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
