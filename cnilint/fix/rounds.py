"""Fixes are made in rounds: in each, those that do not get in one another's way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cnilint.engine.evaluate import Evaluation, Surroundings, evaluated
from cnilint.engine.inputs import Inputs
from cnilint.engine.result import Result
from cnilint.engine.text_edits import TextEdits, text_edits_of
from cnilint.engine.trial import with_edits
from cnilint.model.finding import Finding, Fix, Repair, TextEdit, Way
from cnilint.start import NamedTuple
from cnilint.syntax.rewrite import CannotEdit

from .options import Options
from .prove import Prover

MOST_ROUNDS = 10


class ChosenFix(NamedTuple):
    """A fix that a round makes."""

    finding: Finding
    fix: Fix
    edits: TextEdits


class Rounds(NamedTuple):
    """What the rounds for one way of handing over came to.

    `found` is what there was before them, `result` what is there behind them.
    """

    inputs: Inputs
    found: Result
    result: Result
    made: tuple[ChosenFix, ...]
    held_back: tuple[Finding, ...]


def rounds(
    inputs: Inputs,
    surroundings: Surroundings,
    options: Options,
    way: Way,
    first: Evaluation | None = None,
) -> Rounds:
    """Make every fix of a grade and way, round after round until nothing changes.

    In one round, of two fixes that overlap, or that together lead to something new, the first is
    made; the other waits for the next. `first` is what was found in the inputs, where that is
    known.
    """
    made: list[ChosenFix] = []
    results: list[Result] = []
    for number in range(MOST_ROUNDS + 1):
        known = first if first is not None and number == 0 else evaluated(inputs, surroundings)
        prover = Prover(known, options)
        result = prover.offered()
        results.append(result)
        chosen, held_back = _round(result, options, way, prover)
        if not chosen:
            break
        if number == MOST_ROUNDS:
            held_back = [*(one.finding for one in chosen), *held_back]
            break
        made += chosen
        inputs = with_edits(inputs, _together(chosen))
    return Rounds(inputs, results[0], result, tuple(made), tuple(held_back))


def _round(
    result: Result, options: Options, way: Way, prover: Prover
) -> tuple[list[ChosenFix], list[Finding]]:
    """Return the fixes that one round makes, and the findings whose fixes wait."""
    chosen: list[ChosenFix] = []
    held_back: list[Finding] = []
    for one in _choices(result, options, way):
        here = _together(chosen)
        if all(set(edits) <= set(here.get(path, ())) for path, edits in one.edits.items()):
            continue  # another finding's fix is the same
        overlap = any(
            _overlap(mine, other)
            for path, edits in one.edits.items()
            for mine in edits
            for other in here.get(path, ())
        )
        # what a repair makes readable may change what the others are to do
        if overlap or (chosen and _repairs(one) != _repairs(chosen[0])):
            held_back.append(one.finding)
        else:
            chosen.append(one)
    if not _agree(chosen, prover):
        agreed: list[ChosenFix] = []
        for one in chosen:
            if _agree([*agreed, one], prover):
                agreed.append(one)
            else:
                held_back.append(one.finding)
        chosen = agreed
    return chosen, held_back


def _agree(chosen: Sequence[ChosenFix], prover: Prover) -> bool:
    alone = len(chosen) < 2 or any(map(_repairs, chosen))
    return alone or prover.agree(_together(chosen))


def _choices(result: Result, options: Options, way: Way) -> Iterator[ChosenFix]:
    """Yield the fix of each finding that has one of the grade, where it goes this way."""
    for finding in result.findings:
        fix = next((f for f in finding.fixes if f.applicability >= options.least), None)
        if fix is None or not fix.edits or fix.way is not way:
            continue
        edits = text_edits_of((*fix.edits, *fix.rendered))
        if not isinstance(edits, CannotEdit):
            yield ChosenFix(finding, fix, edits)


def _repairs(one: ChosenFix) -> bool:
    return all(isinstance(edit, Repair) for edit in one.fix.edits)


def _together(chosen: Iterable[ChosenFix]) -> TextEdits:
    found: dict[str, tuple[TextEdit, ...]] = {}
    for one in chosen:
        for path, edits in one.edits.items():
            found[path] = found.get(path, ()) + edits
    return found


def _overlap(one: TextEdit, other: TextEdit) -> bool:
    """Whether two edits touch; two insertions at one place do."""
    return one.span.start <= other.span.end and other.span.start <= one.span.end
