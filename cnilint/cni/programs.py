"""What each installer's program does to the files of a node, one step at a time.

A program is a pure function of the files and its own memory. Where it has nothing to do its step
is not enabled. Nothing is assumed about time: any enabled step may be the next one.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .catalog import Action
from .confdir import encoded, extension
from .installer import ConfFile, Installer
from .selector import predict

Files = Mapping[str, str]
"""What is on the node: absolute host path to content."""

CANDIDATES = (".conf", ".conflist", ".json")


class Change(NamedTuple):
    """One step taken: the files after it, the paths it touched in order, and what to call it."""

    files: Files
    memory: Hashable
    touched: tuple[str, ...]
    label: str


class Program:
    """An actor on a node. Its memory is any value; before its first step it is `start()`'s."""

    @property
    def title(self) -> str:
        """Its name for people."""
        raise NotImplementedError

    def start(self) -> Hashable:
        """Return its memory before its first step. Most have none: the files say what was done."""
        return None

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Return the step it would take now, or None when none is enabled."""
        raise NotImplementedError

    def notice(
        self,
        files: Files,  # noqa: ARG002  for those that watch
        memory: Hashable,  # noqa: ARG002
        touched: tuple[str, ...],  # noqa: ARG002
    ) -> Change | None:
        """Return its reaction at once to what another program did; None for one that only steps."""
        return None

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Return what ending it in order leaves behind: everything, for most."""
        return Change(files, memory, (), f"{self.title} stops")

    def complaint(self, files: Files, memory: Hashable) -> str:  # noqa: ARG002
        """Return why it has not come up in a state of rest, empty when it has."""
        return ""


def names_in(files: Files, directory: str) -> dict[str, str]:
    """Return the files of one directory, and of those below it, named relative to it."""
    start = directory.rstrip("/") + "/"
    return {path[len(start) :]: text for path, text in files.items() if path.startswith(start)}


def candidates(files: Files, directory: str) -> list[str]:
    """Return the paths in a directory that a runtime or a CNI installer may take, in byte order."""
    names = [n for n in names_in(files, directory) if "/" not in n and extension(n) in CANDIDATES]
    return [posixpath.join(directory, name) for name in sorted(names, key=encoded)]


def is_valid(path: str, content: str) -> bool:
    """Whether a file loads as a network: the rule of libcni, which installers use as well."""
    name = posixpath.basename(path)
    return predict("containerd", {name: content}).outcome == "picked"


def _first_valid(files: Files, directory: str, *, but: str = "") -> str | None:
    """Return the first `.conf` or `.conflist` that loads, as Istio's installer looks for it.

    istio/istio@86c9f01:cni/pkg/install/cniconfig.go getConfigFilenames
    """
    for path in candidates(files, directory):
        if path != but and extension(path) != ".json" and is_valid(path, files[path]):
            return path
    return None


def _with(files: Files, added: Files, removed: tuple[str, ...]) -> Files:
    return {**{path: text for path, text in files.items() if path not in removed}, **added}


