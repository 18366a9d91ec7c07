"""However a chart's values are written, and wherever they stand, their fix keeps the laws."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from cnilint.engine.inputs import Inputs
from cnilint.model.tree import Value, plain
from cnilint.syntax.style import BlockStyle, FlowStyle, block_lines, flow_text
from tests.clusters import NAMESPACE, PINNED, multus, read
from tests.laws import assert_run
from tests.unit.gitops.deliveries import delivered

quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

MULTUS = multus(PINNED.replace("10-aws.conflist", "05-cilium.conflist"))
OTHERS: dict[str, st.SearchStrategy[Value]] = {
    "hubble": st.fixed_dictionaries(
        {"enabled": st.booleans(), "text": st.text("aé😀'\"#: ", max_size=5)}
    ),
    "operator": st.fixed_dictionaries({"replicas": st.integers(0, 9)}),
    "extraArgs": st.lists(st.sampled_from(["--a=1", "b: c", "it's"]), max_size=2),
    "nothing": st.none(),
}
MODE: dict[str, Value] = {"chainingMode": "none"}
CNI: st.SearchStrategy[Value] = st.sampled_from(
    [{"exclusive": True}, {"exclusive": True, **MODE}, MODE, None]
)


@st.composite
def values(draw: st.DrawFn) -> dict[str, Value]:
    """Draw values of Cilium's chart that leave it exclusive."""
    chosen = draw(st.lists(st.sampled_from(sorted(OTHERS)), unique=True))
    found = {key: draw(OTHERS[key]) for key in chosen}
    cni = draw(CNI)
    if cni is not None:
        found["cni"] = cni
    return {key: found[key] for key in draw(st.permutations(sorted(found)))}


@st.composite
def written(draw: st.DrawFn, given_values: dict[str, Value]) -> str:
    """Return values as a person writes them: in block style, in flow style, as JSON."""
    way = draw(st.sampled_from(["block", "block", "flow", "json"]))
    if way == "json" or not given_values:
        indent = draw(st.sampled_from([None, 2]))
        return json.dumps(given_values, indent=indent, ensure_ascii=False) + "\n"
    if way == "flow":
        return flow_text(given_values, FlowStyle(unit=draw(st.sampled_from([None, "  "])))) + "\n"
    unit = draw(st.sampled_from([2, 4]))
    style = BlockStyle(unit=unit, dash=draw(st.sampled_from([0, unit])))
    lines = block_lines(given_values, 0, style)
    between = st.sampled_from(["", "", "# why\n", "\n"])
    return "".join(draw(between) + line + "\n" for line in lines)


@st.composite
def string(draw: st.DrawFn, key: str, text: str, indent: str) -> str:
    """Return a member that holds a text."""
    comment = draw(st.sampled_from(["", "  # the values"]))
    if draw(st.booleans()):
        return f"{indent}{key}: {json.dumps(text, ensure_ascii=False)}{comment}\n"
    body = textwrap.indent(text, indent + "  ")
    return f"{indent}{key}: |{comment}\n{body}"


@st.composite
def releases(draw: st.DrawFn) -> tuple[dict[str, Value], str]:
    """Draw values and an object that gives them to Cilium's chart."""
    found = draw(values())
    text = draw(written(found))
    kind = draw(st.sampled_from(["argo", "k3s", "flux", "map"]))
    if kind == "argo":
        held_text = draw(string("values", text, "      "))
        return found, (
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: c}\nspec:\n"
            "  source:\n    repoURL: https://helm.cilium.io\n    chart: cilium\n"
            f"    targetRevision: 1.17.5\n    helm:\n{held_text}"
        )
    if kind == "k3s":
        return found, (
            "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: cilium}\nspec:\n"
            f"  chart: cilium\n  version: 1.17.5\n{draw(string('valuesContent', text, '  '))}"
        )
    head = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: c}\nspec:\n"
        "  chart: {spec: {chart: cilium, version: 1.17.5}}\n"
    )
    if kind == "flux":
        return found, f"{head}  values:\n{textwrap.indent(text, '    ')}"
    key = draw(string("values.yaml", text, "  "))
    return found, (
        f"{head}  valuesFrom: [{{kind: ConfigMap, name: held}}]\n---\n"
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: held}}\ndata:\n{key}"
    )


def merged(inputs: Inputs) -> Any:  # noqa: ANN401
    """Return the values that the only release of some texts comes to, by its deliveries."""
    (one,) = delivered(inputs.sources[0].text)
    found: dict[str, Value] = {}
    for each in one.values:
        value = plain(each.tree)
        assert isinstance(value, dict)
        found = _over(found, value)
    return found


def _over(below: dict[str, Value], above: dict[str, Value]) -> dict[str, Value]:
    found = dict(below)
    for key, value in above.items():
        old = found.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        found[key] = _over(old, value) if both else value  # type: ignore[arg-type]
    return found


@given(
    release=releases(),
    ending=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
    before=st.sampled_from(["", "# é😀\n", "---\n", f"{NAMESPACE}---\n"]),
)
@quick
def test_the_values_are_the_old_ones_and_not_exclusive(
    release: tuple[dict[str, Value], str], ending: str, mark: str, before: str
) -> None:
    old, text = release
    whole = mark + (before + text).replace("\n", ending)
    note(whole)
    inputs = read({"cilium.yaml": whole, "multus.yaml": MULTUS})
    assert merged(inputs) == old
    done = assert_run(inputs)
    assert [finding.rule for finding in done.result.findings] == []
    expected = {**old, "cni": {**(old.get("cni") or {}), "exclusive": False}}  # type: ignore[dict-item]
    after = merged(done.inputs)
    assert after == expected
    assert [key for key in after if key in old] == list(old)
    new = done.inputs.sources[0].text
    assert new.count("\r") == (new.count("\n") if ending == "\r\n" else 0)
    assert done.inputs.sources[1].text == MULTUS
