"""Pods as a controller makes them: containers, their settings, and what they mount."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from cnilint.model.tree import Embedded, Route, Tree, child, descend, follow, items, members, string
from cnilint.model.tree import Mapping as MappingTree
from cnilint.syntax.embedded import decoded_base64

from .container import Container, Image, Text, containers, scalar_text, texts
from .manifest import Manifest, ManifestIndex

__all__ = ["TEMPLATE", "Container", "HostFile", "Image", "Text", "Workload", "texts", "workload"]

TEMPLATE: dict[str, tuple[str, ...]] = {
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
"""Where each kind keeps its pod template."""


class HostFile(NamedTuple):
    """Where a container's path lies on the host; `path` is absolute and clean."""

    path: str
    read_only: bool
    volume: str


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """An object that runs pods, with what its containers refer to."""

    manifest: Manifest
    template: tuple[str, ...]
    containers: tuple[Container, ...]
    index: ManifestIndex

    @property
    def specification(self) -> Tree | None:
        """The pod's `spec`."""
        return self.manifest.at(*self.template, "spec")

    def labels(self) -> dict[str, str]:
        """Return the pod template's labels and, under them, the object's own."""
        found: dict[str, str] = {}
        for steps in (("metadata", "labels"), (*self.template, "metadata", "labels")):
            tree = self.manifest.at(*steps)
            if tree is not None and isinstance(follow(tree), MappingTree):
                for key, value in members(follow(tree)).items():  # type: ignore[arg-type]
                    found[key] = string(value) or ""
        return found

    def volume(self, name: str) -> tuple[Tree, Route] | None:
        """Return a volume of the pod by its name, with its route."""
        base = (*self.template, "spec", "volumes")
        for at, tree in enumerate(items(self.manifest.at(*base))):
            if string(child(tree, "name")) == name:
                return tree, (*self.manifest.route, *base, at)
        return None

    def mounts(self, container: Container) -> Iterator[tuple[str, Tree, Route]]:
        """Yield a container's mounts: path, the mount, its route."""
        for at, tree in enumerate(items(child(container.tree, "volumeMounts"))):
            path = string(child(tree, "mountPath"))
            if path is not None:
                route = (*container.route, "volumeMounts", at)
                yield _clean(path), tree, route

    def mount(self, container: Container, path: str) -> tuple[str, Tree] | None:
        """Return the mount a container's path lies in (the longest one), and the rest behind it."""
        clean = _clean(path)
        best: tuple[str, Tree] | None = None
        for mount_path, tree, _route in self.mounts(container):
            inside = clean == mount_path or clean.startswith(mount_path.rstrip("/") + "/")
            if inside and (best is None or len(mount_path) > len(best[0])):
                best = (mount_path, tree)
        if best is None:
            return None
        return clean[len(best[0].rstrip("/")) :].lstrip("/"), best[1]

    def host_path(self, container: Container, path: str) -> HostFile | None:
        """Return where a path of a container lies on the host.

        None for a path that stays in the container: not mounted, or on a volume that is no
        host path (an emptyDir, a ConfigMap), however its name looks.
        """
        return _host_path(self, container, path)

    def container_path(self, container: Container, host: str) -> str | None:
        """Return the path under which a container sees a host directory, or None."""
        for mount_path, tree, _route in self.mounts(container):
            name = string(child(tree, "name")) or ""
            volume = self.volume(name)
            base = string(descend(volume[0], "hostPath", "path")) if volume else None
            if not base or _sub_path(tree):
                continue
            base = _clean(base)
            if host == base or host.startswith(base.rstrip("/") + "/"):
                rest = host[len(base.rstrip("/")) :]
                return _clean(mount_path + "/" + rest)
        return None

    def mounted_text(self, container: Container, path: str) -> Text | None:
        """Return a file of a container that comes from a ConfigMap: `path` -> mount -> key.

        Follows `items` (key to path), `subPath` and projected volumes.
        """
        found = self.mount(container, path)
        if found is None:
            return None
        rest, mount = found
        inner = _clean(f"{_sub_path(mount)}/{rest}")[1:]
        volume = self.volume(string(child(mount, "name")) or "")
        if volume is None:
            return None
        for source in _config_map_sources(volume[0]):
            name = string(child(source, "name"))
            if name is None:
                continue
            key = _key_of_path(source, inner)
            text = self.config_map_text(name, key) if key else None
            if text is not None:
                return text
        return None

    def config_map_text(self, name: str, key: str) -> Text | None:
        """Return a ConfigMap's value by the map's name, as this workload's namespace sees it."""
        manifest = self.index.find("ConfigMap", name, self.manifest.namespace)
        if manifest is None:
            return None
        value = string(manifest.at("data", key))
        if value is not None:
            return Text(value, manifest.location("data", key), manifest)
        encoded = manifest.at("binaryData", key)
        decoded = decoded_base64(string(encoded) or "")
        if encoded is None or decoded is None:
            return None
        route = (*manifest.route, "binaryData", key, Embedded.BASE64)
        return Text(decoded, manifest.locate(encoded, route), manifest)

    def environment(self, container: Container, name: str) -> Text | None:
        """Return a variable's value: `env` (the last of one name wins) over `envFrom`.

        A `valueFrom` is followed into its ConfigMap; a Secret's or a field's value is unknown.
        """
        here = (*container.route, "env")
        for at, entry in reversed(list(enumerate(items(child(container.tree, "env"))))):
            if string(child(entry, "name")) != name:
                continue
            value = child(entry, "value")
            if value is not None:
                location = self.manifest.locate(value, (*here, at, "value"))
                return Text(scalar_text(value), location, self.manifest)
            if child(entry, "valueFrom") is None:
                return Text("", self.manifest.locate(entry, (*here, at)), self.manifest)
            reference = descend(entry, "valueFrom", "configMapKeyRef")
            if reference is None:
                return None
            map_name, key = string(child(reference, "name")), string(child(reference, "key"))
            return self.config_map_text(map_name, key) if map_name and key else None
        for source in reversed(items(child(container.tree, "envFrom"))):
            map_name = string(descend(source, "configMapRef", "name"))
            prefix = string(child(source, "prefix")) or ""
            if map_name and name.startswith(prefix):
                text = self.config_map_text(map_name, name[len(prefix) :])
                if text is not None:
                    return text
        return None


