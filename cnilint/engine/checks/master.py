"""Whether the pinned master is a file that Multus can and should hand the pods to."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from cnilint.catalog.catalog import Action, Role
from cnilint.catalog.form import argument
from cnilint.catalog.release import shown
from cnilint.engine.edits.repairs import pin, spelled
from cnilint.engine.hit import Hit
from cnilint.engine.sentences import either
from cnilint.model.finding import Applicability, Fix, Level, Related
from cnilint.multus.configuration import Multus
from cnilint.multus.settings import KEYS, OWN_PREFIX
from cnilint.simulation.cluster import Cluster
from cnilint.upstream.multus_releases import Pin, honours_pin_since

from .primaries import (
    filled_in_later,
    knows_writers,
    only_assumed,
    only_primary,
    primary_files,
    writer,
    written_somewhere,
)
from .selection import honours_pin

MOST_EDITS = 2
"""How far a misspelt name may be from what it means."""

EXTENSIONS = (".conflist", ".conf")

NOT_HONOURED = {
    Pin.IGNORED: "it takes the first file that is there, after a restart its own",
    Pin.DOUBLED: "it doubles the path and exits",
    Pin.UNKNOWN_FLAG: "it does not know the flag",
}


def master_file_not_written(cluster: Cluster) -> Iterator[Hit]:
    """CNI103: the pinned master is a file that nothing writes where Multus looks."""
    for one in _pinned(cluster):
        name = one.master
        if one.autoconfig_host is None or _own(name) or written_somewhere(cluster, one, name):
            continue
        problem = _misspelt(name)
        known = primary_files(cluster, one)
        if problem is None and not knows_writers(cluster, one):
            continue
        meant = _nearest(name, known)
        why, level = problem or _written(name, known), None
        assumption = only_assumed(cluster, one)
        if problem is None and assumption and not _alike(name, known):
            # the file may well be that of a CNI which is installed from elsewhere
            why, level, meant = f"{why}, {assumption}", Level.WARNING, None
        grade = Applicability.SAFE if meant is not None else Applicability.DISPLAY
        choices = [meant] if meant is not None else known
        yield Hit(
            location=one.place("master"),
            parameters={
                "product": one.installer.title,
                "master": repr(name),
                "directory": one.autoconfig_host,
                "why": why,
            },
            level=level,
            fixes=tuple(fix for file in choices if (fix := pin(one, file, grade)) is not None),
        )


def master_is_not_a_primary(cluster: Cluster) -> Iterator[Hit]:
    """CNI104: the pinned master is a chained plugin's own file, or Multus's."""
    for one in _pinned(cluster):
        found = writer(cluster, one, one.master)
        if _own(one.master):
            kind = "Multus's own file: it would hand pods to itself"
        elif found is not None and found.action is Action.WRITE and found.role is not Role.PRIMARY:
            kind = f"the file of {found.title}, which is made to be chained behind a primary CNI"
        else:
            continue
        location = found.location() if found is not None else None
        related = (
            (Related(location, f"{found.title} writes {one.master}"),)
            if found is not None and location is not None
            else ()
        )
        primary = only_primary(cluster, one)
        fix = pin(one, primary, Applicability.UNSAFE) if primary is not None else None
        yield Hit(
            location=one.place("master"),
            parameters={
                "product": one.installer.title,
                "master": one.master,
                "kind": kind,
            },
            related=related,
            fixes=(fix,) if fix is not None else (),
        )


def version_ignores_pin(cluster: Cluster) -> Iterator[Hit]:
    """CNI116: a pin on a release that does not honour it, or spelled as another flavour has it."""
    for one in cluster.multuses:
        container = one.installer.container
        flag = KEYS["master"][1]
        foreign = argument(container, flag) if one.thick and container is not None else None
        if foreign is not None:
            location, master, why = foreign.location, foreign.value, f"it exits on --{flag}"
            cure = f"give it as {spelled(one, 'master')}"
        elif one.auto and one.master and not honours_pin(one):
            location, master = one.place("master"), one.master
            why = NOT_HONOURED[one.traits.pin]
            cure = f"use {shown(honours_pin_since(one.program))} or later"
        else:
            continue
        yield Hit(
            location=location,
            parameters={
                "product": one.installer.title,
                "release": shown(one.release),
                "master": master,
                "why": why,
            },
            fixes=(Fix(cure, Applicability.DISPLAY, ()),),
        )


def pin_fails_closed(cluster: Cluster) -> Iterator[Hit]:
    """CNI118: the pinned master is written only after another file: Multus restarts until then."""
    for one in _pinned(cluster):
        found = writer(cluster, one, one.master)
        if found is None or found.action is not Action.COPY:
            continue
        yield Hit(
            location=one.place("master"),
            parameters={
                "product": one.installer.title,
                "master": one.master,
                "writer": found.title,
                "exit": f"exit code {one.traits.exit_without_master}",
            },
        )


def _pinned(cluster: Cluster) -> Iterator[Multus]:
    for one in cluster.multuses:
        if one.auto and one.master and not filled_in_later(one.master):
            yield one


def _own(name: str) -> bool:
    """Whether a name is Multus's own file, where Multus would refer to itself."""
    return posixpath.basename(name).startswith(f"{OWN_PREFIX}.conf")


def _written(name: str, known: list[str]) -> str:
    if name in known:
        return "the CNI that is to write it never gets to it"
    if not known:
        return "no primary CNI in these manifests writes a file there"
    return f"what is written there is {either(known)}"


def _misspelt(name: str) -> str | None:
    """Return what is wrong with a pin whatever files there are, or None."""
    if name != name.strip():
        return "a blank around the name belongs to the name"
    if name.startswith("/"):
        return "the value is joined to the directory, so it has to be a bare file name"
    return None


def _alike(name: str, known: list[str]) -> bool:
    """Whether a pin is one of some names but for its spelling."""
    return any(distance(_stem(file), _stem(name)) <= MOST_EDITS for file in known)


def _nearest(name: str, known: list[str]) -> str | None:
    """Return the one file a misspelt pin can only mean, or None."""
    if len(known) == 1:
        return known[0]
    wanted = _stem(name)
    exact = [file for file in known if _stem(file) == wanted]
    if len(exact) == 1:
        return exact[0]
    near = [file for file in known if distance(_stem(file), wanted) <= MOST_EDITS]
    return near[0] if len(near) == 1 else None


def _stem(name: str) -> str:
    base = posixpath.basename(name.strip()).casefold()
    for extension in EXTENSIONS:
        base = base.removesuffix(extension)
    return base


def distance(left: str, right: str) -> int:
    """Return how many single-character edits turn one word into the other (Levenshtein)."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]
