"""What a cluster's manifests say of further networks: who asks, what is defined, who judges."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.multus.network_definitions import Definitions, network_definitions
from cnilint.multus.network_requests import NetworkRequest, network_requests
from cnilint.multus.request_settings import RequestSettings, request_settings
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple
from cnilint.upstream.multus_keys import NETWORKS
from cnilint.upstream.multus_networks import networks
from cnilint.upstream.multus_outcome import Selection, Stage


class NetworkFacts(NamedTuple):
    """The requests of pods, the definitions, and the settings by which Multus judges both."""

    requests: tuple[NetworkRequest, ...]
    definitions: Definitions
    settings: tuple[RequestSettings, ...]


def network_facts(cluster: Cluster) -> NetworkFacts:
    """Return what is said of further networks in a cluster."""
    return cluster.once(_network_facts)


def _network_facts(cluster: Cluster) -> NetworkFacts:
    return NetworkFacts(
        tuple(network_requests(cluster.manifests, cluster.index)),
        network_definitions(cluster.manifests, complete=cluster.known.complete),
        request_settings(cluster.multuses, cluster.known.targets),
    )


def asking(cluster: Cluster) -> Iterator[NetworkRequest]:
    """Yield the requests that ask for at least one further network, or that cannot be read."""
    facts = network_facts(cluster)
    for one in facts.requests:
        if one.key != NETWORKS or not one.text:
            continue
        if one.filled_in_later or parsed(one.text, one.namespace, facts.settings[0]).ok != []:
            yield one


def assumption(settings: RequestSettings) -> tuple[str, ...]:
    """Return the line that says which release of Multus was assumed, if one was."""
    if not settings.assumed:
        return ()
    return (f"no Multus is in these manifests: judged as {settings.title}, the newest known",)


def parsed(text: str, namespace: str, settings: RequestSettings) -> Stage[Selection]:
    """Return how Multus reads an annotation, `namespace` being the one that is meant without any.

    An empty text asks for nothing.
    """
    return networks(namespace, {NETWORKS: text}, (), version=settings.version).parse


def named_networks(
    text: str, namespace: str, settings: RequestSettings
) -> tuple[tuple[str, str], ...]:
    """Return the namespace and the name of each network of an annotation; none if it is refused."""
    found = parsed(text, namespace, settings).ok or ()
    return tuple((one.get("namespace", ""), one["name"]) for one in found)
