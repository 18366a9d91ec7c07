"""Linkerd's install-cni.sh: what a file or a release makes of it."""

from __future__ import annotations

import pytest

from cnilint.upstream.linkerd_cni import LinkerdMemory, LinkerdPhase, linkerd_cni
from cnilint.upstream.program import Event, Happening, Status
from tests.unit.upstream.lives import (
    AWS,
    BROKEN,
    CALICO,
    MULTUS,
    START,
    STOP,
    last,
    remove,
    types,
    write,
    write_in_place,
)

OWN = "01-linkerd-cni.conf"
NEWEST = "linkerd-cni@v1.6.8"
CHAINED = {"10-aws.conflist": ["aws-cni", "linkerd-cni"]}


@pytest.mark.parametrize(("release", "files"), [("v1.1.3", {OWN: "linkerd-cni"}), ("v1.2.0", {})])
def test_the_interface_mode_writes_a_file_of_its_own(
    release: str, files: dict[str, list[str] | str]
) -> None:
    assert last(f"linkerd-cni@{release}", START) == ("ready", files)


def test_the_file_of_the_interface_mode_gives_way_to_another_and_goes_at_the_end() -> None:
    ops = [START, write("10-aws.conflist", AWS)]
    assert last("linkerd-cni@v1.1.3", *ops)[1] == CHAINED
    assert last("linkerd-cni@v1.1.3", START, STOP) == ("stopped", {})


def test_without_any_file_the_interface_mode_begins_again() -> None:
    ops = [START, remove("10-aws.conflist")]
    _, files = last("linkerd-cni@v1.1.3", *ops, before={"10-aws.conflist": AWS})
    assert list(files) == [OWN]


@pytest.mark.parametrize("release", ["v1.2.0", "v1.6.8"])
def test_later_ones_remove_the_file_that_the_interface_mode_left(release: str) -> None:
    before = {OWN: MULTUS, "10-aws.conflist": AWS}
    assert last(f"linkerd-cni@{release}", START, before=before)[1] == CHAINED


@pytest.mark.parametrize("release", ["v1.2.2", "v1.5.2", "v1.6.2"])
def test_older_scripts_end_at_one_invalid_file(release: str) -> None:
    before = {"10-aws.conflist": AWS, "04-broken.conflist": BROKEN}
    status, files = last(f"linkerd-cni@{release}", START, before=before)
    assert status == "exited"
    assert files == {"10-aws.conflist": ["aws-cni"], "04-broken.conflist": BROKEN}


def test_from_v1_6_3_on_an_invalid_file_is_left_alone() -> None:
    before = {"10-aws.conflist": AWS, "04-broken.conflist": BROKEN}
    assert last("linkerd-cni@v1.6.3", START, before=before) == (
        "ready",
        {**CHAINED, "04-broken.conflist": BROKEN},
    )


@pytest.mark.parametrize(
    ("release", "files"),
    [
        ("v1.2.2", {"04-broken.conflist": BROKEN, **CHAINED}),
        ("v1.5.2", {"04-broken.conflist": BROKEN, "10-aws.conflist": ["aws-cni"]}),
        # without an inotifywait to kill, its clean-up fails
        ("v1.6.2", {"04-broken.conflist": BROKEN, **CHAINED}),
    ],
)
def test_only_some_undo_what_they_did_when_they_fail(
    release: str, files: dict[str, list[str] | str]
) -> None:
    before = {"04-broken.conflist": BROKEN, "10-aws.conflist": AWS}
    assert last(f"linkerd-cni@{release}", START, before=before) == ("exited", files)


@pytest.mark.parametrize(
    ("release", "cleaned"),
    [("v1.5.2", True), ("v1.6.0", False), ("v1.6.1", False), ("v1.6.2", True)],
)
def test_with_two_watches_to_kill_a_clean_up_failed(release: str, *, cleaned: bool) -> None:
    status, files = last(f"linkerd-cni@{release}", START, STOP, before={"10-aws.conflist": AWS})
    assert status == "stopped"
    assert ("linkerd-cni" not in files["10-aws.conflist"]) is cleaned