@lru_cache(maxsize=1024)
def _host_path(pods: Workload, container: Container, path: str) -> HostFile | None:
    """Find a path's place on the host once: checks and programs ask for the same few over again."""
    if not path.startswith("/"):
        return None
    found = pods.mount(container, path)
    if found is None:
        return None
    rest, mount = found
    name = string(child(mount, "name")) or ""
    volume = pods.volume(name)
    base = string(descend(volume[0], "hostPath", "path")) if volume else None
    if not base:
        return None
    read_only = child(mount, "readOnly")
    flag = read_only is not None and getattr(follow(read_only), "value", None) is True
    return HostFile(_clean(f"{base}/{_sub_path(mount)}/{rest}"), flag, name)


def workload(manifest: Manifest, index: ManifestIndex) -> Workload | None:
    """Return a manifest as a workload, or None if its kind runs no pods."""
    template = TEMPLATE.get(manifest.kind)
    if template is None or manifest.at(*template, "spec") is None:
        return None
    found = Workload(manifest, template, tuple(containers(manifest, template)), index)

    def filled(container: Container) -> Container:
        def value_of(name: str) -> str | None:
            text = found.environment(container, name)
            return text.value if text is not None else None

        return container.expanded(value_of)

    return replace(found, containers=tuple(map(filled, found.containers)))


def _clean(path: str) -> str:
    """Return an absolute path without detours; the kubelet takes a relative one from the root."""
    return posixpath.normpath("/" + path.lstrip("/"))


def _sub_path(mount: Tree) -> str:
    """Return the part of its volume that a mount shows, its variables as they are written."""
    return string(child(mount, "subPath")) or string(child(mount, "subPathExpr")) or ""


def _config_map_sources(volume: Tree) -> Iterator[Tree]:
    for source in (volume, *items(descend(volume, "projected", "sources"))):
        found = child(source, "configMap")
        if found is not None:
            yield found


def _key_of_path(source: Tree, path: str) -> str | None:
    chosen = child(source, "items")
    if chosen is None:
        return path or None
    for item in items(chosen):
        if posixpath.normpath(string(child(item, "path")) or "") == path:
            return string(child(item, "key"))
    return None
