"""The files to hand over: for each chart the values, for each object the patches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cnilint.engine.inputs import Inputs
from cnilint.engine.kustomize_patch import Patch, patches
from cnilint.kube.manifest import Manifest
from cnilint.model.tree import Value
from cnilint.start import lazy_pattern

from .handover import same_object, touched, version_of
from .helm import joined, values_text
from .options import Cure, Handout
from .rounds import ChosenFix

_UNFIT = lazy_pattern(r"[^a-z0-9.-]+")


def overlays(made: Sequence[ChosenFix]) -> Iterator[Handout]:
    """Yield a file of values for each chart whose values say what the fixes do."""
    charts: dict[str, list[ChosenFix]] = {}
    for one in made:
        if one.fix.handover is not None:
            charts.setdefault(one.fix.handover.chart, []).append(one)
    for chart, chosen in charts.items():
        values: dict[str, Value] = {}
        for one in chosen:
            if one.fix.handover is not None:
                values = joined(values, dict(one.fix.handover.values))
        yield Handout(
            file=f"values-{_fit(chart)}.yaml",
            text=values_text(values),
            subject=f"values of the chart {chart}",
            why=_why(chosen),
            cures=_cures(chosen),
            chart=chart,
        )


def patch_files(made: Sequence[ChosenFix], before: Inputs, after: Inputs) -> Iterator[Handout]:
    """Yield the patches of each object that fixes change, each of them once."""
    objects: list[Manifest] = []
    for one in made:
        for found in touched(one.fix.edits):
            if not any(same_object(found, known) for known in objects):
                objects.append(found)
    names: set[str] = set()
    for manifest in objects:
        chosen = [c for c in made if any(same_object(manifest, o) for o in touched(c.fix.edits))]
        for patch in patches(version_of(manifest, before), version_of(manifest, after)):
            yield Handout(
                file=_own_name(patch, manifest, names),
                text=patch.text,
                subject=manifest.title,
                why=_why(chosen),
                cures=_cures(chosen),
                target=patch.target,
            )


def _own_name(patch: Patch, manifest: Manifest, taken: set[str]) -> str:
    """Return a file name that no other patch has."""
    parts = [patch.target.kind, patch.target.name, patch.form]
    stem = _fit("-".join(part for part in parts if part))
    if stem in taken:
        stem = _fit(f"{manifest.namespace}-{stem}")
    number = 2
    while stem in taken:
        stem, number = f"{stem}-{number}", number + 1
    taken.add(stem)
    return f"{stem}.yaml"


def _fit(text: str) -> str:
    return _UNFIT.sub("-", text.lower()).strip("-.")


def _why(chosen: Iterable[ChosenFix]) -> str:
    found = (one.fix.handover.why for one in chosen if one.fix.handover is not None)
    return "; ".join(dict.fromkeys(found))


def _cures(chosen: Iterable[ChosenFix]) -> tuple[Cure, ...]:
    found = (Cure(one.finding.rule, one.finding.name, one.fix.title) for one in chosen)
    return tuple(dict.fromkeys(found))
