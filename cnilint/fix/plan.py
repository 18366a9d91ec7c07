"""Which fixes are offered, and what applying them comes to: files changed, files handed over."""

from __future__ import annotations

from collections.abc import Iterable

from cnilint.engine.evaluate import Evaluation, Surroundings
from cnilint.engine.inputs import Inputs
from cnilint.engine.result import Result
from cnilint.errors import UsageError
from cnilint.model.finding import Way
from cnilint.model.text import Source

from .handouts import overlays, patch_files
from .options import Fixed, Options
from .prove import Prover
from .rounds import MOST_ROUNDS, ChosenFix, Rounds, rounds

__all__ = ["MOST_ROUNDS", "fixed", "offered"]


def offered(evaluation: Evaluation, options: Options) -> Result:
    """Return a result whose fixes are proven; one that is not is shown, with the reason."""
    return Prover(evaluation, options).offered()


def fixed(
    inputs: Inputs,
    surroundings: Surroundings,
    options: Options,
    first: Evaluation | None = None,
) -> Fixed:
    """Apply every fix of a grade: in the files that were read, then what is handed over.

    In the order in which it takes effect: the files, the values of charts, and the patches of what
    is rendered from both. `first` is what was found in the inputs, where that is known.
    """
    written = rounds(inputs, surroundings, options, Way.IN_PLACE, first)
    valued = _further(written, surroundings, options, Way.HELM)
    patched = _further(valued, surroundings, options, Way.KUSTOMIZE)
    return Fixed(
        inputs=written.inputs,
        found=written.found,
        result=written.result,
        changed=_changed(inputs, written),
        applied=len(written.made),
        held_back=(*written.held_back, *valued.held_back, *patched.held_back),
        handouts=(
            *overlays(valued.made),
            *patch_files(patched.made, valued.inputs, patched.inputs),
        ),
    )


def _further(before: Rounds, surroundings: Surroundings, options: Options, way: Way) -> Rounds:
    """Make the fixes that go another way, if there are any."""
    if any(fix.way is way for finding in before.result.findings for fix in finding.fixes):
        return rounds(before.inputs, surroundings, options, way)
    return Rounds(before.inputs, before.result, before.result, (), ())


def _changed(inputs: Inputs, written: Rounds) -> tuple[tuple[Source, Source], ...]:
    """Return the files to be written, before and after: not what only shows an effect."""
    pairs = (
        (inputs.source(path), written.inputs.source(path))
        for path in dict.fromkeys(_written(written.made))
    )
    order = {source.path: at for at, source in enumerate(inputs.sources)}
    changed = [(o, n) for o, n in pairs if o is not None and n is not None and o.text != n.text]
    in_order = sorted(changed, key=lambda pair: order.get(pair[0].path, len(order)))
    return tuple((_whole(old), _whole(new)) for old, new in in_order)


def _whole(source: Source) -> Source:
    """Return a source with all of its text; UsageError if its file was changed meanwhile."""
    if not source.gaps:
        return source
    from cnilint.syntax.large import whole

    try:
        return whole(source)
    except OSError as error:
        path, reason = source.path, error.strerror or str(error)
        raise UsageError(f"{path} cannot be written: {reason}") from error


def _written(made: Iterable[ChosenFix]) -> Iterable[str]:
    return (edit.document.source.path for one in made for edit in one.fix.edits)
