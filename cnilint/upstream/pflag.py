"""Command-line flags as Go's pflag reads them.

Source: spf13/pflag@v1.0.9:flag.go parseArgs, parseLongArg, parseSingleShortArg (and v1.0.5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnilint.start import NamedTuple

_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


class Flags(NamedTuple):
    """The declared flags with their defaults, or the values they got."""

    texts: Mapping[str, str]
    switches: Mapping[str, bool]


class UnknownFlagError(ValueError):
    """A flag that is not declared."""


class FlagValueError(ValueError):
    """A flag without the value it needs, or with one it does not take."""


def parse_flags(declared: Flags, args: Sequence[str]) -> Flags:
    """Return the values after parsing `args`; UnknownFlagError or FlagValueError if they are wrong.

    `--flag value` and `--flag=value` set a text; a switch needs the `=`. `--` ends the flags, and
    what is no flag is passed over. `-h` is short for `--help`, which counts as a switch.
    """
    texts, switches = dict(declared.texts), {**declared.switches, "help": False}
    rest = iter(args)
    for arg in rest:
        if arg == "--":
            break
        if not arg.startswith("-") or arg == "-":
            continue
        name, equals, value = arg[2:].partition("=")
        if not arg.startswith("--"):
            _read_short(arg[1:], switches)
        elif not name or name.startswith("-"):
            raise FlagValueError(f"bad flag syntax: {arg}")
        elif name in switches:
            switches[name] = _boolean(value) if equals else True
        elif name not in texts:
            raise UnknownFlagError(f"unknown flag: --{name}")
        elif equals:
            texts[name] = value
        else:
            try:
                texts[name] = next(rest)
            except StopIteration:
                raise FlagValueError(f"flag needs an argument: --{name}") from None
    return Flags(texts, switches)


def _read_short(letters: str, switches: dict[str, bool]) -> None:
    """Read a group of one-letter flags: there is only `h`, and flags of `go test` are ignored."""
    while letters and not letters.startswith("test."):
        if letters[0] != "h":
            raise UnknownFlagError(f"unknown shorthand flag: {letters[0]!r} in -{letters}")
        if len(letters) > 2 and letters[1] == "=":
            switches["help"] = _boolean(letters[2:])
            return
        switches["help"] = True
        letters = letters[1:]


def _boolean(text: str) -> bool:
    if text not in _TRUE | _FALSE:
        raise FlagValueError(f"invalid argument: {text!r} is no boolean")
    return text in _TRUE
