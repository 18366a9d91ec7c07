"""The primary CNI that a distribution brings, as far as its own configuration is in the repository.

Configurations that are no Kubernetes objects are taken as objects of the kinds below, in the group
that has no name. Each has `cni`: a mapping with a key for each product that it says to be there,
which entries of the catalog ask for.

Talos: siderolabs/talos@0038865:pkg/machinery/constants/constants.go (flannel, custom and none);
from v1.14 on a document KubeFlannelCNIConfig says it, and `$patch: delete` takes it away.
talhelper: budimanjojo/talhelper@00be7ff:pkg/config/config.go (cniConfig, inlinePatch), later
@86f0033 (patches).
RKE2: rancher/rke2@00a489a:pkg/cli/cmds/server.go (`cni`, canal by default). k3s:
k3s-io/k3s@005499a:pkg/cli/cmds/server.go (`flannel-backend`, vxlan by default, `none`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence

from cnilint.kube.manifest import Manifest, manifests
from cnilint.model.tree import (
    Document,
    Embedded,
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
from cnilint.model.tree import Sequence as SequenceTree
from cnilint.start import NamedTuple

from .built import BuiltNode, Place, as_node, made, read, written_in
from .built import document as made_document
from .cloudformation import ADDON, CLUSTER, NODES

TALOS, RKE2, K3S = "Talos", "RKE2", "K3s"
FLANNEL_DOCUMENT = "KubeFlannelCNIConfig"
INLINE_DOCUMENT = "KubeInlineManifestConfig"
NONE, CUSTOM = "none", "custom"
"""What they call it where the user brings a CNI."""

MACHINE_KEYS = frozenset({"version", "debug", "persist", "machine", "cluster"})
TALHELPER_NEEDS = frozenset({"clusterName", "endpoint", "nodes"})
"""Keys that a configuration of talhelper has to have."""
TALHELPER_KEYS = TALHELPER_NEEDS | frozenset(
    {
        *("additionalApiServerCertSans", "additionalMachineCertSans", "allowSchedulingOnMasters"),
        *("allowSchedulingOnControlPlanes", "clusterPodNets", "clusterSvcNets", "cniConfig"),
        *("controlPlane", "domain", "imageFactory", "kubernetesVersion", "patches"),
        *("talosImageURL", "talosVersion", "worker"),
    }
)
"""The keys that it may have: a file with others is another tool's, which knows its own defaults."""
SERVER_KEYS = frozenset(
    {
        *(
            "cluster-cidr",
            "cluster-init",
            "disable",
            "disable-kube-proxy",
            "disable-network-policy",
        ),
        *("flannel-backend", "service-cidr", "tls-san", "write-kubeconfig-mode"),
    }
)
"""Keys of a configuration of k3s or RKE2 that only a server has."""

RKE2_CNIS = frozenset({"calico", "canal", "cilium", "flannel", "multus", NONE})
CNI_PATH = "/cluster/network/cni"

CLUSTER_DOCUMENTS = frozenset(
    {
        *((TALOS, ""), (RKE2, ""), (K3S, ""), (FLANNEL_DOCUMENT, ""), (INLINE_DOCUMENT, "")),
        *(("ClusterConfig", "k0s.k0sproject.io"), ("Cluster", "k0sctl.k0sproject.io")),
        *(("ClusterConfig", "eksctl.io"), ("Cluster", "kops.k8s.io")),
        *((ADDON, ""), (CLUSTER, ""), (NODES, "")),
    }
)
"""Kinds and groups of what describes a whole cluster, and is applied by no GitOps tool."""


class _Said(NamedTuple):
    """What a configuration says of the CNI: its names, whether by default alone, and the place."""

    names: tuple[str, ...]
    route: Route
    default: bool = False


def describes_cluster(one: Manifest) -> bool:
    """Whether an object is the description of a cluster by those who make it."""
    return (one.kind, one.api_version.rpartition("/")[0]) in CLUSTER_DOCUMENTS


def configurations(document: Document, is_file: Callable[[str], bool]) -> Iterator[Manifest]:
    """Yield what a document that is no Kubernetes object says of a distribution.

    `is_file` tells of the path that a file is reported under whether it is there.
    """
    root = follow(document.root)
    if isinstance(root, SequenceTree):
        yield from _of(document, TALOS, "", _patched(root), root)
        return
    if not isinstance(root, Mapping) or descend(root, "apiVersion") is not None:
        return
    names = set(members(root))
    name = string(descend(root, "cluster", "clusterName")) or ""
    parts = document.source.path.split("/")
    if names <= MACHINE_KEYS and names & {"machine", "cluster"}:
        yield from _of(document, TALOS, name, _machine(root), root)
    elif names >= TALHELPER_NEEDS:
        name = string(descend(root, "clusterName")) or ""
        said = _talhelper(document, root)
        known = names <= TALHELPER_KEYS and all(map(is_file, _patch_files(document, root)))
        yield from _of(document, TALOS, name, said if known or not said.default else None, root)
    elif any("rke2" in part.lower() for part in parts) and (names & (SERVER_KEYS | {"cni"})):
        yield from _of(document, RKE2, "", _rke2(root), root)
    elif any("k3s" in part.lower() for part in parts) and names & SERVER_KEYS:
        yield from _of(document, K3S, "", _k3s(root), root)


