"""What is known of each release of Multus, at the releases where it changes."""

from __future__ import annotations

import pytest

from cnilint.upstream.multus_releases import (
    NEWEST,
    MultusBinary,
    Pin,
    honours_pin_since,
    modelled_as,
    program,
    script_flags,
    traits,
)
from cnilint.upstream.release import Release


@pytest.mark.parametrize(
    ("release", "thick", "thin"),
    [
        ((3, 9, 3), MultusBinary.GENERATOR, MultusBinary.SCRIPT),
        ((4, 0, 0), MultusBinary.DAEMON, MultusBinary.ENTRYPOINT),
        (NEWEST, MultusBinary.DAEMON, MultusBinary.ENTRYPOINT),
    ],
)
def test_a_release_has_one_program_of_each_kind(
    release: Release, thick: MultusBinary, thin: MultusBinary
) -> None:
    assert program(release, thick=True) is thick
    assert program(release, thick=False) is thin


@pytest.mark.parametrize(
    ("of", "release", "build", "pin"),
    [
        (MultusBinary.SCRIPT, (3, 7, 1), "", Pin.UNKNOWN_FLAG),
        (MultusBinary.SCRIPT, (3, 7, 1), "v3.7.1-eksbuild.2", Pin.UNKNOWN_FLAG),
        (MultusBinary.SCRIPT, (3, 7, 2), "", Pin.DOUBLED),
        (MultusBinary.SCRIPT, (3, 7, 2), "v3.7.2-eksbuild.1", Pin.HONOURED),
        (MultusBinary.SCRIPT, (3, 8, 0), "", Pin.HONOURED),
        (MultusBinary.GENERATOR, (3, 8, 9), "", Pin.UNKNOWN_FLAG),
        (MultusBinary.GENERATOR, (3, 9, 0), "", Pin.HONOURED),
        (MultusBinary.ENTRYPOINT, (4, 0, 2), "", Pin.IGNORED),
        (MultusBinary.ENTRYPOINT, (4, 0, 2), "v4.0.2-eksbuild.1", Pin.IGNORED),
        (MultusBinary.ENTRYPOINT, (4, 1, 0), "", Pin.HONOURED),
        (MultusBinary.DAEMON, (4, 0, 0), "", Pin.HONOURED),
    ],
)
def test_what_becomes_of_a_pin(of: MultusBinary, release: Release, build: str, pin: Pin) -> None:
    assert traits(of, release, build).pin is pin


@pytest.mark.parametrize(
    ("of", "since"),
    [
        (MultusBinary.SCRIPT, (3, 8, 0)),
        (MultusBinary.GENERATOR, (3, 9, 0)),
        (MultusBinary.ENTRYPOINT, (4, 1, 0)),
        (MultusBinary.DAEMON, (4, 0, 0)),
    ],
)
def test_the_release_to_go_to_is_the_first_that_honours_a_pin(
    of: MultusBinary, since: Release
) -> None:
    assert honours_pin_since(of) == since
    assert traits(of, since).pin is Pin.HONOURED


@pytest.mark.parametrize(
    ("of", "before", "since", "changed"),
    [
        (MultusBinary.SCRIPT, (3, 8, 9), (3, 9, 0), "needs_cni_version"),
        (MultusBinary.ENTRYPOINT, (4, 0, 9), (4, 1, 0), "deletes_at_end"),
        (MultusBinary.ENTRYPOINT, (4, 0, 9), (4, 1, 0), "picks_again"),
        (MultusBinary.ENTRYPOINT, (4, 2, 3), (4, 2, 4), "lists_by_order"),
        (MultusBinary.DAEMON, (4, 0, 9), (4, 1, 0), "writes_to_conf_directory"),
        (MultusBinary.DAEMON, (4, 0, 9), (4, 1, 0), "exits_unless_auto"),
        (MultusBinary.DAEMON, (4, 0, 9), (4, 1, 0), "joins_cluster_networks"),
        (MultusBinary.DAEMON, (4, 2, 0), (4, 2, 1), "has_auxiliary_chain"),
        (MultusBinary.DAEMON, (4, 2, 9), (4, 3, 0), "has_connection_limit"),
    ],
)
def test_a_change_begins_with_its_release_and_stays(
    of: MultusBinary, before: Release, since: Release, changed: str
) -> None:
    assert getattr(traits(of, before), changed) is False
    assert getattr(traits(of, since), changed) is True
    assert getattr(traits(of, (9, 0, 0)), changed) is True


def test_exit_codes_without_the_master() -> None:
    codes = {of: traits(of, (4, 0, 0)).exit_without_master for of in MultusBinary}
    assert codes == {
        MultusBinary.SCRIPT: 1,
        MultusBinary.ENTRYPOINT: 0,
        MultusBinary.DAEMON: 2,
        MultusBinary.GENERATOR: 2,
    }


def test_a_program_without_a_model_has_that_of_a_release_of_v4() -> None:
    assert modelled_as(MultusBinary.GENERATOR, (3, 9, 2)) == (4, 0, 2)
    assert modelled_as(MultusBinary.SCRIPT, (3, 9, 3)) == (4, 1, 0)
    assert modelled_as(MultusBinary.DAEMON, (4, 2, 2)) == (4, 2, 2)


def test_flags_of_the_script_begin_with_their_release() -> None:
    assert set(script_flags((3, 1, 0)).values()) == {
        "conf_directory",
        "bin_directory",
        "conf_file",
        "bin_file",
    }
    assert "--multus-master-cni-file-name" not in script_flags((3, 7, 1))
    assert script_flags((3, 7, 2))["--multus-master-cni-file-name"] == "master"
    assert "--multus-bin-file" in script_flags((3, 8, 0))
    assert "--multus-bin-file" not in script_flags((3, 9, 0))
