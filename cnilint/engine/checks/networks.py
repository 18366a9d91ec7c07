"""NetworkAttachmentDefinitions: what Multus refuses in them, and what comes of their plugins."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.engine.hit import Hit
from cnilint.kube.held_place import held_location
from cnilint.model.finding import Applicability, Fix, Level, Location
from cnilint.model.tree import Embedded
from cnilint.multus.network_definitions import Definition
from cnilint.multus.network_requests import written_location
from cnilint.multus.request_settings import RequestSettings
from cnilint.simulation.cluster import Cluster
from cnilint.syntax.embedded import resolve
from cnilint.upstream.multus_keys import DEFAULT_NETWORK
from cnilint.upstream.multus_networks import definition_add
from cnilint.upstream.multus_outcome import (
    EMPTY,
    NIL_MAP,
    FaultHolder,
    FaultPlace,
    PluginCall,
    Stage,
)

from .cluster_network import copied_cluster_network
from .network_facts import NetworkFacts, assumption, named_networks, network_facts

CALLED_FIRST = {
    "aws-cni": "AWS supports it as the primary and for no other network",
    "multus": "Multus would call itself, with no configuration to go by",
    "multus-shim": "the shim would ask the daemon for the same pod again",
}
"""Plugins that are called for a pod's first interface and for no other.

k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/types/conf.go (LoadNetConf) and cmd/multus-shim/main.go
"""

WHY = {
    "config-json": "it is not JSON",
    "config-decode": "a key has a value of the wrong type",
    "config-list": "libcni wants a type for each plugin, and values of the right types",
    "config-type": "neither the configuration nor its first plugin has a type",
    "network-name": "libcni takes no network of that name",
    "plugin-name": "a plugin's type has a slash",
    "cni-version": "its cniVersion is none that this release and the plugins take",
}
"""Why Multus or libcni refuses a configuration, by what `networks` calls it."""

MEANT = {"cni-version": "cniVersion", "network-name": "name"}
"""The key that a refusal is about, where the place is not told more exactly."""


def network_config_invalid(cluster: Cluster) -> Iterator[Hit]:
    """CNI501: a definition that Multus or libcni refuses, in the release that is installed."""
    facts = network_facts(cluster)
    for one in facts.definitions.written:
        if not one.config or one.filled_in_later or not one.name:
            continue
        for settings in facts.settings:
            stage = _added(one, settings)
            if stage.ok is not None or _is_called_first(one):
                continue
            yield _refused(one, stage, settings)
            break


def cni_as_secondary(cluster: Cluster) -> Iterator[Hit]:
    """CNI504: a definition of a plugin that can only give a pod its first interface."""
    facts = network_facts(cluster)
    primaries = set(_primaries(facts))
    for one in facts.definitions.written:
        if (one.namespace, one.name) in primaries:
            continue
        for plugin in one.plugins():
            if plugin.type not in CALLED_FIRST:
                continue
            works = plugin.type == "multus" and _added(one, facts.settings[0]).ok is not None
            yield Hit(
                location=_inside(one, *plugin.steps, "type"),
                parameters={
                    "definition": one.title,
                    "type": plugin.type,
                    "why": CALLED_FIRST[plugin.type],
                },
                level=Level.WARNING if works else None,
            )


def _added(one: Definition, settings: RequestSettings) -> Stage[PluginCall]:
    return definition_add(
        one.namespace or "default", one.name, one.config or "", version=settings.version
    )


def _is_called_first(one: Definition) -> bool:
    """Whether it is one of CNI504's."""
    return any(plugin.type in CALLED_FIRST for plugin in one.plugins())


def _refused(one: Definition, stage: Stage[PluginCall], settings: RequestSettings) -> Hit:
    where = stage.where or FaultPlace(FaultHolder.DEFINITION)
    kind = stage.refused or ""
    known = {NIL_MAP: "it is `null`", EMPTY: "its list of plugins is empty"}
    why = WHY.get(kind) or known.get(stage.panic or "", "Multus panics on what stands there")
    key = MEANT.get(kind)
    if key is not None and not where.route and _stands(one, key):
        where = where._replace(route=(key,))
    return Hit(
        location=written_location(one.manifest, one.route, where),
        parameters={"definition": one.title, "multus": settings.title, "why": why},
        details=assumption(settings),
        fixes=(Fix("write a configuration that libcni takes", Applicability.DISPLAY, ()),),
    )


def _stands(one: Definition, key: str) -> bool:
    return resolve(one.manifest.document, (*one.route, Embedded.JSON, key)) is not None


def _inside(one: Definition, *steps: str | int) -> Location:
    """Return the place of a value in a definition's configuration."""
    return held_location(one.manifest, one.route, one.inside(*steps))


def _primaries(facts: NetworkFacts) -> Iterator[tuple[str, str]]:
    """Yield the definitions that are to give pods their first interface."""
    for settings in facts.settings:
        given = settings.install.given("cluster_network") if settings.install else None
        if given is not None and isinstance(given.value, str):
            yield settings.multus_namespace, given.value
        copied = copied_cluster_network(settings.install) if settings.install else None
        if copied is not None:
            yield copied.namespace, copied.name
        for request in facts.requests:
            if request.key == DEFAULT_NETWORK:
                yield from named_networks(request.text, settings.multus_namespace, settings)
