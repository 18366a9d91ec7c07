"""Compare what two checkouts of cnilint report on the same manifests.

Both run over each folder in a folder of examples or of a corpus, in every format asked for, and
what differs is listed: members that only the second has in a JSON report (`added`) apart from
everything else (`differs`). Ends with 1 if anything but additions differs. Standard library alone.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

REPORTS = {
    "text": ("check", "--output-format", "full"),
    "json": ("check", "--output-format", "json"),
    "sarif": ("check", "--output-format", "sarif"),
    "inspect": ("inspect", "--output-format", "text"),
    "inspect-json": ("inspect", "--output-format", "json"),
    "markdown": ("check", "--output-format", "markdown"),
    "html": ("check", "--output-format", "html"),
    "github": ("check", "--output-format", "github"),
    "junit": ("check", "--output-format", "junit"),
}
"""The reports that can be compared, each with the command that makes it."""

USUAL = ("text", "json", "sarif", "inspect", "inspect-json")

MOST_LINES = 40
"""Of one report's differences."""

WORKER = """
import contextlib, gc, io, json, os, runpy, sys
def leave(code):
    raise SystemExit(code)
os._exit = leave  # the command ends its process so
for line in sys.stdin:
    sys.argv = ["cnilint", *json.loads(line)]
    told = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="surrogateescape", newline="")
    code = 0
    aside = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(aside):
        try:
            runpy.run_module("cnilint", run_name="__main__", alter_sys=True)
        except SystemExit as end:
            code = end.code
    told.flush()
    gc.enable()
    text = told.buffer.getvalue().decode("utf-8", "replace")
    print(json.dumps([code, text]), file=sys.__stdout__, flush=True)
"""
"""Runs one command for each line it reads, in one process: a start costs more than most runs."""


class Difference(NamedTuple):
    """What one report says otherwise: the member's path (empty in a text) and a line on it."""

    added: bool
    where: str
    line: str


class Checkout:
    """One checkout: a process that runs its commands."""

    def __init__(self, folder: Path) -> None:
        """Start the process; `folder` holds the package."""
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1", "COLUMNS": "100"},
        )

    def ask(self, command: Sequence[str]) -> None:
        """Let it begin with a command."""
        assert self._process.stdin is not None
        print(json.dumps(list(command)), file=self._process.stdin, flush=True)

    def answer(self) -> tuple[object, str]:
        """Return the exit code and the report of the command it began with."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.folder}: its process ended")
        code, text = json.loads(line)
        return code, text

    def end(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def differences(before: object, after: object, where: str = "") -> Iterator[Difference]:
    """Yield what differs between two JSON values."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            inside = f"{where}.{key}"
            if key not in before:
                yield Difference(added=True, where=inside, line=f"{inside} is new")
            elif key not in after:
                yield Difference(added=False, where=inside, line=f"{inside} is gone")
            else:
                yield from differences(before[key], after[key], inside)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{where}[{at}]")
    elif before != after:
        line = f"{where}: {json.dumps(before)[:300]} -> {json.dumps(after)[:300]}"
        yield Difference(added=False, where=where, line=line)


def compared(report: str, before: str, after: str) -> Iterator[Difference]:
    """Yield what differs between two reports of one kind."""
    if before == after:
        return
    if report in ("json", "sarif", "inspect-json"):
        yield from differences(json.loads(before), json.loads(after))
        return
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    yield from (Difference(added=False, where="", line=line) for line in lines)


def folders(tops: Sequence[Path]) -> Iterator[Path]:
    """Yield the folders in some folders, in the order of their names."""
    for top in tops:
        yield from sorted(path for path in top.iterdir() if path.is_dir())


def main() -> int:
    """Compare, print what differs and how much that is, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path, help="the checkout of before")
    parser.add_argument("after", type=Path, help="the checkout of after")
    parser.add_argument("tops", type=Path, nargs="+", help="folders of folders with manifests")
    parser.add_argument("--report", action="append", choices=REPORTS, help="default: five of them")
    given = parser.parse_args()
    checkouts = [Checkout(given.before.resolve()), Checkout(given.after.resolve())]
    added: Counter[str] = Counter()
    differing = count = 0
    for folder in folders(given.tops):
        for report in given.report or USUAL:
            for one in checkouts:
                one.ask([*REPORTS[report], "--no-config", str(folder)])
            (code, before), (other, after) = (one.answer() for one in checkouts)
            count += 1
            found = list(compared(report, before, after))
            added.update(
                f"{report} {'.'.join(part.partition('[')[0] for part in one.where.split('.')[1:])}"
                for one in found
                if one.added
            )
            worse = [one.line for one in found if not one.added]
            if code != other:
                worse.append(f"exit code {code} -> {other}")
            differing += bool(worse)
            for line in worse[:MOST_LINES]:
                print(f"{folder.name} {report}: {line}")
            if len(worse) > MOST_LINES:
                print(f"{folder.name} {report}: and {len(worse) - MOST_LINES} more")
    for one in checkouts:
        one.end()
    for name, times in sorted(added.items()):
        print(f"added {times:6} times: {name}")
    print(f"{count} reports compared, {differing} differ in more than additions")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
