"""What each command does, apart from how its options are spelled."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from cnilint import run
from cnilint.engine.result import Result
from cnilint.errors import ExitCode, UsageError
from cnilint.fix.options import Options
from cnilint.model.finding import Applicability, Level
from cnilint.report import paint
from cnilint.report.formats import FORMATS, report


class Request(NamedTuple):
    """What is to be looked at: paths, files of the nodes beside the manifests, the runtime."""

    paths: Sequence[str]
    host_files: Sequence[str] = ()
    runtime: str = "containerd"


class Output(NamedTuple):
    """A report to write: its format, and the file for it (empty: standard output)."""

    format: str
    path: str


class Changes(NamedTuple):
    """What a check may do about its findings."""

    fix: bool = False
    diff: bool = False
    options: Options = Options()


def check(
    request: Request, outputs: Sequence[str], changes: Changes, fail_on: Level | None
) -> ExitCode:
    """Lint, fix if asked to, and write the reports (`FORMAT` or `FORMAT:PATH` each).

    The code is FINDINGS when something is at or above `fail_on` (None: nothing is), or when a diff
    has something to show.
    """
    wanted = [_output(text) for text in outputs or ["full"]]
    if changes.fix or changes.diff:
        result, changed = _fixed(request, changes)
    else:
        result = run.lint(
            request.paths,
            host_files=request.host_files,
            runtime=request.runtime,
            options=changes.options,
            stdin=sys.stdin.buffer.read,
        )
        changed = False
    for one in wanted:
        text = _report(one, result)
        if one.path:
            _write(one.path, text)
        elif not changes.diff:
            tell(text)
    failed = fail_on is not None and any(each.level >= fail_on for each in result.findings)
    return ExitCode.FINDINGS if failed or (changes.diff and changed) else ExitCode.OK


def inspect(request: Request, *, as_json: bool) -> ExitCode:
    """Print what is installed and every outcome."""
    from cnilint.report.inspect import inspect_text
    from cnilint.report.json_ import inspect_json

    result = run.inspect(
        request.paths,
        host_files=request.host_files,
        runtime=request.runtime,
        stdin=sys.stdin.buffer.read,
    )
    tell(inspect_json(result) if as_json else inspect_text(result, _paint()))
    return ExitCode.OK


def rules(*, as_json: bool) -> ExitCode:
    """Print the list of rules."""
    from cnilint.report.rules import rules_json, rules_text

    tell(rules_json() if as_json else rules_text())
    return ExitCode.OK


def applicability(*, unsafe: bool) -> Applicability:
    """Return the least grade of fix that is applied."""
    return Applicability.UNSAFE if unsafe else Applicability.SAFE


def tell(text: str) -> None:
    """Write to standard output as it is: no line end is translated, no character refused."""
    sys.stdout.flush()
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.buffer.write(text.encode(encoding, "backslashreplace"))
    sys.stdout.buffer.flush()


def say(text: str) -> None:
    """Write to standard error what is no result."""
    print(f"cnilint: {text}", file=sys.stderr)  # noqa: T201


def _fixed(request: Request, changes: Changes) -> tuple[Result, bool]:
    """Make the fixes, as a diff or in place; return what is left, and whether anything changed."""
    done = run.fix(
        request.paths,
        host_files=request.host_files,
        runtime=request.runtime,
        options=changes.options,
        stdin=sys.stdin.buffer.read,
    )
    if changes.diff:
        from cnilint.fix.diff import unified

        tell(unified(done.changed))
    elif done.changed:
        from cnilint.fix.in_place import write

        write(done.changed)
        files = "1 file" if len(done.changed) == 1 else f"{len(done.changed)} files"
        say(f"{done.applied} fixed in {files}")
    for finding in done.held_back:
        say(f"held back: the fix of {finding.rule} overlaps another one; run again")
    return done.result, bool(done.changed)


def _output(text: str) -> Output:
    name, _colon, path = text.partition(":")
    known = ("full", *FORMATS)
    if name not in known:
        from difflib import get_close_matches

        near = get_close_matches(name, known, 1)
        hint = f", did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"no output format {name!r}{hint} (known: {', '.join(known)})")
    return Output(name, path)


def _report(output: Output, result: Result) -> str:
    if output.format != "full":
        return report(output.format)(result)
    from cnilint.report.terminal import full

    plain = paint.Paint(color=False, width=paint.WIDTH)
    return full(result, plain if output.path else _paint())


def _paint() -> paint.Paint:
    return paint.paint_for(sys.stdout, os.environ)


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
