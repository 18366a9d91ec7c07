"""Multus's steps: the thick daemon, the thin entrypoint, and file mode."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping

import pytest

from cnilint.simulation.multus_programs import Copying
from cnilint.simulation.multus_script import ScriptedMultus
from cnilint.simulation.owner import MASTER_KEY, Reading, delegate
from cnilint.simulation.steps import Program, names_in
from cnilint.upstream.multus_thick_program import ThickMemory
from cnilint.upstream.program import Event, Happening
from tests.unit.simulation.actors import (
    CONTENTS,
    DIRECTORY,
    Actor,
    failure,
    made,
    on_host,
    scripted,
    thick,
    thin,
)
from tests.unit.simulation.alone import said

LIST, SINGLE = CONTENTS[".conflist"], CONTENTS[".conf"]
V0, V1 = "v4.0.2", "v4.1.4"
NEWER = LIST.replace("0.4.0", "1.0.0")


def one(actor: Actor) -> Program:
    (found,), _reading = made([actor])
    return found


class Node:
    """A node on which one program runs."""

    def __init__(self, actor: Actor, files: Mapping[str, str]) -> None:
        self.program = one(actor)
        self.memory: Hashable = self.program.start()
        self.paths = on_host(files)

    @property
    def files(self) -> dict[str, str]:
        return names_in(self.paths, DIRECTORY)

    def step(self) -> str | None:
        """Let the program take steps until one is told, and return what it is called."""
        for _step in range(9):
            change = self.program.step(self.paths, self.memory)
            if change is None:
                return None
            self.paths, self.memory = dict(change.files), change.memory
            if self.program.ended(self.memory):
                self.memory = self.program.start()
                return None
            if change.step is not None:
                return said(change)
        raise AssertionError("it never rests")

    def write(self, name: str, text: str | None) -> str | None:
        """Write or remove a file, and return what the program does about it."""
        path = f"{DIRECTORY}/{name}"
        self.paths = {p: t for p, t in self.paths.items() if p != path}
        self.paths |= {path: text} if text is not None else {}
        happening = Happening.DELETED if text is None else Happening.MOVED_TO
        before = self.memory
        self.memory = self.program.notice(self.paths, before, (Event(happening, path),))
        if self.memory == before:
            return None
        self.step()
        return "answers"

    def stop(self) -> None:
        change = self.program.stop(self.paths, self.memory)
        self.paths, self.memory = dict(change.files), self.program.start()

    @property
    def complaint(self) -> str:
        return failure(self.program.complaint(self.paths, self.memory))

    @property
    def master(self) -> str:
        found = json.loads(self.files["00-multus.conf"])
        path: str = found.get("clusterNetwork") or found[MASTER_KEY]
        return path.rpartition("/")[2]


@pytest.mark.parametrize("release", [V0, V1])
def test_the_daemon_takes_the_first_file_there_is_and_no_better_one_later(release: str) -> None:
    node = Node(thick(release), {"x.conf": SINGLE, "a.json": SINGLE})
    assert node.step() == "Multus picks x.conf as its master and writes 00-multus.conf"
    assert node.write("05-b.conflist", LIST) is None
    assert node.step() is None
    assert (node.master, node.complaint) == ("x.conf", "")
    node.stop()
    assert ("00-multus.conf" in node.files) is (release == V0)
    node.step()
    assert node.master == "05-b.conflist"


@pytest.mark.parametrize("release", [V0, V1])
def test_the_daemon_waits_until_there_is_a_file(release: str) -> None:
    node = Node(thick(release), {"a.json": SINGLE, "00-multus-old.conf": SINGLE})
    assert node.step() is None
    assert node.complaint == "no-master"
    node.write("x.conf", SINGLE)
    assert node.step() is not None


@pytest.mark.parametrize("release", [V0, V1])
def test_a_pinned_daemon_takes_no_other_file(release: str) -> None:
    node = Node(thick(release, "x.conf"), {"05-b.conflist": LIST})
    assert node.step() is None
    assert node.complaint == "master-missing"
    node.write("x.conf", "{")
    assert node.step() is None
    assert node.complaint == "master-unreadable"
    node.write("x.conf", SINGLE)
    assert node.step() == "Multus finds its master x.conf and writes 00-multus.conf"
    assert node.master == "x.conf"


@pytest.mark.parametrize("release", [V0, V1])
def test_the_daemon_follows_its_masters_file_alone(release: str) -> None:
    node = Node(thick(release), {"x.conf": SINGLE})
    node.step()
    assert node.write("x.conf", "{") == "answers"
    assert node.files["00-multus.conf"] == ""
    assert node.write("x.conf", SINGLE) == "answers"
    assert node.master == "x.conf"
    assert node.write("x.conf", None) is None
    assert node.master == "x.conf"


@pytest.mark.parametrize("release", [V0, V1])
def test_an_invalid_first_file_ends_the_daemon_though_a_good_one_follows(release: str) -> None:
    node = Node(thick(release), {"05-b.conf": "{", "x.conf": SINGLE})
    assert node.step() is None
    assert node.complaint == "master-unreadable"


def test_a_stopped_daemon_answers_nothing_and_only_its_own_memory_will_do() -> None:
    node = Node(thick(V1), {"x.conf": SINGLE})
    assert node.memory == ThickMemory()
    assert node.write("x.conf", "{") is None
    with pytest.raises(TypeError):
        node.program.stop(node.paths, "other")


@pytest.mark.parametrize("release", [V1, "v4.3.0"])
def test_thin_picks_once_unless_it_cleans_up(release: str) -> None:
    for cleans in (False, True):
        node = Node(thin(release, cleans=cleans), {"x.conf": SINGLE})
        assert node.step() == "Multus picks x.conf as its master and writes 00-multus.conf"
        node.write("05-b.conflist", LIST)
        assert (node.step() is not None) is cleans
        assert node.master == ("05-b.conflist" if cleans else "x.conf")
        # it only waits for a master that is gone
        node.write(node.master, None)
        assert node.step() is None
        node.stop()
        assert ("00-multus.conf" in node.files) is not cleans


def test_thin_of_v4_0_ignores_the_pin_and_nests_itself_when_it_starts_again() -> None:
    node = Node(thin(V0, "x.conf", cleans=True), {"05-b.conflist": LIST, "x.conf": SINGLE})
    node.step()
    assert node.master == "05-b.conflist"
    assert node.step() is None
    node.memory = node.program.start()
    assert node.step() == "Multus picks 00-multus.conf as its master and writes 00-multus.conf"


@pytest.mark.parametrize("release", [V1, "v4.3.0"])
def test_pinned_thin_never_leaves_its_master(release: str) -> None:
    node = Node(thin(release, "x.conf", cleans=True), {"05-b.conflist": LIST})
    assert node.step() is None
    assert node.complaint == "master-missing"
    node.write("x.conf", SINGLE)
    node.step()
    assert node.master == "x.conf"
    assert node.step() is None
    assert node.complaint == ""


def test_thin_without_a_file_says_so() -> None:
    node = Node(thin(V1), {"a.json": SINGLE})
    assert node.step() is None
    assert node.complaint == "no-master"


def test_thin_writes_a_list_from_cni_1_on_and_leaves_the_old_file() -> None:
    node = Node(thin(V1), {"x.conflist": NEWER})
    assert node.step() == "Multus picks x.conflist as its master and writes 00-multus.conflist"
    again = Node(thin(V1), {"x.conflist": NEWER, "00-multus.conflist": "", "00-multus.conf": ""})
    assert again.step() == "Multus picks x.conflist as its master and writes 00-multus.conflist"
    assert again.files["00-multus.conf"] == ""


def test_thin_that_cleans_up_takes_both_of_its_files_along() -> None:
    node = Node(
        thin(V1, cleans=True), {"x.conf": SINGLE, "00-multus.conf": "", "00-multus.conflist": ""}
    )
    node.step()
    node.stop()
    assert set(node.files) == {"x.conf"}


@pytest.mark.parametrize("flag", ["--skip-config-watch=true", "--skip-config-watch"])
def test_thin_that_does_not_watch_keeps_its_first_choice(flag: str) -> None:
    base = thin(V1, cleans=True)
    actor = Actor(base.image, base.command, (*base.arguments, flag))
    node = Node(actor, {"x.conf": SINGLE})
    node.step()
    node.write("05-b.conflist", LIST)
    assert node.step() is None


def test_the_script_of_v3_is_pinned_by_its_flag() -> None:
    node = Node(
        scripted("v3.8", "--restart-crio=no", pin="x.conf"),
        {"05-b.conflist": LIST, "x.conf": SINGLE},
    )
    assert isinstance(node.program, ScriptedMultus)
    assert node.step() == "Multus finds its master x.conf and writes 00-multus.conf"
    assert (node.master, node.complaint) == ("x.conf", "")


def test_the_script_of_v3_takes_the_first_file_and_waits_for_one() -> None:
    node = Node(scripted("v3.9.3"), {})
    assert (node.step(), node.complaint) == (None, "no-master")
    node.write("x.conflist", LIST)
    assert node.step() == "Multus picks x.conflist as its master and writes 00-multus.conf"
    node.write("05-b.conflist", LIST)
    assert (node.step(), node.master) == (None, "x.conflist")
    node.stop()
    assert "00-multus.conf" in node.files


@pytest.mark.parametrize("release", ["v3.4.1", "v3.9.3"])
def test_the_script_of_v3_may_move_its_master_away(release: str) -> None:
    node = Node(scripted(release, "--rename-conf-file=true"), {"x.conflist": LIST})
    node.step()
    assert node.step() == "Multus renames x.conflist"
    assert set(node.files) == {"00-multus.conf", "x.conflist.old"}
    assert node.complaint == ""
    # its file holds all of the master, which pods go on to get
    owned = delegate(node.paths, Reading(DIRECTORY, masters=DIRECTORY))
    assert (owned.runtime, owned.master) == ("00-multus.conf", "x.conflist")
    assert (owned.plugins, owned.cause) == (("bridge",), None)


@pytest.mark.parametrize(("release", "spoils"), [("v3.3", True), ("v3.4.1", False)])
def test_an_old_script_spoils_its_file_when_its_master_is_gone(release: str, spoils: bool) -> None:
    node = Node(scripted(release, "--cleanup-config-on-exit=true"), {"x.conflist": LIST})
    node.step()
    node.write("x.conflist", None)
    said = node.step()
    assert (said == "Multus writes 00-multus.conf") is spoils
    assert node.files["00-multus.conf"].startswith("{Multus") is spoils
    if spoils:
        node.write("x.conflist", LIST)
        node.stop()
        assert node.files["00-multus.conf"].startswith("{Multus")


@pytest.mark.parametrize(
    ("flags", "pin", "failure"),
    [
        ((), "x.conf", "master-missing"),
        (("--cni-version=0.4.0",), "", "cni-version-incompatible"),
        (("--multus-log-level=loud",), "", "invalid-flag"),
        (("--help",), "", "ends"),
    ],
)
def test_the_script_of_v3_says_why_it_ends(flags: tuple[str, ...], pin: str, failure: str) -> None:
    old = LIST.replace("0.4.0", "0.3.0")
    node = Node(scripted("v3.9.3", *flags, pin=pin), {"y.conflist": old})
    change = node.program.step(node.paths, node.memory)
    assert change is not None
    assert node.program.ended(change.memory)
    assert node.complaint == failure


def test_the_script_of_v3_copies_the_file_that_it_is_told_to_use() -> None:
    path = "/host/etc/cni/net.d/x.conflist"
    for at, ends in ((path, True), ("/usr/src/multus-cni/images/70-multus.conf", False)):
        actor = Actor("multus-cni:v3.8", "/entrypoint.sh", (f"--multus-conf-file={at}",))
        node = Node(actor, {"x.conflist": LIST})
        change = node.program.step(node.paths, node.memory)
        assert change is not None
        assert node.program.ended(change.memory) is ends
        assert ends or said(change) == "Multus copies 70-multus.conf into the directory"


def copying(release: str, path: str) -> Actor:
    return Actor(
        f"multus-cni:{release}-thick", "/usr/bin/multus-daemon", daemon={"multusConfigFile": path}
    )


@pytest.mark.parametrize(("release", "exits"), [(V0, False), (V1, True)])
def test_a_file_of_the_directory_is_emptied_by_the_daemon_that_copies_it(
    release: str, exits: bool
) -> None:
    node = Node(copying(release, "/host/etc/cni/net.d/x.conf"), {"y.conf": SINGLE})
    assert isinstance(node.program, Copying)
    assert node.step() is None
    node.write("x.conf", SINGLE)
    assert node.step() == "Multus truncates x.conf to 0 bytes"
    assert node.files["x.conf"] == ""
    assert node.step() is None
    assert bool(node.complaint) is exits
    node.write("x.conf", SINGLE)
    assert (node.step() is not None) is exits
    node.stop()
    assert set(node.files) == {"x.conf", "y.conf"}


@pytest.mark.parametrize("release", [V0, V1])
def test_a_file_from_elsewhere_is_copied_under_its_own_name(release: str) -> None:
    node = Node(copying(release, "/usr/src/multus-cni/images/70-multus.conf"), {"x.conf": SINGLE})
    assert node.step() == "Multus copies 70-multus.conf into the directory"
    assert json.loads(node.files["70-multus.conf"])["type"] == "multus"
    assert node.step() is None
    own = Node(copying(release, "/etc/cni/net.d/multus.d/daemon-config.json"), {})
    own.step()
    assert "multusConfigFile" in own.files["daemon-config.json"]


def test_thin_leaves_the_file_it_is_told_to_copy_and_deletes_it_with_the_flag() -> None:
    flags = ("--multus-conf-file=/host/etc/cni/net.d/x.conf", "--cleanup-config-on-exit")
    node = Node(Actor("multus-cni:v4.1.4", "/thin_entrypoint", flags), {"x.conf": SINGLE})
    assert node.step() is None
    assert node.files == {"x.conf": SINGLE}
    assert node.complaint == ""
    node.stop()
    assert node.files == {}
