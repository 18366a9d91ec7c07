"""Installs that fight over one node: two of a kind, two owners, one file with two writers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from cnilint.cni.catalog import Action, Role
from cnilint.cni.cluster import Cluster
from cnilint.cni.installer import Installer
from cnilint.engine.hit import Hit
from cnilint.model.finding import Applicability, Fix, Level, Location, Related

from .exclusive import set_exclusive
from .selection import either, witnesses

Pair = tuple[Installer, Installer]
MULTUS = ("multus-thin", "multus-thick")


def two_primaries(cluster: Cluster) -> Iterator[Hit]:
    """CNI201: two products that each believe they own the pods, on one class."""

    def fight(one: Installer, other: Installer) -> bool:
        both = one.role is other.role is Role.PRIMARY
        same = one.product.id == other.product.id
        return both and not same and _writes(one) and _writes(other)

    for pair, classes in _pairs(cluster, fight):
        one, other = _shown_first(pair)
        assumed = next((i.assumed for i in pair if i.assumed), "")
        yield _hit(
            (one, other),
            {
                "first": one.title,
                "second": other.title,
                "classes": classes,
                "winner": either(sorted({i.writes.name for i in pair if i.writes is not None})[:1]),
                "assumed": f" ({other.title} is assumed: {assumed})" if assumed else "",
            },
            fixes=_choices(one, other),
            level=Level.WARNING if assumed else None,
        )


def exclusive_cni(cluster: Cluster) -> Iterator[Hit]:
    """CNI202: a product that renames every other file, beside others that need theirs."""
    for one in cluster.installers:
        if not one.renames:
            continue
        classes = [facts for facts in cluster.classes if one in facts.installers]
        others = {
            other.title: other
            for facts in classes
            for other in facts.installers
            if other is not one and other.directory == one.directory and other.directory is not None
        }
        location = one.location()
        if not others or location is None:
            continue
        setting = one.settings.get("exclusive")
        text = setting.text if setting is not None else None
        multus = any(other.product.id in MULTUS for other in others.values())
        fix = set_exclusive(one, Applicability.SAFE if multus else Applicability.UNSAFE)
        first = classes[0]
        yield Hit(
            location=text.location if text is not None else location,
            parameters={
                "product": one.title,
                "others": " and ".join(others),
                "suffix": one.suffix,
                "classes": " and ".join(facts.name for facts in classes),
            },
            details=tuple(witnesses(first, first.delegates)),
            related=tuple(_related(other) for other in others.values() if _shown(other)),
            fixes=(fix,) if fix is not None else (),
        )


def same_product_twice(cluster: Cluster) -> Iterator[Hit]:
    """CNI203: one product installed twice on a class."""

    def twice(one: Installer, other: Installer) -> bool:
        return one.product.id == other.product.id and not _add_on_beside(one, other)

    for pair, classes in _pairs(cluster, twice):
        if _shown(pair[0]) and _shown(pair[1]):
            yield _hit(pair, {"product": pair[0].title, "classes": classes}, fixes=_removals(pair))


def one_file_two_writers(cluster: Cluster) -> Iterator[Hit]:
    """CNI204: two products write one file name in one directory."""

    def same_file(one: Installer, other: Installer) -> bool:
        if one.product.id == other.product.id or {one.product.id, other.product.id} == set(MULTUS):
            return False
        paths = [i.writes.path for i in (one, other) if i.writes is not None]
        return len(paths) == 2 and paths[0] == paths[1]

    for pair, classes in _pairs(cluster, same_file):
        one, other = _shown_first(pair)
        path = one.writes.path if one.writes is not None else ""
        words = {"first": one.title, "second": other.title, "path": path, "classes": classes}
        yield _hit((one, other), words, fixes=_removals(pair))


def thin_and_thick(cluster: Cluster) -> Iterator[Hit]:
    """CNI205: both flavours of Multus on one class."""

    def both(one: Installer, other: Installer) -> bool:
        return {one.product.id, other.product.id} == set(MULTUS)

    for pair, classes in _pairs(cluster, both):
        yield _hit(pair, {"classes": classes}, fixes=_removals(pair))


def add_on_and_release(cluster: Cluster) -> Iterator[Hit]:
    """CNI211: the EKS add-on, and the same product by a chart or a manifest."""
    for pair, classes in _pairs(cluster, _add_on_beside):
        add_on, other = sorted(pair, key=lambda one: one.form.kind != "addon")
        words = {"product": add_on.title, "object": other.object, "classes": classes}
        yield _hit((other, add_on), words, fixes=_removals(pair))


def unknown_installer(cluster: Cluster) -> Iterator[Hit]:
    """CNI212: a workload that may write configurations and that nothing explains."""
    for one in cluster.unknown:
        yield Hit(one.location, {"object": one.object, "directory": one.directory})


def _pairs(
    cluster: Cluster, fits: Callable[[Installer, Installer], bool]
) -> Iterator[tuple[Pair, str]]:
    """Yield pairs of installers that share a class and fit, each once, with the classes' names."""
    found: dict[tuple[int, int], tuple[Pair, list[str]]] = {}
    for facts in cluster.classes:
        for one, other in combinations(facts.installers, 2):
            if fits(one, other):
                key = (id(one), id(other))
                found.setdefault(key, ((one, other), []))[1].append(facts.name)
    for pair, names in found.values():
        yield pair, " and ".join(names)


def _add_on_beside(one: Installer, other: Installer) -> bool:
    kinds = {one.form.kind, other.form.kind}
    return one.product.id == other.product.id and "addon" in kinds and len(kinds) == 2


def _writes(one: Installer) -> bool:
    return one.action in (Action.WRITE, Action.COPY) and one.writes is not None


def _shown(one: Installer) -> bool:
    return one.location() is not None


def _shown_first(pair: Pair) -> Pair:
    """Return a pair with one that is among the manifests first."""
    one, other = pair
    return (one, other) if _shown(one) else (other, one)


def _related(one: Installer) -> Related:
    location: Location | None = one.location()
    if location is None:
        raise ValueError("an assumed install has no place")
    writes = f" writes {one.writes.name}" if one.writes is not None else " is installed here"
    return Related(location, f"{one.title}{writes}")


def _hit(
    pair: Pair,
    parameters: dict[str, str],
    *,
    fixes: tuple[Fix, ...] = (),
    level: Level | None = None,
) -> Hit:
    """Return a hit at the first of a pair that is among the manifests, the other one related."""
    places = [one for one in pair if _shown(one)]
    related = tuple(_related(one) for one in places[1:])
    location = places[0].location()
    if location is None:
        raise ValueError("neither of a pair is among the manifests")
    return Hit(location, parameters, related=related, fixes=fixes, level=level)


def _removals(pair: Pair) -> tuple[Fix, ...]:
    return tuple(
        Fix(f"keep {one.object}, remove the other", Applicability.DISPLAY, ()) for one in pair
    )


def _choices(one: Installer, other: Installer) -> tuple[Fix, ...]:
    """Return what a person can choose between two owners of the pods."""
    return (
        Fix(f"keep {one.title}, remove {other.title}", Applicability.DISPLAY, ()),
        Fix(f"keep {other.title}, remove {one.title}", Applicability.DISPLAY, ()),
        Fix("give each nodes of its own, by node affinity", Applicability.DISPLAY, ()),
    )
