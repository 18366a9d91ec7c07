"""Change the code in small ways, one at a time, and count the changes that some test notices.

Usage: python -m benchmarks.mutants [--sample 440] [--seed 1] [--only REGEX] [--record FILE] [TESTS]

The changes (mutants) are those of mutmut. From each module of FOLDERS some are drawn by lot, in
proportion to how many it has. One run of the tests is recorded first: which of them executes which
line, and how long it takes. A mutant is put into the modules of a forked process, which has the
tests collected already, or into a copy of the package for a new one, where it changes what cannot
be exchanged there. The tests that execute its line run then, the module's own first and then the
shortest; it is noticed once one fails, or takes far longer than it did. The others are printed.
"""

from __future__ import annotations
import __future__

import argparse
import ast
import difflib
import functools
import gc
import importlib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import coverage
import libcst
import pytest
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("cnilint/upstream", "cnilint/simulation", "cnilint/fix")
TESTS = (
    *(f"tests/unit/{room}" for room in ("upstream", "multus", "simulation", "fix", "catalog")),
    *("tests/unit/diff", "tests/unit/engine", "tests/oracle", "tests/rules", "tests/test_cards.py"),
    *(f"tests/integration/test_{name}.py" for name in ("handover", "confined_writing", "fix_laws")),
)
SECONDS = 20.0
"""How much of the tests of a line, by their processor time, a mutant is tried with."""

MEMORY = 6 * 2**30
"""How many bytes a mutant may ask for."""

ROOMS = tuple(folder.replace("/", ".") for folder in FOLDERS)

Lines = dict[str, dict[int, list[str]]]


class Mutant(NamedTuple):
    """A module with one change: the line where it begins, and the texts before and after."""

    path: str
    line: int
    before: str
    after: str

    @property
    def change(self) -> str:
        """What is changed, as the lines of a diff."""
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=0)
        return "\n".join(text for text in list(lines)[2:] if not text.startswith("@@"))


class Visitor(MutationVisitor):  # type: ignore[misc]  # mutmut has no types
    """Mutates functions with decorators too: nothing is put around them here."""

    def _skip_node_and_children(self, node: libcst.CSTNode) -> bool:
        decorated = isinstance(node, libcst.FunctionDef) and node.decorators
        return not decorated and super()._skip_node_and_children(node)


def pytest_configure() -> None:
    """Give every mutant the same examples: none is kept, and none is made smaller."""
    import hypothesis

    hypothesis.settings.register_profile(
        "mutants",
        database=None,
        deadline=None,
        derandomize=True,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutants")


class Module:
    """A module, and every mutation of it."""

    def __init__(self, path: str) -> None:
        """Read a module; its path counts from the top of the repository."""
        self.path, self.text = path, (ROOT / path).read_text(encoding="utf-8")
        visitor = Visitor(mutation_operators, IgnoredCode(set(), set(), set()))
        self.tree = MetadataWrapper(libcst.parse_module(self.text), unsafe_skip_copy=True).visit(
            visitor
        )
        self.mutations = visitor.mutations

    def drawn(self, count: int, chance: random.Random) -> Iterator[Mutant]:
        """Draw mutants; what changes nothing or is no Python is drawn again."""
        shuffled = chance.sample(self.mutations, len(self.mutations))
        made = (self._made(one) for one in shuffled)
        yield from islice((one for one in made if one is not None), count)

    def _made(self, one: Mutation) -> Mutant | None:
        after = self.tree.deep_replace(one.original_node, one.mutated_node).code
        pairs = enumerate(zip(self.text.splitlines(), after.splitlines(), strict=False), 1)
        line = next((at for at, (old, new) in pairs if old != new), 0)
        try:
            compile(after, "", "exec", dont_inherit=True)
        except SyntaxError:
            return None
        return Mutant(self.path, line, self.text, after) if line else None


def paths() -> list[str]:
    """Return the modules that are changed, as paths from the top of the repository."""
    return [str(p.relative_to(ROOT)) for top in FOLDERS for p in sorted((ROOT / top).rglob("*.py"))]


def dotted(path: str) -> str:
    """Return the name that a module is imported by."""
    return ".".join(Path(path).with_suffix("").parts).removesuffix(".__init__")


def sample(size: int, seed: int, only: str) -> Iterator[Mutant]:
    """Draw mutants from each module: in proportion to how many it has, but at least one."""
    modules = [Module(path) for path in paths()]
    whole = sum(len(one.mutations) for one in modules)
    print(f"{whole} mutants in {len(modules)} modules", flush=True)
    for one in modules:
        if re.search(only, one.path):
            count = max(1, round(size * len(one.mutations) / whole))
            yield from one.drawn(count, random.Random(f"{seed} {one.path}"))


class Place(NamedTuple):
    """An outermost function with a mutant: how it is known when it is loaded, and its new code."""

    name: str
    line: int
    code: CodeType


def place(mutant: Mutant) -> Place | ast.stmt | None:
    """Return the function that a mutant is in, or the statement of the module; else None."""
    old: Any = ast.parse(mutant.before)
    new: Any = ast.parse(mutant.after)
    names: list[str] = []
    while not isinstance(old, ast.FunctionDef):
        pairs = zip(old.body, new.body, strict=False)
        old, new = next((a, b) for a, b in pairs if ast.dump(a) != ast.dump(b))
        if not isinstance(old, ast.FunctionDef | ast.ClassDef) or type(old) is not type(new):
            return None if names else new
        names.append(old.name)
        heads = [ast.dump(type(one)(**{**vars(one), "body": []})) for one in (old, new)]
        if heads[0] != heads[1] or len(old.body) != len(new.body):
            return None
    line = old.decorator_list[0].lineno if old.decorator_list else old.lineno
    for name in reversed(names[:-1]):
        new = ast.ClassDef(name, [], [], [new], [])
    whole = ast.fix_missing_locations(ast.Module([new], []))
    flags = __future__.annotations.compiler_flag
    code = compile(whole, str(ROOT / mutant.path), "exec", flags, dont_inherit=True)
    for name in names:
        code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name)
    return Place(".".join(names), line, code)


