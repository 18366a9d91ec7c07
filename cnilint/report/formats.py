"""The reports that need nothing but a result, by the name a user gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from cnilint.engine.result import Result
from cnilint.errors import did_you_mean

Report = Callable[[Result], str]

FORMATS: Mapping[str, tuple[str, str]] = {
    "concise": ("concise", "concise"),
    "json": ("json_", "check_json"),
    "jsonl": ("jsonl", "jsonl"),
    "sarif": ("sarif.log", "sarif"),
    "github": ("github", "github"),
    "gitlab": ("gitlab", "gitlab"),
    "junit": ("junit", "junit"),
    "markdown": ("markdown", "markdown"),
    "html": ("html.page", "html"),
}
"""Module and function of each; a run loads those that it was asked for.

The same result gives the same text, always. A text ends with a newline; concise, jsonl and github,
which are lines, are empty when there is nothing to say.
"""


KNOWN = ("full", *FORMATS)
"""Every format, with the one for people, which takes a paint as well."""


def no_such_format(name: str) -> str:
    """Return what to say of a word that is no format."""
    return f"no output format {name!r}{did_you_mean(name, KNOWN)} (known: {', '.join(KNOWN)})"


def report(name: str) -> Report:
    """Return the function that writes a format; KeyError if there is none of that name."""
    module, function = FORMATS[name]
    found: Report = getattr(import_module(f"{__package__}.{module}"), function)
    return found
