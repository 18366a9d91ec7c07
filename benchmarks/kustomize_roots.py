"""How long it takes to build the Kustomize roots of a repository, and how that grows.

A repository of 100, 200, 500 and 1,000 roots is made up, 20 files for each, and built. Reading the
files is the yardstick: it is measured beside the building, in the same process.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from benchmarks.generate import kustomize
from cnilint.gitops.files import Files
from cnilint.gitops.kustomize import build
from cnilint.model.text import Source
from cnilint.syntax.collect import collect

SIZES = (100, 200, 500, 1000)


def measure(top: str) -> tuple[float, float, int]:
    """Return the seconds that reading and building take, and the number of objects."""
    start = time.perf_counter()
    sources = [one for one in collect([top], stdin=bytes) if isinstance(one, Source)]
    files = Files(top, sources)
    for path in files.paths():
        files.found(path)
    read = time.perf_counter()
    objects = 0
    for folder in sorted(files.names("apps")):
        built = build(files, f"apps/{folder}/prod")
        if built.not_read:
            raise SystemExit(f"not read: {built.not_read[0]}")
        objects += len(built.objects)
    return read - start, time.perf_counter() - read, objects


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="ROOTS")
    print("roots  files  objects  reading s  building s  building ms/root")
    for size in parser.parse_args().sizes:
        with tempfile.TemporaryDirectory() as folder:
            kustomize(Path(folder), size)
            count = sum(len(files) for _folder, _folders, files in os.walk(folder))
            read, built, objects = measure(folder)
        each = built / size * 1000
        print(f"{size:5}  {count:5}  {objects:7}  {read:9.2f}  {built:10.2f}  {each:16.2f}")


if __name__ == "__main__":
    main()
