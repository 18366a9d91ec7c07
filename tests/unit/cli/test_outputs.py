"""Which reports a run writes, and where: all that can be wrong with it is said before the run."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from cnilint import files
from cnilint.cli.outputs import Output, outputs
from cnilint.errors import UsageError
from cnilint.report.formats import FORMATS
from cnilint.streams import write_file as write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "reports").mkdir()
    (tmp_path / "file").write_text("as it was")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["full", *FORMATS])
def test_each_format_goes_to_the_screen_or_to_a_file(name: str) -> None:
    assert outputs([name]) == outputs([f"{name}:-"]) == [Output(name, "")]
    assert outputs([f"{name}:reports/a:b"]) == [Output(name, "reports/a:b")]
    assert outputs([f"{name}:file"]) == [Output(name, "file")]


def test_files_come_before_what_is_shown_and_nothing_comes_twice() -> None:
    asked = ["full", "sarif:a.sarif", "github", "full", "html:a.html", "sarif:a.sarif"]
    assert outputs(asked) == [
        *(Output("sarif", "a.sarif"), Output("html", "a.html")),
        *(Output("full", ""), Output("github", "")),
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["sarf"], r"no output format 'sarf', did you mean 'sarif'\? \(known: full, concise, "),
        (["xml:out.xml"], "no output format 'xml'"),
        (["sarif:"], "--output-format 'sarif:': there is no path behind the colon"),
        (["sarif:none/a.sarif"], "cannot write none/a.sarif: there is no folder none"),
        (["sarif:file/a.sarif"], "cannot write file/a.sarif: there is no folder file"),
        (["html:reports"], "cannot write reports: it is a folder"),
        (["html:reports/"], "cannot write reports/: it is a folder"),
        (["html:none/"], "cannot write none/: it is a folder"),
        (["json:a\0b"], "no path has a null character"),
        (["json:a", "sarif:./a"], r"two reports to one file: \./a"),
        (["json", "sarif"], r"takes one report, not json and sarif: write json to a file"),
        (["full", "html:-"], r"not full and html: .*\(--output-format html:PATH\)"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_made(
    asked: list[str], said: str, folder: Path
) -> None:
    with pytest.raises(UsageError, match=said):
        outputs(asked)
    assert sorted(os.listdir(folder)) == ["file", "reports"]


@pytest.mark.parametrize("path", ["reports/new", "file"])
def test_a_place_that_is_not_ours_is_refused(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with pytest.raises(UsageError, match=f"cannot write {path}: permission denied"):
        outputs([f"json:{path}"])


def test_a_text_is_written_as_it_is(folder: Path) -> None:
    write("file", "я\r\n\n")
    assert (folder / "file").read_bytes() == "я\r\n\n".encode()


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.EBUSY])
def test_a_file_of_a_folder_that_is_not_ours_is_written_where_it_is(
    code: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is one that is mounted into a container, which nothing can be put in place of."""

    def refused(*_arguments: object, **_more: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files.os, "replace", refused)  # type: ignore[attr-defined]
    write("file", "new")
    assert (folder / "file").read_text() == "new"
    assert sorted(os.listdir(folder)) == ["file", "reports"]


def test_a_full_disk_is_no_fault_of_the_tool_and_leaves_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: str, _content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "replace_file", full)
    with pytest.raises(UsageError, match="cannot write file: No space left on device"):
        write("file", "new")
    assert (folder / "file").read_text() == "as it was"
