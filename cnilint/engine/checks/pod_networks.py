"""What pods ask Multus for: networks that are there, written so that Multus can read them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from cnilint.catalog.catalog import Role
from cnilint.engine.hit import Hit
from cnilint.model.finding import Applicability, Fix, Level, Related
from cnilint.multus.network_definitions import Definition, Definitions
from cnilint.multus.network_requests import NetworkRequest
from cnilint.multus.request_settings import RequestSettings
from cnilint.simulation.cluster import Cluster
from cnilint.start import lazy_pattern
from cnilint.upstream.multus_keys import DEFAULT_NETWORK, NETWORKS

from .network_facts import assumption, named_networks, network_facts
from .network_faults import EMPTY, ISOLATION, NOT_FOUND, PANIC, PodFault, judged_requests

_NAME = lazy_pattern(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_LABEL = lazy_pattern(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")

WHY: dict[str, str] = {
    EMPTY: "an item of it is empty, and Multus looks for a network without a name",
    PANIC: "Multus panics on `null` in it",
    "json": "it is neither names nor a JSON list of objects with values of the right types",
    "slash": "an item has more than one slash",
    "at": "an item has more than one @",
    "name": "Multus takes only lower case letters, digits and dashes there",
    "interface-grammar": "the interface's name is over 15 bytes long, or has a space or a slash",
    "interface-invalid": "the interface's name is over 15 bytes long, or no interface can have it",
    "interface-exists": "the pod has an interface of that name by then",
    "kernel-name": "the kernel takes that name of an interface in another way",
    "mac": "the MAC address is none",
    "guid": "the GUID is none",
    "ip": "the IP address is none",
    "ecmp": "two networks have a default route of one family, and Multus knows no ECMP",
    "many-default": "it names several networks, and there can be one",
    "empty-annotation": "it is empty, and Multus takes that for a fault",
}
"""Why Multus refuses what an annotation says, by what `networks` calls it."""


def network_not_found(cluster: Cluster) -> Iterator[Hit]:
    """CNI502: a pod asks for a network that nothing defines."""
    definitions = network_facts(cluster).definitions
    for judged in judged_requests(cluster):
        if judged.request.key != NETWORKS:
            continue
        for fault in judged.faults:
            if fault.kind == NOT_FOUND:
                yield _not_found(judged.request, fault, definitions)


def networks_annotation_invalid(cluster: Cluster) -> Iterator[Hit]:
    """CNI503: what a pod asks for is refused before any network is looked up, or at its ADD."""
    for judged in judged_requests(cluster):
        for fault in judged.faults:
            if judged.request.key != NETWORKS or fault.kind in (NOT_FOUND, ISOLATION):
                continue
            yield Hit(
                location=judged.request.place(fault.where),
                parameters={
                    "object": judged.request.manifest.title,
                    "multus": judged.settings.title,
                    "why": WHY.get(fault.kind, "it refuses what stands there"),
                },
                details=assumption(judged.settings),
                fixes=(Fix("write the networks as Multus reads them", Applicability.DISPLAY, ()),),
            )


def namespace_isolation(cluster: Cluster) -> Iterator[Hit]:
    """CNI505: a pod asks for a definition of another namespace, which isolation forbids."""
    for judged in judged_requests(cluster):
        place = judged.settings.isolation
        for fault in judged.faults:
            if fault.kind != ISOLATION:
                continue
            pods, other = judged.request.namespace, fault.namespace
            yield Hit(
                location=judged.request.place(fault.where),
                parameters={
                    "object": judged.request.manifest.title,
                    "namespace": other,
                    "pods": pods,
                },
                related=(Related(place, "isolation is switched on here"),) if place else (),
                fixes=(
                    Fix(f"define the network in {pods}", Applicability.DISPLAY, ()),
                    Fix(f"add {other} to globalNamespaces", Applicability.DISPLAY, ()),
                ),
            )


def default_network_override(cluster: Cluster) -> Iterator[Hit]:
    """CNI506: a pod gets another network in the place of the primary's, or does not start."""
    faults = {judged.request: judged for judged in judged_requests(cluster)}
    facts = network_facts(cluster)
    for request in facts.requests:
        if request.key != DEFAULT_NETWORK or request.filled_in_later:
            continue
        judged = faults.get(request)
        if judged is not None:
            for fault in judged.faults:
                yield _default_refused(request, fault, judged.settings, facts.definitions)
        else:
            yield from _bypassed(cluster, request, facts.settings[0], facts.definitions)


