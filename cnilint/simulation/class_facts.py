"""One class of nodes: what runs there, and what comes of that in every order of events."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from types import MappingProxyType

from cnilint.catalog.catalog import Action, Role, known_files, runtime_directories
from cnilint.catalog.form import DeliveryForm
from cnilint.catalog.installer import Installer
from cnilint.catalog.unknown_installer import UnknownWriter
from cnilint.catalog.written_file import network_name
from cnilint.kube.node_classes import NodeClass
from cnilint.model.steps import Actor, Cause, Failure, Held
from cnilint.model.verdict import Doubt, Unknown, Verdict, VerdictKind
from cnilint.multus.configuration import Multus
from cnilint.start import NamedTuple, dataclass, kept
from cnilint.upstream.confdir import encoded
from cnilint.upstream.gojson import JSONError

from .health import Chained, bypassed, chained
from .owner import MULTUS_FILES, Reading
from .programs import Files, Program, candidates, names_in, program
from .search import Outcome, Simulation
from .shared import Simulations
from .unknown_file import strangers_outcomes

NO_REASON = Cause(Failure.UNKNOWN)

MAKES = (Action.WRITE, Action.COPY, Action.REFER)
"""What an install does that brings a file of its own."""


class HostFile(NamedTuple):
    """A file that is on every node before anything runs: a name and its content."""

    name: str
    content: str


class DirectoryEntry(NamedTuple):
    """A file of the directory the runtime reads, in some outcome: who writes it, whose network.

    `on_host`: it is there before anything runs, and then the host is the last one who writes it.
    """

    name: str
    written_by: tuple[str, ...]
    network: str
    on_host: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ClassFacts:
    """A class of nodes: what runs there, and every way its CNI directory can come to look."""

    node_class: NodeClass
    directory: str
    installers: tuple[Installer, ...]
    multuses: tuple[Multus, ...]
    simulation: Simulation
    entries: tuple[DirectoryEntry, ...]
    persistent: bool = True
    """Whether files outlive a reboot; where they do not, one is like a first boot."""
    wild: tuple[Outcome, ...] = ()
    """Outcomes in which a file of an unknown workload owns the pods."""
    unread: str = ""
    """What may bring something else that runs here, and was not read; empty where nothing may."""
    primary: str = ""
    """The file that is to own the pods; empty where nothing says so."""

    @property
    def name(self) -> str:
        """The class's name for people."""
        return self.node_class.name

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every distinct outcome."""
        return self.simulation.outcomes

    @kept
    def delegates(self) -> list[str]:
        """The files a pod's own network may come from, in byte order."""
        found = {outcome.master for outcome in self.outcomes if outcome.master is not None}
        return sorted(found, key=encoded)

    @property
    def deterministic(self) -> bool:
        """Whether all is well for sure: one owner, and all that is installed works."""
        return self.verdict.good

    @kept
    def chained(self) -> list[Chained]:
        """The plugins that the installs mean to have in the pods' own network."""
        return chained(self.installers, multus=bool(self.multuses))

    @kept
    def stale(self) -> list[str]:
        """The files that own the pods in some order although no install writes them.

        A file of the host is meant where Multus is told it, or where no install brings another.
        """
        named = {one.master for one in self.multuses} | {self.primary}
        made = {m.writes.name for m in self.installers if m.writes is not None}
        brings = any(
            m.writes is not None and m.role in (Role.PRIMARY, Role.CHAINED) and m.action in MAKES
            for m in self.installers
        )
        hosted = {entry.name for entry in self.entries if entry.on_host}
        found = [name for name in self.delegates if name in hosted - made - named]
        return found if brings else []

    @kept
    def doubt(self) -> Doubt | None:
        """What decides on the class and is not in view, or filled in later; None if nothing is."""
        titles = (one.installer.title for one in self.multuses if self._hides(one))
        told = (Doubt(Unknown.SETTINGS, title) for title in titles)
        written = (Doubt(Unknown.FILE, one.title) for one in self.installers if one.later)
        return next(chain(told, written), None)

    def _hides(self, one: Multus) -> bool:
        """Whether what decides on a Multus is not in view: its settings, or the file it copies."""
        if not one.in_view:
            return not _ends_at_once(one)
        if one.auto or one.copied is not None:
            return False
        without_network = Cause(Failure.CLUSTER_NETWORK_UNREADABLE)
        return any(each.cause == without_network for each in self.outcomes)

    @property
    def _unread(self) -> Doubt | None:
        """What may bring another CNI, or change one, and was not read; None if nothing may."""
        sources = [Doubt(Unknown.SOURCE, self.unread)] if self.unread else []
        return next(chain(sources, _unread_values(self.installers)), None)

    @property
    def _shows_a_cni(self) -> bool:
        # another product's file for Multus says nothing of what the pods' own network is
        shown = any(
            m.action is Action.WRITE and (m.role is Role.PRIMARY or m.directory == self.directory)
            for m in self.installers
        )
        return shown or bool(self.delegates) or any(entry.on_host for entry in self.entries)

    @kept
    def decided(self) -> bool:
        """Whether these manifests say anything of the class: some CNI gives it a network.

        Where only Multus or a chained plugin runs, the CNI they build on is not in view; and what
        a CNI does whose settings are not in view is not known.
        """
        return self.doubt is None and self._shows_a_cni

    def written(self, directory: str) -> set[str]:
        """Return the names that may come to be in a host directory, in any order of events."""
        return set(names_in(self.simulation.contents, directory))

    def shortest(self, master: str | None) -> Outcome | None:
        """Return the outcome that shows an owner best: the earliest situation, the fewest steps."""
        found = [outcome for outcome in self.outcomes if outcome.master == master]
        return min(found, key=lambda outcome: outcome.rank, default=None)

    @kept
    def verdict(self) -> Verdict:
        """The answer for the class."""
        outcomes = self.outcomes
        failing = (o.cause or NO_REASON for o in outcomes if o.cause or o.master is None)
        found = Verdict(
            VerdictKind.DETERMINISTIC,
            owners=tuple(self.delegates),
            causes=tuple(dict.fromkeys(failing)),
            reserved=bool(self.wild),
            cut=not self.simulation.exhausted,
        )
        if not self.decided:
            return found._replace(kind=VerdictKind.UNDECIDED, doubt=self.doubt or self._unread)
        missed = any(o.master is not None and not o.through_multus for o in outcomes)
        lost = [one.installer.title for one in self.multuses] if missed else []
        passed = [each.chained for each in bypassed(outcomes, self.chained)]
        found = found._replace(
            held=tuple(dict.fromkeys(one for o in outcomes for one in o.held)),
            stale=tuple(self.stale),
            lost=tuple(dict.fromkeys((*lost, *(each.installer.title for each in passed)))),
            plugins=tuple(dict.fromkeys(each.plugin for each in passed)),
            doubt=self._unread,
        )
        return found._replace(kind=_worst(found))


