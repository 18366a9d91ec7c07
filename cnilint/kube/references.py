"""What else a workload's pods need: the ConfigMaps that they refer to by name."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.model.tree import child, descend, items, string

from .workload import Workload, config_map_sources


def referenced_config_maps(workload: Workload) -> Iterator[str]:
    """Yield the names of the ConfigMaps a workload's pods refer to."""
    specification = workload.specification
    if specification is None:
        return
    for volume in items(child(specification, "volumes")):
        for source in config_map_sources(volume):
            name = string(child(source, "name"))
            if name:
                yield name
    for container in workload.containers:
        for entry in items(child(container.tree, "env")):
            name = string(descend(entry, "valueFrom", "configMapKeyRef", "name"))
            if name:
                yield name
        for entry in items(child(container.tree, "envFrom")):
            name = string(descend(entry, "configMapRef", "name"))
            if name:
                yield name
