"""What is said of the ignores themselves, and how one that is not needed is removed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.checks.ignores import (
    expired_ignore,
    ignore_without_reason,
    unknown_rule_in_ignore,
    unused_ignore,
)
from cnilint.engine.hit import Hit
from cnilint.engine.ignores.ignore import Judged
from cnilint.engine.ignores.written import ignores
from cnilint.engine.text_edits import text_edits
from cnilint.model.finding import Applicability
from cnilint.model.text import Source
from cnilint.model.tree import Document, plain
from cnilint.syntax.compose import compose
from cnilint.syntax.rewrite import CannotEdit, apply

OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n"


def judged(text: str, *unused: str, expired: bool = False) -> list[Judged]:
    """Return the ignores of a text; those of their words that are given are of no use."""
    source = Source("a.yaml", text)
    documents = [found for found in compose(source) if isinstance(found, Document)]
    return [
        Judged(one, tuple(word for word in one.words if word.text in unused), expired)
        for one in ignores(source, documents)
    ]


def hit(text: str, *unused: str) -> Hit:
    (found,) = unused_ignore(judged(text, *unused))
    return found


def removed(text: str, *unused: str) -> str:
    """Return a text after the fix for the one ignore in it that is not needed."""
    (fix,) = hit(text, *unused).fixes
    assert fix.applicability is Applicability.SAFE
    edits = text_edits(fix)
    assert not isinstance(edits, CannotEdit), edits.reason
    return apply(text, edits["a.yaml"])


def values(text: str) -> list[object]:
    return [
        plain(found.root) if isinstance(found, Document) else found.kind
        for found in compose(Source("a.yaml", text))
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1 # cnilint: ignore[CNI101] known\nb: 2\n", "a: 1\nb: 2\n"),
        ("a: 1 \t # cnilint: ignore[CNI101]  \r\nb: 2\r\n", "a: 1\r\nb: 2\r\n"),
        ("a: 1 # cnilint: ignore[CNI101]", "a: 1"),
        ("a:  # cnilint: ignore[CNI101]\n  b: 2\n", "a:\n  b: 2\n"),
        ("a: |  # cnilint: ignore[CNI101]\n  b\n", "a: |\n  b\n"),
        ("a: 1\n  # cnilint: ignore[CNI101]\nb: 2\n", "a: 1\nb: 2\n"),
        ("a: 1\r\n# cnilint: ignore[CNI101]\r\nb: 2\r\n", "a: 1\r\nb: 2\r\n"),
        ("\ufeff# cnilint: ignore[CNI101]\na: 1\n", "\ufeffa: 1\n"),
        ("a: 1\n# cnilint: ignore[CNI101]", "a: 1\n"),
        ("- # cnilint: ignore[CNI101]\n  a\n", "-\n  a\n"),
    ],
)
def test_a_comment_is_removed_and_nothing_else(before: str, after: str) -> None:
    assert removed(before, "CNI101") == after


@pytest.mark.parametrize(
    ("before", "unused", "after"),
    [
        ("CNI101,CNI102", ["CNI101"], "CNI102"),
        ("CNI101, CNI102", ["CNI102"], "CNI101"),
        ("CNI101 ,  CNI102, CNI103", ["CNI102"], "CNI101 ,  CNI103"),
        (" CNI101, CNI102, CNI103 ", ["CNI101", "CNI103"], " CNI102 "),
        ("CNI101, CNI102, CNI103", ["CNI102", "CNI103"], "CNI101"),
        ("CNI101, CNI102, CNI103", ["CNI101", "CNI102"], "CNI103"),
    ],
)
def test_rules_that_are_not_needed_leave_the_others(
    before: str, unused: list[str], after: str
) -> None:
    text = f"a: 1 # cnilint: ignore[{before}] known\n"
    assert removed(text, *unused) == f"a: 1 # cnilint: ignore[{after}] known\n"


@pytest.mark.parametrize(
    ("before", "unused", "after"),
    [
        ("'CNI101: x; CNI102: y'", ["CNI101"], "'CNI102: y'"),
        ("'CNI101: x; CNI102: y'", ["CNI102"], "'CNI101: x'"),
        ('"CNI101: x ;CNI102,  CNI103: \\"y\\""', ["CNI102"], '"CNI101: x ;CNI103: \\"y\\""'),
        ("|\n      CNI101: x\n      CNI102: y", ["CNI101"], "|\n      CNI102: y"),
        ("|\n      CNI101: x\n      CNI102: y", ["CNI102"], "|\n      CNI101: x"),
    ],
)
def test_an_entry_of_an_annotation_is_removed(before: str, unused: list[str], after: str) -> None:
    head, tail = f"{OBJECT}  annotations:\n    cnilint.dev/ignore: ", " # ours\n"
    tail = "\n" if "|" in before else tail
    assert removed(f"{head}{before}{tail}", *unused) == f"{head}{after}{tail}"


def test_the_last_entry_takes_the_annotation_with_it() -> None:
    annotation = "    cnilint.dev/ignore: 'CNI101: x'\n"
    alone = f"{OBJECT}  annotations:\n{annotation}data: {{}}\n"
    assert removed(alone, "CNI101") == f"{OBJECT}data: {{}}\n"
    among = f"{OBJECT}  annotations:\n    a: b # c\n{annotation}data: {{}}\n"
    assert removed(among, "CNI101") == among.replace(annotation, "")


def test_the_fix_says_what_it_removes() -> None:
    (whole,) = hit("a: 1 # cnilint: ignore[CNI101]\n", "CNI101").fixes
    assert whole.title == "remove the comment"
    (part,) = hit("a: 1 # cnilint: ignore[CNI101,CNI102]\n", "CNI101").fixes
    assert part.title == "remove CNI101 from the comment"
    text = f"{OBJECT}  annotations: {{cnilint.dev/ignore: CNI101}}\n"
    (annotation,) = hit(text, "CNI101").fixes
    assert annotation.title == "remove the annotation"


def test_a_comment_that_ends_a_text_is_not_removed_by_itself() -> None:
    text = "a: |+\n  x\n\n# cnilint: ignore[CNI101]\n\nb: 1\n"
    assert values(text) == [{"a": "x\n\n", "b": 1}]
    (fix,) = hit(text, "CNI101").fixes
    assert (fix.applicability, fix.note) == (
        Applicability.DISPLAY,
        "the comment ends the text above it",
    )


LINES = st.sampled_from(
    [
        "a: 1",
        "b:",
        "  c: x",
        "  - y",
        "d: |",
        "e: |+",
        "f: >-",
        "  text",
        "    deeper",
        "",
        "---",
        "g: 'quoted",
        "  on'",
        "# a comment",
        "{{ .Values.x }}",
    ]
)
COMMENT = "# cnilint: ignore[CNI101] x"
TEXTS = st.lists(st.tuples(LINES, st.sampled_from(["", "", f" {COMMENT}", f"\n  {COMMENT}"])))


@given(TEXTS, st.sampled_from(["\n", "\r\n"]))
def test_removing_comments_changes_no_value(parts: list[tuple[str, str]], line_end: str) -> None:
    text = "".join(f"{line}{comment}\n" for line, comment in parts).replace("\n", line_end)
    for found in unused_ignore(judged(text, "CNI101")):
        for fix in found.fixes:
            edits = text_edits(fix)
            assert not isinstance(edits, CannotEdit)
            changed = apply(text, edits["a.yaml"])
            assert changed.count(COMMENT) == text.count(COMMENT) - 1
            if fix.applicability is Applicability.SAFE:
                assert values(changed) == values(text)


def test_rules_that_there_are_none_of_are_named_at_their_place() -> None:
    text = "a: 1 # cnilint: ignore[CNI101, CNI1001, nothing-like-it]\n"
    found = list(unknown_rule_in_ignore(judged(text)))
    places = [text[one.location.span.start : one.location.span.end] for one in found]
    assert places == ["CNI1001", "nothing-like-it"]
    assert found[0].parameters == {"reason": "no rule 'CNI1001', did you mean 'CNI101'?"}


def test_what_cannot_be_read_is_told_at_the_whole_comment() -> None:
    (found,) = unknown_rule_in_ignore(judged("a: 1 # cnilint: ignore CNI101\n"))
    assert found.parameters == {"reason": "write it as `# cnilint: ignore[RULE] reason`"}
    assert found.location.span == (5, 29)


def test_only_what_is_over_is_expired() -> None:
    text = "a: 1 # cnilint: ignore[CNI101,CNI102] until=2026-12-31 x\n"
    (found,) = expired_ignore(judged(text, expired=True))
    assert found.parameters == {"rules": "CNI101 and CNI102", "day": "2026-12-31"}
    assert list(expired_ignore(judged(text))) == []


def test_a_last_day_is_no_reason() -> None:
    with_reason = judged("a: 1 # cnilint: ignore[CNI101] x\n")
    without = judged("a: 1 # cnilint: ignore[CNI101] until=2026-12-31\n")
    assert list(ignore_without_reason(with_reason)) == []
    assert [one.parameters for one in ignore_without_reason(without)] == [{"rules": "CNI101"}]
    assert list(ignore_without_reason(judged("a: 1 # cnilint: ignore\n"))) == []


def test_a_text_is_read_a_few_times_whatever_is_unused_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each removal is proven, and not by reading the file once more for each."""
    asked: list[str] = []

    def counted(source: Source) -> object:
        asked.append(source.path)
        return compose(source)

    monkeypatch.setattr("cnilint.engine.checks.ignores.compose", counted)
    lines = "".join(f"  k{n}: v  # cnilint: ignore[CNI101]\n" for n in range(300))
    found = list(unused_ignore(judged(f"{OBJECT}data:\n{lines}", "CNI101")))
    assert [fix.applicability for one in found for fix in one.fixes] == [Applicability.SAFE] * 300
    assert len(asked) == 2
    kept = "".join(f"  k{n}: |+\n    x\n\n  # cnilint: ignore[CNI101]\n\n" for n in range(100))
    asked.clear()
    grades = [
        fix.applicability
        for one in unused_ignore(judged(f"{OBJECT}data:\n{lines}{kept}", "CNI101"))
        for fix in one.fixes
    ]
    assert grades == [Applicability.SAFE] * 300 + [Applicability.DISPLAY] * 100
    assert len(asked) == 4
