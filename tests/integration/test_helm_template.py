"""Values that are handed over, rendered by the real Helm, are the fix made in what it renders."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from cnilint.fix.bundle import bundle
from cnilint.fix.in_place import create
from cnilint.fix.options import Fixed
from cnilint.model.finding import Applicability, Way
from cnilint.run import Options, fix, lint
from tests.clusters import VPC, multus, placed
from tests.rendered import objects
from tests.renderers import helm_template

CHARTS = Path(__file__).resolve().parent.parent / "charts"
MULTUS_IN_VIEW = {"multus.yaml": multus()}
LEAST = Options(Applicability.UNSAFE)


def found_in(folder: Path, options: Options) -> Fixed:
    return fix([str(folder)], options=options)


def rendered(folder: Path, chart: Path, values: Sequence[Path], beside: dict[str, str]) -> Path:
    placed(folder, beside)
    (folder / "rendered.yaml").write_text(helm_template(chart, *values), "utf-8")
    return folder


PINNED = "config:\n  daemon_conf:\n    multusMasterCNI: 10-aws.conflist\n"

SAID = [
    (
        "rke2-multus",
        "",
        {"aws-node.yaml": VPC},
        "config:\n  daemon_conf:\n    multusMasterCNI: 10-aws.conflist\n",
    ),
    (
        "rke2-multus",
        "thickPlugin: {enabled: false}\nimage: rancher/hardened-multus-cni:v4.1.4\n",
        {"aws-node.yaml": VPC},
        "config:\n  cni_conf:\n    masterCniFilename: 10-aws.conflist\n",
    ),
    (
        "rke2-multus",
        "config: {daemon_conf: {multusMasterCNI: 10-AWS.conflist}}\n",
        {"aws-node.yaml": VPC},
        PINNED,
    ),
    (
        "rke2-multus",
        "config: {daemon_conf: {multusConfigFile: AUTO}}\n",
        {"aws-node.yaml": VPC},
        PINNED.replace("    multus", "    multusConfigFile: auto\n    multus"),
    ),
    ("cilium", "", MULTUS_IN_VIEW, "cni:\n  exclusive: false\n"),
    ("cni", "", {"aws-node.yaml": VPC, **MULTUS_IN_VIEW}, "cniConfFileName: 10-aws.conflist\n"),
]


@pytest.mark.parametrize(("chart", "given", "beside", "expected"), SAID)
def test_values_say_what_the_fix_means(
    chart: str, given: str, beside: dict[str, str], expected: str, tmp_path: Path
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(given, "utf-8")
    folder = rendered(tmp_path / "in", CHARTS / chart, [own], beside)
    done = found_in(folder, LEAST)
    values = [one for one in done.handouts if one.chart]
    assert [(one.chart, one.text) for one in values] == [(chart, expected)]
    create(bundle(done.handouts, str(tmp_path / "out")))
    files = [own, tmp_path / "out" / values[0].file]
    again = helm_template(CHARTS / chart, *files)
    in_place = found_in(folder, Options(LEAST.least, rendered=True))
    (text,) = (new.text for old, new in in_place.changed if old.path.endswith("rendered.yaml"))
    assert objects(again, json_as_value=True) == objects(text, json_as_value=True)
    assert all("rendered" not in old.path for old, _new in done.changed)


def test_a_chart_inside_of_another_gets_its_values_below_its_name(tmp_path: Path) -> None:
    chart = tmp_path / "platform"
    shutil.copytree(CHARTS / "platform", chart)
    shutil.copytree(CHARTS / "rke2-multus", chart / "charts" / "rke2-multus")
    folder = rendered(tmp_path / "in", chart, [], {"aws-node.yaml": VPC})
    (values,) = found_in(folder, LEAST).handouts
    assert (values.chart, values.file) == ("platform", "values-platform.yaml")
    assert values.text.startswith("rke2-multus:\n  config:\n")
    create(bundle([values], str(tmp_path / "out")))
    again = rendered(tmp_path / "in", chart, [tmp_path / "out" / values.file], {})
    assert not [each for each in lint([str(again)]).findings if each.rule == "CNI102"]


def test_a_chart_that_cannot_say_it_gets_a_patch(tmp_path: Path) -> None:
    folder = rendered(tmp_path / "in", CHARTS / "multus", [], {"aws-node.yaml": VPC})
    done = found_in(folder, LEAST)
    (patch,) = done.handouts
    assert (patch.chart, patch.file) == ("", "configmap-net-multus.yaml")
    assert patch.why == "rendered by Helm from multus/templates/multus.yaml"
    (found,) = (f for f in done.result.findings if f.rule == "CNI102")
    assert found.fixes[0].way is Way.KUSTOMIZE
    assert found.fixes[0].note.endswith("; no value of the chart says this")


def test_values_of_a_chart_are_no_answer_where_they_are_asked_for_in_vain(tmp_path: Path) -> None:
    folder = rendered(tmp_path / "in", CHARTS / "multus", [], {"aws-node.yaml": VPC})
    done = found_in(folder, Options(LEAST.least, way=Way.HELM))
    assert done.handouts == ()
    (found,) = (f for f in done.result.findings if f.rule == "CNI102")
    assert (found.fixes[0].applicability, found.fixes[0].note) == (
        Applicability.DISPLAY,
        "no value of the chart says this",
    )


def test_several_fixes_of_one_chart_are_one_file(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    settings = "multusMasterCNI: 10-AWS.conflist, readinessindicatorfile: /x/y.conf"
    own.write_text(f"config: {{daemon_conf: {{{settings}}}}}\n", "utf-8")
    folder = rendered(tmp_path / "in", CHARTS / "rke2-multus", [own], {"aws-node.yaml": VPC})
    (values,) = found_in(folder, LEAST).handouts
    assert values.text == (
        "config:\n  daemon_conf:\n    multusMasterCNI: 10-aws.conflist\n"
        "    readinessindicatorfile: /host/etc/cni/net.d/10-aws.conflist\n"
    )
    assert [cure.rule for cure in values.cures] == ["CNI103", "CNI111"]
