"""Texts that Go programs turn into values: booleans, integers, addresses and subnets.

Source: golang/go@go1.23:src/strconv/atob.go and atoi.go, src/net/ip.go, src/net/netip/netip.go.
"""

from __future__ import annotations

import re

from cnilint.start import lazy_pattern

_TRUE = ("1", "t", "T", "TRUE", "true", "True")
_FALSE = ("0", "f", "F", "FALSE", "false", "False")
_INTEGER = lazy_pattern(r"[+-]?[0-9]+", re.ASCII)
_LENGTH = lazy_pattern(r"[0-9]{1,7}", re.ASCII)


def parse_bool(text: str) -> bool | None:
    """Return what strconv.ParseBool does, None where it returns an error."""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def atoi(text: str) -> int | None:
    """Return what strconv.Atoi does, None where it returns an error: also for more than 64 bits."""
    if _INTEGER.fullmatch(text) is None:
        return None
    digits = text.lstrip("+-").lstrip("0") or "0"
    if len(digits) > 19:
        return None
    number = -int(digits) if text.startswith("-") else int(digits)
    return number if -(2**63) <= number < 2**63 else None


def parse_ip(text: str) -> str | None:
    """Return an address as net.ParseIP reads and String writes it, None if it is none."""
    import ipaddress

    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return None
        return str(address.ipv4_mapped or address)
    return str(address)


def parse_cidr(text: str) -> str | None:
    """Return a subnet as types.ParseCIDR of the CNI library reads and String writes it.

    The address keeps its host bits. None if it is no subnet.
    """
    written, slash, length = text.partition("/")
    address = parse_ip(written)
    if not slash or address is None or _LENGTH.fullmatch(length) is None:
        return None
    bits = int(length)
    if bits > (128 if ":" in written else 32):
        return None
    if ":" in written and ":" not in address:
        bits = max(bits - 96, 0)  # an IPv4 address that was written as an IPv6 one
    return f"{address}/{bits}"
