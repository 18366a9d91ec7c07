"""Addresses as Go's package net reads them.

Source: golang/go@go1.26:src/net/mac.go ParseMAC, src/net/ip.go ParseIP and ParseCIDR,
src/net/netip/netip.go ParseAddr.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from cnilint.start import lazy_pattern

_OCTET = "[0-9A-Fa-f]{2}"
_MAC = lazy_pattern(
    rf"{_OCTET}([:-])(?:{_OCTET}\1){{4}}(?:(?:{_OCTET}\1){{2}}(?:(?:{_OCTET}\1){{12}})?)?{_OCTET}"
    rf"|(?:(?:{_OCTET}){{2}}\.){{2}}(?:(?:(?:{_OCTET}){{2}}\.)(?:(?:(?:{_OCTET}){{2}}\.){{6}})?)?"
    rf"(?:{_OCTET}){{2}}"
    rf"|(?:{_OCTET}){{6}}|(?:{_OCTET}){{8}}|(?:{_OCTET}){{20}}"
)
_LENGTH = lazy_pattern("0*([0-9]{1,3})")


def is_mac(text: str) -> bool:
    """Return whether net.ParseMAC takes a text: 6, 8 or 20 octets.

    Go takes octets without marks between them since 1.26 only. Which Go an image was built with is
    not known here, so what some build takes is not called wrong.
    """
    return _MAC.fullmatch(text) is not None


def ip(text: str) -> IPv4Address | IPv6Address | None:
    """Return net.ParseIP's address (no zone, no leading zeros), or None."""
    if "%" in text:
        return None
    try:
        return IPv6Address(text) if ":" in text else IPv4Address(text)
    except ValueError:
        return None


def shown(address: IPv4Address | IPv6Address) -> str:
    """Return an address as net.IP writes it: one that is IPv4 inside as IPv4."""
    inner = four(address)
    return str(inner or address)


def four(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Return net.IP's To4, or None."""
    return address if isinstance(address, IPv4Address) else address.ipv4_mapped


def is_cidr(text: str) -> bool:
    """Return whether net.ParseCIDR takes a text; the length may have leading zeros."""
    host, _, length = text.partition("/")
    address, digits = ip(host), _LENGTH.fullmatch(length)
    return address is not None and digits is not None and int(digits[1]) <= address.max_prefixlen
