"""How many instructions a start takes, which is the same number every time it is counted.

Processor time varies with what else a machine does; valgrind's cachegrind counts instructions, and
does so alike on a busy machine. What a plain check took at last is recorded beside this file for
each release of Python, and a test holds a check within a tenth of that.

```console
python -m benchmarks.instructions            # what the commands take
python -m benchmarks.instructions --record   # and keep that of the plain check
```
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.generate import AWS_NODE

RECORDED = Path(__file__).with_name("instructions.json")

COMMANDS = {
    "bare": (),
    "version": ("--version",),
    "plain": ("check", "manifest.yaml"),
    "concise": ("check", "--output-format", "concise", "manifest.yaml"),
    "json": ("check", "--output-format", "json", "manifest.yaml"),
}
"""What is counted, by its name: the words behind `cnilint`; none for Python alone."""


def count(name: str, folder: Path) -> int | None:
    """Return how many instructions a command takes in a folder; None where no counter is.

    It runs once beforehand, so that bytecode and data are where later runs find them.
    """
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return None
    words = COMMANDS[name]
    program = [sys.executable, *(("-m", "cnilint", *words) if words else ("-c", "pass"))]
    folder.joinpath("manifest.yaml").write_text(AWS_NODE, "utf-8")
    hidden = ("PYTHONDONTWRITEBYTECODE", "PYTHONPROFILEIMPORTTIME")
    clean = {k: v for k, v in os.environ.items() if k not in hidden and not k.startswith("CNILINT")}
    clean |= {"PYTHONHASHSEED": "0", "PYTHONPATH": str(Path(__file__).parent.parent)}
    subprocess.run(program, cwd=folder, env=clean, capture_output=True, check=False)
    counter = [valgrind, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    done = subprocess.run(
        [*counter, *program], cwd=folder, env=clean, capture_output=True, text=True, check=False
    )
    found = re.search(r"I +refs: +([\d,]+)", done.stderr)
    if found is None:
        return None
    return int(found[1].replace(",", ""))


def python() -> str:
    """Return the release of Python that numbers are recorded for."""
    return ".".join(map(str, sys.version_info[:3]))


def recorded() -> dict[str, int]:
    """Return what was recorded: the instructions of a plain check, by the release of Python."""
    found: dict[str, int] = json.loads(RECORDED.read_text("utf-8"))
    return found


def main() -> int:
    """Print a line for each command; return 1 where nothing can be counted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--record", action="store_true", help="keep that of the plain check")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = {name: count(name, Path(folder)) for name in COMMANDS}
    bare, plain = found["bare"], found["plain"]
    if bare is None or plain is None:
        print("there is no valgrind here, or it cannot run: nothing can be counted")
        return 1
    for name, number in found.items():
        if number is not None:
            print(f"{name:8} {number / 1e6:8.1f} million  {number / bare:5.1f} x")
    if asked.record:
        kept = dict(sorted({**recorded(), python(): plain}.items()))
        RECORDED.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