def _worst(found: Verdict) -> VerdictKind:
    """Return the kind of a verdict: the worst that is certain."""
    certain = {
        VerdictKind.NEVER_READY: bool(found.causes or found.held or not found.owners),
        VerdictKind.RACE: len(found.owners) > 1,
        VerdictKind.STALE_OWNER: bool(found.stale),
        VerdictKind.BYPASSED: bool(found.lost),
        VerdictKind.UNDECIDED: found.doubt is not None or found.cut,
        VerdictKind.DETERMINISTIC: True,
    }
    return next(kind for kind, holds in certain.items() if holds)


class Crew(NamedTuple):
    """What runs on a class of nodes: each install with its program, in the order of their steps.

    `files` are there before anything runs, and `reading` says how the nodes are read. What an
    install does to files is not known where it has no program.
    """

    programs: tuple[tuple[Installer, Program], ...]
    files: Files
    reading: Reading


def crew(
    members: Sequence[Installer],
    multuses: Sequence[Multus],
    host_files: Sequence[HostFile],
    runtime: str,
    definitions: Mapping[str, str] = MappingProxyType({}),
) -> Crew:
    """Return the programs of the installers of a class of nodes; see `class_facts`."""
    directory = _runtime_directory(members, multuses)
    programs = [(m, made) for m in members if (made := _program(m)) is not None]
    programs += [
        (one.installer, made) for one in multuses if (made := multus_program(one)) is not None
    ]
    present: dict[str, str] = {
        posixpath.join(directory, file.name): file.content for file in host_files
    }
    for one in multuses:
        present |= {**_unknown_readiness_file(one), **_named_host_file(one, members)}
    kinds = {m.product.plugins[0]["type"]: None for m in members if m.action is Action.INSERT}
    how = reading(directory, multuses, runtime)._replace(
        chained=tuple(kinds), definitions=definitions
    )
    return Crew(tuple(programs), present, how)


