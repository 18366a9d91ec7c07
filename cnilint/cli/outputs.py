"""The reports of a run: which ones, and to which files; all of it is checked before the run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from cnilint.confine import LEADS_OUT, leads_out
from cnilint.engine.result import Result
from cnilint.errors import UsageError
from cnilint.report.terminal.paint import WIDTH, Paint, paint_for
from cnilint.start import NamedTuple
from cnilint.streams import aside, say, tell, write_file

TEXT = ("full", "concise")
"""The formats that people read on a terminal; more text may stand behind them."""

SUMS_UP = frozenset({"full", "json", "markdown", "html"})
"""The formats that say by themselves what a clean run looked at."""

STANDARD_OUTPUT = "-"

FOR_LOGS = frozenset({*TEXT, "github"})
"""Formats that can stand below one another: lines that are read one by one, or by a person."""


class Output(NamedTuple):
    """A report to write: its format, and the file for it (empty: standard output)."""

    format: str
    path: str


def outputs(texts: Iterable[str]) -> list[Output]:
    """Return what `FORMAT` and `FORMAT:PATH` ask for, files first; `-` is standard output.

    Who reads the output may go away in the middle of it; the files are there all the same.

    UsageError for a format there is not, for a path that cannot be written, for two reports to one
    file, and for reports to standard output that nobody could tell apart.
    """
    found = list(dict.fromkeys(map(_output, texts)))
    taken: dict[str, str] = {}
    for one in found:
        if one.path and taken.setdefault(os.path.realpath(one.path), one.format) != one.format:
            raise UsageError(f"two reports to one file: {one.path}")
    shown = [one.format for one in found if not one.path]
    if len(shown) > 1 and not FOR_LOGS.issuperset(shown):
        whole = next(name for name in shown if name not in FOR_LOGS)
        raise UsageError(
            f"standard output takes one report, not {' and '.join(shown)}: "
            f"write {whole} to a file (--output-format {whole}:PATH)"
        )
    return sorted(found, key=lambda one: not one.path)


def deliver(
    result: Result, wanted: Sequence[Output], *, statistics: bool = False, silent: bool = False
) -> None:
    """Write reports: files first, so that they are there whatever becomes of standard output.

    `statistics` adds how often each rule was broken: behind text for people, otherwise on standard
    error. Where no report on standard output sums up, standard error has a line that does: for a
    clean run, and for one whose reports all went to files; not if it is to be `silent`.
    """
    for one in wanted:
        if one.path:
            write_file(one.path, _text(one, result))
    printed = [one for one in wanted if not one.path]
    for one in printed:
        tell(_text(one, result))
    if statistics and any(one.format != "json" for one in printed or wanted):
        _count(result, printed)
    summed_up = any(one.format in SUMS_UP for one in printed)
    if not silent and not summed_up and not (printed and result.findings):
        from cnilint.report.terminal.findings import summary

        said = "".join(text for text, _style in summary(result))
        written = " and ".join(one.path for one in wanted if one.path)
        say(f"{said}; written to {written}" if written and not printed else said)


def paint() -> Paint:
    """Return the paint that suits standard output; a plain one if it is closed."""
    if sys.stdout is None:
        return Paint(color=False, width=WIDTH)
    return paint_for(sys.stdout, os.environ)


def _output(text: str) -> Output:
    from cnilint.report.formats import KNOWN, no_such_format

    name, colon, path = text.partition(":")
    if name not in KNOWN:
        raise UsageError(no_such_format(name))
    if colon and not path:
        raise UsageError(f"--output-format {text!r}: there is no path behind the colon")
    if path == STANDARD_OUTPUT:
        return Output(name, "")
    if path and (reason := _hindrance(path)):
        raise UsageError(f"cannot write {path}: {reason}")
    return Output(name, path)


def _hindrance(path: str) -> str:
    """Return why a path cannot be written, as far as that can be seen; empty for none."""
    if "\0" in path:
        return "no path has a null character"
    if os.path.isdir(path) or path.endswith((os.sep, "/")):
        return "it is a folder"
    if leads_out(os.path.dirname(path) or "."):
        return LEADS_OUT
    folder = os.path.realpath(os.path.dirname(path))
    if not os.path.isdir(folder):
        named = os.path.dirname(path)
        return f"there is no folder {named or folder}"
    replaced = os.path.islink(path) or not os.path.exists(path)
    if not os.access(folder if replaced else path, os.W_OK):
        return "permission denied"
    return ""


def _text(one: Output, result: Result) -> str:
    from cnilint.report.formats import report

    if one.format != "full":
        return report(one.format)(result)
    from cnilint.report.terminal.findings import full

    return full(result, Paint(color=False, width=WIDTH) if one.path else paint())


def _count(result: Result, printed: Sequence[Output]) -> None:
    from cnilint.report.terminal.statistics import statistics

    beside = any(one.format not in TEXT for one in printed)
    text = statistics(result, paint_for(sys.stderr, os.environ) if beside else paint())
    if beside:
        aside(text)
    elif text:
        tell(f"\n{text}" if printed else text)
