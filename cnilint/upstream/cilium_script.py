"""Cilium before v1.14: the script that a pod runs when it starts and when it ends.

Source: cilium/cilium@v1.9.0, v1.10.0, v1.11.0, v1.11.15, v1.12.0, v1.12.8, v1.13.0, v1.13.1 and
v1.13.18:plugins/cilium-cni/cni-install.sh and cni-uninstall.sh; v1.12.9:daemon/cmd/daemon_main.go,
v1.13.0:daemon/cmd/cni.go
"""

from __future__ import annotations

import json
from collections.abc import Hashable

from cnilint.start import NamedTuple, dataclass

from . import gojson
from .cilium_files import (
    CANDIDATES,
    FLANNEL,
    LEGACY,
    PORTMAP,
    SUFFIX,
    Plan,
    can_rename,
    entry_of,
    is_ciliums,
    renamed,
    uninstalled,
)
from .confdir import encoded, is_file_name
from .gojson import Array, JSONError, Object
from .program import (
    DirectoryChange,
    DirectoryProgram,
    Event,
    Files,
    Happening,
    Status,
    is_directory,
    removed,
    written,
)
from .release import Release


class Script(NamedTuple):
    """What one release of the script does. Each line is a change; v1.8 and older were not read."""

    renames: bool
    """Whether it renames other configurations, once, and removes other ones of Cilium."""
    needs_network: bool
    """Whether, for `aws-cni`, it waits for any configuration."""
    copies_network: bool
    """Whether, for `aws-cni`, it copies the list that it has renamed."""
    uninstalls: bool
    """Whether its files go when its pod is ended, without being asked."""
    agent_tidies: bool
    """Whether the agent removes 05-cilium.conf when it writes a given file."""


_UNINSTALLS_UNTIL = {10: 99, 11: 15, 12: 8, 13: 1}
"""By minor release: the first patch release that wants to be told to uninstall."""


def script(release: Release) -> Script:
    """Return what a release before v1.14 does."""
    _, minor, patch = release
    return Script(
        renames=release >= (1, 10, 0),
        needs_network=release >= (1, 12, 0),
        copies_network=release >= (1, 12, 0),
        uninstalls=patch < _UNINSTALLS_UNTIL.get(minor, 0),
        agent_tidies=release >= (1, 13, 0),
    )


class ScriptPhase(NamedTuple):
    """The memory of a pod: what of its start it has done."""

    waited: bool = False
    """Whether the script has seen that there is another network."""
    wrote: bool = False
    agent_wrote: bool = False


_LISTED_MODES = ("flannel", "generic-veth", "portmap", "aws-cni")
_FLANNEL_FILE = "04-flannel-cilium-cni.conflist"
"""v1.9's file for that mode."""

_AWS: dict[str, object] = {
    "name": "aws-cni",
    "type": "aws-cni",
    "vethPrefix": "eni",
    "mtu": "9001",
    "pluginLogFile": "/var/log/aws-routed-eni/plugin.log",
    "pluginLogLevel": "DEBUG",
}


