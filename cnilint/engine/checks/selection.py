"""Whether it is decided which configuration Multus hands the pods to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cnilint.catalog.catalog import Role
from cnilint.catalog.recognise import shows_eks
from cnilint.engine.edits.repairs import pin
from cnilint.engine.hit import Hit
from cnilint.engine.sentences import either
from cnilint.model.finding import Applicability, Fix, Related
from cnilint.multus.configuration import Multus
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.upstream.confdir import encoded
from cnilint.upstream.multus_releases import Pin

from .orders import owners_shown
from .primaries import hides_a_file, meant_files, primary_files


def master_depends_on_order(cluster: Cluster) -> Iterator[Hit]:
    """CNI101: not pinned, and more than one file may become the master on some class."""
    for one in _unpinned(cluster):
        races = [facts for facts in cluster.classes_of(one) if len(masters(facts)) > 1]
        if not races:
            continue
        found = sorted({m for facts in races for m in masters(facts)}, key=encoded)
        worst = max(races, key=lambda facts: len(masters(facts)))
        yield Hit(
            location=one.place("mode"),
            classes=tuple(races),
            parameters={
                "product": one.installer.title,
                "masters": either(found),
            },
            witnesses=tuple(owners_shown(worst, masters(worst))),
            related=(*_writers(worst), *_assumed(cluster, races)),
            fixes=tuple(_pins(cluster, one)),
        )


def master_not_pinned(cluster: Cluster) -> Iterator[Hit]:
    """CNI102: not pinned, though today no order leads to another master."""
    for one in _unpinned(cluster):
        classes = cluster.classes_of(one)
        if any(len(masters(facts)) > 1 for facts in classes) or _has_own_directory(cluster, one):
            continue
        if one.picks_again:
            continue  # CNI117 says it of one that changes its mind at any time
        picked = {m for facts in classes for m in masters(facts)}
        # a file that others rename or come before can be there all the same
        found = sorted(picked or primary_files(cluster, one), key=encoded)
        today = f"today that is {either(found)}" if found else "these manifests write none"
        if not found and primary_files(cluster, one):
            today = "though today it does not come up at all"
        yield Hit(
            location=one.place("mode"),
            parameters={"product": one.installer.title, "today": today},
            related=tuple(_assumed(cluster, classes)),
            fixes=tuple(_pins(cluster, one)),
        )


def master_switches_live(cluster: Cluster) -> Iterator[Hit]:
    """CNI117: thin, not pinned, with the flag that makes it pick again every second."""
    for one in _unpinned(cluster):
        if not one.picks_again:
            continue
        cleanup = one.installer.settings["cleanup"]
        location = cleanup.text.location if cleanup.text is not None else one.place("mode")
        yield Hit(
            location=location,
            parameters={"product": one.installer.title},
            fixes=tuple(_pins(cluster, one)),
        )


def masters(facts: ClassFacts) -> list[str]:
    """Return the files Multus may hand pods to on a class, in byte order."""
    found = {o.master for o in facts.outcomes if o.through_multus and o.master is not None}
    return sorted(found, key=encoded)


def honours_pin(one: Multus) -> bool:
    """Whether this release of Multus does what a pin says."""
    return one.traits.pin is Pin.HONOURED


def is_unpinned(one: Multus) -> bool:
    """Whether Multus takes the first file that is there when it starts, as far as is to be seen."""
    chooses = one.auto and not one.master and one.given("cluster_network") is None
    return chooses and one.in_view


def _unpinned(cluster: Cluster) -> Iterator[Multus]:
    return filter(is_unpinned, cluster.multuses)


def _has_own_directory(cluster: Cluster, one: Multus) -> bool:
    """Whether an operator keeps a directory for the masters alone, and one primary writes there.

    OpenShift's does: openshift/cluster-network-operator@2a6a57f:pkg/network/render.go
    pluginCNIConfDir.
    """
    given = one.given("autoconfig_directory") is not None
    kept = one.installer.form.kind == "object" and one.autoconfig_host != one.conf_host
    return kept and not given and len(primary_files(cluster, one)) == 1


def _pins(cluster: Cluster, one: Multus) -> Iterator[Fix]:
    """Yield pins to each primary's file: safe when it is the only one that can be meant."""
    found = meant_files(cluster, one)
    if not honours_pin(one):
        for name in found:
            fix = pin(one, name, Applicability.DISPLAY, "this release does not honour the pin")
            if fix is not None:
                yield fix
        return
    for at, name in enumerate(found):
        grade, note = Applicability.SAFE, ""
        if hides_a_file(cluster, one) and name != cluster.primary:
            grade, note = Applicability.UNSAFE, "the name of another CNI's file is filled in later"
        if len(found) > 1:
            grade = Applicability.UNSAFE if at == 0 else Applicability.DISPLAY
            note = f"{either(found)} could be meant"
        fix = pin(one, name, grade, note)
        if fix is not None:
            yield fix


def _assumed(cluster: Cluster, classes: Iterable[ClassFacts]) -> Iterator[Related]:
    """Yield why a CNI that no manifest shows is taken to be there: what is said rests on it."""
    place = shows_eks(cluster.manifests)
    if place is None:
        return
    found = {i.title: i for facts in classes for i in facts.installers if i.assumed}
    for installer in found.values():
        file = f" and writes {installer.writes.name}" if installer.writes is not None else ""
        why = f"{installer.title} is assumed ({installer.assumed}){file}"
        yield Related(place, why)


def _writers(facts: ClassFacts) -> Iterator[Related]:
    for installer in facts.installers:
        location = installer.location()
        if location is None or installer.writes is None or installer.role is Role.META:
            continue
        yield Related(location, f"{installer.title} writes {installer.writes.name}")
