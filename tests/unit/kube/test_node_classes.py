"""The classes of nodes that workloads tell apart, against every node there can be."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.kube.node_classes import MOST_STATES, NodeClass, node_classes
from cnilint.kube.scheduling import EVERYWHERE, Expression, LabelDomain, Placement

KEYS = ("os", "pool", "size")
DOMAINS = {"os": LabelDomain(values=("linux", "windows"), never=("windows",))}
NODE_VALUES = {
    "os": ("linux",),
    "pool": (None, "a", "b", "elsewhere", ""),
    "size": (None, "1", "2", "3", "4", "9", "-9", "large", ""),
}


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


def test_where_there_are_too_many_classes_everything_meets_everywhere() -> None:
    many = 13
    assert 2**many > MOST_STATES
    found = [Placement(((Expression(f"label-{n}", "Exists", ()),),)) for n in range(many)]
    (one,) = node_classes([*found, Placement(())], {})
    assert one.members == frozenset(range(many))
    assert one.name == "all nodes"


def test_many_labels_are_no_matter_where_few_classes_come_of_them() -> None:
    labels = [f"label-{n}" for n in range(40)]

    def pool(name: str) -> Placement:
        return Placement((tuple(Expression(key, "In", (name,)) for key in ("pool", *labels)),))

    found = node_classes([pool("a"), pool("b"), EVERYWHERE], {})
    assert [sorted(one.members) for one in found] == [[0, 2], [1, 2], [2]]
    assert found[0].labels["pool"] == "a"
    assert found[1].labels["label-39"] == "b"


ARCH = {**EKS, "kubernetes.io/arch": LabelDomain(("amd64", "arm64"), {"amd64": "amd64"})}


def test_what_nodes_are_called_comes_first() -> None:
    key = "kubernetes.io/arch"
    amd64 = Expression(key, "In", ("amd64",))
    chosen = Placement(((amd64, Expression(COMPUTE, "NotIn", ("hybrid", "auto"))),))
    pool = Placement(((amd64, Expression("pool", "In", ("a",))),))
    assert named(node_classes([chosen, pool], ARCH)) == {
        "EC2 amd64 nodes, pool=a": [0, 1],
        "EC2 amd64 nodes, nodes without pool=a": [0],
        "EKS hybrid and EKS Auto Mode amd64 nodes, pool=a": [1],
    }