def test_a_clean_up_ends_at_the_first_file_that_is_no_json() -> None:
    ops = [START, write("99.conflist", BROKEN), STOP]
    assert last(NEWEST, *ops, before={"10-aws.conflist": AWS})[1] == {
        **CHAINED,
        "99.conflist": BROKEN,
    }


@pytest.mark.parametrize(("release", "heard"), [("v1.1.0", False), ("v1.1.1", True)])
def test_what_is_moved_into_place_is_heard_from_v1_1_1_on(release: str, *, heard: bool) -> None:
    _, files = last(f"linkerd-cni@{release}", START, write("10-aws.conflist", AWS))
    assert ("linkerd-cni" in files["10-aws.conflist"]) is heard


@pytest.mark.parametrize(("release", "heard"), [("v1.4.0", False), ("v1.5.0", True)])
def test_what_is_modified_is_heard_from_v1_5_0_on(release: str, *, heard: bool) -> None:
    ops = [START, write_in_place("10-aws.conflist", CALICO)]
    _, files = last(f"linkerd-cni@{release}", *ops, before={"10-aws.conflist": AWS})
    assert ("linkerd-cni" in files["10-aws.conflist"]) is heard


def test_a_single_plugin_that_is_written_in_place_makes_it_deaf() -> None:
    ops = [START, write_in_place("00-multus.conf", MULTUS)]
    # the second line that inotifywait tells is about a file that has become a .conflist
    assert last("linkerd-cni@v1.5.2", *ops) == (
        "ready",
        {"00-multus.conflist": ["multus-shim", "linkerd-cni"]},
    )
    assert last("linkerd-cni@v1.5.2", *ops, write("10-aws.conflist", AWS)) == (
        "exited",
        {"00-multus.conflist": ["multus-shim"], "10-aws.conflist": ["aws-cni"]},
    )
    assert last("linkerd-cni@v1.5.1", *ops)[1] == {
        "00-multus.conflist": ["linkerd-cni", "linkerd-cni"]
    }
    assert last(NEWEST, *ops, write("10-aws.conflist", AWS)) == (
        "ready",
        {"00-multus.conflist": ["multus-shim", "linkerd-cni"], **CHAINED},
    )


@pytest.mark.parametrize(
    ("release", "status"), [("v1.5.1", "ready"), ("v1.5.2", "exited"), ("v1.6.3", "ready")]
)
def test_only_files_called_like_itself(release: str, status: str) -> None:
    found, files = last(f"linkerd-cni@{release}", START, before={"99-linkerd.conflist": AWS})
    assert found == status
    assert files == {"99-linkerd.conflist": ["aws-cni"]}


def test_an_empty_file_is_filled_with_a_line_break_or_left() -> None:
    before = {"10-aws.conflist": ""}
    assert last("linkerd-cni@v1.2.2", START, before=before)[1] == {"10-aws.conflist": "\n"}
    assert last(NEWEST, START, before=before)[1] == {"10-aws.conflist": ""}


def test_without_a_plugin_to_put_in_it_ends_or_goes_deaf() -> None:
    before = {"10-aws.conflist": AWS}
    assert last("linkerd-cni@v1.5.2", START, before=before, CNI_NETWORK_CONFIG="")[0] == "exited"
    ops = [START, write("10-aws.conflist", CALICO)]
    assert last(NEWEST, *ops, before=before, CNI_NETWORK_CONFIG="")[0] == "exited"
    assert last(NEWEST, START, before=before, CNI_NETWORK_CONFIG="")[0] == "ready"


def test_a_file_of_the_interface_mode_that_is_not_there_changes_nothing() -> None:
    program = linkerd_cni((1, 6, 8), {})
    files = {"10-aws.conflist": AWS}
    change = program.step(files, LinkerdMemory(LinkerdPhase.DROP_OWN))
    assert change is not None
    assert (change.files, change.events) == (files, ())


