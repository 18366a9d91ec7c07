"""A finding stands at the text that decides, and its fix is made there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cnilint.fix.in_place import write
from cnilint.model.finding import Applicability, Finding, Level
from cnilint.run import fix as fixed
from cnilint.run import lint
from tests.clusters import UNPINNED, VPC, multus, placed
from tests.renderers import kustomize_build

KUSTOMIZATION = "resources: [multus.yaml, vpc.yaml]\n"
BASE = {"base/kustomization.yaml": KUSTOMIZATION, "base/vpc.yaml": VPC}
OVER = "resources: [../base]\nnamespace: cni\n"

PATCH = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: multus-daemon-config, namespace: kube-system}
data:
  daemon-config.json: |
"""


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def found(folder: Path, texts: Mapping[str, str], rule: str) -> Finding:
    placed(folder, texts)
    (one,) = [one for one in lint(folder).findings if one.rule == rule]
    return one


def place(one: Finding) -> str:
    return "/".join(Path(one.location.source.path).parts[-2:])


@pytest.mark.parametrize("patched", [False, True])
def test_a_value_is_told_of_where_it_is_written_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patched: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {**BASE, "base/multus.yaml": multus(), "over/kustomization.yaml": OVER}
    if patched:
        texts["over/kustomization.yaml"] += "patches: [{path: patch.yaml}]\n"
        texts["over/patch.yaml"] = PATCH + indented(UNPINNED)
    one = found(tmp_path, texts, "CNI102")
    there = "over/patch.yaml" if patched else "base/multus.yaml"
    assert place(one) == there
    (fix,) = one.fixes
    assert fix.applicability is Applicability.SAFE
    write(fixed(tmp_path).changed)
    other = "base/multus.yaml" if patched else "over/kustomization.yaml"
    assert "multusMasterCNI" not in (tmp_path / other).read_text()
    assert '"multusMasterCNI": "10-aws.conflist"' in (tmp_path / there).read_text()
    assert '"multusMasterCNI": "10-aws.conflist"' in kustomize_build(tmp_path / "over")


def test_a_generators_file_is_edited_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    workload = multus().partition("---\n")[2]
    texts = {
        **BASE,
        "base/multus.yaml": workload,
        "base/daemon-config.json": UNPINNED,
        "base/kustomization.yaml": KUSTOMIZATION
        + "configMapGenerator:\n  - name: multus-daemon-config\n    namespace: kube-system\n"
        + "    files: [daemon-config.json]\n",
    }
    one = found(tmp_path, texts, "CNI102")
    assert place(one) == "base/daemon-config.json"
    write(fixed(tmp_path).changed)
    assert (
        '"multusMasterCNI": "10-aws.conflist"' in (tmp_path / "base/daemon-config.json").read_text()
    )
    assert '"multusMasterCNI": "10-aws.conflist"' in kustomize_build(tmp_path / "base")


RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: cilium, namespace: kube-system}}
spec:
  chart: {{spec: {{chart: cilium, version: 1.16.1}}}}
  values:
    cni:
      exclusive: {value}
"""

FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substituteFrom: [{kind: Secret, name: settings}]
"""


@pytest.mark.parametrize("value", ["true", "${EXCLUSIVE:=true}"])
def test_a_value_that_a_secret_may_change_is_no_error_and_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {
        "clusters/prod/apps.yaml": FLUX,
        "apps/multus.yaml": multus(),
        "apps/cilium.yaml": RELEASE.format(value=value),
    }
    one = found(tmp_path, texts, "CNI202")
    certain = value == "true"
    assert place(one) == "apps/cilium.yaml"
    assert (one.level is Level.ERROR) is certain
    assert any(fix.applicability is Applicability.SAFE for fix in one.fixes) is certain
    write(fixed(tmp_path).changed)
    after = (tmp_path / "apps/cilium.yaml").read_text()
    assert (after == texts["apps/cilium.yaml"]) is not certain
