"""Of a large file a part is held: all places in it, and what is written, are as of the whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.confine import ConfinedError
from cnilint.model.text import GAP, Source
from cnilint.model.tree import Document
from cnilint.syntax import large as module
from cnilint.syntax import original
from cnilint.syntax.collect import Large, Part, Unreadable, collect, decode
from cnilint.syntax.compose import compose
from cnilint.syntax.large import LINES_AROUND, abridged, blocks, parts, whole
from cnilint.syntax.split import content_start, split

LINES = st.sampled_from(
    [
        "a: 1",
        "b: é",
        "- ---",
        "  ---",
        "",
        "# said",
        "#",
        "...",
        "----",
        "--- # x",
        "k: 日本",
        "'\udcff'",
    ]
)
DOCUMENTS = st.builds(
    lambda head, lines: "\n".join([head, *lines]) + "\n",
    st.sampled_from(["---", "---", "--- ", "---\ta: 1", "...", "---a: 1", "a: 0"]),
    st.lists(LINES, max_size=30),
)
TEXTS = st.builds(
    lambda mark, documents, end, break_: mark + ("".join(documents) + end).replace("\n", break_),
    st.sampled_from(["", "\ufeff"]),
    st.lists(DOCUMENTS, max_size=12),
    st.sampled_from(["", "---", "a", "..."]),
    st.sampled_from(["\n", "\n", "\r\n"]),
)


@contextmanager
def small(block: int = 32) -> Iterator[None]:
    """Read blocks of a few bytes, and leave out whatever is not beside what is held."""
    with patch.object(module, "BLOCK", block), patch.object(module, "_WORTH", 1):
        yield


def given_as(text: str) -> Large:
    content = text.encode(errors="surrogateescape")
    return Large("x.yaml", original.held(content), len(content))


def documents(one: Large) -> tuple[list[Part], Part]:
    """Return the documents of a large file, and its end."""
    found: list[Part] = []
    last = Part(0, 0, 0, 0)
    for block in blocks(one):
        assert block is not None
        for span, part in parts(block, last):
            found += [part] if span.start < span.end else []
            last = part
    return found, last


@given(TEXTS, st.integers(1, 200))
def test_blocks_have_the_documents_of_the_whole(text: str, block: int) -> None:
    one = given_as(text)
    with small(block):
        found, last = documents(one)
    spans = list(split(text))
    before = [text[: span.start] for span in spans]
    assert found == [
        Part(
            len(above.encode(errors="surrogateescape")),
            len(text[: span.end].encode(errors="surrogateescape")),
            above.count("\n"),
            sum(content_start(text, each) < each.end for each in spans[:at]),
        )
        for at, (above, span) in enumerate(zip(before, spans, strict=True))
    ]
    assert (last.end, last.lines) == (one.size, text.count("\n"))
    assert last.documents == sum(content_start(text, each) < each.end for each in spans)


@st.composite
def held(draw: st.DrawFn) -> tuple[Source, Source, frozenset[int], list[int]]:
    """Return a whole text, a part of it, and the numbers of its documents in both."""
    text = draw(TEXTS)
    one = given_as(text)
    with small():
        found, last = documents(one)
        at = [n for n in range(len(found)) if draw(st.integers(0, 3)) == 0]
        made = abridged(one, [found[n] for n in at], last)
    assert made is not None
    return Source("x.yaml", text), made[0], made[1], at


@given(held())
def test_a_part_has_the_documents_and_places_of_the_whole(
    case: tuple[Source, Source, frozenset[int], list[int]],
) -> None:
    text, part, numbers, at = case
    spans, own = list(split(text.text)), list(split(part.text))
    assert len(numbers) == len(at)
    for here, there in zip(sorted(numbers), at, strict=True):
        mine, theirs = own[here], spans[there]
        assert part.text[mine.start : mine.end] == text.text[theirs.start : theirs.end]
        for offset in range(mine.end - mine.start + 1):
            place = part.position(mine.start + offset)
            assert place == text.position(theirs.start + offset)
            near = range(max(1, place.line - LINES_AROUND + 1), place.line + LINES_AROUND)
            total = text.position(len(text.text)).line
            for line in near:
                if line <= total:
                    assert part.line(line) == text.line(line)
    assert part.position(len(part.text)) == text.position(len(text.text))
    of_whole = [told(one) for one in compose(text, only=frozenset(at))]
    assert [told(one) for one in compose(part, only=numbers)] == of_whole


def told(one: object) -> tuple[object, ...]:
    """Return what a document or problem is, and where."""
    assert hasattr(one, "source") and hasattr(one, "span")  # noqa: PT018  both are asked below
    places = (one.source.position(one.span.start), one.source.position(one.span.end))
    return (*places, one.index if isinstance(one, Document) else one.message)  # type: ignore[attr-defined]


@given(held(), st.data())
def test_what_is_written_has_every_byte_of_the_whole_but_those_of_an_edit(
    case: tuple[Source, Source, frozenset[int], list[int]], data: st.DataObject
) -> None:
    text, part, numbers, at = case
    assert whole(part).text == text.text
    if not at:
        return
    chosen = data.draw(st.integers(0, len(at) - 1))
    mine = list(split(part.text))[sorted(numbers)[chosen]]
    theirs = list(split(text.text))[at[chosen]]
    cut = data.draw(st.integers(0, mine.end - mine.start))
    changed = part.changed(part.text[: mine.start + cut] + "new\n" + part.text[mine.end :])
    expected = text.text[: theirs.start + cut] + "new\n" + text.text[theirs.end :]
    assert whole(changed).text == expected


def test_a_gap_is_worth_its_place() -> None:
    lines = "".join(f"l{number}: {'x' * 40}\n" for number in range(100))
    one = given_as(f"a: 1\n---\n{lines}---\nb: 2\n---\nc: 3\n---\nd: 4\n")
    found, last = documents(one)
    made = abridged(one, [found[0], found[2], found[4]], last)
    assert made is not None
    assert made[0].text.count(GAP) == 1, "a short document is held instead"
    assert len(made[0].text) < 800
    assert made[1] == {0, 2, 4}


def test_a_file_that_was_changed_is_not_read_on(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n" * 100)
    with patch("cnilint.syntax.collect.LEAST_OF_LARGE", 1):
        (found,) = collect([str(path)], stdin=bytes, in_parts=True)
    assert isinstance(found, Large)
    with found.original() as read:
        assert read(5, 10) == b"a: 1\n"
        os.utime(path, ns=(1, 1))
        with pytest.raises(ConfinedError, match="changed while it was read"):
            read(5, 10)
    path.write_text("a: 2\n")
    with pytest.raises(OSError, match="changed"):
        list(blocks(found))


@pytest.mark.parametrize(
    ("path", "content", "large"),
    [
        ("a.yaml", b"a: 1\n" * 9, True),
        ("a.json", b"[]\n" * 9, False),
        ("a.yaml", b"a: 1\n", False),
        ("a.yaml", b"a: 1\n" * 99, False),
    ],
)
def test_what_is_read_in_parts(
    path: str, content: bytes, large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cnilint.syntax.collect.LEAST_OF_LARGE", 10)
    Path(path).write_bytes(content)
    (found,) = collect([path, "./" + path], stdin=bytes, limit=100, in_parts=True)
    assert isinstance(found, Large) is large
    (found,) = collect([path], stdin=bytes, limit=100)
    assert isinstance(found, Source | Unreadable)
    (found,) = collect(["-"], stdin=lambda: content, limit=100, in_parts=True)
    assert isinstance(found, Large) is (10 <= len(content) <= 100)


@pytest.mark.parametrize(
    "content", ["é: 1\n".encode("utf-16"), "a: 1\n".encode("utf-32"), b"a: 1\n---\n\0\n"]
)
def test_what_is_no_utf_8_has_no_blocks(content: bytes) -> None:
    one = Large("x.yaml", original.held(content), len(content))
    with small(4):
        assert list(blocks(one))[-1] is None
    assert not isinstance(decode("x.yaml", content), Unreadable) or b"\0\n" in content
