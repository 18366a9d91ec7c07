"""To whom a fix is handed: to the file that was read, or to what an object was rendered from."""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.engine.inputs import Inputs
from cnilint.engine.kustomize_patch import patches
from cnilint.engine.result import Result
from cnilint.gitops.delivery import deliveries
from cnilint.kube.manifest import Manifest, ManifestIndex, manifests
from cnilint.model.finding import Edit, Fix, Handover, Repair, Way
from cnilint.model.tree import Document
from cnilint.start import replace
from cnilint.syntax.collect import STANDARD_INPUT

from .generated import in_its_source
from .helm import Overlay, overlay, values_text
from .meaning import meanings
from .options import Options

HELM = "helm"

NO_VALUE = "no value of the chart says this"
NOT_RENDERED = "this was not rendered from a chart, as far as the manifests show"
NO_PATCH = "a patch cannot say this: only the text changes, or the object has no name"


def traced(fix: Fix, inputs: Inputs, options: Options) -> Fix:
    """Return a fix of what Kustomize generates as one of the file that it is generated from."""
    if options.way in (None, Way.IN_PLACE) and not options.rendered:
        objects = touched(fix.edits)
        if any(one.origin is not None and one.origin.generator for one in objects):
            return in_its_source(fix, objects, inputs) or fix
    return fix


def is_elsewhere(fix: Fix, options: Options) -> bool:
    """Whether a fix is for something else than the files that were read."""
    return not fix.rendered and _way(touched(fix.edits), options) is not Way.IN_PLACE


def handed_over(fix: Fix, before: Result, after: Result, now: Inputs, options: Options) -> Fix:
    """Return a proven fix with the way it is handed over, or for display with the reason.

    `before` and `after` are what is found without and with it, `now` the inputs with it.
    """
    objects = touched(fix.edits)
    origins = [one.origin for one in objects if one.origin is not None]
    names = " and ".join(dict.fromkeys(origin.path or origin.tool for origin in origins))
    way, note = _way(objects, options), fix.note
    if fix.rendered:
        return fix
    if way is Way.IN_PLACE:
        if not origins or options.rendered:
            return fix
        return fix.only_shown(
            f"this is rendered from {names}: change it there (--rendered edits it here)"
        )
    if way is Way.HELM:
        values = _overlay(fix, objects, before, after)
        if values is not None:
            why = f"rendered from {names} by Helm, and a value of the chart says this"
            text = values_text(values.values)
            return replace(fix, handover=Handover(way, why, text, values.chart, values.values))
        if not origins and all(map(_holds_values, objects)):
            return fix
        if options.way is Way.HELM:
            return fix.only_shown(NO_VALUE if origins else NOT_RENDERED)
        note = f"{note}; {NO_VALUE}" if note else NO_VALUE
    made = [patches(one, version_of(one, now)) for one in objects]
    if not all(made):
        return fix.only_shown(NO_PATCH)
    tools = {origin.tool for origin in origins}
    by = "rendered by Helm" if tools == {HELM} else "built by Kustomize"
    asked = "as asked for" if options.way is not None else "read from a pipe"
    why = f"{by} from {names}" if origins else asked
    text = "---\n".join(patch.text for one in made for patch in one)
    return replace(fix, note=note, handover=Handover(Way.KUSTOMIZE, why, text))


def _way(objects: Sequence[Manifest], options: Options) -> Way:
    """Return the way that is asked for, else the one that fits where objects come from."""
    if options.way is not None:
        return options.way
    tools = {one.origin.tool for one in objects if one.origin is not None}
    piped = options.patches and any(one.document.source.path == STANDARD_INPUT for one in objects)
    if options.rendered or not (tools or piped):
        return Way.IN_PLACE
    return Way.HELM if tools == {HELM} else Way.KUSTOMIZE


def touched(edits: Sequence[Edit | Repair]) -> list[Manifest]:
    """Return the objects that edits lie in, each once."""
    found: list[Manifest] = []
    for edit in edits:
        for manifest in manifests(edit.document):
            if isinstance(edit, Repair):
                inside = manifest.root.span.covers(edit.span)
            else:
                inside = edit.route[: len(manifest.route)] == manifest.route
            if inside and not any(same_object(one, manifest) for one in found):
                found.append(manifest)
    return found


def version_of(one: Manifest, inputs: Inputs) -> Manifest:
    """Return an object as it stands in other inputs; itself if it is not there."""
    for document in inputs.of([one.document.source.path]).documents:
        if _same_document(document, one.document):
            for manifest in manifests(document):
                if manifest.route == one.route:
                    return manifest
    return one


def same_object(one: Manifest, other: Manifest) -> bool:
    """Whether two manifests stand at the same place, in the same or in another version of it."""
    return _same_document(one.document, other.document) and one.route == other.route


def _same_document(one: Document, other: Document) -> bool:
    return (one.source.path, one.index) == (other.source.path, other.index)


def _overlay(
    fix: Fix, objects: Sequence[Manifest], before: Result, after: Result
) -> Overlay | None:
    """Return the values that say what a fix of rendered objects means, if there are any."""
    templates = {
        one.origin.path for one in objects if one.origin is not None and one.origin.tool == HELM
    }
    wanted = meanings(fix.edits, before, after)
    if not templates or wanted is None:
        return None
    found = [overlay(template, wanted) for template in templates]
    return found[0] if all(one == found[0] for one in found) else None


def _holds_values(one: Manifest) -> bool:
    """Whether an object asks for a chart or an add-on, so that an edit of it is one of values."""
    return next(deliveries(one, ManifestIndex(())), None) is not None
