"""Installs that fight over one node: two of a kind, two owners, one file with two writers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from cnilint.catalog.catalog import Action, Role, runtime_directories
from cnilint.catalog.installer import Installer
from cnilint.engine.hit import Hit
from cnilint.kube.manifest import Manifest
from cnilint.model.finding import Applicability, Fix, Level
from cnilint.model.steps import Ending, Witness
from cnilint.model.tree import child, items, string
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster

from .orders import owners_shown, shown
from .pairs import InstallerPair, pairs, related_to

MULTUS = ("multus-thin", "multus-thick")


def two_primaries(cluster: Cluster) -> Iterator[Hit]:
    """CNI201: two products that each believe they own the pods, on one class."""

    def fight(one: Installer, other: Installer) -> bool:
        if one.writes is None or other.writes is None or one.product.id == other.product.id:
            return False
        both = one.role is other.role is Role.PRIMARY and _writes(one) and _writes(other)
        return both and one.writes.directory == other.writes.directory

    found: dict[tuple[int, ...], list[ClassFacts]] = {}
    installers = {id(one): one for one in cluster.installers}
    for facts in cluster.classes:
        both = [pair for pair in combinations(facts.installers, 2) if fight(*pair)]
        together = tuple(dict.fromkeys(id(one) for pair in both for one in pair))
        if together:
            found.setdefault(together, []).append(facts)
    for members, classes in found.items():
        yield from _fighting([installers[one] for one in members], classes)


def _fighting(members: Sequence[Installer], classes: Sequence[ClassFacts]) -> Iterator[Hit]:
    """Yield a hit for primaries that share classes of nodes, at the first one that is in view."""
    from cnilint.engine.edits.affinity import apart
    from cnilint.engine.sentences import either

    ordered = sorted(members, key=lambda one: one.location() is None)
    location = ordered[0].location()
    if location is None:
        return
    facts = max(classes, key=lambda each: len(each.delegates))
    owners = facts.delegates
    first, rest = ordered[0], ordered[1:]
    choices = [Fix(_kept(one, ordered), Applicability.DISPLAY, ()) for one in ordered]
    yield Hit(
        location=location,
        classes=tuple(classes),
        parameters={
            "products": " and ".join([first.title, *map(named, rest)]),
            "effect": f"pods get the network of {either(owners)}"
            if owners
            else "no pod gets a network",
        },
        related=tuple(related for one in rest for related in related_to(one)),
        fixes=(*choices, *([apart(first, rest[0])] if len(rest) == 1 else [])),
        level=Level.WARNING if all(one.assumed for one in rest) else None,
        witnesses=tuple(owners_shown(facts, owners)) if len(owners) > 1 else (),
    )


def _kept(one: Installer, members: Sequence[Installer]) -> str:
    """Return the title of the choice of one primary of several."""
    others = " and ".join(other.title for other in members if other is not one)
    return f"keep {one.title}, remove {others}"


def exclusive_cni(cluster: Cluster) -> Iterator[Hit]:
    """CNI202: a product that renames every other file, beside others that need theirs.

    One that is only assumed does not count: a cluster that is Cilium's alone shows EKS as well.
    """
    for one in cluster.installers:
        location = one.location()
        if not one.behaviour.renames or location is None or one.directory is None:
            continue
        classes = [
            facts
            for facts in cluster.classes
            if one in facts.installers and any(_in_its_way(one, m) for m in facts.installers)
        ]
        others = {
            id(m): m for facts in classes for m in facts.installers if _in_its_way(one, m)
        }.values()
        if not others:
            continue
        setting = one.settings.get("exclusive")
        text = setting.text if setting is not None else None
        from cnilint.engine.edits.exclusive import set_exclusive

        multus = any(other.product.id in MULTUS for other in others)
        fix = set_exclusive(one, Applicability.SAFE if multus else Applicability.UNSAFE)
        yield Hit(
            location=text.location if text is not None else location,
            classes=tuple(classes),
            parameters={
                "product": one.title,
                "others": " and ".join(dict.fromkeys(other.title for other in others)),
                "suffix": one.behaviour.suffix,
            },
            witnesses=tuple(_renaming(one, classes)),
            related=tuple(related for other in others for related in related_to(other)),
            fixes=(fix,),
        )


def same_product_twice(cluster: Cluster) -> Iterator[Hit]:
    """CNI203: one product installed twice on a class."""

    def twice(one: Installer, other: Installer) -> bool:
        same = one.product.id == other.product.id
        return same and not _add_on_beside(one, other) and not _same_install(one, other)

    for pair in pairs(cluster, twice):
        words = {
            "product": pair.first.title,
            "first": pair.first.object,
            "second": pair.second.object,
        }
        yield from pair.hit(words, fixes=_removals(pair))


def one_file_two_writers(cluster: Cluster) -> Iterator[Hit]:
    """CNI204: two products write one file name in one directory."""
    copied = {
        one.host_path(one.value("mode")): one.installer for one in cluster.multuses if not one.auto
    }

    def same_file(one: Installer, other: Installer) -> bool:
        if one.product.id == other.product.id or {one.product.id, other.product.id} == set(MULTUS):
            return False
        paths = [i.writes.path for i in (one, other) if i.writes is not None]
        if len(paths) < 2 or paths[0] != paths[1]:
            return False
        return copied.get(paths[0]) not in (one, other)  # that is CNI105's to say

    for pair in pairs(cluster, same_file):
        path = pair.first.writes.path if pair.first.writes is not None else ""
        words = {"first": pair.first.title, "second": pair.second.title, "path": path}
        yield from pair.hit({**words, "wins": _winner(pair)}, fixes=_removals(pair))


def _winner(pair: InstallerPair) -> str:
    """Return whose file stays, the end of a sentence on two writers of one file."""
    from cnilint.engine.sentences import either

    over = [one for one in (pair.first, pair.second) if not one.behaviour.unless_present]
    if len(over) == 1:
        return f"that of {over[0].title} stays"
    files = {one.title: one.writes for one in (pair.first, pair.second)}
    ends = [f"{file.network} if that is {name}" for name, file in files.items() if file]
    return f"the {'last' if over else 'first'} one to start wins, and it holds {either(ends)}"


def thin_and_thick(cluster: Cluster) -> Iterator[Hit]:
    """CNI205: both flavours of Multus on one class."""

    def both(one: Installer, other: Installer) -> bool:
        return {one.product.id, other.product.id} == set(MULTUS)

    for pair in pairs(cluster, both):
        words = {"first": pair.first.object, "second": pair.second.object}
        yield from pair.hit(words, fixes=_removals(pair))


def add_on_and_release(cluster: Cluster) -> Iterator[Hit]:
    """CNI211: the EKS add-on, and the same product by a chart or a manifest."""
    for pair in pairs(cluster, _add_on_beside):
        first, second, classes = pair
        if _is_add_on(first):
            first, second = second, first
        words = {"product": first.title, "object": first.object, "add_on": second.object}
        fixes = _removals(pair, separable=False)
        yield from InstallerPair(first, second, classes).hit(words, fixes=fixes)


def unknown_installer(cluster: Cluster) -> Iterator[Hit]:
    """CNI212: a workload that may write configurations and that nothing explains.

    One above the directory of a runtime that the cluster does not show to be its own is mounted for
    other reasons.
    """
    read = {runtime_directories()[0], *(facts.directory for facts in cluster.classes)}
    for one in cluster.unknown:
        if one.directory not in read:
            continue
        classes = [facts.name for facts in cluster.classes if one in cluster.wildcards(facts)]
        words = {"object": one.object, "directory": one.directory}
        yield Hit(one.location, {**words, "classes": " and ".join(classes) or "its nodes"})


def named(one: Installer) -> str:
    """Return an install's product for a sentence, with the reason where it is only assumed."""
    return f"{one.title} (assumed: {one.assumed})" if one.assumed else one.title


