"""Measures cnilint beside other programs on the same generated files, and writes one table.

```console
python -m benchmarks.run                                   # all workloads, every program there is
python -m benchmarks.run start tree --runs 20 --bytes 12MB
python -m benchmarks.run --install ~/tools                 # fetches the other programs first
```

All programs of a workload run in turn, round by round, so that a busy machine slows them alike;
a first round, which does not count, fills the caches. Processor time counts, of the process and of
those that it started. Compare ratios: milliseconds belong to a machine. A program that is not there
or cannot be installed is left out, and the table says so; one that takes longer than the limit is
run no more. A peak of memory below this program's own shows as that. Needs a POSIX system.
"""

from __future__ import annotations

import argparse
import math
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import generate

ROOT = Path(__file__).resolve().parent.parent

GROWTH = (1, 10)
"""Megabytes of the trees by which growth is told, unless others are asked for."""


class Tool(NamedTuple):
    """Another program: how it is called for a path, and what installs it.

    `package` is for pip, with its release, or for `go install`; empty for one of the system's.
    """

    name: str
    command: Callable[[str, str], list[str]]
    package: str = ""
    version: Sequence[str] = ("--version",)
    is_go: bool = False


def _score(program: str, path: str) -> list[str]:
    files = f"find {shlex.quote(path)} -name '*.yaml' -print0 | xargs -0 {shlex.quote(program)}"
    return ["sh", "-c", f"{files} score --output-format ci"]


TOOLS = (
    Tool("grep -rl cni", lambda program, path: [program, "-rl", "cni", path]),
    Tool(
        "yamllint",
        lambda program, path: [program, "-d", "relaxed", path],
        "yamllint==1.38.0",
    ),
    Tool(
        "checkov",
        lambda program, path: [
            *(program, "--framework", "kubernetes", "--compact", "--quiet"),
            *("-d" if os.path.isdir(path) else "-f", path),
        ],
        "checkov==3.3.30",
    ),
    Tool(
        "kube-linter",
        lambda program, path: [program, "lint", path],
        "golang.stackrox.io/kube-linter/cmd/kube-linter@v0.7.6",
        ("version",),
        is_go=True,
    ),
    Tool(
        "kubeconform",  # without schemas, which it would fetch: it reads, and takes all for valid
        lambda program, path: [
            *(program, "-ignore-missing-schemas", "-schema-location"),
            *(f"{os.devnull}/{{{{.ResourceKind}}}}.json", path),
        ],
        "github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0",
        ("-v",),
        is_go=True,
    ),
    Tool(
        "kube-score",
        _score,
        "github.com/zegl/kube-score/cmd/kube-score@v1.20.0",
        ("version",),
        is_go=True,
    ),
)


class Cost(NamedTuple):
    """What one run took: seconds of processor and of wall clock, and megabytes at its peak."""

    processor: float
    wall: float
    memory: float


class Row(NamedTuple):
    """A program on a workload, with its runs; a word where there are none."""

    program: str
    costs: tuple[Cost, ...] = ()
    word: str = ""


