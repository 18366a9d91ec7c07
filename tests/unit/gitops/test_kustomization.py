"""Which files a kustomization names as patches, whatever way it is written."""

from __future__ import annotations

import pytest

from cnilint.gitops.kustomization import FILE_NAMES, patch_files
from cnilint.model.text import Position
from tests.clusters import read


def named(text: str, path: str = "app/kustomization.yaml") -> dict[str, Position]:
    """Return the files that are named, with the line and column where."""
    found = patch_files(read({path: text}).documents)
    return {name: at.source.position(at.span.start) for name, at in found.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("patches:\n- path: a.yaml\n", {"app/a.yaml": (2, 3)}),
        ("patches:\n- target: {kind: X}\n  path: a.yaml\n", {"app/a.yaml": (2, 3)}),
        (
            "patches: [{path: a.yaml}, {path: b.yaml}]",
            {"app/a.yaml": (1, 11), "app/b.yaml": (1, 27)},
        ),
        (
            "patchesStrategicMerge:\n- a.yaml\n- b/c.yaml\n",
            {"app/a.yaml": (2, 3), "app/b/c.yaml": (3, 3)},
        ),
        ("patchesJson6902:\n- path: a.json\n  target: {}\n", {"app/a.json": (2, 3)}),
        (
            "patches:\n- path: ./a.yaml\n- path: ../base/b.yaml\n",
            {"app/a.yaml": (2, 3), "base/b.yaml": (3, 3)},
        ),
        ("patches:\n- path: /abs/a.yaml\n", {"/abs/a.yaml": (2, 3)}),
        ("patches:\n- &x {path: a.yaml}\n- *x\n", {"app/a.yaml": (2, 6)}),
    ],
)
def test_files_are_relative_to_the_kustomization(
    text: str, expected: dict[str, tuple[int, int]]
) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "resources: [a.yaml]\n",
        "patches:\n- patch: |-\n    - op: remove\n      path: /spec\n  target: {kind: X}\n",
        "patchesStrategicMerge:\n- |-\n  kind: DaemonSet\n  metadata: {name: x}\n",
        "patches: a.yaml\n",
        "patches: {path: a.yaml}\n",
        "patches:\n- path: 1\n- 2\n- null\n- path: ''\n- []\n",
        "patches:\n",
        "- patches\n",
        "just text\n",
    ],
)
def test_what_names_no_file(text: str) -> None:
    assert named(text) == {}


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        *((f"x/{name}", True) for name in FILE_NAMES),
        *((name, True) for name in FILE_NAMES),
        ("x/Kustomization.yaml", False),
        ("x/my-kustomization.yaml", False),
        ("x/kustomization.yaml/other.yaml", False),
    ],
)
def test_only_files_of_its_own_names_are_kustomizations(path: str, counts: bool) -> None:
    assert bool(named("patches:\n- path: a.yaml\n", path)) is counts


def test_several_kustomizations_and_the_last_one_that_names_a_file() -> None:
    files = {
        "a/kustomization.yaml": "patches:\n- path: ../p.yaml\n",
        "b/kustomization.yaml": "patches:\n- path: q.yaml\n- path: ../p.yaml\n",
        "kustomization.yaml": "patches:\n- path: p/../r.yaml\n",
    }
    found = patch_files(read(files).documents)
    assert {name: at.source.path for name, at in found.items()} == {
        "p.yaml": "b/kustomization.yaml",
        "b/q.yaml": "b/kustomization.yaml",
        "r.yaml": "kustomization.yaml",
    }
