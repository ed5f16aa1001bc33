"""Which addresses are called: an IPv6 address that a translator turns into an IPv4 one is judged by that."""

from __future__ import annotations

import ipaddress
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.http import check_address, is_loopback
from integration.systems.addresses import check_host
from integration.systems.errors import AddressRefused

METADATA = "169.254.169.254"
INSIDE = ("169.254.169.254", "168.63.129.16", "100.100.100.200", "127.0.0.1", "224.0.0.1")
PUBLIC = ("20.50.2.1", "8.8.8.8")


def nat64(inner: str) -> str:
    return str(ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | int(ipaddress.IPv4Address(inner))))


def local_nat64(inner: str, length: int) -> str:
    """As RFC 6052 writes it behind a prefix of 64:ff9b:1::/48 of that length: bits 64 to 71 stay blank."""
    octets = bytearray(ipaddress.IPv6Address("64:ff9b:1::").packed)
    place = length // 8
    for octet in ipaddress.IPv4Address(inner).packed:
        place += place == 8
        octets[place] = octet
        place += 1
    return str(ipaddress.IPv6Address(bytes(octets)))


def six_to_four(inner: str) -> str:
    return str(ipaddress.IPv6Address((0x2002 << 112) | (int(ipaddress.IPv4Address(inner)) << 80) | 1))


def teredo(inner: str) -> str:
    low = int(ipaddress.IPv4Address(inner)) ^ 0xFFFFFFFF
    return str(ipaddress.IPv6Address((0x20010000 << 96) | (int(ipaddress.IPv4Address("20.50.2.1")) << 64) | low))


def compatible(inner: str) -> str:
    return str(ipaddress.IPv6Address(int(ipaddress.IPv4Address(inner))))


WAYS = {
    "NAT64": nat64,
    "a NAT64 of one's own, /48": lambda inner: local_nat64(inner, 48),
    "a NAT64 of one's own, /56": lambda inner: local_nat64(inner, 56),
    "a NAT64 of one's own, /64": lambda inner: local_nat64(inner, 64),
    "a NAT64 of one's own, /96": lambda inner: local_nat64(inner, 96),
    "6to4": six_to_four,
    "Teredo": teredo,
    "IPv4-compatible": compatible,
    "translated": lambda inner: f"::ffff:0:{inner}",
}


@pytest.mark.parametrize("inner", INSIDE)
@pytest.mark.parametrize("way", WAYS)
def test_an_address_of_a_data_center_inside_another_one_is_refused(way: str, inner: str) -> None:
    with pytest.raises(AddressRefused):
        check_host(WAYS[way](inner))
    with pytest.raises(AddressRefused):
        check_address(f"https://[{WAYS[way](inner)}]/latest/meta-data")


@pytest.mark.parametrize("inner", PUBLIC)
@pytest.mark.parametrize("way", WAYS)
def test_an_organization_behind_a_translator_is_called(way: str, inner: str) -> None:
    check_host(WAYS[way](inner))


def test_a_mapped_address_is_the_address_it_maps() -> None:
    check_host("::ffff:127.0.0.1")
    assert is_loopback("::ffff:127.0.0.1")
    with pytest.raises(AddressRefused):
        check_host(f"::ffff:{METADATA}")


def test_a_translated_address_of_this_machine_is_not_this_machine_and_must_not_be_called_without_encryption() -> None:
    assert not is_loopback(nat64("127.0.0.1"))
    with pytest.raises(AddressRefused, match="https"):
        check_address(f"http://[{nat64('20.50.2.1')}]/")


@given(st.ip_addresses())
def test_every_address_of_this_machine_is_called_and_every_other_one_is_judged(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    with suppress(AddressRefused):
        check_host(str(address))
        return
    assert not address.is_loopback
