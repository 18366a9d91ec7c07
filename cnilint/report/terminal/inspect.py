"""What each class of nodes comes to, drawn: installs, the directory, and every outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.catalog.catalog import Action
from cnilint.catalog.installer import Installer
from cnilint.engine.result import Result
from cnilint.engine.sentences import cause_words, parting, verdict_line, ways
from cnilint.model.steps import Situation
from cnilint.report.glyphs import columns
from cnilint.report.words import counted, verdict_style
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.search import Outcome
from cnilint.start import replace

from .layout import LEAST_ROOM, aligned, hanging
from .paint import Line, Paint

DOES = {
    Action.WRITE: "writes {file}",
    Action.COPY: "writes {file}",
    Action.REFER: "writes {file}",
    Action.DELEGATE: "writes {file}",
    Action.INSERT: "chains itself into {target}",
    Action.NONE: "leaves the directory alone",
}
"""What an installer does in the directory, for people."""


def inspect_text(result: Result, paint: Paint) -> str:
    """Return the facts of each cluster, class of nodes by class of nodes."""
    lines: list[Line] = []
    for cluster in result.clusters:
        lines += [[], *_cluster(cluster, paint)] if lines else _cluster(cluster, paint)
    return paint.render(lines)


def _cluster(cluster: Cluster, paint: Paint) -> Iterator[Line]:
    installs = counted(len(cluster.installers), "CNI install")
    manifests = counted(len(cluster.manifests), "manifest")
    head: Line = [(f"cluster {cluster.name}: ", "strong")]
    yield from hanging(head, f"{installs} in {manifests}, read by {cluster.runtime}", "", paint)
    inside = replace(paint, width=paint.width - 2)
    for facts in cluster.classes:
        yield []
        yield [(facts.name, "strong")]
        for line in _class(facts, inside):
            yield [("│ ", "rule"), *line]
        for unknown in cluster.wildcards(facts):
            text = f"{unknown.object} may add a file of any name: no known product explains it"
            for line in hanging([("and: ", "warning")], text, "", inside):
                yield [("│ ", "rule"), *line]
        for outcome in facts.wild:
            for line in _wild(outcome, inside):
                yield [("│ ", "rule"), *line]
        answer = facts.verdict
        yield from hanging([("╰ ", "rule")], verdict_line(answer), verdict_style(answer), paint)


def _class(facts: ClassFacts, paint: Paint) -> Iterator[Line]:
    sections = [_installs(facts, paint), _directory(facts, paint)]
    sections += [_owned(facts, owner, paint) for owner in [*facts.delegates, None]]
    sections += [_parted(facts, paint), _emptied(facts, paint)]
    for section in filter(None, map(list, sections)):
        yield from section
        yield []


def _installs(facts: ClassFacts, paint: Paint) -> Iterator[Line]:
    if not facts.installers:
        return
    yield [("what is installed", "faint")]
    rows = [(one.title, one.role.value, one.object) for one in facts.installers]
    for installer, cells in zip(facts.installers, aligned(rows, paint), strict=True):
        title, role, thing = cells
        head = [(f"  {title}  ", "strong"), (f"{role}  ", "faint"), (f"{thing}  ", "")]
        if _fits(head, paint, LEAST_ROOM):
            yield from hanging(head, does(installer, facts), "", paint, paint.width)
        else:
            yield head[:2]
            yield [("    ", ""), (thing.rstrip(" "), "")]
            yield from hanging([("    ", "")], does(installer, facts), "", paint)
        if installer.assumed:
            yield from hanging([("    assumed: ", "warning")], installer.assumed, "", paint)


def _fits(line: Line, paint: Paint, more: int = 0) -> bool:
    """Whether a line has room, with some more columns behind it."""
    return sum(columns(text) for text, _style in line) + more <= paint.width


def does(installer: Installer, facts: ClassFacts) -> str:
    """Return what an installer does, its file named by its whole path where it lies elsewhere."""
    if installer.directory is None and installer.action is not Action.NONE:
        return "nothing of it reaches the node"
    written = installer.writes
    file = ""
    if written is not None:
        file = written.name if written.directory == facts.directory else written.path
    others = "every file" if installer.behaviour.every else "the first file"
    return DOES[installer.action].format(file=file, target=installer.behaviour.target or others)


def _directory(facts: ClassFacts, paint: Paint) -> Iterator[Line]:
    if not facts.entries:
        yield [(f"{facts.directory} stays empty", "faint")]
        return
    yield [(f"{facts.directory}, in the order it is read", "faint")]
    rows = [
        (each.name, " and ".join(each.written_by) or "not known", each.network or "no name")
        for each in facts.entries
    ]
    for entry, (name, writers, network) in zip(facts.entries, aligned(rows, paint), strict=True):
        takers = (_takers(facts, entry.name), "strong")
        row = [(f"  {name}  ", "file"), (f"{writers}  ", ""), (f"{network}  ", "faint")]
        if _fits([*row, takers], paint):
            yield [*row, takers]
        else:
            yield row[:1]
            yield [("    ", ""), *row[1:]]
            yield [("    ", ""), takers]


def _takers(facts: ClassFacts, name: str) -> str:
    """Return who takes a file: the container runtime, Multus, and whether in every outcome."""
    takers = (
        ("the runtime", {outcome.runtime for outcome in facts.outcomes}),
        (
            "Multus",
            {outcome.master for outcome in facts.outcomes if outcome.runtime != outcome.master},
        ),
    )
    found = [
        f"{taker} {'takes' if len(taken) == 1 else 'may take'} it"
        for taker, taken in takers
        if name in taken
    ]
    return f"◂ {', '.join(found)}" if found else ""


def _owned(facts: ClassFacts, owner: str | None, paint: Paint) -> Iterator[Line]:
    outcomes = [outcome for outcome in facts.outcomes if outcome.master == owner]
    for cause in dict.fromkeys(outcome.cause for outcome in outcomes):
        if owner is None:
            head = [("nothing owns the pods: ", "bad")]
            yield from hanging(head, cause_words(cause), "", paint)
        elif cause:
            head = [(owner, "file"), (" owns the pods, but ", "strong")]
            yield from hanging(head, cause_words(cause), "warning", paint)
        else:
            yield [(owner, "file"), (" owns the pods", "strong")]
        yield from _ways([outcome for outcome in outcomes if outcome.cause == cause], paint)


def _wild(outcome: Outcome, paint: Paint) -> Iterator[Line]:
    """Yield what a file of an unknown name would do, and the order that leads there."""
    what = "Multus takes it" if outcome.through_multus else "the runtime takes it"
    yield from hanging([("  ", ""), (outcome.master or "", "file")], f": {what}", "", paint)
    yield from _ways([outcome], paint)


def _parted(facts: ClassFacts, paint: Paint) -> Iterator[Line]:
    """Yield how two first boots come to different owners, where they do."""
    boots = [o for o in facts.outcomes if o.situation is Situation.FIRST_BOOT]
    each = list({o.master: o for o in sorted(boots, key=lambda o: -len(o.order))}.values())
    for other in each[1:]:
        said = parting(each[0], other)
        if said:
            yield from hanging([("two first boots: ", "faint")], said, "", paint)


def _emptied(facts: ClassFacts, paint: Paint) -> Iterator[Line]:
    if not facts.persistent:
        text = "nothing is left in /etc/cni (Bottlerocket), so it is a first boot again"
        yield from hanging([("reboot: ", "faint")], text, "", paint)


def _ways(outcomes: Sequence[Outcome], paint: Paint) -> Iterator[Line]:
    """Yield the steps to each outcome, under the situations in which they end there."""
    found = ways(outcomes)
    at_first = {way.words for way in found if Situation.FIRST_BOOT in way.situations}
    for way in found:
        yield [(f"  {', '.join(one.value for one in way.situations)}", "")]
        # After a reboot or a restart the order begins with that event.
        event, then = way.words[:1], way.words[1:]
        repeated = len(then) > 1 and then in at_first
        steps = (*event, "then the same as at the first boot") if repeated else way.words
        for number, step in enumerate(steps, 1):
            yield from hanging([(f"    {number}. ", "faint")], step, "", paint, paint.width)
        if not steps:
            yield [("    nothing is written", "faint")]
