"""The plugins that the networks of a cluster are made by."""

from __future__ import annotations

import json
from collections.abc import Iterator

from cnilint.model.finding import Location
from cnilint.model.tree import string
from cnilint.simulation.cluster import Cluster


def network_plugins(cluster: Cluster) -> Iterator[tuple[str, Location]]:
    """Yield the types of plugins, and of their IPAM, that definitions in the manifests name."""
    for manifest in cluster.manifests:
        if manifest.kind != "NetworkAttachmentDefinition":
            continue
        place = manifest.location("spec", "config")
        for plugin in _types(string(manifest.at("spec", "config")) or ""):
            yield plugin, place


def _types(config: str) -> Iterator[str]:
    try:
        found: object = json.loads(config)
    except (ValueError, RecursionError):
        return
    if not isinstance(found, dict):
        return
    listed = found.get("plugins")
    for plugin in [found, *(listed if isinstance(listed, list) else ())]:
        if not isinstance(plugin, dict):
            continue
        ipam = plugin.get("ipam")
        for one in (plugin, ipam if isinstance(ipam, dict) else {}):
            if isinstance(name := one.get("type"), str):
                yield name
