"""Where a fix goes: by what an object comes from, by what is asked for, and never into both."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cnilint.fix.bundle import bundle
from cnilint.fix.in_place import create, write
from cnilint.model.finding import Applicability
from cnilint.run import Options, fix, lint
from tests.clusters import STANDALONE, UNPINNED, VPC, cnilint, contents, multus, placed, thin
from tests.rendered import objects
from tests.renderers import kustomize_build

PIN = '"multusMasterCNI": "10-aws.conflist"'
BY_HAND = {"multus.yaml": multus(), "aws-node.yaml": VPC}
SOURCE = "# Source: multus/templates/multus.yaml\n"
ORIGIN = "annotations:\n    config.kubernetes.io/origin: |\n      path: base/multus.yaml\n  "


def of(tool: str) -> dict[str, str]:
    """Return a cluster whose Multus is written by hand, or rendered by a tool."""
    made = {
        "nobody": multus(),
        "helm": SOURCE + multus(),
        "kustomize": multus().replace("name: multus-daemon", f"{ORIGIN}name: multus-daemon", 1),
    }
    return {"multus.yaml": made[tool], "aws-node.yaml": VPC}


def offered(folder: Path, *options: str) -> Any:  # noqa: ANN401
    done = cnilint("check", "--output-format", "json", *options, folder=folder)
    (finding,) = json.loads(done.out)["findings"]
    return finding["fixes"][0]


@pytest.mark.parametrize(
    ("tool", "options", "way", "grade", "said"),
    [
        ("nobody", (), "in-place", "safe", ""),
        ("helm", (), "kustomize", "safe", "no value of the chart says this"),
        ("kustomize", (), "kustomize", "safe", ""),
        ("nobody", ("--fix-as", "kustomize"), "kustomize", "safe", ""),
        ("nobody", ("--fix-as", "helm"), "in-place", "display", "not rendered from a chart"),
        ("helm", ("--fix-as", "helm"), "in-place", "display", "no value of the chart says this"),
        ("helm", ("--fix-as", "in-place"), "in-place", "display", "--rendered edits it here"),
        ("kustomize", ("--fix-as", "in-place"), "in-place", "display", "base/multus.yaml"),
        ("helm", ("--rendered",), "in-place", "safe", ""),
        ("kustomize", ("--fix-as", "in-place", "--rendered"), "in-place", "safe", ""),
        ("helm", ("--rendered", "--fix-as", "kustomize"), "kustomize", "safe", ""),
    ],
)
def test_the_way_of_a_fix(
    tool: str, options: tuple[str, ...], way: str, grade: str, said: str, tmp_path: Path
) -> None:
    found = offered(placed(tmp_path, of(tool)), *options)
    assert (found["way"], found["applicability"]) == (way, grade)
    assert said in found["note"]
    assert (found["text"] != "") is (way != "in-place")


RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cilium, namespace: kube-system}
spec:
  chart: {spec: {chart: cilium, version: 1.17.5, sourceRef: {kind: HelmRepository, name: cilium}}}
  values:
    cni:
      exclusive: true
"""


@pytest.mark.parametrize("options", [(), ("--fix-as", "helm"), ("--fix-as", "in-place")])
def test_values_that_stand_in_a_release_are_edited_there(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    placed(tmp_path, {"cilium.yaml": RELEASE, "multus.yaml": thin("--multus-conf-file=auto")})
    arguments = ("check", "--select", "CNI202", "--fix", *options)
    assert cnilint(*arguments, folder=tmp_path).code == 0
    fixed = RELEASE.replace("exclusive: true", "exclusive: false")
    assert (tmp_path / "cilium.yaml").read_text("utf-8") == fixed


def test_a_folder_of_patches_is_all_that_is_written(tmp_path: Path) -> None:
    placed(tmp_path, of("kustomize"))
    before = contents(tmp_path)
    done = cnilint("check", "--patch-dir", "over/patches", folder=tmp_path)
    assert (done.code, done.err) == (1, "cnilint: 1 patch in over/patches\n")
    assert "[*] 1 fixable with --patch-dir DIR" in done.out
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    assert sorted(set(after) - set(before)) == [
        "over/patches/README.md",
        "over/patches/configmap-multus-daemon-config.yaml",
        "over/patches/kustomization.yaml",
    ]


def test_a_diff_of_new_files_is_what_git_makes_of_it(tmp_path: Path) -> None:
    placed(tmp_path, {**of("kustomize"), "istio.yaml": STANDALONE})
    diff = cnilint("check", "--diff", "--patch-dir", "patches", folder=tmp_path).out
    assert not (tmp_path / "patches").exists()
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff.encode(), check=True)
    applied = contents(tmp_path / "patches")
    for name in applied:
        (tmp_path / "patches" / name).unlink()
    cnilint("check", "--patch-dir", "patches", folder=tmp_path)
    assert contents(tmp_path / "patches") == applied
    assert PIN in applied["configmap-multus-daemon-config.yaml"].decode()


