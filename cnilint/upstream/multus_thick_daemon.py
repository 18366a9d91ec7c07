"""The life of a thick Multus daemon, one event at a time: what it holds and what it writes.

The daemon picks once, when it first finds a candidate, and never again while it runs. Afterwards
it only answers events of its master's own path: it generates 00-multus.conf anew from the master,
and writes it empty when the master is invalid.
Source: k8snetworkplumbingwg/multus-cni@v4.0.2, v4.1.4 and v4.3.0:pkg/server/config/manager.go
(Start, monitorPluginConfiguration, shouldRegenerateConfig), cmd/multus-daemon/main.go.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from enum import Enum

from cnilint.start import NamedTuple

from . import gojson
from .confdir import ConfDirectory, clean, is_file_name
from .gojson import JSONError, Object, is_string
from .multus_daemon_config import DaemonConf, daemon_config, read_daemon_config
from .multus_thick import choose, enabled_capabilities, lacks_readiness_file, primary_configuration
from .prediction import SelectionError
from .selector import multus_release

Files = Mapping[str, str]

_EMPTY = ConfDirectory({})
"""The directory without files, to turn paths into names."""


class FileEvent(Enum):
    """What happened to a file of the directory."""

    WRITTEN = "written"
    REMOVED = "removed"
    RENAMED_AWAY = "renamed away"
    RENAMED_TO = "renamed to"


class DaemonState(NamedTuple):
    """A daemon at rest.

    `status` is `stopped`, `waiting` for a first candidate, `running` or `exited` with an error.
    `conf` is what 00-multus.conf holds: `absent`, `empty`, the master that it names, or `foreign`.
    """

    status: str = "stopped"
    master: str = ""
    """The master's name as chosen or pinned, while running."""
    conf: str = "absent"
    capabilities: frozenset[str] = frozenset()
    """Those that any content of the master turned on since the start."""
    network_name: str = ""
    ready: bool = False
    """Whether it has found its readiness file since it started to wait."""


STOPPED = DaemonState()

Step = tuple[DaemonState, dict[str, str]]


def start(conf: DaemonConf, state: DaemonState, files: Files) -> Step:
    """Start a daemon that does not run; one that waits or runs stays as it is."""
    if state.status in ("waiting", "running"):
        return _held(conf, state, files)
    return _look(conf, STOPPED, files)


def stop(conf: DaemonConf, state: DaemonState, files: Files) -> Step:
    """End a daemon by SIGTERM: from v4.1.0 on one that runs takes 00-multus.conf with it."""
    left = dict(files)
    if state.status == "running" and conf.release.is_rewritten:
        left.pop(_output(conf), None)
    return _held(conf, STOPPED, left)


def react(conf: DaemonConf, state: DaemonState, files: Files, name: str, change: FileEvent) -> Step:
    """Let a daemon see that a file changed; `files` are those after the change."""
    if state.status == "waiting":
        return _look(conf, state, files)
    if state.status != "running":
        return _held(conf, state, files)
    path = posixpath.join(_EMPTY.path, name)
    folders = {clean(conf.autoconfig_directory)}
    if conf.release.is_rewritten and conf.readiness_file:
        folders.add(clean(posixpath.dirname(conf.readiness_file)))
    if posixpath.dirname(path) not in folders:
        return _held(conf, state, files)
    appeared = change in (FileEvent.WRITTEN, FileEvent.RENAMED_TO)
    if conf.release.is_rewritten and path == conf.readiness_file:
        if appeared:
            return _held(conf, state, files)
        left = {file: text for file, text in files.items() if file != _output(conf)}
        return _held(conf, DaemonState("exited"), left)
    # pinned to its own file it never stops answering itself, and the file comes back
    if path == conf.path_of(state.master) and (appeared or path == conf.output):
        return _regenerate(conf, state, files)
    return _held(conf, state, files)


def _look(conf: DaemonConf, state: DaemonState, files: Files) -> Step:
    """Look for the master once, as a daemon does when it starts and every second while it waits.

    A readiness file that was found is not looked for again before the master is.
    """
    directory = ConfDirectory(files)
    if not state.ready and lacks_readiness_file(conf, directory):
        return _held(conf, DaemonState("waiting"), files)
    try:
        choice = choose(conf, directory)
    except SelectionError:
        return _held(conf, DaemonState("exited"), files)
    if choice is None:
        return _held(conf, DaemonState("waiting", ready=True), files)
    left = dict(files)
    if choice.rewritten is not None:
        left[directory.relative(directory.resolve(conf.path_of(choice.master)))] = choice.rewritten
    state = DaemonState(
        "running",
        choice.master,
        capabilities=frozenset(choice.enabled),
        network_name=choice.network_name,
    )
    return _written(conf, state, left)


