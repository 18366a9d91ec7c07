"""Fixes are applied in rounds: what overlaps or does not agree waits, and it comes to an end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cnilint.engine import trial
from cnilint.engine.evaluate import NOTHING_AROUND, Evaluation, Surroundings
from cnilint.engine.inputs import Inputs
from cnilint.engine.result import Result
from cnilint.fix import plan, rounds
from cnilint.fix.options import Fixed, Options
from cnilint.fix.plan import MOST_ROUNDS, fixed
from cnilint.model.finding import (
    Applicability,
    Edit,
    Finding,
    Fix,
    Level,
    Location,
    Operation,
    Repair,
)
from cnilint.model.text import Span
from cnilint.run import fix, lint
from tests.cases import whole_cases
from tests.clusters import PINNED, STANDALONE, UNPINNED, VPC, contents, multus, placed, read

ALL = Options(Applicability.UNSAFE)


def made(files: dict[str, str], options: Options | None = None) -> Fixed:
    return fixed(read(files), NOTHING_AROUND, options or Options())


def of_multus(configuration: str, options: Options | None = None) -> Fixed:
    return made({"multus.yaml": multus(configuration), "vpc.yaml": VPC}, options)


def configuration(done: Fixed) -> dict[str, Any]:
    """Return the daemon configuration of the first source; a repeated key is a failure."""
    (block,) = re.findall(r"json: \|\n((?:    .*\n)+)", done.inputs.sources[0].text)

    def members(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert len(dict(pairs)) == len(pairs), pairs
        return dict(pairs)

    found: dict[str, Any] = json.loads(block, object_pairs_hook=members)
    return found


def rules(result: Result) -> list[str]:
    return [finding.rule for finding in result.findings]


def without(*keys: str) -> str:
    """Return the configuration without some members."""
    lines = UNPINNED.splitlines(keepends=True)
    return "".join(line for line in lines if not any(f'"{key}"' in line for key in keys))


def test_what_is_sound_is_not_touched() -> None:
    done = of_multus(PINNED)
    assert (done.changed, done.applied, done.held_back) == ((), 0, ())
    assert rules(done.result) == []


def test_changed_sources_are_told_with_what_they_were() -> None:
    done = of_multus(UNPINNED)
    ((before, after),) = done.changed
    assert before.path == after.path == "multus.yaml"
    assert (before.text, after.text) == (multus(), multus(PINNED))
    assert after is done.inputs.sources[0]
    assert done.inputs.sources[1].text == VPC
    assert (done.applied, rules(done.result)) == (1, [])


def test_the_result_is_that_of_the_changed_texts() -> None:
    done = made({"multus.yaml": multus(UNPINNED.replace("socketDir", "name")), "vpc.yaml": VPC})
    (left,) = done.result.findings
    assert left.rule == "CNI110"
    assert left.location.source is done.inputs.sources[0]


def test_of_two_insertions_at_one_place_the_second_waits_for_the_next_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short = without("cniVersion", "cniConfigDir")
    found = lint_of({"multus.yaml": multus(short), "vpc.yaml": VPC})
    assert rules(found) == ["CNI107", "CNI109", "CNI102"]
    assert found.fixable(Applicability.SAFE) == 3
    monkeypatch.setattr(rounds, "MOST_ROUNDS", 1)
    first = of_multus(short)
    assert [finding.rule for finding in first.held_back] == ["CNI109"]
    assert first.applied == 2
    assert configuration(first)["cniConfigDir"] == "/host/etc/cni/net.d"
    assert "cniVersion" not in configuration(first)
    monkeypatch.undo()
    done = of_multus(short)
    assert (done.applied, done.held_back, rules(done.result)) == (3, (), [])
    assert list(configuration(done))[-2:] == ["cniConfigDir", "cniVersion"]


WRONG = '    "multusMasterCNIFile": "10-aws.conflist",\n'


@pytest.mark.parametrize("before", ["cniVersion", "cniConfigDir", "multusConfigFile", "socketDir"])
def test_two_fixes_that_are_each_right_are_not_both_made_when_they_clash(before: str) -> None:
    """To rename the misspelt pin and to add the right one would make the same key twice."""
    done = of_multus(UNPINNED.replace(f'    "{before}"', f'{WRONG}    "{before}"'))
    assert configuration(done)["multusMasterCNI"] == "10-aws.conflist"
    assert done.applied == 1
    # the one that comes first in the text is made, and then there is no need for the other
    behind = before == "socketDir"
    assert ("multusMasterCNIFile" in configuration(done)) is behind
    assert rules(done.result) == (["CNI108"] if behind else [])


def test_what_clashes_with_nobody_is_made_in_the_same_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = UNPINNED.replace("0.3.1", "1").replace(
        '    "cniConfigDir"', f'{WRONG}    "cniConfigDir"'
    )
    monkeypatch.setattr(rounds, "MOST_ROUNDS", 1)
    done = of_multus(text)
    assert done.applied == 2
    assert configuration(done)["cniVersion"] == "0.3.1"
    assert (done.held_back, rules(done.result)) == ((), [])


def test_a_repair_and_what_it_makes_readable_go_into_rounds_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoilt = UNPINNED.replace('run/multus/"', 'run/multus/",')
    monkeypatch.setattr(rounds, "MOST_ROUNDS", 1)
    first = of_multus(spoilt)
    assert (first.applied, [finding.rule for finding in first.held_back]) == (1, ["CNI108"])
    monkeypatch.undo()
    done = of_multus(spoilt)
    assert (done.applied, rules(done.result)) == (2, [])
    assert done.inputs.sources[0].text == multus(PINNED)


@pytest.mark.parametrize("grade", [Applicability.SAFE, Applicability.UNSAFE])
def test_a_grade_below_the_least_one_is_not_applied(grade: Applicability) -> None:
    cilium = whole_cases() / "CNI101" / "bad-two-primaries" / "cilium.yaml"
    files = {"multus.yaml": multus(), "vpc.yaml": VPC, "cilium.yaml": cilium.read_text()}
    (finding,) = [f for f in lint_of(files).findings if f.rule == "CNI101"]
    grades = [one.applicability for one in finding.fixes]
    assert grades == [Applicability.UNSAFE, Applicability.DISPLAY]
    done = made(files, Options(grade))
    if grade is Applicability.SAFE:
        assert (done.changed, done.applied) == ((), 0)
    else:
        assert configuration(done)["multusMasterCNI"] == "05-cilium.conflist"


def lint_of(files: dict[str, str]) -> Result:
    inputs = read(files)
    return plan.offered(Evaluation(inputs, NOTHING_AROUND), Options())


@pytest.mark.parametrize("options", [Options(), ALL])
@pytest.mark.parametrize(
    "text",
    [
        UNPINNED,
        without("cniVersion", "cniConfigDir", "multusConfigFile"),
        UNPINNED.replace('"auto"', '"/host/etc/cni/net.d/10-aws.conflist"'),
        UNPINNED.replace('"multusConfigFile"', '"multus_config_file"'),
        UNPINNED.replace('run/multus/"', 'run/multus/",'),
    ],
)
def test_what_is_fixed_stays_as_it_is(text: str, options: Options) -> None:
    once = of_multus(text, options)
    assert once.applied > 0
    again = fixed(once.inputs, NOTHING_AROUND, options)
    assert (again.changed, again.applied) == ((), 0)
    assert again.result.findings == once.result.findings


def test_nothing_is_written_by_planning(tmp_path: Path) -> None:
    placed(tmp_path, {"m.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": STANDALONE})
    before = contents(tmp_path)
    assert fix([str(tmp_path)], options=ALL).applied == 1
    assert lint([str(tmp_path)]).fixable(Applicability.SAFE) == 1
    assert contents(tmp_path) == before


def instead(
    monkeypatch: pytest.MonkeyPatch, find: Callable[[Inputs, Surroundings], Result]
) -> None:
    """Let a function find what there is to find."""

    def evaluation(inputs: Inputs, around: Surroundings) -> Evaluation:
        one = Evaluation(inputs, around)
        one.result = find(inputs, around)
        return one

    for module in (trial, rounds):
        monkeypatch.setattr(module, "evaluated", evaluation)


def endless(inputs: Inputs, _around: Surroundings) -> Result:
    """Find something whose repair leads to the next of its kind, for ever."""
    (document,) = inputs.documents
    text = document.source.text
    place = Location(document.source, Span(0, 1), (), document, str(len(text)))
    repair = Repair(document, Span(len(text), len(text)), "#")
    one = Fix("one more", Applicability.SAFE, (repair,))
    finding = Finding("CNI999", "endless", Level.ERROR, "again", place, fixes=(one,))
    return Result((finding,), (), (), 1, 1)


def test_there_are_at_most_ten_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, endless)
    done = fixed(read({"x.yaml": "a: 1\n"}), NOTHING_AROUND, Options())
    assert MOST_ROUNDS == done.applied == 10
    assert done.inputs.sources[0].text == "a: 1\n" + "#" * 10
    assert [finding.rule for finding in done.held_back] == ["CNI999"]
    assert done.result.findings[0].location.source is done.inputs.sources[0]


def renaming(inputs: Inputs, _around: Surroundings) -> Result:
    """Find what one fix of two files removes."""
    documents = inputs.documents

    def findings() -> Iterator[Finding]:
        if any("old" in document.source.text for document in documents):
            edits = tuple(Edit(d, ("a",), Operation.REPLACE, "new") for d in documents)
            place = Location(documents[0].source, Span(0, 1), ("a",), documents[0], "a")
            yield Finding(
                *("CNI999", "two-files", Level.ERROR, "old", place),
                fixes=(Fix("in both", Applicability.SAFE, edits),),
            )

    return Result(tuple(findings()), (), (), 2, 2)


def test_a_fix_of_two_files_is_one_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, renaming)
    done = fixed(read({"x.yaml": "a: old\n", "y.yaml": "a: old\n"}), NOTHING_AROUND, Options())
    assert [(old.path, new.text) for old, new in done.changed] == [
        ("x.yaml", "a: new\n"),
        ("y.yaml", "a: new\n"),
    ]
    assert done.applied == 1
