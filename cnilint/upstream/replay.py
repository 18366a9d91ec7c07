"""The lives of installers: what a directory holds after each thing that happens to it.

A program is a `DirectoryProgram` (program.py): `start() -> memory`, `step(files, memory) ->
DirectoryChange or None`, `notice(files, memory, events) -> memory`, `stop(files, memory) ->
DirectoryChange` and `status(memory) -> Status`. To add one, put a function that makes it from its
release and its settings into `PROGRAMS`, under the name that stands before the `@` of a selector.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

from . import multus_thick_daemon
from .calico_cni import calico
from .cilium_cni import cilium
from .confdir import is_file_name
from .istio_cni import istio_cni
from .kuma_cni import kuma
from .linkerd_cni import linkerd_cni
from .multus_script import multus_script
from .program import (
    DirectoryProgram,
    Event,
    Files,
    Happening,
    ProgramSettings,
    Status,
    removed,
    written,
)
from .release import Release, release

Make = Callable[[Release, ProgramSettings], DirectoryProgram]

PROGRAMS: dict[str, Make] = {
    "calico": calico,
    "cilium": cilium,
    "istio-cni": istio_cni,
    "kuma-cni": kuma,
    "linkerd-cni": linkerd_cni,
    "multus-v3": multus_script,
}
"""Who makes the installers: the program's name to a function of its release and its settings."""

_THICK = "multus-thick"
_MOST_STEPS = 5_000
"""More steps than any of the programs takes before it rests, or does again what it did before."""


def replay(
    selector: str,
    ops: Sequence[Mapping[str, object]],
    *,
    before: Mapping[str, str] | None = None,
    settings: ProgramSettings | None = None,
    master: str = "",
) -> list[dict[str, object]]:
    """Return what stands after each operation, once the program has come to rest.

    `selector` is a program and its release: `multus-thick@v4.3.0`, or one of `PROGRAMS` such as
    `istio-cni@1.30.3`, `linkerd-cni@v1.6.8`, `cilium@v1.18.2` or `multus-v3@v3.9.3`. An operation
    has `op`: `start`, `stop` (SIGTERM), `write` (`file`, `content`: moved into place),
    `write_in_place` (the same, but truncated and written), `remove` (`file`) or `rename` (`file`,
    `to`); one on a file that is not there does nothing, nor does a start of a program that runs.
    `before` are the files at the beginning, `settings` what the program is given: its environment,
    `{"env": {"CNI_CONF_NAME": "10-aws.conflist"}}`, its arguments (`args`, for Multus's script), or
    the keys of its ConfigMap (`config`, for Cilium).

    A state has `status` (`ready`, `waits`, `exited` or `stopped`) and `files` (name to content). A
    program that never rests counts as one that waits, if it says at all whether it is ready. Thick
    Multus is told its `master` (the pin), and has states of its own: see multus_thick_daemon.

    ValueError for another selector, for an operation that is unknown or lacks what it needs, and
    for a master or settings that the program is not given.
    """
    _check(ops)
    name, _, tag = selector.partition("@")
    given = dict(before or {})
    if name == _THICK and settings:
        raise ValueError(f"{name} has no settings here: what it is told is its master")
    if name == _THICK:
        return _replayed_thick(selector, ops, given, master)
    number = release(tag)
    if name not in PROGRAMS or number is None:
        known = ", ".join(f"{program}@X.Y.Z" for program in sorted([*PROGRAMS, _THICK]))
        raise ValueError(f"unknown selector {selector!r}: not one of {known}")
    if master:
        raise ValueError(f"{name} has no master, its settings say what it is told")
    node = _Node(PROGRAMS[name](number, settings or {}), given)
    states: list[dict[str, object]] = []
    for op in ops:
        node.operate(op)
        states.append({"status": node.status.value, "files": dict(node.files)})
    return states


def _replayed_thick(
    selector: str, ops: Sequence[Mapping[str, object]], before: Files, master: str
) -> list[dict[str, object]]:
    """Replay the thick daemon: it does not run while the files of the beginning are written."""
    first = [{"op": "write", "file": name, "content": text} for name, text in before.items()]
    texts = [{key: str(value) for key, value in op.items()} for op in ops]
    return multus_thick_daemon.replay(selector, [*first, *texts], master=master)[len(first) :]


class _Node:
    """A directory and the program that runs in it, or does not (no memory)."""

    def __init__(self, program: DirectoryProgram, files: Files) -> None:
        self.program = program
        self.files = files
        self.status = Status.STOPPED
        self._memory: Hashable = None

    def operate(self, op: Mapping[str, object]) -> None:
        """Carry out one operation and let the program come to rest."""
        kind = op["op"]
        if kind == "stop":
            self._stop()
        elif kind == "start":
            if self.status in (Status.STOPPED, Status.EXITED):
                self._memory = self.program.start()
                self._settle()
        else:
            self.files, events = touched(self.files, op)
            if events and self.status in (Status.READY, Status.WAITS):
                self._memory = self.program.notice(self.files, self._memory, events)
                self._settle()

    def _stop(self) -> None:
        if self.status in (Status.READY, Status.WAITS):
            self.files = self.program.stop(self.files, self._memory).files
        self.status = Status.STOPPED
        self._memory = None

    def _settle(self) -> None:
        """Take steps until none is left, or until a state comes again: then it never rests."""
        seen: set[Hashable] = set()
        for _ in range(_MOST_STEPS):
            change = self.program.step(self.files, self._memory)
            if change is None:
                self.status = self.program.status(self._memory)
                return
            self.files, self._memory = change.files, change.memory
            state = (frozenset(self.files.items()), self._memory)
            if state in seen:
                break
            seen.add(state)
        self.status = self.program.restless(self._memory)


def touched(files: Files, op: Mapping[str, object]) -> tuple[Files, tuple[Event, ...]]:
    """Return the files after an operation on one, and what a watch of the directory tells of it."""
    kind, name = op["op"], str(op["file"])
    content = str(op.get("content", ""))
    if kind == "write":
        return written(files, name, content), (Event(Happening.MOVED_TO, name),)
    if kind == "write_in_place":
        made = () if name in files else (Event(Happening.CREATED, name),)
        return {**files, name: content}, (*made, Event(Happening.MODIFIED, name))
    to = str(op.get("to", name))
    if name not in files or (kind == "rename" and to == name):
        return files, ()
    if kind == "remove":
        return removed(files, name), (Event(Happening.DELETED, name),)
    moved = written(removed(files, name), to, files[name])
    return moved, (Event(Happening.MOVED_FROM, name), Event(Happening.MOVED_TO, to))


_NEEDS = {
    "start": (),
    "stop": (),
    "write": ("file", "content"),
    "write_in_place": ("file", "content"),
    "remove": ("file",),
    "rename": ("file", "to"),
}
"""The operations, with the members each needs."""


def _check(ops: Sequence[Mapping[str, object]]) -> None:
    """Raise ValueError if an operation cannot be carried out, with its place counted from 1."""
    for number, op in enumerate(ops, 1):
        kind = op.get("op", "")
        if not isinstance(kind, str) or kind not in _NEEDS:
            raise ValueError(
                f"unknown operation {kind!r} (number {number}): not one of {', '.join(_NEEDS)}"
            )
        for member in _NEEDS[kind]:
            value = op.get(member)
            if not isinstance(value, str):
                raise ValueError(  # noqa: TRY004  the one error that this function has
                    f"operation number {number}, {kind}, has no text {member!r}"
                )
            if member != "content" and not is_file_name(value):
                raise ValueError(f"operation number {number}, {kind}: no file is called {value!r}")
