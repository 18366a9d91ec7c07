"""What variables of the environment and options of a command say, as a file would have it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from cnilint.errors import ConfigurationError
from cnilint.model.globs import fits

from .options import OptionEntry, Steps, setting
from .schema import faults, shape


def given(
    texts: Mapping[str, object], called: Callable[[OptionEntry], str], folder: str
) -> tuple[dict[str, Any], Callable[[Steps], str]]:
    """Return settings as a file has them, and what to call the place of each.

    `texts` has what is given, by the keys of settings: a text, or several. `called` is what a
    person calls an entry there. Patterns are made to count from `folder`. ConfigurationError for
    what does not fit.
    """

    def place(steps: Steps) -> str:
        return called(setting(str(steps[0])))

    values: dict[str, object] = {}
    for key, said in texts.items():
        one = setting(key)
        values[key] = _parsed(one, said, place((key,)), folder)
        for route, reason in faults(values[key], shape(one.option.shape or one.type), (key,)):
            raise ConfigurationError(place(route), reason)
    return values, place


def _parsed(entry: OptionEntry, said: object, place: str, folder: str) -> object:
    if not entry.many:
        return _number(said) if entry.type is float else said
    about, is_mapping = entry.option, isinstance(entry.default, Mapping)
    texts = [said] if isinstance(said, str) else list(said)  # type: ignore[call-overload]
    if not is_mapping and (about.path is not None or about.patterns):
        # a path may have any character in it, so only a variable is taken apart
        if isinstance(said, str):
            texts = [text.strip() for text in said.split(",")]
        if not about.patterns:
            return texts
        return [pattern for text in texts for pattern in _from_folder(text, folder)]
    blanks = r"\s+" if about.patterns else r"[\s,]+"
    words = [word for text in texts for word in re.split(blanks, text) if word]
    return _pairs(entry, words, place, folder) if is_mapping else words


def _number(said: object) -> object:
    """Return what is said as a number, or as it is if it is none."""
    try:
        return float(str(said))
    except ValueError:
        return said


def _pairs(entry: OptionEntry, words: list[str], place: str, folder: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word in words:
        key, _equals, value = word.rpartition("=")
        if not key or not value:
            raise ConfigurationError(place, f"{word!r} is not of the form {entry.option.metavar}")
        if entry.option.patterns:
            for pattern in _from_folder(key, folder):
                found.setdefault(pattern, []).extend(value.split(","))
        else:
            found[key] = value
    return found


def _from_folder(pattern: str, folder: str) -> list[str]:
    """Rebase a pattern from the working directory onto a folder: one or two that fit the same."""
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