def cost(command: Sequence[str], limit: float, folder: Path) -> Cost | None:
    """Run a command and return its cost, None if it takes longer than a limit."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
    )
    while True:
        ended, _status, used = os.wait4(process.pid, os.WNOHANG)
        wall = time.perf_counter() - start
        if ended:
            process.returncode = 0  # it is waited for already
            return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)
        if wall > limit:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None
        time.sleep(min(0.05, max(0.0005, wall / 100)))


def in_turn(
    commands: dict[str, list[str]], runs: int, limit: float, folder: Path
) -> dict[str, Row]:
    """Run commands in turn so often and return what each took."""
    found: dict[str, list[Cost]] = {name: [] for name in commands}
    words: dict[str, str] = {}
    for number in range(runs + 1):
        for name, command in commands.items():
            if name in words:
                continue
            one = cost(command, limit, folder)
            if one is None:
                words[name] = f"more than {limit:g} s"
            elif number:
                found[name].append(one)
    return {name: Row(name, tuple(found[name]), words.get(name, "")) for name in commands}


def install(tool: Tool, folder: Path) -> str:
    """Install a program into a folder; return why not, if it cannot be."""
    try:
        if tool.is_go:
            go = shutil.which("go")
            if go is None:
                return "there is no Go"
            around = {**os.environ, "GOBIN": str(folder), "GOFLAGS": "-trimpath"}
            command = [go, "install", tool.package]
            subprocess.run(command, env=around, check=True, capture_output=True, timeout=1800)
        else:
            place = folder / f"{tool.name}-environment"
            subprocess.run([sys.executable, "-m", "venv", place], check=True, capture_output=True)
            pip = [str(place / "bin/python"), "-m", "pip", "install", "--quiet", tool.package]
            subprocess.run(pip, check=True, capture_output=True, timeout=1800)
            (folder / tool.name).symlink_to(place / "bin" / tool.name)
    except subprocess.SubprocessError as error:
        return f"cannot be installed: {type(error).__name__}"
    return ""


def programs(tools: Path | None) -> tuple[dict[str, str], dict[str, str]]:
    """Return where the other programs are, and why others are not there."""
    path = os.pathsep.join([*([str(tools)] if tools else []), os.environ.get("PATH", "")])
    there: dict[str, str] = {}
    missing: dict[str, str] = {}
    for tool in TOOLS:
        name = tool.name.split()[0]
        found = shutil.which(name, path=path)
        if found is None and tools is not None and tool.package:
            tools.mkdir(parents=True, exist_ok=True)
            missing[tool.name] = install(tool, tools)
            found = shutil.which(name, path=path)
        if found is not None:
            there[tool.name] = found
            missing.pop(tool.name, None)
        else:
            missing[tool.name] = missing.get(tool.name) or "is not installed"
    return there, missing


def version(tool: Tool, program: str) -> str:
    """Return the first line in which a program says its version."""
    done = subprocess.run(
        [program, *tool.version], capture_output=True, text=True, check=False, timeout=120
    )
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[0] if lines else "unknown"


def cnilint(*words: str) -> list[str]:
    """Return the command that runs this checkout's cnilint."""
    return [sys.executable, "-m", "cnilint", *words]


class Measuring(NamedTuple):
    """What is measured with: a folder for files, how often, how long at most, what is there."""

    folder: Path
    runs: int
    limit: float
    size: int
    sizes: tuple[int, ...]
    there: dict[str, str]

    def rows(self, commands: dict[str, list[str]], path: str = "") -> list[Row]:
        """Return what commands take, in turn with Python alone and the other programs."""
        bare = {"python -c pass": [sys.executable, "-c", "pass"]}
        others = {
            tool.name: tool.command(self.there[tool.name], path)
            for tool in TOOLS
            if path and tool.name in self.there
        }
        found = in_turn({**bare, **commands, **others}, self.runs, self.limit, self.folder)
        return list(found.values())


def start(asked: Measuring) -> dict[str, list[Row]]:
    """Measure the start: the version, one manifest in three formats, a commit hook."""
    one = asked.folder / "one"
    one.mkdir()
    manifest = one / "aws-node.yaml"
    manifest.write_text(generate.AWS_NODE, "utf-8")
    none = asked.folder / "none"
    generate.tree(none, 1_000_000, 1000, 50, 0)
    hooks = {}
    for place in (one, none):
        subprocess.run(["git", "init", "--quiet", str(place)], check=True)
        subprocess.run(["git", "-C", str(place), "add", "."], check=True)
        hook = f"cd {shlex.quote(str(place))} && exec {shlex.join(cnilint())} check --git-tracked"
        hooks[f"hook: check --git-tracked, {place.name}"] = ["sh", "-c", hook]
    path = str(manifest)
    commands = {"cnilint --version": cnilint("--version"), "cnilint check": cnilint("check", path)}
    for form in ("concise", "json"):
        commands[f"cnilint check, {form}"] = cnilint("check", "--output-format", form, path)
    rows = asked.rows({**commands, **hooks}, path)
    return {"start: one manifest; hooks on one and on 1,000 files without a CNI": rows}


