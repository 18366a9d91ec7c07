"""What a change of one cluster does to its nodes that already run, as findings."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.engine.checks import CHANGE_CHECKS
from cnilint.engine.checks.changes import tells_what_stays
from cnilint.engine.evaluate import finding_of
from cnilint.engine.places import doubted, placed_finding
from cnilint.engine.policy import EVERYTHING, Policy
from cnilint.engine.sentences import UNKNOWN
from cnilint.model.finding import Finding, Level, Note
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.running_cluster import RunningClass, RunningCluster, running_cluster
from cnilint.start import NamedTuple


class RunningNodes(NamedTuple):
    """What a change does to nodes that already run.

    `findings` are those of the rules of family 6, in the files of the state after the change;
    `notes` say what is not known, and which files stay without harm. `classes` has for each class
    of nodes on which something changes what becomes of each install, and who owns the pods: of
    nodes that ran before (`running`, `rebooted`) and of new ones (`new`).
    """

    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    classes: tuple[RunningClass, ...] = ()


def running_nodes(
    before: Cluster | None, after: Cluster | None, policy: Policy = EVERYTHING
) -> RunningNodes:
    """Return what a change does to the running nodes of one cluster, given before and after it.

    A cluster that is new (no `before`) has no such nodes, and of one that is gone (no `after`)
    nobody tells what becomes of its nodes: nothing is said of either. `policy` says which rules are
    off and at which level others are. What is ignored beside findings is for the caller to ask.
    """
    if before is None or after is None:
        return RunningNodes()
    change = running_cluster(before, after)
    findings = tuple(_findings(change, policy))
    return RunningNodes(findings, tuple(_notes(change)), change.classes)


def _findings(change: RunningCluster, policy: Policy) -> Iterator[Finding]:
    for rule in policy.rules:
        if policy.level(rule) is Level.OFF:
            continue
        for check in rule.check:
            for hit in CHANGE_CHECKS[check](change) if check in CHANGE_CHECKS else ():
                finding = finding_of(rule, hit, change.after.name, policy)
                yield placed_finding(doubted(finding, change.after))


def _notes(change: RunningCluster) -> Iterator[Note]:
    """Yield of which classes nothing is said and why, and which files stay without harm."""
    for one in change.classes:
        why = _unknown(one)
        if why:
            said = f"{one.name}: what the change does to nodes that already run is not known: {why}"
            yield Note(said, None, change.after.name)
        else:
            yield from _harmless(one, change.after.name)


def _unknown(one: RunningClass) -> str:
    """Return why nothing is said of a class, empty where something is."""
    if one.doubt is not None:
        return UNKNOWN[one.doubt.unknown].format(title=one.doubt.title)
    if one.after is None or not one.after.decided:
        return "no CNI is in view after it"
    if one.before is None or not one.before.decided:
        return "no CNI is in view before it"
    if one.before.directory != one.after.directory:
        return f"the CNI directory was {one.before.directory} and is {one.after.directory}"
    return "there are too many orders to look at each" if one.cut else ""


def _harmless(one: RunningClass, cluster_name: str) -> Iterator[Note]:
    """Yield the files that stay and own nothing, where no finding says so."""
    until = "" if one.persistent else " until they are rebooted"
    for left in () if tells_what_stays(one) else one.left:
        yield Note(
            f"{one.name}: {left.name} of {left.installer.title} stays on nodes that already run"
            f"{until}, and owns no pods there",
            None,
            cluster_name,
        )
