"""Addresses as Go reads them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.upstream.go_net import four, ip, is_cidr, is_mac, shown


@pytest.mark.parametrize("mark", [":", "-"])
@pytest.mark.parametrize("octets", range(1, 24))
def test_an_address_of_a_card_has_6_8_or_20_octets(octets: int, mark: str) -> None:
    assert is_mac(mark.join(["aF"] * octets)) == (octets in (6, 8, 20))
    assert is_mac(".".join(["aF09"] * octets)) == (octets in (3, 4, 10))
    assert is_mac("aF" * octets) == (octets in (6, 8, 20))


@pytest.mark.parametrize(
    "text",
    [
        *("", "02:00-00:00:00:01", "02:00:00:00:00:0g", " 02:00:00:00:00:01", "02000000000"),
        *("02:00:00:00:00:01\n", "0200.0000:0001", "2:0:0:0:0:1", "0200.0000.000"),
    ],
)
def test_what_is_no_address_of_a_card(text: str) -> None:
    assert not is_mac(text)


@pytest.mark.parametrize(
    "text",
    [
        *("010.0.0.1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ", "1.2.3.4\n", "0x7f.0.0.1"),
        *("fe80::1%eth0", "::1::", "12345::", "1:2:3:4:5:6::1.2.3.4", "1.2.3.4:80", "[::1]", ""),
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert ip(text) is None


def test_an_address_is_shown_as_go_writes_it() -> None:
    written = {"::ffff:1.2.3.4": "1.2.3.4", "0:0:0:0:0:0:0:1": "::1", "::1.2.3.4": "::102:304"}
    for text, expected in written.items():
        address = ip(text)
        assert address is not None
        assert shown(address) == expected


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        *(
            ("10.0.0.1/024", True),
            ("10.0.0.1/" + "0" * 5000 + "32", True),
            ("::ffff:1.2.3.4/99", True),
        ),
        *(("10.0.0.1/33", False), ("fd00::1/129", False), ("10.0.0.1/", False), ("/24", False)),
        *(("10.0.0.1/+1", False), ("10.0.0.1/1/2", False), ("fe80::1%a/64", False)),
    ],
)
def test_a_prefix(text: str, taken: bool) -> None:
    assert is_cidr(text) == taken


@given(st.ip_addresses())
def test_every_address_is_read_as_itself(address: IPv4Address | IPv6Address) -> None:
    assert ip(str(address)) == address
    assert is_cidr(f"{address}/{address.max_prefixlen}")
    assert (four(address) is None) == (":" in shown(address))


@given(st.text())
def test_no_text_is_too_much(text: str) -> None:
    assert isinstance(is_mac(text), bool)
    assert isinstance(is_cidr(text), bool)
    assert is_cidr(f"{text}/0") == (ip(text) is not None and "/" not in text)
