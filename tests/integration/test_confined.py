"""A stranger's repository runs no program, and shows no file from outside of itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from cnilint.syntax.data import read_mapping
from tests.clusters import VPC, Done, cnilint, contents, multus, placed
from tests.integration.conftest import SECRET

FIXABLE = {"multus.yaml": multus(), "aws-node.yaml": VPC}
TWICE = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a}\nkind: DaemonSet\n"
"""A manifest with a key that stands twice, CNI902."""
NEEDS_GIT = pytest.mark.skipif(which("git") is None, reason="there is no git")
NEEDS_PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")


def ended(*arguments: str, folder: Path) -> Done:
    """Run the command in a process of its own, which has some seconds to end."""
    command = (sys.executable, "-m", "cnilint", *arguments)
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=20, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


# The settings


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("output-format: ['concise:../home/.bashrc']", 1),
        ("output-format:\n  - full\n  - concise:{home}/.bashrc", 3),
        ("output-format: 'concise:.git/hooks/pre-commit'", 1),
        ("output-format: 'concise:link/.bashrc'", 1),
        ("output-format: 'concise:linked.txt'", 1),
        ("baseline: ../home/secret.yaml", 1),
        ("baseline: /dev/zero", 1),
        ("host-files: [x.conf=../home/secret.yaml]", 1),
        ("host-files: [x.conf=/dev/zero]", 1),
        ("rules-dirs: ../home", 1),
    ],
)
def test_settings_name_no_path_outside_of_their_repository(
    setting: str, line: int, home: Path, checkout: Path
) -> None:
    placed(checkout, {".cnilint.yaml": setting.format(home=home), "a.yaml": "a: 1\na: 2\n"})
    (checkout / "link").symlink_to(home)
    (checkout / "linked.txt").symlink_to(home / ".bashrc")
    before = contents(home)
    done = ended("check", "a.yaml", folder=checkout)
    assert (done.code, done.out) == (2, "")
    assert f".cnilint.yaml:{line}: " in done.err
    assert "leads out of the repository" in done.err
    assert contents(home) == before
    assert list((checkout / ".git").iterdir()) == []


def test_an_option_may_name_any_path_and_settings_any_within(home: Path, checkout: Path) -> None:
    settings = "output-format: 'json:../out/all.json'\nbaseline: ../known.json\n"
    placed(checkout, {"sub/.cnilint.yaml": settings, "sub/a.yaml": "a: 1\n", "out/x": ""})
    placed(checkout, {"known.json": '{"schema": "cnilint.baseline/v1", "findings": []}'})
    assert cnilint("check", "sub", folder=checkout).code == 0
    assert (checkout / "out" / "all.json").is_file()
    option = f"json:{home}/all.json"
    assert cnilint("check", "sub", "--output-format", option, folder=checkout).code == 0
    assert (home / "all.json").is_file()


@pytest.mark.parametrize(
    ("name", "text"),
    [(".cnilint.yaml", "hunter2: 1\n"), ("pyproject.toml", "[tool.cnilint]\nhunter2 = 1\n")],
)
def test_settings_that_are_a_link_out_of_the_repository_are_not_read(
    name: str, text: str, home: Path, checkout: Path
) -> None:
    placed(home, {"settings": text})
    (checkout / name).symlink_to(home / "settings")
    placed(checkout, {"a.yaml": "a: 1\n"})
    done = cnilint("check", folder=checkout)
    assert "hunter2" not in done.out + done.err


def test_a_name_in_a_report_is_no_command(checkout: Path) -> None:
    name = "$(touch pwned) #.yaml"
    placed(checkout, {name: TWICE, "plain-ünï.yaml": TWICE})
    for form in ("concise", "full"):
        found = cnilint("check", "--output-format", form, folder=checkout).out
        assert f"'{name}':4:1" in found
        assert "plain-ünï.yaml:4:1" in found
        assert "'plain" not in found
    report = cnilint("check", "--output-format", "concise", folder=checkout).out
    subprocess.run(["sh"], input=report, cwd=checkout, text=True, check=False)
    assert not (checkout / "pwned").exists()


def test_a_suggested_command_quotes_its_paths(checkout: Path) -> None:
    folder = "-$(touch pwned)"
    placed(checkout, {f"{folder}/{name}": text for name, text in FIXABLE.items()})
    form = ("--output-format", "markdown", "--", folder)
    said = cnilint("check", *form, folder=checkout).out
    assert f"cnilint check --fix -- '{folder}'" in said


def test_the_name_of_a_changed_file_is_no_option_of_the_hook(checkout: Path) -> None:
    manifest = Path(__file__).resolve().parents[2] / ".pre-commit-hooks.yaml"
    listed = f"hooks:\n{manifest.read_text()}"
    hooks = read_mapping(str(placed(checkout, {"hooks.txt": listed}) / "hooks.txt"))["hooks"]
    (entry,) = (hook["entry"] for hook in hooks if hook.get("pass_filenames", True))
    names = ["--output-format=concise:pwned.yaml", "--help.yaml"]
    placed(checkout, dict.fromkeys(names, "a: 1\na: 2\n"))
    done = cnilint(*entry.split()[1:], *names, folder=checkout)
    assert (done.code, done.out.count("warning[CNI902]")) == (1, 2)
    assert not (checkout / "pwned.yaml").exists()


# Programs


@pytest.fixture
def repository(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    placed(checkout, {"a.yaml": "a: 1\n", "inner/b.yaml": "b: 1\n"})
    for words in (("init", "-q"), ("add", "-A")):
        subprocess.run(["git", *words], cwd=checkout, check=True)
    return checkout


def program(folder: Path) -> Path:
    """Return a program that leaves a trace beside itself."""
    path = placed(folder, {"evil": f"#!/bin/sh\ntouch '{folder}/pwned'\n"}) / "evil"
    path.chmod(0o755)
    return path


@NEEDS_GIT
def test_a_configuration_of_git_runs_nothing(repository: Path, home: Path) -> None:
    config = repository / ".git" / "config"
    with config.open("a") as file:
        file.write(f"[core]\n\tfsmonitor = {program(home)}\n\thooksPath = {home}\n")
    assert cnilint("check", "--git-tracked", folder=repository).code == 0
    assert not (home / "pwned").exists()


@NEEDS_GIT
def test_a_bare_repository_of_committed_files_runs_nothing(repository: Path, home: Path) -> None:
    """Its configuration would be that of the folder it is in, for git and so for us."""
    bare = repository / "inner"
    for words in (("init", "-q", "--bare", "."), ("read-tree", "--empty")):
        subprocess.run(["git", *words], cwd=bare, check=True)
    settings = f"[core]\n\tbare = false\n\tworktree = .\n\tfsmonitor = {program(home)}\n"
    (bare / "config").write_text(settings)
    assert cnilint("check", "--git-tracked", "inner", folder=repository).code == 0
    assert not (home / "pwned").exists()


@NEEDS_GIT
def test_no_program_of_the_repository_is_taken_for_git(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(repository).rename(repository / "git")
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", os.environ["PATH"]]))
    assert cnilint("check", "--git-tracked", folder=repository).code == 0
    assert not (repository / "pwned").exists()


# What is read


@pytest.mark.parametrize("target", ["../home/secret.yaml", "/proc/self/environ", ".git/config"])
@pytest.mark.parametrize("paths", [(), (".",), ("*.yaml",), ("apps", "env.yaml", ".")])
def test_a_link_shows_nothing_from_elsewhere(
    target: str, paths: tuple[str, ...], home: Path, checkout: Path
) -> None:
    placed(checkout, {".git/config": SECRET, "apps/a.yaml": "a: 1\n", "b.yaml": "b: 1\n"})
    link = checkout / ("apps" if "apps" in paths else ".") / "secret.yaml"
    link.symlink_to(os.path.abspath(checkout / target))
    placed(checkout, {"env.yaml": "c: 1\n"})
    done = cnilint("check", "--output-format", "json", *paths, folder=checkout)
    assert done.code == 0, done.out + done.err
    assert "hunter2" not in done.out + done.err
    assert os.environ["PATH"] not in done.out
    (finding,) = json.loads(done.out)["findings"]
    assert (finding["rule"], finding["level"]) == ("CNI905", "note")
    assert finding["location"]["path"].endswith("secret.yaml")
    assert "a link that leads out of the repository" in finding["message"]
    assert home.is_dir()


@pytest.mark.parametrize("paths", [(), ("*/*.yaml",), ("lin*",)])
def test_a_folder_that_is_a_link_shows_nothing_from_elsewhere(
    paths: tuple[str, ...], home: Path, checkout: Path
) -> None:
    placed(checkout, {"a.yaml": "a: 1\n", "lines/b.yaml": "b: 1\n"})
    (checkout / "link").symlink_to(home)
    done = cnilint("check", *paths, folder=checkout)
    assert done.code == 0, done.out + done.err
    assert "hunter2" not in done.out
    assert "a link that leads out of the repository: it is not read (link" in done.out


def test_links_within_the_repository_and_to_what_is_named_are_followed(
    home: Path, checkout: Path
) -> None:
    placed(checkout, {"base/x.yaml": TWICE, "apps/a.yaml": "a: 1\n"})
    (checkout / "apps" / "x.yaml").symlink_to("../base/x.yaml")
    assert "apps/x.yaml:4:1: CNI902" in concise("apps", folder=checkout)
    (checkout / "apps" / "y.yaml").symlink_to(placed(home, {"y.yaml": TWICE}) / "y.yaml")
    assert "apps/y.yaml:4:1: CNI902" in concise("apps", str(home), folder=checkout)
    assert concise("apps/y.yaml", folder=checkout).startswith("apps/y.yaml:4:1: CNI902")


def concise(*paths: str, folder: Path) -> str:
    return cnilint("check", "--output-format", "concise", *paths, folder=folder).out


@NEEDS_PIPES
def test_a_pipe_or_a_device_behind_a_link_is_a_note(checkout: Path) -> None:
    placed(checkout, {"a.yaml": "a: 1\n"})
    os.mkfifo(checkout / "pipe")
    (checkout / "p.yaml").symlink_to("pipe")
    done = ended("check", folder=checkout)
    assert done.code == 0, done.err
    assert "a pipe, not a file: it is not read (p.yaml:1:1)" in done.out
    (checkout / "z.yaml").symlink_to("/dev/zero")
    done = ended("check", folder=checkout)
    assert done.code == 0, done.err
    assert "p.yaml, z.yaml (p.yaml:1:1)" in done.out
    (checkout / "p.yaml").unlink()
    done = ended("check", folder=checkout)
    assert done.code == 0, done.err
    assert "repository: it is not read (z.yaml:1:1)" in done.out


@NEEDS_PIPES
@pytest.mark.parametrize("name", ["pipe", "link", "/dev/zero", "/dev/stdin"])
@pytest.mark.parametrize("how", ["{}", "--host-file=x={}", "--baseline={}", "--config={}"])
def test_a_pipe_or_a_device_by_name_is_a_mistake(name: str, how: str, checkout: Path) -> None:
    placed(checkout, {"a.yaml": "a: 1\n"})
    os.mkfifo(checkout / "pipe")
    (checkout / "link").symlink_to("pipe")
    command = [sys.executable, "-m", "cnilint", "check", "a.yaml", how.format(name)]
    with Path("/dev/zero").open("rb") as endless:
        done = subprocess.run(
            command, cwd=checkout, stdin=endless, capture_output=True, timeout=20, check=False
        )
    assert done.returncode == 2
    assert b"a pipe, not a file" in done.stderr or b"a device, not a file" in done.stderr


@NEEDS_PIPES
def test_what_a_process_has_open_is_read_by_its_name(checkout: Path) -> None:
    command = [sys.executable, "-m", "cnilint", "check", "/dev/stdin"]
    done = subprocess.run(command, cwd=checkout, input=SECRET.encode(), capture_output=True)  # noqa: PLW1510
    assert b"CNI902" in done.stdout
    assert done.returncode == 1


def test_a_card_that_is_a_link_shows_nothing_from_elsewhere(home: Path, checkout: Path) -> None:
    placed(checkout, {"a.yaml": "a: 1\n", "rules/x": ""})
    (checkout / "rules" / "ACME101.yaml").symlink_to(home / "secret.yaml")
    done = cnilint("check", "--rules-dir", "rules", folder=checkout)
    assert done.code == 2
    assert "ACME101.yaml: a link that leads out of the repository" in done.err
