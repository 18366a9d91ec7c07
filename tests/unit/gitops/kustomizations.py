"""Kustomizations that are given as texts, and what is built of them."""

from __future__ import annotations

from collections.abc import Mapping

from cnilint.gitops.built import BuiltDocument
from cnilint.gitops.files import Files
from cnilint.gitops.graph import Build, NotRead
from cnilint.gitops.kustomize import build
from cnilint.gitops.kustomize_resources import location
from cnilint.kube.manifest import Manifest
from cnilint.model.text import Source
from cnilint.model.tree import Route, Value, plain

DAEMON_SET = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: multus
  namespace: kube-system
spec:
  template:
    spec:
      containers:
        - name: main
          image: ghcr.io/acme/multus:v4
          args: [--first]
          env:
            - {name: MODE, value: thin}
      volumes:
        - name: config
          configMap: {name: daemon}
"""


def files(texts: Mapping[str, str]) -> Files:
    """Return files that are nowhere on a disk."""
    return Files("", [Source(path, text) for path, text in texts.items()])


def built(texts: Mapping[str, str], folder: str = "over") -> Build:
    return build(files(texts), folder)


def refused(texts: Mapping[str, str], folder: str = "over") -> NotRead:
    """Return the one thing that was not read."""
    (one,) = built(texts, folder).not_read
    return one


def only(texts: Mapping[str, str], folder: str = "over") -> Manifest:
    """Return the one object of a build that leaves nothing out."""
    found = built(texts, folder)
    assert found.not_read == ()
    (manifest,) = found.objects
    return manifest


def value(manifest: Manifest, *steps: str | int) -> Value:
    tree = manifest.at(*steps)
    assert tree is not None, steps
    return plain(tree)


def written(manifest: Manifest, *route: object) -> str:
    """Return the text that wrote a value of a built object, behind its file's path."""
    document = manifest.document
    assert isinstance(document, BuiltDocument)
    steps: Route = tuple(route)  # type: ignore[arg-type]  # the steps of a route
    place = document.place(steps)
    assert place is not None, steps
    found = location(place)
    assert found.route == place.route, steps
    return f"{found.source.path}: {found.source.text[found.span.start : found.span.end]}"
