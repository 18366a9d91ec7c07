"""Whether a chained plugin ends up where it was meant to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cnilint.catalog.catalog import Action
from cnilint.catalog.installer import Installer
from cnilint.engine.hit import Hit
from cnilint.kube.workload import Container, Workload
from cnilint.model.finding import Applicability, Edit, Fix, Operation, Related, Repair
from cnilint.model.steps import Ending
from cnilint.model.tree import Value, child, descend, items, string
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.owner import MULTUS_FILES
from cnilint.simulation.search import Outcome
from cnilint.upstream.confdir import encoded

from .installs import loss
from .orders import shown

TARGET = "named"
"""What the catalog calls the setting by which such a plugin is told the file to chain into."""


def chain_target_depends_on_order(cluster: Cluster) -> Iterator[Hit]:
    """CNI206: the file a plugin chains itself into differs by order, or is Multus's own."""
    for one in cluster.installers:
        location = one.location()
        if one.action is not Action.INSERT or one.behaviour.target or location is None:
            continue
        found = [
            (facts, targets)
            for facts in cluster.classes
            if one in facts.installers and _undecided(facts, one, targets := _targets(facts, one))
        ]
        if not found:
            continue
        facts, targets = found[0]
        ended = _ended(facts, one, targets)
        yield Hit(
            location=location,
            classes=tuple(each for each, other in found if _ended(each, one, other) == ended),
            parameters={
                "product": one.title,
                "targets": ended,
                "loss": loss(one),
            },
            details=tuple(
                f"on {each.name} it ends up in {said}"
                for each, other in found
                if (said := _ended(each, one, other)) != ended
            ),
            witnesses=tuple(
                shown(facts, outcome, each, Ending.CHAINED) for each, outcome in targets.items()
            ),
            related=tuple(
                Related(place, f"{each.title} writes {each.writes.name}")
                for each in facts.installers
                if each.writes is not None and (place := each.location()) is not None
            ),
            fixes=tuple(named_target(facts, one)),
        )


def _undecided(facts: ClassFacts, one: Installer, targets: dict[tuple[str, ...], Outcome]) -> bool:
    """Whether the files a plugin ends up in differ (one that is put into each does not choose)."""
    own = any(name in MULTUS_FILES for names in targets for name in names)
    return own or _is_to_come(facts, one) or (len(targets) > 1 and not one.behaviour.every)


def _ended(facts: ClassFacts, one: Installer, targets: Iterable[tuple[str, ...]]) -> str:
    """Return the files that a plugin ends up in on a class, in words."""
    from cnilint.engine.sentences import either

    names = sorted({name for each in targets for name in each}, key=encoded)
    if _is_to_come(facts, one):
        names.append("Multus's own file as soon as that is there")
    ended = " and ".join(names) if one.behaviour.every else either(names)
    own = any(name in MULTUS_FILES for name in names)
    return f"{ended}, and Multus writes its own file anew" if own else ended


def _is_to_come(facts: ClassFacts, one: Installer) -> bool:
    """Whether Multus is to write its file where a plugin looks for one, and does not come up.

    Not where it is known that the directory stays empty.
    """
    if facts.decided and not any(o.files for o in facts.outcomes):
        return False
    expected = any(multus.conf_host in (one.directory, None) for multus in facts.multuses)
    return expected and not any(name in MULTUS_FILES for o in facts.outcomes for name in o.files)


def _targets(facts: ClassFacts, one: Installer) -> dict[tuple[str, ...], Outcome]:
    """Return the sets of files a plugin ends up in, each with an outcome that has it there."""
    plugin = one.product.plugins[0]["type"]
    found: dict[tuple[str, ...], Outcome] = {}
    for outcome in facts.outcomes:
        names = tuple(name for kind, name in outcome.chained if kind == plugin)
        if names:
            found.setdefault(names, outcome)
    return found


def named_target(facts: ClassFacts, one: Installer) -> Iterator[Fix]:
    """Yield the fix that names the primary's file as the target, and the other way out."""
    from .primaries import class_primaries

    files = class_primaries(facts, but=one)
    if TARGET in one.product.settings:
        for file in files:
            title = f"chain into {file} by name"
            edits = _set_target(one, file) if len(files) == 1 else ()
            yield Fix(title, Applicability.UNSAFE if edits else Applicability.DISPLAY, edits)
    if facts.multuses:
        title = "do not chain it: a NetworkAttachmentDefinition, as its makers have it for Multus"
        yield Fix(title, Applicability.DISPLAY, ())


def owned_fixes(facts: ClassFacts, one: Installer) -> Iterator[Fix]:
    """Yield what to do about a copy that is not the first file: chain into the primary's instead.

    A Multus without a pinned master is pinned to that file in the same change: each half alone
    leaves pods to chance or outside.
    """
    from cnilint.engine.edits.repairs import pin

    from .primaries import class_primaries
    from .selection import honours_pin, is_unpinned

    files = class_primaries(facts, but=one)
    variable = "ISTIO_OWNED_CNI_CONFIG"
    if len(files) == 1 and one.workload is not None and one.container is not None:
        edits: tuple[Edit | Repair, ...] = (
            *_set_variable(one.workload, one.container, variable, "false"),
            *_set_target(one, files[0]),
        )
        title = f"chain into {files[0]}, with no file of its own"
        for multus in filter(is_unpinned, facts.multuses):
            pinned = pin(multus, files[0], Applicability.UNSAFE)
            if pinned is not None and pinned.edits and honours_pin(multus):
                edits += pinned.edits
                title += f", and pin {multus.installer.title} to it"
        yield Fix(title, Applicability.UNSAFE, edits)
        return
    title = "no file of its own: chain into the file of the primary CNI by name"
    yield Fix(title, Applicability.DISPLAY, ())


def _set_target(one: Installer, value: str) -> tuple[Edit, ...]:
    """Return the edit that names the target, where the container or the chart is told it."""
    from cnilint.engine.edits.values import set_in_values

    if one.workload is None or one.container is None:
        return set_in_values(one, TARGET, value)
    places = one.product.settings[TARGET]
    variable = next((place.name for place in places if place.kind == "environment"), "")
    if not variable:
        return ()
    return _set_variable(one.workload, one.container, variable, value)


def _set_variable(pods: Workload, container: Container, name: str, value: str) -> tuple[Edit, ...]:
    """Return the edit of a variable: where it stands, else in the ConfigMap of all variables."""
    from cnilint.engine.edits.manifest import added
    from cnilint.engine.edits.values import nested

    given = pods.environment(container, name)
    if given is not None and given.location.document is not None:
        document, route = given.location.document, given.location.route
        if route[-1:] in (("value",), (name,)):
            return (Edit(document, route, Operation.REPLACE, value),)
        return ()
    for source in reversed(items(child(container.tree, "envFrom"))):
        found = string(descend(source, "configMapRef", "name")) or ""
        manifest = pods.index.find("ConfigMap", found, pods.manifest.namespace)
        if manifest is not None and manifest.at("data") is not None:
            return nested(manifest, ("data",), (name,), value)
    entry: dict[str, Value] = {"name": name, "value": value}
    return (added(container.manifest.document, (*container.route, "env"), entry),)
