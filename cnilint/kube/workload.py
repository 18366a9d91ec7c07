"""Pods as a controller makes them: containers, their settings, and what they mount."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from functools import lru_cache

from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import Route, Tree, child, descend, follow, items, members, string
from cnilint.start import NamedTuple, dataclass

from .environment import Environment, Text, config_map_text
from .manifest import Manifest, ManifestIndex
from .pattern import found_in

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


HOST_PATH = "hostPath"
"""The kind of a volume that is a path of the node."""

INSTALLING_KINDS = {"DaemonSet", "Pod"}
"""Kinds that put something on the node they run on. A Deployment or CronJob with a CNI product's
image installs nothing (zalando-incubator/kubernetes-on-aws@93eb84d: aws-node-decommissioner)."""


class Image(NamedTuple):
    """A container image reference, taken apart."""

    repository: str
    tag: str

    @classmethod
    def parse(cls, reference: str) -> Image:
        """Split `registry/name:tag@digest`; a port is no tag, and a digest is dropped."""
        reference = reference.partition("@")[0]
        slash = reference.rfind("/")
        colon = reference.rfind(":")
        if colon > slash:
            return cls(reference[:colon], reference[colon + 1 :])
        return cls(reference, "")


@dataclass(frozen=True, slots=True, eq=False)
class Container:
    """A container of a pod template."""

    manifest: Manifest
    name: str
    image: Image
    initial: bool
    tree: Tree
    route: Route
    command: tuple[Text, ...]
    arguments: tuple[Text, ...]
    environment: Environment

    @property
    def words(self) -> tuple[Text, ...]:
        """The whole command line that the manifest gives."""
        return self.command + self.arguments

    @property
    def scripted(self) -> bool:
        """Whether a shell runs its programs, so that none of their words can be edited."""
        if not self.command:
            return False
        from .command_line import is_script

        return is_script(self.words)

    @property
    def programs(self) -> tuple[tuple[Text, ...], ...]:
        """The command lines of the programs it runs; none where the image says which."""
        return _programs(self)

    def runs(self, pattern: str) -> bool:
        """Whether its command fits a pattern, or leads to a program that does; empty if none is."""
        command = self.command[0].value if self.command else ""
        if found_in(pattern, command):
            return True
        return any(found_in(pattern, program[0].value) for program in self.programs if program)

    def arguments_of(self, names: Collection[str]) -> tuple[Text, ...]:
        """Return the arguments of the program with one of some names, else of the first one."""
        if not self.command:
            return self.words
        found = self.programs
        named = (each for each in found if posixpath.basename(each[0].value) in names)
        return next(named, found[0] if found else ())[1:]

    @property
    def flags(self) -> tuple[Text, ...]:
        """The words in which flags of its programs may stand."""
        if not self.scripted:
            return self.words
        return tuple(word for program in self.programs for word in program)


class PathOnHost(NamedTuple):
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

    def host_path(self, container: Container, path: str) -> PathOnHost | None:
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
            base = string(descend(volume[0], HOST_PATH, "path")) if volume else None
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
        for source in config_map_sources(volume[0]):
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
        return config_map_text(self.index, self.manifest.namespace, name, key)

    def environment(self, container: Container, name: str) -> Text | None:
        """Return a variable's value, as the container gets it."""
        return container.environment.variable(name)


@lru_cache(maxsize=1024)
def _programs(container: Container) -> tuple[tuple[Text, ...], ...]:
    """Take a container's command line apart once: all that is known of a product asks for it."""
    if not container.command:
        return ()
    from .command_line import programs

    return programs(container.words, container.environment.variable)


@lru_cache(maxsize=1024)
def _host_path(pods: Workload, container: Container, path: str) -> PathOnHost | None:
    """Find a path's place on the host once: checks and programs ask for the same few over again."""
    if not path.startswith("/"):
        return None
    found = pods.mount(container, path)
    if found is None:
        return None
    rest, mount = found
    name = string(child(mount, "name")) or ""
    volume = pods.volume(name)
    base = string(descend(volume[0], HOST_PATH, "path")) if volume else None
    if not base:
        return None
    read_only = child(mount, "readOnly")
    flag = read_only is not None and getattr(follow(read_only), "value", None) is True
    return PathOnHost(_clean(f"{base}/{_sub_path(mount)}/{rest}"), flag, name)


def workload(manifest: Manifest, index: ManifestIndex) -> Workload | None:
    """Return a manifest as a workload, or None if its kind runs no pods."""
    return index.once(_workload, manifest) if manifest.kind in TEMPLATE else None


def _workload(manifest: Manifest, index: ManifestIndex) -> Workload | None:
    template = TEMPLATE[manifest.kind]
    if manifest.at(*template, "spec") is None:
        return None
    return Workload(manifest, template, tuple(_containers(manifest, template, index)), index)


def _containers(
    manifest: Manifest, template: tuple[str, ...], index: ManifestIndex
) -> Iterator[Container]:
    for group in ("initContainers", "containers"):
        base = (*template, "spec", group)
        for at, tree in enumerate(items(manifest.at(*base))):
            route = (*manifest.route, *base, at)
            given = Environment(manifest, index, tree, route)
            yield Container(
                manifest=manifest,
                name=string(child(tree, "name")) or "",
                image=Image.parse(string(child(tree, "image")) or ""),
                initial=group == "initContainers",
                tree=tree,
                route=route,
                command=given.words("command"),
                arguments=given.words("args"),
                environment=given,
            )


def _clean(path: str) -> str:
    """Return an absolute path without detours; the kubelet takes a relative one from the root."""
    return posixpath.normpath("/" + path.lstrip("/"))


def _sub_path(mount: Tree) -> str:
    """Return the part of its volume that a mount shows, its variables as they are written."""
    return string(child(mount, "subPath")) or string(child(mount, "subPathExpr")) or ""


def config_map_sources(volume: Tree) -> Iterator[Tree]:
    """Yield the ConfigMaps of a volume as it names them, projected ones too."""
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
