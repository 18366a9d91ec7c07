"""What holds of ignores, whatever they say: nothing is lost, and nothing appears twice."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.engine.evaluate import Surroundings, evaluate
from cnilint.engine.ignores.baseline import entries_of
from cnilint.engine.ignores.ignore import ENTRY, Ignore, IgnoredRule, Scope
from cnilint.engine.policy import Policy, standing_for, switched
from cnilint.model.finding import Finding, Location
from cnilint.model.text import Source, Span
from tests.clusters import OWNED, STANDALONE, VPC, multus, read

FILES = {
    "prod/aws-node.yaml": VPC,
    "prod/istio-cni.yaml": STANDALONE,
    "prod/multus.yaml": multus(),
    "test/aws-node.yaml": VPC,
    "test/istio-cni.yaml": OWNED,
    "test/multus.yaml": multus(),
    "twice.yaml": "apiVersion: v1\nkind: A\na: 1\na: 2\n",
}
INPUTS = read(FILES)
ALL = evaluate(INPUTS)
HERE = Location(Source(".cnilint.yaml", "ignores: []\n"), Span(0, 7))
HYGIENE = {"CNI910", "CNI911", "CNI912", "CNI913"}

WORDS = st.sampled_from(["CNI101", "CNI102", "CNI1", "CNI9", "CNI902", "master-not-pinned", "CNI"])
SCOPES = st.builds(
    Scope,
    kind=st.sampled_from(["", "ConfigMap", "*", "Pod"]),
    path=st.sampled_from(["", "prod/**", "*.yaml", "nowhere"]),
    cluster=st.sampled_from(["", "prod", "test"]),
)
ENTRIES = st.builds(
    lambda word, scope: Ignore(
        ENTRY, (IgnoredRule(word, standing_for(word), Span(0, 7)),), HERE, "known", scope=scope
    ),
    WORDS,
    SCOPES,
)
PATTERNS = st.tuples(st.sampled_from(["prod/*", "test", "*.yaml"]), WORDS.map(standing_for))


def keys(findings: list[Finding]) -> Counter[tuple[object, ...]]:
    """Return findings counted, one of several clusters as one of each."""
    return Counter(
        (one.rule, cluster, one.location.source.path, one.location.span, one.message)
        for one in findings
        if one.rule not in HYGIENE
        for cluster in one.cluster.split(", ")
    )


def test_there_is_something_to_ignore() -> None:
    assert {finding.rule for finding in ALL.findings} >= {"CNI101", "CNI902"}


@settings(max_examples=40, deadline=None)
@given(st.lists(ENTRIES, max_size=3), st.lists(PATTERNS, max_size=2), st.booleans())
def test_every_finding_is_still_there_once(
    ignores: list[Ignore], patterns: list[tuple[str, frozenset[str]]], whole: bool
) -> None:
    policy = Policy(ignores=tuple(ignores), per_file=tuple(patterns), whole=whole)
    result = evaluate(INPUTS, Surroundings(policy=policy))
    assert keys([finding for finding, _known in result.everything()]) == keys([*ALL.findings])
    assert [f for f, known in result.everything() if known is None] == list(result.findings)
    for suppressed in result.suppressed:
        rule = suppressed.finding.rule
        named = any(rule in word.rules for one in ignores for word in one.words)
        assert named or any(rule in ids for _pattern, ids in patterns)
        assert suppressed.finding.fixes == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS, max_size=2), st.lists(WORDS, max_size=2))
def test_switching_rules_off_only_takes_findings_away(select: list[str], ignore: list[str]) -> None:
    off, severity = switched(select, ignore, {})
    result = evaluate(INPUTS, Surroundings(policy=Policy(off=off, severity=severity)))
    assert list(result.findings) == [one for one in ALL.findings if one.rule not in off]


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, len(ALL.findings) - 1)))
def test_what_a_baseline_has_is_old_and_the_rest_is_new(chosen: set[int]) -> None:
    before = [one for at, one in enumerate(ALL.findings) if at in chosen]
    known = tuple(entry.identity for entry in entries_of(before))
    result = evaluate(INPUTS, Surroundings(policy=Policy(baseline=known)))
    assert len(result.suppressed) == len(before)
    assert len(result.findings) == len(ALL.findings) - len(before)
    assert [finding.rule for finding, _known in result.everything()] == [
        finding.rule for finding in ALL.findings
    ]


@settings(max_examples=20, deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=3))
def test_an_entry_is_unused_just_when_leaving_it_out_changes_nothing(ignores: list[Ignore]) -> None:
    def counted(some: list[Ignore]) -> Counter[tuple[object, ...]]:
        result = evaluate(INPUTS, Surroundings(policy=Policy(ignores=tuple(some))))
        return keys([*result.findings])

    one = ignores[0]
    alone = evaluate(INPUTS, Surroundings(policy=Policy(ignores=(one,), whole=True)))
    unused = any(finding.rule == "CNI910" for finding in alone.findings)
    assert unused == (counted([one]) == counted([]))
    if unused:
        assert counted(ignores) == counted(ignores[1:])
