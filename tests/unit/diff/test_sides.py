"""What the words of a command line ask to compare, and one clear message where they cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cnilint.diff.revision import Revision
from cnilint.diff.sides import WORKING_TREE, Nothing, Remark, RemarkKind, Side, sides, since
from cnilint.errors import CnilintError, ReadError, UsageError
from tests.clusters import placed
from tests.repositories import commit, git, repository


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with a branch that left main, which went on; the branch is out."""
    folder = repository(tmp_path / "top")
    commit(folder, {"apps/a.yaml": "a: 1\n", "apps/b.yaml": "b: 1\n"}, "base")
    git(folder, "checkout", "--quiet", "-b", "work")
    commit(folder, {"apps/a.yaml": "a: 2\n"}, "work")
    git(folder, "checkout", "--quiet", "main")
    commit(folder, {"apps/b.yaml": "b: 2\n"}, "more")
    git(folder, "checkout", "--quiet", "work")
    monkeypatch.chdir(folder)
    return folder


def named(side: Side) -> tuple[str, str]:
    return side.title, side.commit


def text(side: Side, path: str) -> str:
    assert isinstance(side.tree, Revision)
    return (side.tree.read(path) or b"").decode()


def test_by_itself_it_is_where_head_left_the_default_branch_and_the_working_tree(top: Path) -> None:
    found = sides([])
    assert named(found.before) == ("main", git(top, "merge-base", "main", "HEAD"))
    assert found.after == Side(WORKING_TREE, (".",))
    assert text(found.before, "apps/b.yaml") == "b: 1\n"


def test_the_default_branch_is_the_one_of_origin(top: Path) -> None:
    git(top, "update-ref", "refs/remotes/origin/trunk", "main")
    git(top, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    assert sides([]).before.title == "origin/trunk"


@pytest.mark.parametrize(
    ("words", "before", "after"),
    [
        (["main"], ("main", "main"), (WORKING_TREE, "")),
        (["main", "work"], ("main", "main"), ("work", "work")),
        (["main..work"], ("main", "main"), ("work", "work")),
        (["main.."], ("main", "main"), ("HEAD", "work")),
        (["..main"], ("HEAD", "work"), ("main", "main")),
        (["main...work"], ("main", "work~1"), ("work", "work")),
        (["...HEAD"], ("main", "work~1"), ("HEAD", "work")),
        (["HEAD~1", "./apps"], ("HEAD~1", "work~1"), (WORKING_TREE, "")),
    ],
)
def test_revisions(
    top: Path, words: list[str], before: tuple[str, str], after: tuple[str, str]
) -> None:
    found = sides(words)
    for side, (title, word) in ((found.before, before), (found.after, after)):
        assert named(side) == (title, git(top, "rev-parse", word) if word else "")


def test_paths_count_from_where_one_is(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(top / "apps")
    found = sides(["main", "work", "a.yaml"])
    assert (found.before.paths, found.after.paths) == (("a.yaml",), ("a.yaml",))


def test_a_path_that_one_side_has_is_told(top: Path) -> None:
    commit(top, {"apps/new.yaml": "new: 1\n", "apps/a.yaml": None})
    for words, side in (
        (["main", "apps/new.yaml"], WORKING_TREE),
        (["main", "apps/a.yaml"], "main"),
    ):
        found = sides(words)
        assert found.remarks == (Remark(RemarkKind.ONLY_HERE, words[1], side),)
        empty = found.before if side == WORKING_TREE else found.after
        assert isinstance(empty.tree, Nothing)


def test_a_renamed_folder_is_found_on_the_other_side(top: Path) -> None:
    git(top, "mv", "apps", "services")
    found = sides(["HEAD", "services"])
    assert (found.before.paths, found.after.paths) == (("apps",), ("services",))
    assert found.remarks == (Remark(RemarkKind.RENAMED, "services", WORKING_TREE, "apps"),)
    commit(top, {})
    back = sides(["HEAD", "HEAD~1", "services"])
    assert (back.before.paths, back.after.paths) == (("services",), ("apps",))


def test_a_renamed_file_is_found_by_what_it_holds(top: Path) -> None:
    git(top, "mv", "apps/a.yaml", "a-moved.yaml")
    found = sides(["HEAD", "a-moved.yaml"])
    assert found.before.paths == ("apps/a.yaml",)


def test_a_pattern_stands_for_the_files_of_both_sides(top: Path) -> None:
    commit(top, {"apps/new.yaml": "new: 1\n", "apps/a.yaml": None})
    found = sides(["main", "./apps/*.yaml"])
    assert found.before.paths == ("apps/a.yaml", "apps/b.yaml")
    assert set(found.after.paths) == {"apps/new.yaml", "apps/b.yaml"}
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("ap*", ("apps",)),
        ("*/icons/*", ("apps/icons/b.yaml",)),
        ("*/icons/*.png", ("apps/icons/a.png",)),
        ("**/[ab].yaml", ("apps/a.yaml", "apps/b.yaml", "apps/icons/b.yaml")),
        ("**/icons/**", ("apps/icons",)),
        ("apps/.h*/*.yaml", ("apps/.hidden/c.yaml",)),
        ("apps/*/c.yaml", ()),
    ],
)
def test_a_pattern_stands_for_what_it_does_on_the_disk(
    pattern: str, paths: tuple[str, ...], top: Path
) -> None:
    icons: dict[str, str | bytes | None] = {"apps/icons/a.png": b"\0"}
    commit(top, {**icons, "apps/icons/b.yaml": "b: 1\n", "apps/.hidden/c.yaml": "c: 1\n"})
    if not paths:
        with pytest.raises(ReadError, match="neither in HEAD nor in HEAD"):
            sides(["HEAD", "HEAD", pattern])
        return
    assert sides(["HEAD", "HEAD", pattern]).before.paths == paths


