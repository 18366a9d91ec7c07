from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import cnilint
from cnilint.resources import rules_folder


def package_in(folder: Path, *, inside: bool, beside: bool, checkout: bool) -> str:
    package = folder / "cnilint"
    package.mkdir()
    if inside:
        (package / "_rules").mkdir()
    if beside:
        (folder / "rules").mkdir()
    if checkout:
        (folder / "pyproject.toml").touch()
    return str(package)


def test_a_wheel_carries_its_rules_inside(tmp_path: Path) -> None:
    package = package_in(tmp_path, inside=True, beside=False, checkout=False)
    assert rules_folder(package) == str(tmp_path / "cnilint" / "_rules")


def test_a_checkout_has_its_rules_beside_the_package(tmp_path: Path) -> None:
    package = package_in(tmp_path, inside=False, beside=True, checkout=True)
    assert rules_folder(package) == str(tmp_path / "rules")


def test_what_was_installed_is_preferred(tmp_path: Path) -> None:
    package = package_in(tmp_path, inside=True, beside=True, checkout=True)
    assert rules_folder(package) == str(tmp_path / "cnilint" / "_rules")


def test_a_strangers_folder_beside_an_installed_package_is_not_ours(tmp_path: Path) -> None:
    package = package_in(tmp_path, inside=False, beside=True, checkout=False)
    with pytest.raises(FileNotFoundError):
        rules_folder(package)


def test_a_file_called_rules_is_no_folder_of_rules(tmp_path: Path) -> None:
    package = package_in(tmp_path, inside=False, beside=False, checkout=True)
    (tmp_path / "rules").touch()
    with pytest.raises(FileNotFoundError):
        rules_folder(package)


def test_an_incomplete_installation_names_both_places_and_the_way_out(tmp_path: Path) -> None:
    package = package_in(tmp_path, inside=False, beside=False, checkout=True)
    with pytest.raises(FileNotFoundError) as raised:
        rules_folder(package)
    message = str(raised.value)
    assert str(tmp_path / "cnilint" / "_rules") in message
    assert str(tmp_path / "rules") in message
    assert "install cnilint again" in message


def test_the_answer_does_not_depend_on_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package_in(tmp_path, inside=False, beside=True, checkout=True)
    monkeypatch.chdir(tmp_path)
    folder = rules_folder("cnilint")
    assert Path(folder).is_absolute()
    assert Path(folder).samefile(tmp_path / "rules")


def test_the_rules_of_this_checkout_are_found() -> None:
    checkout = Path(cnilint.__file__).parent.parent
    assert Path(rules_folder()) == checkout / "rules"


def test_looking_them_up_loads_nothing_that_is_slow() -> None:
    script = (
        "import sys; before = set(sys.modules); import cnilint.resources; "
        "print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert "cnilint.resources" in loaded
    assert not loaded & {"pathlib", "importlib.resources", "importlib.metadata", "zipfile", "re"}