def test_others_hear_of_every_file_that_is_cleaned() -> None:
    program = linkerd_cni((1, 1, 3), {})
    files = {"10-aws.conflist": AWS, "20-calico.conflist": CALICO, OWN: "{}"}
    change = program.stop(files, LinkerdMemory(LinkerdPhase.LISTEN, watches=True))
    assert set(change.events) == {
        Event(Happening.MODIFIED, "10-aws.conflist"),
        Event(Happening.MODIFIED, "20-calico.conflist"),
        Event(Happening.DELETED, OWN),
    }


def test_one_that_has_ended_cleans_nothing_more() -> None:
    program = linkerd_cni((1, 6, 8), {})
    files = {"10-aws.conflist": '{"plugins": [{"type": "linkerd-cni"}]}'}
    assert program.stop(files, LinkerdMemory(LinkerdPhase.EXITED)) == (
        files,
        LinkerdMemory(LinkerdPhase.EXITED),
        (),
    )


def test_names_are_matched_as_its_pattern_does() -> None:
    before = {"10.CONFLIST": AWS, "x.json": AWS, "myconf": AWS, "sub/a.conflist": AWS}
    _, files = last("linkerd-cni@v1.5.2", START, before=before)
    chained = {name for name, found in files.items() if "linkerd-cni" in found}
    assert chained == {"10.CONFLIST", "myconf"}


def test_another_that_makes_the_file_meanwhile_lets_it_go_deaf() -> None:
    program = linkerd_cni((1, 6, 8), {})
    memory = LinkerdMemory(
        LinkerdPhase.CREATE,
        watches=True,
        in_round=False,
        name="a.conflist",
        target="a.conflist",
        content=AWS,
    )
    change = program.step({"a.conflist": CALICO}, memory)
    assert change is not None
    assert types(change.files["a.conflist"]) == ["calico"]
    deaf = change.memory
    assert program.step(change.files, deaf) is None
    assert program.status(deaf) is Status.READY
    heard = program.notice(change.files, deaf, [Event(Happening.MOVED_TO, "b.txt")])
    after = program.step(change.files, heard)
    assert after is not None
    assert program.status(after.memory) is Status.EXITED


def test_a_file_is_gone_for_a_moment_while_it_is_replaced() -> None:
    program = linkerd_cni((1, 6, 8), {})
    files, memory, seen = {"10-aws.conflist": AWS}, program.start(), []
    while (change := program.step(files, memory)) is not None:
        files, memory = dict(change.files), change.memory
        seen.append(sorted(files))
    assert [] in seen
    assert seen[-1] == ["10-aws.conflist"]


def test_a_file_that_leaves_before_its_turn_ends_the_script() -> None:
    program = linkerd_cni((1, 6, 8), {})
    change = program.step(
        {}, LinkerdMemory(LinkerdPhase.ROUND, watches=True, todo=("10-aws.conflist",))
    )
    assert change is not None
    after = program.step(change.files, change.memory)
    assert after is not None
    assert program.status(after.memory) is Status.EXITED


def test_two_files_at_once_can_keep_an_older_script_busy_for_ever() -> None:
    program = linkerd_cni((1, 2, 2), {})
    files = {"a.conflist": AWS, "b.conflist": CALICO}
    lines = [Event(Happening.MOVED_TO, name) for name in files]
    memory = program.notice(
        files,
        LinkerdMemory(LinkerdPhase.LISTEN, watches=True, in_round=False, known=(("", ""),)),
        lines,
    )
    seen = set()
    for _ in range(500):
        change = program.step(files, memory)
        assert change is not None
        files, memory = dict(change.files), change.memory
        seen.add((frozenset(files.items()), memory))
    assert len(seen) < 100
    assert program.restless(memory) is Status.READY