def _of(
    document: Document, kind: str, name: str, said: _Said | None, root: Tree
) -> Iterator[Manifest]:
    """Yield what stands for a configuration: an object for each CNI, or for what else it holds.

    RKE2 may bring several, and its objects have their names.
    """
    if said is None:
        if isinstance(root, Mapping) and _holds_manifests(root):
            yield _object(document, kind, name, _Said((), ()))
        return
    for each in said.names:
        one = said._replace(names=(each,))
        yield _object(document, kind, each if kind == RKE2 else name, one)


def _object(document: Document, kind: str, name: str, said: _Said) -> Manifest:
    at = (Place(document, said.route),)
    fields: dict[str, BuiltNode] = {
        "kind": BuiltNode(kind),
        "metadata": BuiltNode({"name": BuiltNode(name, at)}, at),
        "cni": BuiltNode({cni: BuiltNode({}, at) for cni in said.names}, at),
    }
    if said.default:
        fields["default"] = made(value=True)
    title = f"{document.source.path}: {kind} {name}"
    whole = made_document(BuiltNode(dict(fields), (Place(document, ()),)), title)
    tree = whole.root
    assert isinstance(tree, Mapping)  # noqa: S101  it was written as one
    return Manifest(whole, (), tree, "", kind, "", name)


def _holds_manifests(root: Mapping) -> bool:
    keys = ("inlineManifests", "extraManifests")
    return any(descend(root, owner, key) for owner in ("cluster", "controlPlane") for key in keys)


def _machine(root: Mapping) -> _Said | None:
    """Return what a machine configuration, or a patch of one, says.

    One that `talosctl gen config` writes has `cluster.network`, where the default counts; from
    Talos v1.14 on it has none, and only a document of its own brings Flannel.
    """
    route = ("cluster", "network", "cni", "name")
    name = string(descend(root, *route))
    if name is not None:
        return _Said((name,), route)
    whole = string(descend(root, "version")) and string(descend(root, "machine", "type"))
    network = descend(root, "cluster", "network")
    if whole in ("controlplane", "init") and network is not None:
        return _Said(("flannel",), ("cluster", "network"), default=True)
    return None


def _patched(root: SequenceTree) -> _Said | None:
    """Return what a JSON patch of a machine configuration says."""
    for at, one in enumerate(root.items):
        path, value = string(child(one, "path")) or "", child(one, "value")
        if value is None or path not in (CNI_PATH, f"{CNI_PATH}/name"):
            continue
        name = string(value) if path != CNI_PATH else string(child(value, "name"))
        if name is not None:
            return _Said((name,), (at, "value"))
    return None


def _talhelper(document: Document, root: Mapping) -> _Said:
    from cnilint.syntax.embedded import resolve

    route = ("cniConfig", "name")
    inline_patch = ("controlPlane", "inlinePatch", "cluster", "network", "cni", "name")
    for each in (route, inline_patch):
        name = string(descend(root, *each))
        if name is not None:
            return _Said((name,), each)
    listed = descend(root, "controlPlane", "configPatches")
    said = _patched(listed) if isinstance(listed, SequenceTree) else None
    if said is not None:
        return said._replace(route=("controlPlane", "configPatches", *said.route))
    for steps in (("patches",), ("controlPlane", "patches")):
        for at, _one in enumerate(items(descend(root, *steps))):
            inside = resolve(document, (*steps, at, Embedded.YAML))
            name = string(descend(inside, *CNI_PATH.split("/")[1:], "name")) if inside else None
            if name is not None:
                return _Said((name,), (*steps, at))
    return _Said(("flannel",), ("nodes",), default=True)


def _patch_files(document: Document, root: Mapping) -> Iterator[str]:
    """Yield the paths of the patches that talhelper is told to read: texts that begin with `@`."""
    folder = posixpath.dirname(document.source.path)
    for steps in (("patches",), ("controlPlane", "patches")):
        for one in items(descend(root, *steps)):
            text = string(one) or ""
            if text.startswith("@"):
                yield posixpath.normpath(posixpath.join(folder, text[1:]))


