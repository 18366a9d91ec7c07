"""The campaign of `make variations` on a few files, and that it sees what is wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from cnilint.engine.evaluate import NOTHING_AROUND, Evaluation
from cnilint.engine.text_edits import TextEdits, text_edits
from cnilint.fix.plan import offered
from cnilint.model.finding import Fix, TextEdit
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, plain
from cnilint.syntax.compose import compose
from tests.clusters import VPC, multus, read
from tests.variations import laws, run
from tests.variations.reader import UnreadError, comments, documents, same
from tests.variations.table import VARIATIONS, Unit, Variation, by_documents, varied
from tests.variations.writer import Writer

TEXT = f"# the first\n{multus()}--- # the second\n{VPC}"
UNIT = {"all.yaml": TEXT.encode()}
SEED = 20261128


def sample(number: int) -> list[tuple[str, Unit]]:
    """Return some units, the same ones each time."""
    return random.Random(SEED).sample(list(run.units(Path("no corpus"))), number)


def test_the_ways_of_writing_are_many_and_have_names_of_their_own() -> None:
    assert len({one.name for one in VARIATIONS}) == len(VARIATIONS) >= 39


@pytest.mark.parametrize("variation", VARIATIONS, ids=[one.name for one in VARIATIONS])
def test_each_way_of_writing_is_another_text_that_says_the_same(variation: Variation) -> None:
    unit = {**UNIT, "one.yaml": VPC.replace("aws-node", "other").encode()}
    made = varied(unit, variation)
    assert made is not None
    assert made != unit


def test_a_variation_that_says_something_else_is_no_variation() -> None:
    fewer = Variation("fewer documents", by_documents(lambda found: found[1:], Writer()))
    with pytest.raises(AssertionError, match="says something else"):
        varied(UNIT, fewer)


def test_nothing_is_found_in_a_sample() -> None:
    chance = random.Random(SEED)
    proven = 0
    for name, files in sample(4):
        for variation in chance.sample(VARIATIONS, 5):
            told = run.told((name, files), variation.name)
            assert told.differences == []
            proven += sum(n for (_v, column), n in told.counts.items() if column == "fixes proven")
    assert proven > 10


def test_the_table_counts_what_was_told() -> None:
    told = run.told(("a", UNIT), "line ends: CR LF")
    names = [run.AS_IT_IS, "line ends: CR LF"]
    *_head, every = run.table(told.counts, names).splitlines()
    assert told.counts["line ends: CR LF", "fixes proven"] == 1
    assert every.split() == ["all", "2", "0", "0", "2", "0", "0", "0"]


# What a wrong fix would do, each of which is to be seen.


def value(text: str) -> str:
    return text.replace("10-aws.conflist", "10-aws.conf")


def comment(text: str) -> str:
    return text.replace("# the first", "# another")


def another_document(text: str) -> str:
    return text.replace("name: aws-node", "name: aws-nodes", 1)


def another_member(text: str) -> str:
    return text.replace('"0.3.1"', '"0.4.0"')


def kind_of_a_value(text: str) -> str:
    return text.replace("name: aws-node", "name: 1", 1)


def one_more_document(text: str) -> str:
    return text + "---\nx: 1\n"


def syntax(text: str) -> str:
    return text + "{"


def line_ends(text: str) -> str:
    return text.replace("\n", "\r\n")


WRONG = (
    value,
    comment,
    another_document,
    another_member,
    kind_of_a_value,
    one_more_document,
    syntax,
    line_ends,
)


@pytest.mark.parametrize("wrong", WRONG, ids=[one.__name__ for one in WRONG])
def test_a_wrong_edit_is_seen(wrong: Callable[[str], str]) -> None:
    inputs = read({"all.yaml": TEXT})
    (finding,) = offered(Evaluation(inputs, NOTHING_AROUND), run.ALL).findings
    (fix,) = (one for one in finding.fixes if one.edits)
    assert laws.faults(fix, UNIT) == []

    def planted(one: Fix) -> TextEdits:
        edits = text_edits(one)
        assert isinstance(edits, dict)
        ((path, right),) = edits.items()
        changed = wrong(laws.spliced(TEXT, right))
        assert changed != laws.spliced(TEXT, right)
        return {path: (TextEdit(Span(0, len(TEXT)), changed),)}

    with mock.patch.object(laws, "text_edits", planted):
        assert laws.faults(fix, UNIT) != []
        assert run.told(("a", UNIT), "no such name").counts[run.AS_IT_IS, "differences"] > 0


def test_an_edit_that_is_not_made_is_seen() -> None:
    inputs = read({"all.yaml": TEXT})
    (finding,) = offered(Evaluation(inputs, NOTHING_AROUND), run.ALL).findings
    (fix,) = (one for one in finding.fixes if one.edits)
    with mock.patch.object(laws, "text_edits", return_value={"all.yaml": ()}):
        assert laws.faults(fix, UNIT) != []


def test_what_is_found_in_one_way_of_writing_alone_is_a_difference() -> None:
    def emptied(unit: Unit) -> Unit:
        return dict.fromkeys(unit, b"a: 1\n")

    with (
        mock.patch.object(run, "VARIATIONS", (Variation("emptied", emptied),)),
        mock.patch.object(run, "varied", lambda unit, variation: variation.make(unit)),
    ):
        told = run.told(("a", UNIT))
    assert "found is something else" in told.differences[0]


# The second reader agrees with cnilint's, and says what it does not read.

READ = (
    "a: yes\nb: 0o17\nc: 017\nd: 1:30\ne: 2001-01-01\nf: =\ng: 1_000\nh: .inf\ni: ~\nj:\nk: 0x1F\n",
    "a:\tb\nc: {\td:\te}\t# f\n",
    "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  b: 3\ne: {<<: [*x, {f: 4}]}\n",
    "? a\n: |2+\n   b\n\n",
    "a: 'b\u2028c'\nd: \"\\x41\\u00e9\\U0001f980\\N\"\n",
    "--- !!map {a: !!str 1, b: !!int '2', c: !!null ''}\n...\n---\n- 1\n",
)


@pytest.mark.parametrize("text", READ)
def test_the_second_reader_agrees_with_the_first(text: str) -> None:
    found = [plain(one.root) for one in compose(Source("", text)) if isinstance(one, Document)]
    assert same(documents(text), found), (documents(text), found)


@pytest.mark.parametrize("text", ["a: {{ .Values.b }}\n", "a: [\n", "{[a]: 1}\n", "a: !Ref b\n"])
def test_what_the_second_reader_does_not_read_is_told(text: str) -> None:
    with pytest.raises(UnreadError):
        documents(text)


def test_comments_are_those_outside_of_strings() -> None:
    text = "# a\nb: 'x # y'\nc: | # d\n  # e\n#f\ng: h#i # j\n\"#k\": 1\t# l\n"
    assert [one for _at, one in comments(text)] == ["# a", "# d", "#f", "# j", "# l"]


ONCE_OTHERWISE = (
    ("CNI503/bad-interface-eth0", "keys: escapes for all"),
    ("CNI507/bad-two-addresses", "strings: over several lines"),
    ("CNI910/bad-entry-in-a-block", "keys: escapes for all"),
    ("CNI101/bad-config-map-as-json", "line ends: CR"),
)
"""What was found in the files as they are, and not in this way of writing."""


@pytest.mark.parametrize(("case", "variation"), ONCE_OTHERWISE)
def test_what_once_was_read_otherwise(case: str, variation: str) -> None:
    files = dict(run.units(Path("no corpus")))[case]
    assert run.told((case, files), variation).differences == []
