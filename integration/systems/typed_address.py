"""What a person types as an address, checked before anything is called. Pure, no name is resolved."""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from integration.systems.addresses import carried_by

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LABEL = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)$")
_PRIVATE_ENDINGS = (".local", ".internal", ".localdomain", ".lan", ".home.arpa")


class AddressError(ValueError):
    """The address is not one we call; the message says why. ``suggestion``: what was probably meant."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Kind:
    """``path``: may there be more than the host? ``loopback``: may it be this machine (and then plain http)?
    ``private``: may it be inside a private network, since only people's browsers go there?"""

    path: bool = False
    loopback: bool = False
    private: bool = False


def clean_address(text: str, kind: Kind) -> str:
    """The address in its one spelling: scheme and host in lower case, no default port, no slash at the end. https is
    assumed where no scheme was typed. Raises :class:`AddressError`."""
    text = text.strip()
    if not text:
        return ""
    _refuse_unseen(text)
    parts = _split(text if _SCHEME.match(text) else f"https://{text}")
    host = _host(parts)
    _refuse_place(host, kind)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise AddressError("The address must begin with https://.", f"https://{_authority(parts, host)}")
    origin = f"{parts.scheme}://{_authority(parts, host)}"
    rest = parts.path.rstrip("/")
    if kind.path and not parts.query and not parts.fragment:
        return origin + rest
    if rest or parts.query or parts.fragment:
        raise AddressError(f"Only {origin} is wanted; the rest was left out. Save again to use that.", origin)
    return origin


def _refuse_unseen(text: str) -> None:
    for character in text:
        # Cc: control characters; Cf: marks that turn or hide text; Zs and friends: blanks inside an address.
        if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Zs", "Zl", "Zp"):
            raise AddressError(f"The address holds a character that cannot be seen (U+{ord(character):04X}).")
    if "\\" in text:
        raise AddressError("The address holds a backslash; use / instead.")


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError as error:
        raise AddressError("This is not an address. It looks like https://contoso.crm4.dynamics.com.") from error
    if parts.username is not None or parts.password is not None:
        raise AddressError("The address must not hold a user name or a password.")
    return parts


def _host(parts: SplitResult) -> str:
    """Host name in ASCII, or the address in its normal form."""
    host = (parts.hostname or "").rstrip(".")
    address = _ip_address(host)
    if address is not None:
        return str(address)
    try:
        name = host.encode("idna").decode().lower()
    except UnicodeError as error:
        raise AddressError("The host name is not valid.") from error
    if not name or len(name) > 253 or not all(_LABEL.match(label) for label in name.split(".")):
        raise AddressError("The host name is not valid. It looks like contoso.crm4.dynamics.com.")
    return name


def _ip_address(host: str) -> IpAddress | None:
    """The address behind a literal, also behind 127.1, 0x7f000001 or 2130706433, which name the same machine."""
    try:
        address: IpAddress = ipaddress.ip_address(host)
    except ValueError:
        if not re.fullmatch(r"[0-9a-fx.]+", host):
            return None
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def _is_loopback(host: str) -> bool:
    address = _ip_address(host)
    return address.is_loopback if address else host == "localhost" or host.endswith(".localhost")


def _refuse_place(host: str, kind: Kind) -> None:
    if _is_loopback(host):
        if not kind.loopback:
            raise AddressError("The address names this machine itself, which is not called here.")
        return
    address = _ip_address(host)
    if kind.private and not (address and (address.is_link_local or address.is_multicast or address.is_unspecified)):
        return
    inside = _is_inside(address) if address else host.endswith(_PRIVATE_ENDINGS)
    if inside or (address is None and "." not in host):
        raise AddressError("The address is inside a private network and is not called.")


def _is_inside(address: IpAddress) -> bool:
    """Does the address, or one that a translator on the way makes of it, belong to a private network?"""
    return any(not each.is_global or each.is_multicast for each in (address, *carried_by(address)))


def _authority(parts: SplitResult, host: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return shown if parts.port in (None, default) else f"{shown}:{parts.port}"
