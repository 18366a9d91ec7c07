"""A product that writes a copy of another network's configuration, with its own plugin chained."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Hashable, Mapping

from cnilint.catalog.catalog import Behaviour
from cnilint.catalog.installer import ConfFile, Installer
from cnilint.model.steps import Actor, Cause, Failure, Step, Verb
from cnilint.start import dataclass
from cnilint.upstream.confdir import encoded, extension

from .steps import (
    CANDIDATES,
    Change,
    Files,
    Program,
    actor_of,
    candidates,
    change_to,
    file_names,
    names_in,
    stopped_with,
)

ANY_NETWORK = "*"


@dataclass(frozen=True, slots=True)
class NetworkCopy(Program):
    """Finds a network by its name, and writes its list with one more plugin to a file of its own.

    It waits until the network is there, in a file that it has renamed itself as well; as long as it
    is not, nothing is renamed either. Where it owns the directory it watches it, and copies again
    when the network changes. Its memory is what it wrote last, None before.
    cilium/cilium@01990e1:daemon/cmd/cni/config.go setupCNIConfFile, findCNINetwork,
    cleanupOtherCNI
    """

    reads_renamed = True

    actor: Actor
    behaviour: Behaviour
    plugin: Mapping[str, object]
    file: ConfFile

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Write the copy once; where it watches, again when that or another file has changed."""
        source = self._source(files)
        if source is None or (memory is not None and self.behaviour.renames != "always"):
            return None
        content = self._copy(files[source])
        others = self._others(files) if self.behaviour.renames else []
        if content == memory and not others:
            return None
        renamed = {path + self.behaviour.suffix: files[path] for path in others}
        kept = {path: text for path, text in files.items() if path not in others}
        after = {**kept, **renamed}
        renames = Step(self.actor, Verb.RENAMES, file_names(others))
        if content == memory:
            return change_to(after, content, tuple(others), renames)
        after[self.file.path] = content
        step = Step(
            self.actor,
            Verb.COPIES_CHAINED,
            (self.file.name,),
            posixpath.basename(source),
            also=(renames,) if others else (),
        )
        return change_to(after, content, (self.file.path, *others), step)

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Remove its file where a hook of its pod does that; leave it otherwise."""
        takes_it = self.behaviour.takes_its_file
        return stopped_with(self.actor, self.file, files, memory, takes_it=takes_it)

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:  # noqa: ARG002
        """Return why it has not come up in a state of rest, None when it has."""
        if memory is not None:
            return None
        return Cause(Failure.NETWORK_NOT_FOUND, self.behaviour.of_network)

    def _others(self, files: Files) -> list[str]:
        return [p for p in candidates(files, self.file.directory) if p != self.file.path]

    def _source(self, files: Files) -> str | None:
        """Return the first file, in byte order, that holds the network."""
        endings = (*CANDIDATES, self.behaviour.suffix)
        for name, content in sorted(
            names_in(files, self.file.directory).items(), key=lambda item: encoded(item[0])
        ):
            if "/" in name or name == self.file.name or extension(name) not in endings:
                continue
            network = _network(content).get("name")
            if isinstance(network, str) and self.behaviour.of_network in (
                network,
                ANY_NETWORK,
            ):
                return posixpath.join(self.file.directory, name)
        return None

    def _copy(self, content: str) -> str:
        """Return a network's list with the plugin at its end, or in the place where it is."""
        found = _network(content)
        plugin = self.plugin
        listed = found.get("plugins")
        if not isinstance(listed, list) or not listed:
            version = found.get("cniVersion")
            single = {"name": self.behaviour.of_network, "cniVersion": version}
            return json.dumps({**single, "plugins": [found, dict(plugin)]})
        others = [p for p in listed if not isinstance(p, dict) or p.get("type") != plugin["type"]]
        return json.dumps({**found, "plugins": [*others, dict(plugin)]})


def network_copy(installer: Installer) -> Program | None:
    """Return the program of an installer that copies a network by its name, or None."""
    if not installer.behaviour.of_network or installer.writes is None:
        return None
    plugin = installer.product.plugins[0]
    return NetworkCopy(actor_of(installer), installer.behaviour, plugin, installer.writes)


def _network(content: str) -> dict[str, object]:
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
