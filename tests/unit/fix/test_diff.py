"""The diff of any two texts is one that git applies, to the byte."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnilint.fix.diff import unified
from cnilint.model.text import Source

LINES = st.lists(
    st.text(alphabet=st.sampled_from("ab \t\réя-+@\\"), max_size=6), min_size=1, max_size=12
)


@given(before=LINES, after=LINES, ending=st.booleans(), tail=st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_git_applies_it(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[str],
    after: list[str],
    ending: bool,
    tail: bool,
) -> None:
    old = "\n".join(before) + ("\n" if ending else "")
    new = "\n".join(after) + ("\n" if tail else "")
    if old == new or not old or not new:
        return
    folder = tmp_path_factory.mktemp("tree")
    file = folder / "a file.yaml"
    file.write_bytes(old.encode())
    diff = unified([(Source("a file.yaml", old), Source("a file.yaml", new))])
    applied = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        cwd=folder,
        input=diff.encode(),
        capture_output=True,
        check=False,
    )
    assert applied.returncode == 0, (diff, applied.stderr)
    assert file.read_bytes() == new.encode()


def applied(folder: Path, *diffs: str) -> None:
    for diff in diffs:
        done = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=folder,
            input=diff.encode("utf-8", "surrogateescape"),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, (diff, done.stderr)


NAMES = st.text(
    st.characters(min_codepoint=1, codec="utf-8") | st.sampled_from('\t\n\r"\\ \x7f\udc80é'),
    min_size=1,
    max_size=9,
)


@given(NAMES.filter(lambda name: "/" not in name and name not in (".", "..", "-")))
@example("a\tb.yaml")
@example("a\nb.yaml")
@example('"a" \\b.yaml')
@example(" \x01\x7f")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_git_finds_a_file_of_any_name(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    if name.lower().startswith(".git"):
        return
    folder = tmp_path_factory.mktemp("tree")
    (folder / name).write_text("a\n")
    with contextlib.chdir(folder):
        changed = unified([(Source(name, "a\n"), Source(name, "b\n"))])
        new = unified([(None, Source(f"{name}2", "new\n"))])
    applied(folder, changed, new)
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        name: "b\n",
        f"{name}2": "new\n",
    }


ENCODINGS = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-8")


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(before=LINES, after=LINES)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_git_changes_a_file_in_any_encoding(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, before: list[str], after: list[str]
) -> None:
    old, new = ("\ufeff" + "\n".join(each) + "\n" for each in (before, after))
    if old == new:
        return
    folder = tmp_path_factory.mktemp("tree")
    subprocess.run(["git", "init", "--quiet", "."], cwd=folder, check=True)
    (folder / "a b.yaml").write_bytes(old.encode(encoding))
    with contextlib.chdir(folder):
        diff = unified([(Source("a b.yaml", old), Source("a b.yaml", new))])
    assert diff.encode()
    applied(folder, diff)
    assert (folder / "a b.yaml").read_bytes() == new.encode(encoding)


def test_git_gets_text_for_what_it_converts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "--quiet", "."], check=True)
    (tmp_path / ".gitattributes").write_text("*.yaml text working-tree-encoding=UTF-16LE-BOM\n")
    old, new = "\ufeffa: 1\nb: 1\n", "\ufeffa: 2\nb: 1\n"
    (tmp_path / "x.yaml").write_bytes(old.encode("utf-16-le"))
    diff = unified([(Source("x.yaml", old), Source("x.yaml", new))])
    assert "\n-a: 1\n+a: 2\n" in diff
    applied(tmp_path, diff)
    assert (tmp_path / "x.yaml").read_bytes() == new.encode("utf-16-le")


def test_nothing_changed_is_no_diff() -> None:
    assert unified([]) == ""


def test_paths_are_relative_to_where_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = str(tmp_path / "deep" / "x.yaml")
    diff = unified([(Source(path, "a\n"), Source(path, "b\n"))])
    assert diff.startswith("--- a/deep/x.yaml\n+++ b/deep/x.yaml\n")


def test_standard_input_has_a_name() -> None:
    diff = unified([(Source("-", "a\n"), Source("-", "b\n"))])
    assert diff.splitlines()[:2] == ["--- a/stdin", "+++ b/stdin"]


def test_a_name_with_a_blank_ends_in_a_tab_as_patch_wants_it() -> None:
    diff = unified([(Source("a b.yaml", "a\n"), Source("a b.yaml", "b\n"))])
    assert diff.splitlines()[:2] == ["--- a/a b.yaml\t", "+++ b/a b.yaml\t"]


def test_several_files_follow_each_other_in_their_order() -> None:
    pairs = [(Source(f"{n}.yaml", "a\n"), Source(f"{n}.yaml", "b\n")) for n in "zay"]
    heads = [line for line in unified(pairs).splitlines() if line.startswith("+++")]
    assert heads == ["+++ b/z.yaml", "+++ b/a.yaml", "+++ b/y.yaml"]


def test_a_file_elsewhere_keeps_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    path = str(tmp_path / "x.yaml")
    diff = unified([(Source(path, "a\n"), Source(path, "b\n"))])
    assert diff.splitlines()[0] == f"--- a{path}"


@pytest.mark.parametrize("path", ["link.yaml", "by-folder/real.yaml", "deep/real.yaml"])
def test_a_file_behind_a_link_goes_by_its_own_name(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "real.yaml").write_text("a\n")
    (tmp_path / "link.yaml").symlink_to("deep/real.yaml")
    (tmp_path / "by-folder").symlink_to("deep")
    monkeypatch.chdir(tmp_path)
    diff = unified([(Source(path, "a\n"), Source(path, "b\n"))])
    assert diff.startswith("--- a/deep/real.yaml\n+++ b/deep/real.yaml\n")


def test_a_link_that_leads_elsewhere_keeps_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there.yaml").write_text("a\n")
    (tmp_path / "here" / "link.yaml").symlink_to("../there.yaml")
    monkeypatch.chdir(tmp_path / "here")
    diff = unified([(Source("link.yaml", "a\n"), Source("link.yaml", "b\n"))])
    assert diff.startswith("--- a/link.yaml\n")
