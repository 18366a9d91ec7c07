"""The network that a configuration of Multus's own, given as a file, names as the primary."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from cnilint.catalog.release import shown
from cnilint.engine.hit import Hit
from cnilint.kube.environment import Text
from cnilint.kube.held_place import held_location
from cnilint.model.finding import Applicability, Fix, Level, Related
from cnilint.multus.configuration import Multus
from cnilint.multus.network_definitions import Definitions
from cnilint.multus.request_settings import copied_configuration
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple
from cnilint.upstream.multus_networks import networks
from cnilint.upstream.multus_settings import MULTUS_NAMESPACE

from .network_facts import network_facts
from .network_faults import PLAIN

KEY = "clusterNetwork"


class Named(NamedTuple):
    """A network that a file names as the primary: its name, where it is looked for, the file."""

    namespace: str
    name: str
    keys: Mapping[str, object]
    file: Text


def cluster_network_not_defined(cluster: Cluster) -> Iterator[Hit]:
    """CNI115: the file that Multus copies names a network as the primary that nothing defines."""
    definitions = network_facts(cluster).definitions
    for one in cluster.multuses:
        named = copied_cluster_network(one)
        if named is not None and not _is_found(cluster, one, named, definitions):
            yield _missing(named, definitions)


def copied_cluster_network(one: Multus) -> Named | None:
    """Return the network that the file which thin Multus copies names, if a ConfigMap has it."""
    copied = copied_configuration(one)
    name = copied.keys.get(KEY) if copied is not None else None
    if copied is None or not isinstance(name, str) or not name or "/" in name:
        return None
    namespace = str(copied.keys.get("multusNamespace") or MULTUS_NAMESPACE)
    return Named(namespace, name, copied.keys, copied.text)


def _is_found(cluster: Cluster, one: Multus, named: Named, definitions: Definitions) -> bool:
    """Whether Multus finds the network: a definition, or a file of its directory by its name."""
    directory = str(named.keys.get("confDir") or "").rstrip("/")
    files = {
        posixpath.basename(path): content
        for facts in cluster.classes_of(one)
        for path, content in facts.simulation.contents.items()
        if posixpath.dirname(path) == directory
    }
    namespace, name = named.namespace, named.name
    defined = definitions.find(namespace, name) is not None
    result = networks(
        namespace,
        {},
        [{"namespace": namespace, "name": name, "config": PLAIN}] if defined else [],
        version=shown(one.release),
        conf_dir=files,
        multus_config={KEY: name, "multusNamespace": namespace},
    )
    return result.load.refused != "primary"


def _missing(named: Named, definitions: Definitions) -> Hit:
    namespace, name = named.namespace, named.name
    known = definitions.know(namespace)
    return Hit(
        location=held_location(named.file.manifest, named.file.location.route, (KEY,)),
        parameters={
            "value": repr(name),
            "effect": "names what every pod gets first",
            "why": f"it is looked for in {namespace}, where nothing defines it"
            + ("" if known else " in these manifests"),
        },
        related=tuple(
            Related(one.manifest.location("metadata", "name"), f"{name} is defined in {other}")
            for other in definitions.elsewhere(name)
            if (one := definitions.find(other, name)) is not None
        ),
        fixes=(Fix(f"define {name} in {namespace}", Applicability.DISPLAY, ()),),
        level=Level.ERROR if known else Level.WARNING,
    )
