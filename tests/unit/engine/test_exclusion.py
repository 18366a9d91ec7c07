"""What is left out of folders: patterns as in .gitignore, and what a name says against them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnilint.config.options import DEFAULTS
from cnilint.engine.exclusion import Exclusion
from cnilint.errors import NothingReadError
from cnilint.run import load
from tests.clusters import NAMESPACE, placed

FILES = (
    *("a.yaml", "test/b.yaml", "apps/test/c.yaml", "apps/test.yaml"),
    *("charts/x/ci/d.yaml", "charts/x/e.yaml", "charts/ci/f.yaml"),
)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return placed(tmp_path, dict.fromkeys(FILES, NAMESPACE))


def read(*patterns: str, paths: tuple[str, ...] = (".",), file: str = "") -> set[str]:
    chosen = DEFAULTS.replaced(exclude=patterns, file=file)
    return {source.path for source in load(paths, chosen=chosen).sources}


def left_out(*patterns: str) -> set[str]:
    return set(FILES) - read(*patterns)


@pytest.mark.parametrize(
    ("pattern", "without"),
    [
        ("test/**", {"test/b.yaml"}),
        ("test/", {"test/b.yaml", "apps/test/c.yaml"}),
        ("test", {"test/b.yaml", "apps/test/c.yaml"}),
        ("/test/", {"test/b.yaml"}),
        ("./test", {"test/b.yaml", "apps/test/c.yaml"}),
        ("test*", {"test/b.yaml", "apps/test/c.yaml", "apps/test.yaml"}),
        ("charts/*/ci/**", {"charts/x/ci/d.yaml"}),
        ("**/ci", {"charts/x/ci/d.yaml", "charts/ci/f.yaml"}),
        ("charts/x/e.yaml", {"charts/x/e.yaml"}),
        ("?.yaml", {*FILES} - {"apps/test.yaml"}),
        ("none", set()),
        ("TEST", set()),
    ],
)
@pytest.mark.usefixtures("repository")
def test_a_pattern_fits_files_and_folders(pattern: str, without: set[str]) -> None:
    assert left_out(pattern) == without


@pytest.mark.usefixtures("repository")
def test_several_patterns_add_up() -> None:
    assert left_out("test/**", "charts") == {
        name for name in FILES if name.startswith(("test/", "charts/"))
    }


@pytest.mark.usefixtures("repository")
def test_everything_left_out_is_nothing_read() -> None:
    with pytest.raises(NothingReadError):
        read("*.yaml")


@pytest.mark.usefixtures("repository")
def test_what_is_named_is_read_all_the_same() -> None:
    assert read("test", paths=("test/b.yaml",)) == {"test/b.yaml"}
    assert read("test", paths=("test",)) == {"test/b.yaml"}
    assert read("test/", paths=("./test/",)) == {"test/b.yaml"}
    assert read("test", paths=("*/b.yaml",)) == {"test/b.yaml"}
    assert read("test", "charts", paths=("apps/test",)) == {"apps/test/c.yaml"}


@pytest.mark.usefixtures("repository")
def test_below_a_folder_that_is_named_the_other_patterns_count() -> None:
    inside = {"charts/x/e.yaml", "charts/ci/f.yaml"}
    assert read("charts", "charts/x/ci", paths=("charts",)) == inside
    assert read("charts/*", paths=("charts", "a.yaml")) == {"a.yaml"}


def test_patterns_count_from_the_folder_of_the_settings(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "charts")
    found = read("charts/x/ci/**", "/x", file="../.cnilint.yaml")
    assert found == {"x/e.yaml", "ci/f.yaml"}
    assert read("charts", paths=("..",), file="../.cnilint.yaml") == {
        f"../{name}" for name in FILES if not name.startswith("charts/")
    }


def test_the_folder_that_patterns_count_from_is_left_out_by_none(tmp_path: Path) -> None:
    below = Exclusion((tmp_path.name, "x/"), str(tmp_path)).below(str(tmp_path))
    assert not below(str(tmp_path), True)
    assert below(str(tmp_path / "x"), True)
    assert not below(str(tmp_path / "x"), False)
