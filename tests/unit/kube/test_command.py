"""What a container runs: variables filled in, and the last command of a shell's script."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.kube.command import (
    expanded,
    is_plain_word,
    last_command,
    script_of,
    with_word,
)

VALUES = {"A": "1", "B_C": "x y", "EMPTY": "", "d.e-f": "dotted"}


@pytest.mark.parametrize(
    ("word", "filled"),
    [
        ("--x=$(A)", "--x=1"),
        ("$(A)$(B_C)", "1x y"),
        ("$(EMPTY)", ""),
        ("$(d.e-f)", "dotted"),
        ("$(GONE)", "$(GONE)"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$1"),
        ("$A ${A}", "$A ${A}"),
        ("$()", "$()"),
        ("no variable", "no variable"),
    ],
)
def test_variables_are_filled_in_as_the_kubelet_does(word: str, filled: str) -> None:
    assert expanded(word, VALUES.get) == filled


@pytest.mark.parametrize(
    ("words", "at"),
    [
        (["sh", "-c", "x"], 2),
        (["/bin/bash", "-ec", "--", "x"], 3),
        (["/bin/sh", "-e", "-c", "x", "ignored"], 3),
        (["ash", "-exc", "x"], 2),
        (["sh", "-c"], None),
        (["sh", "script.sh"], None),
        (["sh", "-e"], None),
        (["/thin_entrypoint", "-c", "x"], None),
        (["push", "-c", "x"], None),
        ([], None),
    ],
)
def test_a_script_is_what_a_shell_is_told_to_run(words: list[str], at: int | None) -> None:
    assert script_of(words) == at


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("/entry --a=1 --b 2", ["/entry", "--a=1", "--b", "2"]),
        ("exec /entry --a", ["/entry", "--a"]),
        ("X=1 Y='2 3' exec /entry", ["/entry"]),
        ("sleep 5; cp a b && exec /entry x", ["/entry", "x"]),
        (
            "set -e\n# comment; not a command\n\n/entry \\\n  --a \\\n  --b\n",
            ["/entry", "--a", "--b"],
        ),
        ("/entry \"--a=b c\" '--d' e\\ f", ["/entry", "--a=b c", "--d", "e f"]),
        ("/entry $MODE", ["/entry", "$MODE"]),
        ("/entry # behind", ["/entry"]),
        ("/entry a#b", ["/entry", "a#b"]),
        ("/entry\n\n# nothing more\n", ["/entry"]),
        ("", []),
        ("# nothing", []),
        # beyond a plain row of commands
        ("/entry --a | tee log", []),
        ("/entry & wait", []),
        ("a || /entry", []),
        ("/entry > log", []),
        ("/entry 2>&1", []),
        ("(cd x; /entry)", []),
        ("if true; then /entry; fi", []),
        ("while true; do /entry; done", []),
        ('/entry "not closed', []),
    ],
)
def test_the_last_command_of_a_script(script: str, words: list[str]) -> None:
    found = last_command(script)
    assert [word.value for word in found] == words
    for word in found:
        assert shlex.split(script[word.start : word.end]) == [word.value]


def test_a_backslash_in_double_quotes_escapes_what_is_special_there() -> None:
    (_entry, word) = last_command('/entry "\\$x \\" \\y"')
    assert word.value == '$x " \\y'


@pytest.mark.parametrize(
    ("script", "at", "new", "expected"),
    [
        ("exec /entry --a=1", 1, "--a=2", "exec /entry --a=2"),
        ('/entry "--a=1" b', 1, "--a=2", '/entry "--a=2" b'),
        ("/entry '--a' 1", 2, "2", "/entry '--a' 2"),
    ],
)
def test_a_word_is_put_in_place_of_another(script: str, at: int, new: str, expected: str) -> None:
    assert with_word(script, last_command(script)[at], new) == expected


@pytest.mark.parametrize(("text", "plain"), [("--a=10-aws.conflist", True), ("/x/y:z@1", True)])
def test_most_words_mean_themselves(text: str, plain: bool) -> None:
    assert is_plain_word(text) == plain


@pytest.mark.parametrize("text", ["", "a b", "$x", "a;b", "~", "*", "'a'", "a\n", "`a`", "é;"])
def test_some_words_need_quotes(text: str) -> None:
    assert not is_plain_word(text)


WORDS = st.lists(st.text("ab-=/.$ '\"\\é", min_size=1, max_size=8), min_size=1, max_size=5)


@settings(max_examples=100, deadline=None)
@given(words=WORDS, blanks=st.sampled_from([" ", "  ", "\t", " \\\n  "]))
def test_words_are_read_as_a_shell_reads_them(words: list[str], blanks: str) -> None:
    script = "true; /entry " + blanks.join(map(shlex.quote, words)) + "\n"
    found = last_command(script)
    assert [word.value for word in found] == ["/entry", *words]
    assert [word.start for word in found] == sorted(word.start for word in found)


@settings(max_examples=100, deadline=None)
@given(script=st.text("ab \n;&|'\"\\#$(){}<>=-", max_size=30))
def test_any_text_is_a_script_or_none(script: str) -> None:
    for word in last_command(script):
        assert 0 <= word.start < word.end <= len(script)
