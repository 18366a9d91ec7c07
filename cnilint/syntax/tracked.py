"""What git knows of a folder: the files of its index, and the folders that hold them."""

from __future__ import annotations

import os

from cnilint.errors import UsageError


def tracked(folder: str) -> frozenset[str]:
    """Return the absolute paths of what git tracks in a folder, and of the folders on the way.

    What is in the index counts, so that in a hook it is what the commit will hold. Submodules are
    looked into. UsageError where there is no git, or no repository of it.
    """
    import subprocess

    listing = ("git", "-C", folder, "ls-files", "-z", "--cached", "--recurse-submodules")
    try:
        done = subprocess.run(listing, capture_output=True, check=False)  # noqa: S603
    except OSError as error:
        raise UsageError(f"--git-tracked needs git: {error.strerror}") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(f"--git-tracked: {said[-1] if said else 'git failed'}")
    top = os.path.realpath(folder)
    found = {top}
    for name in os.fsdecode(done.stdout).split("\0"):
        path = os.path.join(top, *name.split("/"))
        while path not in found:
            found.add(path)
            path = os.path.dirname(path)
    return frozenset(found)
