"""Edits of real manifests: one changed line for one changed value, and hardly any refusals."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from cnilint.model.finding import Edit, Operation, TextEdit
from cnilint.model.text import Source
from cnilint.model.tree import (
    Alias,
    Document,
    Embedded,
    Mapping,
    Route,
    Scalar,
    Sequence,
    Style,
    Tree,
    Value,
)
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import EmbeddedProblem, embedded_json
from cnilint.syntax.rewrite import CannotEdit, apply, rewrite

CORPUS = Path(os.environ.get("CNILINT_CORPUS") or Path(__file__).parents[4] / "shared/corpus")
SAMPLE = int(os.environ.get("CNILINT_CORPUS_SAMPLE") or 6)
"""Edits tried per file; 200 take three minutes."""
SEED = 20240815

JSON, REPLACE = Embedded.JSON, Operation.REPLACE

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"no corpus of real manifests (CNILINT_CORPUS, {CORPUS.name})"
)


def documents(path: Path) -> list[Document]:
    source = Source(path.name, path.read_bytes().decode())
    return [found for found in compose(source) if isinstance(found, Document)]


def places(document: Document, tree: Tree, route: Route = ()) -> Iterator[tuple[Route, Tree]]:
    yield route, tree
    if isinstance(tree, Mapping):
        for entry in tree.entries:
            yield from places(document, entry.value, (*route, entry.key.text))
    elif isinstance(tree, Sequence):
        for index, item in enumerate(tree.items):
            yield from places(document, item, (*route, index))
    elif isinstance(tree, Scalar) and str(tree.value).lstrip().startswith("{"):
        inner = embedded_json(document, tree)
        if not isinstance(inner, EmbeddedProblem):
            yield from places(document, inner, (*route, Embedded.JSON))


def manifests() -> list[Path]:
    """Return the manifests; the large ones (schemas) only where large samples are asked for."""
    return sorted(
        path
        for path in CORPUS.rglob("*")
        if path.suffix in (".yaml", ".yml") and path.stat().st_size < SAMPLE * 20_000
    )


def changed_lines(old: str, new: str, edits: tuple[TextEdit, ...]) -> tuple[int, int]:
    """Return how many lines went and how many came, around the edits only."""
    start = old.rfind("\n", 0, min(edit.span.start for edit in edits)) + 1
    last = old.find("\n", max(edit.span.end for edit in edits))
    behind = len(old) - last - 1 if last >= 0 else 0
    before = old[start : len(old) - behind].split("\n")
    after = new[start : len(new) - behind].split("\n")
    gone = came = 0
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            gone, came = gone + i2 - i1, came + j2 - j1
    return gone, came


def another(scalar: Scalar) -> Value:
    """Return another value of the same kind; a text of several lines changes in its first."""
    value = scalar.value
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, str):
        lead = len(value) - len(value.lstrip("\n"))
        return f"{value[:lead]}other-{value[lead:]}" if value.strip() else "other"
    return value + 1


@dataclass
class Tally:
    """How many edits were proven, by what they were made on, and why others were refused."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def edited(self, document: Document, edits: list[Edit]) -> tuple[TextEdit, ...] | None:
        """Return proven edits, or None and count the refusal."""
        found = rewrite(document, edits)
        if not isinstance(found, CannotEdit):
            return found
        self.counts["refused"] += 1
        self.reasons[found.reason] += 1
        return None

    def check(self, title: str) -> None:
        print(f"{title}: {dict(self.counts)} {self.reasons.most_common(8)}")
        assert self.counts.total() > self.counts["refused"]
        assert self.counts["refused"] < 0.05 * self.counts.total()


def sampled(wanted: Callable[[Route, Tree], bool]) -> Iterator[tuple[Document, Route, Tree]]:
    """Yield up to SAMPLE places of each manifest, with their documents."""
    chosen = random.Random(SEED)
    for path in manifests():
        found = [
            (document, route, tree)
            for document in documents(path)
            for route, tree in places(document, document.root)
            if wanted(route, tree)
        ]
        yield from chosen.sample(found, min(SAMPLE, len(found)))


def lines_of(document: Document, edits: tuple[TextEdit, ...]) -> tuple[int, int]:
    text = document.source.text
    return changed_lines(text, apply(text, edits), edits)


def test_replacing_a_value_changes_its_line_only() -> None:
    tally = Tally()
    for document, route, tree in sampled(lambda route, tree: bool(route) and is_scalar(tree)):
        assert isinstance(tree, Scalar)
        edits = tally.edited(document, [Edit(document, route, REPLACE, another(tree))])
        if edits is None:
            continue
        written = document.source.text[tree.span.start : tree.span.end]
        several = "\n" in written and tree.style is not Style.LITERAL
        tally.counts["several lines" if several else tree.style.value] += 1
        assert several or lines_of(document, edits) == (1, 1), (route, edits)
    tally.check("replaced")


def test_inserting_a_member_adds_its_line_and_removing_it_restores_the_text() -> None:
    tally = Tally()
    for document, route, tree in sampled(lambda _, tree: isinstance(tree, Mapping | Alias)):
        added = Edit(document, (*route, "inserted"), Operation.ADD, "yes")
        edits = tally.edited(document, [added])
        if edits is None:
            continue
        flow = isinstance(tree, Mapping) and tree.flow
        tally.counts["flow" if flow else "block"] += 1
        gone, came = lines_of(document, edits)
        assert (gone <= 1 and came <= 3) if flow else (gone, came) == (0, 1), (route, edits)
        both = rewrite(document, [added, Edit(document, added.route, Operation.REMOVE)])
        assert not isinstance(both, CannotEdit), (route, both)
        text = document.source.text
        if text[text.rfind("\n", 0, tree.span.start) : tree.span.end].strip() == "{}":
            continue  # `{}` on a line of its own comes back behind its key
        assert apply(text, both) == text, (document.source.path, route)
    tally.check("inserted")


def test_removing_a_member_takes_its_lines_only() -> None:
    tally = Tally()
    for document, route, tree in sampled(lambda route, _: route[-1:] not in ((), (JSON,))):
        edits = tally.edited(document, [Edit(document, route, Operation.REMOVE)])
        if edits is None:
            continue
        tally.counts[type(tree).__name__] += 1
        gone, came = lines_of(document, edits)
        # The line before loses a comma, or the key above gets `{}`; else nothing else changes.
        assert came <= 1, (document.source.path, route, edits)
        assert gone > 0
    tally.check("removed")


def is_scalar(tree: Tree) -> bool:
    return isinstance(tree, Scalar)
