"""What else a workload's pods need: the ConfigMaps that they refer to by name."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.model.tree import child, descend, items, string

from .workload import Workload


def referenced_config_maps(workload: Workload) -> Iterator[str]:
    """Yield the names of the ConfigMaps a workload's pods refer to."""
    specification = workload.specification
    if specification is None:
        return
    for volume in items(child(specification, "volumes")):
        name = string(descend(volume, "configMap", "name"))
        if name:
            yield name
        for source in items(descend(volume, "projected", "sources")):
            projected = string(descend(source, "configMap", "name"))
            if projected:
                yield projected
    for container in workload.containers:
        for entry in items(child(container.tree, "env")):
            name = string(descend(entry, "valueFrom", "configMapKeyRef", "name"))
            if name:
                yield name
        for entry in items(child(container.tree, "envFrom")):
            name = string(descend(entry, "configMapRef", "name"))
            if name:
                yield name