def test_what_no_revision_can_have(top: Path) -> None:
    for path in ("..", "../other/*.yaml", "/etc"):
        with pytest.raises(UsageError, match="lies outside of the repository: no revision has it"):
            sides(["HEAD", "HEAD", path])
    assert sides(["HEAD", str(top / "apps")]).before.paths == (str(top / "apps"),)


def test_a_word_that_is_empty_is_no_path() -> None:
    for words in ([""], ["main", ""], ["main...work", ""]):
        with pytest.raises(UsageError, match="one of BASE, HEAD and PATH is empty"):
            sides(words)


def test_a_branch_whose_commit_is_lost(top: Path) -> None:
    (top / ".git/refs/heads/lost").write_text("1" * 40 + "\n")
    with pytest.raises(UsageError, match=r"^'lost' leads to no commit"):
        sides(["lost..HEAD"])


def test_a_submodule_that_is_not_here_is_told(top: Path, tmp_path: Path) -> None:
    module = repository(tmp_path / "module")
    first = commit(module, {"m.yaml": "m: 1\n"})
    git(top, "submodule", "--quiet", "add", str(module), "sub")
    commit(top, {})
    git(top, "submodule", "--quiet", "deinit", "--force", "sub")
    assert sides(["HEAD"]).remarks == (Remark(RemarkKind.SUBMODULE, "sub", "HEAD", first),)


def test_two_folders_and_paths_in_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("old", "new"):
        (tmp_path / name / "in").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    two = (Side("old", ("old",), folder="old"), Side("new", ("new",), folder="new"))
    assert sides(["old", "new"])[:2] == two
    found = sides(["old", "new", "in"])
    assert (found.before.paths, found.after.paths) == (("old/in",), ("new/in",))


def test_two_files_of_which_one_is_standard_input() -> None:
    assert sides([], "a.yaml", "-")[:2] == (Side("a.yaml", ("a.yaml",)), Side("-", ("-",)))


