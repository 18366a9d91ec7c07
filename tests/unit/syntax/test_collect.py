"""Which files are read, in which order, under which names, and how bytes become text."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.confine import Disk
from cnilint.model.text import Source
from cnilint.syntax.collect import Unreadable, collect, collect_in, decode, encode


def no_input() -> bytes:
    raise AssertionError("standard input was read")


def found(paths: Sequence[str], stdin: Callable[[], bytes] = no_input) -> dict[str, str | None]:
    """Return what was yielded, in order: each path with its text, or None if it was unreadable."""
    results = list(collect(paths, stdin=stdin))
    assert len({result.path for result in results}) == len(results)
    return {each.path: each.text if isinstance(each, Source) else None for each in results}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = (
        "b.yaml a.yml c.json notes.md UPPER.YAML .hidden.yaml sub/z.yaml sub/deep/y.yaml "
        "sub/values.tpl .git/config.yaml .github/x.yaml CVS/x.yaml sub2/x.yaml"
    )
    for name in files.split():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"name: {name}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


ALL = ["UPPER.YAML", "a.yml", "b.yaml", "c.json", "sub/deep/y.yaml", "sub/z.yaml", "sub2/x.yaml"]


@pytest.mark.usefixtures("tree")
def test_a_folder_gives_manifests_sorted_without_hidden_ones() -> None:
    assert list(found(["."])) == ALL
    assert found(["sub"]) == {
        "sub/deep/y.yaml": "name: sub/deep/y.yaml\n",
        "sub/z.yaml": "name: sub/z.yaml\n",
    }


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("given_paths", "reported"),
    [
        (["./b.yaml"], ["b.yaml"]),
        (["././/b.yaml"], ["b.yaml"]),
        (["./sub"], ["sub/deep/y.yaml", "sub/z.yaml"]),
        (["sub/"], ["sub/deep/y.yaml", "sub/z.yaml"]),
        (["sub/../b.yaml"], ["sub/../b.yaml"]),
        (["notes.md"], ["notes.md"]),
        ([".hidden.yaml", ".github"], [".hidden.yaml", ".github/x.yaml"]),
        (["sub/z.yaml", "b.yaml"], ["sub/z.yaml", "b.yaml"]),
        (["b.yaml", "b.yaml", "./b.yaml", "sub/../b.yaml"], ["b.yaml"]),
        (["sub/z.yaml", "."], ["sub/z.yaml", *[name for name in ALL if name != "sub/z.yaml"]]),
        ([".", "sub"], ALL),
        (["*.y*ml"], ["a.yml", "b.yaml"]),
        (["**/*.yaml"], ["b.yaml", "sub/deep/y.yaml", "sub/z.yaml", "sub2/x.yaml"]),
        (["./sub/*.yaml"], ["sub/z.yaml"]),
        (["sub/*.tpl"], ["sub/values.tpl"]),
        (["s*"], ["sub/deep/y.yaml", "sub/z.yaml", "sub2/x.yaml"]),
        (["*"], ALL),
        (["[ab].*"], ["a.yml", "b.yaml"]),
    ],
)
def test_names_and_order(given_paths: list[str], reported: list[str]) -> None:
    assert list(found(given_paths)) == reported


@pytest.mark.parametrize(
    "name",
    [
        *("helmfile.yaml.gotmpl", "helmfile.yml.gotmpl", "helmfile-prod.yaml.gotmpl"),
        *("apps/helmfile.yaml.GOTMPL", "helmfile.d/10-cni.yaml.gotmpl"),
    ],
)
def test_a_helmfile_is_read_with_its_templates_and_other_templates_are_not(
    name: str, tree: Path
) -> None:
    for each in (
        name,
        "values.yaml.gotmpl",
        "helmfile.d/values/cni.yaml.gotmpl",
        "helmfile.gotmpl",
    ):
        (tree / each).parent.mkdir(parents=True, exist_ok=True)
        (tree / each).write_text("x: 1\n")
    assert sorted(found(["."])) == sorted([*ALL, name])
    read = collect_in(Disk(str(tree)), ["."])
    assert sorted(one.path for one in read) == sorted([*ALL, name])
    assert name in found(["**"])


def test_absolute_paths_stay_absolute(tree: Path) -> None:
    assert list(found([str(tree / "sub")])) == [
        str(tree / "sub/deep/y.yaml"),
        str(tree / "sub/z.yaml"),
    ]


@pytest.mark.usefixtures("tree")
def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tree: Path) -> None:
    (tree / "[ab].yaml").write_text("x: 1\n")
    assert found(["[ab].yaml"]) == {"[ab].yaml": "x: 1\n"}


def test_standard_input_is_read_once() -> None:
    calls = []

    def stdin() -> bytes:
        calls.append(1)
        return b"a: 1\n"

    assert found(["-", "-"], stdin) == {"-": "a: 1\n"}
    assert calls == [1]


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing.yaml", "no such file"),
        ("b.yaml/x", "not a directory"),
        ("missing/*.yaml", "no file matches"),
        ("", "no such file"),
        ("a\0b", "null"),
    ],
)
def test_what_does_not_exist_is_told_as_missing_and_the_rest_is_read(
    path: str, reason: str
) -> None:
    missing, other = collect([path, "b.yaml"], stdin=no_input)
    assert isinstance(missing, Unreadable)
    assert (missing.path, missing.missing) == (path, True)
    assert reason in missing.reason
    assert isinstance(other, Source)


def test_links_are_followed_and_loops_end(tree: Path) -> None:
    (tree / "outside").mkdir()
    (tree / "outside/o.yaml").write_text("o: 1\n")
    start = tree / "start"
    start.mkdir()
    (start / "back").symlink_to(start)
    (start / "linked").symlink_to(tree / "outside")
    (start / "again").symlink_to(tree / "outside")
    (start / "one.yaml").symlink_to(tree / "b.yaml")
    (start / "two.yaml").symlink_to(tree / "b.yaml")
    (start / "self.yaml").symlink_to(start / "self.yaml")
    (start / "broken.yaml").symlink_to(tree / "nothing")
    (start / "broken").symlink_to(tree / "nothing")
    assert found(["start"]) == {
        "start/again/o.yaml": "o: 1\n",
        "start/broken.yaml": None,
        "start/one.yaml": "name: b.yaml\n",
        "start/self.yaml": None,
    }


def test_hard_links_are_files_of_their_own(tree: Path) -> None:
    os.link(tree / "b.yaml", tree / "b2.yaml")
    assert list(found(["b.yaml", "b2.yaml"])) == ["b.yaml", "b2.yaml"]


def test_a_pipe_in_a_folder_is_left_alone_and_one_that_is_named_is_read(tree: Path) -> None:
    os.mkfifo(tree / "sub2/pipe.yaml")
    assert list(found(["sub2"])) == ["sub2/x.yaml"]
    assert list(found(["sub2/*"])) == ["sub2/x.yaml"]
    reading, writing = os.pipe()
    os.write(writing, b"a: 1\n" * 1000)
    os.close(writing)
    try:
        assert found([f"/dev/fd/{reading}"]) == {f"/dev/fd/{reading}": "a: 1\n" * 1000}
    finally:
        os.close(reading)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_told(tree: Path) -> None:
    (tree / "b.yaml").chmod(0)
    (unreadable,) = collect(["b.yaml"], stdin=no_input)
    assert unreadable == Unreadable("b.yaml", "permission denied")


def test_a_file_over_the_limit_is_told(tree: Path) -> None:
    (tree / "b.yaml").write_bytes(b"#" * 2_000_000)
    (tree / "c.json").write_bytes(b"#" * 2_000_001)
    results = list(collect(["b.yaml", "c.json"], stdin=no_input, limit=2_000_000))
    assert isinstance(results[0], Source)
    assert len(results[0].text) == 2_000_000
    reason = "larger than 2 MB, so it is not read"
    assert results[1] == Unreadable("c.json", reason, too_large=True)


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")),
    st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]),
)
def test_a_byte_order_mark_names_the_encoding_and_is_kept(text: str, encoding: str) -> None:
    marked = "\ufeff" + text
    source = decode("x.yaml", marked.encode(encoding))
    assert isinstance(source, Source)
    assert source.text == marked


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")))
def test_without_a_mark_it_is_utf_8_and_writing_it_back_gives_the_same_bytes(text: str) -> None:
    source = decode("x.yaml", text.encode())
    assert isinstance(source, Source)
    assert source.text == text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x7fELF\x00\x00", "a binary file"),
        (b"a: 1\n\x00 \xe9", "a binary file"),
        (b"a: 1\nb: \x00\n", "a binary file"),
        (b"PATH=/usr/bin\0TOKEN=secret\0", "a binary file"),
        ("\ufeffa: \0".encode("utf-16-le"), "a binary file"),
        ("a: 1".encode("utf-16-le"), "a binary file"),
        ("a: 1".encode("utf-16-be"), "a binary file"),
        (b"\xff\xfea", "not UTF-16, as its first bytes say"),
        (b"\xff\xfe\x00\x00\xff\xff\xff\xff", "not UTF-32, as its first bytes say"),
    ],
)
def test_bytes_that_are_no_text_are_told(content: bytes, reason: str) -> None:
    assert decode("x.yaml", content) == Unreadable("x.yaml", reason)


@pytest.mark.parametrize("content", [b"a: \xff\n", b"\xe9", b"a\r\nb\r\n\xc3"])
def test_a_wrong_byte_costs_no_more_than_its_document(content: bytes) -> None:
    source = decode("x.yaml", content)
    assert isinstance(source, Source)
    assert encode(source.text) == content


@given(st.binary(max_size=60))
def test_what_gives_a_text_gives_the_same_bytes_again(content: bytes) -> None:
    source = decode("x.yaml", content)
    if isinstance(source, Source):
        assert encode(source.text, content) == content


def test_a_link_beside_two_names_of_one_file_adds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b.yaml").write_text("x: 1\n")
    (tmp_path / "a.yaml").hardlink_to(tmp_path / "b.yaml")
    (tmp_path / "c.yaml").symlink_to("b.yaml")
    monkeypatch.chdir(tmp_path)
    assert list(found(["."])) == ["a.yaml", "b.yaml"]
