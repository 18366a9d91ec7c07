"""The file of configuration is found from the paths of a run, wherever it is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnilint.config.location import nearest
from tests.clusters import VPC, cnilint, placed

TWICE = "apiVersion: v1\nkind: Pod\na: 1\na: 2\n"
NEVER, NOTE = "fail-on: never\n", "fail-on: note\n"


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with settings at its top and for one cluster, and what is beside it."""
    found = placed(
        tmp_path / "repo",
        {
            ".git/HEAD": "",
            ".cnilint.yaml": NOTE,
            "clusters/prod/.cnilint.yaml": NEVER,
            "clusters/prod/a.yaml": VPC,
            "clusters/test/a.yaml": VPC,
            "clusters/test/deep/b.yaml": VPC,
        },
    )
    placed(tmp_path, {"beside/a.yaml": VPC})
    monkeypatch.chdir(found)
    return found


@pytest.mark.parametrize(
    ("paths", "file"),
    [
        ([], ".cnilint.yaml"),
        (["-"], ".cnilint.yaml"),
        (["."], ".cnilint.yaml"),
        (["clusters"], ".cnilint.yaml"),
        (["clusters/prod"], "clusters/prod/.cnilint.yaml"),
        (["clusters/prod/"], "clusters/prod/.cnilint.yaml"),
        (["clusters/prod/a.yaml"], "clusters/prod/.cnilint.yaml"),
        (["clusters/prod/*.yaml"], "clusters/prod/.cnilint.yaml"),
        (["clusters/prod", "-"], "clusters/prod/.cnilint.yaml"),
        (["clusters/prod", "clusters/test"], ".cnilint.yaml"),
        (["clusters/test/deep/b.yaml"], ".cnilint.yaml"),
        (["clusters/*/a.yaml"], ".cnilint.yaml"),
        (["missing/file.yaml"], ".cnilint.yaml"),
        (["../beside"], ".cnilint.yaml"),
    ],
)
def test_it_is_looked_for_from_where_the_paths_lie(paths: list[str], file: str) -> None:
    assert nearest(paths) == file


def test_it_is_the_same_from_everywhere(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wanted = (repository / "clusters/prod/.cnilint.yaml").resolve()
    for place, path in (
        (".", "clusters/prod"),
        ("clusters", "prod"),
        ("clusters/prod", "."),
        ("clusters/test/deep", "../../prod/a.yaml"),
        (str(tmp_path), "repo/clusters/prod"),
        ("/", str(repository / "clusters/prod")),
    ):
        monkeypatch.chdir(repository / place)
        found = nearest([path])
        assert found is not None
        assert Path(found).resolve() == wanted


def test_the_top_of_the_repository_ends_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(tmp_path, {".cnilint.yaml": NEVER, "other/.git/HEAD": "", "other/a/b.yaml": VPC})
    monkeypatch.chdir(tmp_path / "other" / "a")
    assert nearest(["."]) is None


@pytest.mark.parametrize("name", [".cnilint.yml", "cnilint.yml"])
def test_the_other_way_to_write_yaml_is_found_too(name: str, tmp_path: Path) -> None:
    folder = placed(tmp_path / "new", {".git/HEAD": "", name: NEVER})
    found = nearest([str(folder)])
    assert found is not None
    assert found.endswith(name)
    done = cnilint("config", "init", folder=folder)
    assert (done.code, done.err) == (
        2,
        f"cnilint: error: there is a {name} already: nothing was written\n",
    )


def test_a_new_file_does_not_hide_the_settings_of_a_project(tmp_path: Path) -> None:
    text = '[tool.cnilint]\nfail-on = "never"\n'
    folder = placed(tmp_path / "new", {"pyproject.toml": text})
    done = cnilint("config", "init", folder=folder)
    assert "there is a [tool.cnilint] in pyproject.toml already" in done.err
    assert not (folder / ".cnilint.yaml").exists()


def test_the_settings_that_are_found_are_those_that_count(repository: Path) -> None:
    placed(repository, {"clusters/prod/twice.yaml": TWICE})
    assert cnilint("check", "clusters/prod", folder=repository).code == 0
    assert cnilint("check", "clusters", folder=repository).code == 1
    assert cnilint("check", "../repo/clusters/prod", folder=repository).code == 0


def test_patterns_of_options_count_from_here_and_those_of_a_file_from_there(
    repository: Path,
) -> None:
    placed(repository, {"clusters/prod/twice.yaml": TWICE})
    prod = repository / "clusters" / "prod" / ".cnilint.yaml"
    prod.write_text("")
    assert cnilint("check", "clusters/prod", folder=repository).code == 1
    option = ("--per-file-ignores", "clusters/prod/twice.yaml=CNI902")
    assert cnilint("check", "clusters/prod", *option, folder=repository).code == 0
    prod.write_text("per-file-ignores: {twice.yaml: CNI902}\n")
    assert cnilint("check", "clusters/prod", folder=repository).code == 0


@pytest.mark.parametrize(
    ("pattern", "ignored"),
    [
        ("clusters/prod/*.yaml", True),
        ("./clusters/prod/twice.yaml", True),
        ("clusters/*/twice.yaml", True),
        ("clusters/**/twice.yaml", True),
        ("**/twice.yaml", True),
        ("clusters/", True),
        ("clusters/prod/", True),
        ("clusters/prod", True),
        ("twice.yaml", True),
        ("clusters/test/*.yaml", False),
        ("prod/*.yaml", False),
        ("clusters/prod/deep/twice.yaml", False),
    ],
)
def test_a_pattern_of_an_option_fits_what_the_person_sees(
    pattern: str, ignored: bool, repository: Path
) -> None:
    placed(repository, {"clusters/prod/twice.yaml": TWICE})
    (repository / "clusters" / "prod" / ".cnilint.yaml").write_text("severity: {CNI1: error}\n")
    option = ("--per-file-ignores", f"{pattern}=CNI902")
    for paths in (["clusters/prod"], ["clusters"]):
        done = cnilint("check", *paths, *option, folder=repository)
        assert (done.code == 0) is ignored
    done = cnilint(
        "check", "clusters/prod", *option, "--config", "clusters/test/x.yaml", folder=repository
    )
    assert done.code == 2
    placed(repository, {"clusters/test/x.yaml": ""})
    done = cnilint(
        "check", "clusters/prod", *option, "--config", "clusters/test/x.yaml", folder=repository
    )
    assert (done.code == 0) is ignored
