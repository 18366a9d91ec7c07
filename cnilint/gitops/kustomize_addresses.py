"""Which paths of a kustomization are addresses: files to download and repositories to clone.

kubernetes-sigs/kustomize@kustomize/v5.7.1: api/internal/loader/fileloader.go IsRemoteFile,
api/internal/git/repospec.go NewRepoSpecFromURL. What is an address by these rules is one even where
a folder of that name lies in the repository.
"""

from __future__ import annotations

import posixpath
import re

from cnilint.start import lazy_pattern

_FILE = lazy_pattern(r"https?:[^\x00-\x20\x7f]*", re.IGNORECASE)
_SCHEMES = ("ssh://", "https://", "http://", "file://")
_USER = lazy_pattern(r"[a-zA-Z][a-zA-Z0-9-]*@")
_GITHUB = ("github.com/", "github.com:")


def is_remote_file(path: str) -> bool:
    """Whether a path is the address of a file, to be read by HTTP."""
    return _FILE.fullmatch(path) is not None


def is_repository(path: str) -> bool:
    """Whether a path is the address of a Git repository, or of a folder in one."""
    if path.startswith("/"):
        return False
    rest = path.partition("?")[0]
    if rest[:5].lower() == "git::":
        rest = rest[5:]
    scheme = next((one for one in _SCHEMES if rest.lower().startswith(one)), "")
    rest = rest[len(scheme) :]
    user = _USER.match(rest)
    rest = rest[user.end() :] if user else rest
    github = rest.lower().startswith(_GITHUB)
    like_scp = not scheme and (user is not None or github)
    if not scheme and not like_scp:
        return False
    if scheme == "file://":
        return _has_repository(f"{user.group() if user else ''}{rest}", by_default=False)
    at = _end_of_host(rest, like_scp=like_scp)
    return at >= 0 and _has_repository(rest[at + 1 :], by_default=True)


def _end_of_host(rest: str, *, like_scp: bool) -> int:
    slash, colon = rest.find("/"), rest.find(":")
    if like_scp and (slash == -1 or 0 < colon < slash):
        return colon
    return slash


def _has_repository(path: str, *, by_default: bool) -> bool:
    """Whether a path behind a host has a repository in it; repospec.go parsePathParts."""
    marked = _marked(path)
    if marked is not None:
        repository, folder = marked
    elif not by_default:
        repository, folder = path, ""
    else:
        parts = path.split("/")
        if len(parts) < 2:
            return False
        repository, folder = "/".join(parts[:2]), "/".join(parts[2:])
    inside = posixpath.normpath(folder.removeprefix("/") or ".")
    return bool(repository) and inside.split("/")[0] != ".."


def _marked(path: str) -> tuple[str, str] | None:
    """Return the repository and the folder in it where a mark tells them apart."""
    git = path.find("_git/")
    if git >= 0:
        name, _slash, folder = path[git + 5 :].partition("/")
        return path[: git + 5] + name, folder
    double = path.find("//")
    if double >= 0:
        return path[:double], path[double + 2 :]
    suffix = path.find(".git")
    if suffix >= 0:
        return path[: suffix + 4], path[suffix + 4 :]
    return None
