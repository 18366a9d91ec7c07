"""Every order in which the programs of a node can run, and what the node comes to in each.

A state is the files, each program's memory, and nothing else; states that are equal are one. The
search goes breadth first, so the first way to an outcome is a shortest one: its witness.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from cnilint.upstream.multus_thick_daemon import replay

from .directory_state import Moment, Moments
from .owner import Reading
from .programs import Change, Files, Program

__all__ = ["MOST_STATES", "Moment", "Outcome", "Simulation", "Situation", "replay", "simulate"]

MOST_STATES = 20_000
"""States looked at per class of nodes; past that the search is not exhausted, and says so."""

FIRST_BOOT = "first boot"
REBOOT = "reboot"
RESTART = "rolling restart"
SITUATIONS = (FIRST_BOOT, REBOOT, RESTART)

RESTLESS = "the installers undo each other's work for ever"

Memories = tuple[Hashable, ...]
Content = frozenset[tuple[str, str]]
Key = tuple[Content, Memories]


class Situation(NamedTuple):
    """Where a search is: files, memories, the steps that led there, and the files before each."""

    files: Files
    memories: Memories
    order: tuple[str, ...] = ()
    earlier: tuple[Files, ...] = ()


class Outcome(NamedTuple):
    """A state in which nothing changes any more, and who owns the pods in it.

    `order` are the steps of the shortest way there, from the beginning of the situation; `files`
    the directory the runtime reads, in its sort order; `runtime` the file it takes (None: it is not
    ready); `master` the file whose network a pod gets as its own (None: none, and `cause` says
    why). Where installers never come to rest it is one state on their way, with that as its cause.
    `moments` has one for the beginning and one after each step.
    """

    situation: str
    order: tuple[str, ...]
    files: tuple[str, ...]
    runtime: str | None
    master: str | None
    through_multus: bool
    cause: str = ""
    chained: tuple[tuple[str, str], ...] = ()
    """Plugins that are chained into others' files, each with the file it is in."""
    moments: tuple[Moment, ...] = ()


class Simulation(NamedTuple):
    """All outcomes of one class of nodes; `exhausted` is False when the limit was hit.

    `contents` is what each path held in the first outcome that has it.
    """

    outcomes: tuple[Outcome, ...]
    exhausted: bool
    contents: Mapping[str, str]


def simulate(
    programs: Sequence[Program],
    host_files: Files,
    reading: Reading,
    *,
    persistent: bool = True,
) -> Simulation:
    """Return every outcome of running programs in every order on a node.

    `host_files` is what is there before anything runs, `reading` how the node is read, and
    `persistent` says whether files outlive a reboot.
    """
    search = _Search(programs, reading)
    start = tuple(program.start() for program in programs)
    first = search.quiescent([Situation(host_files, start)], FIRST_BOOT)
    settled = list(first)
    known = {_key(situation.files, ()) for situation in first}
    fresh: Iterable[Situation] = first if persistent else ()
    while fresh:
        booted = [
            Situation(
                found.files,
                start,
                (search.label("the node reboots", found.files),),
                (found.files,),
            )
            for found in fresh
        ]
        fresh = []
        for found in search.quiescent(booted, REBOOT):
            settled.append(found)
            if _key(found.files, ()) not in known:
                known.add(_key(found.files, ()))
                fresh.append(found)
    search.quiescent(search.restarted(settled), RESTART)
    return Simulation(
        outcomes=tuple(search.outcomes.values()),
        exhausted=search.exhausted,
        contents=search.contents,
    )


