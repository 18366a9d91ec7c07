"""What git knows of a folder: the files of its index, and the folders that hold them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from cnilint.confine import repository
from cnilint.errors import UsageError

_SUBMODULE = "160000"


def tracked(folder: str) -> frozenset[str]:
    """Return the absolute paths of what git tracks in a folder, and of the folders on the way.

    What is in the index counts, so that in a hook it is what the commit will hold. Submodules are
    looked into. The repository is the nearest one with a `.git`: files that look like a repository
    without one may be a stranger's. UsageError where there is no git, or no repository of it.
    """
    folder = os.path.realpath(folder)
    top = repository(folder)
    if top is None:
        raise UsageError(f"--git-tracked: fatal: not a git repository: {folder}")
    found = {folder}
    for file in _files(top, os.path.relpath(folder, top)):
        path = file
        while path not in found:
            found.add(path)
            path = os.path.dirname(path)
    return frozenset(found)


def _files(top: str, below: str = ".") -> Iterator[str]:
    """Yield the paths of a repository's index, and of its submodules: each is asked by itself."""
    from cnilint.external import git  # a run that asks no git does not load it

    # a hook is told of the index that the commit is made from
    index = os.environ.get("GIT_INDEX_FILE")
    own = index and top == repository(os.path.realpath(os.getcwd()))
    given = {"GIT_INDEX_FILE": os.path.abspath(index)} if index and own else {}
    try:
        done = git("ls-files", "-z", "--cached", "--stage", "--", below, cwd=top, variables=given)
    except OSError as error:
        raise UsageError(f"--git-tracked needs git: {error.strerror}") from None
    if done.code != 0:
        said = done.err.decode(errors="replace").strip().splitlines()
        raise UsageError(f"--git-tracked: {said[-1] if said else 'git failed'}")
    for line in filter(None, os.fsdecode(done.out).split("\0")):
        kind, _tab, name = line.partition("\t")
        path = os.path.join(top, name.replace("/", os.sep))
        yield path
        if kind.startswith(_SUBMODULE) and os.path.exists(os.path.join(path, ".git")):
            yield from _files(path)