@dataclass(frozen=True, slots=True)
class CiliumScript(DirectoryProgram):
    """The script that a pod of v1.9 to v1.13 runs when it starts, and the agent beside it.

    It renames once, and watches nothing. The agent only writes a file that it is given
    (`read-cni-conf`). Where the script fails its container is started again, which is to wait.
    """

    release: Release
    plan: Plan
    custom: bool = False
    """Whether the script is to leave the directory alone."""
    exclusive: bool = True
    sources: tuple[tuple[str, str], ...] = ()

    def start(self) -> Hashable:
        """Return the memory of a pod that has done nothing yet."""
        return ScriptPhase(wrote=self.custom)

    def step(self, files: Files, memory: Hashable) -> DirectoryChange | None:
        """Remove one file, rename one, write the own one, or write the given one."""
        phase = _phase(memory)
        if not phase.wrote:
            return self._install(files, phase)
        if phase.agent_wrote:
            return None
        return self._agent(files, phase)

    def stop(self, files: Files, memory: Hashable) -> DirectoryChange:  # noqa: ARG002
        """Remove Cilium's files: unasked before the release in which that became a setting."""
        uninstalls = self._ways.uninstalls or self.plan.uninstalls
        return (
            uninstalled(files) if uninstalls and not self.custom else DirectoryChange(files, None)
        )

    def status(self, memory: Hashable) -> Status:
        """Return READY once all is written."""
        phase = _phase(memory)
        return Status.READY if phase.wrote and phase.agent_wrote else Status.WAITS

    @property
    def name(self) -> str:
        """The file that the script writes."""
        if not self._ways.renames and self.plan.mode == "flannel":
            return _FLANNEL_FILE
        return f"{LEGACY}list" if self.plan.mode in _LISTED_MODES else LEGACY

    @property
    def _ways(self) -> Script:
        return script(self.release)

    def _install(self, files: Files, phase: ScriptPhase) -> DirectoryChange | None:
        if not phase.waited:
            if self._ways.renames:
                for name in sorted(filter(is_ciliums, files), key=encoded):
                    if name != self.name:
                        event = Event(Happening.DELETED, name)
                        return DirectoryChange(removed(files, name), phase, (event,))
            if self._ways.needs_network and self.plan.mode == "aws-cni" and not _any(files):
                return None
            return DirectoryChange(files, phase._replace(waited=True))
        if self._ways.renames and self.exclusive:
            for name in sorted(files, key=encoded):
                plain = "/" not in name and name.endswith(CANDIDATES) and name != self.name
                if plain and can_rename(files, name + SUFFIX):
                    return renamed(files, name, phase)
        content = self._text(files)
        if content is None or is_directory(files, self.name):
            return None
        events = [Event(Happening.MOVED_TO, self.name)]
        after = written(files, self.name, content)
        twin = {LEGACY: f"{LEGACY}list", f"{LEGACY}list": LEGACY}.get(self.name, "")
        if not self._ways.renames and twin in files:
            after, events = removed(after, twin), [*events, Event(Happening.DELETED, twin)]
        return DirectoryChange(after, phase._replace(wrote=True), tuple(events))

    def _agent(self, files: Files, phase: ScriptPhase) -> DirectoryChange | None:
        """Let the agent write the file that it is given, if it is given one."""
        done = phase._replace(agent_wrote=True)
        told = self.plan
        if not told.source or not is_file_name(told.name):
            return DirectoryChange(files, done)
        content = dict(self.sources).get(told.source)
        if content is None or is_directory(files, told.name):
            return None
        after = written(files, told.name, content)
        events = [Event(Happening.MOVED_TO, told.name)]
        if self._ways.agent_tidies and told.name != LEGACY and LEGACY in files:
            after, events = removed(after, LEGACY), [*events, Event(Happening.DELETED, LEGACY)]
        return DirectoryChange(after, done, tuple(events))

    def _text(self, files: Files) -> str | None:
        """Return what the script writes; None if it fails."""
        mode = self.plan.mode
        entry = entry_of(self.plan, {"name": "cilium"})
        lists = {"flannel": [FLANNEL, PORTMAP, entry], "portmap": [entry, PORTMAP]}
        if mode == "aws-cni":
            backup = files.get(f"10-aws.conflist{SUFFIX}")
            if self._ways.copies_network and backup is not None:
                return _appended(backup, gojson.parse(json.dumps(entry)))
            lists[mode] = [_AWS, PORTMAP, entry]
        if mode not in lists:
            return json.dumps({"cniVersion": "0.3.1", **entry})
        name = "cbr0" if self.name == _FLANNEL_FILE else mode
        return json.dumps({"cniVersion": "0.3.1", "name": name, "plugins": lists[mode]})


def _phase(memory: Hashable) -> ScriptPhase:
    if not isinstance(memory, ScriptPhase):
        raise TypeError(memory)
    return memory


def _any(files: Files) -> bool:
    """Return whether there is a configuration to chain into, a renamed one included."""
    endings = (".conf", ".conflist", SUFFIX)
    return any("/" not in name and name.endswith(endings) for name in files)


def _appended(text: str, entry: gojson.JSON) -> str | None:
    """Return a list with one more plugin, as jq's `+=` makes it; None if jq ends with an error.

    Of nothing jq makes nothing, and of `null` an object.
    """
    if not text.strip():
        return ""
    try:
        network = gojson.parse(text)
    except JSONError:
        return None
    if network is None:
        network = Object([])
    if not isinstance(network, Object):
        return None
    plugins = network.members.get("plugins")
    if plugins is not None and not isinstance(plugins, Array):
        return None
    items = plugins.items if plugins is not None else []
    return gojson.encode(network.with_member("plugins", Array([*items, entry])))
