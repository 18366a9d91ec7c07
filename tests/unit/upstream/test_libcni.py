"""What the releases of libcni read in another way."""

from __future__ import annotations

import json

import pytest

from cnilint.upstream.confdir import DEFAULT_DIRECTORY, ConfDirectory
from cnilint.upstream.libcni import (
    LIBCNI_0_8,
    LIBCNI_1_1,
    LIBCNI_1_2,
    LIBCNI_1_3,
    Libcni,
    LibcniError,
    LibcniPanic,
    Raw,
    configuration_list,
    list_from_file,
    parsed,
    plugin,
)

ALL = (LIBCNI_0_8, LIBCNI_1_1, LIBCNI_1_2, LIBCNI_1_3)


def written(**members: object) -> str:
    return json.dumps({"name": "n", "plugins": [{"type": "bridge"}], **members})


def taken_by(text: str) -> list[Libcni]:
    found = []
    for libcni in ALL:
        try:
            configuration_list(parsed(text), libcni)
        except LibcniError:
            continue
        found.append(libcni)
    return found


@pytest.mark.parametrize(
    ("text", "takers"),
    [
        (written(), ALL),
        (written(disableCheck="true"), ALL[2:]),
        (written(disableCheck=True), ALL),
        (written(disableCheck=1), ()),
        (written(disableGC="x"), ALL[:3]),
        (written(loadOnlyInlinedPlugins="x"), ALL[:3]),
        (written(cniVersions="x"), ALL[:2]),
        (written(cniVersions=["v1.0.0"]), ALL[:3]),
        (written(cniVersions=["01"]), ALL),
        (written(cniVersions=["1.0.0-01"]), ALL[:2]),
        (written(cniVersions=["18446744073709551616"]), ALL[:2]),
        ('{"name": "n"}', ALL[3:]),
        ('{"name": "n", "loadOnlyInlinedPlugins": true}', ()),
        (written(plugins=[{"type": "a", "cni.dev/valid-attachments": 5}]), ALL[:2]),
        (written(plugins=[{"type": "a"}, {}]), ()),
    ],
)
def test_which_releases_take_a_list(text: str, takers: tuple[Libcni, ...]) -> None:
    assert taken_by(text) == list(takers)


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [
        (["0.4.0", "1.0.0"], "1.0.0"),
        (["v1"], "1.0.0"),
        (["1.1.0-rc1"], "1.1.0-rc1"),
        (["1.1.0-rc1", "1.1.0"], "1.1.0"),
        (["1.1.1", "9"], "0.3.1"),
        (["1.0.0-2", "1.0.0-11", "1.0.0-a"], "1.0.0-a"),
        (["1.0.0-2", "1.0.0-11"], "1.0.0-11"),
        (["1.0.0-a", "1.0.0-a.1"], "1.0.0-a.1"),
    ],
)
def test_a_semantic_version_is_chosen_by_its_order(versions: list[str], chosen: str) -> None:
    text = written(cniVersion="0.3.1", cniVersions=versions)
    assert configuration_list(parsed(text), LIBCNI_1_2).cni_version == chosen
    assert configuration_list(parsed(text), LIBCNI_1_1).cni_version == "0.3.1"


def test_a_plugin_that_is_null_ends_the_oldest() -> None:
    text = written(plugins=[{"type": "a"}, None])
    with pytest.raises(LibcniPanic) as panic:
        configuration_list(parsed(text), LIBCNI_0_8)
    assert panic.value.route == ("plugins", 1)
    with pytest.raises(LibcniError) as error:
        configuration_list(parsed(text), LIBCNI_1_1)
    assert not isinstance(error.value, LibcniPanic)
    assert error.value.route == ("plugins", 1)


def test_a_chain_is_read_by_the_newest() -> None:
    directory = ConfDirectory({"a.conflist": written(), "n/b.conf": '{"type": "b"}'})
    path = f"{DEFAULT_DIRECTORY}/a.conflist"
    for libcni in ALL:
        types = [one.type for one in list_from_file(directory, path, libcni).plugins]
        assert types == (["bridge", "b"] if libcni is LIBCNI_1_3 else ["bridge"])


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ('{"plugins": [{"type": "a"}]}', ("name",)),
        (written(plugins=[]), ("plugins",)),
        (written(plugins=[{"type": "a"}, {}]), ("plugins", 1)),
    ],
)
def test_a_list_that_is_none_tells_where(text: str, route: tuple[str | int, ...]) -> None:
    for libcni in ALL:
        with pytest.raises(LibcniError) as wrong:
            configuration_list(parsed(text), libcni)
        assert wrong.value.route[: len(route)] == route


def test_an_error_tells_the_way() -> None:
    with pytest.raises(LibcniError) as wrong:
        plugin(parsed('{"type": "a", "DNS": {"search": ["x", 1]}}'), LIBCNI_1_3)
    assert wrong.value.route == ("DNS", "search", 1)
    with pytest.raises(LibcniError) as broken:
        parsed('{"type": oops}')
    assert broken.value.span == (9, 10)
    with pytest.raises(LibcniError) as ended:
        parsed('{"type"')
    assert ended.value.span == (7, 7)


def test_capabilities_that_are_on() -> None:
    value = parsed('{"type": "a", "capabilities": {"ips": true, "mac": false, "x": null}}').value
    assert plugin(Raw(value), LIBCNI_0_8).enabled == {"ips"}
