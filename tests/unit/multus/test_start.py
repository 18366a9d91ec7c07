"""A Multus that cannot start, or under which no pod can, is never called ready."""

from __future__ import annotations

import pytest

from cnilint import lint
from cnilint.engine.sentences import verdict_line
from cnilint.model.verdict import VerdictKind
from tests.cases import whole_cases

FAILING = {
    "CNI307/bad-no-namespaces": "Multus lacks /run/netns of the host, without which no pod starts",
    "CNI307/bad-no-plugins": "Multus lacks /opt/cni/bin of the host, without which no pod starts",
    "CNI307/bad-no-root": "Multus lacks /hostroot of the host, without which no pod starts",
    "CNI307/bad-no-socket": "of the host, without which no pod starts",
    "CNI307/bad-thin-without-plugins": "Multus lacks /host/opt/cni/bin of the host",
}


def lines(case: str) -> list[tuple[VerdictKind, str]]:
    folder = whole_cases() / case
    files = [str(p) for p in folder.rglob("*.yaml") if "fixed" not in p.relative_to(folder).parts]
    classes = [facts for cluster in lint(files).clusters for facts in cluster.classes]
    return [(facts.verdict.kind, verdict_line(facts.verdict)) for facts in classes]


@pytest.mark.parametrize("case", FAILING)
def test_what_fails_every_pod_is_never_ready(case: str) -> None:
    found = lines(case)
    assert found
    for kind, line in found:
        assert kind is VerdictKind.NEVER_READY
        assert FAILING[case] in line


@pytest.mark.parametrize(
    "case",
    [
        "bad-no-kubelet",
        "bad-no-host-processes",
        "bad-unknown-release",
        "ok-namespaces-by-the-other-name",
    ],
)
def test_what_some_pods_lack_or_is_only_assumed_is_not(case: str) -> None:
    assert [kind for kind, _line in lines(f"CNI307/{case}")] == [VerdictKind.DETERMINISTIC]
