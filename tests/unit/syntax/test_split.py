"""Where one document ends and the next begins, before anything is parsed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.model.text import Span
from cnilint.syntax.split import content_start, split, template_source


def parts(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split(text)]


CASES = {
    "one document": ("a: 1\n", ["a: 1\n"]),
    "a marker of its own": ("a: 1\n---\nb: 2\n", ["a: 1\n", "---\nb: 2\n"]),
    "a marker at the start": ("---\na: 1\n---\nb: 2", ["---\na: 1\n", "---\nb: 2"]),
    "nothing behind the last marker": ("a: 1\n---", ["a: 1\n", "---"]),
    "content behind the marker": ("a: 1\n--- {b: 2}\n", ["a: 1\n", "--- {b: 2}\n"]),
    "a comment behind the marker": ("a: 1\n--- # b\nb: 2\n", ["a: 1\n", "--- # b\nb: 2\n"]),
    "a block scalar behind the marker": ("a: 1\n--- |\n b\n", ["a: 1\n", "--- |\n b\n"]),
    "a tab behind the marker": ("a: 1\n---\tb\n", ["a: 1\n", "---\tb\n"]),
    "CRLF": ("a: 1\r\n---\r\nb: 2\r\n", ["a: 1\r\n", "---\r\nb: 2\r\n"]),
    "an end marker": ("a: 1\n...\nb: 2\n", ["a: 1\n...\n", "b: 2\n"]),
    "an end marker with a comment": ("a: 1\n... # x\n---\nb\n", ["a: 1\n... # x\n", "---\nb\n"]),
    "an end marker at the end": ("a: 1\n...", ["a: 1\n..."]),
    "an end behind an end": (
        "a: 1\n...\n\n# c\n...\n---\nb: 2\n",
        ["a: 1\n...\n\n# c\n...\n", "---\nb: 2\n"],
    ),
    "an end without a beginning": ("...\n...\na: 1\n", ["...\n...\n", "a: 1\n"]),
    "an end behind an empty document": (
        "a: 1\n...\n---\n...\n...\n",
        ["a: 1\n...\n", "---\n...\n...\n"],
    ),
    "indented markers are content": ("a: |\n  ---\n  ...\nb: 1\n", ["a: |\n  ---\n  ...\nb: 1\n"]),
    "longer runs are content": ("a: 1\n----\n....\n", ["a: 1\n----\n....\n"]),
    "words behind the dashes are content": ("a:\n---b\n", ["a:\n---b\n"]),
    "a key glued to the marker, as for Helm": ("a: 1\n---kind: b\n", ["a: 1\n", "kind: b\n"]),
    "a glued key at the start": ("---kind: a\n---kind: b", ["kind: a\n", "kind: b"]),
    "a marker ends a block scalar": ("a: |\n  b\n---\nc: d\n", ["a: |\n  b\n", "---\nc: d\n"]),
    "a byte-order mark": ("\ufeff---\na: 1\n", ["---\na: 1\n"]),
    "directives": (
        "%YAML 1.1\n---\na: 1\n...\n%TAG ! !x\n# c\n---\nb: 2\n",
        ["%YAML 1.1\n---\na: 1\n...\n", "%TAG ! !x\n# c\n---\nb: 2\n"],
    ),
    "a percent sign that is no directive": ("a:\n%b\n---\nc\n", ["a:\n%b\n", "---\nc\n"]),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_cuts(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


LINES = st.sampled_from(
    [
        "---",
        "--- ",
        "...",
        "a: 1",
        "%YAML 1.1",
        "",
        "# c",
        "  ---",
        "---k: v",
        "----",
        "--- |",
        "\t",
    ]
)


@given(st.lists(LINES), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_nothing_is_lost_but_marks_without_content(
    lines: list[str], newline: str, marked: bool
) -> None:
    text = "\ufeff" * marked + newline.join(lines)
    spans = list(split(text))
    ends = [int(marked), *(span.end for span in spans)]
    assert all(span.start < span.end for span in spans)
    for end, span in zip(ends, spans, strict=False):
        assert text[end : span.start] in ("", "---")
    assert ends[-1] == len(text) or text[ends[-1] :] == "---"


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("a", "a"),
        ("---\n# x\n\n  a", "a"),
        ("--- a", "a"),
        ("---a", "---a"),
        ("# x", ""),
        ("---", ""),
        (" # x\n#y\n-", "-"),
    ],
)
def test_content_starts_behind_marker_and_comments(text: str, content: str) -> None:
    assert text[content_start(text, Span(0, len(text))) :] == content


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (
            "---\n# Source: multus/templates/daemonset.yaml\nkind: DaemonSet\n",
            "multus/templates/daemonset.yaml",
        ),
        ("---\r\n# Source: a/b.yaml\r\nkind: X\r\n", "a/b.yaml"),
        (
            "# Source: a/templates/name with spaces.yaml\n# more",
            "a/templates/name with spaces.yaml",
        ),
        ("---\n\n# Source: a/b.yaml", "a/b.yaml"),
        ("---\n# another\n# Source: a/b.yaml\n", None),
        ("---\nkind: X\n# Source: a/b.yaml\n", None),
        ("---\n", None),
    ],
)
def test_the_source_comment_of_helm_template(text: str, source: str | None) -> None:
    assert template_source(text, Span(0, len(text))) == source
