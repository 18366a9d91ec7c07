"""What a start of `cnilint check` costs, next to an interpreter that does nothing.

Both programs are run in turn, so that a busy machine slows them alike, and medians are compared.
Needs a POSIX system; nothing but the standard library.
"""

from __future__ import annotations

import argparse
import os
import sys
from statistics import median
from time import perf_counter
from typing import NamedTuple

FINDINGS = 1


class Cost(NamedTuple):
    """What one process took, in milliseconds: wall clock, and processor (user and system)."""

    wall: float
    processor: float


def cost(command: list[str]) -> Cost:
    """Run a command without input or output and return its cost; SystemExit if it failed."""
    null = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
    ]
    start = perf_counter()
    process = os.posix_spawn(command[0], command, os.environ, file_actions=null)
    _, status, usage = os.wait4(process, 0)
    wall = perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if not 0 <= code <= FINDINGS:
        raise SystemExit(f"{' '.join(command)} ended with exit code {code}")
    return Cost(1000 * wall, 1000 * (usage.ru_utime + usage.ru_stime))


def interleaved(commands: list[list[str]], runs: int) -> list[list[Cost]]:
    """Return each command's costs; all run once beforehand, uncounted, to fill the caches."""
    for command in commands:
        cost(command)
    rounds = [[cost(command) for command in commands] for _ in range(runs)]
    return [list(costs) for costs in zip(*rounds, strict=True)]


def report(costs: dict[str, list[Cost]]) -> str:
    """Return a table of the medians, and the ratio of the last program's to the first one's."""
    medians = {
        name: Cost(median(c.wall for c in all_), median(c.processor for c in all_))
        for name, all_ in costs.items()
    }
    lines = [f"{'median':16} {'wall':>10} {'processor':>10}"]
    lines += [f"{name:16} {m.wall:7.1f} ms {m.processor:7.1f} ms" for name, m in medians.items()]
    first, *_, last = medians.values()
    lines.append(
        f"{'ratio':16} {last.wall / first.wall:10.2f} {last.processor / first.processor:10.2f}"
    )
    return "\n".join(lines)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", help="the manifest to check")
    parser.add_argument("--runs", type=int, default=20, help="how often each program runs")
    chosen = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the uncounted run leaves what others find
    programs = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "cnilint check": [sys.executable, "-m", "cnilint", "check", chosen.file],
    }
    print(f"{chosen.runs} runs each, interleaved; {chosen.file}")
    measured = interleaved(list(programs.values()), chosen.runs)
    print(report(dict(zip(programs, measured, strict=True))))


if __name__ == "__main__":
    main()
