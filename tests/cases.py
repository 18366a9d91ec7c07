"""The cases of `tests/rules`, each made whole in a folder of its own.

A case holds what is special about it. What many cases need stands once in `tests/manifests`: the
`uses.yaml` of a rule says which of it a case has, and under which name. In `fixed/` stands what
a fix changes; the rest of the case is there as it was. So it is in `after-fixed/` with what is in
`after/`, where a case is a change.
"""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from ruamel.yaml import YAML

HERE = Path(__file__).resolve().parent
SHARED = HERE / "manifests"
EXPECTED = "expected.txt"
FIXED = "fixed"


@cache
def whole_cases() -> Path:
    """Return a repository with every case, `<rule>/<case>`, that is gone when Python ends."""
    top = Path(mkdtemp(prefix="cases-")).resolve()
    atexit.register(shutil.rmtree, top, ignore_errors=True)
    (top / ".git").mkdir()
    for rule in sorted(HERE.glob("rules/CNI*")):
        uses = rule / "uses.yaml"
        used = YAML(typ="safe", pure=True).load(uses) if uses.exists() else {}
        for name in {*used, *(path.name for path in rule.iterdir() if path.is_dir())}:
            _make_whole(rule / name, used.get(name, {}), top / rule.name / name)
    return top


def _make_whole(case: Path, uses: dict[str, str], folder: Path) -> None:
    """Make a case whole in a folder; one that only uses what others use has none of its own."""
    if case.exists():
        shutil.copytree(case, folder)
    for name, shared in uses.items():
        assert not (folder / name).exists(), f"{case} has {name} and uses another"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SHARED / shared, folder / name)
    _complete(folder / FIXED, folder)
    _complete(folder / f"after-{FIXED}", folder / "after")


def _complete(fixed: Path, folder: Path) -> None:
    """Give what a fix leaves the files that it leaves as they are."""
    for file in sorted(folder.rglob("*")) if fixed.exists() else ():
        path = file.relative_to(folder)
        if file.is_file() and path.parts[0] not in (FIXED, EXPECTED):
            (fixed / path).parent.mkdir(parents=True, exist_ok=True)
            if not (fixed / path).exists():
                shutil.copy(file, fixed / path)
