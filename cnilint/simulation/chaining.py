"""Programs that need another one's file: they chain a plugin into it, copy it or refer to it."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Hashable, Mapping

from cnilint.catalog.catalog import Action, Behaviour
from cnilint.catalog.installer import ConfFile
from cnilint.model.steps import Actor, Cause, Failure, Step, Verb
from cnilint.start import dataclass
from cnilint.upstream.confdir import extension
from cnilint.upstream.netconf import plugin_types

from .steps import (
    NOTHING,
    Change,
    Files,
    Minded,
    Program,
    candidates,
    change_to,
    file_names,
    is_valid,
    stopped_with,
    with_changes,
)


@dataclass(frozen=True, slots=True)
class Inserter(Program):
    """Chains its plugin into another program's file, and again whenever that is written anew.

    It takes the named target, or the first file that loads. One that does so once remembers the
    path of the file that it put its plugin into.
    """

    actor: Actor
    behaviour: Behaviour
    plugin: Mapping[str, object]
    directory: str

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Insert the plugin into the target unless it is there."""
        behaviour = self.behaviour
        if memory is not None and behaviour.once:
            return None
        for path in self._targets(files):
            change = self._inserted(files, path)
            if change is not None:
                return change if behaviour.once else change._replace(memory=memory)
        return None

    def minded(self, files: Files, memory: Hashable) -> Minded:
        """Return the file that it looks at, those before it, and what it touches next."""
        behaviour = self.behaviour
        if memory is not None and behaviour.once:
            return NOTHING
        change = self.step(files, memory)
        touched = set(change.touched) if change is not None else set()
        if not behaviour.target:
            first = first_valid(files, self.directory)
            up_to = None if first is None else posixpath.basename(first)
            return Minded(frozenset(touched), self.directory, up_to)
        named = posixpath.join(self.directory, behaviour.target).removesuffix("list")
        return Minded(frozenset((*touched, named, f"{named}list")))

    def may_remove(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Return False: what it replaces, it replaces by a list of the same name."""
        return False

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Take the plugin out of each list that has it, where the product cleans up after itself.

        linkerd/linkerd2-proxy-init@0c4bb3a:cni-plugin/deployment/scripts/install-cni.sh cleanup,
        hashicorp/consul-k8s@172786e:control-plane/subcommand/install-cni/cniconfig.go
        removeCNIConfig
        """
        plugin = self.plugin
        found = candidates(files, self.directory) if self.behaviour.removed_on_stop else []
        without = {path: unchain(files[path], plugin) for path in found}
        changed = {path: text for path, text in without.items() if text is not None}
        out = (Step(self.actor, Verb.UNCHAINS, file_names(changed)),) if changed else ()
        step = Step(self.actor, Verb.STOPS, also=out)
        return change_to(with_changes(files, changed), memory, tuple(changed), step)

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:  # noqa: ARG002
        """Return that its plugin is in no file, None when it is in one."""
        kind = self.plugin["type"]
        found = candidates(files, self.directory)
        if any(kind in plugin_types(files[path]) for path in found):
            return None
        return Cause(Failure.NO_FILE_TO_CHAIN, self.behaviour.target)

    def _inserted(self, files: Files, path: str) -> Change | None:
        """Return the change that puts the plugin into a file; None if it is there or cannot be."""
        chained = chain(files[path], self.plugin)
        if chained is None:
            return None
        single = self.behaviour.single if extension(path) == ".conf" else ""
        name, listed = posixpath.basename(path), path + "list"
        if not single:
            step = Step(self.actor, Verb.CHAINS, (name,))
            return change_to(with_changes(files, {path: chained}), path, (path,), step)
        if single == "renamed":
            step = Step(self.actor, Verb.CHAINS_AS_LIST, file_names([listed]), name)
            after = with_changes(files, {listed: chained}, [path])
            return change_to(after, listed, (path, listed), step)
        if single == "unread" or files.get(listed) == chained:
            return None
        step = Step(self.actor, Verb.CHAINS_BESIDE, file_names([listed]), name)
        return change_to(with_changes(files, {listed: chained}), path, (listed,), step)

    def _targets(self, files: Files) -> list[str]:
        if not self.behaviour.target:
            first = first_valid(files, self.directory)
            return [first] if first is not None else []
        named = posixpath.join(self.directory, self.behaviour.target)
        twin = named + "list" if extension(named) == ".conf" else named.removesuffix("list")
        return [path for path in (named, twin) if path in files][:1]


@dataclass(frozen=True, slots=True)
class Copier(Program):
    """Writes a file of its own that is made from another one, for which it waits.

    A copy is the other one's list with its own plugin chained; a reference is a configuration of
    its own plugin with the other file as its `clusterNetwork`. The other file is the named one, or
    the first that loads. Some write only when they start, and remember that they did; others write
    again whenever their file is gone.
    antrea-io/antrea@fc70f2b:build/images/scripts/install_cni_chaining,
    spidernet-io/spiderpool@a7fbd3b:charts/spiderpool/templates/configmap.yaml entrypoint.sh
    """

    actor: Actor
    behaviour: Behaviour
    plugin: Mapping[str, object]
    file: ConfFile

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Write the file when it is not there and its source is."""
        if memory is not None:
            return None
        once, own = self.behaviour.once, self.file.path
        if not once and own in files and is_valid(own, files[own]):
            return None
        if self.behaviour.target:
            source: str | None = posixpath.join(self.file.directory, self.behaviour.target)
        else:
            source = self._first(files)
        if source is None or source not in files:
            return None
        if self.behaviour.action is Action.REFER:
            verb = Verb.REFERS
            content = json.dumps({**json.loads(self.file.content), "clusterNetwork": source})
        else:
            verb = Verb.COPIES
            content = chain(files[source], self.plugin) or files[source]
        step = Step(self.actor, verb, (self.file.name,), posixpath.basename(source))
        after = with_changes(files, {own: content})
        return change_to(after, "ran" if once else None, (own,), step)

    def minded(self, files: Files, memory: Hashable) -> Minded:
        """Return its own file, what it copies, and what comes before that."""
        if memory is not None:
            return NOTHING
        own, directory = self.file.path, self.file.directory
        if self.behaviour.target:
            return Minded(frozenset((own, posixpath.join(directory, self.behaviour.target))))
        first = self._first(files)
        up_to = None if first is None else posixpath.basename(first)
        return Minded(frozenset((own,)), directory, up_to)

    def may_remove(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Return False: it writes its own file alone."""
        return False

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:  # noqa: ARG002
        """Return why its file is not there, None if it is."""
        found = candidates(files, self.file.directory)
        is_there = self.file.path in found
        return None if is_there else Cause(Failure.NO_FILE_TO_CHAIN, self.behaviour.target)

    def _first(self, files: Files) -> str | None:
        skips = self.behaviour.skips
        return first_valid(files, self.file.directory, but=self.file.path, skips=skips)

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Remove its own file where the product cleans up after itself."""
        takes_it = bool(self.behaviour.removed_on_stop)
        return stopped_with(self.actor, self.file, files, memory, takes_it=takes_it)


def first_valid(files: Files, directory: str, *, but: str = "", skips: str = "") -> str | None:
    """Return the first `.conf` or `.conflist` that loads, as Istio's installer looks for it.

    The path `but` is not looked at, nor are names with `skips` in them.
    istio/istio@86c9f01:cni/pkg/install/cniconfig.go getConfigFilenames
    """
    for path in candidates(files, directory):
        if path == but or extension(path) == ".json":
            continue
        if is_valid(path, files[path]) and not (skips and skips in posixpath.basename(path)):
            return path
    return None


def chain(content: str, plugin: Mapping[str, object]) -> str | None:
    """Return a configuration with a plugin chained at its end, or None if it is in there.

    A single plugin becomes a list called k8s-pod-network, as Istio's insertCNIConfig does it.
    """
    found = _network(content)
    if "type" in found:
        single = {key: value for key, value in found.items() if key != "cniVersion"}
        plugins: list[object] = [single, dict(plugin)]
        return json.dumps({"name": "k8s-pod-network", "cniVersion": "0.3.1", "plugins": plugins})
    listed = found.get("plugins")
    if not isinstance(listed, list) or any(_is(one, plugin) for one in listed):
        return None
    return json.dumps(found | {"plugins": [*listed, dict(plugin)]})


def unchain(content: str, plugin: Mapping[str, object]) -> str | None:
    """Return a list without a plugin, or None if it is not in there."""
    found = _network(content)
    listed = found.get("plugins")
    if not isinstance(listed, list) or not any(_is(one, plugin) for one in listed):
        return None
    return json.dumps(found | {"plugins": [one for one in listed if not _is(one, plugin)]})


def _is(one: object, plugin: Mapping[str, object]) -> bool:
    return isinstance(one, dict) and one.get("type") == plugin["type"]


def _network(content: str) -> dict[str, object]:
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
