"""The borders the house keeps: each proven on the code, and proven able to fail."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.house_plan import RANK, USERS

HOUSE = Path(__file__).resolve().parent.parent

# GKE keeps its CNI plugins in that folder of /home: a path, but of no machine of ours.
MACHINE_PATH = re.compile(
    r"(?<![\w.*)}$-])(?:/(?:home/(?!kube|weave/|entry)|Users/|root/(?!ovn)|work/)[\w.]|[A-Z]:\\Users\\)"
)

Function = ast.FunctionDef | ast.AsyncFunctionDef
Check = Callable[[Path], list[str]]


class Module(NamedTuple):
    name: str
    path: Path
    tree: ast.Module
    layer: str


class Import(NamedTuple):
    target: str
    line: int


def layer_of(name: str) -> str:
    return [*name.split("."), "__init__"][1]


@cache
def modules(house: Path) -> dict[str, Module]:
    found = {}
    for path in sorted(house.glob("cnilint/**/*.py")):
        name = ".".join(path.relative_to(house).with_suffix("").parts).removesuffix(".__init__")
        found[name] = Module(name, path, ast.parse(path.read_text("utf-8")), layer_of(name))
    return found


def walk(tree: ast.AST, *, lazy: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """Yield what is below a tree, and whether it runs only when a function is called."""
    for part in ast.iter_child_nodes(tree):
        yield part, lazy
        yield from walk(part, lazy=lazy or isinstance(part, Function | ast.Lambda))


def imports(module: Module, known: dict[str, Module]) -> Iterator[Import]:
    for part, _lazy in walk(module.tree):
        match part:
            case ast.Import(names=names):
                targets = [alias.name for alias in names]
            case ast.ImportFrom(names=names):
                base = absolute(module, part)
                # The version is a constant that stands before everything else in the package.
                targets = [
                    whole if (whole := f"{base}.{alias.name}") in known else base
                    for alias in names
                    if (base, alias.name) != ("cnilint", "__version__")
                ]
            case ast.Call(func=called, args=[ast.Constant(value=str(target)), *_]):
                dynamic = ast.unparse(called).endswith(("import_module", "__import__"))
                targets = [target] if dynamic else []
            case _:
                continue
        yield from (Import(target, part.lineno) for target in targets)


def absolute(module: Module, statement: ast.ImportFrom) -> str:
    package = module.name if module.path.name == "__init__.py" else module.name.rpartition(".")[0]
    return resolve_name("." * statement.level + (statement.module or ""), package)


def functions(house: Path) -> Iterator[tuple[Module, Function, bool]]:
    """Yield every function, and whether its first parameter is `self` or `cls`."""
    for module in modules(house).values():
        for owner in ast.walk(module.tree):
            for part in ast.iter_child_nodes(owner):
                if isinstance(part, Function):
                    decorators = {ast.unparse(decorator) for decorator in part.decorator_list}
                    bound = isinstance(owner, ast.ClassDef) and "staticmethod" not in decorators
                    yield module, part, bound


# The checks: each takes a checkout and returns its complaints.


def layers(house: Path) -> list[str]:
    known = modules(house)
    complaints = [f"{m.name} has no layer" for m in known.values() if m.layer not in RANK]
    for module in known.values():
        for target, line in imports(module, known):
            other = layer_of(target)
            if target.split(".")[0] != "cnilint" or other == module.layer:
                continue
            if RANK.get(other, len(RANK)) >= RANK.get(module.layer, 0):
                complaints.append(f"{module.name}:{line} imports {target}, which is not below it")
    return complaints


def cycles(house: Path) -> list[str]:
    known = modules(house)
    graph = {
        name: {each.target for each in imports(module, known)} & set(known)
        for name, module in known.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        return [" <- ".join(found.args[1])]
    return []


def names(house: Path) -> list[str]:
    """Return the public classes of one name in several modules: one name means one thing."""
    found: dict[str, list[str]] = {}
    for module in modules(house).values():
        for part in module.tree.body:
            if isinstance(part, ast.ClassDef) and not part.name.startswith("_"):
                found.setdefault(part.name, []).append(module.name)
    return [f"{name}: {', '.join(each)}" for name, each in found.items() if len(each) > 1]


def libraries(house: Path) -> list[str]:
    known = modules(house)
    return [
        f"{module.name}:{line} imports {target}"
        for module in known.values()
        for target, line in imports(module, known)
        if (top := target.split(".")[0]) not in sys.stdlib_module_names and top != "cnilint"
        if not any(f"{module.name}.".startswith(f"{user}.") for user in USERS.get(top, ()))
    ]


def annotated(house: Path) -> list[str]:
    complaints = []
    for module, function, bound in functions(house):
        args = function.args
        positional = [*args.posonlyargs, *args.args][bound:]
        taken = [*positional, *args.kwonlyargs, args.vararg, args.kwarg]
        bare = [each.arg for each in taken if each and each.annotation is None]
        bare += [] if function.returns else ["return"]
        complaints += [f"{module.name}.{function.name}: {name} is not annotated" for name in bare]
    return complaints


def type_checking(house: Path) -> list[str]:
    hidden = "TYPE_" + "CHECKING"
    return [
        f"{module.name} uses {hidden}"
        for module in modules(house).values()
        for part in ast.walk(module.tree)
        if hidden in (getattr(part, field, None) for field in ("id", "attr", "name"))
    ]


def package_docstrings(house: Path) -> list[str]:
    known = modules(house)
    top = house / "cnilint"
    folders = [top, *(each for each in top.rglob("*") if any(each.rglob("*.py")))]
    names = sorted(".".join(folder.relative_to(house).parts) for folder in folders)
    silent = [n for n in names if n not in known or not ast.get_docstring(known[n].tree)]
    return [f"{name} does not say what it is for" for name in silent]


def machine_paths(house: Path) -> list[str]:
    hidden = (".ci", ".dockerignore", ".github", ".gitignore", ".gitlab", ".pre-commit-hooks.yaml")
    shown = [top for top in house.iterdir() if top.name in hidden or not top.name.startswith(".")]
    tops = [top for top in shown if top.name not in ("dist", "build")]
    paths = {path for top in tops for path in (top, *top.rglob("*")) if path.is_file()}
    return [
        f"{path.relative_to(house)}:{number} {line.strip()}"
        for path in sorted(paths)
        if "__pycache__" not in path.parts
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]


COSTLY = {
    ("typing", "NamedTuple"),
    *(("dataclasses", name) for name in ("dataclass", "field", "replace")),
}
"""What `cnilint.start` has without what it costs at every start."""


def cheap_definitions(house: Path) -> list[str]:
    complaints = []
    for module in modules(house).values():
        if module.layer == "start":
            continue
        for part, lazy in walk(module.tree):
            match part:
                case ast.ImportFrom(module=str(base), names=names):
                    used = [alias.name for alias in names if (base, alias.name) in COSTLY]
                case ast.Call(func=called) if ast.unparse(called) == "re.compile" and not lazy:
                    used = ["re.compile"]
                case _:
                    continue
            complaints += [
                f"{module.name}:{part.lineno} has {name}: cnilint.start has a cheap one"
                for name in used
            ]
    return complaints


CHECKS: tuple[Check, ...] = (
    *(layers, cycles, names, libraries, cheap_definitions),
    *(annotated, type_checking, package_docstrings, machine_paths),
)
EACH = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)


@EACH
def test_the_house_keeps(check: Check) -> None:
    assert check(HOUSE) == []


def test_the_table_of_rooms_names_each_room_in_the_order_of_the_layers() -> None:
    page = (HOUSE / "CONTRIBUTING.md").read_text("utf-8")
    rooms = re.findall(r"`cnilint/(\w+)(?:\.py)?`(?=[^|]*\|)", page.partition("### ")[0])
    assert sorted(rooms) == sorted(RANK.keys() - {"__init__", "__main__"})
    assert rooms == sorted(rooms, key=RANK.__getitem__)


def built(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


PACKAGES = ("", "model/", "kube/", "engine/", "fix/")
LAWFUL = {f"cnilint/{package}__init__.py": '"""A house."""' for package in PACKAGES} | {
    "cnilint/cli.py": "import typer\nfrom . import __version__, run\nfrom .model import text\n",
    "cnilint/run.py": "def go(a: int, *, b: str = '') -> None:\n    from cnilint.fix import plan\n",
    "cnilint/model/text.py": "class A:\n    def me(self) -> 'A':\n        return self\n",
    "cnilint/fix/plan.py": "import json, os.path\nfrom . import diff\nfrom ..model.text import A\n",
    "cnilint/fix/diff.py": "def f() -> None:\n    from ..model.text import A\n    re.compile('a')",
    "cnilint/start.py": "from typing import NamedTuple\n",
    "rules/gke.yaml": "bin: /home/kubernetes/bin # as in https://example.test/root/x\n",
}


@EACH
def test_a_lawful_house_is_left_in_peace(check: Check, tmp_path: Path) -> None:
    assert check(built(tmp_path, LAWFUL)) == []


LONG_CLASS = "class A:\n    @staticmethod\n    def f(x) -> None: ...\n"
FAULTS: tuple[tuple[Check, str, str, str], ...] = (
    (layers, "cnilint/model/x.py", "from cnilint.cli import y", "model.x:1 imports cnilint.cli"),
    (layers, "cnilint/model/x.py", "def f() -> None:\n    from ..fix import plan", "cnilint.fix"),
    (layers, "cnilint/fix/x.py", "from ..report import terminal", "fix.x:1 imports cnilint.report"),
    (layers, "cnilint/run.py", "from . import lint", "cnilint.run:1 imports cnilint, which"),
    (layers, "cnilint/run.py", "from .novel import x", "cnilint.run:1 imports cnilint.novel"),
    (layers, "cnilint/kube/x.py", "import_module('cnilint.cni')", "kube.x:1 imports cnilint.cni"),
    (layers, "cnilint/helpers.py", "", "cnilint.helpers has no layer"),
    (cycles, "cnilint/fix/diff.py", "from .plan import A", "cnilint.fix.diff <- "),
    (cycles, "cnilint/fix/diff.py", "def late() -> None:\n    from .plan import A", "fix.diff <- "),
    (names, "cnilint/fix/x.py", "class A: ...", "A: cnilint.fix.x, cnilint.model.text"),
    (libraries, "cnilint/kube/x.py", "import ruamel.yaml", "kube.x:1 imports ruamel.yaml"),
    (libraries, "cnilint/fix/x.py", "def f() -> None:\n    import rich", "fix.x:2 imports rich"),
    (libraries, "cnilint/engine/matching.py", "import jsonpath_ng", "imports jsonpath_ng"),
    (libraries, "cnilint/cli.py", "import requests", "cli:1 imports requests"),
    (cheap_definitions, "cnilint/fix/x.py", "from typing import NamedTuple", "fix.x:1 has NamedT"),
    (cheap_definitions, "cnilint/fix/x.py", "from dataclasses import field", "fix.x:1 has field"),
    (
        cheap_definitions,
        "cnilint/fix/x.py",
        "import re\nA = re.compile('a')",
        "fix.x:2 has re.comp",
    ),
    (annotated, "cnilint/fix/x.py", "def f(x, *y: int): ...", "x.f: x is not"),
    (annotated, "cnilint/fix/x.py", "async def f(**x: int): ...", "x.f: return is not"),
    (annotated, "cnilint/fix/x.py", LONG_CLASS, "x.f: x is not"),
    (type_checking, "cnilint/fix/x.py", "from typing import " + "TYPE_" + "CHECKING", "fix.x uses"),
    (package_docstrings, "cnilint/fix/__init__.py", "", "cnilint.fix does not say"),
    (package_docstrings, "cnilint/fix/in/place.py", "", "cnilint.fix.in does not say"),
    (machine_paths, "Makefile", "all:\n\tls /" + "home/me/x", "Makefile:2 ls"),
    (machine_paths, ".ci/run", "cd '/" + "work/main'", ".ci/run:1 cd"),
)


@pytest.mark.parametrize(("check", "path", "text", "complaint"), FAULTS)
def test_a_fault_is_noticed(
    check: Check, path: str, text: str, complaint: str, tmp_path: Path
) -> None:
    assert complaint in "\n".join(check(built(tmp_path, LAWFUL | {path: text})))


def test_every_check_is_shown_to_fail() -> None:
    assert {fault[0] for fault in FAULTS} == set(CHECKS)
