"""What a program on a node is: something that takes one step at a time among the node's files.

A program is a pure function of the files and its own memory. Where it has nothing to do its step
is not enabled. Nothing is assumed about time: any enabled step may be the next one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache

from cnilint.catalog.installer import ConfFile, Installer
from cnilint.model.steps import Actor, Cause, Failure, Step, Verb
from cnilint.start import NamedTuple
from cnilint.upstream.confdir import encoded, extension
from cnilint.upstream.prediction import Prediction
from cnilint.upstream.selector import predict

Files = Mapping[str, str]
"""What is on the node: absolute host path to content."""

CANDIDATES = (".conf", ".conflist", ".json")


class Change(NamedTuple):
    """One step taken: the files after it, the paths it touched in order, and what it is.

    `step` is None where a program that watches only goes along with what another one did.
    """

    files: Files
    memory: Hashable
    touched: tuple[str, ...]
    step: Step | None


class Program:
    """An actor on a node. Its memory is any value; before its first step it is `start()`'s."""

    actor: Actor
    """Who takes its steps."""

    serves = False
    """Whether pods that are handed to its file get no network while it has not come up."""

    def start(self) -> Hashable:
        """Return its memory before its first step. Most have none: the files say what was done."""
        return None

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Return the step it would take now, or None when none is enabled."""
        raise NotImplementedError

    def notice(
        self,
        files: Files,  # noqa: ARG002  for those that watch
        memory: Hashable,  # noqa: ARG002
        touched: tuple[str, ...],  # noqa: ARG002
    ) -> Change | None:
        """Return its reaction at once to what another program did; None for one that only steps."""
        return None

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Return what ending it in order leaves behind: everything, for most."""
        return Change(files, memory, (), Step(self.actor, Verb.STOPS))

    def complaint(self, files: Files, memory: Hashable) -> Cause | None:  # noqa: ARG002
        """Return why it has not come up in a state of rest, None when it has."""
        return None


def actor_of(installer: Installer, title: str = "") -> Actor:
    """Return who acts for an install; `title` stands for the product's own where it has another."""
    product = installer.product
    return Actor(title or product.title, product.id, installer.object, installer.location())


def failed(prediction: Prediction) -> Cause | None:
    """Return why a program of Multus takes no file, None if it takes one."""
    if prediction.error:
        return Cause(Failure(prediction.error))
    return Cause(Failure.NO_MASTER) if prediction.outcome == "waits" else None


def stopped_with(actor: Actor, file: ConfFile, files: Files, memory: Hashable) -> Change:
    """Return what a program leaves that takes its own file along when it ends."""
    step = Step(actor, Verb.STOPS, also=(Step(actor, Verb.REMOVES, (file.name,)),))
    return Change(with_changes(files, {}, [file.path]), memory, (file.path,), step)


def names_in(files: Files, directory: str) -> dict[str, str]:
    """Return the files of one directory, and of those below it, named relative to it."""
    start = directory.rstrip("/") + "/"
    return {path[len(start) :]: text for path, text in files.items() if path.startswith(start)}


def candidates(files: Files, directory: str) -> list[str]:
    """Return the paths in a directory that a runtime or a CNI installer may take, in byte order."""
    names = [n for n in names_in(files, directory) if "/" not in n and extension(n) in CANDIDATES]
    return [posixpath.join(directory, name) for name in sorted(names, key=encoded)]


def is_valid(path: str, content: str) -> bool:
    """Whether a file loads as a network: the rule of libcni, which installers use as well."""
    return _loads(posixpath.basename(path), content)


@lru_cache(maxsize=4096)
def _loads(name: str, content: str) -> bool:
    return predict("containerd", {name: content}).outcome == "picked"


def with_changes(files: Files, added: Files, removed: Iterable[str] = ()) -> Files:
    """Return files with some of them removed, then others added or replaced."""
    return {**{path: text for path, text in files.items() if path not in removed}, **added}


def file_names(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the files at some paths."""
    return tuple(map(posixpath.basename, paths))
