"""Nodes are told apart by the taints that somebody tolerates by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.kube.node_classes import node_classes
from cnilint.kube.scheduling import EVERYWHERE
from cnilint.kube.taints import (
    Taint,
    Toleration,
    kept_away,
    named_taints,
    taint_domains,
    tolerations,
)
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose

GPU = Toleration("dedicated", exists=False, value="gpu", effect="NoSchedule")
EVERY = Toleration("", exists=True, value="", effect="")


def read(text: str) -> tuple[Toleration, ...]:
    (document,) = compose(Source("a", text))
    assert isinstance(document, Document)
    return tolerations(document.root)


def test_tolerations_are_read_with_their_defaults() -> None:
    found = read(
        "tolerations:\n- {key: dedicated, value: gpu, effect: NoSchedule}\n"
        "- operator: Exists\n- {}\n"
    )
    assert found == (GPU, EVERY, Toleration("", exists=False, value="", effect=""))
    assert read("a: 1") == ()
    assert tolerations(None) == ()


@pytest.mark.parametrize(
    ("toleration", "covers"),
    [
        (GPU, True),
        (EVERY, True),
        (GPU._replace(value="cpu"), False),
        (GPU._replace(exists=True, value=""), True),
        (GPU._replace(effect="NoExecute"), False),
        (GPU._replace(effect=""), True),
        (GPU._replace(key="other"), False),
        (EVERY._replace(effect="NoExecute"), False),
        (EVERY._replace(exists=False), False),
    ],
)
def test_a_toleration_covers_a_taint(toleration: Toleration, covers: bool) -> None:
    assert toleration.covers(Taint("dedicated", "gpu", "NoSchedule")) is covers


@pytest.mark.parametrize(
    "key",
    [
        "node.kubernetes.io/not-ready",
        "node.cloudprovider.kubernetes.io/uninitialized",
        "node.cilium.io/agent-not-ready",
        "CriticalAddonsOnly",
    ],
)
def test_taints_of_starting_nodes_tell_nothing_apart(key: str) -> None:
    assert named_taints([[GPU._replace(key=key)]]) == []


def test_a_taint_that_keeps_nobody_away_for_long_is_none() -> None:
    assert named_taints([[GPU._replace(effect="PreferNoSchedule")], [EVERY]]) == []


def test_who_does_not_tolerate_is_not_on_the_tainted_nodes() -> None:
    taints = named_taints([[GPU], []])
    placements = [kept_away(EVERYWHERE, [GPU], taints), kept_away(EVERYWHERE, [], taints)]
    classes = node_classes(placements, taint_domains(taints))
    assert {c.name: c.members for c in classes} == {
        "not dedicated-tainted nodes": frozenset({0, 1}),
        "dedicated-tainted nodes": frozenset({0}),
    }


def test_a_form_that_says_nothing_is_everywhere() -> None:
    taints = named_taints([[GPU]])
    assert kept_away(EVERYWHERE, None, taints) == EVERYWHERE


@given(
    st.lists(
        st.lists(
            st.builds(
                Toleration,
                st.sampled_from(["", "a", "b"]),
                st.booleans(),
                st.sampled_from(["", "x"]),
                st.sampled_from(["", "NoSchedule", "NoExecute"]),
            ),
            max_size=3,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_everybody_runs_on_nodes_without_taints(found: list[list[Toleration]]) -> None:
    taints = named_taints(found)
    placements = [kept_away(EVERYWHERE, each, taints) for each in found]
    classes = node_classes(placements, taint_domains(taints))
    assert frozenset(range(len(found))) in {c.members for c in classes}
    for one in classes:
        for at, each in enumerate(found):
            tainted = {t for t in taints if f"taint {t.key}" in one.labels}
            kept = {t.key for t in tainted if not any(tol.covers(t) for tol in each)}
            assert (at in one.members) is not bool(kept)