def read_only(asked: Measuring) -> dict[str, list[Row]]:
    """Measure an installation that nobody may write to, where Python writes no bytecode.

    The wheel is installed as pip does, so that it has bytecode of its own. RuntimeError if a run
    wrote into it all the same, as root might.
    """
    place = asked.folder / "installation"
    wheels = asked.folder / "wheels"
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "-o", str(wheels)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", place], check=True, capture_output=True)
    pip = [str(place / "bin/python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, *map(str, wheels.glob("*.whl"))], check=True, capture_output=True)
    subprocess.run(["chmod", "-R", "a-w", str(place)], check=True)
    before = sorted(place.rglob("*"))
    one = asked.folder / "read-only"
    one.mkdir()
    (one / "aws-node.yaml").write_text(generate.AWS_NODE, "utf-8")
    subprocess.run(["git", "init", "--quiet", str(one)], check=True)
    subprocess.run(["git", "-C", str(one), "add", "."], check=True)
    without = ["env", "PYTHONDONTWRITEBYTECODE=1"]
    script = str(place / "bin/cnilint")
    hook = (
        f"cd {shlex.quote(str(one))} && exec {shlex.join([*without, script])} check --git-tracked"
    )
    path = str(one / "aws-node.yaml")
    rows = asked.rows(
        {
            "cnilint --version": [*without, script, "--version"],
            "cnilint check": [*without, script, "check", path],
            "hook: check --git-tracked": ["sh", "-c", hook],
        }
    )
    subprocess.run(["chmod", "-R", "u+w", str(place)], check=True)
    if sorted(place.rglob("*")) != before:
        raise RuntimeError("a run wrote into the installation")
    return {"start of an installation that nobody may write to: one manifest": rows}


def tree(asked: Measuring) -> dict[str, list[Row]]:
    """Measure a repository of many files with 20 clusters."""
    place = asked.folder / "tree"
    files = min(10_000, asked.size // 1000)
    generate.tree(place, asked.size, files, max(20, files // 20), 20)
    said = f"tree: {files:,} files, {asked.size / 1e6:g} MB, 20 clusters"
    return {said: asked.rows({"cnilint check": cnilint("check", str(place))}, str(place))}


def stream(asked: Measuring) -> dict[str, list[Row]]:
    """Measure one file of many documents."""
    path = asked.folder / "stream.yaml"
    generate.stream(path, asked.size)
    said = f"stream: one file, {asked.size / 1e6:g} MB"
    count = f"grep -c cni {shlex.quote(str(path))} | cat"  # -l would stop at the first one
    commands = {"grep -c cni": ["sh", "-c", count], "cnilint check": cnilint("check", str(path))}
    return {said: asked.rows(commands, str(path))}


def clusters(asked: Measuring) -> dict[str, list[Row]]:
    """Measure clusters that each have something to fix, and how that grows."""
    commands = {}
    for number in (10, 20, 40):
        generate.findings(asked.folder / f"{number} clusters", number)
        commands[f"cnilint check, {number} clusters"] = cnilint("check", f"{number} clusters")
    return {"clusters with three findings each": asked.rows(commands)}


def crowd(asked: Measuring) -> dict[str, list[Row]]:
    """Measure many installers on one class of nodes."""
    commands = {}
    for number in (4, 8, 20):
        path = asked.folder / f"crowd-{number}.yaml"
        path.write_text(generate.crowd(number), "utf-8")
        commands[f"cnilint check, {number} installers"] = cnilint("check", path.name)
    return {"installers on one class of nodes": asked.rows(commands)}


def kustomize(asked: Measuring) -> dict[str, list[Row]]:
    """Measure a repository of 300 Kustomize roots."""
    place = asked.folder / "kustomize"
    generate.kustomize(place, 300)
    return {"300 Kustomize roots": asked.rows({"cnilint check": cnilint("check", str(place))})}


def growth(asked: Measuring) -> dict[str, list[Row]]:
    """Measure trees of several sizes: the growth is the exponent of time over size."""
    commands = {}
    for size in asked.sizes:
        place = asked.folder / f"{size} MB"
        generate.tree(place, size * 10**6, size * 500, max(20, size * 25), 20)
        commands[f"cnilint check, {size} MB"] = cnilint("check", place.name)
    rows = asked.rows(commands)
    known = [(s, r) for s, r in zip(asked.sizes, rows[1:], strict=True) if r.costs]
    told = "growth with size"
    if len(known) > 1:
        (small, first), *_, (large, last) = known
        times = [median(one.processor for one in row.costs) for row in (first, last)]
        exponent = math.log(times[1] / times[0]) / math.log(large / small)
        told += f" (exponent {exponent:.2f} from {small} to {large} MB)"
    return {told: rows}


WORKLOADS: dict[str, Callable[[Measuring], dict[str, list[Row]]]] = {
    "start": start,
    "read-only": read_only,
    "tree": tree,
    "stream": stream,
    "clusters": clusters,
    "crowd": crowd,
    "kustomize": kustomize,
    "growth": growth,
}


def table(title: str, rows: Sequence[Row], missing: dict[str, str]) -> str:
    """Return a Markdown table of a workload; rows are compared with the first one and with grep.

    A ratio to grep stands only where that has run.
    """
    lines = [
        f"### {title}",
        "",
        "| program | processor, median | min | max | x Python | x grep | wall | peak memory |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    base, search = (_processor(rows, name) for name in (rows[0].program, TOOLS[0].name))
    for row in rows:
        if not row.costs:
            lines.append(f"| {row.program} | {row.word} | | | | | | |")
            continue
        each = sorted(one.processor for one in row.costs)
        wall, memory = (median(one[at] for one in row.costs) for at in (1, 2))
        lines.append(
            f"| {row.program} | {_seconds(median(each))} | {_seconds(each[0])} | "
            f"{_seconds(each[-1])} | {_ratio(median(each), base)} | "
            f"{_ratio(median(each), search)} | {_seconds(wall)} | "
            f"{memory:.0f} MB |"
        )
    if any(row.program == TOOLS[0].name for row in rows):
        lines += [f"| {name} | {why} | | | | | | |" for name, why in missing.items()]
    return "\n".join([*lines, ""])


def _processor(rows: Sequence[Row], name: str) -> float | None:
    """Return what the program of a name took, in the middle of its runs; None where none is."""
    found = [one.processor for row in rows if row.program == name for one in row.costs]
    return median(found) if found else None


def _ratio(taken: float, other: float | None) -> str:
    return f"{taken / other:.1f}" if other else ""


def _seconds(taken: float) -> str:
    return f"{taken:.2f} s" if taken >= 1 else f"{taken * 1000:.1f} ms"


def head(there: dict[str, str], runs: int) -> str:
    """Return what is said above the tables: the day, the machine and the versions."""
    release = ".".join(map(str, sys.version_info[:3]))
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    used = [f"cnilint {commit}", f"Python {release}"]
    used += [version(tool, there[tool.name]) for tool in TOOLS if tool.name in there]
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with {os.cpu_count()} processors, "
        f"{runs} runs each, in turn: {'; '.join(used)}.\n"
    )


def main() -> None:
    """Measure what is asked for, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=", ".join(WORKLOADS))
    parser.add_argument("--runs", type=int, default=7, help="how often each program runs")
    parser.add_argument("--limit", type=float, default=120, help="seconds a run may take")
    parser.add_argument("--bytes", type=generate.in_bytes, default="12MB", help="of tree, stream")
    parser.add_argument("--sizes", type=int, nargs="+", default=GROWTH, help="MB, of growth")
    parser.add_argument("--install", type=Path, metavar="DIR", help="install other programs there")
    given = parser.parse_args()
    unknown = [name for name in given.workloads if name not in WORKLOADS]
    if unknown:
        parser.error(f"no workload {unknown[0]!r}: there are {', '.join(WORKLOADS)}")
    os.environ["PYTHONPATH"] = str(ROOT)
    there, missing = programs(given.install)
    print(head(there, given.runs), flush=True)
    for name in given.workloads or WORKLOADS:
        with tempfile.TemporaryDirectory() as folder:
            asked = Measuring(
                Path(folder), given.runs, given.limit, given.bytes, tuple(given.sizes), there
            )
            for title, rows in WORKLOADS[name](asked).items():
                print(table(title, rows, missing), flush=True)


if __name__ == "__main__":
    main()
