"""No file, setting or operation makes an installer fail, and each is a function of what it sees."""

from __future__ import annotations

import json
from collections.abc import Hashable

from hypothesis import given
from hypothesis import strategies as st

from cnilint.upstream.program import DirectoryChange, Event, Files, Happening, Status
from cnilint.upstream.release import release
from cnilint.upstream.replay import PROGRAMS, replay

SELECTORS = st.sampled_from(
    [
        *("multus-v3@v3.1", "multus-v3@v3.2", "multus-v3@v3.4", "multus-v3@v3.4.2"),
        *("multus-v3@v3.7.2", "multus-v3@v3.8", "multus-v3@v3.9.3"),
        *("cilium@v1.9.0", "cilium@v1.10.0", "cilium@v1.13.18", "cilium@v1.14.0"),
        *("cilium@v1.16.5", "cilium@v1.18.2", "calico@v3.30.0", "calico@v3.32.0"),
        *("kuma-cni@2.0.0", "kuma-cni@2.7.0", "kuma-cni@2.10.0", "kuma-cni@2.14.0"),
    ]
)
NAMES = st.sampled_from(
    [
        *("10-aws.conflist", "10-aws.conf", "05-cilium.conf", "05-cilium.conflist", "a.json"),
        *("00-multus.conf", "10-aws.conflist.cilium_bak", "10-calico.conflist", "a b.conf"),
        *("\udcff.conf", "a.conf/b", "05-cilium.conflist/x", "x" * 250 + ".conf", "[a].conflist"),
        *("00-multus.conf/x", "\n.conf", "YYY-kuma-cni.conflist", "n\nm.conf"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 1, 1e400, "", "0.4.0", "cilium-cni", "n"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "capabilities", "ab", "name"]), inner)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(["name", "cniVersion", "type", "plugins", "capabilities"])
WRITTEN = st.dictionaries(KEYS, VALUES, max_size=5).map(json.dumps)
CONTENTS = (
    WRITTEN
    | st.builds(lambda text, at: text[:at], WRITTEN, st.integers(0, 40))
    | st.sampled_from(
        [
            '{"cniVersion": "0.4.0", "name": "aws-cni", "plugins": [{"type": "aws-cni"}]}',
            '{"cniVersion": "0.4.0", "name": "n", "type": "bridge"}',
            *("", "null", "[" * 3000, '{"plugins": ["capabilities"]}', "\udcff", "\ufeff{}"),
        ]
    )
    | st.text(max_size=5)
)
FILES = st.dictionaries(NAMES, CONTENTS, max_size=4)
ARGUMENTS = st.sampled_from(
    [
        *("--multus-conf-file=auto", "--cni-version=0.3.1", "--cni-version=0.4.0", "--rename"),
        *("--multus-master-cni-file-name=10-aws.conflist", "--rename-conf-file=true", "-h", ""),
        *("--cleanup-config-on-exit=true", "--override-network-name=true", "--cni-conf-dir="),
        *("--multus-master-cni-file-name=*", "--multus-autoconfig-dir=", "--multus-conf-file=a b"),
        *("--multus-conf-file=/host/etc/cni/net.d/10-aws.conflist", "--cni-exclusive=false"),
    ]
)
CONFIG = st.fixed_dictionaries(
    {},
    optional={
        "write-cni-conf-when-ready": st.sampled_from(
            ["/host/etc/cni/net.d/05-cilium.conflist", "/host/etc/cni/net.d/", "x", "", "/x"]
        ),
        "cni-exclusive": st.sampled_from(["true", "false", "", "x"]),
        "cni-chaining-mode": st.sampled_from(["", "none", "aws-cni", "Portmap", "generic-veth"]),
        "cni-chaining-target": st.sampled_from(["", "*", "n", "aws-cni"]),
        "read-cni-conf": st.sampled_from(["", "/host/etc/cni/net.d/10-aws.conf", "/x"]),
        "cni-uninstall": st.just("true"),
        "custom-cni-conf": st.just("true"),
    },
)
ENVIRONMENT = st.fixed_dictionaries(
    {},
    optional={
        "CNI_CONF_NAME": NAMES | st.sampled_from(["", "..", "a/b"]),
        "CHAINED_CNI_PLUGIN": st.sampled_from(["true", "false", "x"]),
        "CNI_NETWORK_CONFIG": CONTENTS,
        "SLEEP": st.sampled_from(["true", "false", ""]),
        "CNI_OLD_CONF_NAME": NAMES,
    },
)
SETTINGS = st.fixed_dictionaries(
    {"args": st.lists(ARGUMENTS, max_size=5), "config": CONFIG, "env": ENVIRONMENT}
)
ACTIONS = st.sampled_from([{"op": "start"}, {"op": "stop"}])
WRITES = st.builds(
    lambda op, file, content: {"op": op, "file": file, "content": content},
    st.sampled_from(["write", "write_in_place"]),
    NAMES,
    CONTENTS,
)
REMOVALS = st.builds(lambda file: {"op": "remove", "file": file}, NAMES)
RENAMES = st.builds(lambda file, to: {"op": "rename", "file": file, "to": to}, NAMES, NAMES)
OPERATIONS = st.lists(ACTIONS | WRITES | REMOVALS | RENAMES, max_size=5)


@given(SELECTORS, OPERATIONS, FILES, SETTINGS)
def test_a_replay_has_a_state_for_each_operation_and_is_the_same_each_time(
    selector: str,
    operations: list[dict[str, str]],
    files: dict[str, str],
    settings: dict[str, object],
) -> None:
    operations = [{"op": "start"}, *operations]
    states = replay(selector, operations, before=files, settings=settings)
    assert len(states) == len(operations)
    assert {state["status"] for state in states} <= {status.value for status in Status}
    assert states == replay(selector, operations, before=files, settings=settings)


@given(SELECTORS, st.lists(FILES, min_size=1, max_size=6), SETTINGS)
def test_a_step_is_a_function_whatever_the_files_become_in_between(
    selector: str, moments: list[dict[str, str]], settings: dict[str, object]
) -> None:
    name, _, tag = selector.partition("@")
    number = release(tag)
    assert number is not None
    program = PROGRAMS[name](number, settings)
    memory: Hashable = program.start()
    for files in moments:
        before = dict(files)
        change = program.step(files, memory)
        assert change == program.step(files, memory)
        assert files == before
        memory = program.notice(files, change.memory if change else memory, EVENTS)
        hash(memory)
        if change is not None:
            assert told(change, files)
        left = program.stop(files, memory)
        assert told(left, files)


EVENTS = (Event(Happening.DELETED, "10-aws.conflist"), Event(Happening.MOVED_TO, "a.json"))


def told(change: DirectoryChange, files: Files) -> bool:
    """Return whether there is an event for each file that a change makes, changes or takes away."""
    changed = {
        name for name in {*files, *change.files} if files.get(name) != change.files.get(name)
    }
    return changed <= {event.name for event in change.events}
