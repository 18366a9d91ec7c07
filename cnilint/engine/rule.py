"""A rule as its card describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnilint.model.finding import Level

HELP = ("what", "why", "fix", "fix-safety")
SCOPES = ("cluster", "file")
OWN = "CNI"
"""How the ids of the rules that come with cnilint begin."""


class Rule(NamedTuple):
    """An identity card.

    Just one of `checks` (names of functions in CHECKS) and `match` (declarative) has something;
    `fix` is the best grade of fix the rule can have; `message` is a template. `scope` is `file` for
    a rule whose findings in one file hold whatever the other files say, else `cluster`. Every word
    of `help` is there, and may be empty in a house rule. `settings` are those that change what it
    finds.
    """

    id: str
    name: str
    level: Level
    summary: str
    message: str
    fix: str
    help: Mapping[str, str]
    links: tuple[str, ...]
    checks: tuple[str, ...]
    match: tuple[Mapping[str, Any], ...]
    scope: str = SCOPES[0]
    settings: tuple[str, ...] = ()
    path: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it comes with cnilint."""
        return self.id.rstrip("0123456789") == OWN