def _regenerate(conf: DaemonConf, state: DaemonState, files: Files) -> Step:
    """Read the master again and write 00-multus.conf: empty if the master does not do."""
    try:
        primary = primary_configuration(ConfDirectory(files), conf.path_of(state.master))
        enabled = enabled_capabilities(conf, primary)
    except SelectionError as error:
        if str(error) == "crash":
            return _held(conf, DaemonState("exited"), files)
        return _held(conf, state, _with_output(conf, files, ""))
    return _written(conf, state._replace(capabilities=state.capabilities.union(enabled)), files)


def _written(conf: DaemonConf, state: DaemonState, files: Files) -> Step:
    text = conf.generated(state.master, state.capabilities, state.network_name)
    return _held(conf, state, _with_output(conf, files, text))


def _with_output(conf: DaemonConf, files: Files, text: str) -> dict[str, str]:
    """Return the files with 00-multus.conf written, unless it goes to a directory not seen here."""
    output = _output(conf)
    return {**files, output: text} if output else dict(files)


def _output(conf: DaemonConf) -> str:
    """Return the name of 00-multus.conf in the directory; "" if the daemon writes it elsewhere."""
    inside = conf.output.startswith(f"{_EMPTY.path}/")
    return _EMPTY.relative(conf.output) if inside else ""


def _held(conf: DaemonConf, state: DaemonState, files: Files) -> Step:
    """Return the state with what 00-multus.conf holds now, and the files."""
    text = files.get(_output(conf))
    held = "absent" if text is None else "empty" if not text else _named_master(text)
    return state._replace(conf=held), dict(files)


def _named_master(text: str) -> str:
    """Return the master that a 00-multus.conf names, relative to the directory."""
    network = _members(text).get("clusterNetwork")
    return _EMPTY.relative(network) if is_string(network) else "foreign"


def _members(text: str) -> dict[str, gojson.JSON]:
    try:
        value = gojson.parse(text)
    except JSONError:
        return {}
    return value.members if isinstance(value, Object) else {}


def replay(
    selector: str, ops: Sequence[Mapping[str, str]], *, master: str = ""
) -> list[dict[str, object]]:
    """Return what stands after each operation on an empty directory and a stopped daemon.

    `selector` is `multus-thick@vX.Y.Z`, `master` the pin. An operation has `op`: `write` (`file`,
    `content`), `remove` (`file`), `rename` (`file`, `to`), `start` or `stop`; one on a file that is
    not there does nothing. A state has `files` (sorted names), `daemon` (the status), `conf`, and
    `caps` if 00-multus.conf names any. ValueError for another selector or operation, or for one
    without what it needs.
    """
    if not selector.startswith("multus-thick"):
        raise ValueError(f"no daemon: {selector!r} is not multus-thick@v4.X.Y")
    _, version = multus_release(selector)
    _check(ops)
    conf = read_daemon_config(version, daemon_config(master))
    state, files = _held(conf, STOPPED, {})
    states: list[dict[str, object]] = []
    for operation in ops:
        state, files = _operated(conf, state, files, operation)
        recorded: dict[str, object] = {"files": sorted(files), "daemon": state.status}
        recorded["conf"] = state.conf
        capabilities = _members(files.get(_output(conf), "")).get("capabilities")
        if isinstance(capabilities, Object):
            recorded["caps"] = sorted(capabilities.members)
        states.append(recorded)
    return states


_NEEDS = {
    "start": (),
    "stop": (),
    "write": ("file", "content"),
    "remove": ("file",),
    "rename": ("file", "to"),
}
"""The operations, with the members each needs."""


def _check(ops: Sequence[Mapping[str, str]]) -> None:
    """Raise ValueError if an operation cannot be carried out, with its place counted from 1."""
    for number, op in enumerate(ops, 1):
        kind = op.get("op", "")
        if kind not in _NEEDS:
            raise ValueError(
                f"unknown operation {kind!r} (number {number}): not one of {', '.join(_NEEDS)}"
            )
        for member in _NEEDS[kind]:
            if member not in op:
                raise ValueError(f"operation number {number}, {kind}, has no {member!r}")
            if member != "content" and not is_file_name(op[member]):
                raise ValueError(
                    f"operation number {number}, {kind}: no file is called {op[member]!r}"
                )


def _operated(conf: DaemonConf, state: DaemonState, files: Files, op: Mapping[str, str]) -> Step:
    """Return a state and the files after one operation."""
    kind, file = op["op"], op.get("file", "")
    if kind == "start":
        return start(conf, state, files)
    if kind == "stop":
        return stop(conf, state, files)
    if kind == "write":
        return react(conf, state, {**files, file: op["content"]}, file, FileEvent.WRITTEN)
    if file not in files or op.get("to") == file:
        return state, dict(files)
    left = {name: text for name, text in files.items() if name != file}
    if kind == "remove":
        return react(conf, state, left, file, FileEvent.REMOVED)
    left[op["to"]] = files[file]
    state, left = react(conf, state, left, file, FileEvent.RENAMED_AWAY)
    return react(conf, state, left, op["to"], FileEvent.RENAMED_TO)
