"""What is wrong with the requests of pods, one after the other, as Multus meets it.

Multus stops at the first fault of a pod. Here what stopped it is put right in the model and it goes
on, so that every fault of a request is found at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnilint.multus.network_definitions import Definitions
from cnilint.multus.network_requests import NetworkRequest
from cnilint.multus.request_settings import RequestSettings
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple
from cnilint.upstream.multus_keys import DEFAULT_NETWORK, NETWORKS
from cnilint.upstream.multus_networks import networks
from cnilint.upstream.multus_outcome import FaultHolder, FaultPlace, Stage

from .network_facts import named_networks, network_facts, parsed

PLAIN = '{"cniVersion":"0.3.1","type":"macvlan"}'
"""A configuration that no release refuses: what a request is judged with, whatever it names."""
PRIMARY = '{"cniVersion":"0.3.1","name":"primary","plugins":[{"type":"bridge"}]}'

NOT_FOUND, ISOLATION, EMPTY, PANIC = "not-found", "isolation", "empty-name", "panic"
DEPENDS_ON_THE_NODE = frozenset({"gateway"})
"""Refusals that the addresses of a node decide."""

OF_INTERFACES = frozenset({"interface-exists", "interface-invalid", "kernel-name"})


class PodFault(NamedTuple):
    """One thing that stops a pod: what `networks` calls it, and where it lies in the request.

    `namespace` and `name` are what is looked up, where that is the fault.
    """

    kind: str
    where: FaultPlace | None
    namespace: str = ""
    name: str = ""


class JudgedRequest(NamedTuple):
    """A request with its faults, and the settings by which it has them."""

    request: NetworkRequest
    settings: RequestSettings
    faults: tuple[PodFault, ...]


def judged_requests(cluster: Cluster) -> tuple[JudgedRequest, ...]:
    """Return the requests of a cluster that have faults, by the first settings that find some."""
    return cluster.once(_judged_requests)


def _judged_requests(cluster: Cluster) -> tuple[JudgedRequest, ...]:
    facts = network_facts(cluster)
    found = []
    for request in facts.requests:
        if request.filled_in_later:
            continue
        judge = _defaults if request.key == DEFAULT_NETWORK else _networks
        for settings in facts.settings:
            faults = tuple(judge(request, settings, facts.definitions))
            if faults:
                found.append(JudgedRequest(request, settings, faults))
                break
    return tuple(found)


def _networks(
    request: NetworkRequest, settings: RequestSettings, definitions: Definitions
) -> Iterator[PodFault]:
    """Yield the faults of an annotation for further networks."""
    asked = {request.key: request.text}
    parse = parsed(request.text, request.namespace, settings)
    if parse.ok is None:
        if parse.refused != "none":
            yield _fault(parse)
        return
    wanted = named_networks(request.text, request.namespace, settings)
    there = {name for name in wanted if name[1] and definitions.find(*name) is not None}
    keys = _keys(request, settings)
    listed = keys.get("defaultNetworks")
    there |= {(settings.multus_namespace, str(one)) for one in listed or ()}  # type: ignore[attr-defined]
    for _each in range(2 * len(wanted) + 1):
        result = networks(
            request.namespace,
            asked,
            [{"namespace": ns, "name": name, "config": PLAIN} for ns, name in there],
            version=settings.version,
            multus_config=keys,
            primary=PRIMARY,
        )
        stage = result.load if result.load.ok is None else result.add
        if stage is None or stage.ok is not None or not _is_in(stage, NETWORKS):
            return
        missing = next((name for name in wanted if name not in there), ("", ""))
        outside = next((ns for ns, _name in wanted if not _allowed(ns, request, keys)), "")
        if stage.refused == NOT_FOUND:
            if missing[1]:
                yield PodFault(NOT_FOUND, stage.where, *missing)
            else:
                yield PodFault(EMPTY, _visible(stage.where))
            there.add(missing)
        elif stage.refused == ISOLATION:
            yield PodFault(ISOLATION, stage.where, outside)
            keys["globalNamespaces"] = f"{_global(keys)},{outside}"
        else:
            if stage.refused in OF_INTERFACES:
                yield PodFault(stage.refused, _interface(stage.where, request.text))
            elif stage.refused not in DEPENDS_ON_THE_NODE:
                yield _fault(stage)
            return


def _keys(request: NetworkRequest, settings: RequestSettings) -> dict[str, object]:
    """Return Multus's keys for a request: default networks by names that are surely there.

    Isolation cannot be judged where the namespace of the pods is not known.
    """
    keys = dict(settings.keys)
    listed = keys.get("defaultNetworks")
    if isinstance(listed, list):
        keys["defaultNetworks"] = [f"default-{at}" for at in range(len(listed))]
    if not request.namespace:
        keys.pop("namespaceIsolation", None)
    return keys


def _global(keys: dict[str, object]) -> str:
    return str(keys.get("globalNamespaces") or "default")


def _allowed(namespace: str, request: NetworkRequest, keys: dict[str, object]) -> bool:
    listed = [one.strip() for one in _global(keys).split(",")]
    return namespace in (request.namespace, *listed)


def _defaults(
    request: NetworkRequest, settings: RequestSettings, definitions: Definitions
) -> Iterator[PodFault]:
    """Yield the fault of an annotation for another network in the place of the primary's."""
    wanted = named_networks(request.text, settings.multus_namespace, settings)
    name = wanted[0] if wanted else ("", "")
    there = [name] if name[1] and definitions.find(*name) is not None else []
    result = networks(
        request.namespace,
        {request.key: request.text},
        [{"namespace": ns, "name": each, "config": PLAIN} for ns, each in there],
        version=settings.version,
        multus_config={k: v for k, v in settings.keys.items() if k == "multusNamespace"},
        primary=PRIMARY,
    )
    stage = result.load
    if stage.ok is None and _is_in(stage, DEFAULT_NETWORK):
        kind = stage.refused or PANIC
        if kind == NOT_FOUND and not name[1]:
            kind = EMPTY
        yield PodFault(kind, stage.where, *name)


def _visible(where: FaultPlace | None) -> FaultPlace | None:
    """Return a place of nothing as that of the comma before it, or of what follows it."""
    if where is None or where.span is None or where.span[0] < where.span[1]:
        return where
    start = max(where.span[0] - 1, 0)
    return where._replace(span=(start, start + 1))


def _interface(where: FaultPlace | None, text: str) -> FaultPlace | None:
    """Return the place of a selection's interface, or of the selection if it names none."""
    if where is None or where.span is None:
        return where and where._replace(route=(*where.route, "interface"))
    start, end = where.span
    _name, mark, interface = text[start:end].partition("@")
    return where._replace(span=(end - len(interface.lstrip()), end)) if mark else where


def _is_in(stage: Stage[Any], key: str) -> bool:
    """Whether what ended a stage lies in the annotation."""
    where = stage.where
    return where is not None and where.held is FaultHolder.ANNOTATION and where.name == key


def _fault(stage: Stage[Any]) -> PodFault:
    return PodFault(stage.refused or PANIC, stage.where)
