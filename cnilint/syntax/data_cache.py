"""Keeps what the project's data files read as, the way Python keeps its bytecode.

Reading two hundred YAML files is most of a run on one manifest. A wheel has their values
beside them (`hatch_build.py` puts them there). In a checkout they are kept in the package's
`__pycache__`, and count as long as every file has the size and the time of change it had. Nothing
is kept where Python is told to write no bytecode, or where the folder cannot be written.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from cnilint.resources import package_folder

Data = dict[str, Any]

BUILT = "_built"
"""The folder of an installed package with the values of its data files."""


def kept(name: str, paths: Sequence[str], read: Callable[[str], Data]) -> list[Data]:
    """Return what `read` makes of each path, or what it made of them when they were the same.

    `name` tells one set of files from another. Whatever is wrong with what was kept, the files
    are read again.
    """
    try:
        with open(os.path.join(package_folder(), BUILT, f"{name}.json"), encoding="utf-8") as file:
            built: list[Data] = json.load(file)
            return built
    except OSError:
        pass
    cache = os.path.join(package_folder(), "__pycache__", f"{name}.data.json")
    stamp = [_version(), *(_stamp(path) for path in paths)]
    try:
        with open(cache, encoding="utf-8") as file:
            found = json.load(file)
        if isinstance(found, dict) and found.get("stamp") == stamp:
            data: list[Data] = found["data"]
            return data
    except (OSError, ValueError, KeyError):
        pass
    data = [read(path) for path in paths]
    if not sys.dont_write_bytecode:
        _keep(cache, {"stamp": stamp, "data": data})
    return data


def _version() -> str:
    """Return the version of what reads the files.

    A reproducible build gives every file the same time, so that an upgrade may change a file's
    content alone. The package is asked without an import, which would go up through the layers.
    """
    return str(getattr(sys.modules.get("cnilint"), "__version__", ""))


def _stamp(path: str) -> list[str | int]:
    found = os.stat(path)
    return [path, found.st_mtime_ns, found.st_size]


def _keep(cache: str, content: dict[str, object]) -> None:
    """Write beside and rename, so that another run never reads half of it."""
    beside = f"{cache}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(cache), exist_ok=True)
        with open(beside, "w", encoding="utf-8") as file:
            json.dump(content, file, separators=(",", ":"))
        os.replace(beside, cache)
    except (OSError, TypeError, ValueError):
        if os.path.exists(beside):
            os.unlink(beside)
