"""What the tool is for, on manifests of our own: the race, its patch, and the two experiments."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.clusters import (
    OWNED,
    PINNED,
    STANDALONE,
    UNPINNED,
    VPC,
    WAITING,
    cnilint,
    istio,
    multus,
    placed,
)

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "eks-multus-istio"
RESTLESS = "the installers undo each other's work for ever"
AWS, ISTIO = (
    "10-aws.conflist",
    {"standalone": "02-istio-cni.conf", "owned": "02-istio-cni.conflist"},
)
MODES = {"standalone": STANDALONE, "owned": OWNED}
WINDOW = "CNI124"
"""While a node boots, another file is there before that of the VPC CNI: no pin changes that."""
every_mode = pytest.mark.parametrize("mode", MODES)


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    """Return the JSON report, its findings those about which configuration Multus takes."""
    done = cnilint("check", "--output-format", "json", *arguments, folder=folder)
    found: dict[str, Any] = json.loads(done.out)
    about = [finding for finding in found["findings"] if finding["rule"].startswith("CNI1")]
    return {**found, "findings": about}


def node_classes(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    done = cnilint("inspect", "--output-format", "json", *arguments, folder=folder)
    assert (done.code, done.err) == (0, "")
    (cluster,) = json.loads(done.out)["clusters"]
    found: list[dict[str, Any]] = cluster["node_classes"]
    assert found
    return found


@every_mode
def test_a_race_is_an_error_with_both_outcomes_and_an_order_to_each(
    mode: str, tmp_path: Path
) -> None:
    placed(tmp_path, {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": MODES[mode]})
    (finding,) = report(tmp_path)["findings"]
    assert (finding["rule"], finding["level"]) == ("CNI101", "error")
    assert f"{ISTIO[mode]} or {AWS}" in finding["message"]
    heads = [line for line in finding["details"] if line and not line.startswith(" ")]
    assert [head.split()[0] for head in heads] == [ISTIO[mode], AWS]
    at = finding["details"].index(heads[1])
    shown = {ISTIO[mode]: finding["details"][:at], AWS: finding["details"][at:]}
    for master, steps in shown.items():
        (picks,) = [n for n, step in enumerate(steps) if f"Multus picks {master}" in step]
        (writes,) = [n for n, step in enumerate(steps) if f"writes {master}" in step]
        assert writes < picks


@every_mode
def test_the_orders_of_a_race_are_outcomes_of_the_simulation(mode: str, tmp_path: Path) -> None:
    placed(tmp_path, {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": MODES[mode]})
    (finding,) = report(tmp_path)["findings"]
    (facts,) = node_classes(tmp_path)
    assert facts["deterministic"] is False
    orders = {
        (outcome["master"], tuple(outcome["order"])): outcome["situation"]
        for outcome in facts["outcomes"]
    }
    details = "\n".join(finding["details"]).split("\n\n")
    for block in details:
        head, *steps = block.splitlines()
        master, _, situation = head.rstrip(":").partition(" on all nodes, ")
        order = tuple(step.split(". ", 1)[1] for step in steps)
        assert orders[master, order] == situation


@every_mode
def test_after_the_fix_nothing_is_left_and_every_outcome_is_the_pinned_one(
    mode: str, tmp_path: Path
) -> None:
    placed(tmp_path, {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": MODES[mode]})
    assert cnilint("check", "--fix", folder=tmp_path).code == 0
    assert (tmp_path / "multus.yaml").read_text() == multus(PINNED)
    assert (tmp_path / "vpc.yaml").read_text() == VPC
    assert (tmp_path / "istio.yaml").read_text() == MODES[mode]
    assert report(tmp_path)["findings"] == []
    (facts,) = node_classes(tmp_path)
    assert facts["deterministic"] is True
    assert {outcome["master"] for outcome in facts["outcomes"]} == {AWS}


def test_a_chained_plugin_is_no_race_and_what_is_left_is_a_warning(tmp_path: Path) -> None:
    placed(tmp_path, {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": istio()})
    unpinned, twice = sorted(report(tmp_path)["findings"], key=lambda each: str(each["rule"]))
    assert (unpinned["rule"], unpinned["level"]) == ("CNI102", "warning")
    assert f"today that is {AWS}" in unpinned["message"]
    assert (twice["rule"], twice["level"]) == ("CNI125", "warning")


@pytest.mark.parametrize("configuration", [UNPINNED, PINNED], ids=["unpinned", "pinned"])
def test_istio_that_waits_for_its_own_file_is_never_ready_whatever_the_pin(
    configuration: str, tmp_path: Path
) -> None:
    """Pinning alone is no mending here, so no fix that is safe does it."""
    files = {"multus.yaml": multus(configuration), "vpc.yaml": VPC, "istio.yaml": WAITING}
    placed(tmp_path, files)
    (finding,) = [f for f in report(tmp_path)["findings"] if f["rule"] != "CNI101"]
    assert (finding["rule"], finding["level"]) == ("CNI123", "error")
    assert "as 00-multus.conf sorts before its own 02-istio-cni.conflist" in finding["message"]
    (facts,) = node_classes(tmp_path)
    assert facts["deterministic"] is False
    assert facts["verdict"].startswith(f"never ready: {RESTLESS}; Istio CNI waits: 00-multus.conf")
    assert cnilint("check", "--fix", folder=tmp_path).code == 1
    assert {name: (tmp_path / name).read_text() for name in files} == files


@pytest.mark.parametrize("mode", [*MODES, "none"])
@pytest.mark.parametrize("pin", [AWS, "11-bws.conflist"])
def test_every_outcome_follows_the_pin_whatever_other_files_there_are(
    pin: str, mode: str, tmp_path: Path
) -> None:
    placed(tmp_path, {"multus.yaml": multus(PINNED.replace(AWS, pin)), "vpc.yaml": VPC})
    if mode in MODES:
        placed(tmp_path, {"istio.yaml": MODES[mode]})
    host = [f"--host-file={name}" for name in ("11-bws.conflist", "05-podman.conflist")]
    (facts,) = node_classes(tmp_path, *host)
    assert {outcome["master"] for outcome in facts["outcomes"]} == {pin}
    assert {outcome["runtime"] for outcome in facts["outcomes"]} == {"00-multus.conf"}
    assert facts["verdict"] == f"deterministic: {pin}"
    written = {file["name"]: file["written_by"] for file in facts["files"]}
    assert written["11-bws.conflist"] == written["05-podman.conflist"] == ["the host"]
    left = [f["rule"] for f in report(tmp_path, *host)["findings"]]
    # 05-podman.conflist is there before the file of the VPC CNI; 11-bws is not late
    assert left == ([WINDOW] if pin == AWS else [])


def test_the_second_experiment_needs_the_other_file(tmp_path: Path) -> None:
    pinned = multus(PINNED.replace(AWS, "11-bws.conflist"))
    placed(tmp_path, {"multus.yaml": pinned, "vpc.yaml": VPC})
    (finding,) = report(tmp_path)["findings"]
    assert finding["rule"] == "CNI103"
    assert "'11-bws.conflist'" in finding["message"]
    assert report(tmp_path, "--host-file", "11-bws.conflist")["findings"] == []


def test_the_literal_reading_of_the_advice_is_told_and_led_back_to_auto(tmp_path: Path) -> None:
    """Replacing auto by the path of the VPC CNI's file makes Multus destroy that file."""
    literal = UNPINNED.replace('"auto"', '"/host/etc/cni/net.d/10-aws.conflist"')
    placed(tmp_path, {"multus.yaml": multus(literal), "vpc.yaml": VPC})
    (finding,) = report(tmp_path)["findings"]
    assert finding["rule"] == "CNI105"
    assert "10-aws.conflist is truncated to 0 bytes" in finding["message"]
    assert cnilint("check", "--fix", folder=tmp_path).code == 0
    assert (tmp_path / "multus.yaml").read_text() == multus(PINNED)


