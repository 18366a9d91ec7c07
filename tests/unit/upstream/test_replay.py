"""What can be asked of `replay`, and what it says to the rest."""

from __future__ import annotations

import pytest

from cnilint.upstream import multus_thick_daemon as thick_daemon
from cnilint.upstream.replay import replay
from tests.unit.upstream.lives import AWS, START, STOP, remove, rename, write


@pytest.mark.parametrize(
    "selector", ["istio-cni", "istio-cni@latest", "istio@1.30.3", "", "@1.2.3", "containerd@1.7.0"]
)
def test_other_selectors_are_told_which_there_are(selector: str) -> None:
    with pytest.raises(ValueError, match="unknown selector") as caught:
        replay(selector, [START])
    assert "istio-cni@X.Y.Z" in str(caught.value)
    assert "multus-thick@X.Y.Z" in str(caught.value)


@pytest.mark.parametrize(
    ("op", "message"),
    [
        ({"op": "move"}, "unknown operation 'move' .number 2."),
        ({}, "unknown operation ''"),
        ({"op": ["start"]}, "unknown operation"),
        ({"op": "write", "file": "a.conf"}, "operation number 2, write, has no text 'content'"),
        ({"op": "remove", "file": 7}, "operation number 2, remove, has no text 'file'"),
        ({"op": "rename", "file": "a", "to": "../b"}, "no file is called '../b'"),
        ({"op": "write_in_place", "file": "", "content": ""}, "no file is called ''"),
    ],
)
def test_an_operation_that_cannot_be_carried_out_is_named(
    op: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        replay("istio-cni@1.30.3", [START, op])


def test_what_does_nothing_leaves_everything_as_it_is() -> None:
    nothing = [
        remove("b.conf"),
        rename("b.conf", "c.conf"),
        rename("a.conflist", "a.conflist"),
        STOP,
    ]
    states = replay("istio-cni@1.30.3", nothing, before={"a.conflist": AWS})
    assert states == [{"status": "stopped", "files": {"a.conflist": AWS}}] * 4


def test_a_start_of_a_program_that_runs_does_nothing() -> None:
    states = replay(
        "istio-cni@1.30.3", [START, {"op": "start", "restart": True}], before={"a.conflist": AWS}
    )
    assert states[0] == states[1]


def test_what_a_program_is_not_given_is_refused() -> None:
    with pytest.raises(ValueError, match="multus-thick has no settings"):
        replay("multus-thick@v4.3.0", [START], settings={"env": {"A": "b"}})
    with pytest.raises(ValueError, match="istio-cni has no master"):
        replay("istio-cni@1.30.3", [START], master="10-aws.conflist")


def test_the_thick_daemon_is_replayed_as_before() -> None:
    ops = [START, write("10-aws.conflist", AWS), STOP]
    assert replay("multus-thick@v4.3.0", ops, master="10-aws.conflist") == thick_daemon.replay(
        "multus-thick@v4.3.0", ops, master="10-aws.conflist"
    )
    begun = replay("multus-thick@v4.3.0", [START], before={"10-aws.conflist": AWS})
    assert [(state["daemon"], state["conf"]) for state in begun] == [("running", "10-aws.conflist")]
