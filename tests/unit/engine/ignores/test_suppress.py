"""Which findings are known, by whom, and which ignores were of use."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.evaluate import Surroundings, evaluate
from cnilint.engine.ignores.ignore import ENTRY, Ignore, IgnoredRule, Scope
from cnilint.engine.ignores.suppress import _Row, relative_path
from cnilint.engine.policy import Policy, standing_for, switched
from cnilint.engine.result import KnownBy, Result
from cnilint.model.finding import Level, Location
from cnilint.model.text import Source, Span
from tests.clusters import OWNED, PINNED, STANDALONE, VPC, multus, read

RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}
HEADER = "  daemon-config.json: |"
HERE = Location(Source(".cnilint.yaml", "ignores: []\n"), Span(0, 7))


def commented(comment: str, files: Mapping[str, str] = RACE) -> dict[str, str]:
    text = files["multus.yaml"]
    assert HEADER in text
    return {**files, "multus.yaml": text.replace(HEADER, f"{HEADER} # cnilint: {comment}")}


def entry(rule: str, *, reason: str = "", until: str = "", **scope: str) -> Ignore:
    word = IgnoredRule(rule, standing_for(rule), Span(0, 7))
    return Ignore(ENTRY, (word,), HERE, reason, until, scope=Scope(**scope))


def lint(files: Mapping[str, str], **policy: object) -> Result:
    chosen = Policy(**policy)  # type: ignore[arg-type]
    return evaluate(read(files), Surroundings(policy=chosen))


def rules(result: Result) -> list[str]:
    return [finding.rule for finding in result.findings]


def known(result: Result) -> list[tuple[str, KnownBy, str]]:
    return [(s.finding.rule, s.reason.known, s.reason.text) for s in result.suppressed]


def test_what_is_ignored_is_kept_apart_with_its_reason_and_has_no_fix() -> None:
    assert rules(lint(RACE)) == ["CNI101"]
    result = lint(commented("ignore[CNI101] the image has one file"))
    assert rules(result) == []
    (one,) = result.suppressed
    assert (one.finding.rule, one.reason.known) == ("CNI101", KnownBy.IN_SOURCE)
    assert one.reason.text == "the image has one file"
    assert one.reason.location is not None
    assert one.reason.location.source.path == "multus.yaml"
    assert one.finding.fixes == ()


def test_an_ignore_of_another_rule_ignores_nothing() -> None:
    assert sorted(rules(lint(commented("ignore[CNI102] known")))) == ["CNI101", "CNI910"]


def test_an_ignore_in_another_file_ignores_nothing() -> None:
    files = {**RACE, "aws-node.yaml": f"# cnilint: ignore[CNI101] known\n{VPC}"}
    assert sorted(rules(lint(files))) == ["CNI101", "CNI910"]


@pytest.mark.parametrize(
    ("today", "found"),
    [
        ("2026-12-30", []),
        ("2026-12-31", []),
        ("2027-01-01", ["CNI101", "CNI912"]),
    ],
)
def test_the_last_day_is_the_last_on_which_it_is_ignored(today: str, found: list[str]) -> None:
    files = commented("ignore[CNI101] until=2026-12-31 known")
    assert sorted(rules(lint(files, today=today))) == found
    by_entry = lint(RACE, ignores=(entry("CNI101", until="2026-12-31"),), today=today)
    assert sorted(rules(by_entry)) == found


def test_without_a_day_today_is_the_real_one() -> None:
    assert rules(lint(commented("ignore[CNI101] until=9999-12-31 x"))) == []
    assert "CNI912" in rules(lint(commented("ignore[CNI101] until=2000-01-01 x")))


@pytest.mark.parametrize(
    ("scope", "fits"),
    [
        ({}, True),
        ({"kind": "ConfigMap"}, True),
        ({"kind": "DaemonSet"}, False),
        ({"name": "multus-*"}, True),
        ({"name": "multus"}, False),
        ({"namespace": "kube-system", "kind": "Config*"}, True),
        ({"namespace": "default"}, False),
        ({"path": "multus.yaml"}, True),
        ({"path": "clusters/**"}, False),
        ({"cluster": "default"}, True),
        ({"cluster": "prod"}, False),
        ({"kind": "ConfigMap", "name": "other"}, False),
    ],
)
def test_an_entry_fits_when_everything_it_names_does(scope: dict[str, str], *, fits: bool) -> None:
    result = lint(RACE, ignores=(entry("CNI101", reason="known", **scope),))
    assert rules(result) == ([] if fits else ["CNI101"])
    assert known(result) == ([("CNI101", KnownBy.CONFIGURATION, "known")] if fits else [])


def test_an_entry_finds_the_object_around_a_place_without_one() -> None:
    twice = VPC.replace("  name: aws-node\n", "  name: aws-node\n  name: aws-node\n")
    assert "CNI902" in rules(lint({"a.yaml": twice}))
    of_it = (entry("CNI902", kind="DaemonSet", name="aws-node"),)
    assert "CNI902" not in rules(lint({"a.yaml": twice}, ignores=of_it))
    assert "CNI902" in rules(lint({"a.yaml": twice}, ignores=(entry("CNI902", name="x"),)))


TWO = {
    **{f"prod/{name}": text for name, text in RACE.items()},
    **{f"test/{name}": text for name, text in RACE.items()},
}


def test_an_entry_may_be_about_one_cluster() -> None:
    result = lint(TWO, ignores=(entry("CNI101", cluster="test"),))
    assert [f.cluster for f in result.findings] == ["prod"]
    assert [s.finding.cluster for s in result.suppressed] == ["test"]


def test_what_several_clusters_share_is_ignored_only_where_it_is_said() -> None:
    shared = {
        "base/multus.yaml": multus(),
        **{f"{name}/aws-node.yaml": VPC for name in ("prod", "test")},
        **{f"{name}/istio-cni.yaml": STANDALONE for name in ("prod", "test")},
    }
    (both,) = lint(shared).findings
    assert both.cluster == "prod, test"
    result = lint(shared, ignores=(entry("CNI101", cluster="test"),))
    assert [f.cluster for f in result.findings] == ["prod"]
    assert [s.finding.cluster for s in result.suppressed] == ["test"]


def test_rules_are_ignored_in_the_files_of_a_pattern() -> None:
    ids = standing_for("CNI1")
    result = lint(TWO, per_file=(("test/**", ids),))
    assert [f.location.source.path for f in result.findings] == ["prod/multus.yaml"]
    assert known(result) == [("CNI101", KnownBy.CONFIGURATION, "ignored in test/**")]
    assert len(lint(TWO, per_file=(("test/**", standing_for("CNI2")),)).findings) == 2


def test_a_pattern_may_ignore_what_is_found_of_ignores() -> None:
    files = commented("ignore[CNI102] known")
    result = lint(files, per_file=(("multus.yaml", standing_for("CNI910")),))
    assert rules(result) == ["CNI101"]
    assert [s.finding.rule for s in result.suppressed] == ["CNI910"]


def test_each_ignore_that_is_about_a_finding_was_of_use() -> None:
    files = commented("ignore[CNI101,CNI1,master-depends-on-order] known")
    result = lint(files, ignores=(entry("CNI101"),), whole=True)
    assert rules(result) == []
    assert known(result) == [("CNI101", KnownBy.IN_SOURCE, "known")]


def test_an_entry_is_unused_only_when_the_run_saw_everything() -> None:
    pinned = {"aws-node.yaml": VPC, "multus.yaml": multus(PINNED)}
    nothing = (entry("CNI101"),)
    assert rules(lint(pinned, ignores=nothing)) == []
    (unused,) = lint(pinned, ignores=nothing, whole=True).findings
    assert (unused.rule, unused.location.source.path) == ("CNI910", ".cnilint.yaml")
    assert unused.fixes == ()


def test_an_ignore_of_a_rule_that_does_not_run_is_not_unused() -> None:
    off, severity = switched((), ("CNI101",), {"CNI102": "off"})
    files = commented("ignore[CNI101, CNI102] known")
    assert rules(lint(files, off=off, severity=severity)) == []
    assert rules(lint(files, off=off)) == ["CNI910"]


def test_an_ignore_of_a_rule_about_a_change_is_not_unused_where_there_is_one_state() -> None:
    assert rules(lint(commented("ignore[CNI101, CNI603] known"))) == []


def test_an_ignore_where_nothing_could_be_read_is_not_unused() -> None:
    result = lint({"a.yaml": "a: [1\nb: 2 # cnilint: ignore[CNI101] known\n"})
    assert rules(result) == ["CNI901"]


def test_a_level_given_by_the_configuration_counts_for_every_finding() -> None:
    (race,) = lint(RACE, severity={"CNI101": Level.NOTE}).findings
    assert race.level is Level.NOTE
    assert race.help == ""


def test_the_place_among_the_others_is_kept() -> None:
    files = {**commented("ignore[CNI101] known"), "zz.yaml": OWNED, "a.yaml": "a: 1\na: 2\n"}
    without = evaluate(read({**files, "multus.yaml": multus()}))
    result = lint(files)
    assert [f.rule for f, _s in result.everything()] == rules(without)
    assert {s.finding.rule for s in result.suppressed} == {"CNI101"}


def test_a_path_counts_from_a_folder(tmp_path: object) -> None:
    base = str(tmp_path)
    assert relative_path(f"{base}/clusters/a.yaml", base) == "clusters/a.yaml"
    assert relative_path("/elsewhere/a.yaml", base) == "/elsewhere/a.yaml"
    assert relative_path(f"{base}2/a.yaml", base) == f"{base}2/a.yaml"
    assert relative_path("-", base) == "-"
    assert relative_path("a.yaml", "") == "a.yaml"


@given(
    st.lists(st.integers(0, 30), max_size=12),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), max_size=8),
)
def test_each_place_goes_to_the_first_stretch_that_covers_it(
    places: list[int], stretches: list[tuple[int, int]]
) -> None:
    row = _Row(set(places))
    left = set(places)
    for start, length in stretches:
        covered = {place for place in places if start <= place < start + length}
        assert row.taken(Span(start, start + length)) == (
            bool(covered),
            sorted(covered & left),
        )
        left -= covered