def _renaming(one: Installer, classes: Sequence[ClassFacts]) -> Iterator[Witness]:
    """Yield an order in which an exclusive product renames a file, if there is one."""
    for facts in classes:
        found = [
            o
            for o in facts.outcomes
            if any(name.endswith(one.behaviour.suffix) for name in o.files)
        ]
        if found:
            outcome = min(found, key=lambda o: o.rank)
            yield shown(facts, outcome, outcome.files, Ending.DIRECTORY)
            return


def _in_its_way(one: Installer, other: Installer) -> bool:
    """Whether another product works in the directory that an exclusive one wants for itself."""
    if other.product.id == one.product.id or other.assumed:
        return False
    # Multus whose directory is not set right yet (CNI107) is meant for the runtime's as well
    unset = other.product.id in MULTUS and other.directory is None
    return unset or other.directory == one.directory


def _add_on_beside(one: Installer, other: Installer) -> bool:
    return one.product.id == other.product.id and _is_add_on(one) != _is_add_on(other)


def _is_add_on(one: Installer) -> bool:
    """Whether EKS looks after an install: it is asked for as an add-on, or EKS has its fields.

    awsdocs/amazon-eks-user-guide@4d52b4d:latest/ug/workloads/kubernetes-field-management.adoc
    """
    if one.workload is None:
        return one.form.kind == "addon"
    fields = items(one.workload.manifest.at("metadata", "managedFields"))
    return any(string(child(each, "manager")) == "eks" for each in fields)


