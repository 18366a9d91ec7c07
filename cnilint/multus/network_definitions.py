"""NetworkAttachmentDefinitions: those that are written, and those that an operator makes.

Sources: k8snetworkplumbingwg/network-attachment-definition-client@v1.7.7:
pkg/apis/k8s.cni.cncf.io/v1/types.go; of what makes definitions
k8snetworkplumbingwg/sriov-network-operator@v1.3.0:api/v1/helper.go (RenderNetAttDef),
Mellanox/network-operator@v24.7.0:pkg/state/state_macvlan_network.go and its neighbours,
ovn-org/ovn-kubernetes:docs/features/user-defined-networks,
openshift/cluster-network-operator:pkg/network/render.go (renderRawCNIConfig) and
spidernet-io/spiderpool@v1.0.0:docs/concepts/spidermultusconfig.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cnilint.errors import nearest_word
from cnilint.kube.environment import placeholder
from cnilint.kube.manifest import Manifest
from cnilint.kube.workload import TEMPLATE
from cnilint.model.tree import (
    Mapping,
    Route,
    Tree,
    child,
    descend,
    follow,
    items,
    members,
    string,
)
from cnilint.model.tree import Sequence as Items
from cnilint.model.tree import plain as value_of
from cnilint.start import NamedTuple
from cnilint.upstream import gojson
from cnilint.upstream.gojson import JSONError
from cnilint.upstream.plain_json import plain

from .network_objects import EVERYWHERE, GROUP, KIND, MAKERS, NVIDIA, OPENSHIFT, SRIOV

RESOURCE = "k8s.v1.cni.cncf.io/resourceName"
"""The annotation of a definition that names the resource of the node which each pod takes."""

SPIDER_NAME = "multus.spidernet.io/cr-name"
"""The annotation by which a SpiderMultusConfig gives its definition another name."""


class DefinedPlugin(NamedTuple):
    """One plugin of a definition: its type, its settings, and the steps to them in the JSON."""

    type: str
    settings: dict[str, object]
    steps: tuple[str | int, ...] = ()


class Definition(NamedTuple):
    """A definition. `route` leads from the root of the document to the text of its configuration.

    `config` is None where it has none, or where an operator makes it (`made`): then `plugin` is
    what that one uses, and `route` leads to the text of the IPAM, if there is any. A `namespace` of
    None stands for every namespace.
    """

    manifest: Manifest
    namespace: str | None
    name: str
    config: str | None = None
    route: Route = ()
    made: bool = False
    plugin: str = ""

    @property
    def title(self) -> str:
        """Its namespace and name, as far as they are known."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def filled_in_later(self) -> bool:
        """Whether what it says is known only after substitution."""
        return bool(placeholder(self.config or "") or placeholder(self.title))

    def plugins(self) -> tuple[DefinedPlugin, ...]:
        """Return its plugins, as far as they can be read; a `type` at the top counts before all."""
        if self.filled_in_later:
            return ()
        if self.made:
            return (DefinedPlugin(self.plugin, {"ipam": _parsed(self.manifest, "spec", "ipam")}),)
        try:
            found = plain(gojson.parse(self.config or ""))
        except (JSONError, ValueError):
            return ()
        if not isinstance(found, dict):
            return ()
        if isinstance(found.get("type"), str) and found["type"]:
            return (DefinedPlugin(found["type"], found),)
        listed = found.get("plugins")
        return tuple(
            DefinedPlugin(str(one.get("type", "")), one, ("plugins", at))
            for at, one in enumerate(listed if isinstance(listed, list) else ())
            if isinstance(one, dict)
        )

    def inside(self, *steps: str | int) -> tuple[str | int, ...]:
        """Return steps of `plugins` as steps in the text at `route`."""
        return steps[1:] if self.made else steps


MOST_NEAR = 200
"""Names that a misspelt one is compared with."""


class Definitions:
    """The definitions of a cluster, to be found by name."""

    def __init__(self, found: Sequence[Definition], *, unknown: bool, complete: bool) -> None:
        """`unknown` says that something makes definitions whose names are not known.

        `complete` says that there are no objects in the cluster but those that were looked at.
        """
        self.found = tuple(found)
        self._named: dict[str, list[Definition]] = {}
        self._names: dict[str | None, set[str]] = {}
        for one in found:
            self._named.setdefault(one.name, []).append(one)
            self._names.setdefault(one.namespace, set()).add(one.name)
        self._own = {one.namespace for one in found if one.manifest.kind == KIND}
        self._complete = complete
        self._unknown = unknown or any(placeholder(one.name) for one in found)

    @property
    def written(self) -> Iterator[Definition]:
        """Those that are objects themselves."""
        return (one for one in self.found if not one.made)

    def find(self, namespace: str, name: str) -> Definition | None:
        """Return the definition that a request means; an unknown namespace fits any."""
        named = self._named.get(name, [])
        if not namespace:
            return named[0] if named else None
        fits = [one for one in named if _fits(one, namespace)]
        return next((one for one in fits if one.namespace == namespace), None) or next(
            iter(fits), None
        )

    def elsewhere(self, name: str) -> list[str]:
        """Return the namespaces that have a definition of a name."""
        return sorted({one.namespace for one in self._named.get(name, ()) if one.namespace})

    def near(self, namespace: str, name: str) -> str:
        """Return the name in a namespace that is nearest to one, or nothing.

        Where there are very many nobody is asked: each request would be held against each of them.
        """
        known = self._names.get(namespace, ())
        return nearest_word(name, sorted(known), 0.8) if len(known) <= MOST_NEAR else ""

    def know(self, namespace: str) -> bool:
        """Whether these are, as far as can be seen, all definitions of a namespace.

        The namespace has some of its own, or all objects of the cluster are in view, and nothing
        makes others of names that are not known.
        """
        own = namespace in self._own
        return (self._complete or (bool(namespace) and own)) and not self._unknown


