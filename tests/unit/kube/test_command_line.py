"""Which programs a command line leads to, and where their words stand."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.kube.command_line import commands
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
    env: [{name: PIN, value: 10-aws.conflist}]
"""


def container(lines: str) -> Container:
    text = POD + "".join(f"    {line}\n" for line in lines.splitlines())
    (document,) = compose(Source("pod.yaml", text))
    assert isinstance(document, Document)
    found = list(manifests(document))
    pods = workload(found[0], ManifestIndex(found))
    assert pods is not None
    return pods.containers[0]


def run(*words: str, arguments: tuple[str, ...] = ()) -> Container:
    args = f"\nargs: {json.dumps(arguments)}" if arguments else ""
    return container(f"command: {json.dumps(words)}{args}")


def values(one: Container) -> list[list[str]]:
    return [[word.value for word in program] for program in one.programs]


@pytest.mark.parametrize(
    ("words", "program"),
    [
        (("/thin_entrypoint", "--a=b"), ["/thin_entrypoint", "--a=b"]),
        (("/sbin/tini", "-g", "--", "/run", "x"), ["/run", "x"]),
        (("dumb-init", "/run"), ["/run"]),
        (("/usr/bin/env", "A=1", "B=2", "/run", "C=3"), ["/run", "C=3"]),
        (("nice", "-n", "10", "/run"), ["/run"]),
        (("env",), ["env"]),
        (("sh", "/script.sh", "-c", "x"), ["sh", "/script.sh", "-c", "x"]),
        (("sh", "-c"), ["sh", "-c"]),
        (("bash", "--norc", "script"), ["bash", "--norc", "script"]),
    ],
)
def test_programs_that_run_another_are_seen_through(
    words: tuple[str, ...], program: list[str]
) -> None:
    assert values(run(*words)) == [program]
    assert not run(*words).scripted


@pytest.mark.parametrize(
    "words",
    [
        ("sh", "-c"),
        ("/bin/sh", "-ec"),
        ("/bin/bash", "-e", "-c"),
        ("bash", "-euo", "pipefail", "-c"),
        ("bash", "-o", "pipefail", "-c"),
        ("bash", "--norc", "-xc", "--"),
        ("busybox", "ash", "-c"),
        ("/usr/bin/env", "bash", "-c"),
        ("tini", "--", "dash", "-c"),
    ],
)
def test_a_script_is_found_whatever_the_options_of_its_shell(words: tuple[str, ...]) -> None:
    one = run(*words, "exec /run --a=b")
    assert one.scripted
    assert values(one) == [["/run", "--a=b"]]


@pytest.mark.parametrize(
    ("script", "programs"),
    [
        ("a 1; b 2 && c || d | e & f", [["a", "1"], ["b", "2"], ["c"], ["d"], ["e"], ["f"]]),
        ("a\nb # not c\n# d\ne", [["a"], ["b"], ["e"]]),
        ("a \\\n  --b", [["a", "--b"]]),
        ("""a 'b; c' "d && e" f\\ g""", [["a", "b; c", "d && e", "f g"]]),
        ("""a --x="y z"'w'""", [["a", "--x=y zw"]]),
        ("if true; then a; else b; fi", [["true"], ["a"], ["b"], ["fi"]]),
        ("X=1 Y=2 exec a", [["a"]]),
        ("a 2>&1 >/dev/null", [["a", "2>&1", ">/dev/null"]]),
        ("a &>x; b", [["a", "&>x"], ["b"]]),
        (
            "a --pin=$PIN --two=${PIN} '--three=$PIN'",
            [["a", "--pin=10-aws.conflist", "--two=10-aws.conflist", "--three=$PIN"]],
        ),
        (
            'a "$PIN" "\\$PIN" "\\"" $(cat /x y) ${OTHER}',
            [["a", "10-aws.conflist", "$PIN", '"', "$(cat /x y)", "${OTHER}"]],
        ),
        ("", []),
        ("   ", []),
    ],
)
def test_commands_of_a_script(script: str, programs: list[list[str]]) -> None:
    assert values(run("sh", "-c", script)) == programs


def test_words_behind_a_script_stand_for_all_its_arguments() -> None:
    one = run("sh", "-c", 'sleep 1; exec /run "$@"', arguments=("--", "--a=b", "c"))
    assert values(one) == [["sleep", "1"], ["/run", "--a=b", "c"]]
    assert [word.value for word in one.arguments_of({"run"})] == ["--a=b", "c"]
    assert one.runs("/run$")
    assert not one.runs("/other$")


def test_a_word_of_a_script_has_its_own_place() -> None:
    one = container("command: [sh, -c]\nargs:\n- |\n  sleep 5\n  exec /run \\\n    --a='b c'\n")
    word = one.programs[1][1]
    at = word.location.source.position(word.location.span.start)
    assert word.value == "--a=b c"
    assert word.location.source.line(at.line)[at.column - 1 :] == "--a='b c'"
    assert [flag.value for flag in one.flags] == ["sleep", "5", "/run", "--a=b c"]


def test_without_a_command_the_image_says_what_runs() -> None:
    one = container("args: [--a=b]")
    assert one.programs == ()
    assert [word.value for word in one.arguments_of({"run"})] == ["--a=b"]
    assert one.runs("^$")
    assert not one.runs("run")


@given(st.lists(st.text(alphabet="abc-=/.'\" \\$&|;#\n", min_size=1, max_size=8), max_size=5))
def test_quoted_words_come_back_as_they_were(words: list[str]) -> None:
    script = shlex.join(["run", *words])
    assert values(run("sh", "-c", script.replace("$", "$$"))) == [["run", *words]]


@given(st.text(alphabet="ab'\"\\ $(){};&|<>#\n", max_size=40))
def test_any_text_is_read_and_words_stand_where_they_say(script: str) -> None:
    for command in commands(script):
        for word in command:
            assert script[word.start : word.end] == word.text