def class_facts(  # noqa: PLR0913  what runs on a class of nodes is found by several rooms
    node_class: NodeClass,
    members: Sequence[Installer],
    multuses: Sequence[Multus],
    host_files: Sequence[HostFile],
    runtime: str,
    *,
    unknown: Sequence[UnknownWriter] = (),
    persistent: bool = True,
    primary: str = "",
    unread: str = "",
    definitions: Mapping[str, str] = MappingProxyType({}),
    simulations: Simulations | None = None,
) -> ClassFacts:
    """Return what comes of the installers on one class of nodes, by playing every order through.

    `multuses` are the configurations of those that are Multus; `runtime` is a selector of
    `predict`; `unknown` are the workloads there that no entry of the catalog explains.
    `definitions` are the NetworkAttachmentDefinitions in Multus's own namespace, and `simulations`
    those of the run.
    """
    played = simulations or Simulations()
    found = crew(members, multuses, host_files, runtime, definitions)
    present, how = found.files, found.reading
    directory, programs = how.directory, [made for _installer, made in found.programs]
    simulation = _with_failing_pods(
        played.of(programs, present, how, persistent=persistent), multuses
    )
    return ClassFacts(
        node_class=node_class,
        directory=directory,
        installers=tuple(members),
        multuses=tuple(multuses),
        simulation=simulation,
        entries=_entries(directory, members, multuses, present, simulation.contents),
        persistent=persistent,
        primary=primary,
        unread=unread,
        wild=strangers_outcomes(
            [
                Actor(one.object, object=one.object, location=one.location)
                for one in unknown
                if one.directory == directory
            ],
            programs,
            present,
            how,
            played,
        ),
    )


def _with_failing_pods(found: Simulation, multuses: Sequence[Multus]) -> Simulation:
    """Return a simulation in which a Multus is not up that fails every pod it is asked for."""
    if not multuses:
        return found
    from cnilint.multus.start import pods_failure, start_failure

    from .multus_programs import multus_actor

    failing = tuple(
        Held(multus_actor(one), cause)
        for one in multuses
        if start_failure(one) is None and (cause := pods_failure(one)) is not None
    )
    if not failing:
        return found
    outcomes = (
        each._replace(held=(*each.held, *failing)) if each.through_multus else each
        for each in found.outcomes
    )
    return found._replace(outcomes=tuple(outcomes))


def _unread_values(members: Sequence[Installer]) -> Iterator[Doubt]:
    """Yield the installs by a chart or add-on of whose values some are not in view."""
    for one in members:
        if isinstance(one.form, DeliveryForm) and one.form.delivery.unread:
            yield Doubt(Unknown.VALUES, one.title)


def _runtime_directory(members: Sequence[Installer], multuses: Sequence[Multus]) -> str:
    """Return the host directory the runtime reads: the known one that something is written to."""
    used = {m.writes.directory for m in members if m.writes is not None}
    used |= {m.directory for m in members if m.directory is not None}
    used |= {one.conf_host for one in multuses if one.conf_host is not None}
    known = runtime_directories()
    return next((directory for directory in known if directory in used), known[0])


def reading(directory: str, multuses: Sequence[Multus], runtime: str) -> Reading:
    """Return how a node is read: who reads which directory, and what overrides Multus's pick."""
    masters, network = "", None
    for one in multuses:
        masters = one.autoconfig_host or masters
        given = one.given("cluster_network")
        if given is not None and isinstance(given.value, str):
            network = one.host_path(given.value) or ""
    return Reading(directory, runtime, masters, network)


def _ends_at_once(one: Multus) -> bool:
    from cnilint.multus.start import start_failure

    return start_failure(one) is not None


@lru_cache(maxsize=512)
def _program(one: Installer) -> Program | None:
    """Return what an install other than Multus does to the node's files; None for nothing."""
    return program(one)


