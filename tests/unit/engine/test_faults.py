"""cnilint fails on one document, rule or fix: that is told, and the rest of the run goes on."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path

import pytest

import cnilint
from cnilint.budget import Budget
from cnilint.catalog.recognise import installers
from cnilint.engine import checks, evaluate
from cnilint.engine.hit import Hit
from cnilint.engine.result import Result
from cnilint.errors import ExitCode, UsageError
from cnilint.fix.prove import Prover
from cnilint.model.finding import Applicability
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.simulation.cluster import Cluster
from cnilint.syntax.compose import compose

SECRET = "do-not-tell"

AWS = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: aws-node, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: aws-node}}
  template:
    metadata: {labels: {k8s-app: aws-node}}
    spec:
      containers:
        - name: aws-node
          image: 602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni:v1.19.2
          volumeMounts: [{name: cni, mountPath: /host/etc/cni/net.d}]
      volumes: [{name: cni, hostPath: {path: /etc/cni/net.d}}]
"""
MULTUS = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-multus-ds, namespace: kube-system}
spec:
  selector: {matchLabels: {app: multus}}
  template:
    metadata: {labels: {app: multus}}
    spec:
      hostNetwork: true
      containers:
        - name: kube-multus
          image: ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4
          command: [/thin_entrypoint]
          args: [--multus-conf-file=auto]
          volumeMounts: [{name: cni, mountPath: /host/etc/cni/net.d}]
      volumes: [{name: cni, hostPath: {path: /etc/cni/net.d}}]
