"""Where the file of configuration is looked for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnilint.confine import LEADS_OUT, Bounds, file_behind, leads_out, read_file
from cnilint.engine.repository import repository_top
from cnilint.errors import ConfigurationError
from cnilint.start import lazy_pattern
from cnilint.syntax.collect import STANDARD_INPUT

from .base import Base
from .options import DEFAULTS, Steps, in_file

NAMES = (".cnilint.yaml", "cnilint.yaml")
OTHER_NAMES = (".cnilint.yml", "cnilint.yml")
"""What the file is called by people who write it so; the names before are what we tell."""

PYPROJECT = "pyproject.toml"
SECTION = ("tool", "cnilint")
"""The table of pyproject.toml."""

# What such a table cannot do without: its name, or that of the one it is in.
_TABLE = rb"""tool["']?\s*(\]|=|\.\s*["']?cnilint)"""


def nearest(paths: Sequence[str] = (), base: Base | None = None) -> str | None:
    """Return the file of configuration for some paths, or None; with a `base`, that it has.

    It is looked for from the folder that they all lie in up to the top of its repository (outside
    of one: in that folder alone), and then from the working directory in the same way: so it is the
    same file wherever a command is run. ConfigurationError if that is a link out of the repository.
    """
    here = os.getcwd()
    is_folder = os.path.isdir if base is None else base.has_folder
    folders = [nearest_folder(path, is_folder) for path in paths if path != STANDARD_INPUT]
    starts = [os.path.commonpath(folders), here] if folders else [here]
    for start in dict.fromkeys(starts):
        found = _upwards(start, base)
        if found is not None:
            if base is None and leads_out(found):
                raise ConfigurationError(found, LEADS_OUT)
            return min(os.path.relpath(found), found, key=lambda each: each.count(os.sep))
    return None


def nearest_folder(path: str, is_folder: Callable[[str], bool] = os.path.isdir) -> str:
    """Return the nearest folder there is, from a path or pattern upwards."""
    path = os.path.abspath(path)
    while not is_folder(path):
        path = os.path.dirname(path)
    return path


def _upwards(folder: str, base: Base | None) -> str | None:
    """Return the first file of configuration from a folder up to the top of its repository."""
    top = repository_top(folder)
    is_file = os.path.isfile if base is None else base.has_file
    while True:
        for name in (*NAMES, *OTHER_NAMES):
            path = os.path.join(folder, name)
            if is_file(path):
                return path
        path = os.path.join(folder, PYPROJECT)
        if is_file(path) and has_section(path, base):
            return path
        if folder in (top, os.path.dirname(folder)):
            return None
        folder = os.path.dirname(folder)


def has_section(path: str, base: Base | None = None) -> bool:
    """Whether a pyproject.toml has settings of cnilint, here or in a base."""
    try:
        content = read_file(file_behind(path)) if base is None else base.text(path).encode()
    except (OSError, UnicodeDecodeError):
        return False
    if b"cnilint" not in content or not re.search(_TABLE, content):
        return False
    try:
        tool = toml(content.decode()).get(SECTION[0], {})
    except ValueError:
        return b"tool.cnilint" in content  # reading it will tell what is wrong
    return isinstance(tool, dict) and SECTION[1] in tool


# Python's reader takes a time that grows with the square of the parts of a key.
_DEEP_KEY = lazy_pattern(r"""(?<![\w."'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){100}""")


def toml(text: str) -> dict[str, Any]:
    """Return what a TOML file holds; ValueError for what is none, or nested as nobody does."""
    import tomllib

    if _DEEP_KEY.search(text):
        raise ValueError("a key of more than 100 parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("more is nested in one another than is read") from None


def confined(
    values: Mapping[str, Any], folder: str, place: Callable[[Steps], str]
) -> dict[str, Any]:
    """Return a file's settings with the paths in them counted from the working directory.

    `folder` is that of the file. ConfigurationError, with the `place` of the setting, for a path
    that leads out of the repository of the file, or into its `.git`: a stranger may write settings.
    Nor may one give a run more time than it has by itself.
    """
    seconds = values.get("budget", DEFAULTS.budget)
    if isinstance(seconds, int | float) and not 0 < seconds <= DEFAULTS.budget:
        reason = f"more than {DEFAULTS.budget:g} seconds: only an option may give a run so many"
        raise ConfigurationError(place(("budget",)), reason)
    bounds, found = Bounds([folder or "."]), dict(values)
    for key, one in in_file().items():
        if (mark := one.option.path) is None or not found.get(key):
            continue
        texts = [found[key]] if isinstance(found[key], str) else found[key]
        for at, text in enumerate(texts):
            path = text.partition(mark)[2] if mark else text
            if "\0" in path or not bounds.hold(os.path.join(folder, path)):
                steps = (key,) if isinstance(found[key], str) else (key, at)
                reason = f"{path!r} leads out of the repository: only an option may name it"
                raise ConfigurationError(place(steps), reason)
        counted = [_from_here(text, mark, folder) for text in texts]
        found[key] = counted if one.many else counted[0]
    return found


def _from_here(text: str, mark: str, folder: str) -> str:
    if not mark:
        return os.path.join(folder, text)
    name, _mark, path = text.partition(mark)
    return f"{name}{mark}{os.path.join(folder, path)}" if path else name
