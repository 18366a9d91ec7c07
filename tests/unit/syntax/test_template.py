"""An unrendered template is one remark, and a document that only quotes one is a document."""

from __future__ import annotations

import pytest

from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, SyntaxProblem
from cnilint.syntax.compose import compose
from cnilint.syntax.template import first_action


def action(text: str) -> str | None:
    found = first_action(text, Span(0, len(text)))
    return None if found is None else text[found.start : found.end]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\n{{- if .Values.x }}\nb: 2\n", "{{- if .Values.x }}"),
        ("a:\n  b: {{ .Values.b }}  \n", "b: {{ .Values.b }}"),
        ("- {{ .x }}\r\n- b\r\n", "- {{ .x }}"),
        ("{% if a %}\nb: 1\n{% endif %}\n", "{% if a %}"),
        ('a: "{{ include "name" . }}"\n', 'a: "{{ include "name" . }}"'),
        ("a: '{{ default 'x' .y }}'\n", "a: '{{ default 'x' .y }}'"),
        ("a: |\n  text\n{{ end }}\n", "{{ end }}"),
        ("a: |\n  {{ text }}\nb: {{ .c }}\n", "b: {{ .c }}"),
        ("- a: |\n    {{ text }}\n  b: {{ .c }}\n", "b: {{ .c }}"),
        ("image: {{ .repo }}:{{ .tag }}\n", "image: {{ .repo }}:{{ .tag }}"),
    ],
)
def test_the_first_action_that_yaml_would_have_to_read(text: str, line: str) -> None:
    assert action(text) == line


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n",
        "a: {b: {c: 1}}\n",
        'a: "{{ $labels.instance }} is down"\n',
        'a: "{{ \\"x\\" }}"\n',
        "a: '{{name}}'\n",
        "# {{ if }}\na: 1 # {{ end }}\n",
        "a: |\n  {{ range }}\n\n  {{ end }}\nb: 1\n",
        "a:\n- b: >-\n    {{ x }}\n  c: 1\n",
        "- |\n  {{ x }}\n- b\n",
        "a: | # {{ c }}\n  {{ x }}\n",
    ],
)
def test_actions_that_are_text_to_yaml(text: str) -> None:
    assert action(text) is None


TEMPLATE = """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: multus
---
{{- if .Values.thick }}
kind: DaemonSet
metadata:
  name: {{ .Release.Name }}
{{- end }}
---
kind: ConfigMap
data:
  name: {{ .Release.Name | quote }}
"""


def test_a_template_is_told_once_for_its_file_at_its_first_action() -> None:
    document, problem = compose(Source("x.yaml", TEMPLATE))
    assert isinstance(document, Document)
    assert isinstance(problem, SyntaxProblem)
    assert problem.kind == "template"
    assert "Helm template" in problem.message
    assert TEMPLATE[problem.span.start : problem.span.end] == "{{- if .Values.thick }}"


@pytest.mark.parametrize(
    "text", ["replicas: {{ .Values.replicas }}\n", "{{ .Values.key }}: 1\n", "a: [{{ .b }}]\n"]
)
def test_braces_that_parse_as_flow_mappings_are_a_template_too(text: str) -> None:
    (problem,) = compose(Source("x.yaml", text))
    assert isinstance(problem, SyntaxProblem)
    assert problem.kind == "template"


@pytest.mark.parametrize(
    "text",
    [
        'kind: PrometheusRule\nsummary: "{{ $labels.instance }} down"\nexpr: [1\n',
        "kind: ApplicationSet\nname: '{{name}}'\n  wrong: 1\n",
        "wrong: [1\n---\nname: '{{name}}'\n",
        "wrong: @\nlater: {{ .x }}\n",
    ],
)
def test_a_mistake_beside_quoted_actions_or_before_the_first_one_is_a_mistake(text: str) -> None:
    problems = [each for each in compose(Source("x.yaml", text)) if isinstance(each, SyntaxProblem)]
    assert [problem.kind for problem in problems] == ["syntax"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hosts:\n- %TARGET%.%ZONE%\n", "template"),
        ("host: @HOST@\n", "template"),
        ("host: @HOST\n", "syntax"),
        ("host: %d\n", "syntax"),
        ("host: `x`\n", "syntax"),
    ],
)
def test_a_name_between_marks_that_no_value_begins_with_is_filled_in_later(
    text: str, kind: str
) -> None:
    (problem,) = compose(Source("a.yaml", text))
    assert isinstance(problem, SyntaxProblem)
    assert problem.kind == kind
