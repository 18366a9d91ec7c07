"""The list of errors on public manifests is what cnilint finds, and each of them was read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus import CORPUS, needs_corpus
from tests.corpus_findings import LIST, UNREAD, Row, errors, known, written

ROW = Row("a/b.yaml", "CNI102", "one \\| two")


@needs_corpus
def test_the_list_is_what_is_found_on_the_corpus() -> None:
    page = LIST.read_text("utf-8")
    assert written(errors(CORPUS), known(page)) == page


def test_every_error_of_the_list_was_read() -> None:
    page = LIST.read_text("utf-8")
    assert known(page)
    assert UNREAD not in page


def test_reasons_are_kept_and_an_error_without_one_is_marked() -> None:
    page = written([ROW, ROW._replace(rule="CNI103")], {ROW: "it is so"})
    assert known(page) == {ROW: "it is so", ROW._replace(rule="CNI103"): UNREAD}


def test_without_a_corpus_there_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        errors(tmp_path)
