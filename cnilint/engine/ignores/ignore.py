"""An ignore: what says that findings of some rules are known, and where that holds."""

from __future__ import annotations

from cnilint.model.finding import Location
from cnilint.model.text import Span
from cnilint.start import NamedTuple
from cnilint.syntax.skim import hides

MARK = "cnilint"
"""What a text without any ignore does not have in it, and does not hide."""

UNUSED = "CNI910"
"""The rule about ignores that are not needed: whatever removes a finding may lead to one."""


COMMENT, ANNOTATION, ENTRY = "comment", "annotation", "entry"
"""How an ignore is written; an entry is one of `ignores` in the configuration."""


class IgnoredRule(NamedTuple):
    """A rule as an ignore names it, the ids it stands for, and its place.

    Where there is no such rule there is no id, and `fault` says so.
    """

    text: str
    rules: frozenset[str]
    span: Span
    fault: str = ""


class Scope(NamedTuple):
    """What an entry of the configuration is about: a pattern for each; an empty one fits all."""

    kind: str = ""
    name: str = ""
    namespace: str = ""
    path: str = ""
    cluster: str = ""


class Ignore(NamedTuple):
    """Rules that are ignored for one reason, in one of the three forms.

    `spans` are the stretches of the source in which a finding has to begin; `scope` stands in
    their place for an entry of the configuration. `until` is the last day on which it holds, as
    `2026-12-31`, or empty. `fault` says why it ignores nothing, and is empty for one that does.
    """

    form: str
    words: tuple[IgnoredRule, ...]
    location: Location
    reason: str = ""
    until: str = ""
    fault: str = ""
    spans: tuple[Span, ...] = ()
    scope: Scope = Scope()

    @property
    def in_source(self) -> bool:
        """Whether it stands beside what it is about."""
        return self.form != ENTRY


class Judged(NamedTuple):
    """An ignore after a run: the words that no finding needed, and whether its time is over."""

    ignore: Ignore
    unused: tuple[IgnoredRule, ...] = ()
    expired: bool = False


def may_ignore(text: str) -> bool:
    """Whether a text may have ignores in it."""
    return MARK in text or hides(text, Span(0, len(text)))
