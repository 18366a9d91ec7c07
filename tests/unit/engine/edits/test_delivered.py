"""Multus configured in each chart's words: a value, a flag in a list, a daemon configuration."""

from __future__ import annotations

import json

import pytest

from cnilint.engine.edits.repairs import pin, set_value, spelled, unset_value
from cnilint.engine.evaluate import evaluate
from cnilint.engine.inputs import Inputs
from cnilint.engine.text_edits import text_edits
from cnilint.kube.values import value_text, value_words
from cnilint.model.finding import Applicability, Edit, Fix
from cnilint.multus.configuration import Multus
from cnilint.syntax.rewrite import CannotEdit, apply
from tests.clusters import VPC, read
from tests.unit.gitops.deliveries import delivered as deliveries

HOME_OPERATIONS = "https://home-operations.github.io/helm-charts"
PLUMBING = "https://k8snetworkplumbingwg.github.io/helm-charts"
BITNAMI = "https://charts.bitnami.com/bitnami"
STARTECHNICA = "https://startechnica.github.io/apps"
MIRROR = "https://mirror.example.test"
PIN = "10-aws.conflist"


def release(chart: str, address: str, values: object = None, version: str = "2.0.0") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: m}\nspec:\n"
        f"  source:\n    repoURL: {address}\n    chart: {chart}\n    targetRevision: {version}\n"
        f"    helm:\n      valuesObject: {json.dumps(values or {})}\n"
    )


def install(text: str) -> tuple[Inputs, Multus]:
    inputs = read({"multus.yaml": text, "vpc.yaml": VPC})
    (one,) = evaluate(inputs).clusters[0].multuses
    return inputs, one


def after(text: str, setting: str, value: str) -> tuple[str, Multus]:
    """Return the text with a setting set, and Multus as it is then."""
    inputs, one = install(text)
    return made(inputs, set_value(one, setting, value))


def made(inputs: Inputs, edits: tuple[Edit, ...]) -> tuple[str, Multus]:
    found = text_edits(Fix("", Applicability.SAFE, edits))
    assert not isinstance(found, CannotEdit), found
    new = apply(inputs.sources[0].text, found["multus.yaml"])
    _inputs, changed = install(new)
    return new, changed


CHARTS = [
    ("rke2-multus", "https://rke2-charts.rancher.io", {}),
    ("rke2-multus", "https://rke2-charts.rancher.io", {"thickPlugin": {"enabled": True}}),
    ("multus", PLUMBING, {}),
    ("multus", PLUMBING, {"args": {"multusConfFile": "auto"}}),
    ("multus", HOME_OPERATIONS, {}),
    ("multus", HOME_OPERATIONS, {"extraArgs": []}),
    ("multus", HOME_OPERATIONS, {"extraArgs": ["--multus-log-level=debug"]}),
    ("multus", HOME_OPERATIONS, {"extraArgs": ["--multus-master-cni-file-name", "x.conf"]}),
    ("multus-cni", BITNAMI, {}),
    ("multus-cni", BITNAMI, {"args": ["--multus-master-cni-file-name=x.conf"]}),
    ("multus-cni", STARTECHNICA, {}),
    ("multus-cni", STARTECHNICA, {"daemonConfig": '{"multusConfigFile": "auto"}'}),
    # where an address is not known, a flag that is there says that the chart hands it on
    ("multus", MIRROR, {"extraArgs": ["--multus-master-cni-file-name=x.conf"]}),
]


@pytest.mark.parametrize(("chart", "address", "values"), CHARTS)
def test_the_master_is_pinned_in_the_words_of_the_chart(
    chart: str, address: str, values: object
) -> None:
    _inputs, one = install(release(chart, address, values))
    fix = pin(one, PIN, Applicability.SAFE)
    assert fix is not None
    assert fix.applicability is Applicability.SAFE
    text, changed = after(release(chart, address, values), "master", PIN)
    assert changed.master == PIN
    assert changed.auto == one.auto
    assert text.count(PIN) == 1


@pytest.mark.parametrize(
    ("chart", "address", "values"),
    [
        ("multus", "https://angelnu.github.io/helm-charts", {}),
        ("multus", "https://k8s-at-home.com/charts/", {}),
        ("multus", MIRROR, {}),
        ("multus", MIRROR, {"extraArgs": ["--multus-log-level=debug"]}),
    ],
)
def test_where_no_value_says_it_the_pin_is_shown_with_the_way_round(
    chart: str, address: str, values: object
) -> None:
    _inputs, one = install(release(chart, address, values))
    assert set_value(one, "master", PIN) == ()
    fix = pin(one, PIN, Applicability.SAFE)
    assert fix is not None
    assert (fix.applicability, fix.edits) == (Applicability.DISPLAY, ())
    assert "post-renderer" in fix.note