"""


class BoomError(Exception):
    """What nobody expects."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "aws.yaml").write_text(AWS)
    (tmp_path / "multus.yaml").write_text(MULTUS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def boom(*_given: object, **_more: object) -> Iterator[Hit]:
    raise BoomError(SECRET)


def told(result: Result) -> list[str]:
    return [str(one.location) for one in result.findings if one.rule == "CNI904"]


def others(result: Result) -> set[str]:
    return {one.rule for one in result.findings} - {"CNI904"}


def break_check(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(checks.CHECKS, name, boom)


def break_documents(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let the recognition of installs fail on the manifests of some files."""

    def failing(found: object, *more: object) -> object:
        for manifest in found:  # type: ignore[attr-defined]
            if manifest.document.source.path in names:
                fails_on(manifest)
        return installers(found, *more)  # type: ignore[arg-type]

    def fails_on(manifest: object) -> None:
        del manifest  # it is still what the caller was looking at
        raise BoomError(SECRET)

    monkeypatch.setattr("cnilint.simulation.cluster.installers", failing)


def test_a_rule_that_fails_is_told_with_a_report_and_the_others_are_judged(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cnilint.lint(folder)
    assert not before.unfinished
    break_check(monkeypatch, "two_primaries")
    after = cnilint.lint(folder)
    (finding,) = (one for one in after.findings if one.rule == "CNI904")
    assert after.unfinished
    assert others(after) == others(before)
    assert str(finding.level) == "error"
    assert finding.message == (
        f"this is not judged: cnilint fails on it at CNI201 (BoomError: {SECRET})"
    )
    report = "\n".join(finding.details)
    assert report.startswith(
        "this is a fault of cnilint: please report it with these lines\ncnilint"
    )
    assert "BoomError at CNI201\n  cnilint.engine.evaluate:" in report
    assert SECRET not in report


@pytest.mark.usefixtures("folder")
def test_a_document_that_fails_is_left_out_and_nothing_is_decided_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (decided,) = (facts for one in cnilint.lint("aws.yaml").clusters for facts in one.classes)
    assert decided.verdict.kind.value == "deterministic"
    break_documents(monkeypatch, "multus.yaml")
    result = cnilint.lint(".")
    assert told(result) == ["multus.yaml:1:1"]
    assert result.unfinished
    (facts,) = (facts for one in result.clusters for facts in one.classes)
    assert facts.verdict.kind.value == "undecided"
    assert [one.title for one in facts.installers] == [one.title for one in decided.installers]


@pytest.mark.usefixtures("folder")
def test_every_document_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    break_documents(monkeypatch, "multus.yaml", "aws.yaml")
    result = cnilint.lint(".")
    (finding,) = (one for one in result.findings if one.rule == "CNI904")
    assert finding.message.endswith("(and so is not 1 other file)")


def test_so_many_documents_fail_that_the_run_gives_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{number}.yaml" for number in range(evaluate.MOST_LEFT_OUT + 1)]
    for name in names:
        (folder / name).write_text(MULTUS.replace("kube-multus-ds", name))
    break_documents(monkeypatch, *names)
    result = cnilint.lint(".")
    assert result.unfinished
    assert not result.clusters
    assert told(result)


@pytest.mark.usefixtures("folder")
def test_a_text_that_fails_to_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(
        source: Source, budget: Budget | None, only: Container[int] | None
    ) -> Iterator[object]:
        if source.path == "multus.yaml":
            raise BoomError(SECRET)
        return compose(source, budget=budget, only=only)

    monkeypatch.setattr("cnilint.gitops.files.compose", failing)
    result = cnilint.lint(".")
    assert told(result) == ["multus.yaml:1:1"]
    assert result.unfinished
    assert result.documents == 1


@pytest.mark.parametrize("step", ["_prepared", "_graded"])
def test_a_fix_that_fails_is_shown_and_the_finding_stays(
    step: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cnilint.lint(folder)
    offered = [(one.rule, fix) for one in before.findings for fix in one.fixes]
    proven = [rule for rule, fix in offered if fix.applicability is not Applicability.DISPLAY]
    assert proven
    monkeypatch.setattr(Prover, step, boom)
    result = cnilint.lint(folder)
    shown = [(one.rule, fix) for one in result.findings for fix in one.fixes]
    assert [rule for rule, _fix in shown] == [rule for rule, _fix in offered]
    assert {fix.applicability for _rule, fix in shown} == {Applicability.DISPLAY}
    failed = [rule for rule, fix in shown if fix.note == "it was not proven: cnilint fails on it"]
    assert set(proven) <= set(failed)
    assert result.unfinished
    assert told(result)


def test_an_ignore_is_not_called_needless_where_not_all_was_judged(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "aws.yaml").write_text(f"# cnilint: ignore[CNI106] two\n{AWS}")
    assert "CNI910" in others(cnilint.lint(folder))
    break_check(monkeypatch, "two_primaries")
    assert "CNI910" not in others(cnilint.lint(folder))


def test_the_command_ends_with_2(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from cnilint.cli.baseline import write
    from cnilint.cli.check import check_once
    from cnilint.cli.request import Request

    break_check(monkeypatch, "two_primaries")
    assert check_once(Request((str(folder),))) is ExitCode.ERROR
    printed = capsys.readouterr()
    assert "not everything could be judged; CNI904 says what" in printed.err
    assert "BoomError at CNI201" in printed.out
    with pytest.raises(UsageError, match="the baseline stays as it is"):
        write(Request((str(folder),)))


def test_without_time_nothing_is_decided_and_that_is_told(folder: Path) -> None:
    now = [0.0]
    budget = Budget(1, now=lambda: now[0])
    now[0] = 2
    result = cnilint.lint(folder, budget=budget)
    assert result.unfinished
    assert others(result) == set()
    assert not [facts for one in result.clusters for facts in one.classes]
    (finding,) = (one for one in result.findings if one.rule == "CNI904")
    assert finding.message.startswith("this is not judged: the time of the run is up (1 second")


def test_what_was_found_before_the_time_was_up_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]

    def slow(_cluster: Cluster) -> Iterator[Hit]:
        now[0] = 2
        return iter(())

    before = cnilint.lint(folder)
    assert "CNI102" in others(before)
    monkeypatch.setitem(checks.CHECKS, "never_ready", slow)
    result = cnilint.lint(folder, budget=Budget(1, now=lambda: now[0]))
    assert others(result) < others(before)
    assert result.unfinished
    assert {fix.note for one in result.findings for fix in one.fixes} <= {
        "it was not proven: the time of the run is up (1 seconds)"
    }


@pytest.mark.usefixtures("folder")
def test_a_document_is_taken_out_of_a_run_by_itself() -> None:
    from cnilint.engine.inputs import inputs
    from cnilint.model.faults import limit

    texts = [Source("a.yaml", f"{AWS}---\n{MULTUS}")]
    given = inputs(texts)
    first, second = given.documents
    less = given.without(first, limit(texts[0], first.span, "too large"))
    assert less is not None
    assert less.documents == [second]
    assert [one for one in less.files.found("a.yaml") if isinstance(one, Document)] == [second]
    assert less.without(first, limit(texts[0], first.span, "too large")) is None
