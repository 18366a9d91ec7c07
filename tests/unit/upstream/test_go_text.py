"""Texts that Go turns into values."""

from __future__ import annotations

import pytest

from cnilint.upstream.go_text import atoi, parse_bool, parse_cidr, parse_ip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, True) for text in ("1", "t", "T", "true", "True", "TRUE")),
        *((text, False) for text in ("0", "f", "F", "false", "False", "FALSE")),
        *((text, None) for text in ("", "yes", "on", "tRuE", " true", "y", "2", "Yes")),
    ],
)
def test_booleans_are_spelled_in_twelve_ways(text: str, value: bool | None) -> None:
    assert parse_bool(text) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("0", 0), ("-0", 0), ("+5", 5), ("01500", 1500), ("-1", -1)),
        *((str(2**63 - 1), 2**63 - 1), (str(-(2**63)), -(2**63)), ("0" * 99 + "7", 7)),
        *(
            (text, None)
            for text in ("", "+", " 1", "1 ", "1_0", "0x1", "1.0", "1e3", "\uff11", "--1")
        ),
        *((str(2**63), None), (str(-(2**63) - 1), None), ("9" * 9999, None)),
    ],
)
def test_integers_are_decimal_and_fit_64_bits(text: str, value: int | None) -> None:
    assert atoi(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("10.0.0.1", "10.0.0.1"), ("FD00::AC:00", "fd00::ac:0"), ("::ffff:10.0.0.1", "10.0.0.1")),
        *((text, None) for text in ("", "10.0.0.01", "10.0.0", "fe80::1%eth0", "x", "10.0.0.1/8")),
    ],
)
def test_addresses(text: str, value: str | None) -> None:
    assert parse_ip(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("169.254.172.0/22", "169.254.172.0/22"),
        ("10.1.2.3/024", "10.1.2.3/24"),
        ("fd00::ac:00/118", "fd00::ac:0/118"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        *((text, None) for text in ("10.0.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/+8", "/8", "")),
    ],
)
def test_subnets_keep_their_host_bits(text: str, value: str | None) -> None:
    assert parse_cidr(text) == value
