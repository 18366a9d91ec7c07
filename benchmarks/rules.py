"""What the rules cost beside the simulation that they judge, in the largest cluster of a folder.

```console
python -m benchmarks.rules ../corpus/manifests --runs 5
```

Prints medians of processor time: for the facts of the cluster, for the simulation that is a part of
them, and for all rules together, with the rules that take most. Each run has a process of its own,
in which every module is loaded and nothing is known yet but the manifests.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from importlib import import_module
from multiprocessing import get_context
from pkgutil import iter_modules
from time import process_time
from typing import Any, NamedTuple

from cnilint.config.options import DEFAULTS
from cnilint.engine import checks
from cnilint.engine.evaluate import Judging, Surroundings, looking, made, said_of
from cnilint.engine.inputs import Inputs
from cnilint.engine.sources import ClusterSources
from cnilint.gitops.graph import ClusterObjects
from cnilint.run import asked, load
from cnilint.simulation.search import Simulation
from cnilint.simulation.shared import Simulations

MOST_SHOWN = 10
"""Rules that are listed by themselves."""


class Measured(NamedTuple):
    """Seconds of processor time: for the facts, the simulation among them, and for each rule."""

    shown: str
    facts: float
    simulation: float
    rules: dict[str, float]


class Timed(Simulations):
    """The simulations of a run, and how long they took."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.seconds = 0.0

    def of(self, *given: Any, **named: Any) -> Simulation:  # noqa: ANN401  as it is declared
        """Return what is asked for, and count how long that takes."""
        begun = process_time()
        found = super().of(*given, **named)
        self.seconds += process_time() - begun
        return found


class Task(NamedTuple):
    """A cluster of a folder; None for the largest one, which is still to be found."""

    paths: tuple[str, ...]
    cluster: int | None = None


def _layout(paths: Sequence[str]) -> tuple[Inputs, Surroundings, Sequence[ClusterObjects]]:
    for module in iter_modules(checks.__path__):
        import_module(f"{checks.__name__}.{module.name}")
    around = asked(paths, DEFAULTS).surroundings
    inputs = load(paths)
    return inputs, around, ClusterSources(inputs, around.paths, around.render).layout.clusters


def largest(task: Task) -> int:
    """Return the place of the cluster with the most installs times classes of nodes."""
    inputs, around, clusters = _layout(task.paths)
    shared = around._replace(simulations=Simulations())
    sizes = []
    for each in clusters:
        one = made(each, shared, (), inputs.files)
        sizes.append(len(one.installers) * len(one.classes))
    return sizes.index(max(sizes))


def measured(task: Task) -> Measured:
    """Return what one cluster takes."""
    inputs, around, clusters = _layout(task.paths)
    simulations = Timed()
    begun = process_time()
    one = made(
        clusters[task.cluster or 0],
        around._replace(simulations=simulations),
        (),
        inputs.files,
    )
    facts = process_time() - begun
    judging = Judging(around.policy, around.budget, [])
    rules: dict[str, float] = {}
    for each in looking(around.policy):
        begun = process_time()
        said_of(one, 0, [each], judging, inputs)
        rules[each.rule.id] = rules.get(each.rule.id, 0.0) + process_time() - begun
    shown = f"{one.name}: {len(one.installers)} installs, {len(one.classes)} classes of nodes"
    return Measured(shown, facts, simulations.seconds, rules)


def main() -> int:
    """Print the medians; return 1 where all rules cost more than the simulation."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    task = Task(tuple(given.paths))
    with get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        task = task._replace(cluster=pool.apply(largest, (task,)))
        runs = [pool.apply(measured, (task,)) for _run in range(given.runs)]
    simulation = statistics.median(one.simulation for one in runs)
    all_rules = statistics.median(sum(one.rules.values()) for one in runs)
    each = {rule: statistics.median(one.rules[rule] for one in runs) for rule in runs[0].rules}
    print(runs[0].shown)
    print(f"facts       {statistics.median(one.facts for one in runs) * 1000:8.1f} ms")
    print(f"simulation  {simulation * 1000:8.1f} ms")
    print(f"all rules   {all_rules * 1000:8.1f} ms  {all_rules / simulation:6.2f} x")
    for rule in sorted(each, key=each.__getitem__, reverse=True)[:MOST_SHOWN]:
        print(f"  {rule}    {each[rule] * 1000:8.1f} ms")
    return int(all_rules > simulation)


if __name__ == "__main__":
    sys.exit(main())