def test_arguments_that_take_the_place_of_the_charts_own_bring_those_along() -> None:
    text, _one = after(release("multus-cni", BITNAMI, {"CNIMountPath": "/mnt"}), "master", PIN)
    (delivery,) = deliveries(text)
    words = [word.value for word in value_words(delivery.values, "args")]
    assert words[:3] == [
        "--multus-conf-file=auto",
        "--cni-conf-dir=/mnt/etc/cni/net.d",
        "--multus-autoconfig-dir=/mnt/etc/cni/net.d",
    ]
    assert words[-1] == f"--multus-master-cni-file-name={PIN}"


def test_a_flag_among_the_charts_own_is_not_given_twice() -> None:
    text, _one = after(release("multus-cni", BITNAMI), "mode", "/x/00-multus.conf")
    (delivery,) = deliveries(text)
    words = [word.value for word in value_words(delivery.values, "args")]
    given = [word for word in words if "conf-file" in word]
    assert given == ["--multus-conf-file=/x/00-multus.conf"]


def test_a_configuration_that_takes_the_place_of_the_charts_own_brings_that_along() -> None:
    text, _one = after(release("multus-cni", STARTECHNICA), "master", PIN)
    (delivery,) = deliveries(text)
    held = value_text(delivery.values, "daemonConfig")
    assert held is not None
    members = json.loads(held.value)
    assert members.pop("multusMasterCNI") == PIN
    assert members["multusConfigFile"] == "auto"
    assert members["socketDir"] == "/host/run/multus/"


def test_a_flag_without_its_value_is_left_alone() -> None:
    values = {"extraArgs": ["--multus-master-cni-file-name"]}
    _inputs, one = install(release("multus", HOME_OPERATIONS, values))
    assert set_value(one, "master", PIN) == ()


@pytest.mark.parametrize(
    ("chart", "address", "values", "said"),
    [
        ("multus", PLUMBING, {}, "args.multusMasterCNIFileName"),
        ("rke2-multus", "https://r", {}, "config.cni_conf.masterCniFilename"),
        ("multus", HOME_OPERATIONS, {}, "--multus-master-cni-file-name"),
        ("multus-cni", STARTECHNICA, {"daemonConfig": "{}"}, "multusMasterCNI"),
    ],
)
def test_a_setting_is_called_as_the_chart_calls_it(
    chart: str, address: str, values: object, said: str
) -> None:
    _inputs, one = install(release(chart, address, values))
    assert spelled(one, "master") == said


@pytest.mark.parametrize(
    ("chart", "address", "values"),
    [
        ("multus", PLUMBING, {"args": {"cniVersion": "1.0.0", "multusConfFile": "auto"}}),
        ("multus", HOME_OPERATIONS, {"extraArgs": ["--cni-version=1.0.0", "--x=1"]}),
        ("multus", HOME_OPERATIONS, {"extraArgs": ["--cni-version", "1.0.0", "--x=1"]}),
    ],
)
def test_a_setting_is_taken_away(chart: str, address: str, values: object) -> None:
    inputs, one = install(release(chart, address, values))
    assert one.value("cni_version") == "1.0.0"
    text, changed = made(inputs, unset_value(one, "cni_version"))
    assert changed.value("cni_version") == ""
    assert "1.0.0" not in text


def test_what_is_not_given_cannot_be_taken_away() -> None:
    _inputs, one = install(release("multus", PLUMBING))
    assert unset_value(one, "cni_version") == ()


def test_places_are_inside_the_string_that_is_a_value() -> None:
    values = {"daemonConfig": '{"multusConfigFile": "AUTO", "multusMasterCNI": "x"}'}
    inputs, one = install(release("multus-cni", STARTECHNICA, values))
    text = inputs.sources[0].text
    for setting, written in (("mode", '\\"AUTO\\"'), ("master", '\\"x\\"')):
        span = one.place(setting).span
        assert text[span.start : span.end] == written


def test_an_operator_without_a_setting_for_it_is_named() -> None:
    text = (
        "apiVersion: networkaddonsoperator.network.kubevirt.io/v1\nkind: NetworkAddonsConfig\n"
        "metadata: {name: cluster}\nspec: {multus: {}}\n"
    )
    _inputs, one = install(text)
    fix = pin(one, PIN, Applicability.SAFE)
    assert fix is not None
    assert (fix.applicability, fix.edits) == (Applicability.DISPLAY, ())
    assert "operator" in fix.note
