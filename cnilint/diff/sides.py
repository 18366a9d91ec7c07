"""The two sides of a comparison, as a person names them: revisions, folders or files."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum
from glob import glob

from cnilint.confine import Disk, FileTree, repository
from cnilint.errors import ReadError, UsageError, near_path
from cnilint.model.globs import fits
from cnilint.start import NamedTuple
from cnilint.syntax.collect import STANDARD_INPUT, WILDCARDS, in_tree, stands_for

from .history import History
from .revision import Revision

WORKING_TREE = "the working tree"


class Side(NamedTuple):
    """What is read on one side: paths on the disk, or in a tree of files.

    `title` is what a person calls it, `commit` its id for a revision, `folder` the one that all of
    it lies in, where that is not so on the other side.
    """

    title: str
    paths: tuple[str, ...]
    tree: FileTree | None = None
    commit: str = ""
    folder: str = ""

    def inside(self, path: str) -> str:
        """Return what a path, or a name that is one, is called within the folder."""
        start = os.path.relpath(self.folder).replace(os.sep, "/") if self.folder else ""
        return path.removeprefix(f"{start}/")


class RemarkKind(Enum):
    """What is to be known of how two sides were compared."""

    ONLY_HERE = "only-here"
    """The path `subject` is only on the side `side`."""
    RENAMED = "renamed"
    """The path `subject`, of the side `side`, is called `other` on the other one."""
    SUBMODULE = "submodule"
    """Of the submodule `subject` nothing is known on the side `side`: it lacks commit `other`."""


class Remark(NamedTuple):
    """Something of that kind."""

    kind: RemarkKind
    subject: str
    side: str
    other: str = ""


class Sides(NamedTuple):
    """What is compared with what."""

    before: Side
    after: Side
    remarks: tuple[Remark, ...] = ()


class Nothing:
    """A tree of files in which every folder is there, and empty."""

    def __init__(self, top: str) -> None:
        """Take the folder at the top."""
        self.top = top

    def real(self, path: str) -> str:
        """Return the path itself."""
        return path

    def is_file(self, path: str) -> bool:
        """Return that there is none."""
        del path
        return False

    def is_folder(self, path: str) -> bool:
        """Return that there is one."""
        del path
        return True

    def names(self, folder: str) -> Collection[str]:
        """Return that nothing lies in it."""
        del folder
        return ()

    def read(self, path: str) -> bytes | None:
        """Return that nothing is there."""
        del path
        return None


def sides(words: Sequence[str], before: str = "", after: str = "") -> Sides:
    """Return what the words of a command line, or two files, ask to compare.

    `[BASE] [HEAD] [PATH]...`: revisions, or two folders. Without a BASE it is the commit at which
    HEAD left the default branch, without a HEAD the working tree. `A..B` names both, `A...B` what
    B has added since it left A (an empty A: the default branch).

    UsageError for what cannot be compared, ReadError for a path that neither side has.
    """
    if before or after:
        return _files(words, before, after)
    if "" in words:
        raise UsageError("one of BASE, HEAD and PATH is empty")
    top = repository(os.path.realpath(os.getcwd()))
    history = History(top) if top is not None else None
    are_folders = len(words) > 1 and all(map(os.path.isdir, words[:2]))
    if are_folders and not (history and any(map(history.commit, words[:2]))):
        return _folders(words)
    if history is None:
        _folders_there(words)
        raise UsageError(
            f"{_no_repository()}: name two folders, or two files with --before and --after"
        )
    return _revisions(history, words)


def since(word: str, paths: Sequence[str]) -> Sides:
    """Return what a check of paths is compared with: the commit at which HEAD left a revision.

    UsageError where there is none.
    """
    top = repository(os.path.realpath(os.getcwd()))
    if top is None:
        raise UsageError(f"--since: {_no_repository()}")
    history = History(top)
    base = _revision(history, word, history.parted(word, "HEAD"))
    return _over_paths(base, Side(WORKING_TREE, ()), paths)


def _no_repository() -> str:
    """Return why the working directory is in no repository with files."""
    here = os.getcwd()
    if all(os.path.exists(os.path.join(here, name)) for name in ("HEAD", "objects", "refs")):
        return "a git repository without a working tree (a clone of it has one)"
    return "not a git repository"


def _files(words: Sequence[str], before: str, after: str) -> Sides:
    if words:
        raise UsageError(f"--before and --after say what to compare: what is {words[0]!r} for?")
    if not (before and after):
        raise UsageError("--before and --after: both of them")
    if before == after == STANDARD_INPUT:
        raise UsageError("--before and --after: only one of them can be standard input")
    return Sides(Side(before, (before,)), Side(after, (after,)))


def _folders(words: Sequence[str]) -> Sides:
    before, after, *inside = words
    two = (Side(before, (), folder=before), Side(after, (), folder=after))
    return _over_paths(*two, inside or ["."])


def _folders_there(words: Sequence[str]) -> None:
    """Raise for the first of two words that is no folder, where one of them is a path."""
    if len(words) > 1 and any(map(os.path.lexists, words[:2])):
        absent = next(word for word in words[:2] if not os.path.isdir(word))
        if os.path.lexists(absent):
            raise UsageError(f"{absent} is no folder: name two, or files with --before and --after")
        raise ReadError(absent, f"no such folder{near_path(absent)}")


def _revisions(history: History, words: Sequence[str]) -> Sides:
    rest = list(words)
    if rest and _is_range(rest[0]):
        return _range(history, rest[0], rest[1:])
    named: list[str] = []
    while rest and len(named) < 2 and _is_revision(history, rest[0]):
        named.append(rest.pop(0))
    if not named:
        branch = history.default_branch()
        base = _revision(history, branch, history.parted(branch, "HEAD"))
    else:
        base = _revision(history, named[0], history.commit(named[0]))
    head = Side(WORKING_TREE, ())
    if len(named) == 2:
        head = _revision(history, named[1], history.commit(named[1]))
    elif rest and not _matches(rest[0], base, head):
        raise UsageError(history.no_such_revision(rest[0], "revision and no path"))
    return _over_paths(base, head, rest)


def _is_range(word: str) -> bool:
    return ".." in word and not word.startswith(("./", "../", "/")) and not os.path.lexists(word)


def _range(history: History, word: str, paths: Sequence[str]) -> Sides:
    since_parted = "..." in word
    one, _dots, other = word.partition("..." if since_parted else "..")
    other = other or "HEAD"
    if since_parted:
        one = one or history.default_branch()
        commit = history.parted(one, other)
    else:
        one = one or "HEAD"
        commit = history.commit_of(one)
    base = _revision(history, one, commit)
    return _over_paths(base, _revision(history, other, history.commit_of(other)), paths)


def _is_revision(history: History, word: str) -> bool:
    """Whether a word is a revision; UsageError if it is a path as well."""
    commit = history.commit(word)
    if commit and os.path.lexists(word):
        raise UsageError(
            f"{word!r} is a revision and a path: write ./{word} for the path, or {commit[:9]} for "
            "the revision"
        )
    return bool(commit)


def _revision(history: History, title: str, commit: str) -> Side:
    return Side(title, (), Revision(history.top, commit), commit)


def _over_paths(before: Side, after: Side, paths: Sequence[str]) -> Sides:
    """Return two sides over paths, each of which one of them may lack."""
    found: tuple[list[str], list[str]] = ([], [])
    remarks: list[Remark] = []
    for path in paths or ["."]:
        if any(
            isinstance(side.tree, Revision) and _is_outside(side.tree, path)
            for side in (before, after)
        ):
            raise UsageError(f"{path} lies outside of the repository: no revision has it")
        for each in _matching(path, before, after):
            own = [
                os.path.normpath(os.path.join(side.folder, each)) if side.folder else each
                for side in (before, after)
            ]
            there = [_has(side, one) for side, one in zip((before, after), own, strict=True)]
            if not any(there):
                reason = f"neither in {before.title} nor in {after.title}{near_path(each)}"
                raise ReadError(each, reason)
            for at in (0, 1):
                if there[at]:
                    found[at].append(own[at])
            if not all(there) and each == path:
                at = there.index(True)
                here, other = ((before, after), (after, before))[at]
                former = _called(here, own[at], other)
                found[1 - at].extend([former] if former else [])
                kind = RemarkKind.RENAMED if former else RemarkKind.ONLY_HERE
                remarks.append(Remark(kind, own[at], here.title, former))
    for side in (before, after):
        if isinstance(side.tree, Revision):
            remarks += [
                Remark(RemarkKind.SUBMODULE, path, side.title, commit)
                for path, commit in side.tree.absent.items()
            ]
    return Sides(_over(before, found[0]), _over(after, found[1]), tuple(remarks))


def _is_outside(tree: FileTree, path: str) -> bool:
    """Whether a path leads out of a tree as it is spelled, and where it leads on the disk."""
    whole = os.path.abspath(path)
    ways = (os.path.relpath(one, tree.top) for one in (whole, os.path.realpath(whole)))
    return all(way.split(os.sep)[0] == os.pardir for way in ways)


def _matching(path: str, *sides: Side) -> Sequence[str]:
    """Return the paths of either side that a pattern stands for; what is none, as it is."""
    return _matches(path, *sides) or [path]


def _matches(path: str, *sides: Side) -> Sequence[str]:
    """Return the same, without what is on no side."""
    if any(_has(side, path) for side in sides):
        return [path]
    if WILDCARDS.isdisjoint(path):
        return []
    found: dict[str, None] = {}
    for side in sides:
        if side.tree is None:
            names = [os.path.normpath(one) for one in glob(path, recursive=True)]
            meant = [one for one in names if os.path.isdir(one) or stands_for(path, one)]
        else:
            top = side.tree.top
            steps = os.path.relpath(os.path.abspath(path), top).split(os.sep)
            inside = _fitting(side.tree, ".", steps)
            names = [os.path.relpath(os.path.join(top, *one.split("/"))) for one in inside]
            meant = [one for one in names if _is_folder(side.tree, one) or stands_for(path, one)]
        found |= dict.fromkeys(sorted(meant))
    return list(found)


def _fitting(tree: FileTree, folder: str, steps: Sequence[str]) -> Iterator[str]:
    """Yield what the steps of a pattern stand for from a folder on, as `glob` has it on the disk.

    `**` follows no links; at the end it stands for the folder, and so for all that is below it.
    """
    if not steps:
        yield folder
        return
    first, *rest = steps
    if first == "**":
        yield from _fitting(tree, folder, rest)
    names = [name for name in tree.names(folder) if first[:1] == "." or name[:1] != "."]
    for name in names:
        path = name if folder == "." else f"{folder}/{name}"
        real = tree.real(path)
        if first != "**" and real is not None and fits(f"/{first}", name):
            yield from _fitting(tree, real if rest else path, rest)
        elif first == "**" and rest and real == path and tree.is_folder(path):
            yield from _fitting(tree, path, steps)


def _is_folder(tree: FileTree, path: str) -> bool:
    inside = in_tree(tree, path)
    return inside is not None and tree.is_folder(inside)


def _over(side: Side, paths: Sequence[str]) -> Side:
    """Return a side over the paths that it has; without any there is nothing in it."""
    if paths:
        return side._replace(paths=tuple(paths))
    here = os.path.realpath(os.getcwd())
    return side._replace(paths=(".",), tree=Nothing(repository(here) or here))


def _has(side: Side, path: str) -> bool:
    if side.tree is None:
        return os.path.lexists(path)
    inside = in_tree(side.tree, path)
    return inside is not None and (side.tree.is_file(inside) or side.tree.is_folder(inside))


def _called(here: Side, path: str, other: Side) -> str:
    """Return what a path of one side is called on the other, by what it holds; or nothing.

    A file has to lie there with the same content, and of a folder most of the files, under the
    same names in it.
    """
    one = next((side.tree for side in (here, other) if isinstance(side.tree, Revision)), None)
    if one is None:
        return ""
    mine, theirs = (side.tree or Disk(one.top) for side in (here, other))
    start = in_tree(mine, path)
    if start is None or start == ".":
        return ""
    if mine.is_file(start):
        found = _same_file(theirs, _object(mine, start, one), posixpath.splitext(start)[1], one)
    else:
        wanted = {
            posixpath.relpath(file, start): _object(mine, file, one) for file in _below(mine, start)
        }
        found = _same_folder(theirs, wanted, one)
    return os.path.relpath(os.path.join(one.top, *found.split("/"))) if found else ""


def _same_file(tree: FileTree, wanted: str, extension: str, like: Revision) -> str:
    files = (one for one in _below(tree, ".") if one.endswith(extension))
    return next((one for one in files if _object(tree, one, like) == wanted), "")


def _same_folder(tree: FileTree, wanted: Mapping[str, str], like: Revision) -> str:
    names = {posixpath.basename(name) for name in wanted}
    counts: Counter[str] = Counter()
    for file in _below(tree, "."):
        if posixpath.basename(file) not in names:
            continue
        for name, content in wanted.items():
            if file.endswith(f"/{name}") and _object(tree, file, like) == content:
                counts[file[: -len(name) - 1]] += 1
    found, number = next(iter(counts.most_common(1)), ("", 0))
    return found if number * 2 > len(wanted) else ""


def _below(tree: FileTree, folder: str) -> Iterator[str]:
    """Yield the files below a folder, hidden ones left out; links are not followed."""
    pending = [folder]
    while pending:
        at = pending.pop()
        for name in tree.names(at):
            path = name if at == "." else f"{at}/{name}"
            if name.startswith(".") or tree.real(path) != path:
                continue
            if tree.is_folder(path):
                pending.append(path)
            elif tree.is_file(path):
                yield path


def _object(tree: FileTree, path: str, like: Revision) -> str:
    """Return the id that git gives to what a file holds."""
    if isinstance(tree, Revision):
        return tree.object(path)
    content = tree.read(path) or b""
    kind = hashlib.sha256 if len(like.commit) == 64 else hashlib.sha1
    return kind(b"blob %d\0" % len(content) + content).hexdigest()
