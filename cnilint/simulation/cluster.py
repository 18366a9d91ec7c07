"""One cluster's facts: what its manifests install, and what comes of it on each class of nodes."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from cnilint.budget import UNLIMITED, Budget
from cnilint.catalog.catalog import known_files, label_domains
from cnilint.catalog.hidden import Hidden, hidden_installs
from cnilint.catalog.installer import ConfFile, Installer
from cnilint.catalog.recognise import NO_TARGETS, Targets, installers
from cnilint.catalog.release import release, shown
from cnilint.catalog.unknown_installer import UnknownWriter, unknown_writers
from cnilint.kube.manifest import Manifest, ManifestIndex, Texts
from cnilint.kube.node_classes import NodeClass, node_classes
from cnilint.kube.node_systems import MachineConfiguration, node_groups, survives_reboot
from cnilint.kube.scheduling import EVERYWHERE, LabelDomain, Placement
from cnilint.kube.taints import kept_away, named_taints, taint_domains
from cnilint.kube.workload import Container
from cnilint.model.finding import Note
from cnilint.model.tree import string
from cnilint.multus.configuration import Multus
from cnilint.multus.forms import multus
from cnilint.start import NamedTuple, dataclass, field, replace

from .class_facts import ClassFacts, HostFile, class_facts, named_host_file
from .owner import MULTUS_FILES
from .shared import Simulations


class Circumstances(NamedTuple):
    """What is known of a cluster beside its manifests.

    `runtime` is a selector of `predict`, `primary` the file of the CNI that is to own the pods
    (empty: nothing says so); `targets` has the releases of products, by their ids, where the
    manifests name none. Products that are `absent` are not assumed. `node_classes` are the kinds of
    nodes there are, such as ec2 (none: any that the manifests tell apart). `machines` say what the
    nodes run; `complete` says that the manifests are all that the cluster gets. `budget` is what
    may be spent on working it out.
    """

    host_files: tuple[HostFile, ...] = ()
    runtime: str = "containerd"
    primary: str = ""
    targets: Targets = NO_TARGETS
    absent: tuple[str, ...] = ()
    node_classes: tuple[str, ...] = ()
    machines: tuple[MachineConfiguration, ...] = ()
    complete: bool = False
    budget: Budget = UNLIMITED


NOTHING_KNOWN = Circumstances()

Facts = TypeVar("Facts")


@dataclass(frozen=True, slots=True, eq=False)
class Cluster:
    """All there is to know of one cluster: the only argument a check gets."""

    name: str
    manifests: tuple[Manifest, ...]
    index: ManifestIndex
    installers: tuple[Installer, ...]
    classes: tuple[ClassFacts, ...]
    notes: tuple[Note, ...]
    unknown: tuple[UnknownWriter, ...] = ()
    runtime: str = "containerd"
    primary: str = ""
    """The file of the CNI that is to own the pods; empty where nothing says so."""
    known: Circumstances = NOTHING_KNOWN
    """What is known of it beside its manifests."""
    unread: tuple[str, ...] = ()
    """The names of sources that were not read and may bring something that decides."""
    _worked_out: dict[Callable[..., object], object] = field(default_factory=dict)

    def once(self, work: Callable[[Cluster], Facts]) -> Facts:
        """Return what a function works out of the cluster, worked out once."""
        if work not in self._worked_out:
            self._worked_out[work] = work(self)
        found: Facts = self._worked_out[work]  # type: ignore[assignment]  # it is by what made it
        return found

    def __repr__(self) -> str:
        return f"<Cluster {self.name!r}: {len(self.installers)} installs>"

    def wildcards(self, facts: ClassFacts) -> list[UnknownWriter]:
        """Return the unknown writers on a class: each may add a file of any name there."""
        labels = facts.node_class.labels
        return [
            one
            for one in self.unknown
            if one.directory == facts.directory and one.placement.matches(labels)
        ]

    def classes_of(self, one: Multus) -> list[ClassFacts]:
        """Return the classes on which a Multus install runs."""
        return [facts for facts in self.classes if one.installer in facts.installers]

    @property
    def multuses(self) -> list[Multus]:
        """Every Multus install, each once, but for those that are not known before substitution."""
        return self.once(_multuses)


def _multuses(one: Cluster) -> list[Multus]:
    found: dict[int, Multus] = {}
    for facts in one.classes:
        for each in facts.multuses:
            if each.filled_in_later is None:
                found.setdefault(id(each.installer), each)
    return list(found.values())


def cluster(
    name: str,
    manifests: Sequence[Manifest],
    known: Circumstances = NOTHING_KNOWN,
    texts: Texts | None = None,
    unread: Sequence[str] = (),
    simulations: Simulations | None = None,
) -> Cluster:
    """Return the facts of one cluster, given all of its manifests.

    `texts` are the files that manifests refer to, `unread` names of sources that were not read and
    may bring something that decides, `simulations` those of the run. OutOfTimeError once the time
    of the run is up.
    """
    played = simulations or Simulations()
    host_files, runtime = known.host_files, known.runtime
    index = ManifestIndex(manifests, texts)
    found, notes = installers(manifests, index, known.targets)
    found = [one for one in found if not (one.assumed and one.product.id in known.absent)]
    found = [with_own_file(installer) for installer in found]
    by_installer = {id(installer): multus(installer) for installer in found}
    multuses = [one for one in by_installer.values() if one is not None]
    notes += _multus_notes(multuses)
    hidden = list(hidden_installs(manifests, index))
    notes += [_hidden_note(one) for one in hidden]
    missing = [*(one.object for one in hidden), *unread]
    placements, domains = placements_of(found)
    groups = list(node_groups(manifests))
    unknown = tuple(unknown_writers(manifests, index, found))
    definitions = definitions_of(manifests)
    classes = []
    for node_class in node_classes(placements or [EVERYWHERE][: len(host_files)], domains):
        known.budget.check()
        if not exists(node_class, domains, known.node_classes):
            continue
        members = [found[at] for at in sorted(node_class.members) if at < len(found)]
        own = [one for m in members if (one := by_installer[id(m)]) is not None]
        kept = survives_reboot(groups, node_class.labels)
        wild = [one for one in unknown if one.placement.matches(node_class.labels)]
        facts = class_facts(
            node_class,
            members,
            own,
            host_files,
            runtime,
            unknown=wild,
            persistent=kept,
            primary=known.primary,
            unread=missing[0] if missing else "",
            definitions=definitions,
            simulations=played,
        )
        classes.append(facts)
        if not facts.simulation.exhausted:
            place = next((at for m in members if (at := m.location()) is not None), None)
            left = f"{facts.name}: not every order was looked at, there are too many"
            notes.append(Note(left, place, name, undecided=True))
    notes += _host_notes(multuses, found, host_files)
    return Cluster(
        name=name,
        manifests=tuple(manifests),
        index=index,
        installers=tuple(found),
        classes=tuple(classes),
        notes=tuple(notes),
        unknown=unknown,
        runtime=runtime,
        primary=known.primary,
        known=known,
        unread=tuple(unread),
    )


def exists(
    node_class: NodeClass, domains: Mapping[str, LabelDomain], wanted: Sequence[str]
) -> bool:
    """Whether a class of nodes is among the kinds that there are, as far as a label tells kinds."""
    kinds = {one.lower() for one in wanted}
    for label, domain in domains.items():
        titles = {value: title.lower() for value, title in (domain.titles or {}).items()}
        if kinds.isdisjoint({*titles, *titles.values()}):
            continue
        value = node_class.labels.get(label) or ""
        if value not in kinds and titles.get(value, value) not in kinds:
            return False
    return True


MULTUS_NAMESPACE = "kube-system"
"""Where the network is looked up that all pods get, unless Multus is told another namespace.

