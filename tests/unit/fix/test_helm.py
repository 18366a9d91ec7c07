"""Values of a chart by its product's table: the right place, or none at all."""

from __future__ import annotations

import pytest

from cnilint.catalog.catalog import products
from cnilint.catalog.product import Product
from cnilint.fix.helm import Overlay, joined, overlay, values_text
from cnilint.fix.meaning import Meaning
from cnilint.model.tree import Value

BY_ID = {one.id: one for one in products()}
THICK, THIN, CILIUM = (BY_ID[name] for name in ("multus-thick", "multus-thin", "cilium"))


def means(product: Product, setting: str, value: str | None) -> Meaning:
    return Meaning(product, setting, value, ())


PIN = means(THICK, "master", "10-aws.conflist")
THIN_PIN = means(THIN, "master", "10-aws.conflist")


def nested(path: str, value: Value) -> dict[str, Value]:
    for key in reversed(path.split(".")):
        value = {key: value}
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize(
    ("template", "wanted", "path", "value"),
    [
        ("rke2-multus/templates/c.yaml", PIN, "config.daemon_conf.multusMasterCNI", None),
        ("rke2-multus/templates/c.yaml", THIN_PIN, "config.cni_conf.masterCniFilename", None),
        ("cilium/templates/a/b.yaml", means(CILIUM, "exclusive", "false"), "cni.exclusive", False),
        (
            "rke2-multus/templates/c.yaml",
            means(THICK, "cni_version", "0.3.1"),
            "config.daemon_conf.cniVersion",
            "0.3.1",
        ),
    ],
)
def test_a_setting_has_its_place(template: str, wanted: Meaning, path: str, value: Value) -> None:
    found = overlay(template, [wanted])
    chart = template.partition("/")[0]
    assert found == Overlay(chart, nested(path, wanted.value if value is None else value))


def test_what_is_taken_away_is_null() -> None:
    found = overlay("rke2-multus/templates/c.yaml", [means(THICK, "readiness", None)])
    assert found is not None
    assert values_text(found.values) == (
        "config:\n  daemon_conf:\n    readinessindicatorfile: null\n"
    )


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("rke2-multus/templates/c.yaml", []),
        ("rke2-multus/templates/c.yaml", [PIN, means(THICK, "socket", "x")]),
        ("other/templates/c.yaml", [PIN]),
        ("rke2-multus/values.yaml", [PIN]),
        # a list of arguments: what else is in it is not known
        ("multus-cni/templates/c.yaml", [THIN_PIN]),
        # charts of this name have it in different places
        ("multus/templates/c.yaml", [THIN_PIN]),
        ("multus/templates/c.yaml", [PIN]),
    ],
)
def test_without_a_place_there_are_no_values(template: str, wanted: list[Meaning]) -> None:
    assert overlay(template, wanted) is None


def test_a_chart_in_a_chart_in_a_chart() -> None:
    template = "platform/charts/network/charts/rke2-multus/templates/c.yaml"
    found = overlay(template, [PIN])
    assert found is not None
    assert found.chart == "platform"
    path = "network.rke2-multus.config.daemon_conf.multusMasterCNI"
    assert found.values == nested(path, "10-aws.conflist")


def test_values_are_put_together_as_helm_does() -> None:
    one: dict[str, Value] = {"a": {"b": 1, "c": {"d": 2}}, "e": [1]}
    other: dict[str, Value] = {"a": {"c": {"f": 3}}, "e": [2], "g": None}
    assert joined(one, other) == {"a": {"b": 1, "c": {"d": 2, "f": 3}}, "e": [2], "g": None}
    assert one == {"a": {"b": 1, "c": {"d": 2}}, "e": [1]}
