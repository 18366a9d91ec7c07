"""The reference of every option and setting, as a page of docs/: `python -m` this module."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from .options import OptionEntry, entries

HEAD = """\
# Options and settings

Written by `make docs` from the table in `cnilint/config/options.py`. An option comes before the
variable of the environment, that before the file of settings (`.cnilint.yaml`, `cnilint.yaml` or
`[tool.cnilint]` in `pyproject.toml`), and that before the default. `cnilint config show` tells
where each value is from, `cnilint config schema` prints the JSON schema of the file.
"""


def reference() -> str:
    """Return the page: a section for each entry of the table that people are told of."""
    told = [one for one in entries() if one.option.exposed]
    return "\n".join([HEAD, *(_section(one) for one in told)])


def _section(one: OptionEntry) -> str:
    title = f"{_usage(one)}" if one.option.commands else one.key
    facts = "".join(f"- {name}: {text}\n" for name, text in _facts(one))
    return f"## `{title}`\n\n{one.option.help}\n\n{facts}"


def _usage(one: OptionEntry) -> str:
    letter = f", {one.option.letter}" if one.option.letter else ""
    return f"{one.spelled}{f' {metavar(one)}' if one.type is not bool else ''}{letter}"


def _facts(one: OptionEntry) -> Iterator[tuple[str, str]]:
    if one.choices:
        yield "values", ", ".join(f"`{each}`" for each in one.choices)
    if one.option.commands:
        yield "commands", ", ".join(f"`{each}`" for each in one.option.commands)
    if one.many and one.option.commands:
        yield "several", "the option can be given several times"
    if one.option.in_file:
        yield "setting", f"`{one.key}`"
    if one.variables:
        yield "variable", " or ".join(f"`{each}`" for each in one.variables)
    if isinstance(one.default, tuple | str | float) and one.default:
        default = one.default if isinstance(one.default, tuple) else (one.default,)
        yield "default", ", ".join(f"`{each}`" for each in default)


def metavar(one: OptionEntry) -> str:
    """Return how a value of an option is written in a line of help."""
    kinds: Mapping[object, str] = {float: "NUMBER"}
    return one.option.metavar or "|".join(one.choices) or kinds.get(one.type, "TEXT")


if __name__ == "__main__":
    sys.stdout.write(reference())
