"""How long telling the clusters of a repository takes, how that grows, and what memory it needs.

A repository of 100, 200, 500 and 1,000 Kustomize roots is made up, 20 files for each. Each size is
measured in a process of its own: reading the files is the yardstick, and discovery is all that
finds the roots, builds what they apply and groups it into clusters. The times are of the processor,
so that what else the machine does counts less.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.generate import kustomize

SIZES = (100, 200, 500, 1000)


def measure(top: str) -> dict[str, float]:
    """Return what reading a repository and telling its clusters takes, in this process."""
    from cnilint.engine.inputs import inputs
    from cnilint.engine.sources import ClusterSources
    from cnilint.syntax.collect import Large, collect

    gc.disable()  # as a run of the program does
    start = time.process_time()
    collected = collect([top], stdin=bytes)
    read = inputs((one for one in collected if not isinstance(one, Large)), top)
    between = time.process_time()
    found = ClusterSources(read, {}).layout.clusters
    end = time.process_time()
    return {
        "clusters": len(found),
        "objects": sum(len(one.objects) for one in found),
        "reading": between - start,
        "discovery": end - between,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measured(size: int) -> dict[str, float]:
    """Return the same of a repository of so many roots, measured in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        kustomize(Path(folder), size)
        files = sum(len(files) for _folder, _folders, files in os.walk(folder))
        words = [sys.executable, "-m", "benchmarks.cluster_discovery", "--measure", folder]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
    return {"files": files, **json.loads(done.stdout)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each size, and the exponent of time over size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="ROOTS")
    parser.add_argument("--measure", metavar="FOLDER", help="print what one folder takes, as JSON")
    given = parser.parse_args(arguments)
    if given.measure:
        print(json.dumps(measure(given.measure)))
        return
    print("roots  files  clusters  objects  reading s  discovery s  discovery ms/root  MB")
    found = {size: measured(size) for size in given.sizes}
    for size, one in found.items():
        each = one["discovery"] / size * 1000
        print(
            f"{size:5}  {one['files']:5}  {one['clusters']:8}  {one['objects']:7}"
            f"  {one['reading']:9.2f}  {one['discovery']:11.2f}  {each:17.2f}"
            f"  {one['megabytes']:.0f}"
        )
    least, most = min(found), max(found)
    if most > least:
        ratio = found[most]["discovery"] / found[least]["discovery"]
        print(f"growth: size to the power of {math.log(ratio) / math.log(most / least):.2f}")


if __name__ == "__main__":
    main()
