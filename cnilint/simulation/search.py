"""Every order in which the programs of a node can run, and what the node comes to in each.

A state is the files, each program's memory, and nothing else; states that are equal are one. The
search goes breadth first, so the first way to an outcome is a shortest one: its witness.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from operator import attrgetter

from cnilint.model.steps import NODE, Cause, Failure, Held, Situation, Step, Verb
from cnilint.start import NamedTuple
from cnilint.upstream.netconf import plugin_types

from .directory_state import Moment, Moments
from .owner import Reading
from .programs import Change, Files, Program

__all__ = ["MOST_STATES", "Moment", "Outcome", "Simulation", "simulate"]

MOST_STATES = 20_000
"""States looked at per class of nodes; past that the search is not exhausted, and says so."""

RESTLESS = Cause(Failure.RESTLESS)

Memories = tuple[Hashable, ...]
Content = frozenset[tuple[str, str]]
Key = tuple[Content, Memories]


class Reached(NamedTuple):
    """Where a search is: files, memories, the steps that led there, and the files before each."""

    files: Files
    memories: Memories
    order: tuple[Step, ...] = ()
    earlier: tuple[Files, ...] = ()


class Outcome(NamedTuple):
    """A state in which nothing changes any more, and who owns the pods in it.

    `order` are the steps of the shortest way there, from the beginning of the situation; `files`
    the directory the runtime reads, in its sort order; `runtime` the file it takes (None: it is not
    ready); `master` the file whose network a pod gets as its own (None: none, and `cause` says
    why). Where installers never come to rest it is one state on their way, with that as its cause.
    `moments` has one for the beginning and one after each step.
    """

    situation: Situation
    order: tuple[Step, ...]
    files: tuple[str, ...]
    runtime: str | None
    master: str | None
    through_multus: bool
    cause: Cause | None = None
    chained: tuple[tuple[str, str], ...] = ()
    """Plugins that are chained into others' files, each with the file it is in."""
    plugins: tuple[str, ...] = ()
    """The types of the plugins that a pod's own network consists of."""
    held: tuple[Held, ...] = ()
    """The programs that have not come up."""
    moments: tuple[Moment, ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        """How well it shows something: the earliest situation and the fewest steps come first."""
        return list(Situation).index(self.situation), len(self.order)


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
    first = search.quiescent([Reached(host_files, start)], Situation.FIRST_BOOT)
    settled = list(first)
    known = {_key(found.files, ()) for found in first}
    fresh: Iterable[Reached] = first if persistent else ()
    while fresh:
        booted = [
            Reached(
                found.files,
                start,
                (Step(NODE, Verb.REBOOTS, search.names(found.files)),),
                (found.files,),
            )
            for found in fresh
        ]
        fresh = []
        for found in search.quiescent(booted, Situation.REBOOT):
            settled.append(found)
            if _key(found.files, ()) not in known:
                known.add(_key(found.files, ()))
                fresh.append(found)
    search.quiescent(search.restarted(settled), Situation.RESTART)
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

    def quiescent(self, starts: Iterable[Reached], situation: Situation) -> list[Reached]:
        """Return the states that the programs come to rest in, each once, and keep the outcomes."""
        seen: dict[Key, Reached] = {}
        for start in starts:
            seen.setdefault(_key(start.files, start.memories), start)
        queue = deque(seen.items())
        before: dict[Key, list[Key]] = {}
        rest: list[Reached] = []
        while queue:
            here, at = queue.popleft()
            following = self._following(at, here)
            if not following:
                rest.append(at)
                self._keep(at, situation)
            for key, after in following:
                before.setdefault(key, []).append(here)
                if key in seen:
                    continue
                if self._states >= MOST_STATES:
                    self.exhausted = False
                    return rest
                self._states += 1
                seen[key] = after
                queue.append((key, after))
        self._keep_restless(seen, before, rest, situation)
        return rest

    def restarted(self, settled: Iterable[Reached]) -> list[Reached]:
        """Return the states right after any one program was ended and started again."""
        found = []
        for at in settled:
            for index, program in enumerate(self._programs):
                change = program.stop(at.files, at.memories[index])
                memories = _replaced(at.memories, index, program.start())
                also = change.step.also if change.step is not None else ()
                step = Step(program.actor, Verb.RESTARTS, self.names(at.files), also=also)
                after = Reached(change.files, memories, (step,), (at.files,))
                found.append(self._noticed(after, index, change.touched))
        return found

    def names(self, files: Files) -> tuple[str, ...]:
        """Return what is in the directory the runtime reads."""
        return self._moments.names(files)

    def _keep_restless(
        self,
        seen: dict[Key, Reached],
        before: dict[Key, list[Key]],
        rest: Iterable[Reached],
        situation: Situation,
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

    def _following(self, at: Reached, here: Key) -> list[tuple[Key, Reached]]:
        """Return what one more step of each program leads to, if that is another state."""
        found = []
        for index in range(len(self._programs)):
            change = self._step(index, at, here[0])
            if change is None:
                continue
            after = self._noticed(_after(at, index, change), index, change.touched)
            key = _key(after.files, after.memories)
            if key != here:
                found.append((key, after))
        return found

    def _step(self, index: int, at: Reached, content: Content) -> Change | None:
        """Return a program's step, worked out once for what it depends on."""
        key = index, content, at.memories[index]
        if key not in self._steps:
            self._steps[key] = self._programs[index].step(at.files, at.memories[index])
        return self._steps[key]

    def _noticed(self, at: Reached, cause: int, touched: tuple[str, ...]) -> Reached:
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
                at = _after(at, index, change)
        return at

    def _keep(self, at: Reached, situation: Situation, cause: Cause | None = None) -> None:
        names, found = self._moments.of(at.files)
        for path, text in at.files.items():
            self.contents.setdefault(path, text)
        held = self._held(at)
        complaint = cause or self._complaint(held)
        # a shim without its daemon gives no pod a network
        master = None if cause or (complaint and found.through_multus) else found.master
        cause = complaint or found.cause
        chained = self._chained(at.files)
        plugins = found.plugins if master is not None else ()
        same = (situation, names, found.runtime, master, cause, chained, plugins, held)
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
                plugins=plugins,
                held=held,
                moments=tuple(map(self._moments.of, (*at.earlier, at.files))),
            )

    def _chained(self, files: Files) -> tuple[tuple[str, str], ...]:
        """Return where the plugins that chain themselves into others' files are."""
        found = [
            (plugin, name)
            for path, text in files.items()
            if (name := self._moments.name(path)) is not None
            if self._reading.chained
            for plugin in set(plugin_types(text)).intersection(self._reading.chained)
        ]
        return tuple(sorted(found))

    def _held(self, at: Reached) -> tuple[Held, ...]:
        """Return the programs that have not come up."""
        each = zip(self._programs, at.memories, strict=True)
        return tuple(
            Held(program.actor, why)
            for program, memory in each
            if (why := program.complaint(at.files, memory)) is not None
        )

    def _complaint(self, held: Iterable[Held]) -> Cause | None:
        """Return why what serves the pods is not up; of several reasons one no order changes."""
        serving = [program.actor for program in self._programs if program.serves]
        found = [one.cause for one in held if one.actor in serving]
        return min(found, key=attrgetter("rank"), default=None)


def _after(at: Reached, index: int, change: Change) -> Reached:
    """Return where a program's change leads to."""
    memories = _replaced(at.memories, index, change.memory)
    if change.step is None:
        return Reached(change.files, memories, at.order, at.earlier)
    return Reached(change.files, memories, (*at.order, change.step), (*at.earlier, at.files))


def _replaced(memories: Memories, index: int, memory: Hashable) -> Memories:
    return (*memories[:index], memory, *memories[index + 1 :])


def _key(files: Files, memories: Memories) -> Key:
    return frozenset(files.items()), memories
