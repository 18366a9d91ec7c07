"""Whether a chained plugin ends up where it was meant to be."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.cni.catalog import Action
from cnilint.cni.class_facts import MULTUS_FILES, ClassFacts
from cnilint.cni.cluster import Cluster
from cnilint.cni.form import referenced_config_maps
from cnilint.cni.installer import Installer
from cnilint.cni.simulate import Outcome
from cnilint.engine.hit import Hit
from cnilint.model.finding import Applicability, Edit, Fix, Operation
from cnilint.model.tree import Value, child

from .primaries import class_primaries
from .selection import either

TARGET_VARIABLE = "CNI_CONF_NAME"
"""By which Istio's and Kuma's installers are told the file to chain into
(istio/istio@86c9f01:cni/pkg/cmd/root.go, kumahq/kuma@348b652:app/cni/pkg/install)."""


def chain_target_depends_on_order(cluster: Cluster) -> Iterator[Hit]:
    """CNI206: the file a plugin chains itself into differs by order, or is Multus's own."""
    for one in cluster.installers:
        location = one.location()
        if one.action is not Action.INSERT or one.target or one.every or location is None:
            continue
        for facts in cluster.classes:
            if one not in facts.installers:
                continue
            targets = _targets(facts, one)
            chosen = sorted({name for names in targets for name in names})
            own = [name for name in chosen if name in MULTUS_FILES]
            if len(targets) < 2 and not own:
                continue
            yield Hit(
                location=location,
                parameters={
                    "product": one.title,
                    "targets": either(chosen) or "no file at all",
                    "classes": facts.name,
                    "own": " (Multus generates its own anew)" if own else "",
                },
                details=tuple(_witnesses(facts, targets)),
                fixes=tuple(_named_target(facts, one)),
            )
            break


def _targets(facts: ClassFacts, one: Installer) -> dict[tuple[str, ...], Outcome]:
    """Return the sets of files a plugin ends up in, each with an outcome that has it there."""
    plugin = one.product.plugins[0]["type"]
    found: dict[tuple[str, ...], Outcome] = {}
    for outcome in facts.outcomes:
        names = tuple(name for kind, name in outcome.chained if kind == plugin)
        if names:
            found.setdefault(names, outcome)
    return found


def _witnesses(facts: ClassFacts, targets: dict[tuple[str, ...], Outcome]) -> Iterator[str]:
    for at, (names, outcome) in enumerate(targets.items()):
        if at:
            yield ""
        yield f"{' and '.join(names)} on {facts.name}, {outcome.situation}:"
        for number, step in enumerate(outcome.order, 1):
            yield f"  {number}. {step}"


def _named_target(facts: ClassFacts, one: Installer) -> Iterator[Fix]:
    """Yield the fix that names the primary's file as the target."""
    files = class_primaries(facts)
    if len(files) != 1 or TARGET_VARIABLE not in _variables(one):
        return
    title = f"chain into {files[0]} by name"
    edits = _set_variable(one, files[0])
    yield Fix(title, Applicability.UNSAFE if edits else Applicability.DISPLAY, edits)


def _variables(one: Installer) -> set[str]:
    """Return the variables that name the target of a product that takes one."""
    places = one.product.settings.get("named", ())
    return {place.name for place in places if place.kind == "environment"}


def _set_variable(one: Installer, value: str) -> tuple[Edit, ...]:
    """Return the edit that sets the variable: in the ConfigMap the container reads, else on it."""
    pods, container = one.workload, one.container
    if pods is None or container is None:
        return ()
    for name in referenced_config_maps(pods):
        manifest = pods.index.find("ConfigMap", name, pods.manifest.namespace)
        if manifest is not None and child(container.tree, "envFrom") is not None:
            if manifest.at("data") is None:
                continue
            route = (*manifest.route, "data", TARGET_VARIABLE)
            present = manifest.at("data", TARGET_VARIABLE) is not None
            operation = Operation.REPLACE if present else Operation.ADD
            return (Edit(manifest.document, route, operation, value),)
    if child(container.tree, "env") is None:
        return ()
    route = (*container.route, "env", -1)
    entry: dict[str, Value] = {"name": TARGET_VARIABLE, "value": value}
    return (Edit(container.manifest.document, route, Operation.ADD, entry),)
