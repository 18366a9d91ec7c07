"""The same on what AWS, upstream and others publish."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.clusters import Done, cnilint, placed
from tests.corpus import AWS, MANIFESTS, UPSTREAM, needs_corpus

pytestmark = needs_corpus

NAME = "config__multus__v4.0.2-eksbuild.1__multus-daemonset-thick.yml"
CURRENT = AWS / "config__multus__v4.1.4-eksbuild.3__multus-daemonset-thick.yml"
THICK = UPSTREAM / "v4.1.4__deployments__multus-daemonset-thick.yml"
VPC = AWS / "config__master__aws-k8s-cni.yaml"
ISTIO = (
    MANIFESTS / "istio__istio"
    "/operator__cmd__mesh__testdata__manifest-generate__output__istio-cni.golden.yaml"
)
K3S = MANIFESTS / "masterjk__k3s-multus-thick-plugin-conf" / "multus-daemonset-thick.yml"
OWNED = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-cni-config
  namespace: istio-system
data:
  AMBIENT_ENABLED: "true"
  CHAINED_CNI_PLUGIN: "true"
  ISTIO_OWNED_CNI_CONFIG: "true"
"""


def standalone(**more: str) -> str:
    """Return Istio's manifest with the setting that makes it write a file of its own."""
    settings = "".join(
        f'        - name: {name}\n          value: "{value}"\n'
        for name, value in {"CHAINED_CNI_PLUGIN": "false", **more}.items()
    )
    setting = f"{settings}        envFrom:\n"
    text, count = re.subn(r"^        envFrom:\n", setting, ISTIO.read_text(), flags=re.MULTILINE)
    assert count == 1
    return text


def named() -> str:
    """Return the same with a file that sorts before that of the VPC CNI."""
    return standalone(CNI_CONF_NAME="02-istio-cni.conflist")


def owned() -> str:
    """Return Istio's manifest with the ConfigMap it refers to, which makes it own a file."""
    return f"{OWNED}---\n{ISTIO.read_text()}"


MODES = {
    "standalone": (standalone, "YYY-istio-cni.conf"),
    "named": (named, "02-istio-cni.conflist"),
    "owned": (owned, "02-istio-cni.conflist"),
}
RACES = [mode for mode in MODES if mode != "owned"]
"""Those that a pin mends; Istio that owns its file waits for it to be the first."""


def copied(folder: Path, *sources: Path) -> Path:
    for source in sources:
        shutil.copyfile(source, folder / Path(source).name)
    return folder


def concise(folder: Path, *arguments: str) -> Done:
    return cnilint("check", "--output-format", "concise", *arguments, folder=folder)


def daemon_configuration(path: Path) -> dict[str, Any]:
    """Return the JSON object that is the only block of its kind in a manifest."""
    blocks = re.findall(r"  daemon-config.json: \|\n((?:    .*\n)+)", path.read_text())
    (found,) = [json.loads(block) for block in blocks]
    assert isinstance(found, dict)
    return found


def test_the_fix_is_what_aws_shipped(tmp_path: Path) -> None:
    before, after = AWS / f"before-2828__{NAME}", AWS / f"after-2828__{NAME}"
    file = copied(tmp_path, before) / before.name
    assert "CNI102" in concise(tmp_path).rules
    assert " fixed in 1 file\n" in cnilint("check", "--fix", folder=tmp_path).err
    assert [rule for rule in concise(tmp_path).rules if rule.startswith("CNI1")] == []
    shipped = daemon_configuration(after)
    assert shipped.pop("logFile")
    assert daemon_configuration(file) == shipped != daemon_configuration(before)
    old, new = before.read_text(), file.read_text()
    last = '        "multusAutoconfigDir": "/host/etc/cni/net.d"'
    assert old.count(f"{last}\n") == 1
    pinned = old.replace(last, f'{last},\n        "multusMasterCNI": "10-aws.conflist"')
    assert new.partition("kind: DaemonSet")[0] == pinned.partition("kind: DaemonSet")[0]


