"""Repositories that are given as texts, and the clusters that are found in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from cnilint.gitops.clusters import Layout, layout
from cnilint.gitops.files import Files
from cnilint.gitops.graph import ClusterObjects, UnreadReason
from cnilint.kube.manifest import Manifest
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose

SELF = "https://git.example/acme/fleet"


def installs(one: Manifest) -> bool:
    """Whether an object is an install: every DaemonSet, release, add-on, chart and helmfile."""
    kinds = ("DaemonSet", "HelmRelease", "HelmChartProxy", "Addon", "Chart", "Helmfile")
    return one.kind in kinds and one.name != "nothing"


def found(
    texts: Mapping[str, str], paths: Mapping[str, tuple[str, ...]] | None = None, top: str = ""
) -> Layout:
    """Return the clusters of texts by their paths, or of what lies on a disk below `top`."""
    sources = [Source(path, text) for path, text in texts.items()]
    read = [tuple(compose(one)) for one in sources]
    files = Files(top, sources, read)
    documents = [one for each in read for one in each if isinstance(one, Document)]
    return layout(files, documents, installs, paths)


def names(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the objects of each cluster that are no part of a GitOps tool, by their names."""
    return {one.name: applied(one) for one in found(texts).clusters}


def applied(one: ClusterObjects) -> list[str]:
    kinds = (
        "Kustomization",
        "Application",
        "ApplicationSet",
        "GitRepository",
        "FluxInstance",
        "OCIRepository",
    )
    return sorted(each.name for each in one.objects if each.kind not in kinds)


def only(texts: Mapping[str, str]) -> ClusterObjects:
    (one,) = found(texts).clusters
    return one


def get(one: ClusterObjects, name: str) -> Manifest:
    """Return the DaemonSet of a name."""
    (manifest,) = (each for each in one.objects if (each.kind, each.name) == ("DaemonSet", name))
    return manifest


def reasons(one: ClusterObjects) -> list[UnreadReason]:
    return [each.reason for each in one.not_read]


def daemon(name: str, image: str = "app:1") -> str:
    container = {"name": "main", "image": image}
    return json.dumps(
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": name, "namespace": "net"},
            "spec": {"template": {"spec": {"containers": [container]}}},
        }
    )


def flux(name: str, path: str, source: str = "flux-system", **more: object) -> str:
    """Return a Kustomization of Flux; `source` is the name of a GitRepository, or `Kind/name`."""
    kind, _, called = source.rpartition("/")
    reference = {"kind": kind or "GitRepository", "name": called}
    return json.dumps(
        {
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": {"name": name, "namespace": "flux-system"},
            "spec": {"path": path, "sourceRef": reference, **more},
        }
    )


def source(name: str, url: str = SELF, kind: str = "GitRepository") -> str:
    return json.dumps(
        {
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": kind,
            "metadata": {"name": name, "namespace": "flux-system"},
            "spec": {"url": url},
        }
    )


def application(name: str, *sources: Mapping[str, object], cluster: str = "") -> str:
    given = [{"repoURL": SELF, **one} for one in sources]
    destination = {"name": cluster} if cluster else {"server": "https://kubernetes.default.svc"}
    return json.dumps(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": name, "namespace": "argocd"},
            "spec": {
                "destination": destination,
                **({"source": given[0]} if len(given) == 1 else {"sources": given}),
            },
        }
    )


def kustomization(*resources: str, **more: object) -> str:
    return json.dumps({"resources": list(resources), **more})


def documents(*texts: str) -> str:
    return "\n---\n".join(texts)


def written(folder: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
