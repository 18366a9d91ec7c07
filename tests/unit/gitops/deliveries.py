"""Objects that install something from elsewhere, read from a text."""

from __future__ import annotations

from cnilint.gitops.delivery import Delivery, deliveries
from cnilint.kube.manifest import Manifest, ManifestIndex, manifests
from cnilint.kube.values import value_text
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose


def read(text: str) -> list[Manifest]:
    found = compose(Source("one.yaml", text))
    return [m for part in found if isinstance(part, Document) for m in manifests(part)]


def delivered(text: str) -> list[Delivery]:
    found = read(text)
    index = ManifestIndex(found)
    return [one for manifest in found for one in deliveries(manifest, index)]


def only(text: str) -> Delivery:
    (one,) = delivered(text)
    return one


def value(one: Delivery, path: str) -> str | None:
    found = value_text(one.values, path)
    return found.value if found is not None else None
