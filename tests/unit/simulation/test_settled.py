"""What `settled` returns, against every interleaving of the programs' steps tried one by one."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import cnilint
from cnilint.simulation import settled as module
from cnilint.simulation.settled import settled
from cnilint.upstream.multus_thick_program import multus_thick
from cnilint.upstream.program import DirectoryProgram, Event, Happening, Status
from cnilint.upstream.release import release
from cnilint.upstream.replay import PROGRAMS
from tests.unit.simulation.explorer import closures

NAMES = ("10-aws.conflist", "10-flannel.conflist")
CONTENT = json.dumps(
    {"cniVersion": "0.4.0", "name": "net", "plugins": [{"type": "bridge"}, {"type": "portmap"}]}
)
CILIUM = "05-cilium.conflist"
MAKERS = {**PROGRAMS, "multus-thick": multus_thick}

istio = st.builds(
    lambda version, env: {"program": "istio-cni", "version": version, "settings": {"env": env}},
    st.sampled_from(["1.24.6", "1.30.3"]),
    st.sampled_from(
        [
            {},
            {"CNI_CONF_NAME": NAMES[0]},
            {"AMBIENT_ENABLED": "true", "ISTIO_OWNED_CNI_CONFIG": "true"},
        ]
    ),
)
linkerd = st.just({"program": "linkerd-cni", "version": "v1.6.8", "settings": {}})
cilium = st.builds(
    lambda exclusive: {
        "program": "cilium",
        "version": "v1.16.5",
        "settings": {
            "config": {
                "write-cni-conf-when-ready": f"/host/etc/cni/net.d/{CILIUM}",
                "cni-exclusive": exclusive,
            }
        },
    },
    st.sampled_from(["true", "false"]),
)
multus = st.builds(
    lambda version, pin: {"program": "multus-thick", "version": version, "settings": pin},
    st.sampled_from(["v4.1.4", "v4.3.0"]),
    st.sampled_from([{}, {"multusMasterCNI": NAMES[0]}, {"multusMasterCNI": CILIUM}]),
)
programs = st.lists(
    istio | linkerd | cilium | multus,
    min_size=1,
    max_size=3,
    unique_by=lambda one: str(one["program"]),
)
primaries = st.sampled_from([{"name": name, "content": CONTENT} for name in NAMES])

Known = tuple[frozenset[tuple[str, str]], tuple[Hashable, ...]]
PRIMARY = "primary"
MOST = 1_500


class Crew:
    """All states of some programs, none left out and none numbered."""

    def __init__(self, given: Sequence[Mapping[str, Any]], primary: Mapping[str, str]) -> None:
        self.names = [one["program"] for one in given]
        self.programs: list[DirectoryProgram] = []
        for one in given:
            number = release(one["version"])
            assert number is not None
            self.programs.append(MAKERS[one["program"]](number, one["settings"]))
        self.primary = primary

    def begun(self, state: Known, event: Mapping[str, str]) -> Known:
        files, memories = state
        fresh = tuple(program.start() for program in self.programs)
        if event["kind"] in ("start", "reboot"):
            return files, (*fresh, PRIMARY)
        if event["kind"] == "write":
            return files, (*memories[:-1], PRIMARY)
        at = self.names.index(event["program"])
        if event["signal"] == "SIGTERM":
            change = self.programs[at].stop(dict(sorted(files)), memories[at])
            files, memories = self.told(change.files, memories, at, change.events)
        return files, (*memories[:at], fresh[at], *memories[at + 1 :])

    def told(
        self,
        files: Mapping[str, str],
        memories: Sequence[Hashable],
        by: int,
        events: Sequence[Event],
    ) -> Known:
        after, held = dict(sorted(files.items())), list(memories)
        for at, program in enumerate(self.programs):
            if at != by and events:
                held[at] = program.notice(after, held[at], events)
            if program.status(held[at]) is Status.EXITED:
                held[at] = program.start()
        return frozenset(after.items()), tuple(held)

    def following(self, state: Known) -> Iterable[tuple[Known, bool]]:
        files, memories = dict(sorted(state[0])), state[1]
        if memories[-1] is not None:
            name = self.primary["name"]
            after = {**files, name: self.primary["content"]}
            moved = (Event(Happening.MOVED_TO, name),)
            yield self.told(after, (*memories[:-1], None), len(memories) - 1, moved), True
        for at, program in enumerate(self.programs):
            change = program.step(files, memories[at])
            if change is not None:
                held = (*memories[:at], change.memory, *memories[at + 1 :])
                yield self.told(change.files, held, at, change.events), bool(change.events)

    def lasting(self, starts: Iterable[Known]) -> list[tuple[Known, bool]] | None:
        """Return the states that last, and whether something is written in them for ever."""
        states = list(dict.fromkeys(starts))
        numbers = {state: at for at, state in enumerate(states)}
        edges: list[list[tuple[int, bool]]] = []
        for state in states:
            edges.append([])
            for after, writes in self.following(state):
                if after not in numbers:
                    numbers[after] = len(states)
                    states.append(after)
                edges[-1].append((numbers[after], writes))
            if len(states) > MOST:
                return None
        reached = closures([{target for target, _writes in each} for each in edges])
        found = []
        for number, state in enumerate(states):
            around = [at for at in range(len(states)) if reached[number] >> at & 1]
            if all(reached[at] >> number & 1 for at in around):
                each = (edges[at] for at in {number, *around})
                found.append((state, any(writes for one in each for _target, writes in one)))
        return found


events = st.lists(st.sampled_from(["restart", "kill", "write", "reboot"]), max_size=2)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs, primaries, events, st.integers(0, 2))
def test_the_list_is_what_every_interleaving_reaches(
    given: list[dict[str, Any]], primary: dict[str, str], kinds: list[str], which: int
) -> None:
    who = given[which % len(given)]["program"]
    told: list[dict[str, str]] = [{"kind": "start"}]
    for kind in kinds:
        if kind in ("restart", "kill"):
            signal = "SIGTERM" if kind == "restart" else "SIGKILL"
            told.append({"kind": "restart", "program": who, "signal": signal})
        else:
            told.append({"kind": kind})
    crew = Crew(given, primary)
    states: list[Known] = [(frozenset(), ())]
    expected = []
    for event in told:
        found = crew.lasting([crew.begun(state, event) for state in states])
        assume(found is not None)
        states = [state for state, _restless in found or ()]
        expected.append({(files, restless) for (files, _memories), restless in found or ()})
    returned = settled(given, primary, told)
    assert all(one.searched_to_the_end for one in returned)
    for standing, wanted in zip(returned, expected, strict=True):
        shown = {json.dumps(module.told(dict(f), restless=r), sort_keys=True) for f, r in wanted}
        assert {json.dumps(one, sort_keys=True) for one in standing} == shown
        assert len(standing) == len(shown)


def test_a_search_that_is_cut_says_so_and_returns_what_is_true(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crew = [
        {"program": "linkerd-cni", "version": "v1.6.8", "settings": {}},
        {"program": "istio-cni", "version": "1.24.6", "settings": {"env": {}}},
    ]
    primary = {"name": NAMES[0], "content": CONTENT}
    (whole,) = cnilint.settled(crew, primary, [{"kind": "start"}])
    assert whole.searched_to_the_end
    monkeypatch.setattr(module, "MOST_STEPS", 20)
    (cut,) = cnilint.settled(crew, primary, [{"kind": "start"}])
    assert not cut.searched_to_the_end
    assert cut
    assert all(one in whole for one in cut)


@pytest.mark.parametrize(
    ("crew", "told"),
    [
        ([{"program": "x", "version": "1.2.3", "settings": {}}], []),
        ([{"program": "cilium", "version": "latest", "settings": {}}], []),
        ([], [{"kind": "sleep"}]),
        ([], [{"kind": "restart", "program": "cilium", "signal": "SIGTERM"}]),
    ],
)
def test_what_is_not_known_is_an_error(
    crew: list[dict[str, Any]], told: list[dict[str, str]]
) -> None:
    with pytest.raises(ValueError, match="unknown"):
        settled(crew, {"name": NAMES[0], "content": CONTENT}, told)
