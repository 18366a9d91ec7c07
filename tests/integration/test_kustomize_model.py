"""What is built of a kustomization here is what the real Kustomize builds, object by object."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnilint.gitops.files import Files
from cnilint.gitops.graph import UnreadReason
from cnilint.gitops.kustomize import FILE_NAMES, build
from cnilint.model.text import Source
from cnilint.model.tree import Document, Value, plain
from cnilint.syntax.compose import compose
from tests.corpus import CORPUS
from tests.kustomize_trees import tree
from tests.renderers import kustomize

ROOT = Path(__file__).resolve().parents[2]
CASES = CORPUS.parent / "cases"
PLACES = (ROOT / "examples", ROOT / "tests", ROOT / "rules", CORPUS / "gitops", CASES)
TREES, ROUND = 420, 20
"""So many that Kustomize builds more than 300 of them; the others it has to refuse."""

MADE_BY_TOOL = ("config.kubernetes.io/origin", "alpha.config.kubernetes.io/transformations")


def roots() -> Iterator[Path]:
    for place in PLACES:
        for path in sorted(place.rglob("*ustomization*")):
            if path.name in FILE_NAMES:
                yield path.parent


def ours(folder: Path) -> tuple[list[Any], list[str]]:
    """Return the objects and what was not read; skip what must not be run or is no plain build."""
    top = next((one for one in folder.parents if one.parent in (CORPUS / "gitops", CASES)), ROOT)
    top = top if folder.is_relative_to(top) else folder.parent
    built = build(Files(str(top), ()), os.path.relpath(folder, top))
    if any(one.reason is UnreadReason.REMOTE for one in built.not_read):
        pytest.skip("it has an address, and Kustomize would download it")
    if any(edge.kind == "chart" for edge in built.edges):
        pytest.skip("it has a chart, which takes Helm")
    found = []
    for manifest in built.objects:
        value: Any = plain(manifest.root)
        if manifest.namespace:
            value = {**value, "metadata": {**value["metadata"], "namespace": manifest.namespace}}
        found.append(value)
    return found, [f"{one.reason.value} {one.target} {one.detail}" for one in built.not_read]


def theirs(folder: Path) -> list[Value] | None:
    """Return what Kustomize builds, None if it refuses to; skip where it breaks down."""
    done = subprocess.run(kustomize(folder), capture_output=True, text=True, check=False)
    if done.returncode:
        if re.search(r"^panic:|not equal", done.stderr, re.MULTILINE):
            pytest.skip("Kustomize itself breaks down")
        return None
    found = compose(Source("output", done.stdout))
    return [cleaned(plain(one.root)) for one in found if isinstance(one, Document)]


def cleaned(value: Value) -> Value:
    """Return an object without what only tells how it was built."""
    assert isinstance(value, dict)
    metadata: Any = value["metadata"]
    for name in MADE_BY_TOOL:
        metadata.get("annotations", {}).pop(name, None)
    if metadata.get("annotations") == {}:
        del metadata["annotations"]
    return value


def same(one: object, other: object) -> bool:
    """Whether two values are the same, and a boolean no number."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def compare(folder: Path) -> bool:
    """Hold a folder to what Kustomize says; return whether it builds it."""
    built, refused = ours(folder)
    expected = theirs(folder)
    if expected is None:
        assert refused, f"{folder}: Kustomize refuses it"
        return False
    assert refused == []
    assert same(built, expected), f"{built}\n{expected}"
    return True


@pytest.mark.parametrize("folder", list(roots()), ids=lambda folder: "/".join(folder.parts[-3:]))
def test_real_kustomizations(folder: Path) -> None:
    compare(folder)


@pytest.mark.parametrize("first", range(0, TREES, ROUND))
def test_generated_trees(first: int, tmp_path: Path) -> None:
    built = 0
    for seed in range(first, first + ROUND):
        top = tmp_path / str(seed)
        for path, text in tree(seed).items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_text(text, "utf-8")
        try:
            built += compare(top / "over")
        except pytest.skip.Exception as skipped:
            assert "breaks down" in str(skipped)  # noqa: PT017 - the seed is one of many
    assert built >= ROUND // 2
