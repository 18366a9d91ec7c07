"""One release that a repository holds more than once: rendered, as a source, and as an object.

A chart that was rendered to begin a cluster with is adopted by the controller that installs the
same release later (Flux and Argo CD take over what has its name), so that it is one install.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.gitops.delivery import Release
from cnilint.model.tree import string
from cnilint.start import replace

from .form import DeliveryForm, WorkloadForm
from .installer import Installer

RANK = {"HelmRelease": 0, "Application": 1, "HelmChart": 2, "Helmfile": 3, "Kustomization": 4}
"""Who has the last word on a release: what goes on installing it comes before what did so once."""

INSTANCE = ("app.kubernetes.io/instance", "meta.helm.sh/release-name")


def without_copies(found: Sequence[Installer]) -> list[Installer]:
    """Return installs with each release once: as the object that has the last word on it."""
    kept: list[Installer] = []
    for one in found:
        same = next((at for at, other in enumerate(kept) if _is_same(one, other)), None)
        if same is None:
            kept.append(one)
        else:
            other = kept[same]
            best, copy = (one, other) if _rank(one) < _rank(other) else (other, one)
            rendered = (copy.workload.manifest,) if copy.workload is not None else ()
            kept[same] = replace(best, copies=(*one.copies, *other.copies, *rendered))
    return kept


def _is_same(one: Installer, other: Installer) -> bool:
    if one.product.id != other.product.id or one.form.kind == other.form.kind == "workload":
        return False
    return any(a == b for a in _names(one) for b in _names(other) if a.name)


def _names(one: Installer) -> list[Release]:
    """Return what an install may be known as: its release, or the names its objects carry."""
    if isinstance(one.form, DeliveryForm):
        return [one.form.delivery.release]
    if not isinstance(one.form, WorkloadForm):
        return []
    manifest = one.form.workload.manifest
    texts = [manifest.name]
    for kind in ("labels", "annotations"):
        for key in INSTANCE:
            location = manifest.at("metadata", kind, key)
            texts += [text for text in (string(location),) if text]
    return [Release(text, manifest.namespace) for text in texts]


def _rank(one: Installer) -> int:
    if isinstance(one.form, DeliveryForm):
        return RANK.get(one.form.delivery.manifest.kind, len(RANK))
    return len(RANK) + 1
