"""Containers: their words with variables filled in, and the program a shell's script ends in."""

from __future__ import annotations

import pytest

from cnilint.kube.container import Container
from cnilint.kube.manifest import ManifestIndex, manifests
from cnilint.kube.workload import workload
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded
from cnilint.syntax.compose import compose

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: ns}
spec:
  initContainers:
    - name: first
      image: example.test/first
  containers:
    - name: one
      image: example.test/one:v1@sha256:00
      %s
      env:
        - {name: MODE, value: auto}
        - {name: NUMBER, value: 7}
        - {name: HELD, valueFrom: {configMapKeyRef: {name: settings, key: key}}}
        - {name: HIDDEN, valueFrom: {secretKeyRef: {name: s, key: k}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: ns}
data: {key: from-the-map}
binaryData:
  file.json: eyJwaW4iOiAieCJ9
  broken: "///"
"""


def container(line: str) -> tuple[Container, str]:
    """Return the main container of a pod with a line in it, and the whole text."""
    text = POD % line
    found = [
        manifest
        for document in compose(Source("p.yaml", text))
        if isinstance(document, Document)
        for manifest in manifests(document)
    ]
    pods = workload(found[0], ManifestIndex(found))
    assert pods is not None
    first, one = pods.containers
    assert (first.initial, one.initial) == (True, False)
    return one, text


def test_variables_are_filled_in_and_words_keep_their_places() -> None:
    one, text = container(
        'args: ["--mode=$(MODE)", "$(NUMBER)$(HELD)", $(HIDDEN), $$(MODE), "$(GONE)"]'
    )
    words = [word.value for word in one.words]
    assert words == ["--mode=auto", "7from-the-map", "$(HIDDEN)", "$(MODE)", "$(GONE)"]
    span = one.words[0].location.span
    assert text[span.start : span.end] == '"--mode=$(MODE)"'
    assert one.program == one.words


def test_a_command_line_without_variables_stays_as_it_is() -> None:
    one, _text = container("args: [a, b]")
    assert one.expanded(lambda name: name) is one


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ('command: [sh, -c, "sleep 1; exec /entry --a=1"]', ["/entry", "--a=1"]),
        ("command: [/bin/bash, -ec]\n      args: [/entry $MODE]", ["/entry", "$MODE"]),
        ("command: [sh, -c, '/entry | tee']", ["sh", "-c", "/entry | tee"]),
        ("command: [/entry, --a]", ["/entry", "--a"]),
    ],
)
def test_the_program_is_the_command_line_or_the_last_of_a_script(
    line: str, program: list[str]
) -> None:
    one, _text = container(line)
    assert [word.value for word in one.program] == program


def test_a_word_of_a_script_has_its_own_place() -> None:
    script = "|\n          sleep 1\n          exec /entry \\\n            --a=é😀 --b\n"
    one, text = container(f"command:\n        - sh\n        - -c\n        - {script}")
    places = [word.location for word in one.program]
    assert [text[p.span.start : p.span.end] for p in places] == ["/entry", "--a=é😀", "--b"]
    assert {place.route[-1] for place in places} == {2}
    assert one.script is not None
    assert one.script.value.startswith("sleep 1\n")


def test_a_map_holds_files_in_base64_too() -> None:
    text = POD % "args: []"
    found = [
        manifest
        for document in compose(Source("p.yaml", text))
        if isinstance(document, Document)
        for manifest in manifests(document)
    ]
    pods = workload(found[0], ManifestIndex(found))
    assert pods is not None
    held = pods.config_map_text("settings", "file.json")
    assert held is not None
    assert held.value == '{"pin": "x"}'
    assert held.location.route == ("binaryData", "file.json", Embedded.BASE64)
    assert pods.config_map_text("settings", "broken") is None
    assert pods.config_map_text("settings", "gone") is None
    assert pods.config_map_text("gone", "file.json") is None
