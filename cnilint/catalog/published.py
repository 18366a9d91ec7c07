"""The manifests that products publish, known by their addresses: nothing is ever downloaded.

What a release ships is in `rules/published`, as far as it matters to a node's configurations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.start import NamedTuple, lazy_pattern
from cnilint.syntax.compose import compose

from .catalog import published_data
from .release import in_range, release

NO_CNI = "no-cni.yaml"

_RAW = lazy_pattern(
    r"https?://raw\.githubusercontent\.com/(?P<repository>[^/]+/[^/]+)/"
    r"(?:refs/(?:heads|tags)/)?(?P<ref>[^/]+)/(?P<path>[^?]+)"
)
_WEB = lazy_pattern(
    r"https?://github\.com/(?P<repository>[^/]+/[^/]+)/(?:raw|blob)/"
    r"(?:refs/(?:heads|tags)/)?(?P<ref>[^/]+)/(?P<path>[^?]+)"
)
_RELEASED = lazy_pattern(
    r"https?://github\.com/(?P<repository>[^/]+/[^/]+)/releases/(?:latest/)?download/"
    r"(?:(?P<ref>[^/]+)/)?(?P<path>[^/?]+)"
)
_CLONED = lazy_pattern(
    r"(?:git::)?(?:https?://|ssh://)?(?:git@)?github\.com[/:]"
    r"(?P<repository>[\w.-]+/[\w.-]+?)(?:\.git)?(?://?(?P<path>[^?]*))?(?:\?(?P<query>.*))?"
)
_REFERENCE = lazy_pattern(r"(?:^|&)(?:ref|version)=([^&]+)")


class Address(NamedTuple):
    """What an address names: a repository, a tag or branch (empty: the newest), and a path."""

    repository: str
    ref: str
    path: str


class _File(NamedTuple):
    """A published file: a pattern on its path, its releases, and what it holds."""

    path: str
    versions: str
    manifest: str


class _Repository(NamedTuple):
    name: str
    addresses: tuple[str, ...]
    files: tuple[_File, ...]


class Published:
    """What is known of repositories other than the one that is read."""

    def at(self, address: str) -> tuple[Document, ...] | None:
        """Return what an address holds; None where that is not known."""
        for one in _repositories():
            for pattern in one.addresses:
                found = re.fullmatch(pattern, address)
                if found is not None:
                    ref, name = found.groupdict().get("ref") or "", address.rpartition("/")[2]
                    return next(_named(one, name, ref, address), None)
        named = parsed(address)
        if named is None:
            return None
        return self._held(named, address)

    def below(self, repository: str, ref: str, folder: str) -> Mapping[str, str]:
        """Return the addresses of the files known in a folder of a repository, by their names."""
        named = parsed(repository)
        known = _repository(named.repository) if named is not None else None
        if named is None or known is None:
            return {}
        start = folder.strip("./")
        found: dict[str, str] = {}
        for file in known.files:
            path = _plain(file.path)
            inside = not start or path.startswith(f"{start}/")
            if path and inside and in_range(release(ref), file.versions):
                address = f"https://raw.githubusercontent.com/{known.name}/{ref or 'HEAD'}/{path}"
                found[path[len(start) :].lstrip("/")] = address
        return found

    def brings_no_cni(self, address: str) -> bool:
        """Whether an address is of a repository that is known to have no CNI."""
        named = parsed(address)
        if named is None:
            return False
        held = self._held(named, address)
        if held is not None and not held:
            return True
        return any(re.fullmatch(one, named.repository) for one in _without_cni())

    @staticmethod
    def _held(named: Address, address: str) -> tuple[Document, ...] | None:
        known = _repository(named.repository)
        if known is None:
            return None
        tag = release(named.ref)
        for file in known.files:
            found = re.fullmatch(file.path, named.path)
            if found is not None and in_range(tag, file.versions):
                return _documents(file, found.groups(), named.ref, address)
        return None


def parsed(address: str) -> Address | None:
    """Return what an address of GitHub names, in each of the forms that Kustomize takes."""
    for form in (_RAW, _WEB, _RELEASED, _CLONED):
        found = form.fullmatch(address)
        if found is None:
            continue
        parts = found.groupdict()
        query = _REFERENCE.search(parts.get("query") or "")
        ref = parts.get("ref") or (query[1] if query is not None else "")
        return Address(parts["repository"], ref, (parts["path"] or "").strip("/"))
    return None


def _named(one: _Repository, name: str, ref: str, address: str) -> Iterator[tuple[Document, ...]]:
    """Yield what the files of a name hold, wherever in the repository they are."""
    for file in one.files:
        found = re.fullmatch(f"(?:.*/)?{file.path.rpartition('/')[2]}", name)
        if found is not None and in_range(release(ref), file.versions):
            yield _documents(file, found.groups(), ref, address)


def _documents(
    file: _File, groups: Sequence[str | None], ref: str, address: str
) -> tuple[Document, ...]:
    """Return a file's documents, with what its path and its tag name filled in.

    A branch names no release: then an image has no tag.
    """
    text = file.manifest
    for number, group in enumerate(groups, 1):
        text = text.replace(f"{{{number}}}", group or "")
    text = text.replace("{ref}", ref) if release(ref) is not None else text.replace(":{ref}", "")
    found = compose(Source(address, text))
    return tuple(one for one in found if isinstance(one, Document))


def _plain(pattern: str) -> str:
    """Return the path that a pattern stands for, empty where it stands for several."""
    text = pattern.replace(r"\.", ".")
    return "" if re.search(r"[\\()\[\]*+?|]", text) else text


def _repository(name: str) -> _Repository | None:
    return next((one for one in _repositories() if one.name == name.removesuffix(".git")), None)


@cache
def _data() -> tuple[Mapping[str, Any], ...]:
    return tuple(published_data())


@cache
def _repositories() -> tuple[_Repository, ...]:
    return tuple(
        _Repository(
            one["repository"],
            tuple(one.get("addresses", ())),
            tuple(
                _File(each["path"], each.get("versions", ""), each["manifest"])
                for each in one["files"]
            ),
        )
        for one in _data()
        if "repository" in one
    )


@cache
def _without_cni() -> tuple[str, ...]:
    return tuple(pattern for one in _data() for pattern in one.get("no_cni", ()))
