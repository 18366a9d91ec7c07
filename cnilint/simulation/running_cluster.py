"""Two states of one cluster: what a change does to the installs on each class of its nodes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from cnilint.catalog.catalog import Action
from cnilint.catalog.installer import Installer
from cnilint.kube.node_classes import NodeClass, node_classes
from cnilint.kube.node_systems import node_groups, survives_reboot
from cnilint.model.steps import Situation
from cnilint.model.verdict import Doubt, Unknown
from cnilint.multus.configuration import Multus
from cnilint.multus.forms import multus
from cnilint.start import NamedTuple, dataclass, replace

from .class_facts import ClassFacts, Crew, crew
from .cluster import Cluster, definitions_of, exists, placements_of
from .install_fate import (
    Fate,
    InstallFate,
    Unread,
    after_reboot,
    install_fates,
    is_alike,
    unread,
)
from .owner import MULTUS_FILES
from .programs import Program
from .search import Outcome
from .transition import Handling, Nodes, ProgramChange, Standing, Transition, transition

NOT_KNOWN = Transition((), exhausted=True)
"""What comes of nodes of which not enough is known."""


class LeftFile(NamedTuple):
    """A file that stays on nodes although nothing that is installed writes it any more."""

    path: str
    installer: Installer
    """Who wrote it before the change."""

    @property
    def name(self) -> str:
        """The name of the file in its directory."""
        return posixpath.basename(self.path)


@dataclass(frozen=True, eq=False)
class RunningClass:
    """What a change does to one class of nodes, told apart by what runs there before and after.

    `before` and `after` are its facts in each state, None where nothing of a CNI runs there.
    `transition` is what comes of nodes that ran before; nothing where that is not known.
    """

    node_class: NodeClass
    before: ClassFacts | None
    after: ClassFacts | None
    installs: tuple[InstallFate, ...]
    transition: Transition
    persistent: bool = True
    """Whether the files of nodes that ran before outlive a reboot."""

    @property
    def name(self) -> str:
        """The class's name for people."""
        return self.node_class.name

    @property
    def doubt(self) -> Doubt | None:
        """What decides on the class or the change and is not known; None if nothing is."""
        each = [facts.doubt for facts in (self.before, self.after) if facts is not None]
        unseen = (one for one in self.installs if one.fate is Fate.UNKNOWN)
        each += [Doubt(Unknown.RESTART, one.installer.title) for one in unseen]
        return next((doubt for doubt in each if doubt is not None), None)

    @property
    def cut(self) -> bool:
        """Whether not every order was looked at."""
        facts = [one for one in (self.before, self.after) if one is not None]
        whole = all(one.simulation.exhausted for one in facts)
        return not (whole and self.transition.exhausted)

    @property
    def alters(self) -> bool:
        """Whether more comes of the change than that installs are added or start anew as they were.

        Where it is no more, what comes of nodes that ran before can come of new ones as well.
        """
        return any(not is_alike(one) for one in self.installs if one.fate is not Fate.ADDED)

    @property
    def running(self) -> tuple[Standing, ...]:
        """What comes of nodes that ran before, until they are rebooted."""
        return self.transition.of(Situation.CHANGE)

    @property
    def rebooted(self) -> tuple[Standing, ...]:
        """What comes of nodes that ran before once they are rebooted."""
        return self.transition.of(Situation.REBOOT)

    @property
    def new(self) -> tuple[Outcome, ...]:
        """What comes of nodes that are new after the change."""
        outcomes = self.after.outcomes if self.after is not None else ()
        return tuple(one for one in outcomes if one.situation is Situation.FIRST_BOOT)

    @cached_property
    def left(self) -> tuple[LeftFile, ...]:
        """The files of installs that are gone or changed which stay on nodes that ran before."""
        names = {name for one in self.running for name in one.files}
        return tuple(one for one in self._unwritten() if one.name in names)

    def _unwritten(self) -> Iterator[LeftFile]:
        """Yield the files that were written before the change and are not after it."""
        if self.before is None or self.after is None:
            return
        made = [one.writes.path for one in self.after.installers if one.writes is not None]
        kept = {*self.after.simulation.contents, *made}
        hosted = {f"{self.before.directory}/{e.name}" for e in self.before.entries if e.on_host}
        ended = [one for one in self.installs if one.fate in (Fate.REMOVED, Fate.RESTARTED)]
        gone = [one.before for one in ended if one.before is not None]
        for path in self.before.simulation.contents:
            if posixpath.dirname(path) != self.after.directory or path in kept or path in hosted:
                continue
            who = next((one for one in gone if _writes(one, path)), None)
            if who is not None:
                yield LeftFile(path, who)


@dataclass(frozen=True, eq=False)
class RunningCluster:
    """A cluster before and after a change.

    `classes` are those on which something changes, `unread` what changes of what programs read when
    they start, and of which nothing tells them.
    """

    before: Cluster
    after: Cluster
    classes: tuple[RunningClass, ...]
    unread: tuple[Unread, ...]


