"""Where pods may run, as the scheduler reads it."""

from __future__ import annotations

import pytest

from cnilint.kube.scheduling import EVERYWHERE, Placement, label, placement
from cnilint.model.text import Source
from cnilint.model.tree import Document, Tree
from cnilint.syntax.compose import compose


def tree(text: str) -> Tree:
    document = next(compose(Source("pod.yaml", text)))
    assert isinstance(document, Document)
    return document.root


def affinity(terms: str) -> Placement:
    return placement(
        tree(
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "
            f"{{nodeSelectorTerms: {terms}}}}}}}\n"
        )
    )


@pytest.mark.parametrize(
    ("terms", "labels", "runs"),
    [
        ("[{matchExpressions: [{key: a, operator: In, values: [x, y]}]}]", {"a": "y"}, True),
        ("[{matchExpressions: [{key: a, operator: In, values: [x, y]}]}]", {}, False),
        ("[{matchExpressions: [{key: a, operator: NotIn, values: [x]}]}]", {}, True),
        ("[{matchExpressions: [{key: a, operator: NotIn, values: [x]}]}]", {"a": "x"}, False),
        ("[{matchExpressions: [{key: a, operator: Exists}]}]", {"a": ""}, True),
        ("[{matchExpressions: [{key: a, operator: Exists}]}]", {}, False),
        ("[{matchExpressions: [{key: a, operator: DoesNotExist}]}]", {}, True),
        ("[{matchExpressions: [{key: a, operator: DoesNotExist}]}]", {"a": ""}, False),
        ("[{matchExpressions: [{key: a, operator: Gt, values: ['5']}]}]", {"a": "6"}, True),
        ("[{matchExpressions: [{key: a, operator: Gt, values: [5]}]}]", {"a": "5"}, False),
        ("[{matchExpressions: [{key: a, operator: Lt, values: ['5']}]}]", {"a": "-1"}, True),
        ("[{matchExpressions: [{key: a, operator: Lt, values: ['5']}]}]", {"a": "1_0"}, False),
        ("[{matchExpressions: [{key: a, operator: Lt, values: ['5']}]}]", {}, False),
        ("[{matchExpressions: [{key: a, operator: in, values: [x]}]}]", {"a": "x"}, False),
        # one of the terms is enough, all of a term's expressions are needed
        (
            (
                "[{matchExpressions: [{key: a, operator: Exists}]},"
                " {matchExpressions: [{key: b, operator: Exists}, {key: c, operator: Exists}]}]"
            ),
            {"b": "", "c": ""},
            True,
        ),
        (
            "[{matchExpressions: [{key: b, operator: Exists}, {key: c, operator: Exists}]}]",
            {"b": ""},
            False,
        ),
        # an empty term fits no node, nor does a list without terms
        ("[{}]", {}, False),
        ("[{}, {matchExpressions: [{key: a, operator: Exists}]}]", {"a": ""}, True),
        ("[]", {}, False),
        ("null", {}, False),
        # a field of the node is taken as a label of that name
        (
            "[{matchFields: [{key: metadata.name, operator: In, values: [n1]}]}]",
            {"metadata.name": "n1"},
            True,
        ),
        ("[{matchFields: [{key: metadata.name, operator: In, values: [n1]}]}]", {}, False),
    ],
)
def test_requirements_mean_what_the_scheduler_takes_them_for(
    terms: str, labels: dict[str, str], runs: bool
) -> None:
    assert affinity(terms).matches(labels) is runs


def test_a_node_selector_is_added_to_every_term() -> None:
    found = placement(
        tree(
            "nodeSelector: {pool: a}\naffinity: {nodeAffinity: "
            "{requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: ["
            "{matchExpressions: [{key: u, operator: Exists}]},"
            "{matchExpressions: [{key: v, operator: Exists}]}]}}}\n"
        )
    )
    assert found.matches({"pool": "a", "v": ""})
    assert not found.matches({"v": ""})
    assert not found.matches({"pool": "a"})


def test_of_a_repeated_selector_the_last_one_counts() -> None:
    found = placement(tree("nodeSelector: {pool: a, pool: b}\n"))
    assert found.matches({"pool": "b"})
    merged = placement(tree("nodeSelector:\n  <<: {pool: a, zone: z}\n  pool: b\n"))
    assert merged.matches({"pool": "b", "zone": "z"})


def test_preferences_and_tolerations_bind_no_pod() -> None:
    text = (
        "tolerations: [{operator: Exists}]\naffinity: {nodeAffinity: "
        "{preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {}}]}}\n"
    )
    assert placement(tree(text)) == EVERYWHERE
    assert placement(None) == EVERYWHERE
    assert placement(tree("7\n")) == EVERYWHERE


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
        ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
        ("beta.kubernetes.io/unknown", "beta.kubernetes.io/unknown"),
    ],
)
def test_an_older_name_of_a_label_is_the_label(key: str, name: str) -> None:
    """Every node has both, so that no node is of one architecture by the one and not the other."""
    assert label(key) == name
    selected = placement(tree(f"nodeSelector: {{{key}: x}}\n"))
    required = affinity(f"[{{matchExpressions: [{{key: {key}, operator: In, values: [x]}}]}}]")
    assert selected == required
    assert selected.matches({name: "x"})
