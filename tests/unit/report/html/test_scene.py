"""The picture of a class of nodes: what is in it, and that its words say the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cnilint import lint
from cnilint.kube.manifest import manifests
from cnilint.model.steps import Cause, Failure, Situation
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.report.html.orders import steps, taken
from cnilint.report.html.picture import NARROW, WIDE, PictureWidths, picture
from cnilint.report.html.scene import Scene, scene, shown
from cnilint.simulation.class_facts import ClassFacts, HostFile
from cnilint.simulation.cluster import Circumstances, Cluster, cluster
from cnilint.simulation.search import Outcome
from cnilint.syntax.compose import compose
from tests.unit.report.html.page import Element, page
from tests.unit.report.orders import AWS_WRITES, REBOOTS

ROOT = Path(__file__).resolve().parents[4]

Read = Callable[..., Cluster]

ROOMS = pytest.mark.parametrize("room", [WIDE, NARROW], ids=["wide", "narrow"])


def only(found: Cluster) -> ClassFacts:
    (facts,) = found.classes
    return facts


def seen(found: Cluster) -> Scene:
    return scene(only(found), found.runtime)


def drawn(found: Cluster, room: PictureWidths = WIDE) -> Element:
    return page(picture(seen(found), room, "wide")).one("svg")


def names(of: Scene, rows: tuple[int, ...]) -> list[str]:
    return [of.rows[at].name for at in rows]


def arrows(of: Element) -> dict[str, list[str]]:
    return {str(e.attributes["data-arrow"]): e.classes[1:] for e in of.all("g", "arrow")}


def test_a_race_shows_both_masters_behind_multus(read: Read) -> None:
    found = seen(read("multus", "aws", "istio"))
    assert [row.name for row in found.rows] == [
        "00-multus.conf",
        "02-istio.conf",
        "10-aws.conflist",
    ]
    assert names(found, found.takes) == ["00-multus.conf"]
    assert names(found, found.masters) == ["02-istio.conf", "10-aws.conflist"]
    assert names(found, found.owners) == ["02-istio.conf", "10-aws.conflist"]
    assert not found.certain
    writers = [[found.actors[at].title for at in row.writers] for row in found.rows]
    assert writers == [["Multus (thick)"], ["Istio CNI"], ["Amazon VPC CNI"]]


def test_a_race_is_drawn_from_the_writers_to_the_masters(read: Read) -> None:
    found = drawn(read("multus", "aws", "istio"))
    assert arrows(found) == {
        "writes-0-0": ["writes"],
        "writes-1-2": ["writes"],
        "writes-2-1": ["writes"],
        "takes-0": ["takes"],
        "through-0": ["through"],
        "takes-1": ["takes", "passing"],
        "takes-2": ["takes", "passing"],
        "masters-1": ["masters", "open"],
        "masters-2": ["masters", "open"],
    }
    owners = [row.all("text", "name")[0].text for row in found.all("g", "may-own")]
    assert owners == ["02-istio.conf", "10-aws.conflist"]


def test_one_owner_is_certain_and_needs_no_multus(read: Read) -> None:
    found = drawn(read("aws"))
    assert arrows(found) == {"writes-0-0": ["writes"], "takes-0": ["takes"]}
    assert [row.one("text", "overview").text for row in found.all("g", "owns")] == ["owns the pods"]
    assert not found.all("g", "multus")


def test_the_words_say_what_the_picture_shows(read: Read) -> None:
    assert shown(seen(read("multus", "aws", "istio"))) == (
        "/etc/cni/net.d in the order in which containerd reads it. "
        "1: 00-multus.conf, Multus (thick) writes it, containerd takes it. "
        "2: 02-istio.conf, Istio CNI writes it, Multus may take it, may own the pods. "
        "3: 10-aws.conflist, Amazon VPC CNI writes it, Multus may take it, may own the pods."
    )
    assert shown(seen(read("multus"))) == "/etc/cni/net.d stays empty."


@ROOMS
@pytest.mark.parametrize("installs", [("aws",), ("multus",), ("multus", "aws", "istio")])
def test_everything_is_inside_the_picture(
    room: PictureWidths, installs: tuple[str, ...], read: Read
) -> None:
    found = drawn(read(*installs), room)
    left, top, width, height = map(int, str(found.attributes["viewbox"]).split())
    for box in found.all("rect"):
        x, y, wide, high = (int(str(box.attributes[k])) for k in ("x", "y", "width", "height"))
        assert left <= x <= x + wide <= left + width
        assert top <= y <= y + high <= top + height
    for text in found.all("text"):
        assert left <= int(str(text.attributes["x"])) <= left + width
        assert top <= int(str(text.attributes["y"])) <= top + height
    boxes = [b for kind in ("actor", "reader") for g in found.all("g", kind) for b in g.all("rect")]
    spans = sorted((b.attributes["x"], int(str(b.attributes["y"]))) for b in boxes)
    assert len(set(spans)) == len(spans), "no box covers another one"


def test_a_file_that_is_taken_away_is_drawn_as_gone() -> None:
    manifest = lint([str(ROOT / "examples" / "cilium-exclusive-multus")])
    found = seen(manifest.clusters[0])
    assert [(row.name, row.stays, row.read) for row in found.rows] == [
        ("00-multus.conf", False, True),
        ("00-multus.conf.cilium_bak", True, False),
        ("05-cilium.conflist", True, True),
    ]
    picture = drawn(manifest.clusters[0])
    words = [row.one("text", "overview").text for row in picture.all("g", "row")]
    assert words == ["gone in the end", "not read", "owns the pods"]
    assert picture.all("g", "gone")[0].attributes["data-row"] == "0"
    assert arrows(picture)["writes-1-0"] == ["writes", "open"]
    assert picture.one("g", "multus").classes == ["reader", "multus", "spare"]
    assert "1: 00-multus.conf, Multus (thick) writes it, gone in the end." in shown(found)


def test_a_file_of_the_host_has_the_host_behind_it(read: Read) -> None:
    manifest = [*read("aws").manifests]
    found = seen(cluster("x", manifest, Circumstances((HostFile("87-podman.conflist", "{}"),))))
    row = found.rows[-1]
    assert row.name == "87-podman.conflist"
    assert [found.actors[at].title for at in row.writers] == ["the host"]
    assert "87-podman.conflist, on the host" in shown(found)


LONG = "x" * 200


def test_a_long_name_is_cut_in_the_picture_and_whole_in_its_words(read: Read) -> None:
    text = read("istio").manifests[0].document.source.text.replace("02-istio", LONG)
    (document,) = compose(Source("long.yaml", text))
    assert isinstance(document, Document)
    found = cluster("long", [*manifests(document), *read("aws").manifests])
    for room in (WIDE, NARROW):
        name = drawn(found, room).all("text", "name")[-1].text
        assert name == f"{'x' * (room.name - 1)}…"
    assert f"{LONG}.conf" in str(drawn(found).attributes["aria-label"])


def test_the_steps_begin_with_what_was_there_and_end_with_the_outcome(read: Read) -> None:
    found = read("multus", "aws", "istio")
    facts, pictured = only(found), seen(found)
    for outcome in facts.outcomes:
        listed = list(steps(outcome, facts, pictured))
        first_boot = outcome.situation is Situation.FIRST_BOOT
        assert len(listed) == len(outcome.order) + first_boot
        last = listed[-1].moment
        assert last.files == outcome.files
        assert (last.found.runtime, last.found.master) == (outcome.runtime, outcome.master)
        acting = [facts.installers[s.actor].title for s in listed if s.actor is not None]
        assert all(
            s.event.startswith(t.split(" (")[0])
            for s, t in zip(listed[-2:], acting[-2:], strict=True)
        )


def test_of_installs_with_one_name_the_one_whose_file_is_named_acts(read: Read) -> None:
    first = read("istio").manifests[0].document.source.text
    second = first.replace("02-istio", "03-istio").replace("name: istio,", "name: other,")
    text = f"{first}---\n{second}"
    found = [d for d in compose(Source("two.yaml", text)) if isinstance(d, Document)]
    facts = only(cluster("two", [m for d in found for m in manifests(d)]))
    outcome = next(each for each in facts.outcomes if len(each.files) == 2)
    listed = steps(outcome, facts, scene(facts, "containerd"))
    acted = {step.event: step.actor for step in listed if step.actor is not None}
    assert acted == {"Istio CNI writes 02-istio.conf": 0, "Istio CNI writes 03-istio.conf": 1}


def test_an_outcome_without_moments_still_has_its_steps(read: Read) -> None:
    found = read("aws")
    bare = Outcome(
        *(Situation.REBOOT, (REBOOTS, AWS_WRITES), ("10-aws.conflist",), None, None),
        through_multus=False,
        cause=Cause(Failure.NO_CONFIG),
    )
    listed = list(steps(bare, only(found), seen(found)))
    assert [step.event for step in listed] == [
        "The node reboots with nothing in place",
        "Amazon VPC CNI writes 10-aws.conflist",
    ]
    assert listed[-1].words == (
        "containerd is not ready: the container runtime finds no CNI configuration."
    )


def test_what_is_taken_is_said_with_its_cause(read: Read) -> None:
    outcome = only(read("aws")).outcomes[0]
    assert (
        taken(outcome.moments[-1].found, "cri-o")
        == "cri-o takes 10-aws.conflist: it owns the pods."
    )
    no_master = outcome.moments[-1].found._replace(
        master=None, cause=Cause(Failure.CLUSTER_NETWORK_UNREADABLE, "x")
    )
    assert (
        taken(no_master, "cri-o")
        == "cri-o takes 10-aws.conflist, but pods get no network: Multus cannot read x."
    )
    but = outcome.moments[-1].found._replace(cause=Cause(Failure.CRASH))
    assert taken(but, "cri-o").endswith("owns the pods, but Multus crashes on the file it picked.")
