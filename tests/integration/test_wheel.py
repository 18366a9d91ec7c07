"""What is installed from a wheel says what the checkout says, and needs nothing of it.

`CNILINT_WHEEL` is a wheel that was built already, `CNILINT_LOCK` the lock file that says with which
releases of its dependencies it is tried.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cnilint.engine.ruleset import read_all

CHECKOUT = Path(__file__).resolve().parents[2]


def output(*command: str | Path, folder: Path) -> str:
    """Return what a program prints; it runs in a folder, without a path to the checkout."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    run = subprocess.run(
        command,
        cwd=folder,
        env=clean | {"PYTHONUTF8": "1", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, f"{command} ended with {run.returncode}\n{run.stdout}{run.stderr}"
    return run.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if given := os.environ.get("CNILINT_WHEEL"):
        return Path(given).resolve()
    built = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    output(*pip, "--wheel-dir", built, CHECKOUT, folder=built)
    (path,) = built.glob("cnilint-*.whl")
    return path


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the programs of an environment that holds the wheel and no more."""
    clean = tmp_path_factory.mktemp("clean") / "environment"
    output(sys.executable, "-m", "venv", clean, folder=clean.parent)
    found = clean / ("Scripts" if os.name == "nt" else "bin")
    install: tuple[str | Path, ...] = (found / "python", "-m", "pip", "install", "--quiet")
    if lock := os.environ.get("CNILINT_LOCK"):
        locked = ("--require-hashes", "--requirement", CHECKOUT / lock)
        output(*install, *locked, folder=clean.parent)
        install = (*install, "--no-deps")
    output(*install, wheel, folder=clean.parent)
    return found


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_the_package_the_rules_and_nothing_else(wheel: Path) -> None:
    expected = {f"cnilint/{name}" for name in files_below(CHECKOUT / "cnilint")}
    expected |= {f"cnilint/_rules/{name}" for name in files_below(CHECKOUT / "rules")}
    expected |= {f"cnilint/_built/{name}.json" for name in read_all()}
    with zipfile.ZipFile(wheel) as opened:
        held = {name for name in opened.namelist() if ".dist-info/" not in name}
    assert held == expected
    assert "cnilint/py.typed" in held


def test_the_wheel_holds_what_its_data_files_read_as(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        for name, data in read_all().items():
            assert json.loads(opened.read(f"cnilint/_built/{name}.json")) == data


READING = """
import json, sys
from cnilint.syntax import data
read = []
before = data.compose
data.compose = lambda source: read.append(source.path) or before(source)
from cnilint.catalog import catalog
from cnilint.engine.ruleset import rules
names = ("products", "label_domains", "published_data", "known_files", "distributions")
least = min(len(getattr(catalog, name)()) for name in (*names, "runtime_directories"))
from cnilint.engine.asked_for import asked_for
least = min(least, *map(len, asked_for()))
read += ["code"] if "ast" in sys.modules else []
print(json.dumps([min(least, len(rules())), read]))
"""


def test_what_is_installed_reads_none_of_its_data_files(programs: Path, tmp_path: Path) -> None:
    least, read = json.loads(output(programs / "python", "-B", "-c", READING, folder=tmp_path))
    assert least > 0
    assert read == []


def test_the_wheel_carries_its_licence_and_its_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        (licence,) = (name for name in opened.namelist() if name.endswith("/licenses/LICENSE"))
        assert opened.read(licence) == (CHECKOUT / "LICENSE").read_bytes()
        (entry,) = (name for name in opened.namelist() if name.endswith("/entry_points.txt"))
        assert "cnilint = cnilint.__main__:main" in opened.read(entry).decode()


def test_the_rules_are_found_without_the_checkout(programs: Path, tmp_path: Path) -> None:
    script = "from cnilint.resources import rules_folder; print(rules_folder())"
    folder = Path(output(programs / "python", "-c", script, folder=tmp_path).strip())
    assert folder.name == "_rules"
    assert folder.resolve().is_relative_to(programs.parent.resolve())
    assert files_below(folder) == files_below(CHECKOUT / "rules")


def test_the_wheel_and_the_checkout_name_the_same_rules(programs: Path, tmp_path: Path) -> None:
    asked = ("rules", "--output-format", "json")
    installed = output(programs / "cnilint", *asked, folder=tmp_path)
    assert installed == output(sys.executable, "-m", "cnilint", *asked, folder=tmp_path)
    assert json.loads(installed), "there are rules to compare"


def test_the_wheel_and_the_checkout_write_the_same_page(programs: Path, tmp_path: Path) -> None:
    example = CHECKOUT / "examples" / "eks-multus-istio"
    asked = ("check", example, "--output-format", "html", "--fail-on", "never")
    installed = output(programs / "cnilint", *asked, folder=tmp_path)
    assert installed == output(sys.executable, "-m", "cnilint", *asked, folder=tmp_path)
    assert "<style>" in installed
