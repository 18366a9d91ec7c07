"""What differs between two runs: installs, verdicts of classes of nodes, and findings.

Only what changed is in a comparison. Swapping its sides gives the same changes, each the other way
round.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

from cnilint.catalog.installer import Installer
from cnilint.catalog.release import shown
from cnilint.engine.difference import changes
from cnilint.engine.evaluate import merged
from cnilint.engine.ignores.baseline import old
from cnilint.engine.ignores.identity import identity
from cnilint.engine.ignores.suppress import judged
from cnilint.engine.places import placed
from cnilint.engine.result import Result, Suppressed
from cnilint.engine.sentences import newly_ignored
from cnilint.kube.node_classes import NodeClass
from cnilint.model.finding import Finding, Level, Location, Note, Operation
from cnilint.model.tree import plain
from cnilint.model.verdict import RANKS, Verdict, VerdictKind
from cnilint.multus.configuration import Multus
from cnilint.multus.settings import KEYS, spelling
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple, replace

from .found import Found
from .running_nodes import running_nodes
from .sides import Sides

ENOUGH = 0.5
"""How much of the objects of two clusters has to be the same for one to be the other."""

CONTENT = "content"
"""The trait that is the text of the file that an install writes, and before what is in it."""

NOT_TOLD = frozenset({"by", "configuration", "configuration_path", "form", "image_tag"})
"""Settings of which something else tells: the form, the members of a configuration, the release."""


class SettingChange(NamedTuple):
    """A setting, or another trait, of an install: its values, None where it has none; its places.

    `trait` says that it is no setting of the product: its release, its file, its nodes, ...
    """

    name: str
    before: str | None
    after: str | None
    place_before: Location | None = None
    place_after: Location | None = None
    trait: bool = False


class InstallChange(NamedTuple):
    """An install that was added (no `before`), removed (no `after`) or changed."""

    before: Installer | None
    after: Installer | None
    settings: tuple[SettingChange, ...] = ()


class ClassChange(NamedTuple):
    """A class of nodes whose verdict changed; None on a side that has no such class.

    One that is told apart on one side alone stands beside each that it was, or becomes, a part of.
    """

    before: ClassFacts | None
    after: ClassFacts | None

    @property
    def worse(self) -> bool:
        """Whether the verdict is a worse one after the change."""
        return _rank(self.after) < _rank(self.before)


class ClusterChange(NamedTuple):
    """What changed in a cluster; None on a side that does not have it."""

    before: Cluster | None
    after: Cluster | None
    installs: tuple[InstallChange, ...]
    classes: tuple[ClassChange, ...]
    renamed: bool = False
    """Whether it is called otherwise than before, within the side that it is on."""

    @property
    def name(self) -> str:
        """What it is called after the change, or was before it."""
        found = self.after or self.before
        return found.name if found is not None else ""

    @property
    def worse(self) -> bool:
        """Whether a verdict is worse; of a cluster that is gone, none is."""
        return self.after is not None and any(one.worse for one in self.classes)

    @property
    def empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.installs or self.classes or self.renamed)


class Comparison(NamedTuple):
    """Two runs, and what differs between them.

    `new` and `gone` are findings that only one of them has; those that are known count in neither.
    `running` are the findings about nodes that run while the change comes, `notes` what else is to
    be known of these, and which findings only the change ignores.
    """

    sides: Sides
    before: Result
    after: Result
    clusters: tuple[ClusterChange, ...]
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    running: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def added(self) -> tuple[Finding, ...]:
        """Every finding that the change brings."""
        return (*self.new, *self.running)

    @property
    def empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.clusters or self.added or self.gone)

    def fails(self, least: Level | None) -> bool:
        """Whether a verdict is worse, or a finding new from some level on (None: nothing fails)."""
        if least is None:
            return False
        worse = any(one.worse for one in self.clusters)
        return worse or any(finding.level >= least for finding in self.added)


def compare(sides: Sides, found: Found) -> Comparison:
    """Return what differs between what was found before a change and after it."""
    before, after = found.before, found.after
    inside = (sides.before.inside, sides.after.inside)
    pairs = list(cluster_pairs(before.clusters, after.clusters, inside))
    changes = [_cluster_change(*pair, inside) for pair in pairs]
    was = [identity(finding) for finding in before.findings]
    now = [identity(finding) for finding in after.findings]
    is_old, is_kept = old(after.findings, was), old(before.findings, now)
    running, ignored, notes = _on_running_nodes(pairs, found)
    newly = found.told(replace(after, suppressed=(*after.suppressed, *ignored))).newly_ignored
    return Comparison(
        sides=sides,
        before=before,
        after=after,
        clusters=tuple(one for one in changes if not one.empty),
        new=tuple(one for one, known in zip(after.findings, is_old, strict=True) if not known),
        gone=tuple(one for one, kept in zip(before.findings, is_kept, strict=True) if not kept),
        running=running,
        notes=(*(Note(*newly_ignored(one.finding)) for one in newly), *notes),
    )


ClusterPair = tuple[Cluster | None, Cluster | None]


def _on_running_nodes(
    pairs: Sequence[ClusterPair], found: Found
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...], tuple[Note, ...]]:
    """Return what happens on nodes that already run, what of it is ignored, and what else is known.

    A cluster that the change does not reach has nothing of it.
    """
    told = [running_nodes(*pair, found.policy) for pair in pairs if pair[0] is not pair[1]]
    findings = [finding for one in told for finding in one.findings]
    notes = tuple(note for one in told for note in one.notes)
    if not findings:
        return (), (), notes
    sorted_out = judged(findings, found.inputs, found.policy)
    ignored = tuple(Suppressed(finding, why, 0) for finding, why in sorted_out.known)
    return tuple(merged(sorted_out.kept)), ignored, notes


Naming = Callable[[str], str]
"""Of a path or a name on a side, what it is called within that side."""


def cluster_pairs(
    before: Sequence[Cluster], after: Sequence[Cluster], inside: tuple[Naming, Naming] = (str, str)
) -> Iterator[ClusterPair]:
    """Yield clusters with their counterparts: by name, then by the objects that they get.

    In the order of those after the change, then those that are gone. `inside` says what a name of
    either side is called there.
    """
    earlier = {inside[0](one.name): one for one in before}
    names = {one.name: inside[1](one.name) for one in after}
    pairs = {name: earlier[own] for name, own in names.items() if own in earlier}
    found = {id(one) for one in pairs.values()}
    rest = [one for one in before if id(one) not in found]
    new = [one for one in after if one.name not in pairs]
    likeness = sorted(
        (
            (-_likeness(one, other), one.name, other.name, one, other)
            for one in rest
            for other in new
        ),
        key=lambda each: each[:3],
    )
    taken: set[str] = set()
    for negative, was, now, one, _other in likeness:
        if -negative >= ENOUGH and was not in taken and now not in pairs:
            pairs[now] = one
            taken.add(was)
    yield from ((pairs.get(one.name), one) for one in after)
    yield from ((one, None) for one in rest if one.name not in taken)


def _likeness(one: Cluster, other: Cluster) -> float:
    mine, theirs = ({each.title for each in cluster.manifests} for cluster in (one, other))
    every = mine | theirs
    return len(mine & theirs) / len(every) if every else 0


def _cluster_change(
    before: Cluster | None, after: Cluster | None, inside: tuple[Naming, Naming]
) -> ClusterChange:
    if before is after:
        return ClusterChange(before, after, (), ())
    renamed = before and after and inside[0](before.name) != inside[1](after.name)
    return ClusterChange(
        before,
        after,
        tuple(_install_changes(before, after)),
        tuple(_class_changes(before, after)),
        bool(renamed),
    )


# Installs


def _install_changes(before: Cluster | None, after: Cluster | None) -> Iterator[InstallChange]:
    mine = list(before.installers) if before is not None else []
    theirs = list(after.installers) if after is not None else []
    pairs = _paired(mine, theirs)
    for one, other in pairs:
        if one is None or other is None or before is None or after is None:
            yield InstallChange(one, other)
        elif settings := tuple(_setting_changes(one, other, before, after)):
            yield InstallChange(one, other, settings)


VIEWS: tuple[Callable[[Installer], Hashable], ...] = (
    lambda one: (one.product.id, one.object),
    lambda one: one.object,
    lambda one: one.product.id,
)
"""What of two installs is compared to see that they are the same one, strictest first."""


def _paired(
    mine: Sequence[Installer], theirs: Sequence[Installer]
) -> Iterator[tuple[Installer | None, Installer | None]]:
    """Yield installs with their counterparts: those after the change in their order, then others.

    Several that are alike in a view go together in their order, if there are as many of them.
    """
    partner: dict[int, Installer] = {}
    taken: set[int] = set()
    for view in VIEWS:
        left = [one for one in mine if id(one) not in taken]
        right = [one for one in theirs if id(one) not in partner]
        counts = (Counter(map(view, left)), Counter(map(view, right)))
        for key in counts[0].keys() & counts[1].keys():
            if counts[0][key] != counts[1][key]:
                continue
            some = [one for one in left if view(one) == key]
            others = [one for one in right if view(one) == key]
            for one, other in zip(some, others, strict=True):
                partner[id(other)] = one
                taken.add(id(one))
    yield from ((partner.get(id(other)), other) for other in theirs)
    yield from ((one, None) for one in mine if id(one) not in taken)


class _Value(NamedTuple):
    """What a setting has on one side; `spelled` is what it is called there."""

    value: str
    place: Location | None = None
    trait: bool = False
    spelled: str = ""


def _setting_changes(
    one: Installer, other: Installer, before: Cluster, after: Cluster
) -> Iterator[SettingChange]:
    mine, theirs = dict(_values(one, before)), dict(_values(other, after))
    _add_variables((mine, _variables(one)), (theirs, _variables(other)))
    for name in dict.fromkeys((*mine, *theirs)):
        was, now = mine.get(name), theirs.get(name)
        told = [each for each in (was, now) if each is not None and (each.trait or each.place)]
        if not told or (was and was.value) == (now and now.value):
            continue  # nobody wrote it, such as a default of the product, or it is the same
        if name == CONTENT and was is not None and now is not None:
            yield from _content_changes(was, now)
            continue
        spelled = {each.spelled or name for each in told}
        yield SettingChange(
            spelled.pop() if len(spelled) == 1 else name,
            was.value if was is not None else None,
            now.value if now is not None else None,
            was.place if was is not None else None,
            now.place if now is not None else None,
            trait=told[0].trait,
        )


def _content_changes(was: _Value, now: _Value) -> Iterator[SettingChange]:
    """Yield what changes in a file that is written, member by member where it is JSON."""
    try:
        found = list(changes(json.loads(was.value), json.loads(now.value)))
    except (ValueError, RecursionError):
        yield SettingChange(CONTENT, was.value, now.value, was.place, now.place, trait=True)
        return
    for one in found:
        name = "/".join((CONTENT, *map(str, one.steps)))
        old = None if one.operation is Operation.ADD else _text(one.old)
        new = None if one.operation is Operation.REMOVE else _text(one.new)
        yield SettingChange(name, old, new, was.place, now.place, trait=True)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _values(one: Installer, cluster: Cluster) -> Iterator[tuple[str, _Value]]:
    """Yield what tells how an install is set: its traits, then the settings of its product."""
    place = one.location()
    where = placed(place) if place is not None else None
    for name, value in _traits(one, cluster):
        if value:
            yield name, _Value(value, where, trait=True)
    for name, setting in one.settings.items():
        if name not in NOT_TOLD and (setting.value or setting.text is not None):
            at = placed(setting.text.location) if setting.text is not None else None
            yield name, _Value(setting.value, at)
    multus = next((each for each in cluster.multuses if each.installer is one), None)
    if multus is not None:
        yield from _of_multus(multus)


def _variables(one: Installer) -> dict[str, _Value]:
    """Return the variables of the container that installs, as far as they are in view."""
    if one.container is None:
        return {}
    found, _complete = one.container.environment.variables()
    return {
        name: _Value(text.value, placed(text.location))
        for name, text in found.items()
        if text is not None
    }


def _add_variables(*sides: tuple[dict[str, _Value], Mapping[str, _Value]]) -> None:
    """Add variables to the settings of both sides, but for those that a setting is read from."""
    read = {
        name
        for told, variables in sides
        for name, one in variables.items()
        if any(one.place == setting.place for setting in told.values())
    }
    for told, variables in sides:
        told.update({name: one for name, one in variables.items() if name not in read})


def _traits(one: Installer, cluster: Cluster) -> Iterator[tuple[str, str]]:
    yield "product", one.title
    yield "object", one.object
    # what is known of a chart is its own release, which need not be that of what it installs
    yield "chart" if one.form.kind == "release" else "release", shown(one.release)
    yield "role", one.role.value
    yield "file", one.writes.path if one.writes is not None else (one.directory or "")
    yield CONTENT, one.writes.content if one.writes is not None else ""
    yield "nodes", ", ".join(each.name for each in cluster.classes if one in each.installers)


def _of_multus(multus: Multus) -> Iterator[tuple[str, _Value]]:
    """Yield the settings of Multus, which have a spelling of their own in each of its families.

    They are followed by the other members of a daemon configuration.
    """
    for name in KEYS:
        given = multus.given(name)
        if given is not None:
            place, how = placed(given.location), spelling(multus.family, name)
            yield name, _Value(_text(given.value), place, spelled=how)
    known = {key.casefold() for key, *_flags in KEYS.values()}
    for name, tree in multus.members():
        given = multus.member(name, exactly=True)
        if name.casefold() not in known and given is not None:
            yield name, _Value(_text(plain(tree)), placed(given.location))


# Classes of nodes


def _class_changes(before: Cluster | None, after: Cluster | None) -> Iterator[ClassChange]:
    mine = before.classes if before is not None else ()
    theirs = after.classes if after is not None else ()
    for one, other in class_pairs(mine, theirs):
        if _said(one) != _said(other):
            yield ClassChange(one, other)


def class_pairs(
    before: Sequence[ClassFacts], after: Sequence[ClassFacts]
) -> Iterator[tuple[ClassFacts | None, ClassFacts | None]]:
    """Yield classes of nodes with their counterparts: by name, else each that shares nodes.

    Nodes may be told apart on one side alone; a class that has no counterpart stands alone.
    """
    names = {one.name for one in before} & {one.name for one in after}
    met: set[int] = set()
    for other in after:
        for one in before:
            by_name = one.name == other.name
            apart = not {one.name, other.name} <= names
            if by_name or (apart and _share_nodes(one.node_class, other.node_class)):
                met |= {id(one), id(other)}
                yield one, other
        if id(other) not in met:
            yield None, other
    yield from ((one, None) for one in before if id(one) not in met)


def _share_nodes(one: NodeClass, other: NodeClass) -> bool:
    """Whether a node can be of both classes, as far as the labels that matter tell."""
    both = one.labels.keys() & other.labels.keys()
    return all(one.labels[key] == other.labels[key] for key in both)


def _said(facts: ClassFacts | None) -> Verdict | None:
    return facts.verdict.alone if facts is not None else None


def _rank(facts: ClassFacts | None) -> int:
    return RANKS[facts.verdict.kind if facts is not None else VerdictKind.UNDECIDED]
