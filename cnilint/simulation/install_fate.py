"""What becomes of each install when a cluster changes: who is restarted, and by what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from cnilint.catalog.aws_node import aws_node
from cnilint.catalog.form import ObjectForm, WorkloadForm
from cnilint.catalog.installer import Installer
from cnilint.catalog.recognise import installers
from cnilint.catalog.restarts import restart
from cnilint.kube.manifest import Manifest, ManifestIndex
from cnilint.kube.rollout import (
    ReadAtStart,
    Rollout,
    config_map_texts,
    read_at_start,
    restarts_with,
    rollout,
    same_template,
)
from cnilint.model.finding import Location
from cnilint.multus.forms import multus
from cnilint.start import NamedTuple

from .cluster import Cluster, with_own_file
from .programs import is_modelled, program
from .shared import likeness

_TEXT_FIELDS = ("data", "binaryData")


class Fate(Enum):
    """What becomes of an install on nodes that run it, or are to run it."""

    ADDED = "added"
    REMOVED = "removed"
    RESTARTED = "restarted"
    """It starts anew, as it is after the change."""
    WAITS = "waits"
    """Its pod template changed, and nobody replaces the pods that run (OnDelete)."""
    UNREAD = "unread"
    """What it reads only when it starts changed, and nothing restarts it."""
    KEPT = "kept"
    """Nothing of it changed."""
    UNKNOWN = "unknown"
    """It is given something else, and whether that restarts it is not known."""


class InstallFate(NamedTuple):
    """An install before and after a change; None where there is none."""

    before: Installer | None
    after: Installer | None
    fate: Fate
    surges: bool = False
    """Whether the new one is started before the old one is ended."""

    @property
    def installer(self) -> Installer:
        """The install as it is after the change, or as it was if it goes."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change of no install")
        return found


class Unread(NamedTuple):
    """Something changed that an install read when it started, and that nothing makes it read.

    `keys` are those of a ConfigMap, as it is after the change, whose text changed; without one the
    paths of what a chart, an add-on or an operator is given, and that ends in a ConfigMap.
    """

    installer: Installer
    keys: tuple[str, ...]
    config_map: Manifest | None = None

    @property
    def location(self) -> Location | None:
        """The place of the first text that changed; of one that is gone, what speaks for all."""
        if self.config_map is None:
            place = "field" if isinstance(self.installer.form, ObjectForm) else "values"
            texts = (self.installer.form.look_up(place, key) for key in self.keys)
            found = next((text.location for text in texts if text is not None), None)
            return found or self.installer.location()
        fields = (f for f in _TEXT_FIELDS if self.config_map.at(f, self.keys[0]) is not None)
        return self.config_map.location(next(fields, "data"), self.keys[0])


def install_fates(before: Cluster, after: Cluster) -> list[InstallFate]:
    """Return what becomes of each install of a cluster, those that are new last."""
    pairs = _paired(before.installers, after.installers)
    return [_judged(one, other, before, after) for one, other in pairs]


def is_alike(one: InstallFate) -> bool:
    """Whether an install does the same before and after, as far as the catalog tells."""
    before, after = one.before, one.after
    if before is None or after is None or one.fate is Fate.UNREAD:
        return False
    files = [(w.path, w.content) if (w := each.writes) else None for each in (before, after)]
    if files[0] != files[1] or before.product is not after.product:
        return False
    if multus(after) is not None:
        return one.fate is Fate.KEPT or _is_told_the_same(before, after)
    nodes = [aws_node(each) for each in (before, after)]
    never = [node is not None and node.never_writes for node in nodes]
    told = [(each.behaviour, each.directory) for each in (before, after)]
    return told[0] == told[1] and never[0] == never[1] and _runs_alike(before, after)


def _runs_alike(before: Installer, after: Installer) -> bool:
    """Whether two installs run the same program, told the same, where it differs by release."""
    if not is_modelled(before) and not is_modelled(after):
        return True
    programs = (program(before), program(after))
    return len({None if each is None else likeness(each) for each in programs}) == 1


def unread(change: InstallFate, before: Cluster, after: Cluster) -> Iterator[Unread]:
    """Yield what changed of what an install which nothing restarts has read."""
    one, other = change.before, change.after
    if one is None or other is None:
        return
    if other.workload is None:
        yield Unread(other, restart(one, other).changed)
        return
    changed = _changed_maps(one, other, before, after)
    yield from (Unread(other, keys, each) for each, keys in changed.items())


def after_reboot(after: Cluster, left: Sequence[Installer]) -> dict[int, Installer]:
    """Return what installs that keep their old pods run as after a reboot: with the new ConfigMaps.

    The pod of a node outlives its reboot, and its containers are made anew of the old template.
    """
    if not left:
        return {}
    old = {one.object: one.workload.manifest for one in left if one.workload is not None}
    parts = [old.get(manifest.title, manifest) for manifest in after.manifests]
    index = ManifestIndex(parts, after.index.texts)
    found, _notes = installers(parts, index, after.known.targets)
    again = {(one.object, one.product.id): with_own_file(one) for one in found}
    pairs = ((one, again.get((one.object, one.product.id))) for one in left)
    return {id(one): other for one, other in pairs if other is not None}


