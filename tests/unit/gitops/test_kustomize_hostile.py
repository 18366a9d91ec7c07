"""Whatever a tree of kustomizations says, a build ends and raises nothing."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from cnilint.gitops.graph import Build
from tests.kustomize_trees import tree

from .kustomizations import built

VALUES = (
    *("null", "[]", "{}", "1", '"x"', "true", "[{}]", "[null]", "{a: [1]}", "[[a]]", '"*"', '""'),
    *("-1", "{name: web}", "[../base]", "~", "2020-01-01", "&a [*a]"),
)


def mutated(seed: int) -> dict[str, str]:
    """Return a generated tree with some of its lines changed, left out or said again."""
    random = Random(seed)
    files = dict(tree(seed))
    for _ in range(random.randint(1, 4)):
        path = random.choice(list(files))
        lines = files[path].split("\n")
        at = random.randrange(len(lines))
        key, colon, _rest = lines[at].partition(":")
        if colon and random.random() < 0.6:
            lines[at] = f"{key}: {random.choice(VALUES)}"
        elif random.random() < 0.5:
            del lines[at]
        else:
            lines.insert(at, lines[at])
        files[path] = "\n".join(lines)
    return files


@given(st.integers(0, 2**32))
def test_no_tree_raises(seed: int) -> None:
    found = built(mutated(seed))
    assert isinstance(found, Build)
    for one in found.not_read:
        text = one.place.source.text
        assert 0 <= one.place.span.start <= one.place.span.end <= len(text)