def forked(act: Callable[[], None]) -> int:
    """Return what a forked process ends with that does something; 0 if it did all of it."""
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _following(body: Iterable[ast.stmt], changed: ast.stmt) -> Iterator[ast.stmt]:
    """Yield a changed statement of a module, and those that make a constant of what it makes."""
    touched: set[str] = set()
    for one in body:
        if not isinstance(one, ast.Assign | ast.AnnAssign) or one.value is None:
            continue
        used = {node.id for node in ast.walk(one.value) if isinstance(node, ast.Name)}
        if ast.dump(one) == ast.dump(changed) or used & touched:
            yield one
            touched |= {node.id for node in ast.walk(one) if isinstance(node, ast.Name)} - used


def _recode(functions: Sequence[FunctionType], code: CodeType) -> None:
    for one in functions:
        one.__code__ = code


class Campaign:
    """A plugin of pytest that runs the mutants in place of the tests that it collected."""

    def __init__(self, drawn: Iterable[Mutant], record: Path) -> None:
        """Take the mutants, and the file with what the tests execute, which may not be there."""
        self.drawn, self.record = drawn, record
        self.failed: set[str] = set()
        self.is_trial = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """End the process of a mutant with the first test that fails."""
        if report.failed:
            self.failed.add(report.nodeid)
            if self.is_trial:
                os._exit(1)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Record what the tests execute, unless there is a record, and try each mutant."""
        self.items = {item.nodeid: item for item in session.items}
        for path in paths():
            importlib.import_module(dotted(path))
        self.loaded: defaultdict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
        self.caches: list[Any] = []
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                code = one.__code__
                self.loaded[code.co_filename, code.co_qualname, code.co_firstlineno].append(one)
            elif hasattr(type(one), "cache_clear") and "cnilint" in str(one.__module__):
                self.caches.append(one)
        if not self.record.exists() and forked(self._record):
            raise pytest.UsageError("the tests could not be recorded")
        lines, self.seconds = json.loads(self.record.read_text(encoding="utf-8"))
        self.lines: Lines = {p: {int(n): t for n, t in of.items()} for p, of in lines.items()}
        tried = killed = 0
        for mutant in self.drawn:
            tried += 1
            if self._is_noticed(mutant):
                killed += 1
                print(".", end="", flush=True)
            else:
                print(f"\n{mutant.path}:{mutant.line}\n{mutant.change}\n", flush=True)
        low, high = interval(killed, tried)
        print(f"{killed} of {tried} noticed: {killed / tried:.1%} (95 %: {low:.1%} to {high:.1%})")
        return True

    def _run(self, tests: Sequence[str]) -> Iterator[str]:
        for test, following in zip(tests, [*tests[1:], ""], strict=True):
            item, after = self.items[test], self.items.get(following)
            yield test
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)

    def _record(self) -> None:
        seconds: dict[str, float] = {}
        before = time.process_time()
        recorder = coverage.Coverage(data_file=None, source=[str(ROOT / top) for top in FOLDERS])
        recorder.start()
        last = ""
        for test in self._run(list(self.items)):
            # what is kept from an earlier test is asked for by this one as well
            for cache in self.caches:
                if cache.__module__.startswith(ROOMS):
                    cache.cache_clear()
            seconds[last], before = time.process_time() - before, time.process_time()
            recorder.switch_context(test)
            last = test
        seconds[last] = time.process_time() - before
        recorder.stop()
        data = recorder.get_data()
        lines = {
            str(Path(path).relative_to(ROOT)): {
                line: sorted({*tests} & {*self.items} - self.failed)
                for line, tests in data.contexts_by_lineno(path).items()
            }
            for path in data.measured_files()
        }
        self.record.write_text(json.dumps([lines, seconds]), encoding="utf-8")

    def _is_noticed(self, mutant: Mutant) -> bool:
        lines, found = self.lines.get(mutant.path, {}), place(mutant)
        tests = self._chosen(mutant, chain(*lines.values()))
        if isinstance(found, Place):
            above = range(mutant.line, found.line - 1, -1)
            executing = next((lines[at] for at in above if lines.get(at)), ())
            # one that no test executes may have been called at the import
            found, tests = (found, self._chosen(mutant, executing)) if executing else (None, tests)
        if not tests:
            return False
        changing = self._changing(mutant, found)
        if changing is None:
            return self._is_noticed_anew(mutant, tests)

        def tried() -> None:
            self.is_trial = True
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            changing()
            for cache in self.caches:
                cache.cache_clear()
            for test in self._run(tests):
                signal.setitimer(signal.ITIMER_PROF, 3 * self.seconds[test] + 3)

        return forked(tried) != 0

    def _changing(
        self, mutant: Mutant, found: Place | ast.stmt | None
    ) -> Callable[[], None] | None:
        """Return what puts a mutant into the loaded modules; None where that cannot be done."""
        name = str(ROOT / mutant.path)
        if isinstance(found, Place):
            functions = self.loaded[name, found.name, found.line]
            if {f.__code__.co_freevars for f in functions} != {found.code.co_freevars}:
                return None
            return functools.partial(_recode, functions, found.code)
        if not isinstance(found, ast.Assign | ast.AnnAssign):
            return None
        module = importlib.import_module(dotted(mutant.path))
        flags = __future__.annotations.compiler_flag
        statements = ast.Module(list(_following(ast.parse(mutant.after).body, found)), [])
        code = compile(statements, name, "exec", flags, dont_inherit=True)

        def change() -> None:
            before = dict(vars(module))
            exec(code, vars(module))
            changed = {n for n, value in vars(module).items() if before.get(n) is not value}
            for other in [*sys.modules.values()]:
                for one in changed & {*vars(other)}:
                    if vars(other)[one] is before.get(one):
                        setattr(other, one, vars(module)[one])

        return change

    def _chosen(self, mutant: Mutant, tests: Iterable[str]) -> list[str]:
        """Return the tests to try: those of the module's own file first, then the shortest."""
        own = f"test_{Path(mutant.path).stem}.py"
        chosen, left = [], SECONDS
        for test in sorted(
            {*tests} & {*self.items}, key=lambda one: (own not in one, self.seconds[one], one)
        ):
            left -= self.seconds[test]
            if left < 0:
                break
            chosen.append(test)
        return chosen

    def _is_noticed_anew(self, mutant: Mutant, tests: Sequence[str]) -> bool:
        """Whether tests fail in a new process, with a package that has the mutant."""
        with tempfile.TemporaryDirectory() as top:
            shutil.copytree(ROOT / "cnilint", Path(top, "cnilint"))
            Path(top, "rules").symlink_to(ROOT / "rules")
            Path(top, mutant.path).write_text(mutant.after, encoding="utf-8")
            Path(top, "tests").write_text("\n".join(tests), encoding="utf-8")
            words = ["-P", "-m", "pytest", "-x", "-p", "no:cacheprovider", "-p", __spec__.name]
            code = subprocess.run(
                [sys.executable, *words, f"@{top}/tests"],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": f"{top}:{ROOT}"},
                capture_output=True,
                check=False,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (300, 300)),
            ).returncode
        return code != 0


def interval(killed: int, tried: int) -> tuple[float, float]:
    """Return Wilson's interval of 95 % for a share."""
    z, share = 1.96, killed / tried
    middle = share + z * z / (2 * tried)
    reach = z * (share * (1 - share) / tried + z * z / (4 * tried * tried)) ** 0.5
    return (middle - reach) / (1 + z * z / tried), (middle + reach) / (1 + z * z / tried)


def main() -> int:
    """Run a campaign as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, default=440)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="a pattern for the paths of modules")
    parser.add_argument("tests", nargs="*", default=TESTS)
    parser.add_argument("--record", type=Path, default=ROOT / ".mutants.json")
    chosen = parser.parse_args()
    campaign = Campaign(sample(chosen.sample, chosen.seed, chosen.only), chosen.record)
    words = ["-q", "-s", "-p", "no:cacheprovider", f"--rootdir={ROOT}"]
    return int(pytest.main([*words, *chosen.tests], [sys.modules[__name__], campaign]))


if __name__ == "__main__":
    sys.exit(main())
