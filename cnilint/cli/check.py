"""The commands `check` and `inspect`: what is wrong, what can be fixed, and what there is."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cnilint import run
from cnilint.config.location import nearest_folder
from cnilint.config.settings import failing, mistyped_variables
from cnilint.engine.result import Result
from cnilint.errors import ExitCode, UsageError
from cnilint.run import Run
from cnilint.streams import say, tell
from cnilint.syntax.collect import STANDARD_INPUT

from . import outputs
from .request import Request, working


def check(request: Request) -> ExitCode:
    """Check, once or whenever something changes; see `check_once`."""
    if request.options.get("watch"):
        from .watch import watch

        return watch(request, check_once)
    return check_once(request)


def check_once(request: Request) -> ExitCode:
    """Lint, fix if asked to, and write the reports.

    The code is FINDINGS when something is at or above the level that fails a run, when a diff has
    something to show, or where a strict run does not decide who owns the pods of some nodes.
    UsageError for fixes where each file is judged by itself, or where only a share is reported.
    """
    chosen = request.settings()
    mending = [name for name in ("fix", "diff", "patch_dir") if getattr(chosen, name)]
    if chosen.scope == "file" and mending:
        raise UsageError(
            f"--scope file and --{mending[0].replace('_', '-')}: one of them, because a fix is "
            "proven on all manifests together"
        )
    if chosen.shard and mending:
        raise UsageError(
            f"--shard and --{mending[0].replace('_', '-')}: one of them, because fixes are made in "
            "a run that reports all clusters"
        )
    for mistake in mistyped_variables(os.environ):
        say(mistake)
    wanted = outputs.outputs(chosen.output_format)
    asked = request.run(chosen)
    if chosen.since:
        from .diff import since_a_revision

        with since_a_revision(request, chosen) as before:
            result, changed = _found(asked._replace(before=before), mending=bool(mending))
    else:
        result, changed = _found(asked, mending=bool(mending))
    if chosen.diff:
        wanted = [one for one in wanted if one.path]
    silent = chosen.diff and changed
    outputs.deliver(result, wanted, statistics=chosen.statistics, silent=silent)
    least = failing(chosen)
    failed = least is not None and any(each.level >= least for each in result.findings)
    failed = failed or (chosen.strict and result.is_undecided)
    if result.unfinished:
        say("error: not everything could be judged; CNI904 says what, and why")
        return ExitCode.ERROR
    return ExitCode.FINDINGS if failed or silent else ExitCode.OK


def _found(asked: Run, *, mending: bool) -> tuple[Result, bool]:
    """Return what is wrong, and whether anything was changed or is to be shown as changed."""
    if mending:
        return _fixed(asked)
    with working(asked) as shown:
        return run.checked(shown), False


def inspect(request: Request) -> ExitCode:
    """Print what is installed and every outcome."""
    from cnilint.report.json_ import inspect_json
    from cnilint.report.terminal.inspect import inspect_text

    asked = request.run(judged=False)
    with working(asked) as shown:
        result = run.inspected(shown)
    as_json = asked.settings.text_format == "json"
    tell(inspect_json(result) if as_json else inspect_text(result, outputs.paint()))
    return ExitCode.OK


def clusters(request: Request) -> ExitCode:
    """Print the clusters, what brings in what, and what was not read."""
    from cnilint.report.json_ import clusters_json
    from cnilint.report.terminal.clusters import clusters_text

    asked = request.run(judged=False)
    with working(asked) as shown:
        result = run.inspected(shown)
    as_json = asked.settings.text_format == "json"
    tell(clusters_json(result) if as_json else clusters_text(result, outputs.paint()))
    return ExitCode.OK


def counted(number: int, word: str, plural: str = "s") -> str:
    """Return a number with the word for what is counted."""
    return f"{number} {word}{'' if number == 1 else plural}"


def _finish(paths: Sequence[str]) -> None:
    """Finish what a run that was killed has left in the repositories of some paths."""
    from cnilint.staging import finish

    named = [path for path in paths or ["."] if path != STANDARD_INPUT]
    if count := finish(os.path.realpath(nearest_folder(path)) for path in named):
        say(f"a run that was killed had {counted(count, 'file')} left to write: that is done now")


def _fixed(asked: Run) -> tuple[Result, bool]:
    """Make the fixes, as a diff or in place; return what is left, and whether anything changed."""
    from cnilint.fix.bundle import FOLDER, bundle
    from cnilint.fix.in_place import create, write

    chosen = asked.settings
    if chosen.fix:
        _finish(asked.paths)
    with working(asked) as shown:
        done = run.fixed(shown)
    handing_over = chosen.diff or chosen.patch_dir
    files = bundle(done.handouts, chosen.patch_dir or FOLDER) if handing_over else []
    in_place = done.changed if chosen.fix or chosen.diff else ()
    if chosen.diff:
        from cnilint.fix.diff import unified

        tell(unified([*in_place, *files]), exactly=True)
    else:
        if in_place:
            write(in_place)
            say(f"{done.applied} fixed in {counted(len(in_place), 'file')}")
        if files:
            create(files)
            say(f"{counted(len(done.handouts), 'patch', 'es')} in {chosen.patch_dir}")
    if done.handouts and not handing_over:
        count = counted(sum(len(one.cures) for one in done.handouts), "fix", "es")
        say(f"{count} for what these files are rendered from: --patch-dir DIR writes them")
    for finding in done.held_back:
        say(f"held back: the fix of {finding.rule} overlaps another one; run again")
    made = chosen.fix or chosen.diff
    return done.result if made else done.found, bool(in_place or files)