@lru_cache(maxsize=64)
def multus_program(one: Multus) -> Program | None:
    """Return what a Multus install does to the node's files; None if that is not in view."""
    from cnilint.multus.start import start_failure
    from cnilint.upstream.multus_daemon_config import read_daemon_config
    from cnilint.upstream.multus_releases import modelled_as
    from cnilint.upstream.multus_thick_program import ThickDaemon

    from .multus_programs import Failing, Thick, Thin, multus_actor, thin_settings

    masters, written = one.autoconfig_host, one.conf_host
    ended = start_failure(one)
    if ended is not None:
        return Failing(multus_actor(one), *ended)
    if not one.in_view:
        return None
    if one.script:
        from .multus_script import scripted

        return None if written is None else scripted(one, written)
    if not one.auto:
        return _copying(one, written)
    if masters is None:
        return Failing(multus_actor(one), Failure.AUTOCONFIG_DIR_MISSING)
    if _waits_in_vain(one):
        return Failing(multus_actor(one), Failure.READINESS_FILE_MISSING)
    if not one.thick:
        if written is None:
            return None
        return Thin(multus_actor(one), thin_settings(one), masters, written)
    text = one.selection_text()
    if text is None:
        return None
    try:
        configuration = read_daemon_config(modelled_as(one.program, one.release), text)
    except JSONError:
        return Failing(multus_actor(one), Failure.INVALID_DAEMON_CONFIG)
    return Thick(
        multus_actor(one), ThickDaemon(configuration), one.selector_v4, text, masters, written
    )


def _waits_in_vain(one: Multus) -> bool:
    """Whether the daemon waits for a readiness file where its container has nothing mounted."""
    path, installer = one.value("readiness"), one.installer
    inside = installer.container is not None and installer.workload is not None
    waits = one.traits.is_rewritten and bool(path) and inside
    return waits and one.host_path(path) is None


def _copying(one: Multus, written: str | None) -> Program | None:
    """Return Multus in file mode. A file that comes from no ConfigMap has an unknown content."""
    from .multus_programs import Copying, copy_settings, multus_actor

    path, text = one.value("mode"), one.copied
    if written is None:
        return None
    who, told = multus_actor(one), copy_settings(one)
    destination = posixpath.join(written, posixpath.basename(path))
    source = one.host_path(path) if one.installer.container is not None else None
    return Copying(
        who, told, source or "", destination, one.copied_text() if text is None else text
    )


def _unknown_readiness_file(one: Multus) -> Files:
    """Return the readiness file as present where no CNI product is known to write its directory."""
    path = one.value("readiness")
    host = one.host_path(path) if path else None
    if host is None or posixpath.dirname(host) in (one.autoconfig_host, one.conf_host):
        return {}
    if posixpath.dirname(host) in runtime_directories():
        return {}
    return {host: ""}


def _named_host_file(one: Multus, members: Sequence[Installer]) -> Files:
    """Return the master that Multus is pinned to, where a node's own software brings that file."""
    known = named_host_file(one)
    if known is None or any(m.writes and m.writes.path == known for m in members):
        return {}
    return {known: known_files()[one.master].content}


def named_host_file(one: Multus) -> str | None:
    """Return the path of Multus's master if that is a file known to come with a node's software."""
    known = known_files().get(one.master)
    if known is None or one.autoconfig_host != known.directory:
        return None
    return posixpath.join(known.directory, one.master)


def _entries(
    directory: str,
    members: Sequence[Installer],
    multuses: Sequence[Multus],
    present: Files,
    contents: Files,
) -> tuple[DirectoryEntry, ...]:
    found = []
    names = {posixpath.basename(path) for path in candidates(contents, directory)}
    for name in sorted(names, key=encoded):
        path = posixpath.join(directory, name)
        writers = [m.title for m in members if m.writes is not None and m.writes.path == path]
        if name in MULTUS_FILES and not writers:
            writers += [one.installer.title for one in multuses]
        hosted = path in present
        if hosted:
            known = known_files().get(name)
            own = known is not None and present[path] == known.content
            writers.append(f"the host ({known.title})" if known and own else "the host")
        found.append(DirectoryEntry(name, tuple(writers), network_name(contents[path]), hosted))
    return tuple(found)
