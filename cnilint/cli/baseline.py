"""The commands `baseline`: findings that were there before, in a file."""

from __future__ import annotations

import os

from cnilint import run
from cnilint.config.location import NAMES
from cnilint.config.options import Settings
from cnilint.config.settings import BASELINE
from cnilint.engine.ignores.baseline import baseline_text, entries_of, gone, read
from cnilint.engine.result import Result
from cnilint.errors import ExitCode
from cnilint.quoting import shell_word
from cnilint.shown import inert, visible
from cnilint.streams import say, tell, write_file

from .check import counted
from .request import Request, progress


def write(request: Request) -> ExitCode:
    """Write the findings of today into the baseline: from now on only others fail."""
    chosen = request.settings()
    path = _path(chosen)
    result = _without_baseline(request, chosen)
    write_file(path, baseline_text(entries_of(result.findings)))
    say(f"{counted(len(result.findings), 'finding')} written to {path}")
    if not chosen.baseline:
        say(f"a run counts with it by `--baseline {shell_word(path)}` or `baseline` in {NAMES[0]}")
    return ExitCode.OK


def prune(request: Request) -> ExitCode:
    """Take out of the baseline what is not found any more."""
    chosen = request.settings()
    path = _path(chosen)
    entries = read(path)
    left_out = gone(_without_baseline(request, chosen).findings, entries)
    kept = [entry for entry, is_gone in zip(entries, left_out, strict=True) if not is_gone]
    if len(kept) < len(entries):
        write_file(path, baseline_text(kept))
    say(f"{counted(len(entries) - len(kept), 'finding')} removed from {path}, {len(kept)} left")
    return ExitCode.OK


def show(request: Request) -> ExitCode:
    """Print what is in the baseline."""
    for entry in read(_path(request.settings())):
        rule, cluster, where, _route = entry.identity
        of = f" ({cluster})" if cluster else ""
        tell(f"{inert(visible(f'{entry.path}: {rule} {where}{of}: {entry.message}'))}\n")
    return ExitCode.OK


def _without_baseline(request: Request, chosen: Settings) -> Result:
    """Return the findings of today, whether they were there before or not."""
    asked = request.run(chosen.replaced(baseline=""))
    with progress(asked) as shown:
        return run.checked(asked.shown_by(shown))


def _path(chosen: Settings) -> str:
    return chosen.baseline or os.path.join(os.path.dirname(chosen.file), BASELINE)
