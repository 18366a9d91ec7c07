"""What is found in built objects, at the text that decides it: places, and where fixes are made.

A rule reads a built object as any document. What it says is put here onto the files that somebody
wrote: a finding at the text that wrote the value last, and an edit into that text.
"""

from __future__ import annotations

from collections.abc import Iterable

from cnilint.catalog.form import DeliveryForm
from cnilint.gitops.built import BuiltDocument, Place
from cnilint.gitops.delivery import Delivery
from cnilint.model.finding import (
    Applicability,
    Edit,
    Finding,
    Fix,
    Level,
    Location,
    Note,
    Operation,
    Related,
    Repair,
)
from cnilint.model.text import Span
from cnilint.model.tree import Document, Route, plain
from cnilint.simulation.cluster import Cluster
from cnilint.start import replace
from cnilint.syntax.embedded import resolve
from cnilint.syntax.patch import differs

NOT_WRITTEN = "the tool that builds this object makes the value: no file says it"
PUT_TOGETHER = "what the file says is made into something else when the object is built"


def placed(location: Location) -> Location:
    """Return a place in a file that somebody wrote: itself, unless it is in a built object."""
    document = location.document
    if not isinstance(document, BuiltDocument):
        return location
    place = document.place(location.route)
    if place is None:
        return location
    return _location(place, location.object)


def placed_finding(finding: Finding) -> Finding:
    """Return a finding whose places and edits are in files that somebody wrote.

    One that rests on a value which is not known for sure is no error, and has no safe fix.
    """
    doubt = _doubt(finding)
    if not doubt and not _is_built(finding):
        return finding
    fixes = tuple(_placed_fix(fix, doubt) for fix in finding.fixes)
    return replace(
        finding,
        level=min(finding.level, Level.WARNING) if doubt else finding.level,
        location=placed(finding.location),
        related=tuple(Related(placed(one.location), one.message) for one in finding.related),
        fixes=fixes,
    )


def doubted(finding: Finding, cluster: Cluster) -> Finding:
    """Return a finding that is no error where it rests on values of which some were not read.

    It has no safe fix then. What stands in the object's own values counts most, and is certain.
    """
    for one in cluster.installers:
        if not isinstance(one.form, DeliveryForm) or not one.form.delivery.unread:
            continue
        if finding.location.object == one.object and not _counts_most(finding, one.form.delivery):
            fixes = tuple(
                replace(fix, applicability=min(fix.applicability, Applicability.UNSAFE))
                for fix in finding.fixes
            )
            level = min(finding.level, Level.WARNING)
            return replace(finding, level=level, fixes=fixes)
    return finding


def _counts_most(finding: Finding, delivery: Delivery) -> bool:
    """Whether a finding is at a value that no other one is laid over."""
    room, location = delivery.room, finding.location
    if room is None or location.document is not delivery.manifest.document:
        return False
    base = (*delivery.manifest.route, *room.steps)
    return len(location.route) > len(base) and location.route[: len(base)] == base


def placed_note(note: Note) -> Note:
    """Return a note whose place is in a file that somebody wrote."""
    return note if note.location is None else note._replace(location=placed(note.location))


def _is_built(finding: Finding) -> bool:
    places = [finding.location, *(one.location for one in finding.related)]
    edits = [edit.document for fix in finding.fixes for edit in fix.edits]
    return any(isinstance(one, BuiltDocument) for one in (*(p.document for p in places), *edits))


def _doubt(finding: Finding) -> str:
    """Return why something that a finding rests on may be otherwise, empty where nothing is."""
    for document, route in _rests_on(finding):
        if isinstance(document, BuiltDocument) and (why := document.doubt(route)):
            return why
    return ""


def _rests_on(finding: Finding) -> Iterable[tuple[Document | None, Route]]:
    yield finding.location.document, finding.location.route
    for fix in finding.fixes:
        for edit in fix.edits:
            if isinstance(edit, Edit):
                yield edit.document, edit.route


def _placed_fix(fix: Fix, doubt: str) -> Fix:
    """Return a fix as edits of files; one that cannot be made there is shown, with the reason."""
    edits: list[Edit | Repair] = []
    for edit in fix.edits:
        moved = _moved(edit)
        if isinstance(moved, str):
            return replace(fix, applicability=Applicability.DISPLAY, edits=(), note=moved)
        edits.append(moved)
    least = min(fix.applicability, Applicability.UNSAFE) if doubt else fix.applicability
    note = "; ".join(part for part in (fix.note, doubt) if part)
    return replace(fix, applicability=least, edits=tuple(edits), note=note)


def _moved(edit: Edit | Repair) -> Edit | Repair | str:
    """Return an edit of a built object as one of the text that wrote the value, or why not."""
    document = edit.document
    if not isinstance(document, BuiltDocument):
        return edit
    if isinstance(edit, Repair):
        return PUT_TOGETHER
    place = document.place(edit.route)
    if place is None:
        return NOT_WRITTEN
    if edit.operation is Operation.ADD and resolve(place.document, place.route[:-1]) is None:
        return NOT_WRITTEN
    if edit.operation is not Operation.ADD and not _same(document, edit.route, place):
        return PUT_TOGETHER
    return replace(edit, document=place.document, route=place.route)


def place_location(place: Place, title: str = "") -> Location:
    """Return where a place is, as the deepest of its steps that exists in the file."""
    return _location(place, title)


def _same(document: Document, route: Route, place: Place) -> bool:
    """Whether the file says what the built object says."""
    there = resolve(place.document, place.route)
    here = resolve(document, route)
    return there is not None and here is not None and not differs(plain(there), plain(here))


def _location(place: Place, title: str) -> Location:
    """Return a place as the deepest of its steps that exists in the file."""
    route = place.route
    tree = resolve(place.document, route)
    while tree is None and route:
        route = route[:-1]
        tree = resolve(place.document, route)
    if tree is None:
        return Location(place.document.source, Span(0, 0), (), place.document, title)
    return Location(place.document.source, tree.span, route, place.document, title)
