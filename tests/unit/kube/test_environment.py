"""What Kubernetes fills in before a container starts, and what stays open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.kube.environment import Text, expanded, placeholder
from cnilint.kube.manifest import ManifestIndex, manifests
from cnilint.kube.workload import Container, workload
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose

POD = """
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: main
    command: ["/bin/$(PROGRAM)", "$(NAMED)"]
    args: ["--file=$(FILE)", "--both=$(FILE)-$(MAPPED)", "$$(FILE)", "$(SECRET)", "$(LATER)", "5$"]
    env:
    - {name: FILE, value: old.conf}
    - {name: PROGRAM, value: run}
    - {name: FILE, value: 10-$(PROGRAM).conf}
    - {name: LATER, value: $(FILE) $(AFTER) $$(FILE)}
    - {name: AFTER, value: after}
    - {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}
    - {name: MAPPED, valueFrom: {configMapKeyRef: {name: m, key: a}}}
    - {name: SELF, value: $(SELF)x}
    envFrom:
    - configMapRef: {name: m}
    - {prefix: P_, configMapRef: {name: m}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: m}
data: {a: from-map, NAMED: by-name}
"""


def container() -> Container:
    found = [
        manifest
        for part in compose(Source("pod.yaml", POD))
        if isinstance(part, Document)
        for manifest in manifests(part)
    ]
    pods = workload(found[0], ManifestIndex(found))
    assert pods is not None
    return pods.containers[0]


def test_references_in_a_command_line_are_filled_in() -> None:
    assert [word.value for word in container().words] == [
        "/bin/run",
        "by-name",
        "--file=10-run.conf",
        "--both=10-run.conf-from-map",
        "$(FILE)",
        "$(SECRET)",
        "10-run.conf $(AFTER) $(FILE)",
        "5$",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FILE", "10-run.conf"),
        ("LATER", "10-run.conf $(AFTER) $(FILE)"),
        ("SELF", "$(SELF)x"),
        ("P_a", "from-map"),
        ("SECRET", None),
        ("NOWHERE", None),
    ],
)
def test_a_variable_sees_those_before_it(name: str, value: str | None) -> None:
    found = container().environment.variable(name)
    assert (found.value if found else None) == value


def test_a_word_stands_where_it_is_written() -> None:
    word = container().words[2]
    span = word.location.span
    assert word.location.source.text[span.start : span.end] == '"--file=$(FILE)"'


@given(st.text(alphabet="ab()-./=", max_size=20))
def test_a_text_without_a_dollar_sign_stays(text: str) -> None:
    assert filled_in(text) == text


@given(st.text(alphabet="ab$()", max_size=12))
def test_doubled_dollar_signs_keep_a_text_as_it_is(text: str) -> None:
    assert filled_in(text.replace("$", "$$")) == text


def filled_in(text: str) -> str:
    """Return a text with its references filled in where no variable is known."""
    found = next(one for one in compose(Source("a.yaml", POD)) if isinstance(one, Document))
    pod = next(iter(manifests(found)))
    return expanded(Text(text, pod.location(), pod), lambda _name: None).value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("${FILE}", "${FILE}"),
        ('"multusMasterCNI": "${cni:=10-aws.conflist}",', "${cni:=10-aws.conflist}"),
        ("$(FILE)", "$(FILE)"),
        ("$FILE.conf", "$FILE"),
        ("a {{ .Values.cni | quote }} b", "{{ .Values.cni | quote }}"),
        ("{{ .Values.never", "{{ .Values.never"),
        ("10-aws.conflist", ""),
        ("{a: {b: 1}}", ""),
        ("cost: 5$", ""),
    ],
)
def test_placeholders(text: str, found: str) -> None:
    assert placeholder(text) == found
