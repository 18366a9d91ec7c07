"""The classes of nodes that workloads tell apart, against every node there can be."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.kube.scheduling import (
    EVERYWHERE,
    MOST_COMBINATIONS,
    Expression,
    LabelDomain,
    NodeClass,
    Placement,
    node_classes,
    placement,
)
from cnilint.model.text import Source
from cnilint.model.tree import Document, Tree
from cnilint.syntax.compose import compose

KEYS = ("os", "pool", "size")
DOMAINS = {"os": LabelDomain(values=("linux", "windows"), never=("windows",))}
NODE_VALUES = {
    "os": ("linux",),
    "pool": (None, "a", "b", "elsewhere", ""),
    "size": (None, "1", "2", "3", "4", "9", "-9", "large", ""),
}


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


expressions = st.one_of(
    st.builds(
        Expression,
        st.sampled_from(KEYS),
        st.sampled_from(["In", "NotIn"]),
        st.lists(st.sampled_from(["linux", "windows", "a", "b", "1", "3"]), max_size=2).map(tuple),
    ),
    st.builds(
        Expression, st.sampled_from(KEYS), st.sampled_from(["Exists", "DoesNotExist"]), st.just(())
    ),
    st.builds(
        Expression,
        st.just("size"),
        st.sampled_from(["Gt", "Lt"]),
        st.sampled_from([("2",), ("3",), ("-5",), ("x",), ()]),
    ),
)
placements = st.lists(
    st.lists(st.lists(expressions, max_size=2).map(tuple), max_size=2).map(
        lambda terms: Placement(tuple(terms))
    ),
    min_size=1,
    max_size=4,
)


def fits(expression: Expression, labels: dict[str, str]) -> bool:
    """What one requirement means, told from the API's documentation and not from the code."""
    has, value = expression.key in labels, labels.get(expression.key, "")
    if expression.operator in ("Exists", "DoesNotExist"):
        return has is (expression.operator == "Exists")
    if expression.operator in ("In", "NotIn"):
        return (has and value in expression.values) is (expression.operator == "In")
    try:
        limit, number = int(expression.values[0]), int(value)
    except (ValueError, IndexError):
        return False
    return number > limit if expression.operator == "Gt" else number < limit


def every_node() -> list[dict[str, str]]:
    choices = product(*(NODE_VALUES[key] for key in KEYS))
    return [
        {key: value for key, value in zip(KEYS, choice, strict=True) if value is not None}
        for choice in choices
    ]


@given(placements)
def test_every_node_is_in_the_one_class_that_runs_what_it_runs(found: list[Placement]) -> None:
    classes = node_classes(found, DOMAINS)
    by_members = {one.members: one for one in classes}
    assert len(by_members) == len(classes)
    for labels in every_node():
        runs = frozenset(
            at
            for at, one in enumerate(found)
            if any(all(fits(e, labels) for e in term) for term in one.terms)
        )
        assert not runs or runs in by_members
    for one in classes:
        assert one.members == {at for at, p in enumerate(found) if p.matches(one.labels)}


@given(placements)
def test_names_are_words_and_no_two_classes_have_the_same(found: list[Placement]) -> None:
    names = [one.name for one in node_classes(found, DOMAINS)]
    assert len(set(names)) == len(names)
    assert all(name.isprintable() and name == name.strip() and name for name in names)


@given(placements)
def test_a_placement_on_nodes_of_no_class_changes_no_class(found: list[Placement]) -> None:
    never = Placement(((Expression("os", "In", ("windows",)),),))
    before = node_classes(found, DOMAINS)
    after = node_classes([*found, never], DOMAINS)
    assert [(c.name, c.members) for c in after] == [(c.name, c.members) for c in before]


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


COMPUTE = "eks.amazonaws.com/compute-type"
EKS = {
    "kubernetes.io/os": LabelDomain(values=("linux",)),
    COMPUTE: LabelDomain(
        titles={"": "EC2", "hybrid": "EKS hybrid", "auto": "EKS Auto Mode"}, never=("fargate",)
    ),
}


def not_on(*kinds: str) -> Placement:
    os = Expression("kubernetes.io/os", "In", ("linux",))
    return Placement(((os, Expression(COMPUTE, "NotIn", kinds)),))


def named(classes: list[NodeClass]) -> dict[str, list[int]]:
    return {one.name: sorted(one.members) for one in classes}


def test_eks_nodes_have_their_own_names_and_fargate_has_no_class() -> None:
    classes = node_classes([not_on("fargate"), not_on("fargate", "hybrid", "auto")], EKS)
    assert named(classes) == {"EC2 nodes": [0, 1], "EKS hybrid and EKS Auto Mode nodes": [0]}
    assert classes[0].labels == {"kubernetes.io/os": "linux"}
    assert classes[1].labels[COMPUTE] in ("hybrid", "auto")
    on_fargate = Placement(((Expression(COMPUTE, "In", ("fargate",)),),))
    assert node_classes([on_fargate], EKS) == []


def test_a_kind_of_node_that_is_named_by_nobody_is_an_ordinary_value() -> None:
    new = Placement(((Expression(COMPUTE, "In", ("quantum",)),),))
    assert named(node_classes([EVERYWHERE, new], EKS)) == {
        f"{COMPUTE}=quantum": [0, 1],
        "EC2 and EKS hybrid and EKS Auto Mode nodes": [0],
    }


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        (("In", ("a", "b")), ["pool=a|b", "nodes without pool=a|b"]),
        (("NotIn", ("a",)), ["nodes without pool=a", "pool=a"]),
        (("Exists", ()), ["nodes with pool", "nodes without pool"]),
        (("DoesNotExist", ()), ["nodes without pool", "nodes with pool"]),
    ],
)
def test_classes_are_named_by_the_label_that_tells_them_apart(
    expression: tuple[str, tuple[str, ...]], names: list[str]
) -> None:
    chosen = Placement(((Expression("pool", *expression),),))
    assert [one.name for one in node_classes([EVERYWHERE, chosen], {})] == names


def test_classes_that_only_combinations_tell_apart_are_named_by_one_of_theirs() -> None:
    def at(x: str, y: str) -> tuple[Expression, ...]:
        return Expression("x", "In", (x,)), Expression("y", "In", (y,))

    def rest(key: str) -> Expression:
        return Expression(key, "In", ("1", "2"))

    same = Placement((at("1", "1"), at("2", "2")))
    both = Placement(((rest("x"), rest("y")),))
    assert named(node_classes([both, same], {})) == {
        "nodes such as: x=1, y=1": [0, 1],
        "nodes such as: x=1, y=2": [0],
    }


def test_the_only_class_there_is_is_all_nodes() -> None:
    assert named(node_classes([EVERYWHERE], {})) == {"all nodes": [0]}
    assert node_classes([], {}) == []
    assert node_classes([Placement(())], {}) == []


def test_where_labels_make_too_many_combinations_everything_meets_everywhere() -> None:
    many = 13
    assert 2**many > MOST_COMBINATIONS
    found = [Placement(((Expression(f"label-{n}", "Exists", ()),),)) for n in range(many)]
    (one,) = node_classes([*found, Placement(())], {})
    assert one.members == frozenset(range(many))
    assert one.name == "all nodes"
