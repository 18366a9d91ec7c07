"""What restarts the pods of a workload that changed, and what of ConfigMaps they read only then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import Tree, child, descend, follow, items, members, plain, string
from cnilint.start import NamedTuple

from .manifest import HASH, Manifest
from .workload import Container, Workload, config_map_sources

CHECKSUM = "checksum/"
"""What annotations of a pod template begin with that say what a ConfigMap holds, by Helm's custom.

helm/helm-www@v3:content/en/docs/howto/charts_tips_and_tricks.md (Automatically Roll Deployments)
"""

_RELOADER = "reloader.stakater.com/"
_WAVE = "wave.pusher.com/update-on-config-change"
_ORIGINAL_DEFAULT = "extensions/v1beta1"


class Rollout(Enum):
    """How a controller brings a changed pod template onto a node that runs a pod of the old one."""

    REPLACES = "replaces"
    """It ends the old pod, and starts the new one then."""
    STARTS_FIRST = "starts-first"
    """It starts the new pod, and ends the old one then."""
    WAITS = "waits"
    """It leaves the old pod there until somebody deletes it."""


class ReadAtStart(NamedTuple):
    """A text of a ConfigMap that a pod gets when it starts, and never again: the map, the key."""

    config_map: str
    key: str


def rollout(workload: Workload) -> Rollout:
    """Return how a workload's pods are replaced when their template changes.

    kubernetes/kubernetes@v1.34.0:pkg/controller/daemon/update.go rollingUpdate,
    pkg/apis/apps/v1/defaults.go (RollingUpdate; extensions/v1beta1 had OnDelete)
    """
    manifest = workload.manifest
    if manifest.kind != "DaemonSet":
        return Rollout.REPLACES
    default = "OnDelete" if manifest.api_version == _ORIGINAL_DEFAULT else "RollingUpdate"
    if (string(manifest.at("spec", "updateStrategy", "type")) or default) == "OnDelete":
        return Rollout.WAITS
    surge = manifest.at("spec", "updateStrategy", "rollingUpdate", "maxSurge")
    surges = surge is not None and str(plain(surge)).rstrip("%") not in ("0", "")
    return Rollout.STARTS_FIRST if surges else Rollout.REPLACES


def same_template(one: Workload, other: Workload) -> bool:
    """Whether two states of a workload have one pod template, so that no controller acts."""
    each = [w.manifest.at(*w.template) for w in (one, other)]
    first, second = (None if tree is None else plain(tree) for tree in each)
    return first == second


def restarts_with(workload: Workload, config_map: Manifest) -> bool:
    """Whether something restarts a workload's pods when a ConfigMap changes.

    A hash in the map's name, a checksum in an annotation, or a controller that watches for it.
    stakater/Reloader@v1.4.2:README.md, wave-k8s/wave@v0.9.0:README.md
    """
    if HASH.search(config_map.name):
        return True
    if any(
        name.startswith(CHECKSUM) for name in _annotations(workload.manifest, workload.template)
    ):
        return True
    given = {
        **_annotations(workload.manifest),
        **_annotations(workload.manifest, workload.template),
    }
    return given.get(_WAVE) == "true" or _reloads(given, config_map)


def _reloads(given: Mapping[str, str], config_map: Manifest) -> bool:
    """Whether Reloader is told to restart pods with a ConfigMap."""
    if "true" in (given.get(f"{_RELOADER}auto"), given.get(f"configmap.{_RELOADER}auto")):
        return True
    if given.get(f"{_RELOADER}search") == "true":
        return _annotations(config_map).get(f"{_RELOADER}match") == "true"
    named = given.get(f"configmap.{_RELOADER}reload", "").split(",")
    return config_map.name in [name.strip() for name in named]


def _annotations(manifest: Manifest, template: Iterable[str] = ()) -> dict[str, str]:
    found = manifest.at(*template, "metadata", "annotations")
    held = follow(found) if found is not None else None
    if not isinstance(held, MappingTree):
        return {}
    return {key: string(value) or "" for key, value in members(held).items()}


def read_at_start(workload: Workload) -> Iterator[ReadAtStart]:
    """Yield the texts of ConfigMaps that a workload's pods get only when they start.

    Variables of the environment, files that are mounted by `subPath`, and whatever an init
    container mounts: it does not run again. What a container mounts otherwise changes beneath it,
    and whether its program looks again is for the program to say.
    kubernetes/website@snapshot-final-v1.33:content/en/docs/concepts/configuration/configmap.md
    """
    found = [each for one in workload.containers for each in _of_container(workload, one)]
    yield from dict.fromkeys(found)


def config_map_texts(config_map: Manifest) -> dict[str, str]:
    """Return what a ConfigMap holds by its keys, binary data as it is written."""
    found: dict[str, str] = {}
    for field in ("binaryData", "data"):
        tree = config_map.at(field)
        held = follow(tree) if tree is not None else None
        if isinstance(held, MappingTree):
            found |= {key: string(value) or "" for key, value in members(held).items()}
    return found


def _of_container(workload: Workload, container: Container) -> Iterator[ReadAtStart]:
    for entry in items(child(container.tree, "env")):
        reference = descend(entry, "valueFrom", "configMapKeyRef")
        if reference is None:
            continue
        name, key = string(child(reference, "name")), string(child(reference, "key"))
        if name and key:
            yield ReadAtStart(name, key)
    for source in items(child(container.tree, "envFrom")):
        yield from _all_of(workload, string(descend(source, "configMapRef", "name")))
    for _path, mount, _route in workload.mounts(container):
        volume = workload.volume(string(child(mount, "name")) or "")
        part = string(child(mount, "subPath")) or ""
        if volume is not None and (container.initial or part):
            for source in config_map_sources(volume[0]):
                yield from _of_source(workload, source, part)


def _of_source(workload: Workload, source: Tree, part: str) -> Iterator[ReadAtStart]:
    """Yield what a volume shows of a ConfigMap; only the file at a path, if one is given."""
    name = string(child(source, "name"))
    for one in _all_of(workload, name):
        paths = [one.key]
        if child(source, "items") is not None:
            chosen = [
                i for i in items(child(source, "items")) if string(child(i, "key")) == one.key
            ]
            paths = [string(child(item, "path")) or "" for item in chosen]
        if part in paths or (paths and not part):
            yield one


def _all_of(workload: Workload, name: str | None) -> Iterator[ReadAtStart]:
    if not name:
        return
    manifest = workload.index.find("ConfigMap", name, workload.manifest.namespace)
    for key in config_map_texts(manifest) if manifest is not None else ():
        yield ReadAtStart(name, key)
