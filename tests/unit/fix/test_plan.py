"""A fix is offered only if making it on a copy shows that it does what it says and no more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cnilint.engine import trial
from cnilint.engine.evaluate import NOTHING_AROUND, Evaluation, Surroundings, evaluate
from cnilint.engine.inputs import Inputs
from cnilint.engine.result import Result
from cnilint.fix import plan
from cnilint.fix.handover import touched
from cnilint.fix.options import Options
from cnilint.model.finding import Applicability, Edit, Finding, Fix, Operation, Repair
from cnilint.model.text import Span
from cnilint.model.tree import Document, Embedded, Route, Value
from cnilint.run import host_files
from tests.clusters import PINNED, UNPINNED, VPC, multus, read

SAFE, UNSAFE, DISPLAY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY
DAEMON = "DaemonSet kube-system/kube-multus-ds"
RESTART = f"restart {DAEMON} after it: the ConfigMap is read at the start"
JSON: Route = ("data", "daemon-config.json", Embedded.JSON)
FILES = {"multus.yaml": multus(), "vpc.yaml": VPC}


def only(result: Result) -> Finding:
    (found,) = result.findings
    return found


def offered(inputs: Inputs, around: Surroundings, told: Result, options: Options) -> Result:
    """Return what is told of inputs with its fixes proven."""
    evaluation = Evaluation(inputs, around)
    evaluation.result = told
    return plan.offered(evaluation, options)


def proposed(inputs: Inputs, *fixes: Fix) -> Fix:
    """Return the first of some fixes of the only finding, as it is offered."""
    result = evaluate(inputs)
    told = replace(result, findings=(replace(only(result), fixes=fixes),))
    return only(offered(inputs, NOTHING_AROUND, told, Options())).fixes[0]


def add(document: Document, key: str, value: Value) -> Edit:
    return Edit(document, (*JSON, key), Operation.ADD, value)


def rendered_from(edit: Edit | Repair) -> str:
    """Return what the object of an edit was rendered from, empty for one written by hand."""
    (found,) = (one.origin for one in touched((edit,)))
    return (found.path or found.tool) if found is not None else ""


def offered_fix(files: dict[str, str], options: Options | None = None) -> Fix:
    """Return the first fix of the first finding, as it is offered."""
    inputs = read(files)
    result = offered(inputs, NOTHING_AROUND, evaluate(inputs), options or Options())
    return result.findings[0].fixes[0]


def test_what_a_check_proposes_is_offered_when_it_is_proven() -> None:
    fix = offered_fix(FILES)
    assert (fix.applicability, fix.note) == (SAFE, RESTART)
    assert fix.title == "pin the master: 10-aws.conflist"


def test_a_fix_that_leaves_its_finding_is_only_shown() -> None:
    inputs = read(FILES)
    fix = Fix("talk more", SAFE, (add(inputs.documents[0], "logLevel", "debug"),))
    shown = proposed(inputs, fix)
    assert shown.applicability is DISPLAY
    assert shown.note == "it does not remove the finding by itself"
    assert (shown.title, shown.edits) == (fix.title, fix.edits)


def test_a_fix_that_leads_to_another_finding_is_only_shown() -> None:
    inputs = read(FILES)
    pin = add(inputs.documents[0], "multusMasterCNI", "11-bws.conflist")
    shown = proposed(inputs, Fix("pin", UNSAFE, (pin,)))
    assert (shown.applicability, shown.note) == (DISPLAY, "it leads to CNI103")


def test_every_rule_it_leads_to_is_named_once() -> None:
    inputs = read(FILES)
    document = inputs.documents[0]
    edits = (
        add(document, "multusMasterCNI", "11-bws.conflist"),
        add(document, "name", "x"),
        add(document, "delegates", []),
    )
    shown = proposed(inputs, Fix("much", SAFE, edits))
    assert shown.note == "it leads to CNI103, CNI110"


def test_another_finding_of_the_same_rule_is_new_as_well() -> None:
    files = {**FILES, "multus.yaml": multus(UNPINNED.replace("socketDir", "delegates"))}
    inputs = read(files)
    result = evaluate(inputs)
    first = next(f for f in result.findings if f.rule == "CNI102")
    document = inputs.documents[0]
    edits = (
        add(document, "multusMasterCNI", "10-aws.conflist"),
        add(document, "name", "y"),
    )
    told = replace(result, findings=(replace(first, fixes=(Fix("two", SAFE, edits),)),))
    told = replace(result, findings=(*told.findings, *result.findings[1:]))
    shown = offered(inputs, NOTHING_AROUND, told, Options()).findings[0].fixes[0]
    assert shown.note == "it leads to CNI110"


def test_a_change_of_two_files_is_proven_as_a_whole() -> None:
    inputs = read(FILES)
    pin = add(inputs.documents[0], "multusMasterCNI", "10-aws.conflist")
    gone = Edit(inputs.documents[2], ("metadata", "name"), Operation.REPLACE, "aws-node-2")
    assert proposed(inputs, Fix("both", SAFE, (pin, gone))).applicability is SAFE
    folder = ("spec", "template", "spec", "volumes", 0, "hostPath", "path")
    moved = Edit(inputs.documents[2], folder, Operation.REPLACE, "/etc/cni/kept")
    shown = proposed(inputs, Fix("both", SAFE, (pin, moved)))
    assert shown.applicability is DISPLAY
    missing_master = "the file that Multus is told to use does not exist"
    assert shown.note == f"all nodes would be never ready: {missing_master}"
    missing = Edit(inputs.documents[2], ("spec", "nothing"), Operation.REMOVE)
    shown = proposed(inputs, Fix("both", SAFE, (pin, missing)))
    assert shown.note.startswith("it cannot be edited here: ")


FOLDED = "it cannot be edited here: the JSON stands in a string whose lines are folded"
SHARED = "it cannot be edited here: the value is shared between an anchor and its aliases"
TEMPLATE = "it cannot be edited here: a template expression stands in the text to be changed"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (multus().replace("json: |", "json: >"), FOLDED),
        (multus().replace("json: |", "json: &a |").replace("---", "  b: *a\n---", 1), SHARED),
    ],
    ids=["folded", "shared"],
)
def test_what_cannot_be_edited_is_shown_with_the_reason(text: str, note: str) -> None:
    fix = offered_fix({"multus.yaml": text, "vpc.yaml": VPC})
    assert (fix.applicability, fix.note) == (DISPLAY, note)
    assert fix.edits


def test_a_template_in_the_text_to_be_changed_is_in_the_way() -> None:
    text = multus(UNPINNED.replace('"auto"', '"auto",\n    "logLevel": "{{ level }}"'))
    inputs = read({"multus.yaml": text, "vpc.yaml": VPC})
    louder = Edit(inputs.documents[0], (*JSON, "logLevel"), Operation.REPLACE, "debug")
    shown = proposed(inputs, Fix("talk more", SAFE, (louder,)))
    assert (shown.applicability, shown.note) == (DISPLAY, TEMPLATE)


def test_a_template_elsewhere_in_the_json_is_in_nobodys_way() -> None:
    text = multus(UNPINNED.replace("/host/run/multus/", "{{ socket }}"))
    assert offered_fix({"multus.yaml": text, "vpc.yaml": VPC}).applicability is SAFE


def test_what_is_for_display_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = read(FILES)
    broken = add(inputs.documents[0], "cniVersion", "there already")
    shown = Fix("by hand", DISPLAY, (broken,), "a note of its own")
    words = Fix("only words", SAFE, ())
    result = evaluate(inputs)
    monkeypatch.delattr(trial, "evaluated")
    told = replace(result, findings=(replace(only(result), fixes=(shown, words)),))
    assert only(offered(inputs, NOTHING_AROUND, told, Options())).fixes == (shown, words)


def test_the_same_edits_are_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def counted(inputs: Inputs, around: Surroundings) -> Evaluation:
        tried.append(inputs)
        return Evaluation(inputs, around)

    monkeypatch.setattr(trial, "evaluated", counted)
    inputs = read(FILES)
    result = evaluate(inputs)
    (fix,) = only(result).fixes
    other = replace(fix, title="in other words")
    told = replace(result, findings=(replace(only(result), fixes=(fix, other)),) * 2)
    offered(inputs, NOTHING_AROUND, told, Options())
    assert len(tried) == 1


def test_the_host_files_of_the_run_are_there_when_a_fix_is_proven() -> None:
    inputs = read(FILES)
    around = Surroundings(host_files(["11-bws.conflist"]))
    result = evaluate(inputs, around)
    finding = only(result)
    assert finding.rule == "CNI101"
    pin = add(inputs.documents[0], "multusMasterCNI", "11-bws.conflist")
    told = replace(result, findings=(replace(finding, fixes=(Fix("pin", UNSAFE, (pin,)),)),))
    (fix,) = offered(inputs, around, told, Options()).findings[0].fixes
    assert (fix.applicability, fix.note) == (UNSAFE, RESTART)


@pytest.mark.parametrize(
    ("head", "origin"),
    [
        ("# Source: a/templates/b.yaml\n", "a/templates/b.yaml"),
        ("", ""),
        ("# Sources: none\n", ""),
    ],
)
def test_what_an_edit_is_rendered_from(head: str, origin: str) -> None:
    (document,) = read({"x.yaml": head + VPC}).documents
    assert rendered_from(Edit(document, ("metadata", "name"), Operation.REMOVE)) == origin
    middle = document.root.span.start + 5
    assert rendered_from(Repair(document, Span(middle, middle), " ")) == origin


def test_of_a_list_only_the_items_that_were_rendered_are() -> None:
    mark = '{config.kubernetes.io/origin: "path: base/x.yaml"}'
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        f"- {{apiVersion: v1, kind: ConfigMap, metadata: {{annotations: {mark}}}}}\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: second}}\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {annotations: "
        "{config.kubernetes.io/origin: x}}}\n"
    )
    (document,) = read({"x.yaml": text}).documents
    found = [
        rendered_from(Edit(document, ("items", at, "data"), Operation.REMOVE)) for at in range(3)
    ]
    assert found == ["base/x.yaml", "", "kustomize"]
    for word, origin in (("base/", "base/x.yaml"), ("second", "")):
        at = text.index(word)
        assert rendered_from(Repair(document, Span(at, at + 1), "")) == origin


def test_a_repair_may_show_what_could_not_be_read_before() -> None:
    """A configuration with a comma too much is not followed; without it, its faults are seen."""
    spoilt = PINNED.replace('run/multus/"', 'run/multus/",').replace("10-aws", "11-bws")
    inputs = read({"multus.yaml": multus(spoilt), "vpc.yaml": VPC})
    result = offered(inputs, NOTHING_AROUND, evaluate(inputs), Options())
    comma = next(f for f in result.findings if f.rule == "CNI108")
    assert comma.fixes[0].applicability is SAFE
