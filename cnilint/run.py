"""The whole pipeline: paths to texts to documents to clusters to findings, and fixes from there."""

from __future__ import annotations

import json
import os.path
import posixpath
from collections.abc import Callable, Sequence
from dataclasses import replace

from cnilint.catalog.catalog import known_files
from cnilint.catalog.recognise import NO_TARGETS, Targets
from cnilint.confine import read_text
from cnilint.engine.evaluate import Surroundings, evaluate
from cnilint.engine.inputs import Inputs
from cnilint.engine.inputs import inputs as read
from cnilint.engine.policy import EVERYTHING, Policy
from cnilint.engine.repository import repository_top
from cnilint.engine.result import Result
from cnilint.errors import NothingReadError, ReadError, UsageError, near_path
from cnilint.fix.options import DEFAULT_OPTIONS, Fixed, Options
from cnilint.model.text import Source
from cnilint.progress import Progress, unseen
from cnilint.simulation.class_facts import HostFile
from cnilint.syntax.collect import STANDARD_INPUT, Unreadable, collect
from cnilint.syntax.tracked import tracked

__all__ = ["Options", "fix", "inspect", "lint", "load", "surroundings"]


def load(
    paths: Sequence[str],
    stdin: Callable[[], bytes] | None = None,
    *,
    may_be_empty: bool = False,
    git_tracked: bool = False,
    progress: Progress = unseen,
) -> Inputs:
    """Read everything that paths stand for (`-`: what `stdin` returns).

    `git_tracked` leaves out of folders what git does not track.

    ReadError for a path that does not exist or a file that was named and gives no text;
    NothingReadError if there is not one document in all of it, unless it may be empty.
    """
    found: list[Source | Unreadable] = []
    listing = tracked if git_tracked else None
    for one in collect(paths or ["."], stdin=stdin or _no_stdin, listing=listing):
        if isinstance(one, Unreadable) and (one.missing or _is_among(one.path, paths)):
            raise ReadError(one.path, f"{one.reason}{near_path(one.path) if one.missing else ''}")
        found.append(one)
        progress("reading files", len(found), 0)
    inputs = replace(read(found, _top(paths)), paths=tuple(paths) or (".",))
    if not may_be_empty and not inputs.documents and not inputs.problems:
        raise NothingReadError(inputs.paths)
    return inputs


def _top(paths: Sequence[str]) -> str:
    """Return the folder at the top of the repository that paths are in."""
    given = [os.path.realpath(path) for path in paths if path != STANDARD_INPUT] or [os.getcwd()]
    top = repository_top()
    if all(
        os.path.commonpath((top, os.path.realpath(path))) == os.path.realpath(top) for path in given
    ):
        return top
    first = given[0]
    return repository_top(first if os.path.isdir(first) else os.path.dirname(first))


def surroundings(
    host_files: Sequence[str] = (),
    runtime: str = "containerd",
    policy: Policy = EVERYTHING,
    primary: str = "",
    targets: Targets = NO_TARGETS,
    *,
    by_file: bool = False,
    progress: Progress = unseen,
) -> Surroundings:
    """Return what is known beside the manifests: what is on the nodes, and what is wanted.

    A host file is `NAME` (what it is known to hold, else something valid) or `NAME=PATH`.
    UsageError for a name with a slash or none, ReadError for a path that cannot be read.
    """
    files = tuple(_host_file(text) for text in host_files)
    return Surroundings(files, runtime, policy, primary, targets, by_file, progress)


def lint(
    paths: Sequence[str],
    *,
    host_files: Sequence[str] = (),
    runtime: str = "containerd",
    policy: Policy = EVERYTHING,
    primary: str = "",
    targets: Targets = NO_TARGETS,
    options: Options = DEFAULT_OPTIONS,
    stdin: Callable[[], bytes] | None = None,
    by_file: bool = False,
    git_tracked: bool = False,
    progress: Progress = unseen,
) -> Result:
    """Return what is wrong with the manifests in some paths; its fixes are proven.

    `by_file` has each file judged by itself, by the rules that can be. No fix is offered then: what
    it would lead to can only be seen with everything beside it.
    """
    inputs = load(paths, stdin, may_be_empty=by_file, git_tracked=git_tracked, progress=progress)
    around = surroundings(
        host_files, runtime, policy, primary, targets, by_file=by_file, progress=progress
    )
    result = evaluate(inputs, around)
    if by_file:
        return _without_fixes(result)
    if not any(finding.fixes for finding in result.findings):
        return result
    from cnilint.fix.plan import offered

    return offered(inputs, around, result, options)


def inspect(
    paths: Sequence[str],
    *,
    host_files: Sequence[str] = (),
    runtime: str = "containerd",
    targets: Targets = NO_TARGETS,
    stdin: Callable[[], bytes] | None = None,
    progress: Progress = unseen,
) -> Result:
    """Return the facts of the clusters in some paths; fixes are not proven, so none is offered."""
    around = surroundings(host_files, runtime, targets=targets, progress=progress)
    return _without_fixes(evaluate(load(paths, stdin, progress=progress), around))


def fix(
    paths: Sequence[str],
    *,
    host_files: Sequence[str] = (),
    runtime: str = "containerd",
    policy: Policy = EVERYTHING,
    primary: str = "",
    targets: Targets = NO_TARGETS,
    options: Options = DEFAULT_OPTIONS,
    stdin: Callable[[], bytes] | None = None,
    git_tracked: bool = False,
    progress: Progress = unseen,
) -> Fixed:
    """Return the manifests in some paths with every fix of a grade made; nothing is written."""
    from cnilint.fix.plan import fixed

    around = surroundings(host_files, runtime, policy, primary, targets, progress=progress)
    inputs = load(paths, stdin, git_tracked=git_tracked, progress=progress)
    return fixed(inputs, around, options)


def _without_fixes(result: Result) -> Result:
    bare = tuple(replace(finding, fixes=()) for finding in result.findings)
    return replace(result, findings=bare)


def _is_among(path: str, paths: Sequence[str]) -> bool:
    """Whether a file is one of those that were named, however it was named."""
    return os.path.realpath(path) in map(os.path.realpath, paths)


def _host_file(text: str) -> HostFile:
    name, equals, path = text.partition("=")
    if not name or "/" in name:
        raise UsageError(f"--host-file takes NAME or NAME=PATH, and {name!r} is no file name")
    if not equals:
        known = known_files().get(name)
        return HostFile(name, known.content if known is not None else _valid_content(name))
    try:
        return HostFile(name, read_text(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        hint = "" if os.path.lexists(path) else near_path(path)
        raise ReadError(path, reason + hint) from None


def _valid_content(name: str) -> str:
    """Return a configuration that every program loads, named after its file."""
    network = {"cniVersion": "0.4.0", "name": posixpath.splitext(name)[0]}
    plugin = {"type": "bridge"}
    listed = name.endswith(".conflist")
    return json.dumps({**network, "plugins": [plugin]} if listed else {**network, **plugin})


def _no_stdin() -> bytes:
    raise UsageError("there is no standard input to read")