@pytest.mark.parametrize(
    ("words", "before", "after", "said"),
    [
        ([], "a.yaml", "", "both of them"),
        ([], "-", "-", "only one of them can be standard input"),
        (["main"], "a.yaml", "b.yaml", "what is 'main' for"),
    ],
)
def test_files_that_make_no_sense(words: list[str], before: str, after: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        sides(words, before, after)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mian"], "no revision and no path 'mian' in this repository, did you mean 'main'?"),
        (
            ["main", "wrok"],
            "no revision and no path 'wrok' in this repository, did you mean 'work'?",
        ),
        (["main..wrok"], "no revision 'wrok' in this repository, did you mean 'work'?"),
    ],
)
@pytest.mark.usefixtures("top")
def test_a_revision_that_does_not_exist(words: list[str], said: str) -> None:
    with pytest.raises(UsageError) as raised:
        sides(words)
    assert str(raised.value) == said


@pytest.mark.usefixtures("top")
def test_a_path_that_neither_side_has() -> None:
    with pytest.raises(
        ReadError, match=r"^app: neither in main nor in work, did you mean 'apps'\?$"
    ):
        sides(["main", "work", "app"])


def test_a_word_that_is_a_revision_and_a_path(top: Path) -> None:
    git(top, "branch", "apps")
    with pytest.raises(UsageError, match=r"'apps' is a revision and a path: write ./apps"):
        sides(["apps"])
    assert sides(["main", "./apps"]).after.paths == ("./apps",)


def test_a_shallow_checkout_without_the_merge_base(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--no-single-branch", top.as_uri(), str(shallow))
    monkeypatch.chdir(shallow)
    git(shallow, "checkout", "--quiet", "work")
    asks: tuple[Callable[[], object], ...] = (
        lambda: sides(["origin/main...HEAD"]),
        lambda: since("origin/main", ["."]),
    )
    for ask in asks:
        with pytest.raises(UsageError) as raised:
            ask()
        assert "origin/main and HEAD share is not in this shallow checkout" in str(raised.value)
        assert "fetch-depth: 0" in str(raised.value)


def test_a_revision_that_a_shallow_checkout_lacks(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", top.as_uri(), str(shallow))
    monkeypatch.chdir(shallow)
    with pytest.raises(UsageError, match=r"no revision 'v9' in this repository: `git fetch"):
        since("v9", ["."])
    with pytest.raises(UsageError, match=r"did you mean 'origin/HEAD'\?: `git fetch --unshallow"):
        since("origin/HAED", ["."])


def test_lines_of_work_that_share_nothing(top: Path) -> None:
    git(top, "checkout", "--quiet", "--orphan", "alone")
    commit(top, {})
    with pytest.raises(UsageError, match="main and HEAD share no commit: name the two to compare"):
        sides([])


def test_a_repository_without_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository(tmp_path / "empty"))
    for words in ([], ["HEAD"], ["main"]):
        with pytest.raises(UsageError, match="this repository has no commit yet"):
            sides(words)
    with pytest.raises(UsageError, match="this repository has no commit yet"):
        since("main", ["."])


def test_no_default_branch(top: Path) -> None:
    git(top, "branch", "--move", "main", "develop")
    with pytest.raises(UsageError, match=r"no default branch .* name BASE"):
        sides([])


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="not a git repository: name two folders"):
        sides(["main"])
    with pytest.raises(UsageError, match="--since: not a git repository"):
        since("main", [])


def test_a_repository_without_a_working_tree(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(top), "bare.git")
    monkeypatch.chdir(tmp_path / "bare.git")
    with pytest.raises(UsageError, match="a git repository without a working tree"):
        sides(["main"])
    with pytest.raises(UsageError, match="--since: a git repository without a working tree"):
        since("main", [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["old", "nwe"], r"^nwe: no such folder, did you mean 'new'\?$"),
        (["old", "new/a.yaml"], r"^new/a.yaml is no folder: name two, or files with --before"),
    ],
)
def test_two_folders_of_which_one_is_none(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed(tmp_path, {"old/a.yaml": "a: 1\n", "new/a.yaml": "a: 2\n"})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CnilintError, match=said):
        sides(words)


def test_what_was_found_since_is_where_head_left_the_revision(top: Path) -> None:
    found = since("main", ["apps"])
    assert found.before.commit == git(top, "merge-base", "main", "HEAD")
    assert text(found.before, "apps/a.yaml") == "a: 1\n"
