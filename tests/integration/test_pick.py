"""`cnilint pick`: what the runtime and Multus take from a directory, told to a person on a node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cnilint.catalog.release import shown
from cnilint.upstream.multus_releases import NEWEST
from tests.clusters import cnilint, placed

MULTUS = f"multus-thick@{shown(NEWEST)}"
"""What is asked beside the runtimes where nobody names a program."""

AWS = '{"cniVersion": "0.4.0", "name": "aws-cni", "plugins": [{"type": "aws-cni"}]}\n'
SHIM = """{
  "cniVersion": "0.3.1",
  "name": "multus-cni-network",
  "type": "multus-shim",
  "clusterNetwork": "/host/etc/cni/net.d/%s"
}
"""
NODE = {
    "00-multus.conf": SHIM % "10-aws.conflist",
    "05-torn.conf": '{\n  "name":',
    "10-aws.conflist": AWS,
    "README": "nothing for a program",
    "multus.d/multus.kubeconfig": "token: hunter2",
}

TOLD = """\
net.d  4 files

containerd takes 00-multus.conf  network multus-cni-network, plugins multus-shim
  pods get 10-aws.conflist, through 00-multus.conf
  00-multus.conf   taken
  05-torn.conf     sorts behind 00-multus.conf
  10-aws.conflist  sorts behind 00-multus.conf
  README           not looked at: its name does not end in .conf, .conflist or .json
  multus.d         a folder

multus-thick@v4.3.0 takes nothing: Multus cannot read the file it picked
  00-multus.conf   its own file, never its master
  05-torn.conf     refused: it is not valid JSON (line 2, column 10)
  10-aws.conflist  not looked at: it ends at 05-torn.conf
  README           not looked at: its name does not end in .conf or .conflist
  multus.d         a folder
"""


def asked(folder: Path, *words: str) -> dict[str, dict[str, Any]]:
    done = cnilint("pick", ".", "--output-format", "json", *words, folder=folder)
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["schema"] == "cnilint.pick/v1"
    return {one["selector"]: one for one in found["programs"]}


def looks(program: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["look"] for one in program["files"]}


def test_each_file_is_told_with_its_reason(tmp_path: Path) -> None:
    placed(tmp_path / "net.d", NODE)
    programs = ("--selector", "containerd", "--selector", "multus-thick@v4.3.0")
    done = cnilint("pick", "net.d", *programs, folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out == TOLD


def test_both_runtimes_and_the_newest_thick_multus_are_asked_by_themselves(tmp_path: Path) -> None:
    found = asked(placed(tmp_path, {"05-torn.conf": "{", "10-aws.conflist": AWS}))
    assert list(found) == ["containerd", "cri-o", MULTUS]
    assert (found["containerd"]["error"], found["containerd"]["file"]) == (
        "first-file-invalid",
        None,
    )
    assert (found["cri-o"]["file"], found["cri-o"]["owner"]) == ("10-aws.conflist",) * 2
    assert looks(found["cri-o"]) == {"05-torn.conf": "refused", "10-aws.conflist": "taken"}


def test_a_daemon_config_pins_the_master(tmp_path: Path) -> None:
    config = {"cniVersion": "0.3.1", "multusAutoconfigDir": "/host/etc/cni/net.d"}
    config["multusMasterCNI"] = "20-other.conflist"
    placed(tmp_path, {"10-aws.conflist": AWS, "20-other.conflist": AWS})
    (tmp_path / "daemon-config.json").write_text(json.dumps(config))
    found = asked(tmp_path, "--daemon-config", "daemon-config.json")[MULTUS]
    assert found["file"] == "20-other.conflist"
    assert looks(found)["10-aws.conflist"] == "not-pinned"


def test_a_master_that_is_not_there_is_told(tmp_path: Path) -> None:
    placed(tmp_path / "net.d", {"00-multus.conf": SHIM % "05-gone.conflist"})
    done = cnilint("pick", "net.d", "--selector", "containerd", folder=tmp_path)
    said = "pods get 05-gone.conflist, through 00-multus.conf, which is not in this directory"
    assert f"  {said}\n" in done.out


def test_a_file_of_multus_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    own = '{"cniVersion": "0.3.1", "name": "m", "type": "multus", "delegates": []}'
    placed(tmp_path / "net.d", {"00-multus.conf": own, "10-aws.conflist": AWS})
    done = cnilint("pick", "net.d", "--selector", "containerd", folder=tmp_path)
    said = "pods get no network, through 00-multus.conf: it names none to delegate to"
    assert f"  {said}\n" in done.out


def test_what_decides_and_was_not_read_leaves_the_answer_open(home: Path, tmp_path: Path) -> None:
    folder = placed(tmp_path / "bundle", {"10-aws.conflist": AWS})
    (folder / "05-link.conflist").symlink_to(home / "secret.yaml")
    done = cnilint("pick", ".", "--selector", "containerd", folder=folder)
    assert "containerd is not known: 05-link.conflist was not read" in done.out
    assert "hunter2" not in done.out
    (found,) = asked(folder, "--selector", "cri-o").values()
    assert (found["outcome"], found["file"], found["owner"]) == ("unknown", None, None)
    (folder / "05-link.conflist").rename(folder / "99-link.conflist")
    assert asked(folder)["containerd"]["file"] == "10-aws.conflist"


def test_a_folder_of_such_a_name_is_a_file_for_the_daemon_alone(tmp_path: Path) -> None:
    (tmp_path / "05-folder.conf").mkdir()
    found = asked(placed(tmp_path, {"10-aws.conflist": AWS}))
    assert found["containerd"]["file"] == "10-aws.conflist"
    assert looks(found[MULTUS])["05-folder.conf"] == "refused"


def test_an_empty_directory_has_nothing_to_take(tmp_path: Path) -> None:
    found = asked(tmp_path)
    assert found["containerd"]["error"] == "no-config"
    assert found[MULTUS]["outcome"] == "waits"


def test_what_cannot_be_asked_is_said(tmp_path: Path) -> None:
    done = cnilint("pick", "net.d", folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "net.d: No such file or directory" in done.err
    done = cnilint("pick", ".", "--selector", "docker", folder=tmp_path)
    assert done.code == 2
    assert "unknown selector 'docker'" in done.err