k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/types/conf.go defaultMultusNamespace
"""


def definitions_of(manifests: Sequence[Manifest]) -> dict[str, str]:
    """Return the configurations of the definitions by whose name Multus may be told a network."""
    return {
        one.name: string(one.at("spec", "config")) or ""
        for one in manifests
        if one.kind == "NetworkAttachmentDefinition" and one.namespace == MULTUS_NAMESPACE
    }


def placements_of(
    found: Sequence[Installer],
) -> tuple[list[Placement], Mapping[str, LabelDomain]]:
    """Return where each installer runs, taints taken into account, and how to name the nodes."""
    tolerated = [installer.form.tolerations() for installer in found]
    taints = named_taints(each for each in tolerated if each is not None)
    placements = [
        kept_away(installer.placement, each, taints)
        for installer, each in zip(found, tolerated, strict=True)
    ]
    return placements, {**label_domains(), **taint_domains(taints)}


def with_own_file(installer: Installer) -> Installer:
    """Return Multus's installer with the file it writes: 00-multus.conf, or the one it copies."""
    one = multus(installer)
    if one is None or one.conf_host is None or one.filled_in_later is not None:
        return installer
    if one.file_is_missing:
        return replace(installer, directory=one.conf_host)
    name = MULTUS_FILES[0] if one.auto else posixpath.basename(one.value("mode"))
    path = posixpath.join(one.conf_host, name)
    network = installer.product.network
    own = ConfFile(path, network.name if network is not None else "", "")
    return replace(installer, directory=one.conf_host, writes=own)


def _hidden_note(one: Hidden) -> Note:
    return Note(
        f"{one.object} runs {one.product.title} by its image, and what it is told is not in view",
        one.location,
    )


def _multus_notes(multuses: Sequence[Multus]) -> list[Note]:
    notes: list[Note] = []
    for one in multuses:
        container = one.installer.container
        if container is None:
            continue
        if not one.in_view:
            notes.extend(_configuration_notes(one, container))
        if one.installer.release is not None:
            continue
        tag = container.image.tag
        if release(tag) is not None:
            continue  # a tag of somebody's own, which is told of where it is read
        unnamed = f"the image tag {tag!r} names no release" if tag else "the image has no tag"
        notes.append(
            Note(
                f"{one.installer.title} ({one.installer.object}): {unnamed}, so it is taken as "
                f"{shown(one.release)}",
                container.manifest.location(),
            )
        )
    return notes


def _host_notes(
    multuses: Sequence[Multus], found: Sequence[Installer], host_files: Sequence[HostFile]
) -> list[Note]:
    """Return notes on masters that nothing shows but that a node's software is known to bring."""
    told = {file.name for file in host_files}
    written = {installer.writes.path for installer in found if installer.writes is not None}
    return [
        Note(
            f"{one.installer.title} is pinned to {one.master}, which comes with "
            f"{known_files()[one.master].title} and with no manifest: it is taken to be there",
            one.place("master"),
        )
        for one in multuses
        if (path := named_host_file(one)) is not None and path not in written
        if one.master not in told
    ]


def _configuration_notes(one: Multus, container: Container) -> Iterator[Note]:
    who = f"{one.installer.title} ({one.installer.object})"
    later = one.filled_in_later
    if later is not None:
        why = f"{later.value} is known only after substitution"
        yield Note(f"{who}: {why}, so what it is told is not known", later.location)
    if one.configuration is not None or one.family != "thick":
        return
    setting = one.installer.settings.get("configuration_path")
    path = setting.value if setting is not None else "its configuration"
    yield Note(
        f"{who}: {path} comes from nothing in these manifests, so what it is told is not known",
        container.manifest.locate(container.tree, container.route),
    )
