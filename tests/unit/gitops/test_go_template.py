"""Go templates as they are filled, or not known."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.gitops.go_template import UNKNOWN, NotKnownError, filled, normalized
from cnilint.model.tree import Value

DATA: Value = {
    "name": "prod",
    "on": True,
    "off": False,
    "count": 3,
    "much": 1_000_000,
    "text": " a b ",
    "none": None,
    "labels": {"b/c": "l", "a": "first"},
    "zones": ["x", "y"],
    "values": {"cni": {"exclusive": False}},
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("plain", "plain"),
        ("{{ .name }}-{{.count}}-{{ .on }}", "prod-3-true"),
        ('{{ if eq .name "prod" }}yes{{ else }}no{{ end }}', "yes"),
        ('{{ if eq .name "a" }}a{{ else if ne .name "b" }}c{{ end }}', "c"),
        ('{{ if eq .name "dev" "prod" }}one of them{{ end }}', "one of them"),
        ('{{ if eq .missing "prod" }}yes{{ else }}no{{ end }}', "no"),
        ("{{ if .missing }}yes{{ end }}", ""),
        ("{{ if and .on (not .off) }}both{{ end }}", "both"),
        ("{{ if or .off .none }}x{{ end }}", ""),
        ("{{ with .labels }}{{ .a }}{{ end }}", "first"),
        ("{{ with .none }}x{{ else }}{{ .name }}{{ end }}", "prod"),
        ("{{ range .zones }}-{{ . }}{{ end }}", "-x-y"),
        ("{{ range $i, $z := .zones }}{{ $i }}{{ $z }}{{ $.name }} {{ end }}", "0xprod 1yprod "),
        ("{{ range $k, $v := .labels }}{{ $k }}={{ $v }};{{ end }}", "a=first;b/c=l;"),
        ("{{ range .missing }}x{{ else }}none{{ end }}", "none"),
        ('{{ $x := .name | upper }}{{ $x }}{{ $x = "b" }}{{ $x }}', "PRODb"),
        ('{{ index .labels "b/c" }}{{ index .zones 1 }}', "ly"),
        ('{{ if hasKey .labels "a" }}has{{ end }}', "has"),
        ("a\n  {{- if .on }}\nb\n{{- end }}\nc", "a\nb\nc"),
        ("{{/* nothing */}}a", "a"),
        ("{{ .text | trim | quote }}", '"a b"'),
        ("x:{{ .values | toYaml | nindent 2 }}", 'x:\n  {"cni": {"exclusive": false}}'),
        ("{{ toJson .zones }}", '["x", "y"]'),
        ('{{ printf "%s-%v" .name `raw` }}', "prod-raw"),
        ('{{ .none | default "d" }}{{ .name | default "d" }}', "dprod"),
        ('{{ replace "pr" "w" .name }}{{ join "," .zones }}', "wodx,y"),
        ('{{ ternary "y" "n" .on }}{{ first .zones }}{{ len .zones }}', "yx2"),
        ("{{ .missing }}", UNKNOWN),
        ("{{ .much }}", UNKNOWN),
        ("{{ .labels }}", UNKNOWN),
    ],
)
def test_what_a_template_comes_to(template: str, expected: str) -> None:
    assert filled(template, DATA) == expected


@pytest.mark.parametrize(
    "template",
    [
        "{{ .name",
        "{{ if .on }}",
        "{{ end }}",
        "{{ if .on }}a{{ else }}b{{ else }}c{{ end }}",
        "{{ sha256sum .name }}",
        '{{ define "x" }}{{ end }}',
        "{{ eq .name 3 }}",
        "{{ eq .count 3 }}",
        "{{ .name.inside }}",
        "{{ .a-b }}",
        '{{ (index .labels "a").b }}',
        "{{ index .zones 5 }}",
        "{{ range .name }}{{ end }}",
        "{{ $x }}",
        "{{ toYaml .name }}",
        "{{ .name .count }}",
        "{{ () }}",
        "{{ ( }}",
        "{{ 1.5 }}",
        '{{ "\\q" }}',
        "{{ len }}",
        "{{ nindent .name .name }}",
        "{{ if .on }}" * 60 + "{{ end }}" * 60,
        "{{ " + "(" * 60 + ".name" + ")" * 60 + " }}",
    ],
)
def test_what_is_refused_or_not_modelled_is_not_known(template: str) -> None:
    with pytest.raises(NotKnownError):
        filled(template, DATA)


UNSURE: Value = {"name": UNKNOWN, "path": {"path": "a"}}


def test_a_value_that_only_the_running_tool_knows_is_not_known() -> None:
    assert filled("{{ .name }}/{{ .path.path }}", UNSURE) == f"{UNKNOWN}/a"
    assert filled("{{ upper .name }}", UNSURE) == UNKNOWN
    assert filled("{{ .metadata.labels.env }}", UNSURE) == UNKNOWN


@pytest.mark.parametrize("template", ["{{ if .name }}x{{ end }}", "{{ if .other }}x{{ end }}"])
def test_nothing_is_decided_by_a_value_that_is_not_known(template: str) -> None:
    with pytest.raises(NotKnownError):
        filled(template, UNSURE)


def test_a_template_that_grows_without_end_is_not_filled() -> None:
    many: Value = {"a": list(map(str, range(400)))}
    loops = "{{ range $.a }}" * 3 + "x" + "{{ end }}" * 3
    with pytest.raises(NotKnownError):
        filled(loops, many)


@given(st.text())
def test_a_text_without_actions_stays(text: str) -> None:
    assert "{{" in text or filled(text, DATA) == text


@given(
    st.lists(st.sampled_from(["{{", "}}", "if", " ", ".name", "end", "-", "|", "(", ")", '"a"']))
)
def test_any_text_is_filled_or_not_known(parts: list[str]) -> None:
    with suppress(NotKnownError):
        assert isinstance(filled("".join(parts), DATA), str)


@given(st.text())
def test_a_name_is_one_of_an_object(text: str) -> None:
    name = normalized(text)
    assert len(name) <= 253
    assert name == name.strip("-.")
    assert normalized(name) == name