def _not_found(request: NetworkRequest, fault: PodFault, definitions: Definitions) -> Hit:
    network = f"{fault.namespace}/{fault.name}" if fault.namespace else fault.name
    if "/" in fault.name:
        network = f"{fault.name!r} of {fault.namespace or 'its namespace'}"
    near = _near(fault, definitions)
    known = definitions.know(fault.namespace)
    if not _can_be(fault):
        level, what = Level.ERROR, "no definition can have that name"
    elif known:
        of = f" of {fault.namespace}" if fault.namespace else ""
        level, what = Level.ERROR, f"no definition{of} is called that"
    else:
        level = Level.WARNING if near else Level.NOTE
        what = "these manifests have no definition of that name there"
    return Hit(
        location=request.place(fault.where),
        parameters={"object": request.manifest.title, "network": network, "what": what},
        related=tuple(Related(one.manifest.location("metadata", "name"), t) for one, t in near),
        fixes=tuple(
            Fix(f"ask for {one.title}, if that is the one meant", Applicability.DISPLAY, ())
            for one, _text in near
        )
        or (Fix(f"define {network}, or ask for one that is", Applicability.DISPLAY, ()),),
        level=level,
    )


def _can_be(fault: PodFault) -> bool:
    """Whether Kubernetes would take an object of that name in that namespace."""
    return bool(_NAME.fullmatch(fault.name)) and bool(
        not fault.namespace or _LABEL.fullmatch(fault.namespace)
    )


def _near(fault: PodFault, definitions: Definitions) -> list[tuple[Definition, str]]:
    """Return the definitions that may be meant: of that name elsewhere, or of one that is near."""
    front, slash, rest = fault.name.partition("/")
    if slash:
        split = definitions.find(front, rest)
        return [(split, f"{rest} is defined here, in {front}")] if split is not None else []
    found = [
        (one, f"{fault.name} is defined here, in {namespace}")
        for namespace in definitions.elsewhere(fault.name)
        if (one := definitions.find(namespace, fault.name)) is not None
    ]
    if found:
        return found
    word = definitions.near(fault.namespace, fault.name)
    one = definitions.find(fault.namespace, word) if word else None
    return [(one, f"{word} is defined here")] if one is not None else []


def _default_refused(
    request: NetworkRequest, fault: PodFault, settings: RequestSettings, definitions: Definitions
) -> Hit:
    level, near = Level.ERROR, []
    if fault.kind == NOT_FOUND:
        near = _near(fault, definitions)
        sure = definitions.know(fault.namespace) or not _can_be(fault)
        level = Level.ERROR if sure else Level.WARNING
        here = "" if sure else " in these manifests"
        why = f"{fault.name} is looked for in {fault.namespace}, where nothing defines it{here}"
    else:
        why = WHY.get(fault.kind, "Multus refuses what stands there")
        why = "Multus panics on an empty list, and on `null` in one" if fault.kind == PANIC else why
    return Hit(
        location=request.place(fault.where),
        parameters={
            "object": request.manifest.title,
            "effect": "names no default network for its pods",
            "why": why,
        },
        details=assumption(settings),
        related=tuple(Related(one.manifest.location("metadata", "name"), t) for one, t in near),
        fixes=(Fix("name one definition, with its namespace", Applicability.DISPLAY, ()),),
        level=level,
    )


def _bypassed(
    cluster: Cluster, request: NetworkRequest, settings: RequestSettings, definitions: Definitions
) -> Iterator[Hit]:
    """Yield what a default network does that is there: it takes the place of the primary's."""
    primaries = [one for one in cluster.installers if one.role is Role.PRIMARY]
    wanted = named_networks(request.text, settings.multus_namespace, settings)
    one = definitions.find(*wanted[0]) if wanted else None
    if settings.install is None or not primaries or one is None:
        return
    types = {each.type for each in one.plugins()}
    own = chain.from_iterable(each.product.plugins for each in primaries)
    if types & {str(each.get("type", "")) for each in own}:
        return
    yield Hit(
        location=request.location,
        parameters={
            "object": request.manifest.title,
            "effect": f"takes the place of {' and '.join({p.title: 1 for p in primaries})}",
            "why": f"eth0 of its pods comes from {one.title}",
        },
        related=(Related(one.manifest.location("metadata", "name"), "the network it gets"),),
        fixes=(Fix("ask for it as a further network", Applicability.DISPLAY, ()),),
    )
