"""Texts become documents and problems, in order; one can be exchanged and the rest is kept."""

from __future__ import annotations

import pytest

from cnilint.engine.inputs import inputs
from cnilint.model.text import Source
from cnilint.syntax.collect import Unreadable
from tests.clusters import read

FILES = {"b.yaml": "b: 1\n---\nb: 2\n", "a.yaml": "a: 1\n", "c.yaml": "c: [\n---\nc: 2\nc: 3\n"}


def test_sources_stay_in_the_order_they_were_given() -> None:
    found = read(FILES)
    assert [source.path for source in found.sources] == ["b.yaml", "a.yaml", "c.yaml"]
    assert [(d.source.path, d.index) for d in found.documents] == [
        ("b.yaml", 0),
        ("b.yaml", 1),
        ("a.yaml", 0),
        ("c.yaml", 1),
    ]


def test_problems_are_told_beside_the_documents() -> None:
    found = read(FILES)
    assert [(p.source.path, p.kind) for p in found.problems] == [
        ("c.yaml", "syntax"),
        ("c.yaml", "duplicate-key"),
    ]


def test_a_file_that_gives_no_text_is_a_problem_at_its_beginning() -> None:
    found = inputs([Source("a.yaml", "a: 1\n"), Unreadable("x.yaml", "a binary file")])
    assert [source.path for source in found.sources] == ["a.yaml", "x.yaml"]
    (problem,) = found.problems
    assert (problem.kind, problem.message) == ("syntax", "a binary file")
    assert problem.source is found.sources[1]
    assert problem.span == (0, 0)
    assert len(found.documents) == 1


@pytest.mark.parametrize("path", FILES)
def test_one_source_is_exchanged_and_the_others_are_not_read_again(path: str) -> None:
    old = read(FILES)
    new = old.replaced(Source(path, "x: 1\n---\nx: 2\n"))
    at = list(FILES).index(path)
    assert [source.path for source in new.sources] == list(FILES)
    assert len(new.found) == len(old.found)
    for index, (before, after) in enumerate(zip(old.found, new.found, strict=True)):
        assert (before is after) is (index != at)
        assert (old.sources[index] is new.sources[index]) is (index != at)
    assert all(part.source is new.sources[at] for part in new.found[at])
    assert len(new.found[at]) == 2


def test_the_old_inputs_are_as_they_were() -> None:
    old = read(FILES)
    before = (old.sources, old.found)
    old.replaced(Source("a.yaml", "a: ["))
    assert (old.sources, old.found) == before


def test_a_file_that_was_not_given_is_exchanged_for_those_who_refer_to_it() -> None:
    new = read(FILES).replaced(Source("d.yaml", "d: 1\n"))
    found = new.source("d.yaml")
    assert found is not None
    assert found.text == "d: 1\n"
    assert [one.path for one in new.sources] == list(FILES)


def test_a_document_can_be_exchanged_by_a_problem_and_back() -> None:
    broken = read(FILES).replaced(Source("a.yaml", "a: [\n"))
    assert [p.source.path for p in broken.problems] == ["a.yaml", "c.yaml", "c.yaml"]
    mended = broken.replaced(Source("a.yaml", "a: 1\n"))
    assert [p.source.path for p in mended.problems] == ["c.yaml", "c.yaml"]
    assert len(mended.documents) == 4
