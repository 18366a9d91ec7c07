"""What is said of a comparison: the words that its reports share."""

from __future__ import annotations

from cnilint.diff.comparison import (
    CONTENT,
    ClassChange,
    ClusterChange,
    Comparison,
    InstallChange,
    SettingChange,
)
from cnilint.diff.sides import Remark, RemarkKind, Side
from cnilint.engine.places import placed
from cnilint.engine.sentences import verdict_line
from cnilint.model.finding import Finding, Level, Location
from cnilint.report.terminal.inspect import does
from cnilint.report.words import NO_CNI, counted
from cnilint.shown import one_line
from cnilint.simulation.class_facts import ClassFacts

DIGITS = 9
"""Of the id of a commit."""

MOST = 80
"""Characters of a value that are shown to people."""

NOTHING = "nothing changes: no install, no verdict and no finding"

NO_SUCH = "there are no such nodes"

TRAITS = {
    "content": "what is in its file",
    "nodes": "runs on",
    "object": "its object",
}
"""What traits of an install are called where that is not their name."""

REMARKS = {
    RemarkKind.ONLY_HERE: "{subject} is only in {side}: the other side has nothing in its place",
    RemarkKind.RENAMED: "{subject} of {side} is called {other} on the other side",
    RemarkKind.SUBMODULE: (
        "of the submodule {subject} nothing is known in {side}: its commit {other} is not in a "
        "checkout of it"
    ),
}

SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def side_words(side: Side) -> str:
    """Return what a side is, with the commit of a revision."""
    commit = side.commit[:DIGITS]
    return (
        f"{side.title} ({commit})" if commit and not side.title.startswith(commit) else side.title
    )


def compared(found: Comparison) -> str:
    """Return what is compared with what."""
    return f"{side_words(found.sides.before)} → {side_words(found.sides.after)}"


def remark_words(one: Remark) -> str:
    """Return a remark as a sentence without its full stop."""
    other = one.other[:DIGITS] if one.kind is RemarkKind.SUBMODULE else one.other
    return REMARKS[one.kind].format(subject=one.subject, side=one.side, other=other)


def kind_of(one: InstallChange) -> str:
    """Return whether an install was `added`, `removed` or `changed`."""
    if one.before is None:
        return "added"
    return "removed" if one.after is None else "changed"


def install_title(one: InstallChange) -> str:
    """Return what an install is called: after the change, if it is there."""
    found = one.after or one.before
    return found.title if found is not None else ""


def install_object(one: InstallChange) -> str:
    """Return the object of an install after the change, or before."""
    found = one.after or one.before
    return found.object if found is not None else ""


def install_place(one: InstallChange) -> Location | None:
    """Return the place of an install after the change, or before; None for one that is assumed."""
    found = one.after or one.before
    place = found.location() if found is not None else None
    return placed(place) if place is not None else None


def install_does(cluster: ClusterChange, one: InstallChange) -> str:
    """Return what an install that comes or goes does, or did, on the nodes it runs on."""
    whole, found = (
        (cluster.after, one.after) if one.after is not None else (cluster.before, one.before)
    )
    if whole is None or found is None:
        return ""
    on = [facts for facts in whole.classes if found in facts.installers]
    return does(found, on[0]) if on else "runs on no nodes"


def setting_name(one: SettingChange) -> str:
    """Return what a setting or a trait is called."""
    if one.trait and one.name.startswith(f"{CONTENT}/"):
        return f"{TRAITS[CONTENT]}, {one.name[len(CONTENT) + 1 :]}"
    return TRAITS.get(one.name, one.name) if one.trait else one.name


def setting_values(one: SettingChange, arrow: str = "→") -> str:
    """Return how a setting changes, its values cut where they are long."""
    none = "none" if one.trait else "not set"
    return f" {arrow} ".join(
        none if value is None else _shown(value) for value in (one.before, one.after)
    )


def setting_place(one: SettingChange) -> Location | None:
    """Return where a setting stands after the change, or stood before; a trait stands nowhere."""
    return None if one.trait else one.place_after or one.place_before


def _shown(value: str) -> str:
    line = one_line(value)
    return (line if len(line) <= MOST else f"{line[:MOST]}…") or '""'


def class_title(one: ClassChange) -> str:
    """Return what a class of nodes is called, with what it was before where that is another one."""
    names = [facts.name for facts in (one.after, one.before) if facts is not None]
    if len(set(names)) == 2:
        return f"{names[0]} (before: {names[1]})"
    return names[0]


def verdicts(cluster: ClusterChange, one: ClassChange) -> tuple[str, str]:
    """Return the verdicts of a class before the change and after it, each in one line."""
    before = _verdict(one.before, there=cluster.before is not None)
    return before, _verdict(one.after, there=cluster.after is not None)


def _verdict(facts: ClassFacts | None, *, there: bool) -> str:
    if facts is not None:
        return verdict_line(facts.verdict)
    return NO_CNI if there else NO_SUCH


def is_worse(cluster: ClusterChange, one: ClassChange) -> bool:
    """Whether the verdict of a class is worse; of a cluster that is gone, none is."""
    return cluster.after is not None and one.worse


def cluster_title(one: ClusterChange) -> str:
    """Return what a cluster is called, and that it is new, gone or renamed."""
    if one.before is None:
        return f"{one.name} (new)"
    if one.after is None:
        return f"{one.name} (gone)"
    return f"{one.name} (before: {one.before.name})" if one.renamed else one.name


def summary(found: Comparison) -> str:
    """Return in one line how much changed."""
    if found.empty:
        return NOTHING
    parts = [*_renamed(found), *_installs(found), *_verdicts(found)]
    new, gone = _levels(found.added), _levels(found.gone)
    parts += [f"new: {new}"] if new else []
    parts += [f"gone: {gone}"] if gone else []
    return "; ".join(parts)


def _renamed(found: Comparison) -> list[str]:
    number = sum(one.renamed for one in found.clusters)
    return [f"{counted(number, 'cluster')} renamed"] if number else []


def _installs(found: Comparison) -> list[str]:
    kinds = [kind_of(one) for cluster in found.clusters for one in cluster.installs]
    counts = [(kind, kinds.count(kind)) for kind in SIGNS]
    told = [f"{number} {kind}" for kind, number in counts if number]
    return [f"installs: {', '.join(told)}"] if told else []


def _verdicts(found: Comparison) -> list[str]:
    each = [is_worse(cluster, one) for cluster in found.clusters for one in cluster.classes]
    worse = sum(each)
    if not each:
        return []
    how = f", {worse} of them worse" if worse else ""
    return [f"{counted(len(each), 'verdict')} changed{how}"]


def _levels(findings: tuple[Finding, ...]) -> str:
    counts = [
        (sum(one.level is level for one in findings), level)
        for level in (Level.ERROR, Level.WARNING, Level.NOTE)
    ]
    return ", ".join(counted(number, str(level)) for number, level in counts if number)
