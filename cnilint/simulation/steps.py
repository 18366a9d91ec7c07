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
from cnilint.upstream.confdir import encoded
from cnilint.upstream.prediction import Prediction
from cnilint.upstream.program import Event, Happening
from cnilint.upstream.selector import predict

Files = Mapping[str, str]
"""What is on the node: absolute host path to content."""

CANDIDATES = (".conf", ".conflist", ".json")


@lru_cache(maxsize=4096)
def parted(path: str) -> tuple[str, str]:
    """Return the directory of a path, and the name in it."""
    return posixpath.dirname(path), posixpath.basename(path)


class Change(NamedTuple):
    """One step taken: the files after it, what a watch tells of it, and what it is.

    The names in `events` are paths. `step` is None where nothing of it is worth telling.
    """

    files: Files
    memory: Hashable
    events: tuple[Event, ...]
    step: Step | None

    @property
    def touched(self) -> tuple[str, ...]:
        """The paths it touched, in order."""
        return tuple(dict.fromkeys(event.name for event in self.events))


def change_to(files: Files, memory: Hashable, touched: Iterable[str], step: Step | None) -> Change:
    """Return the change to `files`, of which some were moved into place and others removed."""
    events = tuple(
        Event(Happening.MOVED_TO if path in files else Happening.DELETED, path) for path in touched
    )
    return Change(files, memory, events, step)


class Minded(NamedTuple):
    """Files: those at some `paths`, and those of a directory up to a name in byte order.

    `directory` is that directory, "" for none and None for all there are; `up_to` the name, None
    for all of it.
    """

    paths: frozenset[str] = frozenset()
    directory: str | None = ""
    up_to: str | None = None

    def has(self, path: str) -> bool:
        """Return whether a file is among them."""
        if self.directory is None or path in self.paths:
            return True
        directory, name = parted(path)
        if not self.directory or directory != self.directory:
            return False
        # a .conf may become the .conflist of the same name
        last = None if self.up_to is None else encoded(f"{self.up_to}list")
        return last is None or encoded(name) <= last


EVERYTHING = Minded(directory=None)
NOTHING = Minded()


class Program:
    """An actor on a node. Its memory is any value; before its first step it is `start()`'s."""

    actor: Actor
    """Who takes its steps: no part of what it does."""

    serves = False
    """Whether pods that are handed to its file get no network while it has not come up."""

    @property
    def watches(self) -> bool:
        """Whether it is told what others do."""
        return type(self).notice is not Program.notice

    @property
    def may_hurry(self) -> bool:
        """Whether it ever hurries."""
        return type(self).hurries is not Program.hurries

    def hurries(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Whether it is in the midst of something that takes microseconds.

        Until it is through nobody takes a step but those that watch, who may be told of it, and of
        those nobody who was about to write before that.
        """
        return False

    def is_writing(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Whether its next step writes what it made up its mind to in an earlier one."""
        return False

    @property
    def reads_renamed(self) -> bool:
        """Whether it reads files that were renamed out of the way."""
        return False

    def start(self) -> Hashable:
        """Return its memory before its first step. Most have none: the files say what was done."""
        return None

    def step(self, files: Files, memory: Hashable) -> Change | None:
        """Return the step it would take now, or None when none is enabled."""
        raise NotImplementedError

    def notice(
        self,
        files: Files,  # noqa: ARG002  for those that watch
        memory: Hashable,
        events: tuple[Event, ...],  # noqa: ARG002
    ) -> Hashable:
        """Return the memory of one that watches, once it is told what another program did."""
        return memory

    def ended(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Return whether it has ended by itself, so that it is started again."""
        return False

    def writes_only(self, memory: Hashable) -> str:  # noqa: ARG002
        """Return the path of the file that its one step left writes; "" if it does any more.

        That step is enabled whatever files there are, and what it writes depends on none of them.
        """
        return ""

    def minded(self, files: Files, memory: Hashable) -> Minded:  # noqa: ARG002
        """Return the files whose being written its next step or its memory can tell.

        Those that the step reads or touches, whose absence it depends on, or of which it is told.
        What one does not mind it does not mind beside any others that it does not mind. As long as
        no file is removed or emptied, nothing else is minded in any step that follows.
        """
        return EVERYTHING

    def may_remove(self, memory: Hashable) -> bool:  # noqa: ARG002
        """Return whether it may remove, rename or empty a file of others from now on.

        To replace a `.conf` by a `.conflist` of the same name is no removing.
        """
        return True

    def stop(self, files: Files, memory: Hashable) -> Change:
        """Return what ending it in order leaves behind: everything, for most."""
        return Change(files, memory, (), Step(self.actor, Verb.STOPS))

    def uninstalled(self, files: Files, memory: Hashable) -> Change:
        """Return what ending it leaves behind where it is not to be started again."""
        return self.stop(files, memory)

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


def stopped_with(
    actor: Actor, file: ConfFile, files: Files, memory: Hashable, *, takes_it: bool
) -> Change:
    """Return what a program leaves when it ends, which may take its own file along."""
    if not takes_it or file.path not in files:
        return change_to(files, memory, (), Step(actor, Verb.STOPS))
    step = Step(actor, Verb.STOPS, also=(Step(actor, Verb.REMOVES, (file.name,)),))
    return change_to(with_changes(files, {}, [file.path]), memory, (file.path,), step)


def names_in(files: Files, directory: str) -> dict[str, str]:
    """Return the files of one directory, and of those below it, named relative to it."""
    start = directory.rstrip("/") + "/"
    return {path[len(start) :]: text for path, text in files.items() if path.startswith(start)}


def candidates(files: Files, directory: str) -> list[str]:
    """Return the paths in a directory that a runtime or a CNI installer may take, in byte order."""
    return list(_candidates(tuple(files), directory))


@lru_cache(maxsize=4096)
def _candidates(paths: tuple[str, ...], directory: str) -> tuple[str, ...]:
    start = directory.rstrip("/") + "/"
    inside = (path for path in paths if path.startswith(start) and path.endswith(CANDIDATES))
    return tuple(sorted((one for one in inside if "/" not in one[len(start) :]), key=encoded))


@lru_cache(maxsize=4096)
def is_out_of_the_way(path: str) -> bool:
    """Whether a file was renamed so that no runtime takes it: a candidate's name with an ending."""
    before, _dot, _ending = path.rpartition(".")
    return before.endswith(CANDIDATES) and not path.endswith(CANDIDATES)


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
