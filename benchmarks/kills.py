"""Kill `cnilint check --fix` while it writes, many times: what is left, and what becomes of it.

Usage: python benchmarks/kills.py [--kills 200] [--files 100]

A run over a repository of its own plans its fixes once. Then it is copied again and again, and each
copy that writes is killed: at once for a moment that is drawn by lot, so that every part of the
writing is met, by SIGKILL or, one time in four, by SIGTERM. Counted are files that are torn,
repositories in which neither all files are old nor all are new after the next run, and whatever is
left behind. Ends with 1 if there is any.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from cnilint.cli import app
from cnilint.cli.ending import ended
from cnilint.engine.rule import read_card
from cnilint.fix import in_place
from cnilint.staging import NAME, finish

CARD = Path(__file__).resolve().parents[1] / "rules" / "CNI103.yaml"

Write = Callable[[Iterable[Any]], None]


class Campaign:
    """Kills of one plan; `counts` has what came of them."""

    def __init__(self, top: Path, kills: int, write: Write) -> None:
        """Take a repository, how many kills there are to be, and what writes the fixes."""
        self.top, self.kills, self.write = top, kills, write
        self.paths = sorted(top.glob("*/*.yaml"))
        self.old = {path: path.read_bytes() for path in self.paths}
        self.counts: Counter[str] = Counter()

    def __call__(self, changed: Iterable[Any]) -> None:
        """Take the place of what writes the fixes."""
        plan = list(changed)
        seconds = min(self._timed(plan) for _ in range(3))
        new = {path: path.read_bytes() for path in self.paths}
        assert all(new[path] != self.old[path] for path in self.paths)
        chance = random.Random(1)
        while self.counts["kills"] < self.kills:
            self._restore()
            number = signal.SIGTERM if chance.random() < 1 / 4 else signal.SIGKILL
            pid = self._start(plan)
            time.sleep(chance.uniform(0, 1.1 * seconds))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            if code == 0:
                self.counts["too late"] += 1
                continue
            self.counts["kills"] += 1
            self.counts[f"by {number.name}"] += 1
            self._judge(new)

    def _judge(self, new: dict[Path, bytes]) -> None:
        found = {path: path.read_bytes() for path in self.paths}
        self.counts["torn"] += sum(text not in (self.old[p], new[p]) for p, text in found.items())
        self.counts["with some files written when killed"] += found not in (self.old, new)
        self.counts["left something for the next run"] += bool(self._left())
        finish([str(self.top)])
        found = {path: path.read_bytes() for path in self.paths}
        self.counts["all" if found == new else "none"] += found in (self.old, new)
        self.counts["neither all nor none"] += found not in (self.old, new)
        self.counts["left behind"] += len(self._left())

    def _left(self) -> list[Path]:
        kept = {*self.paths, *(path.parent for path in self.paths)}
        return [p for p in self.top.rglob("*") if p not in kept and ".git" not in p.parts] + [
            path for path in self.top.rglob("*") if NAME.fullmatch(path.name)
        ]

    def _restore(self) -> None:
        for path, content in self.old.items():
            path.write_bytes(content)

    def _timed(self, plan: list[Any]) -> float:
        self._restore()
        begun = time.monotonic()
        os.waitpid(self._start(plan), 0)
        return time.monotonic() - begun

    def _written(self, plan: list[Any]) -> int:
        self.write(plan)
        return 0

    def _start(self, plan: list[Any]) -> int:
        pid = os.fork()
        if pid == 0:
            code = 2
            try:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                code = ended(lambda: self._written(plan))
            finally:
                os._exit(code)
        return pid


def main() -> int:
    """Make a repository, plan its fixes, kill what writes them; print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--files", type=int, default=100)
    given = parser.parse_args()
    texts = read_card(str(CARD))["examples"]["bad"].values()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        top = Path(folder).resolve()
        (top / ".git").mkdir()
        for at in range(given.files):
            (top / f"{at:03}").mkdir()
            (top / f"{at:03}" / "all.yaml").write_text("---\n".join(texts), "utf-8")
        campaign = Campaign(top, given.kills, in_place.write)
        in_place.write = campaign
        sys.argv = ["cnilint", "check", "--select", "CNI103", "--fix", "--no-config"]
        app.run()
    for word, count in campaign.counts.items():
        print(f"{count:6} {word}")
    bad = [campaign.counts[word] for word in ("torn", "neither all nor none", "left behind")]
    return int(any(bad) or campaign.counts["kills"] < given.kills)


if __name__ == "__main__":
    sys.exit(main())
