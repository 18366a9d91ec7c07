"""What is killed while it writes leaves no file torn, and the next run finishes or undoes it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cnilint import staging
from cnilint.files import write_whole
from cnilint.staging import NAME, finish

ROOT = Path(__file__).resolve().parents[2]
COUNT = 12
OLD, NEW = b"old\n" * 3000, b"new\n" * 4000

KILLED = """
import os, signal, sys
from cnilint.files import write_whole
call, at, content, paths = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode(), sys.argv[4:]
seen = 0

def counted(real):
    def called(*arguments, **more):
        global seen
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **more)
    return called

setattr(os, call, counted(getattr(os, call)))
write_whole([(path, b"new\\n" * 4000) for path in paths])
print(seen)
"""

posix = pytest.mark.skipif(os.name == "nt", reason="nobody is killed like that there")


def tree(top: Path, repository: bool = True) -> list[Path]:
    """Make files in some folders of a repository, or of none."""
    if repository:
        (top / ".git").mkdir()
    paths = [top / f"{at % 3}" / f"{at}.yaml" for at in range(COUNT)]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(OLD)
    return paths


def killed(paths: list[Path], call: str, at: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", KILLED, call, str(at), "new", *map(str, paths)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def left_behind(top: Path) -> list[Path]:
    return [path for path in top.rglob("*") if NAME.fullmatch(path.name)]


@posix
@pytest.mark.parametrize("repository", [True, False])
@pytest.mark.parametrize(
    ("call", "moments"),
    [
        ("mkdir", (1, 2, 4)),
        ("write", (1, COUNT, COUNT + 1)),
        ("fsync", (1, 5, COUNT, COUNT + 1)),
        ("replace", (1, 2, COUNT // 2, COUNT)),
        ("unlink", (1, 3, 5)),
        ("rmdir", (1, 4)),
    ],
)
def test_a_kill_leaves_all_or_none(
    call: str, moments: tuple[int, ...], repository: bool, tmp_path: Path
) -> None:
    for at in moments:
        top = tmp_path / f"{at}"
        top.mkdir()
        paths = tree(top, repository)
        done = killed(paths, call, at)
        assert done.returncode == -signal.SIGKILL, (at, done.stdout, done.stderr)
        assert {path.read_bytes() for path in paths} <= {OLD, NEW}
        finish([str(top)])
        assert left_behind(top) == []
        (content,) = {path.read_bytes() for path in paths}
        # what was decided is done: the last word of the journal comes before the first file
        decided = {"replace", "unlink", "rmdir"}
        assert content == (NEW if call in decided or (call, at) == ("fsync", COUNT + 1) else OLD)


@posix
def test_the_next_run_that_writes_finishes_it_as_well(tmp_path: Path) -> None:
    paths = tree(tmp_path)
    assert killed(paths, "replace", 5).returncode == -signal.SIGKILL
    assert len({path.read_bytes() for path in paths}) == 2
    write_whole([(str(tmp_path / "report.json"), b"{}\n")])
    assert {path.read_bytes() for path in paths} == {NEW}
    assert left_behind(tmp_path) == []


@posix
def test_what_somebody_changed_in_the_meantime_is_left_alone(tmp_path: Path) -> None:
    paths = tree(tmp_path)
    assert killed(paths, "replace", 1).returncode == -signal.SIGKILL
    paths[3].write_text("mine\n")
    paths[4].unlink()
    assert finish([str(tmp_path)]) == COUNT - 2
    assert paths[3].read_text() == "mine\n"
    assert not paths[4].exists()
    assert left_behind(tmp_path) == []


@posix
def test_git_sees_nothing_of_it(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", "."], cwd=tmp_path, check=True)
    paths = tree(tmp_path / ".", repository=False)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    assert killed(paths, "fsync", 9).returncode == -signal.SIGKILL
    assert len(left_behind(tmp_path)) == 4
    asked = ["git", "status", "--porcelain", "--untracked-files=all"]
    said = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert {line[:2] for line in said.splitlines()} == {"A "}


@posix
def test_a_run_that_lives_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = tree(tmp_path)
    real = os.fsync
    seen: list[int] = []

    def another(descriptor: int) -> None:
        if len(seen) == 3:
            code = "import sys; from cnilint.staging import finish; print(finish(sys.argv[1:]))"
            asked = [sys.executable, "-c", code, str(tmp_path)]
            said = subprocess.check_output(asked, env={**os.environ, "PYTHONPATH": str(ROOT)})
            assert said == b"0\n"
        seen.append(descriptor)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", another)
    write_whole([(str(path), NEW) for path in paths])
    assert len(seen) == COUNT + 1
    assert {path.read_bytes() for path in paths} == {NEW}
    assert left_behind(tmp_path) == []


@posix
@pytest.mark.parametrize("target", ["../out", "/out", ".git", "link", "a/../../out", "."])
def test_a_journal_of_a_stranger_leads_nowhere(target: str, tmp_path: Path) -> None:
    top = tmp_path / "repo"
    made = top / ".cnilint-0123456789ab"
    made.mkdir(parents=True)
    (top / ".git").mkdir()
    (tmp_path / "out").mkdir()
    (top / "link").symlink_to("../out")
    (made / "0").write_text("evil\n")
    target = target.replace("/out", str(tmp_path / "out")) if target == "/out" else target
    places = (tmp_path / "out" / "x", top / ".git" / "x")
    lines: list[list[object]] = [
        ["file", target, name, "0", []] for name in ("x", "../../out/x", "../.git/x")
    ]
    lines.append(["ready"])
    (made / staging.JOURNAL).write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    finish([str(top)])
    assert not any(place.exists() for place in places)
    assert left_behind(top) == []


@posix
@pytest.mark.parametrize("text", ["", "[", '["file"]\n["ready"]\n', "\x00\xff", "[[" * 9999])
def test_a_journal_that_is_none_is_taken_away(text: str, tmp_path: Path) -> None:
    made = tmp_path / ".cnilint-0123456789ab"
    made.mkdir()
    (made / staging.JOURNAL).write_text(text)
    assert finish([str(tmp_path)]) == 0
    assert os.listdir(tmp_path) == []


def test_what_cannot_be_taken_away_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / ".cnilint-0123456789ab" / "folder").mkdir(parents=True)
    write_whole([(str(tmp_path / "a"), b"1")])
    assert (tmp_path / "a").read_bytes() == b"1"
