"""What variables of the environment and options of a command say, as a file would have it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from cnilint.errors import ConfigurationError
from cnilint.model.globs import fits

from .file import Steps, faults

OPTIONS = {"host-files": "--host-file", "targets": "--target", "rules-dirs": "--rules-dir"}
"""The options that are not called as their settings are."""

FORMS = {
    "per_file_ignores": "PATTERN=RULES",
    "severity": "RULE=LEVEL",
    "targets": "PRODUCT=RELEASE",
}
"""How each part of a mapping is written as an option."""


def given(
    texts: Mapping[str, object],
    called: Callable[[str], str],
    defaults: Mapping[str, object],
    folder: str,
) -> tuple[dict[str, Any], Callable[[Steps], str]]:
    """Return settings as a file has them, and what to call the place of each.

    `texts` has what is given, by the names of settings: a text, or several. `called` is what a
    person calls a setting there. Patterns are made to count from `folder`. ConfigurationError for
    what does not fit.
    """

    def place(steps: Steps) -> str:
        return called(str(steps[0]))

    values = {
        name.replace("_", "-"): _parsed(name, text, defaults[name], called(name), folder)
        for name, text in texts.items()
    }
    for route, reason in faults(values):
        raise ConfigurationError(place(route), reason)
    return values, place


def option(name: str) -> str:
    """Return what the option of a setting is called."""
    key = name.replace("_", "-")
    return OPTIONS.get(key, f"--{key}")


def _parsed(name: str, said: object, default: object, place: str, folder: str) -> object:
    if not isinstance(default, tuple | Mapping):
        return said
    if name in ("output_format", "host_files", "rules_dirs"):
        # a path may have any character in it, so only a variable is taken apart
        return [each.strip() for each in said.split(",")] if isinstance(said, str) else said
    blanks = r"\s+" if name == "per_file_ignores" else r"[\s,]+"
    texts = [said] if isinstance(said, str) else list(said)  # type: ignore[call-overload]
    words = [word for text in texts for word in re.split(blanks, text) if word]
    if not isinstance(default, Mapping):
        return words
    form = FORMS[name]
    found: dict[str, Any] = {}
    for word in words:
        key, _equals, value = word.rpartition("=")
        if not key or not value:
            raise ConfigurationError(place, f"{word!r} is not of the form {form}")
        if name == "per_file_ignores":
            for pattern in _from_folder(key, folder):
                found.setdefault(pattern, []).extend(value.split(","))
        else:
            found[key] = value
    return found


def _from_folder(pattern: str, folder: str) -> list[str]:
    """Return a pattern that counts from the working directory as such that count from a folder."""
    here = os.getcwd()
    inner = os.path.relpath(folder, here).split(os.sep)
    if here == folder:
        return [pattern]
    if "/" not in pattern.rstrip("/"):  # which fits a name at any depth, or a folder above
        return (
            [pattern, "/**"]
            if any(fits(pattern.rstrip("/"), name) for name in inner)
            else [pattern]
        )
    steps = pattern.removeprefix("./").lstrip("/").split("/")
    down = os.path.relpath(here, folder).split(os.sep)
    if down[0] != "..":
        return ["/".join([*down, *steps])]
    outside = "/".join([here.replace(os.sep, "/"), *steps])  # as the paths out there are whole
    for name in inner:
        if not steps or steps[0] == "**":
            break
        if not fits(steps[0], name):
            return [outside]
        del steps[0]
    # with a slash at its beginning even a single name counts from the folder
    return [outside, "/" + ("/".join(steps) or "**")]
