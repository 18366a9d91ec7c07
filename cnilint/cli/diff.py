"""The command `diff`: what a change does, before it is merged."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cnilint import run
from cnilint.config.options import Settings
from cnilint.config.settings import FILE_VARIABLE, failing
from cnilint.diff.comparison import Comparison, compare
from cnilint.diff.revision import Revision
from cnilint.diff.sides import Side, Sides, sides, since
from cnilint.errors import ExitCode, NothingReadError, UsageError
from cnilint.report.changes.formats import report
from cnilint.report.changes.words import remark_words, summary
from cnilint.report.terminal.paint import WIDTH, Paint
from cnilint.run import Run
from cnilint.streams import say, tell, write_file
from cnilint.syntax.collect import STANDARD_INPUT

from . import outputs
from .request import Request, working


def diff(request: Request) -> ExitCode:
    """Compare two sides and write the reports.

    The code is FINDINGS where a verdict is worse, or a finding new that is at or above the level
    that fails a run.
    """
    text = request.options
    asked = sides(request.arguments, str(text.get("before") or ""), str(text.get("after") or ""))
    try:
        chosen = _settings(request, asked.after)
        wanted = outputs.outputs(chosen.output_format)
        found = _compared(request, asked, chosen)
        if text.get("before"):
            _none_is_empty(found)
    except NothingReadError:
        for one in asked.remarks:
            say(f"note: {remark_words(one)}")
        raise
    finally:
        _close(asked)
    _deliver(found, wanted)
    least = failing(chosen)
    return ExitCode.FINDINGS if found.fails(least) else ExitCode.OK


def _settings(request: Request, head: Side) -> Settings:
    """Return the settings that count on both sides: those beside what HEAD has.

    Of a revision they are its own, and not those of the working tree, unless a file or another
    revision is named.
    """
    options = dict(request.options)
    named = (request.file is not None, os.environ.get(FILE_VARIABLE), options.get("config_from"))
    if head.commit and not any(named):
        options["config_from"] = head.title
    return Request(head.paths, options).settings()


@contextmanager
def since_a_revision(request: Request, chosen: Settings) -> Iterator[Run]:
    """Give the run over the paths of a request at the commit where HEAD left a revision.

    UsageError where there is none, and for standard input, which no revision has.
    """
    if STANDARD_INPUT in request.arguments:
        raise UsageError("--since and -: no revision has what comes on standard input")
    asked = since(chosen.since, request.arguments)
    try:
        yield _of_side(request, asked.before, chosen)
    finally:
        _close(asked)


def _of_side(request: Request, side: Side, chosen: Settings) -> Run:
    """Return the run that reads one side, with settings."""
    asked = request._replace(arguments=side.paths).run(chosen)
    return asked._replace(tree=side.tree)


def _close(asked: Sides) -> None:
    """End the programs that read the sides."""
    for side in (asked.before, asked.after):
        if isinstance(side.tree, Revision):
            side.tree.close()


def _compared(request: Request, asked: Sides, chosen: Settings) -> Comparison:
    if chosen.scope == "file":
        raise UsageError("--scope file: what a change does is seen on all manifests together")
    after = _of_side(request, asked.after, chosen)
    before = _of_side(request, asked.before, chosen)
    with working(after) as shown:
        progress, budget = shown.surroundings.progress, shown.surroundings.budget
        around = before.surroundings._replace(progress=progress, budget=budget)
        return compare(asked, run.compared(before._replace(surroundings=around), shown))


def _none_is_empty(found: Comparison) -> None:
    """Raise NothingReadError for a file in which there is nothing, as what failed leaves it.

    The file that is always empty stands for nothing at all.
    """
    for side, result in ((found.sides.before, found.before), (found.sides.after, found.after)):
        if not result.documents and side.title != os.devnull:
            raise NothingReadError((side.title,))


def _deliver(found: Comparison, wanted: Sequence[outputs.Output]) -> None:
    """Write reports, files first; where none on standard output sums up, standard error does."""
    plain = Paint(color=False, width=WIDTH)
    for one in wanted:
        if one.path:
            write_file(one.path, report(one.format, found, plain))
    printed = [one for one in wanted if not one.path]
    for one in printed:
        tell(report(one.format, found, outputs.paint()))
    if not any(one.format in outputs.SUMS_UP for one in printed):
        written = " and ".join(one.path for one in wanted if one.path)
        said = summary(found)
        say(f"{said}; written to {written}" if written and not printed else said)