def test_what_a_first_time_user_sees(tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "cluster")
    text = cnilint("check", folder=folder).out
    wanted = (
        *("error[CNI101]", "multus.yaml:15:29", "ConfigMap kube-system/multus-daemon-config"),
        *('"multusConfigFile": "auto"', "^^^^^^", "help: ", "fix: pin the master"),
        *("Istio CNI writes 02-istio-cni.conflist", "Amazon VPC CNI writes 10-aws.conflist"),
        *("decides whether pods get 02-istio-cni.conflist or 10-aws.conflist", "2 errors"),
        *("error[CNI123]", "istio-cni.yaml:16:9", f"all nodes: never ready: {RESTLESS}"),
    )
    assert [one for one in wanted if one not in text] == []


def test_what_the_example_says_ends_both_of_its_errors(tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "cluster")
    auto = '"multusConfigFile": "auto",'
    owns = 'ISTIO_OWNED_CNI_CONFIG: "true"'
    chains = f'ISTIO_OWNED_CNI_CONFIG: "false"\n  CNI_CONF_NAME: {AWS}'
    changes = {
        "multus.yaml": (auto, f'{auto} "multusMasterCNI": "{AWS}",'),
        "istio-cni.yaml": (owns, chains),
    }
    for name, (old, new) in changes.items():
        text = (folder / name).read_text()
        assert text.count(old) == 1
        (folder / name).write_text(text.replace(old, new))
    (left,) = report(folder)["findings"]
    assert (left["rule"], left["level"]) == (WINDOW, "warning")
    (facts,) = node_classes(folder)
    assert facts["verdict"] == f"deterministic: {AWS}"


