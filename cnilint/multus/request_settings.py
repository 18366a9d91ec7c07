"""The settings of a Multus install that decide what becomes of a pod's request for networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnilint.catalog.form import argument
from cnilint.catalog.recognise import NO_TARGETS, Targets
from cnilint.catalog.release import shown
from cnilint.kube.environment import Text, placeholder
from cnilint.kube.held_place import held_location
from cnilint.model.finding import Location
from cnilint.start import NamedTuple
from cnilint.upstream import gojson
from cnilint.upstream.gojson import JSONError
from cnilint.upstream.multus_releases import NEWEST
from cnilint.upstream.multus_settings import MULTUS_NAMESPACE
from cnilint.upstream.plain_json import plain

from .configuration import Multus
from .forms import FAMILIES

FLAGS = {
    "namespaceIsolation": "namespace-isolation",
    "globalNamespaces": "global-namespaces",
}
"""Keys of Multus's configuration, and the flags by which thin Multus and v3.9's daemon set them.

k8snetworkplumbingwg/multus-cni@v4.3.0:cmd/thin_entrypoint/main.go, @v3.9.3:images/entrypoint.sh and
@v3.9.3:cmd/controller/main.go
"""

TYPES: dict[str, type] = {
    "namespaceIsolation": bool,
    "globalNamespaces": str,
    "multusNamespace": str,
    "defaultNetworks": list,
    "systemNamespaces": list,
}
"""The keys that count, with what each has to be: of another type, Multus refuses them (CNI108)."""


class RequestSettings(NamedTuple):
    """What judges a request: a release, and the keys of its configuration that are set.

    `install` is None where no Multus is in view: then the release is `told`, or the newest.
    """

    version: str
    keys: Mapping[str, object] = {}
    isolation: Location | None = None
    install: Multus | None = None
    told: bool = False

    @property
    def assumed(self) -> bool:
        """Whether nothing says which release it is."""
        return self.install is None and not self.told

    @property
    def multus_namespace(self) -> str:
        """Where a default network is looked up that names no namespace."""
        return str(self.keys.get("multusNamespace") or MULTUS_NAMESPACE)

    @property
    def title(self) -> str:
        """What judges, for a message."""
        return f"Multus {self.version}"


def request_settings(
    installs: Sequence[Multus], targets: Targets = NO_TARGETS
) -> tuple[RequestSettings, ...]:
    """Return what judges requests in a cluster, each release and configuration once.

    Where no Multus is in view, `targets` may have its release; else it is the newest.
    """
    found: dict[tuple[str, str], RequestSettings] = {}
    for one in installs:
        keys = {key: value for key in TYPES if (value := _value(one, key)) is not None}
        settings = RequestSettings(shown(one.release), keys, _isolation(one), one)
        found.setdefault((settings.version, repr(sorted(keys.items()))), settings)
    told = next((targets[product] for product in FAMILIES if product in targets), NEWEST)
    return tuple(found.values()) or (RequestSettings(shown(told), told=told is not NEWEST),)


class Copied(NamedTuple):
    """A configuration of Multus's own that its install puts on the node as it is."""

    text: Text
    keys: Mapping[str, object]


def copied_configuration(one: Multus) -> Copied | None:
    """Return the configuration that thin Multus copies to the node, if a ConfigMap has it."""
    workload, container = one.installer.workload, one.installer.container
    if one.family != "thin" or one.auto or workload is None or container is None:
        return None
    text = workload.mounted_text(container, one.value("mode"))
    if text is None or placeholder(text.value):
        return None
    try:
        keys = plain(gojson.parse(text.value))
    except (JSONError, ValueError):
        return None
    return Copied(text, keys) if isinstance(keys, dict) else None


def _value(one: Multus, key: str) -> object:
    """Return a key's value if it is set and of the type that Multus wants."""
    copied = copied_configuration(one)
    if copied is not None or one.family == "thick":
        given = one.member(key)
        value = given.value if given is not None else None
        value = copied.keys.get(key) if copied is not None else value
        return value if isinstance(value, TYPES[key]) else None
    container, flag = one.installer.container, FLAGS.get(key)
    if container is None or flag is None:
        return None
    text = argument(container, flag, switch=TYPES[key] is bool, joined=one.script)
    if text is None:
        return None
    return text.value == "true" if TYPES[key] is bool else text.value or None


def _isolation(one: Multus) -> Location | None:
    copied = copied_configuration(one)
    if copied is not None:
        steps = ("namespaceIsolation",)
        return held_location(copied.text.manifest, copied.text.location.route, steps)
    if one.family == "thick":
        given = one.member("namespaceIsolation")
        return given.location if given is not None else None
    container = one.installer.container
    text = argument(container, FLAGS["namespaceIsolation"], switch=True) if container else None
    return text.location if text is not None else None
