"""What a run is to report: which rules, at which level, and which findings are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from cnilint.engine.ignores.ignore import Ignore
from cnilint.errors import UsageError, did_you_mean
from cnilint.model.finding import Level
from cnilint.start import NamedTuple

from .ruleset import Rule, rules

Identity = tuple[str, str, str, str]
"""What makes a finding the same from run to run: rule, cluster, object or path, JSON pointer."""


class Policy(NamedTuple):
    """Which findings are wanted.

    `off` are rules that are not run; `severity` replaces the levels of others. `per_file` has
    patterns for paths and the rules ignored there; these patterns and those of `ignores` count
    from `base`. `whole` tells that a run sees all that the configuration is about. `today` is a
    day as `2026-12-31`, empty for the real one. `baseline` is None where there is none, and `since`
    is what was found before a change, None where nothing is compared. `house` are rules beside
    those that come with cnilint.
    """

    off: frozenset[str] = frozenset()
    severity: Mapping[str, Level] = {}
    per_file: tuple[tuple[str, frozenset[str]], ...] = ()
    ignores: tuple[Ignore, ...] = ()
    base: str = ""
    whole: bool = False
    today: str = ""
    baseline: tuple[Identity, ...] | None = None
    since: tuple[Identity, ...] | None = None
    house: tuple[Rule, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule: those that come with cnilint, and those of the house."""
        return (*rules(), *self.house)

    def level(self, rule: Rule) -> Level:
        """Return the level a rule runs at, OFF for one that does not run."""
        return Level.OFF if rule.id in self.off else self.severity.get(rule.id, rule.level)

    def of_files(self) -> Policy:
        """Return what is wanted of files that are each judged by themselves.

        A rule that needs more than one file is off. Which cluster a file belongs to is not known
        then, so what is ignored in one cluster is ignored.
        """
        off = self.off | {rule.id for rule in self.rules if rule.scope != "file"}
        ignores = (one._replace(scope=one.scope._replace(cluster="")) for one in self.ignores)
        return self._replace(off=off, ignores=tuple(ignores), whole=False)


EVERYTHING: Policy = Policy()

_DIGITS = "0123456789"
LEAST_DIGITS = 3
"""Every id has as many: a word with fewer is a prefix, one with them is an id and no other."""


def standing_for(word: str, house: Sequence[Rule] = ()) -> frozenset[str]:
    """Return the ids of the rules that a word stands for: an id, a name, or a prefix (`CNI1`).

    `house` are the rules beside cnilint's own. Nothing where there is no such rule.
    """
    own = _standing_for(word)
    return own | {rule.id for rule in house if _weight(word, rule)} if house else own


@cache
def _standing_for(word: str) -> frozenset[str]:
    return frozenset(rule.id for rule in rules() if _weight(word, rule))


def no_such_rule(word: str, house: Sequence[Rule] = ()) -> str:
    """Return what to say of a word that stands for no rule."""
    known = [name for rule in (*rules(), *house) for name in (rule.id, rule.name)]
    return f"no rule {word!r}{did_you_mean(word, known)}"


def switched(
    select: Iterable[str],
    ignore: Iterable[str],
    severity: Mapping[str, str],
    house: Sequence[Rule] = (),
) -> tuple[frozenset[str], dict[str, Level]]:
    """Return which rules are off and the levels of others, for a `Policy`.

    The longer of two prefixes counts, an id or a name counts most, and of two that are equal
    `ignore` does. A rule that is off by itself runs when `severity` gives it a level, or when
    `select` names it. UsageError for a word that stands for no rule.
    """
    selected, ignored = list(select), list(ignore)
    for word in (*selected, *ignored, *severity):
        if not standing_for(word, house):
            raise UsageError(no_such_rule(word, house))
    off: set[str] = set()
    levels: dict[str, Level] = {}
    for rule in (*rules(), *house):
        wanted = max((_weight(word, rule) for word in selected), default=0)
        if (selected and not wanted) or _weight_of(ignored, rule) >= max(wanted, 1):
            off.add(rule.id)
        word = max(severity, key=lambda word: _weight(word, rule), default="")
        if _weight(word, rule):
            levels[rule.id] = Level.of(severity[word])
        elif rule.level is Level.OFF and wanted >= len(rule.id):
            levels[rule.id] = Level.WARNING
    return frozenset(off), levels


def _weight_of(words: Iterable[str], rule: Rule) -> int:
    return max((_weight(word, rule) for word in words), default=0)


def _weight(word: str, rule: Rule) -> int:
    """Return how much a word says of a rule: the letters of its id that it gives."""
    if word in (rule.id, rule.name):
        return len(rule.id)
    letters = word.rstrip(_DIGITS)
    begins = letters == rule.id.rstrip(_DIGITS) and len(word) - len(letters) < LEAST_DIGITS
    return len(word) if begins and rule.id.startswith(word) else 0
