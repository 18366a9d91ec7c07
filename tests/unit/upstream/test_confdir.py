"""A configuration directory as the programs see it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.upstream.confdir import (
    ConfDirectory,
    PathError,
    clean,
    encoded,
    extension,
    is_file_name,
    join,
)

DIRECTORY = "/host/etc/cni/net.d"
SEEN = ConfDirectory(
    {"10-aws.conflist": "A", "sub/01-x.conf": "X", "dir.conf/y": "Y", "é.conf": "E"}, DIRECTORY
)
PATHS = st.text(st.sampled_from("/.ab"), max_size=12)


@pytest.mark.parametrize(
    ("path", "cleaned"),
    [
        *(("", "."), ("/", "/"), ("//", "/"), ("//a", "/a"), ("a//b/", "a/b"), ("a/./b", "a/b")),
        *(("a/../b", "b"), ("../a", "../a"), ("/../a", "/a"), ("a/../..", ".."), ("./", ".")),
    ],
)
def test_clean(path: str, cleaned: str) -> None:
    assert clean(path) == cleaned


@given(PATHS)
def test_a_clean_path_stays_as_it_is(path: str) -> None:
    assert clean(clean(path)) == clean(path)
    assert "//" not in clean(path)


@given(PATHS, PATHS)
def test_joining_never_starts_over(first: str, second: str) -> None:
    joined = join(first, second)
    assert joined == (clean(f"{first}/{second}") if first else clean(second) if second else "")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        *(("10-aws.conflist", ".conflist"), ("10-aws.conflist.bak", ".bak"), (".conf", ".conf")),
        *(("a", ""), ("a.", "."), ("x.d/a", ""), ("A.CONF", ".CONF"), ("", "")),
    ],
)
def test_extension(name: str, found: str) -> None:
    assert extension(name) == found


@pytest.mark.parametrize(
    ("path", "resolved"),
    [
        (f"{DIRECTORY}/10-aws.conflist", f"{DIRECTORY}/10-aws.conflist"),
        (f"{DIRECTORY}/./sub//../10-aws.conflist", f"{DIRECTORY}/10-aws.conflist"),
        (f"{DIRECTORY}/../net.d/sub", f"{DIRECTORY}/sub"),
        (f"{DIRECTORY}/sub/", f"{DIRECTORY}/sub"),
        ("host/etc", "/host/etc"),
        (".", "/"),
        ("/../..", "/"),
    ],
)
def test_paths_that_exist(path: str, resolved: str) -> None:
    assert SEEN.resolve(path) == resolved
    assert SEEN.exists(path)


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("", True),
        (f"{DIRECTORY}/other", True),
        (f"{DIRECTORY}/other/../10-aws.conflist", True),
        ("/host/run", True),
        (f"{DIRECTORY}/10-aws.conflist/", False),
        (f"{DIRECTORY}/10-aws.conflist/..", False),
        (f"{DIRECTORY}/10-aws.conflist/x", False),
        (f"{DIRECTORY}/a\0b", False),
        (f"{DIRECTORY}/{'x' * 256}", False),
        (f"{DIRECTORY}/{'é' * 128}", False),
        ("/./" * 2000, False),
    ],
)
def test_paths_that_do_not(path: str, missing: bool) -> None:
    with pytest.raises(PathError) as caught:
        SEEN.resolve(path)
    assert caught.value.missing is missing
    assert not SEEN.exists(path)


def test_reading() -> None:
    assert SEEN.read(f"{DIRECTORY}/sub/01-x.conf") == "X"
    with pytest.raises(PathError) as caught:
        SEEN.read(f"{DIRECTORY}/sub")
    assert not caught.value.missing


def test_sub_directories_are_entries() -> None:
    assert SEEN.entries(DIRECTORY) == ["10-aws.conflist", "dir.conf", "sub", "é.conf"]
    assert SEEN.entries("/host/etc") == ["cni"]
    assert SEEN.is_directory(f"{DIRECTORY}/sub")
    assert not SEEN.is_directory(f"{DIRECTORY}/10-aws.conflist")
    assert not SEEN.is_directory(f"{DIRECTORY}/other")
    with pytest.raises(PathError):
        SEEN.entries(f"{DIRECTORY}/10-aws.conflist")


def test_configuration_files_are_files_with_the_extension() -> None:
    assert SEEN.conf_files(DIRECTORY, (".conf",)) == [f"{DIRECTORY}/é.conf"]
    assert SEEN.conf_files(f"{DIRECTORY}/sub", (".conf",)) == [f"{DIRECTORY}/sub/01-x.conf"]
    assert SEEN.conf_files(f"{DIRECTORY}/none", (".conf",)) == []
    with pytest.raises(PathError):
        SEEN.conf_files(f"{DIRECTORY}/10-aws.conflist", (".conf",))


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1).map(
            lambda stem: stem[:20] + ".conf"
        ),
        st.just(""),
        max_size=6,
    )
)
def test_files_are_listed_in_the_order_of_their_bytes(files: dict[str, str]) -> None:
    found = ConfDirectory(files).conf_files(DIRECTORY, (".conf",))
    assert found == sorted(found, key=encoded)
    assert len(found) == len(files)


def test_letters_beyond_the_basic_plane_come_last() -> None:
    files = {"\U00010400.conf": "", "\uffee.conf": "", "Z.conf": "", "a.conf": ""}
    assert ConfDirectory(files).entries(DIRECTORY) == [
        "Z.conf",
        "a.conf",
        "\uffee.conf",
        "\U00010400.conf",
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{DIRECTORY}/10-aws.conflist", "10-aws.conflist"),
        (f"{DIRECTORY}/./10-aws.conflist", "10-aws.conflist"),
        (f"{DIRECTORY}/../net.d/10-aws.conflist", "../net.d/10-aws.conflist"),
        (f"{DIRECTORY}//sub/01-x.conf", "sub/01-x.conf"),
        ("/host/etc/../etc/cni/net.d/a", "a"),
        ("/host/run/x", "/host/run/x"),
    ],
)
def test_relative_names(path: str, name: str) -> None:
    assert SEEN.relative(path) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "/", "/a", "a/", "a//b", "a/./b", "../a", "a/..", "\0", "a\0.conf"),
        *("x" * 256, "é" * 128, f"sub/{'x' * 256}.conf"),
    ],
)
def test_a_name_that_no_file_can_have_is_not_there(name: str) -> None:
    assert not is_file_name(name)
    found = ConfDirectory({name: "{}", "a.conf": "A"})
    assert found.entries(DIRECTORY) == ["a.conf"]


@pytest.mark.parametrize("name", ["a", "...", ".conf", "sub/a", "\n", "x" * 255, "\udcff.conf"])
def test_any_other_name_is(name: str) -> None:
    assert is_file_name(name)
    assert ConfDirectory({name: "A"}).read(f"{DIRECTORY}/{name}") == "A"


@given(st.text())
def test_every_name_has_bytes(name: str) -> None:
    assert (encoded(name) == name.encode("utf-8", "surrogatepass")) or max(name) >= "\udc80"
    is_file_name(name)


@pytest.mark.parametrize(
    ("path", "writable"),
    [
        (f"{DIRECTORY}/00-multus.conf", True),
        (f"{DIRECTORY}/10-aws.conflist", True),
        (f"{DIRECTORY}/none/00-multus.conf", True),
        ("/run/multus/00-multus.conf", True),
        ("host/etc/cni/net.d/new", True),
        (f"{DIRECTORY}/dir.conf", False),
        (f"{DIRECTORY}/./sub/", False),
        ("host/etc/cni/net.d/sub", False),
        ("/host", False),
        (f"{DIRECTORY}/10-aws.conflist/x", False),
        (f"{DIRECTORY}/{'x' * 256}", False),
    ],
)
def test_where_a_file_can_be_written(path: str, writable: bool) -> None:
    assert SEEN.is_writable(path) is writable


@pytest.mark.parametrize(
    "path",
    ["", "a\0b", f"{DIRECTORY}/10-aws.conflist", f"{DIRECTORY}/10-aws.conflist/x", "x" * 256],
)
def test_a_directory_that_cannot_be_made(path: str) -> None:
    with pytest.raises(PathError) as caught:
        SEEN.with_directory(path)
    assert caught.value.missing is (path == "")


@given(PATHS.filter(bool))
def test_a_directory_that_was_made_is_there(path: str) -> None:
    made = SEEN.with_directory(f"{DIRECTORY}/{path}")
    assert made.is_directory(clean(f"{DIRECTORY}/{path}"))
    assert made.with_directory(f"{DIRECTORY}/{path}").entries("/") == made.entries("/")
    assert made.read(f"{DIRECTORY}/sub/01-x.conf") == "X"
    assert SEEN.entries(DIRECTORY) == ["10-aws.conflist", "dir.conf", "sub", "é.conf"]


def test_a_file_that_was_written_is_there_with_the_directories_above_it() -> None:
    made = SEEN.with_directory("/host/run").with_file(f"{DIRECTORY}/multus.d/k", "K")
    assert made.read(f"{DIRECTORY}/multus.d/k") == "K"
    assert made.entries(f"{DIRECTORY}/multus.d") == ["k"]
    assert made.is_directory("/host/run")
    assert made.with_file(f"{DIRECTORY}/multus.d/k", "new").read(f"{DIRECTORY}/multus.d/k") == "new"
    assert made.with_file("/elsewhere/k", "K").entries("/") == made.entries("/")
    for path in (f"{DIRECTORY}/multus.d", f"{DIRECTORY}/multus.d/k/k"):
        with pytest.raises(PathError):
            made.with_file(path, "")
