"""The ignores that stand in a text, and what they are about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.ignores.ignore import COMMENT, Ignore
from cnilint.engine.ignores.written import ObjectsInText, entries, ignores, is_day
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose

OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n  namespace: net\n"


def read(text: str) -> list[Ignore]:
    source = Source("a.yaml", text)
    return list(ignores(source, documents(source)))


def documents(source: Source) -> list[Document]:
    return [found for found in compose(source) if isinstance(found, Document)]


def test_an_annotation_with_escapes_is_an_annotation() -> None:
    text = f'{OBJECT}  annotations:\n    "cnilin\\x74.dev/ignore": "CNI101: known"\n'
    assert words(only(text)) == ["CNI101"]
    assert read(text.replace("\\x74", "\\x73")) == []


def only(text: str) -> Ignore:
    (found,) = read(text)
    return found


def words(one: Ignore) -> list[str]:
    return [word.text for word in one.words]


def about(text: str) -> list[str]:
    """Return the stretches of a text that its one ignore is about."""
    return [text[span.start : span.end] for span in only(text).spans]


def test_a_comment_names_rules_and_a_reason() -> None:
    comment = "# cnilint: ignore[CNI101, master-not-pinned,CNI2] known: see the plan"
    text = f"a: 1 {comment}\n"
    found = only(text)
    assert found.form == COMMENT
    assert words(found) == ["CNI101", "master-not-pinned", "CNI2"]
    assert [text[w.span.start : w.span.end] for w in found.words] == words(found)
    assert found.words[0].rules == {"CNI101"}
    assert found.words[1].rules == {"CNI102"}
    assert "CNI201" in found.words[2].rules
    assert found.reason == "known: see the plan"
    assert text[found.location.span.start : found.location.span.end] == comment


@pytest.mark.parametrize(
    "comment",
    [
        "#cnilint:ignore[CNI101]known",
        "#   cnilint:\tignore [ CNI101 ] : known   ",
        "# cnilint: ignore[CNI101] known\r",
    ],
)
def test_blanks_in_a_comment_do_not_matter(comment: str) -> None:
    found = only(f"a: 1 {comment}\nb: 2\n")
    assert (words(found), found.reason, found.fault) == (["CNI101"], "known", "")
    text = found.location.source.text
    assert text[found.location.span.start : found.location.span.end] == comment.rstrip()


def test_a_comment_is_about_its_line() -> None:
    assert about("a: 1\nb: 2 # cnilint: ignore[CNI101]\nc: 3\n") == [
        "b: 2 # cnilint: ignore[CNI101]\n"
    ]


def test_a_comment_of_its_own_is_about_the_next_line_that_is_none() -> None:
    text = "a: 1\n  # cnilint: ignore[CNI101]\n# more\nb: 2\nc: 3\n"
    assert about(text) == ["b: 2\n"]
    assert about("\ufeff# cnilint: ignore[CNI101]\na: 1\n") == ["a: 1\n"]


def test_the_last_line_may_lack_its_end() -> None:
    (span,) = only("a: # cnilint: ignore[CNI101]").spans
    assert span == Span(0, 29)


@pytest.mark.parametrize("style", ["|", ">-", "|2"])
def test_a_comment_on_the_first_line_of_a_block_is_about_all_of_it(style: str) -> None:
    block = f"{style} # cnilint: ignore[CNI101]\n  # cnilint: ignore[CNI102]\n  x\n"
    line, inside = about(f"a: {block}b: 2\n")
    assert line == f"a: {block.splitlines()[0]}\n"
    assert inside == block[:-1]
    above = f"# cnilint: ignore[CNI101]\na: {style}\n  x\nb: 2\n"
    assert about(above)[1] == f"{style}\n  x"


def test_what_is_no_comment_is_text() -> None:
    assert read("a: '# cnilint: ignore[CNI101]'\n") == []
    assert read('a: "x # cnilint: ignore[CNI101]"\n') == []
    assert read("a: x# cnilint:ignore[CNI101]\n") == []
    assert read("a: |\n  # cnilint: ignore[CNI101]\n  text # cnilint: ignore[CNI101]\n") == []
    assert read('{"a": "# cnilint: ignore[CNI101]"}') == []
    assert read("# cnilint is run on this\na: 1 # cnilint\n") == []


def test_a_comment_where_nothing_can_be_read_is_found() -> None:
    found = only("a: [1\nb: 2 # cnilint: ignore[CNI901] known\n")
    assert words(found) == ["CNI901"]
    assert found.location.document is None


@pytest.mark.parametrize(
    "what", ["ignore", "ignore CNI101", "ignore[CNI101", "ignored[CNI101]", "disable[CNI101]", ""]
)
def test_what_cannot_be_read_has_a_fault(what: str) -> None:
    found = only(f"a: 1 # cnilint: {what}\n")
    assert found.words == ()
    assert found.fault == "write it as `# cnilint: ignore[RULE] reason`"


def test_an_ignore_of_no_rule_has_a_fault() -> None:
    assert only("a: 1 # cnilint: ignore[ , ] known\n").fault == "it names no rule"
    assert only(f"{OBJECT}  annotations: {{cnilint.dev/ignore: ': x'}}\n").fault == (
        "it names no rule"
    )


@pytest.mark.parametrize(
    ("said", "reason", "until"),
    [
        ("until=2026-12-31", "", "2026-12-31"),
        ("until=2026-12-31 known", "known", "2026-12-31"),
        ("known until=2026-12-31 to us", "known to us", "2026-12-31"),
        ("known until 2026-12-31", "known until 2026-12-31", ""),
    ],
)
def test_a_last_day_stands_anywhere_in_the_reason(said: str, reason: str, until: str) -> None:
    comment = only(f"a: 1 # cnilint: ignore[CNI101] {said}\n")
    assert (comment.reason, comment.until, comment.fault) == (reason, until, "")
    entry = only(f"{OBJECT}  annotations:\n    cnilint.dev/ignore: 'CNI101: {said}'\n")
    assert (entry.reason, entry.until, entry.fault) == (reason, until, "")


@pytest.mark.parametrize("day", ["soon", "", "2026-2-1", "2026-02-30", "20261231"])
def test_a_last_day_that_is_none_is_a_fault_and_nothing_is_ignored(day: str) -> None:
    found = only(f"a: 1 # cnilint: ignore[CNI101] until={day}\n")
    assert found.fault == f"until={day} is no day: write it as until=2026-12-31"
    assert found.words == ()
    assert found.until == ""
    assert not is_day(day)


def test_a_comment_belongs_to_the_object_it_stands_in() -> None:
    text = f"{OBJECT}data: {{}} # cnilint: ignore[CNI101]\n---\n{OBJECT.replace('one', 'two')}"
    found = only(text)
    assert found.location.object == "ConfigMap net/one"
    assert found.location.document is not None
    at = text.index("two")
    there = ObjectsInText(documents(found.location.source)).at(Span(at, at))
    assert there[1] == "ConfigMap net/two"
    assert ObjectsInText([]).at(Span(0, 0)) == (None, "")


def annotated(value: str) -> str:
    return f"{OBJECT}  annotations:\n    cnilint.dev/ignore: {value}\ndata: {{}}\n"


@pytest.mark.parametrize(
    "value",
    [
        '"CNI101: known; CNI102,CNI103: see the plan: later"',
        "'CNI101: known;  CNI102, CNI103: see the plan: later;'",
        "|\n      CNI101: known\n      CNI102,CNI103: see the plan: later\n",
        "|-\n      CNI101: known;CNI102,CNI103: see the plan: later",
    ],
)
def test_an_annotation_has_an_entry_for_each_reason(value: str) -> None:
    text = annotated(value)
    one, other = read(text)
    assert (words(one), one.reason) == (["CNI101"], "known")
    assert (words(other), other.reason) == (["CNI102", "CNI103"], "see the plan: later")
    for found in (one, other):
        span = found.location.span
        assert text[span.start : span.end].startswith(found.words[0].text)
        assert text[span.start : span.end].endswith(found.reason)
        assert [text[w.span.start : w.span.end] for w in found.words] == words(found)
        assert found.location.object == "ConfigMap net/one"
        assert found.location.route == ("metadata", "annotations", "cnilint.dev/ignore")


def test_an_annotation_is_about_its_object() -> None:
    (span,) = only(annotated("CNI101") + f"---\n{OBJECT}").spans
    text = annotated("CNI101")
    assert text[span.start : span.end] == text.rstrip("\n")


def test_an_annotation_of_an_item_of_a_list_is_about_that_item() -> None:
    item = annotated("CNI101").replace("\n", "\n    ").rstrip()
    other = OBJECT.replace("\n", "\n    ").rstrip()
    found = only(f"apiVersion: v1\nkind: List\nitems:\n  - {item}\n  - {other}\n")
    text = found.location.source.text
    (span,) = found.spans
    assert text[span.start : span.end] == item


@pytest.mark.parametrize("value", ["[CNI101]", "7", "''", "' ; '", "{CNI101: why}"])
def test_an_annotation_that_is_no_text_ignores_nothing_and_says_so(value: str) -> None:
    (one,) = read(annotated(value))
    assert one.words == ()
    assert one.fault == 'write it as `cnilint.dev/ignore: "RULE: reason"`'


@pytest.mark.parametrize("name", ["ignores", "Ignore", "ingore"])
def test_an_annotation_of_ours_by_another_name_is_told(name: str) -> None:
    text = annotated("CNI101").replace("cnilint.dev/ignore", f"cnilint.dev/{name}")
    (one,) = read(text)
    assert one.words == ()
    assert one.fault == (f"no annotation 'cnilint.dev/{name}', did you mean 'cnilint.dev/ignore'?")
    start, end = one.location.span
    assert text[start:end] == f"cnilint.dev/{name}"


@pytest.mark.parametrize("said", ["until={}", "expires={}", "expires: {}", "until: {}"])
def test_a_last_day_may_be_written_as_in_the_settings(said: str) -> None:
    one = only(f"a: 1 # cnilint: ignore[CNI101] why {said.format('2026-12-31')} not")
    assert (one.until, one.reason, one.fault) == ("2026-12-31", "why not", "")


@pytest.mark.parametrize("key", ["until", "expires"])
def test_a_last_day_that_is_none_is_told_with_the_word_that_was_used(key: str) -> None:
    one = only(f"a: 1 # cnilint: ignore[CNI101] {key}=soon")
    assert one.fault == f"{key}=soon is no day: write it as {key}=2026-12-31"


def test_words_of_a_reason_are_no_last_day() -> None:
    one = only("a: 1 # cnilint: ignore[CNI101] it expires: never, and until then we wait")
    assert (one.until, one.fault) == ("", "")
    assert one.reason == "it expires: never, and until then we wait"


def test_a_comment_before_or_behind_a_quoted_text_of_several_lines_is_about_all_of_it() -> None:
    quoted = 'a: "one\n  two\n  three"'
    assert about(f"# cnilint: ignore[CNI101]\n{quoted}\nb: 2\n") == [
        'a: "one\n',
        quoted.removeprefix("a: "),
    ]
    assert about(f"{quoted} # cnilint: ignore[CNI101]\nb: 2\n") == [
        '  three" # cnilint: ignore[CNI101]\n',
        quoted.removeprefix("a: "),
    ]
    assert about(f"{quoted}\nb: 2 # cnilint: ignore[CNI101]\n") == [
        "b: 2 # cnilint: ignore[CNI101]\n"
    ]


ANY = st.text(st.characters(codec="utf-8"), max_size=20)


@given(ANY)
def test_entries_are_what_stands_between_separators(text: str) -> None:
    parts = [part.strip() for line in text.split("\n") for part in line.split(";")]
    assert [text[start:end] for start, end in entries(text)] == [part for part in parts if part]


@given(ANY, ANY)
def test_any_text_behind_the_mark_is_an_ignore_or_has_a_fault(what: str, before: str) -> None:
    for found in read(f"{before}\n# cnilint: {what}\na: 1 # cnilint: ignore[{what}] {before}\n"):
        assert bool(found.words) != bool(found.fault)
