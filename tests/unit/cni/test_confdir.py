"""A configuration directory as the programs see it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.cni.confdir import ConfDirectory, PathError, clean, encoded, extension, join

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
