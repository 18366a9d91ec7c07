"""Where the rules are: inside an installed package, or beside the package in a checkout.

Paths are plain strings and `os.path`: `pathlib` and `importlib.resources` would cost a cold start
several milliseconds for two look-ups.
"""

from __future__ import annotations

import os.path


def rules_folder(package: str = os.path.dirname(__file__)) -> str:
    """Return the absolute path of the folder with the rule cards and the product catalogue.

    A wheel carries it as `_rules` inside the package. A checkout, and so an editable install, has
    it as `rules` beside the package; it is recognised by the `pyproject.toml` next to it, so that
    a stranger's `rules` folder beside an installed package is never taken for it.

    FileNotFoundError if neither is there: the installation is broken.
    """
    package = os.path.abspath(package)
    inside = os.path.join(package, "_rules")
    if os.path.isdir(inside):
        return inside
    checkout = os.path.dirname(package)
    beside = os.path.join(checkout, "rules")
    if os.path.isdir(beside) and os.path.isfile(os.path.join(checkout, "pyproject.toml")):
        return beside
    raise FileNotFoundError(
        f"the rules of cnilint are neither at {inside} nor at {beside}: "
        "the installation is incomplete, install cnilint again"
    )


def package_folder() -> str:
    """Return the absolute path of the package's own folder."""
    return os.path.dirname(os.path.abspath(__file__))
