"""Fixes as edits of text."""

from __future__ import annotations

from cnilint.engine.text_edits import text_edits
from cnilint.model.finding import Applicability, Edit, Fix, Operation, Repair, TextEdit
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose
from cnilint.syntax.rewrite import CannotEdit, apply


def documents(path: str, text: str) -> list[Document]:
    return [found for found in compose(Source(path, text)) if isinstance(found, Document)]


def fix(*edits: Edit | Repair) -> Fix:
    return Fix("fix it", Applicability.SAFE, edits)


def test_edits_of_several_documents_and_sources_are_gathered_by_path() -> None:
    one, other = documents("one.yaml", "a: 1\n---\nb: 2\n")
    (apart,) = documents("two.yaml", "c: 3\n")
    found = text_edits(
        fix(
            Edit(other, ("b",), Operation.REPLACE, 5),
            Edit(apart, ("c",), Operation.REMOVE),
            Edit(one, ("a",), Operation.REPLACE, 4),
        )
    )
    assert not isinstance(found, CannotEdit)
    assert list(found) == ["one.yaml", "two.yaml"]
    assert apply(one.source.text, found["one.yaml"]) == "a: 4\n---\nb: 5\n"
    assert apply(apart.source.text, found["two.yaml"]).strip() == "{}"


def test_a_repair_is_a_text_edit_already() -> None:
    (document,) = documents("a.yaml", "a: 1\nb: 2\n")
    found = text_edits(
        fix(Repair(document, Span(3, 4), "7"), Edit(document, ("b",), Operation.REPLACE, 8))
    )
    assert not isinstance(found, CannotEdit)
    assert TextEdit(Span(3, 4), "7") in found["a.yaml"]
    assert apply(document.source.text, found["a.yaml"]) == "a: 7\nb: 8\n"


def test_one_edit_that_cannot_be_made_refuses_the_whole_fix() -> None:
    (document,) = documents("a.yaml", "a: 1\n")
    found = text_edits(
        fix(
            Edit(document, ("a",), Operation.REPLACE, 2),
            Edit(document, ("nowhere",), Operation.REMOVE),
        )
    )
    assert isinstance(found, CannotEdit)
    assert found.reason


def test_a_fix_without_edits_changes_no_source() -> None:
    assert text_edits(fix()) == {}