@pytest.mark.parametrize("mode", RACES)
def test_upstream_beside_the_vpc_cni_and_istio_is_a_race_until_it_is_fixed(
    mode: str, tmp_path: Path
) -> None:
    made, name = MODES[mode]
    copied(tmp_path, THICK, VPC)
    placed(tmp_path, {"istio.yaml": made()})
    report = json.loads(cnilint("check", "--output-format", "json", folder=tmp_path).out)
    (finding,) = [each for each in report["findings"] if each["rule"].startswith("CNI1")]
    assert finding["rule"] == "CNI101"
    for master in (name, "10-aws.conflist"):
        assert master in finding["message"]
        assert any(f"Multus picks {master} as its master" in line for line in finding["details"])
    assert cnilint("check", "--fix", folder=tmp_path).code in (0, 1)
    assert [rule for rule in concise(tmp_path).rules if rule.startswith("CNI1")] == []
    assert (tmp_path / VPC.name).read_bytes() == VPC.read_bytes()


@pytest.mark.parametrize(
    ("multus", "expected"), [(THICK, ["CNI101", "CNI123"]), (CURRENT, ["CNI123"])]
)
def test_istio_that_owns_its_file_is_never_ready_behind_multus_whatever_the_pin(
    multus: Path, expected: list[str], tmp_path: Path
) -> None:
    copied(tmp_path, multus, VPC)
    placed(tmp_path, {"istio.yaml": owned()})
    report = json.loads(cnilint("check", "--output-format", "json", folder=tmp_path).out)
    found = {each["rule"]: each for each in report["findings"] if each["rule"].startswith("CNI1")}
    assert sorted(found) == expected
    assert {each["level"] for each in found.values()} == {"error"}
    assert "as 00-multus.conf sorts before its own 02-istio-cni" in found["CNI123"]["message"]
    if "CNI101" in found:
        for master in ("02-istio-cni.conflist", "10-aws.conflist"):
            said = f"Multus picks {master} as its master"
            assert any(said in line for line in found["CNI101"]["details"])


def test_what_aws_ships_today_has_no_error(tmp_path: Path) -> None:
    copied(tmp_path, CURRENT, VPC)
    assert [rule for rule in concise(tmp_path).rules if rule.startswith("CNI1")] == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("pin", ["10-aws.conflist", "11-bws.conflist"])
def test_the_two_experiments_of_the_report(pin: str, mode: str, tmp_path: Path) -> None:
    made, _name = MODES[mode]
    current = CURRENT.read_text()
    assert current.count('"multusMasterCNI": "10-aws.conflist"') == 1
    copied(tmp_path, VPC)
    placed(tmp_path, {"multus.yml": current.replace("10-aws.conflist", pin), "istio.yaml": made()})
    host = [f"--host-file={name}" for name in ("11-bws.conflist", "12-cws.conflist")]
    done = cnilint("inspect", "--output-format", "json", *host, folder=tmp_path)
    (cluster,) = json.loads(done.out)["clusters"]
    with_vpc = [
        facts
        for facts in cluster["node_classes"]
        if "DaemonSet kube-system/aws-node" in facts["installers"]
    ]
    assert [facts["name"] for facts in with_vpc] == ["EC2 nodes"]
    for facts in with_vpc:
        assert facts["outcomes"]
        assert {outcome["master"] for outcome in facts["outcomes"]} == {pin}
        assert facts["deterministic"] is (mode in RACES)
        assert facts["decided"] is True


def test_the_directories_of_k3s_are_followed(tmp_path: Path) -> None:
    copied(tmp_path, K3S)
    done = cnilint("inspect", "--output-format", "json", folder=tmp_path)
    (cluster,) = json.loads(done.out)["clusters"]
    (facts,) = cluster["node_classes"]
    folder = "/var/lib/rancher/k3s/agent/etc/cni/net.d"
    assert facts["directory"] == folder
    assert [one["writes"] for one in cluster["installers"]] == [f"{folder}/00-multus.conf"]
    assert "CNI107" not in concise(tmp_path).rules


def test_each_manifest_of_multus_is_read_and_none_is_found_broken(tmp_path: Path) -> None:
    found = sorted([*UPSTREAM.glob("*multus-daemonset*.yml"), *AWS.glob("*multus*.y*ml")])
    assert len(found) >= 10
    for path in found:
        folder = tmp_path / path.stem
        folder.mkdir()
        copied(folder, path)
        done = concise(folder)
        assert done.code in (0, 1), (path, done.err)
        assert not {"CNI107", "CNI108", "CNI901"} & set(done.rules), (path, done.out)
        shown = json.loads(cnilint("inspect", "--output-format", "json", folder=folder).out)
        products = [each["product"] for each in shown["clusters"][0]["installers"]]
        assert any(product.startswith("multus-") for product in products), path
