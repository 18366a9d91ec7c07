"""EKS add-ons of CloudFormation templates, in YAML and in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnilint.engine.evaluate import evaluate
from cnilint.gitops.charts import other_objects
from cnilint.gitops.delivery import Delivery, deliveries
from cnilint.kube.manifest import ManifestIndex
from cnilint.model.finding import Applicability, Level
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.model.verdict import VerdictKind
from cnilint.run import fix
from cnilint.syntax.compose import compose
from tests.clusters import multus, read
from tests.unit.gitops.deliveries import value

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Cluster: {Type: AWS::EKS::Cluster, Properties: {Name: one, RoleArn: !GetAtt Role.Arn}}
  Network:
    Type: AWS::EKS::Addon
    Properties:
      AddonName: vpc-cni
      AddonVersion: v1.19.2-eksbuild.1
      ClusterName: !Ref Cluster
"""
ENV = '{"env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "0"}}'


def template(configuration: str = "") -> str:
    given = f"      ConfigurationValues: {configuration}\n" if configuration else ""
    return TEMPLATE + given


def add_on(text: str, path: str = "stack.yaml") -> Delivery:
    parts = [one for one in compose(Source(path, text)) if isinstance(one, Document)]
    made = [one for part in parts for one in other_objects(part, lambda _path: False)]
    (found,) = (one for each in made for one in deliveries(each, ManifestIndex(made)))
    return found


FORMS = {
    "a text": f"'{ENV}'",
    "YAML": "|\n        env:\n          WARM_PREFIX_TARGET: '0'",
    "a block": f"|\n        {ENV}",
    "the tag of Sub": f"!Sub '{ENV}'",
    "the tag of Sub over a block": f"!Sub |\n        {ENV}",
    "the tag of Sub with variables": f"!Sub ['{ENV}', {{A: !Ref B}}]",
    "Fn::Sub": f"{{'Fn::Sub': '{ENV}'}}",
    "Fn::Sub with variables": f"{{'Fn::Sub': ['{ENV}', {{A: b}}]}}",
    "Fn::ToJsonString": f"{{'Fn::ToJsonString': {ENV}}}",
    "its tag": f"!ToJsonString {ENV}",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_configuration_is_read_in_each_of_its_forms(form: str) -> None:
    one = add_on(template(FORMS[form]))
    assert (one.kind, one.name, one.version) == ("addon", "vpc-cni", "v1.19.2-eksbuild.1")
    assert value(one, "env.WARM_PREFIX_TARGET") == "0"
    assert one.unread == ()
    text = one.place.source.text
    assert text[one.place.span.start : one.place.span.end] == "vpc-cni"


@pytest.mark.parametrize(
    "given",
    [
        "!Ref Configuration",
        "{Ref: Configuration}",
        "!If [Large, '{}', '{}']",
        "{'Fn::Join': ['', ['{', '}']]}",
        "!Join ['', ['{', '}']]",
        "{'Fn::Sub': '${Configuration}'}",
        "'{\"env\": ${Env}}'",
    ],
)
def test_what_only_the_running_tool_knows_was_not_read(given: str) -> None:
    one = add_on(template(given))
    assert one.values == ()
    assert len(one.unread) == 1


def test_without_a_configuration_nothing_was_left_unread() -> None:
    one = add_on(template())
    assert (one.values, one.unread) == ((), ())


def test_a_template_in_json_is_read_too() -> None:
    resource = {
        "Type": "AWS::EKS::Addon",
        "Properties": {"AddonName": "vpc-cni", "ConfigurationValues": {"Fn::Sub": ENV}},
    }
    one = add_on(json.dumps({"Resources": {"Network": resource}}), "stack.template.json")
    assert value(one, "env.ENABLE_PREFIX_DELEGATION") == "true"
    assert one.manifest.title == "AWS::EKS::Addon Network"


@pytest.mark.parametrize("form", ["a text", "the tag of Sub over a block", "Fn::ToJsonString"])
def test_a_finding_stands_in_the_configuration_and_is_mended_there(form: str) -> None:
    text = template(FORMS[form])
    found = evaluate(read({"stack.yaml": text}))
    (one,) = (each for each in found.findings if each.level is Level.ERROR)
    assert one.rule == "CNI405"
    span = one.location.span
    assert text[span.start : span.end] == '"true"'
    assert [each.applicability for each in one.fixes] == [Applicability.SAFE]
    assert found.clusters[0].classes[0].verdict.kind is VerdictKind.NEVER_READY


def test_a_fix_changes_one_member_of_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stack.yaml").write_text(template(FORMS["the tag of Sub over a block"]))
    made = fix(Path("stack.yaml"))
    (source,) = made.inputs.sources
    assert source.text == template(
        FORMS["the tag of Sub over a block"].replace('TARGET": "0"', 'TARGET": "1"')
    )


def test_a_configuration_that_is_a_parameter_decides_nothing() -> None:
    found = evaluate(read({"stack.yaml": template("!Ref Configuration")}))
    assert all(one.level is Level.NOTE for one in found.findings)
    assert found.clusters[0].classes[0].verdict.kind is VerdictKind.UNDECIDED


@pytest.mark.parametrize(
    ("more", "there"),
    [
        ("", True),
        (", BootstrapSelfManagedAddons: false", False),
        (", ComputeConfig: {Enabled: true}", False),
    ],
)
def test_a_cluster_has_the_vpc_cni_unless_it_says_otherwise(more: str, there: bool) -> None:
    text = f"Resources: {{C: {{Type: 'AWS::EKS::Cluster', Properties: {{Name: a{more}}}}}}}\n"
    found = evaluate(read({"stack.yaml": text, "multus.yaml": multus()}))
    products = {one.product.id for each in found.clusters for one in each.installers}
    assert ("aws-vpc-cni" in products) is there