def test_a_strict_run_fails_where_nothing_is_decided(tmp_path: Path) -> None:
    hidden = PINNED.replace(AWS, "${MASTER}")
    placed(tmp_path, {"multus.yaml": multus(hidden), "vpc.yaml": VPC})
    assert [facts["verdict"].split(":")[0] for facts in node_classes(tmp_path)] == ["undecided"]
    assert cnilint("check", folder=tmp_path).code == 0
    assert cnilint("check", "--strict", folder=tmp_path).code == 1
    placed(tmp_path, {"multus.yaml": multus(PINNED)})
    assert cnilint("check", "--strict", folder=tmp_path).code == 0


def test_two_clusters_in_one_repository_are_judged_apart(tmp_path: Path) -> None:
    raced = {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": OWNED}
    sound = {"multus.yaml": multus(PINNED), "vpc.yaml": VPC, "istio.yaml": OWNED}
    for name, files in (("blue", raced), ("green", sound)):
        placed(tmp_path / "clusters" / name, files)
    found = report(tmp_path)
    assert [cluster["name"] for cluster in found["clusters"]] == ["clusters/blue", "clusters/green"]
    decided = [c["node_classes"][0]["deterministic"] for c in found["clusters"]]
    assert decided == [False, True]
    (race,) = found["findings"]
    assert (race["rule"], race["cluster"]) == ("CNI101", "clusters/blue")
    assert race["location"]["path"] == "clusters/blue/multus.yaml"


def test_folders_outside_of_where_it_runs_are_clusters_as_inside(tmp_path: Path) -> None:
    for name in ("east", "west"):
        placed(tmp_path / "given" / name, {"multus.yaml": multus(), "vpc.yaml": VPC})
    given = [str(tmp_path / "given" / name) for name in ("west", "east")]
    elsewhere = tmp_path / "elsewhere"
    placed(elsewhere, {".git/HEAD": ""})
    clusters = report(elsewhere, *given)["clusters"]
    assert [Path(one["name"]).name for one in clusters] == ["east", "west"]
    assert [len(one["installers"]) for one in clusters] == [2, 2]
