"""What edits mean is read off the settings before and after, or there is no saying."""

from __future__ import annotations

import pytest

from cnilint.engine.evaluate import evaluate
from cnilint.engine.inputs import Inputs
from cnilint.engine.text_edits import text_edits_of
from cnilint.engine.trial import with_edits
from cnilint.fix.meaning import meanings
from cnilint.model.finding import Edit, Operation, Repair
from cnilint.model.text import Span
from cnilint.model.tree import Document, Embedded, Route, Value
from cnilint.syntax.rewrite import CannotEdit
from tests.clusters import PINNED, VPC, istio, multus, read, thin

JSON: Route = ("data", "daemon-config.json", Embedded.JSON)
CONTAINER: Route = ("spec", "template", "spec", "containers", 0)
ADD, REPLACE, REMOVE = Operation.ADD, Operation.REPLACE, Operation.REMOVE


def read_off(inputs: Inputs, *edits: Edit) -> list[tuple[str, str | None]] | None:
    made = text_edits_of(edits)
    assert not isinstance(made, CannotEdit)
    found = meanings(edits, evaluate(inputs), evaluate(with_edits(inputs, made)))
    return None if found is None else [(one.setting, one.value) for one in found]


def change(document: Document, key: str, operation: Operation, value: Value = None) -> Edit:
    return Edit(document, (*JSON, key), operation, value)


def test_a_member_of_the_daemon_configuration() -> None:
    inputs = read({"multus.yaml": multus(), "vpc.yaml": VPC})
    document = inputs.documents[0]
    pin = change(document, "multusMasterCNI", ADD, "10-aws.conflist")
    version = change(document, "cniVersion", REPLACE, "0.4.0")
    assert read_off(inputs, pin) == [("master", "10-aws.conflist")]
    both = read_off(inputs, pin, version)
    assert both == [("master", "10-aws.conflist"), ("cni_version", "0.4.0")]


def test_a_member_that_is_taken_away() -> None:
    inputs = read({"multus.yaml": multus(PINNED), "vpc.yaml": VPC})
    gone = change(inputs.documents[0], "multusMasterCNI", REMOVE)
    assert read_off(inputs, gone) == [("master", None)]


def test_an_argument_and_a_variable() -> None:
    inputs = read({"multus.yaml": thin("--multus-conf-file=auto"), "vpc.yaml": VPC})
    flag = "--multus-master-cni-file-name=10-aws.conflist"
    added = Edit(inputs.documents[0], (*CONTAINER, "args", -1), ADD, flag)
    assert read_off(inputs, added) == [("master", "10-aws.conflist")]
    inputs = read({"istio.yaml": istio(CNI_CONF_NAME="x.conf"), "vpc.yaml": VPC})
    named = Edit(inputs.documents[0], (*CONTAINER, "env", 0, "value"), REPLACE, "10-aws.conflist")
    assert read_off(inputs, named) is not None


@pytest.mark.parametrize("key", ["logLevel", "logFile"])
def test_what_is_no_setting_has_no_meaning(key: str) -> None:
    inputs = read({"multus.yaml": multus(), "vpc.yaml": VPC})
    document = inputs.documents[0]
    assert read_off(inputs, change(document, key, ADD, "x")) is None
    pin = change(document, "multusMasterCNI", ADD, "10-aws.conflist")
    assert read_off(inputs, pin, change(document, key, ADD, "x")) is None


def test_a_repair_of_text_has_none_either() -> None:
    inputs = read({"multus.yaml": multus(), "vpc.yaml": VPC})
    result = evaluate(inputs)
    assert meanings((Repair(inputs.documents[0], Span(0, 0), "#\n"),), result, result) is None
