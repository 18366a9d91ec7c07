"""The configuration of thick Multus that is among the manifests and mounted by nobody."""

from __future__ import annotations

from collections.abc import Iterable

from cnilint.catalog.installer import Installer
from cnilint.kube.manifest import Manifest, ManifestIndex
from cnilint.kube.references import referenced_config_maps
from cnilint.kube.workload import workload
from cnilint.model.tree import child, string

KEY = "daemon-config.json"
"""The key under which every manifest of upstream's has it."""


def unused(manifests: Iterable[Manifest], index: ManifestIndex) -> list[Manifest]:
    """Return the ConfigMaps with a daemon's configuration that no pod refers to."""
    every = list(manifests)
    holding = [one for one in every if one.kind == "ConfigMap" and one.at("data", KEY) is not None]
    used = {
        name
        for one in every
        if holding and (pods := workload(one, index)) is not None
        for name in referenced_config_maps(pods)
    }
    return [one for one in holding if one.name not in used]


def meant_map(one: Installer) -> Manifest | None:
    """Return the ConfigMap that is meant where the one that a daemon mounts does not exist.

    It is the only one of its namespace with a daemon's configuration that nobody refers to.
    """
    pods, container = one.workload, one.container
    asked = one.settings.get("configuration_path")
    if pods is None or container is None or asked is None:
        return None
    found = pods.mount(container, asked.value)
    volume = pods.volume(string(child(found[1], "name")) or "") if found is not None else None
    source = child(volume[0], "configMap") if volume is not None else None
    if source is None:
        return None
    own = pods.manifest.namespace
    if pods.index.find("ConfigMap", string(child(source, "name")) or "", own) is not None:
        return None
    near = [each for each in unused(pods.index.all(), pods.index) if each.namespace in ("", own)]
    return near[0] if len(near) == 1 else None
