"""How long it takes to play every order through: 12 installers on 4 classes of nodes.

Prints the median of several runs, and the ratio to composing the manifests they come from, which
is what any linter has to do first. Uses the standard library alone.
"""

from __future__ import annotations

import argparse
import statistics
import time

from benchmarks.generate import crowd
from cnilint.kube.manifest import Manifest, manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.simulation.cluster import cluster
from cnilint.syntax.compose import compose

CLASSES = 4
INSTALLERS = 12


def read(source: Source) -> list[Manifest]:
    """Return the objects of a text."""
    documents = (one for one in compose(source) if isinstance(one, Document))
    return [manifest for document in documents for manifest in manifests(document)]


def timed(runs: int) -> tuple[list[float], list[float], str]:
    """Return the seconds of each reading and each simulation, taken in turn, and what came out."""
    source = Source("cluster.yaml", crowd(INSTALLERS, CLASSES))
    reading, simulating = [], []
    shown = ""
    for _run in range(runs):
        start = time.perf_counter()
        found = read(source)
        middle = time.perf_counter()
        facts = cluster("benchmark", found)
        end = time.perf_counter()
        reading.append(middle - start)
        simulating.append(end - middle)
        outcomes = sum(len(one.outcomes) for one in facts.classes)
        shown = (
            f"{len(facts.installers)} installers, {len(facts.classes)} classes, {outcomes} outcomes"
        )
    return reading, simulating, shown


def main() -> None:
    """Print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    reading, simulating, shown = timed(parser.parse_args().runs)
    read_median, simulate_median = statistics.median(reading), statistics.median(simulating)
    print(shown)
    print(f"read       {read_median * 1000:8.1f} ms")
    print(f"simulate   {simulate_median * 1000:8.1f} ms")
    print(f"ratio      {simulate_median / read_median:8.1f}")


if __name__ == "__main__":
    main()
