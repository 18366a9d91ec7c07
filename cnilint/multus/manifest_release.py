"""Which release of Multus a manifest was written for, where that is not the one of its image."""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.catalog.release import Release, release, shown
from cnilint.kube.environment import Text
from cnilint.kube.manifest import Manifest
from cnilint.kube.permissions import Permission, bound_to
from cnilint.kube.workload import Container, Workload
from cnilint.model.tree import child, items, string
from cnilint.start import NamedTuple

from .configuration import Multus
from .host_access import lacked
from .requirements import (
    GENERATOR_FLAGS,
    INFORMERS,
    Kept,
    Need,
    has_no_shell,
    image_flavour,
    lacks,
    needs,
    release_is_known,
)

PODS = ("", "pods")
DEFINITIONS = ("k8s.cni.cncf.io", "network-attachment-definitions")
WATCHING = ("list", "watch")
NODE_NAME = "MULTUS_NODE_NAME"


class Skew(NamedTuple):
    """A manifest of one release with the image of another.

    `container` runs that image; `wanted` is the release the manifest is of (of one before it, with
    `before`), `missing` what the image's release needs and the manifest does not give, `absent` a
    program that the image does not have, and `refused` flags that its program does not know.
    """

    container: Container
    image: Release
    wanted: Release
    before: bool = False
    later: bool = False
    missing: tuple[Need, ...] = ()
    absent: str = ""
    refused: tuple[str, ...] = ()
    assumed: bool = False
    """Whether the image has a tag that means the newest release, whichever that is."""

    @property
    def of(self) -> str:
        """The release the manifest is of, for people."""
        if self.before:
            return f"a release before {shown(self.wanted)}"
        return f"{shown(self.wanted)} or later" if self.later else shown(self.wanted)


def skew(one: Multus, objects: Sequence[Manifest]) -> Skew | None:
    """Return how a manifest and its image differ, if the whole manifest is of another release."""
    workload, container = one.installer.workload, one.installer.container
    if workload is None or container is None or not release_is_known(one):
        return None
    given = one.installer.release is not None
    other = None
    if given:
        other = _of_script(one, workload, container) or _of_later_image(workload)
    other = other or _of_generator(one, container) or _without_watch(one, container, objects)
    return other if other is None or given else other._replace(assumed=True)


def watches(one: Multus, objects: Sequence[Manifest]) -> bool | None:
    """Whether Multus may watch pods; None where its permissions are not in view."""
    workload = one.installer.workload
    if workload is None:
        return None
    found = bound_to(workload, objects)
    if all(found.allows(Permission(*PODS, verb)) for verb in WATCHING):
        return True
    return False if found.complete else None


def names_node(container: Container) -> bool:
    """Whether a container is told the name of its node, in whatever way."""
    if container.environment.variable(NODE_NAME) is not None:
        return True
    entries = items(child(container.tree, "env"))
    return any(string(child(one, "name")) == NODE_NAME for one in entries)


def copies(container: Container) -> tuple[tuple[Text, ...], ...]:
    """Return the programs that a container runs with `cp`."""
    return tuple(p for p in container.programs if p and p[0].value.rpartition("/")[2] == "cp")


def flags_of(container: Container) -> tuple[Text, ...]:
    """Return the words of a container that begin as flags do."""
    return tuple(
        word
        for word in container.flags
        if word.value.startswith("-") and word.value.strip("-") and word.value != "-c"
    )


def flag_name(word: Text) -> str:
    """Return the name of a flag, without its dashes and its value."""
    return word.value.lstrip("-").partition("=")[0]


def _of_generator(one: Multus, container: Container) -> Skew | None:
    """Return the skew of v3.9's daemon, which was told by flags, and an image of v4."""
    if one.family != "thick":
        return None
    given = [flag_name(word) for word in flags_of(container)]
    refused = tuple(name for name in given if name in GENERATOR_FLAGS - {"version", "v"})
    only_there = {"cni-config-dir", "cni-version"} & set(refused)
    if not only_there or any(name not in GENERATOR_FLAGS for name in given):
        return None
    return Skew(container, one.release, (4, 0, 0), before=True, refused=refused)


def _of_script(one: Multus, workload: Workload, container: Container) -> Skew | None:
    """Return the skew of a manifest of v3, whose plugin is copied by `cp`, and an image of v4."""
    program = container.command[0].value if container.command else ""
    if not program.endswith("/entrypoint.sh") or lacks(container, one.release, program) is None:
        return None
    if not any(copies(each) and _bare(each) for each in workload.containers if each.initial):
        return None
    return Skew(container, one.release, (4, 0, 0), before=True, absent=program)


def _bare(container: Container) -> bool:
    found = release(container.image.tag)
    return found is not None and has_no_shell(container, found)


def _of_later_image(workload: Workload) -> Skew | None:
    """Return the skew of a manifest that wants a program which came with a later image."""
    for container in workload.containers:
        found = release(container.image.tag)
        flavour = image_flavour(container)
        if found is None or flavour is None:
            continue
        for program in container.programs:
            for word in program:
                kept: Kept | None = lacks(container, found, word.value)
                if kept is not None and found < kept.since < (100, 0, 0):
                    return Skew(container, found, kept.since, later=True, absent=word.value)
    return None


def _without_watch(one: Multus, container: Container, objects: Sequence[Manifest]) -> Skew | None:
    """Return the skew of a manifest of v4.0 and a daemon that watches pods.

    It has what v4.0 needs, and nothing of what v4.1 needs beyond.
    """
    if one.family != "thick" or one.release < INFORMERS or not one.in_view:
        return None
    here = {gap.need for gap in lacked(one)}
    if here & {Need.HOST_PROCESSES, Need.NETWORK_NAMESPACES, Need.ROOT, Need.SOCKET}:
        return None
    told = {
        Need.POD_WATCH: watches(one, objects),
        Need.BINARIES: Need.BINARIES not in here,
        Need.NODE_NAME: names_node(container),
    }
    known = {need: given for need, given in told.items() if given is not None}
    if len(known) < 2 or any(known.values()) or not set(known) <= needs(one):
        return None
    return Skew(container, one.release, (4, 0, 2), missing=tuple(known))
