"""Small pieces of text that reports share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnilint.engine.result import KnownBy, KnownReason, Result
from cnilint.model.finding import Level, Location, Note
from cnilint.model.verdict import RANKS, Verdict, VerdictKind
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster

KNOWN = {
    KnownBy.IN_SOURCE: "ignored where it is",
    KnownBy.CONFIGURATION: "ignored by the configuration",
    KnownBy.BASELINE: "in the baseline",
    KnownBy.BEFORE: "there before the change",
}
"""What says that a finding is known, for people."""

SECTIONS = {
    "what": "What it finds",
    "why": "Why it matters",
    "fix": "How to fix it",
    "fix-safety": "How safe the fix is",
}
"""The titles of what a card tells, by its keys."""


NO_CNI = "nothing in view installs a CNI"
"""What is said of a cluster in which no CNI was found; what could not be read may install one."""


def verdict_style(verdict: Verdict) -> str:
    """Return the name of the style a verdict is shown in: `good`, `bad` or `faint`."""
    if verdict.kind is VerdictKind.UNDECIDED:
        return "faint"
    return "good" if verdict.good else "bad"


def worst_verdict(classes: Iterable[ClassFacts]) -> Verdict:
    """Return the worst verdict of some classes of nodes; ValueError for none."""
    return min((facts.verdict for facts in classes), key=lambda one: RANKS[one.kind])


def alike(clusters: Sequence[Cluster]) -> list[tuple[Cluster, list[str]]]:
    """Return clusters that come to the same once, each with the names of all that do."""
    found: dict[tuple[tuple[str, Verdict], ...], tuple[Cluster, list[str]]] = {}
    for one in clusters:
        key = tuple((facts.name, facts.verdict.alone) for facts in one.classes)
        found.setdefault(key, (one, []))[1].append(one.name)
    return list(found.values())


def manifests_read(result: Result) -> str:
    """Return how many objects were read, and how many documents were left unparsed if any."""
    read = counted(result.manifests, "manifest")
    unparsed = counted(result.unparsed, "document")
    return f"{read} (and {unparsed} that no rule asks for)" if result.unparsed else read


def undecided(result: Result) -> list[Note]:
    """Return the notes that say what is not decided: of lists of findings each has them, too."""
    return [note for note in result.notes if note.undecided]


def place(location: Location) -> str:
    """Return a location in the form that editors and terminals make clickable."""
    return _at(location, location.source.path)


def place_in_text(location: Location) -> str:
    """Return the same for text that may be pasted into a shell: a path that is not plain is quoted.

    No path, as of a finding about the run, stays none.
    """
    from cnilint.quoting import shell_word

    path = location.source.path
    return _at(location, shell_word(path) if path else "")


def _at(location: Location, path: str) -> str:
    position = location.source.position(location.span.start)
    return f"{path}:{position.line}:{position.column}"


def counted(number: int, word: str) -> str:
    """Return a number with its word: `no errors`, `1 error`, `2 errors`."""
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def sum_of(result: Result) -> str:
    """Return how many findings a run has of each level, the worst first."""
    levels = (Level.ERROR, Level.WARNING, Level.NOTE)
    counts = [(result.count(level), level) for level in levels]
    words = [counted(count, str(level)) for count, level in counts if count]
    return ", ".join(words) or "no findings"


def known_of(result: Result) -> str:
    """Return how many findings are ignored and how many were there before, behind a semicolon."""
    known = [each.reason.known for each in result.suppressed]
    told = [(kind, known.count(kind)) for kind in (KnownBy.BASELINE, KnownBy.BEFORE)]
    ignored = len(known) - sum(count for _kind, count in told)
    new = len(result.newly_ignored)
    newly = f" ({new} newly, by this change)" if new else ""
    parts = [f"{ignored} ignored{newly}"] if ignored else []
    parts += [f"{count} {KNOWN[kind]}" for kind, count in told if count]
    return f"; {', '.join(parts)}" if parts else ""


def why_known(reason: KnownReason) -> str:
    """Return who says that a finding is known, and the reason that is given."""
    newly = ", newly by this change" if reason.new else ""
    return f"{KNOWN[reason.known]}{newly}{f', {reason.text}' if reason.text else ''}"