def test_files_and_patches_go_together(tmp_path: Path) -> None:
    """What a person wrote is fixed in place, what was rendered beside it by a patch."""
    files = {
        "a/multus.yaml": of("kustomize")["multus.yaml"],
        "a/aws-node.yaml": VPC,
        "b/multus.yaml": multus(),
        "b/aws-node.yaml": VPC,
    }
    placed(tmp_path, files)
    done = cnilint("check", "--fix", "--patch-dir", "patches", folder=tmp_path)
    assert done.err == "cnilint: 1 fixed in 1 file\ncnilint: 1 patch in patches\n"
    after = {name: text.decode() for name, text in contents(tmp_path).items()}
    assert PIN in after["b/multus.yaml"]
    assert after["a/multus.yaml"] == files["a/multus.yaml"]
    assert PIN in after["patches/configmap-multus-daemon-config.yaml"]


def test_what_comes_through_a_pipe_is_patched_where_there_is_a_folder(tmp_path: Path) -> None:
    text = "---\n".join(of("nobody").values()).encode()
    done = cnilint("check", "--patch-dir", "patches", "-", folder=tmp_path, stdin=text)
    assert (done.code, done.err) == (1, "cnilint: 1 patch in patches\n")
    assert "as a patch for Kustomize: read from a pipe" in " ".join(done.out.split())
    shown = cnilint("check", "--diff", "-", folder=tmp_path, stdin=text)
    assert shown.out.startswith("--- a/stdin\n+++ b/stdin\n")


GENERATOR = """\
resources: [multus.yaml, aws-node.yaml]
namePrefix: edge-
buildMetadata: [originAnnotations]
configMapGenerator:
  - name: multus-daemon-config
    namespace: kube-system
    files: [{entry}]
"""


@pytest.mark.parametrize("entry", ["daemon-config.json", "daemon-config.json=conf/daemon.json"])
def test_what_a_generator_makes_is_fixed_in_the_file_it_reads(entry: str, tmp_path: Path) -> None:
    head, daemon_set = multus().split("---\n", 1)
    assert head.startswith("apiVersion: v1\nkind: ConfigMap\n")
    file = entry.partition("=")[2] or entry
    over = placed(
        tmp_path / "over",
        {
            "kustomization.yaml": GENERATOR.format(entry=entry),
            "multus.yaml": daemon_set,
            "aws-node.yaml": VPC,
            file: UNPINNED,
        },
    )
    placed(tmp_path, {"built/all.yaml": ""})
    built = tmp_path / "built" / "all.yaml"
    built.write_text(kustomize_build(over), "utf-8")
    paths = [str(built), str(over / "kustomization.yaml"), str(over / file)]
    done = fix(paths, options=Options())
    assert [old.path for old, _new in done.changed] == [str(over / file)]
    assert done.handouts == ()
    write(done.changed)
    assert PIN in (over / file).read_text("utf-8")
    built.write_text(kustomize_build(over), "utf-8")
    assert [each.rule for each in lint([str(built)]).findings] == []


def test_without_its_file_in_view_a_generated_object_is_patched(tmp_path: Path) -> None:
    _head, daemon_set = multus().split("---\n", 1)
    entry = "daemon-config.json"
    files = {"kustomization.yaml": GENERATOR.format(entry=entry), "multus.yaml": daemon_set}
    over = placed(tmp_path / "over", {**files, "aws-node.yaml": VPC, entry: UNPINNED})
    built = tmp_path / "built.yaml"
    built.write_text(kustomize_build(over), "utf-8")
    done = fix([str(built)], options=Options(Applicability.UNSAFE))
    (patch,) = done.handouts
    assert patch.target is not None
    assert patch.target.name == "edge-multus-daemon-config"
    create(bundle(done.handouts, str(tmp_path / "outer")))
    page = (tmp_path / "outer" / "kustomization.yaml").read_text("utf-8")
    page = page.replace("Component", "Kustomization").replace("v1alpha1", "v1beta1")
    (tmp_path / "outer" / "kustomization.yaml").write_text(f"{page}resources: [../over]\n", "utf-8")
    patched = objects(kustomize_build(tmp_path / "outer"))
    (found,) = (whole for key, whole in patched.items() if key[0] == "ConfigMap")
    assert PIN in found["data"][entry]
