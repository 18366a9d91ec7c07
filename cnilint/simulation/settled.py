"""Several real installers in one directory: what can stand after each thing that happens to it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence

from cnilint.model.steps import Actor
from cnilint.upstream import gojson
from cnilint.upstream.gojson import JSON, Array, JSONError, Object, is_string
from cnilint.upstream.multus_thick_program import multus_thick
from cnilint.upstream.release import release
from cnilint.upstream.replay import PROGRAMS

from .installed import Installed
from .modelled import in_directory
from .owner import MULTUS_FILES, MULTUS_TYPES
from .runs import ran
from .state_graph import Component, StateGraph
from .steps import Change, Files, Program, names_in
from .unknown_file import Stranger

MOST_STEPS = 3_000_000
"""Steps looked at for one crew; past that what is returned is true, and not all."""

PLAYED_STEPS = 200_000
"""Steps in complete runs after an event, where that was not enough."""

FAR_STEPS = 100_000
"""Steps around the end of a run after which something may be written for ever."""

_DIRECTORY = "/etc/cni/net.d"
_MAKERS = {**PROGRAMS, "multus-thick": multus_thick}
_PRIMARY = "primary"


class Settled(list[dict[str, object]]):
    """The states that can stand after one event. `searched_to_the_end`: whether these are all."""

    searched_to_the_end: bool = True


def settled(
    programs: Sequence[Mapping[str, object]],
    primary: Mapping[str, object],
    events: Sequence[Mapping[str, object]],
) -> list[Settled]:
    """Return what can stand after each event, once it has settled, whatever the timing before.

    `programs` have `program` (`istio-cni`, `linkerd-cni`, `cilium`, `multus-thick` or another one
    of `replay`), `version` and `settings` (those of `replay`, and `multusMasterCNI` for thick
    Multus); all run in one directory. `primary` has the `name` and the `content` of the file of one
    more installer, which writes it by a rename; without content one of the programs writes it.
    `events` have a `kind`: `start` (of all, in an empty directory), `restart` (of the `program`, by
    the `signal` SIGTERM or SIGKILL), `write` (the primary writes its file again) or `reboot` (all
    are killed, the files stay, all start again). A program that ends by itself is started again.

    A state has `files` (name to a list of the network's name and the types of its plugins, or
    `"empty"` or `"invalid"`), `master` (of `00-multus.conf` and `00-multus.conflist` those that
    hold Multus, with the base name of their `clusterNetwork`; None for none) and `restless`
    (whether something is written for ever, and this is one of the states that come again and
    again). What is returned for an event is a list with one attribute more, `searched_to_the_end`:
    False where there were too many states to look at each, so that there may be more that stand.

    ValueError for a program, a version, settings or an event that is not known.
    """
    crew = _Crew(programs, primary)
    begun = [crew.empty]
    found: list[Settled] = []
    for event in events:
        starts = list(dict.fromkeys(new for state in begun for new in crew.begun(state, event)))
        components, complete = crew.lasting(starts)
        standing = Settled(crew.standing(components))
        standing.searched_to_the_end = complete and all(one.searched_to_the_end for one in found)
        found.append(standing)
        begun = [state for component in components for state in component.states]
    return found


class _Crew:
    """The programs, and the graph of all that they can come to."""

    def __init__(
        self, programs: Sequence[Mapping[str, object]], primary: Mapping[str, object]
    ) -> None:
        self._names = [str(program["program"]) for program in programs]
        self._programs: list[Program] = [_program(program) for program in programs]
        content = primary.get("content")
        if content is not None:
            self._names.append(_PRIMARY)
            path = f"{_DIRECTORY}/{primary['name']}"
            self._programs.append(Stranger(Actor(_PRIMARY), path, str(content)))
        self._graph = StateGraph(self._programs, MOST_STEPS, forgets=False)
        self.empty = self._graph.started({})

    def begun(self, state: int, event: Mapping[str, object]) -> list[int]:
        """Return the states in which an event leaves a state."""
        kind, graph = event.get("kind"), self._graph
        if kind in ("start", "reboot"):
            return [graph.started(graph.files(state))]
        if kind == "write":
            at = self._names.index(_PRIMARY) if _PRIMARY in self._names else None
            return [state if at is None else self._restarted(state, at, "SIGKILL")]
        if kind != "restart" or event.get("program") not in self._names:
            raise ValueError(f"unknown event {event!r}")
        signal = event.get("signal")
        if signal not in ("SIGTERM", "SIGKILL"):
            raise ValueError(f"unknown signal {signal!r}")
        return [self._restarted(state, self._names.index(str(event["program"])), str(signal))]

    def _restarted(self, state: int, at: int, signal: str) -> int:
        files, memory = self._graph.files(state), self._graph.memories(state)[at]
        if signal == "SIGTERM":
            change = self._programs[at].stop(files, memory)
        else:
            change = Change(files, memory, (), None)
        return self._graph.restarted(state, at, change)

    def lasting(self, starts: Sequence[int]) -> tuple[list[Component], bool]:
        """Return what the programs come to from some states, and whether that is all."""
        if not self._graph.explore(starts):
            ran(self._graph, starts, PLAYED_STEPS, FAR_STEPS)
            return self._graph.lasting(starts), False
        return self._graph.lasting(starts), True

    def standing(self, components: Iterable[Component]) -> list[dict[str, object]]:
        """Return the states of some components as they are told: each once."""
        seen = dict.fromkeys(
            (self._graph.files_number(state), component.restless)
            for component in components
            for state in component.states
        )
        states = (
            told(names_in(self._graph.files_of(number), _DIRECTORY), restless=restless)
            for number, restless in seen
        )
        return list({repr(state): state for state in states}.values())


def _program(given: Mapping[str, object]) -> Installed:
    """Return one of the programs."""
    name, number = given.get("program"), release(str(given.get("version", "")))
    settings = given.get("settings")
    if name not in _MAKERS or number is None or not isinstance(settings, Mapping):
        raise ValueError(f"unknown program {given!r}")
    return in_directory(_MAKERS[str(name)](number, settings), Actor(str(name)), _DIRECTORY)


def told(files: Files, *, restless: bool) -> dict[str, object]:
    """Return a state of the directory as it is told: see `settled`."""
    shown = {
        name: _network(text)
        for name, text in sorted(files.items())
        if "/" not in name and not name.startswith(".")
    }
    masters = {name: _master(files[name]) for name in MULTUS_FILES if name in files}
    held = {name: master for name, master in masters.items() if master is not None}
    return {"files": shown, "master": held or None, "restless": restless}


def _network(text: str) -> object:
    """Return what a file holds: a network's name and its plugins' types, `empty` or `invalid`."""
    if not text.strip():
        return "empty"
    try:
        found = gojson.parse(text)
    except JSONError:
        return "invalid"
    members = found.members if isinstance(found, Object) else {}
    return [_plain(members.get("name")), [_plain(one.get("type")) for one in _plugins(found)]]


def _plugins(network: JSON) -> list[Mapping[str, JSON]]:
    if not isinstance(network, Object):
        return []
    listed = network.members.get("plugins")
    items = listed.items if isinstance(listed, Array) else [network]
    return [one.members for one in items if isinstance(one, Object)]


def _plain(value: JSON) -> str | None:
    return str(value) if is_string(value) else None


def _master(text: str) -> str | None:
    """Return the base name of the network that Multus is told to take; None if it is not Multus."""
    try:
        found = gojson.parse(text)
    except JSONError:
        return None
    for plugin in _plugins(found):
        if _plain(plugin.get("type")) in MULTUS_TYPES:
            return posixpath.basename(_plain(plugin.get("clusterNetwork")) or "")
    return None