def running_cluster(before: Cluster, after: Cluster) -> RunningCluster:
    """Return what a change does to one cluster, given as it is before and after it.

    What comes of nodes is worked out for each class on which an install changes.
    """
    installs = install_fates(before, after)
    waiting = [one.before for one in installs if one.fate is Fate.WAITS and one.before is not None]
    both = _Both(before, after, after_reboot(after, waiting))
    classes = [
        found
        for node_class, members in both.classes()
        if (found := both.change(node_class, list(_here(installs, members)))) is not None
    ]
    missed = [
        each for one in installs if one.fate is Fate.UNREAD for each in unread(one, before, after)
    ]
    return RunningCluster(before, after, tuple(classes), tuple(missed))


class _Both:
    """Both states of a cluster, and what runs on a node of each class in them."""

    def __init__(self, before: Cluster, after: Cluster, rebooted: Mapping[int, Installer]) -> None:
        """`rebooted` is what an install from before runs as after a reboot, by its identity."""
        self._before = before
        self._after = after
        self._rebooted = rebooted
        self._groups = list(node_groups(before.manifests))

    def classes(self) -> Iterator[tuple[NodeClass, list[Installer]]]:
        """Yield the classes of nodes that both states tell apart, with what runs there."""
        each = [*self._before.installers, *self._after.installers]
        placements, domains = placements_of(each)
        for node_class in node_classes(placements, domains) if each else ():
            if exists(node_class, domains, self._after.known.node_classes):
                yield node_class, [each[at] for at in sorted(node_class.members)]

    def change(self, node_class: NodeClass, here: list[InstallFate]) -> RunningClass | None:
        """Return what becomes of a class; None where nothing changes."""
        if all(one.fate is Fate.KEPT for one in here):
            return None
        before = _facts(self._before, [one.before for one in here])
        after = _facts(self._after, [one.after for one in here])
        kept = survives_reboot(self._groups, node_class.labels)
        found = RunningClass(node_class, before, after, tuple(here), NOT_KNOWN, kept)
        if before is None or after is None or found.doubt is not None:
            return found
        if before.directory != after.directory:
            return found
        came = self._transition(here, before, after, persistent=kept)
        return replace(found, transition=came)

    def _transition(
        self,
        here: Sequence[InstallFate],
        before: ClassFacts,
        after: ClassFacts,
        *,
        persistent: bool,
    ) -> Transition:
        old, new = _crew(self._before, before), _crew(self._after, after)
        reading = new.reading
        if not reading.masters:
            reading = reading._replace(masters=old.reading.masters)
        parts = [part for one in here if (part := self._part(one, old, new)) is not None]
        nodes = [Nodes(old.files, old.reading, persistent), Nodes(new.files, reading, persistent)]
        return transition(parts, *nodes)

    def _part(self, one: InstallFate, old: Crew, new: Crew) -> ProgramChange | None:
        """Return what becomes of an install's program; None where it has none at any time."""
        before, after = _program(old, one.before), _program(new, one.after)
        if before is None and after is None:
            return None
        if one.fate is Fate.KEPT or one.fate is Fate.UNREAD:
            return ProgramChange(before, None, after, Handling.LEFT)
        if one.fate is Fate.WAITS:
            rebooted = self._rebooted.get(id(one.before))
            again = before if rebooted is None else _alone(self._after, rebooted)
            return ProgramChange(before, None, again, Handling.LEFT)
        surges = Handling.STARTED_FIRST if one.surges else Handling.REPLACED
        return ProgramChange(before, after, after, surges)


def _here(installs: Iterable[InstallFate], members: Iterable[Installer]) -> Iterator[InstallFate]:
    """Yield what becomes of the installs that run on a class of nodes, before or after."""
    running = {id(one) for one in members}
    for one in installs:
        before = one.before if id(one.before) in running else None
        after = one.after if id(one.after) in running else None
        if before is one.before and after is one.after:
            yield one
        elif before is not None:
            yield InstallFate(before, None, Fate.REMOVED)
        elif after is not None:
            yield InstallFate(None, after, Fate.ADDED)


def _facts(cluster: Cluster, members: Iterable[Installer | None]) -> ClassFacts | None:
    """Return the facts of the class on which some installs run, and no other; None without any."""
    wanted = {id(one) for one in members if one is not None}
    found = (f for f in cluster.classes if {id(one) for one in f.installers} == wanted)
    return next(found, None) if wanted else None


def _crew(cluster: Cluster, facts: ClassFacts) -> Crew:
    return crew(
        facts.installers,
        facts.multuses,
        cluster.known.host_files,
        cluster.runtime,
        definitions_of(cluster.manifests),
    )


def _alone(cluster: Cluster, one: Installer) -> Program | None:
    """Return the program of an install that is in no state of a cluster as it is."""
    multuses: list[Multus] = [found for found in [multus(one)] if found is not None]
    found = crew([one], multuses, (), cluster.runtime, definitions_of(cluster.manifests))
    return _program(found, one)


def _program(found: Crew, one: Installer | None) -> Program | None:
    return next((program for member, program in found.programs if member is one), None)


def _writes(one: Installer, path: str) -> bool:
    """Whether an install makes a file, or the single plugin of which others made that list."""
    name = posixpath.basename(path)
    if one.action is Action.DELEGATE and name in MULTUS_FILES:
        return True
    return one.writes is not None and one.writes.path in (path, path.removesuffix("list"))
