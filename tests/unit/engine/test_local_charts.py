"""Charts that lie in the repository: rendered with Helm, or known by their images."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnilint.engine.evaluate import Surroundings, evaluate
from cnilint.engine.inputs import inputs
from cnilint.engine.result import Result
from cnilint.kube.manifest import Origin
from cnilint.model.text import Source
from cnilint.model.verdict import VerdictKind
from tests.clusters import VPC

CHART = "apiVersion: v2\nname: nets\nversion: 0.1.0\n"
IMAGE = "ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.2-thick"
TEMPLATE = f"""\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: {{{{ .Release.Name }}}}, namespace: kube-system}}
spec: {{template: {{spec: {{containers: [{{name: c, image: {IMAGE}}}]}}}}}}
"""
RENDERED = f"""\
---
# Source: nets/templates/ds.yaml
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: nets, namespace: kube-system}}
spec:
  template:
    spec:
      containers:
        - name: c
          image: {IMAGE}
          command: [/usr/src/multus-cni/bin/multus-daemon]
          volumeMounts: [{{name: cni, mountPath: /host/etc/cni/net.d}}]
      volumes: [{{name: cni, hostPath: {{path: /etc/cni/net.d}}}}]
"""
LOOSE = {"vpc.yaml": VPC, "nets/Chart.yaml": CHART, "nets/templates/ds.yaml": TEMPLATE}


def result(files: dict[str, str], render: str = "auto") -> Result:
    found = inputs(Source(path, text) for path, text in files.items())
    return evaluate(found, Surroundings(render=render))


def kind(found: Result) -> VerdictKind:
    return found.clusters[0].classes[0].verdict.kind


def told(found: Result) -> str:
    return "\n".join(note.message for note in found.notes)


def products(found: Result) -> set[str]:
    return {one.product.id for one in found.clusters[0].installers}


@pytest.fixture
def helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Helm that writes what a file says, and keeps what it was asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "answer").write_text(RENDERED)
    script = folder / "helm"
    script.write_text(
        f'#!/bin/sh\necho "$@" > {folder}/asked\ncp values.json {folder}/values\n'
        f"(cd chart && find . -type f | sort) > {folder}/files\nenv > {folder}/env\n"
        f"cat {folder}/answer\nexit $(cat {folder}/code 2>/dev/null || echo 0)\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SECRET_TOKEN", "s")
    return folder


@pytest.fixture
def no_helm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("no_helm")
def test_without_helm_a_chart_is_known_by_the_image_of_its_templates() -> None:
    found = result({**LOOSE, "nets/values.yaml": "a: 1\n"})
    assert kind(found) is VerdictKind.UNDECIDED
    assert "nets (it runs Multus (thick); Helm is not on PATH)" in told(found)


THIN = IMAGE.removesuffix("-thick")
INNER = "apiVersion: v2\nname: kube-ovn\nversion: 1.14.0\n"


@pytest.mark.usefixtures("no_helm")
@pytest.mark.parametrize(
    ("files", "title"),
    [
        # the image of both, and the program of one
        (
            {
                "nets/templates/ds.yaml": TEMPLATE.replace(
                    f"image: {IMAGE}", f"image: {THIN}, command: [/usr/src/bin/multus-daemon]"
                )
            },
            "Multus (thick)",
        ),
        ({"nets/templates/ds.yaml": TEMPLATE.replace(IMAGE, THIN)}, "Multus (thin)"),
        # a chart inside, which is known by its name, with or without templates around it
        ({"nets/charts/ovn/Chart.yaml": INNER, "nets/templates/a.txt": ""}, "Kube-OVN"),
        ({"nets/charts/ovn/Chart.yaml": INNER}, "Kube-OVN"),
        (
            {
                "nets/charts/ovn/Chart.yaml": INNER,
                "nets/charts/net/values.yaml": f"image: {{repository: {THIN}}}\n",
            },
            "Multus (thin) and Kube-OVN",
        ),
        # the chart of a product itself
        ({"nets/Chart.yaml": INNER, "nets/templates/a.txt": ""}, "Kube-OVN"),
    ],
)
def test_without_helm_a_chart_is_known_by_what_its_files_name(
    files: dict[str, str], title: str
) -> None:
    found = result({"vpc.yaml": VPC, "nets/Chart.yaml": CHART, **files})
    assert kind(found) is VerdictKind.UNDECIDED
    assert f"nets (it runs {title}; Helm is not on PATH)" in told(found)


@pytest.mark.usefixtures("no_helm")
def test_a_folder_of_charts_is_no_chart_around_them() -> None:
    found = result({"vpc.yaml": VPC, "charts/ovn/Chart.yaml": INNER, "charts/ovn/templates/a": ""})
    assert "charts/ovn (it runs Kube-OVN; Helm is not on PATH)" in told(found)


@pytest.mark.usefixtures("no_helm")
def test_a_chart_without_such_an_image_changes_nothing() -> None:
    found = result({**LOOSE, "nets/templates/ds.yaml": TEMPLATE.replace(IMAGE, "nginx:1")})
    assert kind(found) is VerdictKind.DETERMINISTIC


def test_a_chart_is_rendered_from_a_copy_of_its_own_files(helm: Path) -> None:
    found = result({**LOOSE, "nets/values.yaml": "b: 1\n"})
    assert products(found) == {"aws-vpc-cni", "multus-thick"}
    assert (helm / "asked").read_text().split()[:2] == ["template", "nets"]
    assert "--skip-schema-validation" in (helm / "asked").read_text()
    files = (helm / "files").read_text().split()
    assert files == ["./Chart.yaml", "./templates/ds.yaml", "./values.yaml"]
    assert "SECRET_TOKEN" not in (helm / "env").read_text()


def test_what_was_rendered_stands_at_the_chart_and_is_not_edited(helm: Path) -> None:
    del helm
    found = result({**LOOSE, "nets/values.yaml": "c: 1\n"})
    (one,) = (one for one in found.clusters[0].installers if one.product.id == "multus-thick")
    assert one.workload is not None
    assert one.workload.manifest.origin == Origin("helm", "nets/templates/ds.yaml")
    placed = [each for each in found.findings if each.location.source.path == "nets/Chart.yaml"]
    assert placed
    assert not any(fix.edits for each in placed for fix in each.fixes)


def test_helm_is_not_run_where_it_is_not_wanted(helm: Path) -> None:
    assert kind(result({**LOOSE, "nets/values.yaml": "d: 1\n"}, "never")) is VerdictKind.UNDECIDED
    assert not (helm / "asked").exists()


@pytest.mark.parametrize(
    ("more", "code", "answer", "why"),
    [
        ({}, "1", RENDERED, "Helm refuses it"),
        ({}, "0", "a: [", "what Helm writes cannot be read"),
        (
            {"nets/Chart.yaml": CHART + "dependencies: [{name: base, version: 1.0.0}]\n"},
            "0",
            RENDERED,
            "its dependency base is not in nets/charts",
        ),
    ],
)
def test_a_chart_that_cannot_be_rendered_is_not_read(
    helm: Path, more: dict[str, str], code: str, answer: str, why: str
) -> None:
    (helm / "code").write_text(code)
    (helm / "answer").write_text(answer)
    found = result({**LOOSE, **more, "nets/values.yaml": f"e: {why!r}\n"})
    assert why in told(found)
    assert kind(found) is VerdictKind.UNDECIDED
    assert (helm / "asked").exists() is ("dependency" not in why)


RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: mine, namespace: kube-system}
spec:
  chart: {spec: {chart: ./nets, sourceRef: {kind: GitRepository, name: flux-system}}}
  values: {tag: v4.2.2}
  MORE
"""