@dataclass(frozen=True, slots=True)
class Writer(Program):
    """Writes its file, removes and renames what it is known to. Remembers whether it has run.

    None of these programs removes its file when it ends.
    """

    installer: Installer
    file: ConfFile

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.installer.title

    def start(self) -> Hashable:
        """Not run yet."""
        return "new"

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Write the file once; with renames for good, rename whatever else appears later."""
        if memory == "new":
            removed = tuple(path for path in self._removes() if path in files)
            after = _with(files, {self.file.path: self.file.content}, removed)
            label = f"{self.title} writes {self.file.name}"
            touched: tuple[str, ...] = (self.file.path, *removed)
            if removed:
                label += " and removes " + _names(removed)
            if self.installer.renames:
                after, renamed = self._renamed(after)
                touched += renamed
                label += f" and renames {_names(renamed)}" if renamed else ""
            return Change(after, "ran", touched, label)
        if self.installer.renames == "always":
            after, renamed = self._renamed(files)
            if renamed:
                return Change(after, memory, renamed, f"{self.title} renames {_names(renamed)}")
        return None

    def _removes(self) -> list[str]:
        names = [name for name in self.installer.removes if name != self.file.name]
        return [posixpath.join(self.file.directory, name) for name in names]

    def _renamed(self, files: Files) -> tuple[Files, tuple[str, ...]]:
        others = [p for p in candidates(files, self.file.directory) if p != self.file.path]
        added = {path + self.installer.suffix: files[path] for path in others}
        return _with(files, added, tuple(others)), tuple(others)


@dataclass(frozen=True, slots=True)
class Inserter(Program):
    """Chains its plugin into another program's file, and again whenever that is written anew.

    Without a named target it takes the first file that loads; a `.conf` becomes a `.conflist`.
    istio/istio@86c9f01:cni/pkg/install/cniconfig.go writeCNIConfig, insertCNIConfig
    """

    installer: Installer
    directory: str

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.installer.title

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Insert the plugin into the target unless it is there."""
        path = self._target(files)
        plugin = self.installer.product.plugins[0]
        if path is None:
            return None
        chained = chain(files[path], plugin)
        if chained is None:
            return None
        label = f"{self.title} chains itself into {posixpath.basename(path)}"
        if extension(path) != ".conf":
            return Change(_with(files, {path: chained}, ()), memory, (path,), label)
        listed = path + "list"
        after = _with(files, {listed: chained}, (path,))
        return Change(after, memory, (path, listed), f"{label}, now a .conflist")

    def _target(self, files: Files) -> str | None:
        if not self.installer.target:
            return _first_valid(files, self.directory)
        named = posixpath.join(self.directory, self.installer.target)
        twin = named + "list" if extension(named) == ".conf" else named.removesuffix("list")
        return next((path for path in (named, twin) if path in files), None)


@dataclass(frozen=True, slots=True)
class Copier(Program):
    """Writes a file of its own that is another one's list with its plugin chained.

    It waits for that other file: the named one, else the first that loads.
    istio/istio@86c9f01:cni/pkg/install/install.go checkValidCNIConfig (istio-owned configuration)
    """

    installer: Installer
    file: ConfFile

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.installer.title

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Write the file when it is not there and its source is."""
        if self.file.path in files and is_valid(self.file.path, files[self.file.path]):
            return None
        if self.installer.target:
            source: str | None = posixpath.join(self.file.directory, self.installer.target)
        else:
            source = _first_valid(files, self.file.directory, but=self.file.path)
        if source is None or source not in files:
            return None
        content = chain(files[source], self.installer.product.plugins[0]) or files[source]
        label = f"{self.title} writes {self.file.name}, a copy of {posixpath.basename(source)}"
        return Change(_with(files, {self.file.path: content}, ()), memory, (self.file.path,), label)

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Remove its own file when it still exists: Cleanup in the same source file."""
        if self.file.path not in files:
            return Change(files, memory, (), f"{self.title} stops")
        after = _with(files, {}, (self.file.path,))
        return Change(
            after, memory, (self.file.path,), f"{self.title} stops, {self.file.name} goes"
        )


def chain(content: str, plugin: Mapping[str, object]) -> str | None:
    """Return a configuration with a plugin chained at its end, or None if it is in there.

    A single plugin becomes a list called k8s-pod-network, as Istio's insertCNIConfig does it.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    if "type" in found:
        single = {key: value for key, value in found.items() if key != "cniVersion"}
        plugins: list[object] = [single, dict(plugin)]
        return json.dumps({"name": "k8s-pod-network", "cniVersion": "0.3.1", "plugins": plugins})
    listed = found.get("plugins")
    if not isinstance(listed, list) or any(
        isinstance(one, dict) and one.get("type") == plugin["type"] for one in listed
    ):
        return None
    return json.dumps(found | {"plugins": [*listed, dict(plugin)]})


def program(installer: Installer) -> Program | None:
    """Return the program of an installer other than Multus, or None if it touches no file."""
    if installer.action is Action.WRITE and installer.writes is not None:
        return Writer(installer, installer.writes)
    if installer.action is Action.COPY and installer.writes is not None:
        return Copier(installer, installer.writes)
    if installer.action is Action.INSERT and installer.directory is not None:
        return Inserter(installer, installer.directory)
    return None


def _names(paths: tuple[str, ...]) -> str:
    return ", ".join(posixpath.basename(path) for path in paths)