def _rke2(root: Mapping) -> _Said:
    found = descend(root, "cni")
    if found is None:
        return _Said(("canal",), (), default=True)
    given = [string(one) for one in items(found)] or (string(found) or "").split(",")
    names = tuple(name.strip() for name in given if name)
    return _Said(tuple(name for name in names if name in RKE2_CNIS), ("cni",))


def _k3s(root: Mapping) -> _Said:
    backend = string(descend(root, "flannel-backend"))
    if backend == NONE:
        return _Said((NONE,), ("flannel-backend",))
    return _Said(("flannel",), ("flannel-backend",) if backend else (), default=not backend)


def settled(objects: Sequence[Manifest]) -> list[Manifest]:
    """Return the objects of a cluster with one word of its distribution on each CNI, if any.

    A default gives way to what another document of the cluster says, as patches and drop-ins do;
    a chart of RKE2 that a HelmChartConfig configures stands there and not here.
    """
    configured = {
        one.name.removeprefix("rke2-") for one in objects if one.kind == "HelmChartConfig"
    }
    deleted = any(one.kind == FLANNEL_DOCUMENT and _is_deleted(one) for one in objects)
    kept = [one for one in objects if _is_kept(one, deleted=deleted)]
    for kind in (TALOS, RKE2, K3S):
        found = [one for one in objects if _is_own(one, kind) and _cni(one)]
        said = [one for one in found if one.at("default") is None]
        if not said and deleted and kind == TALOS:
            continue
        told = {_cni(one): one for one in reversed(said or found)}
        if not {NONE, CUSTOM} & set(told):
            kept += [one for name, one in told.items() if kind != RKE2 or name not in configured]
    return kept


def inline_objects(objects: Sequence[Manifest]) -> Iterator[Manifest]:
    """Yield the manifests that the machine configurations of a cluster hold, each once."""
    seen: set[tuple[str, str, str]] = set()
    for one in objects:
        for text in _inline_texts(one):
            for each in _manifests(text):
                key = (each.kind, each.namespace, each.name)
                if key not in seen:
                    seen.add(key)
                    yield each


def addresses(objects: Sequence[Manifest]) -> Iterator[tuple[str, BuiltNode]]:
    """Yield the addresses of the manifests that machine configurations apply, each once."""
    seen: set[str] = set()
    for one in objects:
        for steps in (("cluster", "extraManifests"), ("cluster", "network", "cni", "urls")):
            found = _written(one, steps)
            listed = found.value if found is not None and isinstance(found.value, list) else []
            for node in listed:
                if isinstance(node.value, str) and node.value not in seen:
                    seen.add(node.value)
                    yield node.value, node


def _inline_texts(one: Manifest) -> Iterator[BuiltNode]:
    if one.kind == INLINE_DOCUMENT:
        found = as_node(one).get("contents")
        if found is not None:
            yield found
    for steps in (("cluster", "inlineManifests"), ("controlPlane", "inlineManifests")):
        listed = _written(one, steps)
        for entry in listed.value if listed is not None and isinstance(listed.value, list) else ():
            found = entry.get("contents")
            if found is not None:
                yield found


def _written(one: Manifest, steps: tuple[str, ...]) -> BuiltNode | None:
    """Return a part of the file that a machine configuration stands in."""
    if not _is_own(one, TALOS):
        return None
    whole = written_in(one.document)
    tree = descend(whole.root, *steps)
    return read(whole, steps, tree) if tree is not None else None


def _manifests(text: BuiltNode) -> Iterator[Manifest]:
    from .kustomize_loading import NotReadError, inline

    try:
        nodes = inline(text)
    except NotReadError:
        return
    for node in nodes:
        title = node.text("metadata", "name")
        if node.text("kind") and node.text("apiVersion"):
            path = text.places[-1].document.source.path if text.places else ""
            yield from manifests(made_document(node, f"{path}: {node.text('kind')} {title}"))


def _is_kept(one: Manifest, *, deleted: bool) -> bool:
    if one.kind == FLANNEL_DOCUMENT:
        return not deleted
    return not any(_is_own(one, kind) for kind in (TALOS, RKE2, K3S))


def _is_own(one: Manifest, kind: str) -> bool:
    return one.kind == kind and not one.api_version


def _cni(one: Manifest) -> str:
    found = one.at("cni")
    tree = follow(found) if found is not None else None
    return next(iter(members(tree)), "") if isinstance(tree, Mapping) else ""


def _is_deleted(one: Manifest) -> bool:
    return string(one.at("$patch")) == "delete"
