"""Real manifests: all that are YAML are read, to the same values a whole-file YAML loader gives."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from cnilint.model.text import Source
from cnilint.model.tree import Document, Scalar, Sequence, SyntaxProblem, Tree, follow, members
from cnilint.syntax.collect import collect
from cnilint.syntax.compose import compose
from cnilint.syntax.events import pure_parser

CORPUS = Path(
    os.environ.get(
        "CNILINT_CORPUS", Path(__file__).resolve().parents[3].parent / "shared" / "corpus"
    )
)

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of real manifests is not here (CNILINT_CORPUS)"
)


def sources() -> list[Source]:
    found = list(collect([str(CORPUS)], stdin=bytes))
    assert all(isinstance(each, Source) for each in found)
    return [each for each in found if isinstance(each, Source)]


def unparseable() -> set[str]:
    with (CORPUS / "manifests" / "INDEX.tsv").open() as index:
        rows = csv.DictReader(index, delimiter="\t")
        return {row["local_file"] for row in rows if row["parses_as_yaml"] != "yes"}


def outline(tree: Tree) -> object:
    """Return a tree's strings, without what they resolve to."""
    tree = follow(tree)
    if isinstance(tree, Scalar):
        return tree.text
    if isinstance(tree, Sequence):
        return [outline(item) for item in tree.items]
    return {key: outline(value) for key, value in members(tree).items()}


def outline_of_node(node: Node) -> object:
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [outline_of_node(item) for item in node.value]
    assert isinstance(node, MappingNode)
    return {key.value: outline_of_node(value) for key, value in node.value}


def library_documents(text: str) -> Iterator[object]:
    for node in YAML(typ="safe", pure=False).compose_all(text):
        if not (isinstance(node, ScalarNode) and node.value == ""):
            yield outline_of_node(node)


def test_every_manifest_that_is_yaml_is_read_without_a_problem() -> None:
    names = unparseable()
    read = 0
    for source in sources():
        found = list(compose(source))
        told = [(each.kind, each.message) for each in found if isinstance(each, SyntaxProblem)]
        if "multus-daemonset-thick" in source.path and "cozystack" in source.path:
            assert {kind for kind, _ in told} == {"template"}, source.path
        elif any(source.path.endswith(name) for name in names):
            assert {kind for kind, _ in told} <= {"template"}, source.path
        else:
            assert told == [], source.path
            read += 1
    assert read > 100


def test_documents_are_those_of_the_library() -> None:
    compared = 0
    for source in sources():
        found = list(compose(source))
        if any(isinstance(each, SyntaxProblem) for each in found):
            continue
        ours = [outline(each.root) for each in found if isinstance(each, Document)]
        assert ours == list(library_documents(source.text)), source.path
        compared += len(ours)
    assert compared > 500


def test_both_parsers_agree_on_real_manifests() -> None:
    compared = 0
    for source in sources():
        if len(source.text) < 8_000:
            fast, slow = list(compose(source)), list(compose(source, pure_parser()))
            assert [(each.span, getattr(each, "root", None)) for each in fast] == [
                (each.span, getattr(each, "root", None)) for each in slow
            ], source.path
            compared += 1
    assert compared > 30