def _same_install(one: Installer, other: Installer) -> bool:
    """Whether two objects are one install, or may be those of two clusters.

    An object that stands in two files, an operator's resource and what brings the operator or was
    made by it, a release and the object that it takes over, values for a chart that another object
    installs, and add-ons of clusters that have an object each.
    """
    kinds = {one.form.kind, other.form.kind}
    manifests = [m for m in (_manifest(one), _manifest(other)) if m is not None]
    if len(manifests) < 2 or (one.object == other.object and manifests[0] is not manifests[1]):
        return True
    if kinds == {"object", "release"}:
        return True
    if kinds == {"workload", "release"} and any(map(is_of_helm, manifests)):
        return True
    if kinds == {"addon"}:
        return manifests[0] is not manifests[1]
    if {m.kind for m in manifests} == {"HelmChart", "HelmChartConfig"}:
        return manifests[0].name == manifests[1].name
    return "object" in kinds and any(m.at("metadata", "ownerReferences") for m in manifests)


def is_of_helm(manifest: Manifest) -> bool:
    """Whether an object is marked as one of a Helm release, which makes that release take it over.

    helm/helm@e9b85e4:pkg/action/validate.go checkOwnership
    """
    return manifest.at("metadata", "annotations", "meta.helm.sh/release-name") is not None


def _manifest(one: Installer) -> Manifest | None:
    """Return the object of an install; None for one that is assumed."""
    if one.workload is not None:
        return one.workload.manifest
    found: Manifest | None = getattr(one.form, "manifest", None)
    delivery = getattr(one.form, "delivery", None)
    return found if delivery is None else delivery.manifest


def _writes(one: Installer) -> bool:
    return one.action in (Action.WRITE, Action.COPY, Action.REFER)


def _removals(pair: InstallerPair, *, separable: bool = True) -> tuple[Fix, ...]:
    """Return what a person can choose between two installs of which one is too many."""
    from cnilint.engine.edits.affinity import apart

    kept = tuple(
        Fix(f"keep {one.object}, remove the other", Applicability.DISPLAY, ())
        for one in (pair.first, pair.second)
    )
    return (*kept, apart(pair.first, pair.second)) if separable else kept


def loss(one: Installer) -> str:
    """Return what pods that an install does not reach go without, as a clause."""
    from cnilint.engine.sentences import LOSSES

    return LOSSES.get(one.product.id, f"pods start without {one.title}")
