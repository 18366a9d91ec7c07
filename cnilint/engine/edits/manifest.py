"""The edits of a workload that runs Multus: mounts, variables, words, tolerations."""

from __future__ import annotations

from collections.abc import Collection

from cnilint.kube.values import Steps
from cnilint.kube.workload import Container, Workload
from cnilint.model.finding import Edit, Location, Operation
from cnilint.model.tree import Document, Route, Value, child, descend, items, string
from cnilint.syntax.embedded import resolve


def added(document: Document, route: Route, value: Value) -> Edit:
    """Return the edit that puts an item at the end of a list, which need not be there yet."""
    if resolve(document, route) is not None:
        return Edit(document, (*route, -1), Operation.ADD, value)
    return Edit(document, route, Operation.ADD, [value])


def in_pods(workload: Workload, key: str, *, value: Value) -> Edit:
    """Return the edit that sets a key of the pods."""
    manifest = workload.manifest
    steps: Steps = (*workload.template, "spec", key)
    operation = Operation.REPLACE if manifest.at(*steps) is not None else Operation.ADD
    return Edit(manifest.document, (*manifest.route, *steps), operation, value)


def mounted(
    workload: Workload, container: Container, host: str, path: str, name: str, propagation: str = ""
) -> tuple[Edit, ...]:
    """Return the edits that mount a directory of the host; a volume that has it is taken.

    `name` is what a new volume is called.
    """
    document = workload.manifest.document
    steps: Steps = (*workload.template, "spec", "volumes")
    volumes = items(workload.manifest.at(*steps))
    taken = {
        string(child(one, "name")): string(descend(one, "hostPath", "path")) for one in volumes
    }
    same = next((n for n, base in taken.items() if n and base and _clean(base) == host), None)
    called = same or _free(name, taken)
    entry: dict[str, Value] = {"name": called, "mountPath": path}
    if propagation:
        entry["mountPropagation"] = propagation
    edits = [added(document, (*container.route, "volumeMounts"), entry)]
    if same is None:
        volume: Value = {"name": called, "hostPath": {"path": host}}
        edits.append(added(document, (*workload.manifest.route, *steps), volume))
    return tuple(edits)


def propagated(container: Container, route: Route) -> Edit:
    """Return the edit by which a mount shows what is mounted on the host later."""
    document = container.manifest.document
    place = (*route, "mountPropagation")
    operation = Operation.REPLACE if resolve(document, place) is not None else Operation.ADD
    return Edit(document, place, operation, "HostToContainer")


def replaced(place: Location, value: Value) -> tuple[Edit, ...]:
    """Return the edit that puts a value in the place of the one that is there."""
    if place.document is None:
        return ()
    return (Edit(place.document, place.route, Operation.REPLACE, value),)


def _clean(path: str) -> str:
    return path.rstrip("/") or "/"


def _free(name: str, taken: Collection[str | None]) -> str:
    called, number = name, 2
    while called in taken:
        called, number = f"{name}-{number}", number + 1
    return called
