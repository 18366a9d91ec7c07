"""Two installs that meet on the same nodes, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from cnilint.catalog.installer import Installer
from cnilint.engine.hit import Hit
from cnilint.model.finding import Fix, Level, Related
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple


class InstallerPair(NamedTuple):
    """Two installs that share classes of nodes; `first` is among the manifests."""

    first: Installer
    second: Installer
    classes: tuple[ClassFacts, ...]

    def hit(
        self, words: dict[str, str], *, fixes: tuple[Fix, ...] = (), level: Level | None = None
    ) -> Iterator[Hit]:
        """Yield a hit at the first install, the second one related; none if neither is in view."""
        location = self.first.location()
        if location is not None:
            related = tuple(related_to(self.second))
            yield Hit(
                location, words, related=related, fixes=fixes, level=level, classes=self.classes
            )


def pairs(
    cluster: Cluster, fits: Callable[[Installer, Installer], bool]
) -> Iterator[InstallerPair]:
    """Yield pairs of installers that share a class and fit, each once, with all their classes."""
    found: dict[tuple[int, int], list[ClassFacts]] = {}
    installers = {id(one): one for one in cluster.installers}
    for facts in cluster.classes:
        for one, other in combinations(facts.installers, 2):
            if fits(one, other):
                found.setdefault((id(one), id(other)), []).append(facts)
    for (first, second), classes in found.items():
        one, other = installers[first], installers[second]
        if one.location() is None:
            one, other = other, one
        yield InstallerPair(one, other, tuple(classes))


def related_to(one: Installer) -> Iterator[Related]:
    """Yield the place of an install, with what it writes; none for one that is assumed."""
    location = one.location()
    if location is not None:
        writes = f" writes {one.writes.name}" if one.writes is not None else " is installed here"
        yield Related(location, f"{one.title}{writes}")
