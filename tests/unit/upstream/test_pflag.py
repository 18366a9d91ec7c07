"""Command-line flags as pflag reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.upstream.pflag import Flags, FlagValueError, UnknownFlagError, parse_flags

DECLARED = Flags({"version": "", "dir": "/d"}, {"rename": False, "log": True})


@pytest.mark.parametrize(
    ("args", "texts", "switches"),
    [
        ([], {}, {}),
        (["--version=1"], {"version": "1"}, {}),
        (["--version", "1"], {"version": "1"}, {}),
        (["--version", "--rename"], {"version": "--rename"}, {}),
        (["--version=1", "--version=2"], {"version": "2"}, {}),
        (["--version="], {"version": ""}, {}),
        (["--version=a=b"], {"version": "a=b"}, {}),
        (["--rename"], {}, {"rename": True}),
        (["--rename", "false"], {}, {"rename": True}),
        (["--rename=T", "--log=0"], {}, {"rename": True, "log": False}),
        (["x", "-", "--rename", "y"], {}, {"rename": True}),
        (["--", "--rename", "--unknown"], {}, {}),
        (["--version", "--"], {"version": "--"}, {}),
        (["-h"], {}, {"help": True}),
        (["-h=false"], {}, {"help": False}),
        (["-hh"], {}, {"help": True}),
        (["-test.v", ""], {}, {}),
    ],
)
def test_values(args: list[str], texts: dict[str, str], switches: dict[str, bool]) -> None:
    found = parse_flags(DECLARED, args)
    assert found.texts == {**DECLARED.texts, **texts}
    assert found.switches == {**DECLARED.switches, "help": False, **switches}


@pytest.mark.parametrize(
    ("texts", "value"),
    [("1 t T TRUE true True", True), ("0 f F FALSE false False", False)],
)
def test_a_switch_is_read_as_strconv_parse_bool_does(texts: str, value: bool) -> None:
    for text in texts.split():
        assert parse_flags(DECLARED, [f"--rename={text}"]).switches["rename"] is value


@pytest.mark.parametrize("args", [["--unknown"], ["--unknown=1"], ["--Version=1"], ["-x"], ["-hx"]])
def test_unknown_flags(args: list[str]) -> None:
    with pytest.raises(UnknownFlagError):
        parse_flags(DECLARED, args)


@pytest.mark.parametrize(
    "args", [["--version"], ["--rename=yes"], ["--rename="], ["---x"], ["--=x"], ["-h=x"]]
)
def test_flags_with_a_wrong_value(args: list[str]) -> None:
    with pytest.raises(FlagValueError):
        parse_flags(DECLARED, args)


@given(st.text(max_size=10), st.text(max_size=10))
def test_both_spellings_of_a_text_mean_the_same(version: str, directory: str) -> None:
    joined = parse_flags(DECLARED, [f"--version={version}", f"--dir={directory}"])
    apart = parse_flags(DECLARED, ["--version", version, "--dir", directory])
    assert joined == apart
    assert joined.texts == {"version": version, "dir": directory}


def test_the_declaration_is_left_as_it_was() -> None:
    parse_flags(DECLARED, ["--version=1", "--rename"])
    assert DECLARED.texts == {"version": "", "dir": "/d"}
    assert DECLARED.switches == {"rename": False, "log": True}
