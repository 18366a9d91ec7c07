"""No file and no order of things makes an installer's program fail, and each life is one."""

from __future__ import annotations

import json
from collections.abc import Hashable

from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.upstream.program import DirectoryProgram, Event, Files, Happening, Status
from cnilint.upstream.release import release
from cnilint.upstream.replay import PROGRAMS, replay

NAMES = st.sampled_from(
    [
        *("10-aws.conflist", "10-aws.conf", "00-multus.conf", "00-multus.conflist", "a.json"),
        *("02-istio-cni.conflist", "YYY-istio-cni.conf", "01-linkerd-cni.conf", "é.conf"),
        *("10-aws.conflist.cilium_bak", "sub/a.conf", "x.CONFLIST", "conf"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 1e400, "", "x", "istio-cni", "linkerd-cni"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "name", "plugins", "<"]), inner, max_size=3)
    ),
    max_leaves=6,
)
PLUGINS = st.sampled_from(
    [{"type": "bridge"}, {"type": "istio-cni"}, {"type": "linkerd-cni"}, {"type": 1}, {}, None, "x"]
)
KEYS = st.sampled_from(["cniVersion", "type", "name", "plugins", "disableCheck", "Plugins"])
LISTS = st.fixed_dictionaries({"name": st.just("n"), "plugins": st.lists(PLUGINS, max_size=3)})
CONFIGURATIONS = LISTS | st.dictionaries(KEYS, VALUES, max_size=4) | VALUES
CONTENTS = (
    CONFIGURATIONS.map(json.dumps)
    | st.lists(CONFIGURATIONS.map(json.dumps), max_size=3).map("\n".join)
    | st.sampled_from(["", "{oops", "[" * 20_000, '{"a":' * 20_000, "\ud800", "\x00"])
    | st.text(max_size=5)
)
FILES = st.dictionaries(NAMES, CONTENTS, max_size=4)
OPS = st.one_of(
    st.sampled_from([{"op": "start"}, {"op": "stop"}]),
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["write", "write_in_place", "remove", "rename"]),
            "file": NAMES,
            "to": NAMES,
            "content": CONTENTS,
        }
    ),
)
SELECTORS = st.sampled_from(
    [
        *("istio-cni@1.12.9", "istio-cni@1.18.7", "istio-cni@1.22.8", "istio-cni@1.24.6"),
        *("istio-cni@1.30.3", "linkerd-cni@v1.0.0", "linkerd-cni@v1.1.3", "linkerd-cni@v1.2.2"),
        *("linkerd-cni@v1.5.0", "linkerd-cni@v1.5.2", "linkerd-cni@v1.6.1", "linkerd-cni@v1.6.8"),
    ]
)
BOOLEANS = st.sampled_from(["true", "false", "", "maybe"])
ENVIRONMENTS = st.fixed_dictionaries(
    {},
    optional={
        "CNI_CONF_NAME": NAMES | st.sampled_from(["", "..", "/", "a\0b"]),
        "CHAINED_CNI_PLUGIN": BOOLEANS,
        "AMBIENT_ENABLED": BOOLEANS,
        "ISTIO_OWNED_CNI_CONFIG": BOOLEANS,
        "ISTIO_OWNED_CNI_CONFIG_FILENAME": NAMES,
        "CNI_ENABLE_INSTALL": BOOLEANS,
        "CNI_ENABLE_REINSTALL": BOOLEANS,
        "CNI_NETWORK_CONFIG": CONTENTS,
    },
)


@settings(max_examples=300, deadline=None)
@given(SELECTORS, FILES, ENVIRONMENTS, st.lists(OPS, max_size=6))
def test_every_life_can_be_replayed_and_is_the_same_again(
    selector: str, before: dict[str, str], env: dict[str, str], ops: list[dict[str, str]]
) -> None:
    states = replay(selector, ops, before=before, settings={"env": env})
    assert [state["status"] for state in states if state["status"] not in STATUSES] == []
    assert len(states) == len(ops)
    assert states == replay(selector, ops, before=before, settings={"env": env})


STATUSES = {"ready", "waits", "exited", "stopped"}


@settings(max_examples=300, deadline=None)
@given(SELECTORS, ENVIRONMENTS, st.lists(FILES, max_size=30), st.data())
def test_whatever_others_do_between_its_steps_a_program_goes_on(
    selector: str, env: dict[str, str], between: list[dict[str, str]], data: st.DataObject
) -> None:
    program = made(selector, env)
    files: Files = {}
    memory: Hashable = program.start()
    for others in between:
        hash(memory)
        files, memory = told(program, files, memory, others)
        change = program.step(files, memory)
        assert change == program.step(files, memory)
        if change is not None:
            assert (
                dict(change.files) != dict(files)
                or not change.events
                or changed_back(change.events)
            )
            files, memory = change.files, change.memory
    if data.draw(st.booleans()):
        program.stop(files, memory)
    assert program.status(memory) in (Status.READY, Status.WAITS, Status.EXITED)


def told(
    program: DirectoryProgram, files: Files, memory: Hashable, others: Files
) -> tuple[Files, Hashable]:
    """Put other files in place, and tell the program what changed."""
    gone = [Event(Happening.DELETED, name) for name in files if name not in others]
    came = [Event(Happening.MOVED_TO, name) for name in others if files.get(name) != others[name]]
    return others, program.notice(others, memory, [*gone, *came])


def changed_back(events: tuple[Event, ...]) -> bool:
    """Whether what was done may leave each file as it was: it was written anew."""
    return all(event.happening in (Happening.MOVED_TO, Happening.MODIFIED) for event in events)


def made(selector: str, env: dict[str, str]) -> DirectoryProgram:
    name, _, tag = selector.partition("@")
    number = release(tag)
    assert number is not None
    return PROGRAMS[name](number, {"env": env})