class _Search:
    """The state graph, and the outcomes found in it so far."""

    def __init__(self, programs: Sequence[Program], reading: Reading) -> None:
        self._programs = programs
        self._reading = reading
        self._states = 0
        self._watching = [
            index for index, one in enumerate(programs) if type(one).notice is not Program.notice
        ]
        self._moments = Moments(reading)
        self._steps: dict[tuple[int, Content, Hashable], Change | None] = {}
        self._notices: dict[tuple[int, Content, Hashable, tuple[str, ...]], Change | None] = {}
        self.exhausted = True
        self.outcomes: dict[tuple[object, ...], Outcome] = {}
        self.contents: dict[str, str] = {}

    def quiescent(self, starts: Iterable[Situation], situation: str) -> list[Situation]:
        """Return the states that the programs come to rest in, each once, and keep the outcomes."""
        queue = deque(starts)
        seen = {_key(start.files, start.memories): start for start in queue}
        before: dict[Key, list[Key]] = {}
        rest: list[Situation] = []
        while queue:
            at = queue.popleft()
            here = _key(at.files, at.memories)
            following = self._following(at)
            if not following:
                rest.append(at)
                self._keep(at, situation)
            for after in following:
                key = _key(after.files, after.memories)
                before.setdefault(key, []).append(here)
                if key in seen:
                    continue
                if self._states >= MOST_STATES:
                    self.exhausted = False
                    return rest
                self._states += 1
                seen[key] = after
                queue.append(after)
        self._keep_restless(seen, before, rest, situation)
        return rest

    def restarted(self, settled: Iterable[Situation]) -> list[Situation]:
        """Return the states right after any one program was ended and started again."""
        found = []
        for at in settled:
            for index, program in enumerate(self._programs):
                change = program.stop(at.files, at.memories[index])
                memories = _replaced(at.memories, index, program.start())
                label = change.label.replace("stops", "restarts", 1)
                order = (self.label(label, at.files),)
                after = Situation(change.files, memories, order, (at.files,))
                found.append(self._noticed(after, index, change.touched))
        return found

    def label(self, event: str, files: Files) -> str:
        """Return what begins a situation: the event, and what is in the directory at that time."""
        return f"{event} with {', '.join(self._moments.names(files)) or 'nothing'} in place"

    def _keep_restless(
        self,
        seen: dict[Key, Situation],
        before: dict[Key, list[Key]],
        rest: Iterable[Situation],
        situation: str,
    ) -> None:
        """Keep one state from which no state of rest can be reached: the last one that is new."""
        settling = {_key(at.files, at.memories) for at in rest}
        pending = list(settling)
        while pending:
            earlier = [key for key in before.get(pending.pop(), ()) if key not in settling]
            settling.update(earlier)
            pending += earlier
        for key, at in reversed(seen.items()):
            if key not in settling:
                self._keep(at, situation, RESTLESS)
                return

    def _following(self, at: Situation) -> list[Situation]:
        found = []
        here = _key(at.files, at.memories)
        for index in range(len(self._programs)):
            change = self._step(index, at, here[0])
            if change is None:
                continue
            memories = _replaced(at.memories, index, change.memory)
            order, earlier = (*at.order, change.label), (*at.earlier, at.files)
            after = Situation(change.files, memories, order, earlier)
            after = self._noticed(after, index, change.touched)
            if _key(after.files, after.memories) != here:
                found.append(after)
        return found

    def _step(self, index: int, at: Situation, content: Content) -> Change | None:
        """Return a program's step, worked out once for what it depends on."""
        key = index, content, at.memories[index]
        if key not in self._steps:
            self._steps[key] = self._programs[index].step(at.files, at.memories[index])
        return self._steps[key]

    def _noticed(self, at: Situation, cause: int, touched: tuple[str, ...]) -> Situation:
        """Let programs that watch react to what another one did."""
        if not touched:
            return at
        for index in self._watching:
            if index == cause:
                continue
            key = index, frozenset(at.files.items()), at.memories[index], touched
            if key not in self._notices:
                program = self._programs[index]
                self._notices[key] = program.notice(at.files, at.memories[index], touched)
            change = self._notices[key]
            if change is not None:
                memories = _replaced(at.memories, index, change.memory)
                order, earlier = at.order, at.earlier
                if change.label:
                    order, earlier = (*order, change.label), (*earlier, at.files)
                at = Situation(change.files, memories, order, earlier)
        return at

    def _keep(self, at: Situation, situation: str, cause: str = "") -> None:
        names, found = self._moments.of(at.files)
        for path, text in at.files.items():
            self.contents.setdefault(path, text)
        complaint = cause or self._complaint(at)
        # a shim without its daemon gives no pod a network
        master = None if cause or (complaint and found.through_multus) else found.master
        cause = complaint or found.cause
        chained = self._chained(at.files)
        same = (situation, names, found.runtime, master, cause, chained)
        if same not in self.outcomes:
            self.outcomes[same] = Outcome(
                situation=situation,
                order=at.order,
                files=names,
                runtime=found.runtime,
                master=master,
                through_multus=found.through_multus,
                cause=cause,
                chained=chained,
                moments=tuple(map(self._moments.of, (*at.earlier, at.files))),
            )

    def _chained(self, files: Files) -> tuple[tuple[str, str], ...]:
        """Return where the plugins that chain themselves into others' files are."""
        found = [
            (plugin, name)
            for path, text in files.items()
            if (name := self._moments.name(path)) is not None
            for plugin in self._reading.chained
            if f'"type": "{plugin}"' in text
        ]
        return tuple(sorted(found))

    def _complaint(self, at: Situation) -> str:
        """Return why a program has not come up; of several reasons one that no order changes."""
        each = zip(self._programs, at.memories, strict=True)
        found = [program.complaint(at.files, memory) for program, memory in each]
        return min(filter(None, found), default="")


def _replaced(memories: Memories, index: int, memory: Hashable) -> Memories:
    return (*memories[:index], memory, *memories[index + 1 :])


def _key(files: Files, memories: Memories) -> Key:
    return frozenset(files.items()), memories
