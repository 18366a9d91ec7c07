"""Manifests of CNI products that are taken from a moving place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cnilint.engine.hit import Hit
from cnilint.gitops.clusters import Layout
from cnilint.gitops.graph import REPOSITORY, Edge
from cnilint.model.finding import Applicability, Fix
from cnilint.start import lazy_pattern

DEFAULT = "the default branch"

_COMMIT = lazy_pattern(r"[0-9a-f]{7,40}")
_VERSION = lazy_pattern(
    r"(?<![0-9])[0-9]++\.[0-9]++\.[0-9]|^v?[0-9]+\.[0-9]+([-.+].*)?$|^v[0-9]+$|/v?[0-9.]+$"
)
_RAW = lazy_pattern(r"^/[^/]+/[^/]+/(?:raw|blob)/(.+)$")
_GITLAB = lazy_pattern(r"/-/(?:raw|blob)/(.+)", re.DOTALL)
_GITEA = lazy_pattern(r"^/[^/]+/[^/]+/(?:raw|src)/branch/([^/]+)/")


def unpinned_remote(layout: Layout) -> Iterator[Hit]:
    """CNI310: a kustomization takes a CNI product's manifest from a branch."""
    edges = [edge for cluster in layout.clusters for edge in cluster.edges]
    return _unpinned(edges) if edges else iter(())


def _unpinned(edges: Sequence[Edge]) -> Iterator[Hit]:
    from cnilint.catalog.needles import names_a_cni
    from cnilint.gitops.kustomize_addresses import is_remote_file, is_repository

    seen = set()
    for edge in edges:
        place = edge.place
        key = (place.source.path, place.span)
        address = is_remote_file(edge.target) or is_repository(edge.target)
        # of what is not read, the repository has to be a CNI's: a path says what somebody calls it
        named = edge.target.rpartition("//")[0] if edge.kind == REPOSITORY else edge.target
        if not address or key in seen or not names_a_cni(named):
            continue
        seen.add(key)
        branch = moving(edge.target)
        if branch:
            yield Hit(
                location=place,
                parameters={"address": edge.target, "branch": branch},
                fixes=(Fix("name a release or a commit", Applicability.DISPLAY, ()),),
            )


def moving(address: str) -> str:
    """Return the branch that an address means; empty for a release, a commit and what is unknown.

    Kustomize takes `ref` or `version` of a repository's address, and its default branch without
    (kubernetes-sigs/kustomize@kustomize/v5.7.1:api/internal/git/repospec.go parseQuery).
    """
    from urllib.parse import parse_qs, unquote, urlsplit

    from cnilint.gitops.kustomize_addresses import is_remote_file, is_repository

    if not is_remote_file(address) or "?" in address or ".git" in address:
        query = parse_qs(address.partition("?")[2])
        named = (query.get("ref") or query.get("version") or [""])[-1]
        if is_repository(address) and not _is_file(address):
            return _branch(named) if named else DEFAULT
    parts = urlsplit(address)
    host, path = (parts.hostname or "").lower(), unquote(parts.path)
    if host == "raw.githubusercontent.com":
        return _branch("/".join(path.split("/")[3:]))
    if "/releases/latest/download/" in path:
        return "the latest release"
    for pattern in (_GITLAB, _GITEA, _RAW):
        found = pattern.search(path)
        if found is not None:
            return _branch(found[1])
    if host == "github.com" and len(path.strip("/").split("/")) >= 2 and not _is_file(address):
        return DEFAULT
    return ""


def _is_file(address: str) -> bool:
    """Whether an address is one of a file, not of a folder that holds a kustomization."""
    from urllib.parse import urlsplit

    return urlsplit(address).path.endswith((".yaml", ".yml", ".json"))


def _branch(rest: str) -> str:
    """Return the branch that a path behind a repository begins with, empty if it is no branch."""
    for front in ("refs/tags/", "tags/"):
        if rest.startswith(front):
            return ""
    name = rest.removeprefix("refs/heads/")
    first = name.partition("/")[0]
    if _COMMIT.fullmatch(first) or _VERSION.search(first):
        return ""
    return first
