"""What is found is the same whether or not documents are left unparsed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.config.options import DEFAULTS
from cnilint.engine.evaluate import evaluate
from cnilint.engine.inputs import Inputs, inputs
from cnilint.engine.relevance import Relevance
from cnilint.engine.result import Result
from cnilint.model.text import Source
from cnilint.report.json_ import check_json
from cnilint.run import asked, checked
from tests.clusters import PINNED, STANDALONE, VPC, multus
from tests.corpus import MANIFESTS, needs_corpus

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())


def told(result: Result) -> dict[str, Any]:
    """Return what a report says, without what is counted and clusters in which nothing is."""
    report: dict[str, Any] = json.loads(check_json(result))
    for count in ("documents", "unparsed", "manifests", "clusters"):
        del report["summary"][count]
    report["clusters"] = [one for one in report["clusters"] if one["installers"]]
    return report


def assert_same(path: Path) -> int:
    """Assert that a folder's report is the same; return how many documents are left unparsed."""
    chosen = DEFAULTS.replaced(budget=0.0)
    with_it, without = (
        checked(asked([str(path)], chosen.replaced(no_prefilter=off))) for off in (False, True)
    )
    assert told(with_it) == told(without)
    assert without.unparsed == 0
    return with_it.unparsed


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_has_the_same_report(folder: Path) -> None:
    assert_same(folder)


def test_every_manifest_of_the_tests_has_the_same_report() -> None:
    for path in sorted((ROOT / "tests" / "manifests").glob("*.yaml")):
        assert_same(path)


@needs_corpus
def test_every_folder_of_the_corpus_has_the_same_report() -> None:
    unparsed = sum(assert_same(path) for path in sorted(MANIFESTS.iterdir()) if path.is_dir())
    assert unparsed > 100


INGRESS = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n"
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\ndata:\n  A: b\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n"
NETWORK = "    k8s.v1.cni.cncf.io/networks: storage\n"
FLUX = (
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n"
    "  name: apps\n  namespace: flux-system\nspec:\n  path: ./b\n  postBuild:\n"
    "    substituteFrom: [{kind: ConfigMap, name: vars}]\n"
)
MATTERING = (
    *(VPC, multus(), multus(PINNED), STANDALONE, FLUX, POD + NETWORK, "machine:\n  install: {}\n"),
    *(SETTINGS.replace("NAME", name) for name in ("vars", "other", "cns-config", "aws-node")),
    "resources: [vpc.yaml, web.yaml]\nkind: Kustomization\n",
    "cni: cilium\nname: multus\n",
)
BESIDE = (INGRESS, POD, "title: a dashboard\npanels: []\n", "", "# nothing\n", '{"a": [1, 2]}\n')
BROKEN = (
    *(f"{INGRESS}# multus\nspec: [\n", "cilium: {\n", " kind: DaemonSet\napiVersion: apps/v1\n"),
    *(
        f"{INGRESS}  {{{{ include spec }}}}\n",
        "{{ if x }}\n" + VPC,
        VPC.replace("spec:", "spec: ["),
    ),
)
UNHEARD = (f"{INGRESS}spec: [\n", "a: [\n", "a: 1\na: 2\n", f"{INGRESS}spec: 1\nspec: 2\n")
"""What nothing asks for, and has a mistake."""

PATHS = tuple(
    f"{folder}{name}"
    for folder in ("", "a/", "b/", "clusters/x/", "clusters/y/")
    for name in ("vpc.yaml", "web.yaml", "base.yaml", "more.json")
)


def trees(*documents: str) -> st.SearchStrategy[dict[str, str]]:
    """Return trees of files of some documents, in any spelling that changes nothing."""
    texts = st.lists(st.sampled_from(documents), min_size=1, max_size=4).map("---\n".join)
    spelled = st.tuples(texts, st.sampled_from(["", "---\n", "\ufeff", "# said\n"])).map(
        lambda pair: pair[1] + pair[0]
    )
    ends = st.tuples(spelled, st.sampled_from(["\n", "\n", "\r\n"])).map(
        lambda pair: pair[0].replace("\n", pair[1])
    )
    return st.dictionaries(st.sampled_from(PATHS), ends, min_size=1, max_size=6)


def read(tree: dict[str, str], sieve: Relevance | None) -> Inputs:
    sources = [Source(path, text) for path, text in tree.items()]
    with patch("cnilint.engine.inputs.read_file", lambda path, **_how: tree[path].encode()):
        return inputs(sources, sieve=sieve)


@settings(max_examples=40, deadline=None)
@given(trees(*MATTERING, *BESIDE, *BROKEN))
def test_a_tree_has_the_same_report(tree: dict[str, str]) -> None:
    assert told(evaluate(read(tree, Relevance()))) == told(evaluate(read(tree, None)))


@settings(max_examples=25, deadline=None)
@given(trees(*MATTERING, *BESIDE, *BROKEN, *UNHEARD))
def test_a_strict_run_tells_of_every_mistake(tree: dict[str, str]) -> None:
    assert told(evaluate(read(tree, Relevance(strict=True)))) == told(evaluate(read(tree, None)))


@settings(max_examples=25, deadline=None)
@given(trees(*MATTERING, *BESIDE, *BROKEN, *UNHEARD))
def test_only_mistakes_in_what_nothing_asks_for_are_not_told(tree: dict[str, str]) -> None:
    ours, whole = (told(evaluate(read(tree, s)))["findings"] for s in (Relevance(), None))
    for one in (*ours, *whole):
        del one["fixes"]  # one that others read as well is only shown; see docs/fleets.md
    unheard = {text.strip() for text in UNHEARD}
    for one in whole:
        if one not in ours:
            assert one["rule"] in ("CNI901", "CNI902", "CNI905")
            text = tree[one["location"]["path"]].replace("\r\n", "\n")
            assert any(mistake in text for mistake in unheard)
    counted = [one for one in ours if one not in whole]
    assert all("cannot be read" in one["message"] for one in counted)
