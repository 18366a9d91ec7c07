"""What came of the examples of rule cards, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.engine.example import ExampleTrial
from cnilint.engine.ruleset import Rule
from cnilint.model.finding import Finding
from cnilint.report.json_ import JSONObject, finding_object, json_text
from cnilint.report.words import counted, place
from cnilint.start import NamedTuple

from .layout import hanging
from .paint import Line, Paint

SCHEMA = "cnilint.test/v1"

PASSED, FAILED, UNTESTED = "passed", "failed", "untested"
WORDS = {PASSED: ("ok    ", "good"), FAILED: ("FAIL  ", "bad"), UNTESTED: ("none  ", "warning")}

OTHERS = (
    "a rule that is not meant is left out by a file .cnilint.yaml among the others, such as "
    "`ignore: {}`"
)


class Examined(NamedTuple):
    """A rule, and what came of each of its examples."""

    rule: Rule
    trials: tuple[ExampleTrial, ...]

    @property
    def outcome(self) -> str:
        """Whether it passed; a card without an example is untested."""
        if not self.trials:
            return UNTESTED
        return PASSED if all(trial.passed for trial in self.trials) else FAILED


def trials_text(found: Sequence[Examined], paint: Paint) -> str:
    """Return one line a card, what is wrong with its examples below it, and the sum."""
    return paint.render(line for each in found for line in _card(each, paint)) + paint.render(
        [[], [(_sum(found), "strong")]]
    )


def trials_json(found: Sequence[Examined]) -> str:
    """Return every card with what was found in its examples."""
    outcomes = [each.outcome for each in found]
    summary = {word: outcomes.count(word) for word in WORDS}
    cards = [_object(each) for each in found]
    return json_text({"schema": SCHEMA, "summary": summary, "cards": cards})


def _card(each: Examined, paint: Paint) -> Iterator[Line]:
    line: Line = [WORDS[each.outcome], (each.rule.id, "rule"), (f" {each.rule.name}", "")]
    yield [*line, (": the card has no example", "warning")] if not each.trials else line
    for number, trial in enumerate(each.trials, 1):
        if not trial.passed:
            yield from _failed(trial, f"example {number}, " if len(each.trials) > 1 else "", paint)


def _failed(trial: ExampleTrial, head: str, paint: Paint) -> Iterator[Line]:
    indent = ("      ", "")
    if trial.problem:
        yield from hanging([indent, (f"{head}not run: ", "bad")], trial.problem, "", paint)
        return
    wanted = f"1 finding of {trial.rule.id}"
    for files, expected, findings, right in (
        ("bad", wanted, trial.bad, trial.fires),
        ("good", "no finding", trial.good, not trial.good),
    ):
        if right:
            continue
        said = f"expected {expected}, found {'these' if findings else 'none'}"
        yield [indent, (f"{head}{files}: ", "bad"), (said, "")]
        for finding in findings:
            where = [indent, ("  ", ""), (f"{place(finding.location)}: ", "path")]
            yield from hanging(
                [*where, (finding.rule, "rule"), (" ", "")], finding.message, "", paint
            )
    others = [one.rule for one in (*trial.bad, *trial.good) if one.rule != trial.rule.id]
    if others:
        yield from hanging([indent], OTHERS.format(others[0]), "faint", paint)


def _sum(found: Sequence[Examined]) -> str:
    outcomes = [each.outcome for each in found]
    parts = [f"{outcomes.count(PASSED)} passed"]
    parts += [f"{outcomes.count(FAILED)} failed"] if FAILED in outcomes else []
    parts += [f"{outcomes.count(UNTESTED)} without an example"] if UNTESTED in outcomes else []
    return f"{counted(len(found), 'card')}: {', '.join(parts)}"


def _object(each: Examined) -> JSONObject:
    return {
        "id": each.rule.id,
        "name": each.rule.name,
        "path": each.rule.path,
        "outcome": each.outcome,
        "examples": [_trial(trial) for trial in each.trials],
    }


def _trial(trial: ExampleTrial) -> JSONObject:
    def side(expected: int, findings: Sequence[Finding]) -> JSONObject:
        return {"expected": expected, "findings": [finding_object(each) for each in findings]}

    return {
        "passed": trial.passed,
        "problem": trial.problem or None,
        "bad": side(1, trial.bad),
        "good": side(0, trial.good),
    }
