"""What one cluster needs otherwise than another goes into its overlay, and not into their base."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import indent

import pytest

from cnilint.fix.in_place import write
from cnilint.model.finding import Applicability, Finding
from cnilint.run import fix as fixed
from cnilint.run import lint
from tests.clusters import VPC, contents, multus, placed
from tests.renderers import kustomize_build

FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  path: {path}
  sourceRef: {{kind: GitRepository, name: flux-system}}
"""

CILIUM = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cilium, namespace: kube-system}
spec:
  chart: {spec: {chart: cilium, version: 1.16.1}}
  values:
    cni: {exclusive: true}
"""

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  destination: {{name: {name}}}
  source:
    repoURL: https://example.test/acme/fleet.git
    path: {path}
"""

WITHOUT_MULTUS = """\
patches:
  - target: {kind: DaemonSet}
    patch: |
      $patch: delete
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: all}
"""


def kustomization(*resources: str) -> str:
    return "resources:\n" + "".join(f"  - {one}\n" for one in resources)


BASE = {
    "base/multus/multus.yaml": multus(),
    "base/multus/kustomization.yaml": kustomization("multus.yaml"),
}

BOTH = BASE | {
    "base/cilium/cilium.yaml": CILIUM,
    "base/cilium/kustomization.yaml": kustomization("cilium.yaml"),
}

APPS = {
    f"clusters/{name}/apps.yaml": FLUX.format(name="apps", path=f"./apps/{name}")
    for name in ("production", "staging")
}

