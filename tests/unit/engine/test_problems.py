"""Texts that cannot be read: which of them are anybody's who looks for CNI installs."""

from __future__ import annotations

import pytest

from cnilint.engine.evaluate import evaluate
from cnilint.engine.inputs import Inputs
from cnilint.engine.problems import concerning, unjudged_notes
from cnilint.model.finding import Level
from tests.clusters import read

OBJECT = "apiVersion: v1\nkind: ConfigMap\n bad: x\n"
DASHBOARD = '{"panels": [1, 2}\n'
VALUES = "a: b\n c: d\n"
TWICE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nmetadata: {name: b}\n"


def problems(files: dict[str, str]) -> Inputs:
    return read(files)


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        (OBJECT, True),
        (DASHBOARD, False),
        (VALUES, False),
        ("cilium:\n enabled: true\n  x: y\n", True),
        ("multus: [\n", True),
        ('{"kind": "A", "apiVersion": "v1", "x": [}', True),
        ("kind: dashboard\n x: y\n", False),
        (f"{VALUES}---\napiVersion: v1\nkind: A\n", False),
    ],
)
def test_a_text_is_judged_if_it_is_an_object_or_names_a_cni(text: str, judged: bool) -> None:
    inputs = problems({"some.yaml": text})
    assert bool(concerning(inputs)) is judged
    assert bool(unjudged_notes(inputs, concerning(inputs))) is not judged


def test_a_file_that_is_named_is_always_judged() -> None:
    inputs = problems({"some.yaml": VALUES})
    named = Inputs(inputs.sources, inputs.found, ("./some.yaml",), inputs.files)
    assert concerning(named)
    assert not unjudged_notes(named, concerning(named))


def test_files_that_are_not_judged_are_counted_in_one_note() -> None:
    files = {f"{at}.yaml": VALUES for at in range(5)}
    found = problems(files)
    (note,) = unjudged_notes(found, concerning(found))
    assert note.message.startswith("5 files")
    assert "2 more" in note.message
    assert {one.level for one in evaluate(problems(files)).findings} == {Level.NOTE}


def test_a_key_that_stands_twice_is_told_of_objects_only() -> None:
    rules = [one.rule for one in evaluate(problems({"a.yaml": TWICE})).findings]
    assert rules == ["CNI902"]
    assert evaluate(problems({"values.yaml": "a: 1\na: 2\n"})).findings == ()


FLUX = {
    "clusters/prod/flux-system/gotk-sync.yaml": """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./clusters/prod, sourceRef: {kind: GitRepository, name: flux-system}}
""",
}


@pytest.mark.parametrize(
    ("path", "judged"),
    [("clusters/prod/apps/map.yaml", True), ("archive/map.yaml", False)],
)
@pytest.mark.parametrize("text", [OBJECT, TWICE])
def test_an_object_that_nothing_applies_is_not_judged(path: str, judged: bool, text: str) -> None:
    found = evaluate(problems({**FLUX, path: text}))
    rules = {one.rule for one in found.findings if one.level is not Level.NOTE}
    assert bool(rules) is judged
    assert not judged or rules <= {"CNI901", "CNI902"}


def test_an_object_that_nothing_applies_is_counted() -> None:
    found = evaluate(problems({**FLUX, "archive/map.yaml": OBJECT, "values.yaml": VALUES}))
    messages = sorted(note.message for note in found.notes)
    assert messages == [
        "1 file that is applied by nothing here cannot be read: archive/map.yaml",
        "1 file that is no Kubernetes object cannot be read: values.yaml",
    ]


@pytest.mark.parametrize(("text", "judged"), [(OBJECT, False), (VALUES, True)])
def test_what_names_a_cni_is_judged_unless_it_is_an_object_that_nothing_applies(
    text: str, judged: bool
) -> None:
    found = evaluate(problems({**FLUX, "archive/map.yaml": f"{text}# cilium\n"}))
    assert ("CNI901" in {one.rule for one in found.findings}) is judged
