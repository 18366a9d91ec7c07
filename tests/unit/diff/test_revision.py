"""A revision read from git's objects is what a checkout of it holds, and nothing beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnilint.confine import Disk
from cnilint.diff.revision import Revision
from cnilint.errors import UsageError
from cnilint.external import Conversation
from cnilint.gitops.files import Files
from cnilint.gitops.graph import UnreadReason
from cnilint.model.text import Source
from cnilint.syntax.collect import Large, Unreadable, collect, collect_in
from tests.repositories import commit, git, repository

NAMES = st.sampled_from(["a.yaml", "b.yml", "c.json", "d.txt", ".hidden.yaml", "CVS", "ü.yaml"])
FOLDERS = st.sampled_from(["", "x/", "x/y/", ".git2/", "CVS/", "z z/"])
FILES = st.dictionaries(
    st.builds("{}{}".format, FOLDERS, NAMES), st.sampled_from(["a: 1\n", "b: [\n", "\0", "ü\n"])
)
TARGETS = st.sampled_from(
    [
        "a.yaml",
        "x",
        "x/y/../../a.yaml",
        "../out.yaml",
        "/etc/hosts",
        "nothing",
        "l1.yaml",
        ".",
        "..",
    ]
)
LINKS = st.dictionaries(
    st.sampled_from(["l1.yaml", "l2.yaml", "x/l3", "x/l4.yaml", "lx"]), TARGETS, max_size=3
)


def told(found: Source | Large | Unreadable) -> tuple[str, str]:
    return found.path, found.text if isinstance(found, Source) else "unreadable"


def made(folder: Path, files: dict[str, str], links: dict[str, str]) -> str:
    """Commit files and links in a new repository, as far as they can lie beside one another."""
    repository(folder)
    for path, text in files.items():
        whole = folder / path
        if any((folder / part).is_file() for part in map(str, whole.parents)) or whole.exists():
            continue
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_text(text, "utf-8")
    for path, target in links.items():
        whole = folder / path
        if not os.path.lexists(whole):
            whole.parent.mkdir(parents=True, exist_ok=True)
            whole.symlink_to(target)
    return commit(folder, {})


def _is_endless(folder: Path, disk: Disk, path: str) -> bool:
    """Whether a path is a link that leads to itself: what is then is not the same everywhere."""
    real = disk.real(path)
    return real is not None and os.path.islink(folder / real)


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(FILES, LINKS)
def test_it_has_what_the_checkout_has(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str], links: dict[str, str]
) -> None:
    outer = tmp_path_factory.mktemp("outer")
    (outer / "out.yaml").write_text("secret: 1\n")
    folder = outer / "checkout"
    revision = Revision(str(folder), made(folder, files, links))
    disk = Disk(str(folder))
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.chdir(folder)
            # whether what lies outside is a folder is known on the disk alone
            on_disk = [
                one
                for one in map(told, collect(["."], stdin=bytes))
                if one[1] != "unreadable" or one[0].endswith((".yaml", ".yml", ".json"))
            ]
            assert list(map(told, collect_in(revision, ["."]))) == on_disk
        paths = {*files, *links, "x", "x/y", "nothing", "../out.yaml", "/etc/hosts", ".git/config"}
        paths |= {f"{link}/{name}" for link in links for name in ("a.yaml", "y", "..")}
        for path in sorted(paths):
            steps = (Path(path), *Path(path).parents)
            if any(_is_endless(folder, disk, str(step)) for step in steps):
                continue
            real = disk.real(path)
            assert revision.real(path) == real, path
            if real is not None:
                assert revision.is_file(real) == disk.is_file(real), path
                assert revision.is_folder(real) == disk.is_folder(real), path
                assert revision.read(real) == disk.read(real), path
                assert set(revision.names(real)) == {*disk.names(real)} - {".git"}, path
    finally:
        revision.close()


def test_no_work_tree_is_touched_and_an_old_commit_is_read(tmp_path: Path) -> None:
    repository(tmp_path)
    first = commit(tmp_path, {"a.yaml": "old: 1\n", "gone/b.yaml": "b: 1\n"})
    commit(tmp_path, {"a.yaml": "new: 1\n", "gone": None})
    (tmp_path / "a.yaml").write_text("dirty: 1\n")
    before = git(tmp_path, "status", "--porcelain")
    revision = Revision(str(tmp_path), first)
    files = Files(revision, [])
    old = files.source("a.yaml")
    assert old is not None
    assert old.text == "old: 1\n"
    assert files.below(".") == ("a.yaml", "gone/b.yaml")
    assert (tmp_path / "a.yaml").read_text() == "dirty: 1\n"
    assert git(tmp_path, "status", "--porcelain") == before
    revision.close()


def test_a_link_leads_nowhere_but_into_the_revision(tmp_path: Path) -> None:
    repository(tmp_path / "top")
    (tmp_path / "out.yaml").write_text("secret: 1\n")
    for name, target in {"out": "../out.yaml", "abs": "/etc/hosts", "git": ".git/config"}.items():
        (tmp_path / "top" / f"{name}.yaml").symlink_to(target)
    revision = Revision(str(tmp_path / "top"), commit(tmp_path / "top", {}))
    files = Files(revision, [])
    for name in ("out", "abs", "git"):
        assert files.source(f"{name}.yaml") is None
        assert files.reason(f"{name}.yaml") is UnreadReason.OUTSIDE
    revision.close()


def test_one_program_hands_out_every_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(tmp_path)
    texts = {f"f{at}/{at}.yaml": f"a: {at}\n" for at in range(50)}
    head = commit(tmp_path, texts)
    started = []

    def counted(argv: tuple[str, ...], **more: object) -> Conversation:
        started.append(argv)
        return Conversation(argv, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("cnilint.external.Conversation", counted)
    revision = Revision(str(tmp_path), head)
    assert {path: (revision.read(path) or b"").decode() for path in texts} == texts
    assert [argv[-2:] for argv in started] == [("cat-file", "--batch")]
    revision.close()


def test_a_submodule_is_looked_into_where_it_has_the_commit(tmp_path: Path) -> None:
    module = repository(tmp_path / "module")
    first = commit(module, {"m.yaml": "m: 1\n"})
    top = repository(tmp_path / "top")
    git(top, "submodule", "--quiet", "add", str(module), "sub")
    head = commit(top, {"a.yaml": "a: 1\n"})
    revision = Revision(str(top), head)
    assert revision.read("sub/m.yaml") == b"m: 1\n"
    assert (revision.is_folder("sub"), revision.absent) == (True, {})
    revision.close()
    git(top, "submodule", "--quiet", "deinit", "--force", "sub")
    emptied = Revision(str(top), head)
    assert (emptied.absent, emptied.names("sub")) == ({"sub": first}, ())
    emptied.close()


def test_an_object_that_is_missing_is_told(tmp_path: Path) -> None:
    repository(tmp_path)
    head = commit(tmp_path, {"a.yaml": "a: 1\n"})
    oid = git(tmp_path, "rev-parse", "HEAD:a.yaml")
    (tmp_path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    revision = Revision(str(tmp_path), head)
    with pytest.raises(UsageError, match="the checkout is not complete"):
        revision.read("a.yaml")
    revision.close()


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path)
    head = commit(tmp_path, {"a.yaml": "a: 1\n", "b.yaml": "b: 22\n"})
    monkeypatch.setattr("cnilint.diff.revision.MOST_BYTES", 5)
    revision = Revision(str(tmp_path), head)
    assert (revision.read("b.yaml"), revision.read("a.yaml")) == (None, b"a: 1\n")
    revision.close()


def test_nothing_of_the_configuration_is_run(tmp_path: Path) -> None:
    repository(tmp_path)
    head = commit(tmp_path, {"a.yaml": "a: 1\n", ".gitattributes": "*.yaml filter=evil\n"})
    for key in ("filter.evil.smudge", "core.fsmonitor", "core.pager", "diff.external"):
        git(tmp_path, "config", key, f"touch {tmp_path}/ran; cat")
    hook = tmp_path / ".git/hooks/post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    revision = Revision(str(tmp_path), head)
    assert revision.read("a.yaml") == b"a: 1\n"
    assert not (tmp_path / "ran").exists()
    revision.close()
