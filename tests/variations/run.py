"""Make every fix in every way of writing, and hold it to what it declares: `make variations`.

Usage: python -m tests.variations.run [--jobs 2] [--every 1] [--only WORDS] [FOLDER]

Taken are the cases of the rules, each as a whole, and the manifests below a folder, each beside the
Amazon VPC CNI. Each is written in the ways of `table.py`, read and fixed by cnilint, and judged by
the second reader (`reader.py`, `laws.py`); and what is found in it has to be what is found in the
files as they are. Ends with 1 if there is a difference.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from cnilint.engine.evaluate import NOTHING_AROUND, Evaluation
from cnilint.engine.ignores.ignore import MARK
from cnilint.errors import NothingReadError
from cnilint.fix.options import Options
from cnilint.fix.plan import offered
from cnilint.model.finding import Applicability
from cnilint.run import load
from tests.cases import EXPECTED, FIXED, whole_cases
from tests.clusters import VPC
from tests.corpus import CORPUS
from tests.variations.laws import faults
from tests.variations.reader import UnreadError, comments, decoded
from tests.variations.table import VARIATIONS, Unit, Variation, is_manifest, varied

ALL = Options(Applicability.UNSAFE, rendered=True)
AS_IT_IS = "as it is"
COLUMNS = (
    "written",
    "not applicable",
    "not read",
    "fixes proven",
    "shown only",
    "refused",
    "differences",
)


Kinds = Counter[tuple[str, str, str]]
"""How often a rule finds something at an object, by its level."""


class Told(NamedTuple):
    """What came of a unit: counts by variation and column, and each difference in words."""

    counts: Counter[tuple[str, str]]
    differences: list[str]


def units(corpus: Path) -> Iterator[tuple[str, Unit]]:
    """Yield what is varied, by names: the cases of the rules, and each manifest of a corpus."""
    top = whole_cases()
    for case in sorted(top.glob("CNI*/bad-*")):
        found = (path for path in sorted(case.rglob("*")) if path.is_file())
        names = {str(path.relative_to(case)): path for path in found}
        left_out = {FIXED, f"after-{FIXED}", EXPECTED}
        kept = {name: path for name, path in names.items() if name.split("/")[0] not in left_out}
        yield str(case.relative_to(top)), {name: path.read_bytes() for name, path in kept.items()}
    for path in sorted(corpus.rglob("*.y*ml")):
        yield (
            str(path.relative_to(corpus)),
            {"manifest.yaml": path.read_bytes(), "vpc.yaml": VPC.encode()},
        )


def told(unit: tuple[str, Unit], only: str = "") -> Told:
    """Return what came of the fixes of files as they are, and in each way of writing.

    With `only`, in those with that in their names.
    """
    name, files = unit
    found = Told(Counter(), [])
    as_it_is = _judge(name, AS_IT_IS, files, found)
    for variation in chosen(only):
        try:
            made = varied(files, variation)
        except UnreadError:
            found.counts[variation.name, "not read"] += 1
            continue
        except AssertionError as error:
            _add(found, variation.name, f"{name}: {error}")
            continue
        if made is None:
            found.counts[variation.name, "not applicable"] += 1
            continue
        kinds = _judge(name, variation.name, made, found)
        comparable = made.keys() == files.keys() and _remarks(made) == _remarks(files)
        if comparable and kinds != as_it_is:
            said = f"lost {dict(as_it_is - kinds)}, new {dict(kinds - as_it_is)}"
            _add(found, variation.name, f"{name}: found is something else: {said}")
    return found


def _remarks(files: Unit) -> int:
    """Return the number of comments that speak to cnilint: what is written anew has none."""
    texts = [decoded(content) for name, content in files.items() if is_manifest(name)]
    return len([one for text in texts for _at, one in comments(text) if MARK in one])


def chosen(only: str) -> list[Variation]:
    """Return the variations with something in their names."""
    return [one for one in VARIATIONS if only in one.name]


def _judge(name: str, variation: str, files: Unit, found: Told) -> Kinds:
    """Make each fix of some files, and count what comes of it; return what is found in them."""
    found.counts[variation, "written"] += 1
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder).resolve()
        (top / ".git").mkdir()
        for each, content in files.items():
            (top / each).parent.mkdir(parents=True, exist_ok=True)
            (top / each).write_bytes(content)
        contents = {str(top / each): content for each, content in files.items()}
        try:
            inputs = load([str(top)])
        except NothingReadError:
            return Counter()
        result = offered(Evaluation(inputs, NOTHING_AROUND), ALL)
    if result.unfinished:
        _add(found, variation, f"{name}: cnilint fails on it")
    for finding in result.findings:
        for fix in finding.fixes:
            what = f"{name}: {finding.rule}: {fix.title}"
            try:
                wrong = faults(fix, contents) if fix.edits else []
            except UnreadError:
                found.counts[variation, "not read"] += 1
                continue
            shown = fix.applicability is Applicability.DISPLAY
            column = "refused" if wrong is None else "shown only" if shown else "fixes proven"
            found.counts[variation, column] += 1
            for one in wrong or ():
                _add(found, variation, f"{what}: {one}")
    return Counter((one.rule, str(one.level), one.location.object) for one in result.findings)


def _add(found: Told, variation: str, difference: str) -> None:
    found.counts[variation, "differences"] += 1
    found.differences.append(f"{variation}: {difference}")


def table(counts: Mapping[tuple[str, str], int], names: list[str]) -> str:
    """Return counts as a table, a line for each variation and one for all."""
    rows = [(name, [counts.get((name, column), 0) for column in COLUMNS]) for name in names]
    rows.append(("all", [sum(column) for column in zip(*(row for _, row in rows), strict=True)]))
    width = max(len(name) for name in names)
    head = f"{'':{width}}  " + "  ".join(COLUMNS)
    lines = [
        f"{name:{width}}  "
        + "  ".join(f"{n:{len(column)}}" for n, column in zip(row, COLUMNS, strict=True))
        for name, row in rows
    ]
    return "\n".join([head, *lines])


def main() -> int:
    """Judge every unit; print each difference, and the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="take one unit of so many")
    parser.add_argument("--only", default="", help="words in the names of variations")
    given = parser.parse_args()
    taken = list(units(given.corpus))[:: given.every]
    counts: Counter[tuple[str, str]] = Counter()
    with get_context("fork").Pool(given.jobs, maxtasksperchild=20) as pool:
        for one in pool.imap_unordered(partial(told, only=given.only), taken):
            counts += one.counts
            for difference in one.differences:
                print(difference, flush=True)
    names = [one.name for one in chosen(given.only)]
    print(f"{len(taken)} units, {len(names)} variations of each")
    print(table(counts, [AS_IT_IS, *names]))
    return int(any(column == "differences" for _name, column in counts))


if __name__ == "__main__":
    sys.exit(main())