def test_a_release_gives_a_chart_its_values(helm: Path) -> None:
    found = result({**LOOSE, "release.yaml": RELEASE.replace("MORE", "")})
    assert "multus-thick" in products(found)
    assert (helm / "asked").read_text().split()[1] == "mine"
    assert (helm / "values").read_text() == '{"tag": "v4.2.2"}'


def test_a_release_that_was_rendered_says_more_than_its_images(helm: Path) -> None:
    del helm
    release = RELEASE.replace("MORE", "").replace("tag: v4.2.2", f"image: {IMAGE!r}")
    found = result({**LOOSE, "release.yaml": release})
    assert "multus-thick" in products(found)
    assert "by its image" not in told(found)
    assert not found.clusters[0].classes[0].unread


def test_a_release_with_values_elsewhere_is_not_rendered(helm: Path) -> None:
    more = "valuesFrom: [{kind: Secret, name: s}]"
    found = result({**LOOSE, "release.yaml": RELEASE.replace("MORE", more)})
    assert "it is given values that are not in view" in told(found)
    assert not (helm / "asked").exists()


APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: app, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: net}
  source: {repoURL: https://example.com/o/r, path: nets, helm: {valuesObject: {f: 1}}}
"""


def test_an_application_applies_a_chart_of_the_repository(helm: Path) -> None:
    files = {key: text for key, text in LOOSE.items() if key != "vpc.yaml"}
    found = result({**files, "app.yaml": APPLICATION})
    assert products(found) == {"multus-thick"}
    assert (helm / "asked").read_text().split()[1] == "app"
    assert (helm / "values").read_text() == '{"f": 1}'


@pytest.mark.usefixtures("helm")
def test_of_several_charts_that_nothing_asks_for_none_is_rendered() -> None:
    twice = {path.replace("nets", "more"): text for path, text in LOOSE.items()}
    assert kind(result({**LOOSE, **twice})) is VerdictKind.UNDECIDED
