"""Settings of Multus that go stale, or that reach into files and calls of others."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.catalog.form import argument
from cnilint.catalog.release import shown
from cnilint.engine.edits.repairs import remove_argument, remove_member, set_argument
from cnilint.engine.hit import Hit
from cnilint.kube.environment import Text
from cnilint.model.finding import Applicability, Fix, Level, Location
from cnilint.multus.configuration import Multus
from cnilint.multus.host_access import is_sketch
from cnilint.multus.requirements import WATCHES_CONFIG
from cnilint.simulation.cluster import Cluster
from cnilint.upstream.go_text import parse_bool

CLEANUP = "--cleanup-config-on-exit"
FORCE = "--force-cni-version"
SHIM = "multus-shim"
"""The program that a thick daemon's file has the runtime call."""


def stale_thin_configuration(cluster: Cluster) -> Iterator[Hit]:
    """CNI311: the entrypoint writes its file when it starts, and not again."""
    for one in cluster.multuses:
        cleanup = one.installer.settings.get("cleanup")
        if one.family != "thin" or cleanup is None or cleanup.value == "true":
            continue
        if cleanup.text is None and is_sketch(one):
            continue  # what the chart does, or the rest of the manifest, is not said
        if one.auto:
            what = "its master, its token and the API server's certificate"
        else:
            what = one.value("mode")
        yield Hit(
            location=cleanup.text.location if cleanup.text is not None else one.place(),
            parameters={
                "product": f"{one.installer.title} {shown(one.release)}",
                "what": what,
            },
            fixes=tuple(_watching(one)),
        )


def rewrites_the_primary(cluster: Cluster) -> Iterator[Hit]:
    """CNI314: Multus edits the file of its master, or has the runtime call another program."""
    for one in cluster.multuses:
        if one.family == "thick":
            forced, kind = one.member("forceCNIVersion"), one.member("type")
            if forced is not None and forced.value is True:
                yield _edits_master(one, forced.location, "forceCNIVersion")
            if kind is not None and isinstance(kind.value, str) and kind.value not in ("", SHIM):
                yield Hit(
                    location=kind.location,
                    parameters={
                        "product": one.installer.title,
                        "what": f"has the runtime call {kind.value}, which is not {SHIM}, for "
                        "every pod",
                    },
                    fixes=(_without(one, "type"),),
                    level=Level.ERROR,
                )
        elif text := _forced(one):
            yield _edits_master(one, text.location, FORCE)


def _watching(one: Multus) -> Iterator[Fix]:
    """Yield how the file is kept up to date, as far as the release can do that."""
    container = one.installer.container
    if not one.auto:
        note = "a file that is given is copied once; restart the pods when it changes"
        yield Fix("add a hash of the file to the pods", Applicability.DISPLAY, (), note)
        return
    if not one.script and one.release < WATCHES_CONFIG:
        title = f"{shown(WATCHES_CONFIG)} is the first release that follows its master"
        yield Fix(title, Applicability.DISPLAY, ())
        return
    edits = set_argument(container, CLEANUP, "true", joined=one.script) if container else ()
    note = "when Multus ends its file goes, and pods get the primary's network alone"
    pinned = bool(one.master) and bool(edits)
    if not pinned:
        note = "pin the master first, or it is chosen again every second"
    grade = Applicability.UNSAFE if pinned else Applicability.DISPLAY
    yield Fix(f"{CLEANUP}=true", grade, edits if pinned else (), note)


def _edits_master(one: Multus, place: Location, setting: str) -> Hit:
    fix = _without(one, setting)
    what = f"edits the file of its master on the host ({setting}), which is for tests only"
    return Hit(place, {"product": one.installer.title, "what": what}, fixes=(fix,))


def _without(one: Multus, setting: str) -> Fix:
    container = one.installer.container
    if setting.startswith("--"):
        edits = remove_argument(container, setting) if container is not None else ()
    else:
        edits = remove_member(one, setting)
    grade = Applicability.SAFE if edits else Applicability.DISPLAY
    return Fix(f"leave {setting} out", grade, edits)


def _forced(one: Multus) -> Text | None:
    container = one.installer.container
    if container is None or one.family != "thin" or one.script:
        return None
    text = argument(container, FORCE, switch=True)
    return text if text is not None and parse_bool(text.value) is True else None
