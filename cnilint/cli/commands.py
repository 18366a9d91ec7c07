"""What each command does, apart from how its options are spelled."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple, TypedDict

from cnilint import run
from cnilint.catalog.recognise import Targets
from cnilint.config import settings as config
from cnilint.config.location import NAMES, OTHER_NAMES, PYPROJECT, has_section
from cnilint.config.settings import Settings
from cnilint.engine.policy import Policy
from cnilint.engine.result import Result
from cnilint.errors import ExitCode, UsageError
from cnilint.fix.options import Options
from cnilint.model.finding import Applicability, Level
from cnilint.progress import Progress, unseen
from cnilint.quoting import shell_word
from cnilint.streams import say, tell, write_file
from cnilint.syntax.collect import STANDARD_INPUT

from . import outputs


class Request(NamedTuple):
    """What a command is given: paths, what its options set, and the file of configuration.

    `file` is None for the nearest one, empty for none; `git_tracked` leaves out of folders what git
    does not track. `progress` lets a bar show how far a run has come.
    """

    paths: Sequence[str]
    options: Mapping[str, object] = {}
    file: str | None = None
    git_tracked: bool = False
    progress: bool = True

    def settings(self) -> Settings:
        """Return the settings this leads to."""
        return config.settings(self.options, os.environ, self.file, self.paths)


class Given(TypedDict):
    """What a run takes beside its paths, by name."""

    host_files: Sequence[str]
    runtime: str
    policy: Policy
    primary: str
    targets: Targets
    stdin: Callable[[], bytes]
    git_tracked: bool


class Changes(NamedTuple):
    """What a check may do about its findings."""

    fix: bool = False
    diff: bool = False
    options: Options = Options()
    patch_dir: str | None = None


class Manner(NamedTuple):
    """How a check is made and told: each file by itself, and the findings of each rule counted."""

    by_file: bool = False
    statistics: bool = False


ONCE: Manner = Manner()


def check(request: Request, changes: Changes, manner: Manner = ONCE) -> ExitCode:
    """Lint, fix if asked to, and write the reports.

    The code is FINDINGS when something is at or above the level that fails a run, or when a diff
    has something to show. UsageError for fixes where each file is judged by itself.
    """
    asked = {"--fix": changes.fix, "--diff": changes.diff, "--patch-dir": changes.patch_dir}
    if manner.by_file and any(asked.values()):
        option = next(name for name, given in asked.items() if given)
        raise UsageError(
            f"--scope file and {option}: one of them, because a fix is proven on all manifests "
            "together"
        )
    chosen = request.settings()
    for mistake in config.mistyped_variables(os.environ):
        say(mistake)
    wanted = outputs.outputs(chosen.output_format)
    given = _given(request, chosen)
    if changes.fix or changes.diff or changes.patch_dir:
        result, changed = _fixed(request, given, changes)
    else:
        with _shown(request) as progress:
            result = run.lint(
                request.paths,
                **given,
                options=changes.options,
                by_file=manner.by_file,
                progress=progress,
            )
        changed = False
    if changes.diff:
        wanted = [one for one in wanted if one.path]
    outputs.deliver(result, wanted, statistics=manner.statistics, silent=changes.diff and changed)
    least = None if chosen.fail_on == "never" else Level.of(chosen.fail_on)
    failed = least is not None and any(each.level >= least for each in result.findings)
    return ExitCode.FINDINGS if failed or (changes.diff and changed) else ExitCode.OK


def inspect(request: Request, *, as_json: bool) -> ExitCode:
    """Print what is installed and every outcome."""
    from cnilint.report.json_ import inspect_json
    from cnilint.report.terminal.inspect import inspect_text

    chosen = request.settings()
    with _shown(request) as progress:
        result = run.inspect(
            request.paths,
            host_files=chosen.host_files,
            runtime=chosen.runtime,
            targets=config.targets(chosen),
            stdin=_stdin,
            progress=progress,
        )
    tell(inspect_json(result) if as_json else inspect_text(result, outputs.paint()))
    return ExitCode.OK


def write_baseline(request: Request) -> ExitCode:
    """Write the findings of today into the baseline: from now on only others fail."""
    from cnilint.engine.ignores.baseline import baseline_text, entries_of

    chosen = request.settings()
    path = _baseline(chosen)
    result = _without_baseline(request, chosen)
    write_file(path, baseline_text(entries_of(result.findings)))
    say(f"{_counted(len(result.findings), 'finding')} written to {path}")
    if not chosen.baseline:
        say(f"a run counts with it by `--baseline {shell_word(path)}` or `baseline` in {NAMES[0]}")
    return ExitCode.OK


def prune_baseline(request: Request) -> ExitCode:
    """Take out of the baseline what is not found any more."""
    from cnilint.engine.ignores.baseline import baseline_text, gone, read

    chosen = request.settings()
    path = _baseline(chosen)
    entries = read(path)
    left_out = gone(_without_baseline(request, chosen).findings, entries)
    kept = [entry for entry, is_gone in zip(entries, left_out, strict=True) if not is_gone]
    if len(kept) < len(entries):
        write_file(path, baseline_text(kept))
    say(f"{_counted(len(entries) - len(kept), 'finding')} removed from {path}, {len(kept)} left")
    return ExitCode.OK


def show_baseline(request: Request) -> ExitCode:
    """Print what is in the baseline."""
    from cnilint.engine.ignores.baseline import read

    for entry in read(_baseline(request.settings())):
        rule, cluster, where, _route = entry.identity
        of = f" ({cluster})" if cluster else ""
        tell(f"{entry.path}: {rule} {where}{of}: {entry.message}\n")
    return ExitCode.OK


def show_config(request: Request) -> ExitCode:
    """Print every setting and where it is from."""
    from cnilint.config.text import shown

    tell(shown(request.settings()))
    return ExitCode.OK


def init_config() -> ExitCode:
    """Write a file of configuration to begin with; UsageError where there is one already."""
    from cnilint.config.text import template

    present = next((name for name in (*NAMES, *OTHER_NAMES) if os.path.lexists(name)), None)
    if present is None and has_section(PYPROJECT):
        present = f"[tool.cnilint] in {PYPROJECT}"
    if present is not None:
        raise UsageError(f"there is a {present} already: nothing was written")
    write_file(NAMES[0], template(), new=True)
    say(f"{NAMES[0]} written: take away the # before what you want to set")
    return ExitCode.OK


def config_schema() -> ExitCode:
    """Print the JSON schema of a file of configuration."""
    from cnilint.config.file import schema_text

    tell(schema_text())
    return ExitCode.OK


def applicability(*, unsafe: bool) -> Applicability:
    """Return the least grade of fix that is applied."""
    return Applicability.UNSAFE if unsafe else Applicability.SAFE


def _given(request: Request, chosen: Settings) -> Given:
    """Return what a run takes beside its paths."""
    return {
        "host_files": chosen.host_files,
        "runtime": chosen.runtime,
        "policy": config.policy(chosen, request.paths),
        "primary": chosen.primary,
        "targets": config.targets(chosen),
        "stdin": _stdin,
        "git_tracked": request.git_tracked,
    }


def _without_baseline(request: Request, chosen: Settings) -> Result:
    """Return the findings of today, whether they were there before or not."""
    given = _given(request, chosen._replace(baseline=""))
    with _shown(request) as progress:
        return run.lint(request.paths, **given, progress=progress)


def _baseline(chosen: Settings) -> str:
    folder = os.path.dirname(chosen.file)
    return chosen.baseline or os.path.join(folder, config.BASELINE)


def _counted(number: int, word: str, plural: str = "s") -> str:
    return f"{number} {word}{'' if number == 1 else plural}"


def _fixed(request: Request, given: Given, changes: Changes) -> tuple[Result, bool]:
    """Make the fixes, as a diff or in place; return what is left, and whether anything changed."""
    from cnilint.fix.bundle import FOLDER, bundle
    from cnilint.fix.in_place import create, write

    with _shown(request) as progress:
        done = run.fix(request.paths, **given, options=changes.options, progress=progress)
    asked = changes.diff or changes.patch_dir is not None
    files = bundle(done.handouts, changes.patch_dir or FOLDER) if asked else []
    in_place = done.changed if changes.fix or changes.diff else ()
    if changes.diff:
        from cnilint.fix.diff import unified

        tell(unified([*in_place, *files]), exactly=True)
    else:
        if in_place:
            write(in_place)
            say(f"{done.applied} fixed in {_counted(len(in_place), 'file')}")
        if files:
            create(files)
            say(f"{_counted(len(done.handouts), 'patch', 'es')} in {changes.patch_dir}")
    if done.handouts and not asked:
        count = _counted(sum(len(one.cures) for one in done.handouts), "fix", "es")
        say(f"{count} for what these files are rendered from: --patch-dir DIR writes them")
    for finding in done.held_back:
        say(f"held back: the fix of {finding.rule} overlaps another one; run again")
    made = changes.fix or changes.diff
    return done.result if made else done.found, bool(in_place or files)


def _stdin() -> bytes:
    """Return what standard input has; a person is told that it is read."""
    if sys.stdin is None:
        raise UsageError("there is no standard input to read")
    if sys.stdin.isatty():
        say("reading standard input; end it with Ctrl-D")
    return sys.stdin.buffer.read()


def _shown(request: Request) -> AbstractContextManager[Progress]:
    """Return what shows how far a run has come, where a person is looking."""
    typing = STANDARD_INPUT in request.paths and sys.stdin is not None and sys.stdin.isatty()
    if request.progress and not typing and sys.stderr is not None and sys.stderr.isatty():
        from cnilint.report.terminal.progress import is_watched, progress_on

        if is_watched(sys.stderr, os.environ):
            return progress_on(sys.stderr)
    return nullcontext(unseen)