def _fits(one: Definition, namespace: str) -> bool:
    """Whether a definition is, or may be, in a namespace."""
    given = one.namespace
    return given in (None, "", namespace) or bool(placeholder(given or ""))


def network_definitions(manifests: Iterable[Manifest], *, complete: bool = False) -> Definitions:
    """Return the definitions that objects are, hold or make.

    `complete` says that the cluster has no other objects. Where a workload stands in two files and
    says two things, not all of them are applied together, and definitions may be missing.
    """
    found: list[Definition] = []
    manifests = tuple(manifests)
    unknown = _contradict(manifests)
    for one in manifests:
        group = one.api_version.partition("/")[0]
        if one.kind == KIND and group == GROUP:
            steps = ("spec", "config")
            route = (*one.route, *steps)
            found.append(Definition(one, one.namespace, one.name, string(one.at(*steps)), route))
            continue
        found += _made(one, group)
        if one.mentions(KIND):
            held = list(_held(one))
            found += [each for each in held if each.name]
            unknown |= not all(each.name for each in held)
    return Definitions(found, unknown=unknown, complete=complete)


def _contradict(manifests: Iterable[Manifest]) -> bool:
    """Whether a workload of one name stands in two files that say different things of it."""
    first: dict[tuple[str, str, str], Manifest] = {}
    for one in manifests:
        if one.kind not in TEMPLATE or not one.name:
            continue
        before = first.setdefault((one.kind, one.namespace, one.name), one)
        apart = before.document.source is not one.document.source
        if apart and value_of(before.root) != value_of(one.root):
            return True
    return False


def _made(one: Manifest, group: str) -> Iterator[Definition]:
    """Yield the definitions that an operator makes of an object."""
    maker = MAKERS.get((one.kind, group))
    if maker is not None:
        plugin, default = maker
        given = string(one.at("spec", "networkNamespace")) if group in (SRIOV, NVIDIA) else ""
        name = string(one.at("metadata", "annotations", SPIDER_NAME)) or one.name
        namespace = given or default or one.namespace
        route = (*one.route, "spec", "ipam")
        yield Definition(one, namespace, name, None, route, made=True, plugin=plugin)
    elif one.kind == EVERYWHERE and group == "k8s.ovn.org":
        yield Definition(one, None, one.name, made=True)
    elif (one.kind, group) == OPENSHIFT:
        for at, tree in enumerate(items(one.at("spec", "additionalNetworks"))):
            yield _additional(one, at, tree)


def _additional(one: Manifest, at: int, tree: Tree) -> Definition:
    """Return a network that OpenShift's operator is told to define."""
    name = string(child(tree, "name")) or ""
    namespace = string(child(tree, "namespace")) or "default"
    config = string(child(tree, "rawCNIConfig"))
    route = (*one.route, "spec", "additionalNetworks", at, "rawCNIConfig")
    if config is None:
        return Definition(one, namespace, name, made=True, plugin="macvlan")
    return Definition(one, namespace, name, config, route)


def _held(one: Manifest) -> Iterator[Definition]:
    """Yield the definitions inside another object (a policy that makes them, values of a chart).

    A mention of the kind alone, as in its CustomResourceDefinition, is none.

    One without a name, or with one that is not known, has an empty name; where a policy says the
    namespace, it is every one.
    """
    pending: list[Tree] = [entry.value for entry in one.root.entries]
    while pending:
        tree = follow(pending.pop())
        if isinstance(tree, Items):
            pending += tree.items
        elif isinstance(tree, Mapping):
            version = string(child(tree, "apiVersion")) or ""
            if string(child(tree, "kind")) == KIND and version.startswith(f"{GROUP}/"):
                yield _of_tree(one, tree)
            else:
                pending += members(tree).values()


def _of_tree(one: Manifest, tree: Mapping) -> Definition:
    name = string(descend(tree, "metadata", "name")) or string(child(tree, "name")) or ""
    given = string(descend(tree, "metadata", "namespace")) or string(child(tree, "namespace"))
    known = given if given and not placeholder(given) else None
    return Definition(one, known, "" if placeholder(name) else name, made=True)


def _parsed(one: Manifest, *steps: str) -> object:
    try:
        found: object = plain(gojson.parse(string(one.at(*steps)) or ""))
    except (JSONError, ValueError):
        return None
    return found
