"""What edits lead to in the clusters that read them is what linting everything again finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from cnilint.budget import Budget, OutOfTimeError
from cnilint.engine import checks, trial
from cnilint.engine.evaluate import NOTHING_AROUND, Evaluation, Surroundings
from cnilint.engine.hit import Hit
from cnilint.engine.inputs import inputs
from cnilint.engine.policy import EVERYTHING
from cnilint.engine.result import Result
from cnilint.engine.text_edits import text_edits_of
from cnilint.engine.trial import Trials, with_edits
from cnilint.fix.options import Options
from cnilint.fix.plan import fixed, offered
from cnilint.fix.prove import key_of
from cnilint.model.faults import limit
from cnilint.model.finding import Applicability, Edit, Finding, Operation, TextEdit
from cnilint.model.text import Source, Span
from cnilint.simulation.cluster import Cluster
from cnilint.syntax.rewrite import CannotEdit
from tests.clusters import UNPINNED, VPC, multus

MASTER = '    "multusMasterCNI": "11-bws.conflist",\n'
MARK = '  annotations: {cnilint.dev/ignore: "CNI102: known"}\n'
IGNORED = multus().replace("\ndata:\n", f"\n{MARK}data:\n", 1)
WRONG = multus(UNPINNED.replace('    "multusConfigFile"', f'{MASTER}    "multusConfigFile"'))
BASE = "resources: [multus.yaml, vpc.yaml]\n"
OVERLAY = "resources: [../../base]\n"


def flux(name: str, path: str) -> str:
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata: {{name: {name}, namespace: flux-system}}\n"
        f"spec: {{path: ./{path}, sourceRef: {{kind: GitRepository, name: flux-system}}}}\n"
    )


TREES = {
    "folders": {
        f"clusters/{name}/{file}": text
        for name in ("a", "b", "c")
        for file, text in (("multus.yaml", multus()), ("vpc.yaml", VPC))
    },
    "shared": {
        "base/multus.yaml": multus(),
        "clusters/a/vpc.yaml": VPC,
        "clusters/b/vpc.yaml": VPC,
        "clusters/b/more.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: more}\n",
    },
    "wrong in one": {
        **{f"clusters/{name}/vpc.yaml": VPC for name in "ab"},
        "clusters/a/multus.yaml": multus(),
        "clusters/b/multus.yaml": WRONG,
    },
    "ignored": {
        **{f"clusters/{name}/vpc.yaml": VPC for name in "ab"},
        "clusters/a/multus.yaml": multus(),
        "clusters/b/multus.yaml": IGNORED,
    },
    "overlays": {
        "base/kustomization.yaml": BASE,
        "base/multus.yaml": multus(),
        "base/vpc.yaml": VPC,
        "clusters/a/kustomization.yaml": OVERLAY,
        "clusters/b/kustomization.yaml": f"{OVERLAY}commonLabels:\n  in: b\n",
    },
    "flux": {
        **{f"clusters/{name}/apps.yaml": flux("apps", f"network/{name}") for name in "ab"},
        **{
            f"clusters/{name}/flux-system/gotk-sync.yaml": (
                "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
                "metadata: {name: flux-system, namespace: flux-system}\n"
                "spec: {url: 'ssh://git@example.com/fleet'}\n---\n"
                + flux("flux-system", f"clusters/{name}")
            )
            for name in "ab"
        },
        **{f"network/{name}/multus.yaml": multus() for name in "ab"},
        **{f"network/{name}/vpc.yaml": VPC for name in "ab"},
    },
}


def evaluation(tree: str, around: Surroundings = NOTHING_AROUND) -> Evaluation:
    sources = [Source(path, text) for path, text in TREES[tree].items()]
    return Evaluation(inputs(sources), around)


def counted(result: Result) -> Counter[tuple[str, str, str, str]]:
    return Counter(map(key_of, result.findings))


def edits_of(finding: Finding) -> dict[str, tuple[TextEdit, ...]]:
    made = text_edits_of(finding.fixes[0].edits)
    assert not isinstance(made, CannotEdit)
    return dict(made)


@pytest.mark.parametrize("tree", TREES)
def test_a_trial_finds_what_linting_everything_again_finds(tree: str) -> None:
    whole = evaluation(tree)
    tried = 0
    for finding in whole.result.findings:
        if not finding.fixes or not finding.fixes[0].edits:
            continue
        edits = edits_of(finding)
        found = Trials(whole).of(edits)
        again = Evaluation(with_edits(whole.inputs, edits), NOTHING_AROUND).result
        before, after = counted(found.before), counted(found.after)
        rest = counted(whole.result)
        rest.subtract(before)
        rest.update(after)
        assert +rest == counted(again)
        tried += 1
    assert tried > 0


@pytest.mark.parametrize(
    ("tree", "path", "clusters"),
    [
        ("folders", "clusters/b/multus.yaml", ["clusters/b"]),
        ("shared", "clusters/b/vpc.yaml", ["clusters/b"]),
        ("shared", "base/multus.yaml", ["clusters/a", "clusters/b"]),
        ("overlays", "base/multus.yaml", ["clusters/a", "clusters/b"]),
        ("flux", "network/a/multus.yaml", ["a"]),
    ],
)
def test_only_clusters_that_read_an_edited_file_are_made_again(
    tree: str, path: str, clusters: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = evaluation(tree)
    monkeypatch.delattr(trial, "evaluated")
    text = TREES[tree][path]
    at = text.index("namespace: kube-system") if "namespace" in text else len(text)
    found = Trials(whole).of({path: (TextEdit(Span(at, at), "labels: {a: b}\n  "),)})
    assert [one.name for one in found.after.clusters] == clusters
    assert [one.name for one in found.before.clusters] == clusters


@pytest.mark.parametrize(
    ("tree", "path", "old", "new"),
    [
        ("folders", "clusters/b/vpc.yaml", "kube-system", "other-system"),
        ("folders", "clusters/b/vpc.yaml", "kind: DaemonSet", "kind: Deployment"),
        ("folders", "clusters/b/vpc.yaml", "apiVersion", "---\n---\nx: 1\n---\napiVersion"),
        ("folders", "clusters/b/vpc.yaml", "apiVersion", "- apiVersion"),
        ("overlays", "clusters/b/kustomization.yaml", "base]", "base, ../../base/vpc.yaml]"),
        ("flux", "clusters/a/apps.yaml", "network/a", "network/b"),
    ],
)
def test_where_an_edit_may_change_who_gets_what_everything_is_linted_again(
    tree: str, path: str, old: str, new: str
) -> None:
    whole = evaluation(tree)
    at = TREES[tree][path].index(old)
    edits = {path: (TextEdit(Span(at, at + len(old)), new),)}
    found = Trials(whole).of(edits)
    again = Evaluation(with_edits(whole.inputs, edits), NOTHING_AROUND).result
    assert found.before is whole.result
    assert counted(found.after) == counted(again)


def test_edits_of_different_clusters_are_apart() -> None:
    whole = evaluation("shared")
    edit = (TextEdit(Span(0, 0), "# said\n"),)
    paths = ["clusters/a/vpc.yaml", "clusters/b/vpc.yaml", "clusters/b/more.yaml"]
    apart = Trials(whole).apart(dict.fromkeys(paths, edit))
    assert [sorted(one) for one in apart] == [paths[:1], sorted(paths[1:])]
    (together,) = Trials(whole).apart(dict.fromkeys([*paths, "base/multus.yaml"], edit))
    assert len(together) == 4


def test_a_fix_that_an_ignore_leaves_alone_is_proven_beside_it() -> None:
    result = offered(evaluation("ignored"), Options())
    (finding,) = [one for one in result.findings if one.rule == "CNI102"]
    assert finding.cluster == "clusters/a"
    assert finding.fixes[0].applicability is Applicability.SAFE
    assert [one.finding.cluster for one in result.suppressed] == ["clusters/b"]


@pytest.mark.parametrize("tree", ["folders", "shared", "overlays", "flux"])
def test_what_is_fixed_in_all_clusters_has_no_finding_left(tree: str) -> None:
    sources = [Source(path, text) for path, text in TREES[tree].items()]
    done = fixed(inputs(sources), Surroundings(policy=EVERYTHING), Options())
    assert done.applied > 0
    assert "CNI102" in {one.rule for one in done.found.findings}
    assert "CNI102" not in {one.rule for one in done.result.findings}


def test_a_removed_value_is_tried_as_any_other() -> None:
    whole = evaluation("folders")
    document = whole.inputs.documents[0]
    edit = Edit(document, ("metadata", "namespace"), Operation.REMOVE)
    edits = text_edits_of([edit])
    assert not isinstance(edits, CannotEdit)
    found = Trials(whole).of(edits)
    assert found.before is whole.result


def test_what_fails_in_a_trial_is_worked_out_with_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(one: Cluster) -> Iterator[Hit]:
        if any("in: b" in each.document.source.text for each in one.manifests):
            raise ValueError(one)
        return iter(())

    monkeypatch.setitem(checks.CHECKS, "never_ready", failing)
    whole = evaluation("folders")
    assert whole.is_certain
    path = "clusters/b/vpc.yaml"
    edits = {path: (TextEdit(Span(len(VPC), len(VPC)), "\n# in: b\n"),)}
    found = Trials(whole).of(edits)
    assert len(found.after.clusters) == len(whole.clusters)
    assert found.after.unfinished
    assert [one.location.source.path for one in found.after.findings if one.rule == "CNI904"]


def test_a_trial_ends_with_the_time_of_the_run() -> None:
    now = [0.0]
    around = Surroundings(budget=Budget(1, now=lambda: now[0]))
    whole = evaluation("folders", around)
    (edits, *_others) = (edits_of(one) for one in whole.result.findings if one.fixes)
    assert Trials(whole).of(edits).after.clusters
    now[0] = 2
    with pytest.raises(OutOfTimeError):
        Trials(whole).of(edits)


def test_a_run_that_was_not_finished_is_tried_as_a_whole() -> None:
    texts = [Source(path, text) for path, text in TREES["folders"].items()]
    given = inputs(texts)
    left = given.documents[0]
    less = given.without(left, limit(left.source, left.span, "too large"))
    assert less is not None
    whole = Evaluation(less, NOTHING_AROUND)
    assert not whole.is_certain
    path = "clusters/b/vpc.yaml"
    edits = {path: (TextEdit(Span(len(VPC), len(VPC)), "\n# more\n"),)}
    assert len(Trials(whole).of(edits).after.clusters) == len(whole.clusters) == 3
