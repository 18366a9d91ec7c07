"""Cilium's CNI configuration: what the agent, or before v1.14 a script, does to the directory.

From v1.14 on the agent writes its list, or a copy of another network's list with its plugin in it,
then renames what must not be there. Told that the directory is its own (`cni-exclusive`) it watches
the directory and does all of that again whenever anything happens there; otherwise it only tries
again, from time to time, until it has succeeded once.
Source: cilium/cilium@v1.14.0, v1.14.19, v1.15.0, v1.16.5, v1.17.0, v1.18.2 and v1.19.0:
daemon/cmd/cni/config.go and cell.go; tidwall/gjson@v1.18.0:gjson.go; tidwall/sjson@v1.2.5:sjson.go.
For the script, see cilium_script.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeGuard

from cnilint.start import NamedTuple, dataclass

from . import gojson
from .cilium_files import (
    CANDIDATES,
    LEGACY,
    SUFFIX,
    Plan,
    SettingError,
    can_rename,
    entry_of,
    generated,
    listed,
    network_of,
    plan,
    renamed,
    uninstalled,
    with_plugin,
)
from .cilium_script import CiliumScript
from .confdir import DEFAULT_DIRECTORY, clean, encoded, is_file_name
from .program import (
    DirectoryChange,
    DirectoryProgram,
    Event,
    Files,
    Happening,
    ProgramSettings,
    Status,
    is_directory,
    written,
)
from .release import Release

_SINCE_MANAGER: Release = (1, 14, 0)
_SINCE_LOWERED: Release = (1, 15, 0)
"""Since when the spelling of the mode does not matter."""


class CiliumState(NamedTuple):
    """The memory of an agent: how its last attempt ended, and whether it is within one."""

    status: Status = Status.WAITS
    renames: bool = False
    """Whether the file is written and the renaming is not over."""


@dataclass(frozen=True, slots=True)
class CiliumManager(DirectoryProgram):
    """The agent's CNI configuration manager, since v1.14.

    `directory` is what the agent calls the directory of the files; `sources` are more files of its
    container, by path. The kernel tells it of every change, its own as well, so its memory need not
    hold whether it was told: what it would do shows whether there is anything to do.
    """

    release: Release
    plan: Plan | None
    """None: the agent does not start."""
    directory: str = DEFAULT_DIRECTORY
    sources: tuple[tuple[str, str], ...] = ()

    def start(self) -> Hashable:
        """Return the memory of an agent that has not tried yet; one that cannot start has ended."""
        return CiliumState(Status.EXITED if self.plan is None else Status.WAITS)

    def step(self, files: Files, memory: Hashable) -> DirectoryChange | None:
        """Write the file, rename one other, or see how the attempt has ended."""
        state = _state(memory)
        if self.plan is None or not self.plan.directory or state.status is Status.EXITED:
            return None
        if state.renames:
            return self._rename(files, state, self.plan) or self._ended(files, state, Status.READY)
        if state.status is Status.READY and not self.plan.exclusive:
            return None
        content = self._content(files, self.plan)
        if content is None:
            return self._ended(files, state, Status.WAITS)
        if not self._sees(self.plan) or files.get(self.plan.name) == content:
            return self._rename(files, state, self.plan) or self._ended(files, state, Status.READY)
        # by a temporary file beside it, which is renamed
        event = Event(Happening.MOVED_TO, self.plan.name)
        after = written(files, self.plan.name, content)
        return DirectoryChange(after, state._replace(renames=True), (event,))

    def stop(self, files: Files, memory: Hashable) -> DirectoryChange:  # noqa: ARG002
        """Leave everything, unless the script at the end of the pod is told to uninstall.

        cilium/cilium@v1.14.0:plugins/cilium-cni/cni-uninstall.sh
        """
        uninstalls = self.plan is not None and self.plan.uninstalls
        return uninstalled(files) if uninstalls else DirectoryChange(files, None)

    def status(self, memory: Hashable) -> Status:
        """Return how the last attempt ended; one that is not to write is never ready."""
        return _state(memory).status

    def _ended(self, files: Files, state: CiliumState, status: Status) -> DirectoryChange | None:
        after = CiliumState(status)
        return None if after == state else DirectoryChange(files, after)

    def _sees(self, told: Plan) -> bool:
        """Return whether the agent's directory is the one of the files."""
        return clean(told.directory) == clean(self.directory)

    def _content(self, files: Files, told: Plan) -> str | None:
        """Return the file as it should be; None if the attempt fails.

        Source: setupCNIConfFile, renderCNIConf.
        """
        if not is_file_name(told.name) or is_directory(files, told.name):
            return None
        if told.source:
            path = clean(told.source)
            inside = f"{clean(self.directory)}/"
            own = files.get(path.removeprefix(inside)) if path.startswith(inside) else None
            return own if own is not None else dict(self.sources).get(told.source)
        if told.target:
            return self._merged(files if self._sees(told) else {}, told)
        mode = told.mode if self.release < _SINCE_LOWERED else told.mode.lower()
        return generated(mode, told)

    def _merged(self, files: Files, told: Plan) -> str | None:
        """Return another network's list with the plugin at its end, or in place of itself."""
        for name in listed(files, (*CANDIDATES, SUFFIX)):
            if name == told.name:
                continue
            found = network_of(files[name], told.target)
            if found is not None:
                entry = entry_of(told, {"chaining-mode": told.mode})
                return with_plugin(found, gojson.parse(json.dumps(entry)))
        return None

    def _rename(self, files: Files, state: CiliumState, told: Plan) -> DirectoryChange | None:
        """Return the next renaming, if there is one left. Source: cleanupOtherCNI."""
        if not self._sees(told):
            return None
        found = [LEGACY] if told.name != LEGACY and LEGACY in files else []
        if told.exclusive:
            plain = (name for name in files if "/" not in name and name.endswith(CANDIDATES))
            found += sorted((name for name in plain if name != told.name), key=encoded)
        for name in found:
            if can_rename(files, name + SUFFIX):
                return renamed(files, name, state)
        return None


def _state(memory: Hashable) -> CiliumState:
    if not isinstance(memory, CiliumState):
        raise TypeError(memory)
    return memory


def cilium(release: Release, settings: ProgramSettings) -> DirectoryProgram:
    """Return Cilium of a release, told the `config` of its settings: the keys of its ConfigMap.

    Before v1.14 `args` are the script's (`--cni-exclusive=false`).
    """
    given = settings.get("config")
    config = {str(key): str(value) for key, value in given.items()} if _is_map(given) else {}
    try:
        told = plan(config)
    except SettingError:
        return CiliumManager(release, None)
    if release >= _SINCE_MANAGER:
        return CiliumManager(release, told)
    arguments = settings.get("args")
    values = [str(one).partition("=") for one in arguments] if _is_list(arguments) else []
    exclusive = [value for flag, _, value in values if flag.startswith("--cni-exclusive")]
    return CiliumScript(
        release,
        told._replace(mode=config.get("cni-chaining-mode", "none")),
        custom=config.get("custom-cni-conf") == "true",
        exclusive=(exclusive or [config.get("cni-exclusive", "true")])[-1] != "false",
    )


def _is_map(value: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(value, Mapping)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, (list, tuple))
