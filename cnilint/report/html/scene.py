"""What a picture of a class of nodes shows: who writes which file, and who takes it."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from cnilint.catalog.catalog import Action
from cnilint.catalog.installer import Installer
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.owner import MULTUS_FILES
from cnilint.simulation.steps import CANDIDATES
from cnilint.start import NamedTuple
from cnilint.upstream.confdir import encoded, extension

HOST = "the host"

VERBS = {
    Action.WRITE: "writes",
    Action.COPY: "writes a copy",
    Action.REFER: "refers to a file",
    Action.INSERT: "chains itself in",
    Action.DELEGATE: "writes",
}


class PicturedActor(NamedTuple):
    """Somebody who puts files into the directory, and how.

    `name` is the object's where several have one title.
    """

    title: str
    verb: str
    name: str = ""


class Row(NamedTuple):
    """A file the directory may hold; `writers` are places in the scene's actors."""

    name: str
    network: str
    writers: tuple[int, ...]
    read: bool
    stays: bool
    """Whether it is there at the end of some order."""


class Scene(NamedTuple):
    """The directory in sort order.

    `takes` and `masters` are the places of the rows that the runtime takes, and Multus behind it,
    in some outcome; `passing` those of rows that somebody takes on the way to one.
    """

    directory: str
    runtime: str
    actors: tuple[PicturedActor, ...]
    rows: tuple[Row, ...]
    takes: tuple[int, ...]
    masters: tuple[int, ...]
    passing_takes: tuple[int, ...]
    passing_masters: tuple[int, ...]
    owners: tuple[int, ...]
    certain: bool
    """Whether the one owner there is owns the pods in every outcome."""
    through: tuple[int, ...]
    """Files that make the runtime call Multus."""


def scene(facts: ClassFacts, runtime: str) -> Scene:
    """Return what there is to see on a class of nodes that a runtime reads."""
    outcomes = facts.outcomes
    moments = [moment for outcome in outcomes for moment in outcome.moments]
    names = {name for outcome in outcomes for name in outcome.files}
    names |= {each.name for each in facts.entries}
    names |= {name for moment in moments for name in moment.files}
    ordered = sorted(names, key=encoded)
    place = {name: at for at, name in enumerate(ordered)}

    def places(found: set[str | None]) -> tuple[int, ...]:
        return tuple(sorted(place[name] for name in found if name in place))

    takes = places({each.runtime for each in outcomes})
    masters = places({each.master for each in outcomes if each.through_multus})
    then = [moment.found for moment in moments]
    hosted = any(each.on_host for each in facts.entries)
    return Scene(
        directory=facts.directory,
        runtime=runtime,
        actors=(*_actors(facts.installers), *([PicturedActor(HOST, "has")] if hosted else [])),
        rows=tuple(_row(facts, name) for name in ordered),
        takes=takes,
        masters=masters,
        passing_takes=tuple(set(places({each.runtime for each in then})) - set(takes)),
        passing_masters=tuple(
            set(places({each.master for each in then if each.through_multus})) - set(masters)
        ),
        owners=places(set(facts.delegates)),
        certain=len(facts.delegates) == 1 and not facts.verdict.causes,
        through=places(
            {each.runtime for each in outcomes if each.through_multus}
            | {each.runtime for each in then if each.through_multus}
        ),
    )


def _actors(installers: Sequence[Installer]) -> Iterator[PicturedActor]:
    titles = Counter(one.title for one in installers)
    for one in installers:
        reaches = one.directory is not None
        verb = VERBS.get(one.action, "") if reaches else ""
        name = re.split("[ /]", one.object)[-1] if titles[one.title] > 1 else ""
        yield PicturedActor(one.title, verb or "leaves it alone", name)


def _row(facts: ClassFacts, name: str) -> Row:
    entry = next((each for each in facts.entries if each.name == name), None)
    return Row(
        name=name,
        network=entry.network if entry is not None else "",
        writers=tuple(_writers(facts, name, hosted=entry is not None and entry.on_host)),
        read=extension(name) in CANDIDATES,
        stays=any(name in outcome.files for outcome in facts.outcomes),
    )


def _writers(facts: ClassFacts, name: str, *, hosted: bool) -> Iterator[int]:
    """Yield the places of those who make a file, chain themselves into it or rename it so."""
    path = posixpath.join(facts.directory, name)
    multuses = [one.installer for one in facts.multuses] if name in MULTUS_FILES else []
    chained = {pair for outcome in facts.outcomes for pair in outcome.chained}
    for at, one in enumerate(facts.installers):
        plugins = one.product.plugins if one.action is Action.INSERT else ()
        if (
            (one.writes is not None and one.writes.path == path)
            or one in multuses
            or any((plugin["type"], name) in chained for plugin in plugins[:1])
            or (one.behaviour.suffix and name.endswith(one.behaviour.suffix))
        ):
            yield at
    if hosted:
        yield len(facts.installers)


def shown(scene: Scene) -> str:
    """Return in words what the picture of a scene shows: its text alternative."""
    if not scene.rows:
        return f"{scene.directory} stays empty."
    files = [_described(scene, at) for at in range(len(scene.rows))]
    return f"{scene.directory} in the order in which {scene.runtime} reads it. {'. '.join(files)}."


def _described(scene: Scene, at: int) -> str:
    row = scene.rows[at]
    parts = [f"{at + 1}: {row.name}"]
    for writer in row.writers:
        actor = scene.actors[writer]
        who = f"{actor.title} ({actor.name})" if actor.name else actor.title
        parts.append(f"{who} {actor.verb} it" if actor.title != HOST else "on the host")
    may = "takes it" if len(scene.takes) == 1 else "may take it"
    if at in scene.takes:
        parts.append(f"{scene.runtime} {may}")
    if at in scene.masters:
        parts.append("Multus takes it" if len(scene.masters) == 1 else "Multus may take it")
    if at in scene.owners:
        parts.append(owned(scene))
    if not row.stays:
        parts.append("gone in the end")
    elif not row.read:
        parts.append("not read")
    return ", ".join(parts)


def owned(scene: Scene) -> str:
    """Return what is said of a file whose network pods get."""
    return "owns the pods" if scene.certain else "may own the pods"