def _paired(
    before: Sequence[Installer], after: Sequence[Installer]
) -> Iterator[tuple[Installer | None, Installer | None]]:
    """Yield installs before and after a change: the same object, else the same product.

    Two workloads are two installs unless they have one name. A release, an add-on and what an
    operator makes have none of their own, so that one of these may be what was a workload before.
    """
    left = list(after)
    pairs: dict[int, Installer] = {}
    for fits in (_is_same, _is_in_place, _is_elsewhere):
        for one in before:
            other = next((o for o in left if id(one) not in pairs and fits(one, o)), None)
            if other is not None:
                pairs[id(one)] = other
                left = [o for o in left if o is not other]
    yield from ((one, pairs.get(id(one))) for one in before)
    yield from ((None, one) for one in left)


def _is_same(one: Installer, other: Installer) -> bool:
    return one.object == other.object and one.product is other.product


def _is_in_place(one: Installer, other: Installer) -> bool:
    """Whether one object installs another product after the change."""
    return bool(one.object) and one.object == other.object


def _is_elsewhere(one: Installer, other: Installer) -> bool:
    """Whether one product comes in another form after the change."""
    workloads = one.workload is not None and other.workload is not None
    return one.product is other.product and not workloads


def _judged(
    one: Installer | None, other: Installer | None, before: Cluster, after: Cluster
) -> InstallFate:
    """Return what becomes of an install as its controller and what watches ConfigMaps do it."""
    if other is None:
        return InstallFate(one, None, Fate.REMOVED)
    if one is None:
        return InstallFate(None, other, Fate.ADDED)
    was, will_be = one.workload, other.workload
    if was is None or will_be is None:
        return InstallFate(one, other, _fate_unseen(one, other))
    if not same_template(was, will_be):
        how = rollout(will_be)
        fate = Fate.WAITS if how is Rollout.WAITS else Fate.RESTARTED
        return InstallFate(one, other, fate, how is Rollout.STARTS_FIRST)
    changed = _changed_maps(one, other, before, after)
    if not changed:
        return InstallFate(one, other, Fate.KEPT)
    restarts = any(restarts_with(will_be, config_map) for config_map in changed)
    return InstallFate(one, other, Fate.RESTARTED if restarts else Fate.UNREAD)


def _fate_unseen(one: Installer, other: Installer) -> Fate:
    """Return what becomes of an install whose pods are not in view on one side at least."""
    if one.object != other.object or one.workload is not other.workload:
        return Fate.RESTARTED
    if _is_told_the_same(one, other):
        return Fate.KEPT
    restarts = restart(one, other).restarts
    if restarts is False:
        return Fate.UNREAD
    alike = is_alike(InstallFate(one, other, Fate.RESTARTED))
    return Fate.RESTARTED if restarts or alike else Fate.UNKNOWN


def _is_told_the_same(one: Installer, other: Installer) -> bool:
    """Whether two states of a release, an add-on or an operator's object are the same to it."""
    each = [
        (one.object, one.release, {name: s.value for name, s in one.settings.items()})
        for one in (one, other)
    ]
    return each[0] == each[1]


def _changed_maps(
    one: Installer, other: Installer, before: Cluster, after: Cluster
) -> dict[Manifest, tuple[str, ...]]:
    """Return the ConfigMaps that an install reads at its start and that change, with their keys.

    One that is in view in one state alone is not among them: what it holds in the other is not
    known.
    """
    found: dict[Manifest, tuple[str, ...]] = {}
    texts = {*_texts_read(one), *_texts_read(other)}
    for name in sorted({text.config_map for text in texts}):
        namespace = other.workload.manifest.namespace if other.workload is not None else ""
        maps = [c.index.find("ConfigMap", name, namespace) for c in (before, after)]
        if maps[0] is None or maps[1] is None:
            continue
        old, new = (config_map_texts(each) for each in maps if each is not None)
        keys = sorted(text.key for text in texts if text.config_map == name)
        changed = tuple(key for key in keys if old.get(key) != new.get(key))
        if changed:
            found[maps[1]] = changed
    return found


def _texts_read(one: Installer) -> Iterator[ReadAtStart]:
    """Yield the texts of ConfigMaps that an install gets at its start, or that its program reads.

    What a setting of the catalog is read from is read once, and so is what the entry of the product
    says that its program reads by itself.
    """
    workload = one.workload
    if workload is None:
        return
    yield from read_at_start(workload)
    places = [setting.text for setting in one.settings.values() if setting.text is not None]
    found = multus(one)
    if found is not None and found.configuration is not None:
        places.append(found.configuration)
    for text in places:
        steps = text.location.route[len(text.manifest.route) :]
        if text.manifest.kind == "ConfigMap" and len(steps) > 1 and steps[0] in _TEXT_FIELDS:
            yield ReadAtStart(text.manifest.name, str(steps[1]))
    for name in one.product.config_maps if isinstance(one.form, WorkloadForm) else ():
        manifest = workload.index.find("ConfigMap", name, workload.manifest.namespace)
        for key in config_map_texts(manifest) if manifest is not None else ():
            yield ReadAtStart(name, key)
