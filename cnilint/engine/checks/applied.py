"""Whether what installs a product in this repository is applied by anything in it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from cnilint.catalog.recognise import installers, with_workloads
from cnilint.engine.hit import Hit
from cnilint.gitops.built import written_in
from cnilint.gitops.clusters import Layout
from cnilint.kube.manifest import Manifest, ManifestIndex


def not_applied_here(layout: Layout) -> Iterator[Hit]:
    """CNI216: an install that no root of this tree applies; one for each folder and product."""
    found: dict[tuple[str, str], list[Manifest]] = {}
    index = ManifestIndex(layout.unapplied)
    for one in layout.unapplied:
        folder = posixpath.dirname(written_in(one.document).source.path) or "."
        for installer in installers(with_workloads(one, index), index)[0]:
            if installer.location() is not None:
                found.setdefault((folder, installer.title), []).append(one)
    for (folder, title), members in found.items():
        yield Hit(
            location=members[0].location("metadata", "name"),
            parameters={"folder": folder, "product": title},
        )
