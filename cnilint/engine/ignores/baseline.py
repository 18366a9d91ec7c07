"""The findings that were there before: a file of them, and which of a run's findings those are."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

from cnilint.confine import read_text
from cnilint.engine.policy import Identity
from cnilint.engine.repository import reported_path
from cnilint.errors import UsageError, near_path, reason_of
from cnilint.model.finding import Finding
from cnilint.shown import json_escaped, one_line
from cnilint.start import NamedTuple, lazy_pattern

from .identity import identity

SCHEMA = "cnilint.baseline/v1"

FIELDS = ("rule", "cluster", "object", "route")
"""What of an entry tells findings apart; `path` and `message` are for people."""

_INDEX = lazy_pattern(r"/\d+(?=/|$)")


class BaselineEntry(NamedTuple):
    """A finding of a baseline; path and message are those of the day it was written."""

    identity: Identity
    path: str
    message: str


def read(path: str, text: Callable[[str], str] = read_text) -> tuple[BaselineEntry, ...]:
    """Return the findings of a baseline file, whose `text` is asked for by its path.

    UsageError says what is wrong with it.
    """
    try:
        content = json.loads(text(path))
    except FileNotFoundError:
        raise UsageError(
            f"no baseline {path}{near_path(path)}: "
            "`cnilint baseline write` makes one of what is found today"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error)
        raise UsageError(f"the baseline {path} cannot be read: {reason}") from None
    except (ValueError, RecursionError) as error:  # a number may have too many digits for Python
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(f"the baseline {path}{line} is not JSON: write it anew") from None
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        raise UsageError(f"{path} is no baseline of this release: it has no schema {SCHEMA!r}")
    found = content.get("findings")
    entries = [_entry(each) for each in found] if isinstance(found, list) else [None]
    if None in entries:
        at = f"the {entries.index(None) + 1}. finding of " if isinstance(found, list) else ""
        raise UsageError(f"{at}the baseline {path} is not complete: write it anew")
    return tuple(entry for entry in entries if entry is not None)


def entries_of(findings: Iterable[Finding]) -> list[BaselineEntry]:
    """Return findings as entries of a baseline."""
    return [
        BaselineEntry(identity(one), reported_path(one.location.source.path), one_line(one.message))
        for one in findings
    ]


def baseline_text(entries: Iterable[BaselineEntry]) -> str:
    """Return the text of a baseline file: sorted, one line an entry, so that changes merge."""
    lines = [
        json.dumps(
            dict(zip(FIELDS, entry.identity, strict=True))
            | {"path": entry.path, "message": entry.message},
            ensure_ascii=False,
        )
        for entry in sorted(entries)
    ]
    listed = ",\n".join(f"    {line}" for line in lines)
    inside = f"[\n{listed}\n  ]" if lines else "[]"
    return json_escaped(f'{{\n  "schema": "{SCHEMA}",\n  "findings": {inside}\n}}\n')


def old(findings: Sequence[Finding], known: Sequence[Identity]) -> list[bool]:
    """Return of each finding whether it was there before.

    No entry stands for two findings. Those that are equal in all go together first; then those
    that differ only in a place in a list, in their cluster, or in the folder of their file: what
    was moved is not new, and one more of the same kind is.
    """
    return _paired([identity(finding) for finding in findings], known)[0]


def gone(findings: Sequence[Finding], entries: Sequence[BaselineEntry]) -> list[bool]:
    """Return of each entry whether its finding is not there any more."""
    known = [entry.identity for entry in entries]
    return [not here for here in _paired([identity(finding) for finding in findings], known)[1]]


def _paired(found: Sequence[Identity], known: Sequence[Identity]) -> tuple[list[bool], list[bool]]:
    """Return of each identity on both sides whether it has its counterpart on the other."""
    found_taken, known_taken = [False] * len(found), [False] * len(known)
    for view in VIEWS:
        free: Counter[Hashable] = Counter(
            view(one) for at, one in enumerate(known) if not known_taken[at]
        )
        used: Counter[Hashable] = Counter()
        for at, one in enumerate(found):
            if not found_taken[at] and used[view(one)] < free[view(one)]:
                found_taken[at] = True
                used[view(one)] += 1
        for at, one in enumerate(known):
            if not known_taken[at] and used[view(one)] > 0:
                known_taken[at] = True
                used[view(one)] -= 1
    return found_taken, known_taken


def _without_indexes(one: Identity) -> Identity:
    return (*one[:3], _INDEX.sub("/-", one[3]))


def _without_cluster(one: Identity) -> Identity:
    return (one[0], "", one[2], one[3])


def _without_folder(one: Identity) -> Identity:
    where = one[2]
    return (one[0], "", where if " " in where else os.path.basename(where), one[3])


VIEWS: tuple[Callable[[Identity], Hashable], ...] = (
    lambda one: one,
    _without_indexes,
    _without_cluster,
    lambda one: _without_indexes(_without_cluster(one)),
    lambda one: _without_indexes(_without_folder(one)),
)
"""What of two findings is compared, strictest first."""


def _entry(value: object) -> BaselineEntry | None:
    """Return a finding as a baseline has it, None if something is missing."""
    if not isinstance(value, dict):
        return None
    texts = [value.get(name) for name in (*FIELDS, "path", "message")]
    if not all(isinstance(text, str) for text in texts):
        return None
    rule, cluster, where, route, path, message = map(str, texts)
    return BaselineEntry((rule, cluster, where, route), path, message)