TWO = {
    **BASE,
    **APPS,
    "apps/production/vpc.yaml": VPC,
    "apps/production/kustomization.yaml": kustomization("../../base/multus", "vpc.yaml"),
    "apps/staging/cilium.yaml": CILIUM,
    "apps/staging/kustomization.yaml": kustomization("../../base/multus", "cilium.yaml")
    + WITHOUT_MULTUS,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(folder: Path, texts: Mapping[str, str], rule: str) -> list[Finding]:
    placed(folder, texts)
    return [one for one in lint(folder).findings if one.rule == rule]


def edited(one: Finding) -> set[str]:
    """Return the files that the fixes of a finding change."""
    return {
        "/".join(Path(edit.document.source.path).parts[-3:])
        for fix in one.fixes
        for edit in fix.edits
    }


def changed(folder: Path, before: Mapping[str, bytes]) -> set[str]:
    return {path for path, content in contents(folder).items() if before.get(path) != content}


def test_only_the_cluster_that_has_the_finding_is_named_and_fixed(
    folder: Path,
) -> None:
    (one,) = found(folder, TWO, "CNI102")
    assert one.cluster == "production"
    assert one.location.source.path.endswith("base/multus/multus.yaml")
    (fix,) = one.fixes
    assert fix.applicability is Applicability.SAFE
    assert edited(one) == {"apps/production/kustomization.yaml"}

    before = contents(folder)
    staging = kustomize_build(folder / "apps/staging")
    base = kustomize_build(folder / "base/multus")
    write(fixed(folder).changed)
    assert changed(folder, before) == {"apps/production/kustomization.yaml"}
    assert kustomize_build(folder / "apps/staging") == staging
    assert kustomize_build(folder / "base/multus") == base
    assert '"multusMasterCNI": "10-aws.conflist"' in kustomize_build(folder / "apps/production")
    assert lint(folder).findings == ()


def test_each_of_two_clusters_gets_its_own_pin(
    folder: Path,
) -> None:
    both = TWO | {
        "apps/staging/kustomization.yaml": kustomization("../../base/multus", "cilium.yaml"),
        "apps/staging/cilium.yaml": CILIUM.replace("true", "false"),
    }
    ones = found(folder, both, "CNI102")
    assert sorted((one.cluster, *edited(one)) for one in ones) == [
        ("production", "apps/production/kustomization.yaml"),
        ("staging", "apps/staging/kustomization.yaml"),
    ]
    write(fixed(folder).changed)
    for cluster, master in (("production", "10-aws"), ("staging", "05-cilium")):
        built = kustomize_build(folder / "apps" / cluster)
        assert f'"multusMasterCNI": "{master}.conflist"' in built


def test_what_all_clusters_need_is_changed_in_their_base(
    folder: Path,
) -> None:
    same = TWO | {
        "apps/staging/kustomization.yaml": kustomization("../../base/multus", "vpc.yaml"),
        "apps/staging/vpc.yaml": VPC,
    }
    (one,) = found(folder, same, "CNI102")
    assert one.cluster == "production, staging"
    assert edited(one) == {"base/multus/multus.yaml"}


def test_a_kustomization_of_flux_takes_the_patch_where_no_overlay_is_its_own(
    folder: Path,
) -> None:
    texts = BASE | {
        "clusters/production/multus.yaml": FLUX.format(name="multus", path="./base/multus"),
        "clusters/production/vpc.yaml": VPC,
        "clusters/production/sync.yaml": FLUX.format(name="sync", path="./clusters/production"),
        "clusters/staging/multus.yaml": FLUX.format(name="multus", path="./base/multus")
        + indent(WITHOUT_MULTUS, "  "),
        "clusters/staging/sync.yaml": FLUX.format(name="sync", path="./clusters/staging"),
        "clusters/staging/cilium.yaml": CILIUM,
    }
    (one,) = found(folder, texts, "CNI102")
    assert one.cluster == "production"
    assert edited(one) == {"clusters/production/multus.yaml"}
    (fix,) = one.fixes
    assert fix.applicability is Applicability.SAFE
    write(fixed(folder).changed)
    text = (folder / "clusters/production/multus.yaml").read_text()
    assert '"multusMasterCNI": "10-aws.conflist"' in text.partition("patches:")[2]
    assert lint(folder).findings == ()


def test_a_value_of_a_release_in_a_base_is_patched_as_well(
    folder: Path,
) -> None:
    texts = (
        BOTH
        | APPS
        | {
            "apps/production/kustomization.yaml": kustomization(
                "../../base/multus", "../../base/cilium"
            ),
            "apps/staging/kustomization.yaml": kustomization("../../base/cilium"),
        }
    )
    (one,) = found(folder, texts, "CNI202")
    assert one.cluster == "production"
    assert edited(one) == {"apps/production/kustomization.yaml"}
    staging = kustomize_build(folder / "apps/staging")
    write(fixed(folder).changed)
    assert "exclusive: false" in kustomize_build(folder / "apps/production")
    assert kustomize_build(folder / "apps/staging") == staging


def test_a_source_of_an_application_takes_the_patch(
    folder: Path,
) -> None:
    texts = BOTH | {
        "argo/production.yaml": APPLICATION.format(name="production", path="base/cilium")
        + "---\n"
        + APPLICATION.format(name="production", path="base/multus").replace(
            "name: production, namespace", "name: multus, namespace"
        ),
        "argo/staging.yaml": APPLICATION.format(name="staging", path="base/cilium"),
    }
    (one,) = found(folder, texts, "CNI202")
    assert one.cluster == "production"
    (fix,) = one.fixes
    assert fix.applicability is Applicability.SAFE
    write(fixed(folder).changed)
    text = (folder / "argo/production.yaml").read_text()
    assert "exclusive" in text.partition("kustomize:")[2].partition("---")[0]
    assert (folder / "base/cilium/cilium.yaml").read_text() == CILIUM


def test_without_an_overlay_of_its_own_the_fix_is_only_shown(
    folder: Path,
) -> None:
    texts = BOTH
    config = """\
clusters:
  production: {paths: [base/cilium, base/multus]}
  staging: {paths: [base/cilium]}
"""
    placed(folder, {**texts, ".cnilint.yaml": config})
    (one,) = [one for one in lint(folder, config="auto").findings if one.rule == "CNI202"]
    assert one.cluster == "production"
    (fix,) = one.fixes
    assert fix.applicability is Applicability.DISPLAY
    assert "staging reads" in fix.note
    assert fix.edits == ()
