"""Network configurations as libcni loads them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.upstream.confdir import DEFAULT_DIRECTORY, ConfDirectory
from cnilint.upstream.netconf import (
    NetworkConfList,
    NetworkError,
    PluginConf,
    list_from_file,
    list_from_plugin,
    list_from_text,
    plugin_from_text,
    plugin_types,
)

BRIDGE = PluginConf("bridge")


def load(name: str, files: dict[str, str]) -> NetworkConfList:
    return list_from_file(ConfDirectory(files), f"{DEFAULT_DIRECTORY}/{name}")


def written(**members: object) -> str:
    return json.dumps({"name": "n", "plugins": [{"type": "bridge"}], **members})


def test_a_list() -> None:
    text = written(cniVersion="1.0.0", plugins=[{"type": "a", "name": "x"}, {"type": "b"}])
    plugins = (PluginConf("a", "x"), PluginConf("b"))
    assert list_from_text(text) == NetworkConfList("n", "1.0.0", plugins)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "null", "{}", '{"name": 1}', '{"name": null}', '{"NAME": "n"}', "{oops"),
        written(plugins=[]),
        written(plugins=None),
        written(plugins={"type": "bridge"}),
        written(plugins=["bridge"]),
        written(plugins=[None]),
        written(plugins=[{}]),
        written(plugins=[{"type": ""}]),
        written(plugins=[{"type": 1}]),
        written(plugins=[{"type": "a", "ipam": "x"}]),
        written(plugins=[{"type": "a", "dns": {"search": "x"}}]),
        written(plugins=[{"type": "a", "capabilities": {"a": "true"}}]),
        written(plugins=[{"type": "a", "prevResult": []}]),
        written(plugins=[{"type": "a", "cni.dev/valid-attachments": {}}]),
        written(cniVersion=None),
        written(cniVersion=1),
        written(cniVersions="1.0.0"),
        written(cniVersions=[1]),
        written(cniVersions=["x"]),
        written(cniVersions=["1.0.0"], cniVersion="x"),
        written(disableCheck="no"),
        written(disableGC=1),
        written(loadOnlyInlinedPlugins=None),
        '{"name": "n", "loadOnlyInlinedPlugins": true}',
        '{"name": "n", "plugins": [{"type": "a"}], "mtu": 1e999}',
    ],
)
def test_what_is_no_list(text: str) -> None:
    with pytest.raises(NetworkError):
        list_from_text(text)


@pytest.mark.parametrize(
    ("version", "versions", "chosen"),
    [
        ("0.3.1", None, "0.3.1"),
        ("0.3.1", ["0.4.0", "1.0.0"], "1.0.0"),
        ("1.0.0", ["0.4.0"], "1.0.0"),
        ("0.3.1", ["1.2.0"], "0.3.1"),
        ("0.3.1", [], "0.3.1"),
        ("", ["0.4.0", "1.1.0", "1.2.0"], "1.1.0"),
        ("1.2.0", ["1.2.0"], "1.2.0"),
        ("0.4.0", ["0.4", "0.4.0"], "0.4"),
        ("0.4", ["0.4.0"], "0.4.0"),
    ],
)
def test_the_version_is_the_highest_that_is_known(
    version: str, versions: list[str] | None, chosen: str
) -> None:
    more = {} if versions is None else {"cniVersions": versions}
    assert list_from_text(written(cniVersion=version, **more)).cni_version == chosen


@given(st.permutations(["0.3.1", "0.4.0", "1.0.0", "1.1.0", "1.2.0", "7.0"]))
def test_the_order_of_versions_does_not_matter(versions: list[str]) -> None:
    assert list_from_text(written(cniVersions=versions)).cni_version == "1.1.0"


@pytest.mark.parametrize("value", [True, "true", "TRUE"])
def test_flags_may_be_texts(value: object) -> None:
    assert list_from_text(written(loadOnlyInlinedPlugins=value)).only_inlined
    assert not list_from_text(written(loadOnlyInlinedPlugins="False")).only_inlined


def test_of_keys_that_differ_in_case_the_one_that_sorts_last_wins_in_a_list() -> None:
    text = '{"name": "n", "plugins": [{"type": "lower", "TYPE": "upper"}]}'
    assert list_from_text(text).plugins == (PluginConf("lower"),)
    assert plugin_from_text('{"type": "lower", "TYPE": "upper"}').type == "upper"


def test_a_plugin_becomes_a_list_of_one() -> None:
    text = '{"type": "bridge", "NAME": "n", "cniversion": "0.4.0"}'
    plugins = (PluginConf("bridge", "n", "0.4.0"),)
    assert list_from_plugin(text) == NetworkConfList("n", "0.4.0", plugins)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "null", "{}", '{"type": ""}', '{"type": null}', '{"type": "a", "name": 1}'),
        '{"type": "a", "mtu": 1e999}',
        '{"type": "a", "TYPE": ""}',
        '{"TYPE": "a", "type": "b", "Type": ""}',
        written(),
    ],
)
def test_what_is_no_plugin(text: str) -> None:
    with pytest.raises(NetworkError):
        list_from_plugin(text)


def test_a_plugin_without_a_type_after_encoding_is_refused_too() -> None:
    with pytest.raises(NetworkError):
        list_from_plugin('{"type": "", "TYPE": "a"}')


def test_a_list_around_a_plugin_needs_two_more_levels() -> None:
    deep = '{"type": "a", "x": %s%s}'
    assert list_from_plugin(deep % ("[" * 9997, "]" * 9997)).plugins == (PluginConf("a"),)
    with pytest.raises(NetworkError):
        list_from_plugin(deep % ("[" * 9998, "]" * 9998))


def test_plugins_of_the_sub_directory_are_chained() -> None:
    files = {
        "10-n.conflist": written(),
        "n/20-b.conf": '{"type": "b"}',
        "n/10-a.conf": '{"type": "a"}',
        "n/30-c.json": '{"type": "c"}',
        "n/sub.conf/x": "",
        "m/10-d.conf": '{"type": "d"}',
    }
    chained = (BRIDGE, PluginConf("a"), PluginConf("b"))
    assert load("10-n.conflist", files).plugins == chained
    inlined = {**files, "10-n.conflist": written(loadOnlyInlinedPlugins=True)}
    assert load("10-n.conflist", inlined).plugins == (BRIDGE,)
    alone = {**files, "10-n.conflist": '{"name": "n"}'}
    assert load("10-n.conflist", alone).plugins == chained[1:]


@pytest.mark.parametrize(
    "files",
    [
        {"a.conflist": written(), "n/x.conf": "{oops"},
        {"a.conflist": written(), "n/x.conf": '{"name": "x"}'},
        {"a.conflist": '{"name": "n"}'},
        {"a.conflist": '{"name": "n"}', "n/x.conflist": '{"type": "x"}'},
        {"a.conflist": written(name="a.conflist")},
        {"a.conflist": written(name="x" * 300)},
        {"a.conflist": written(name="a\0b")},
        {"a.conflist/x": ""},
        {},
    ],
)
def test_what_cannot_be_loaded(files: dict[str, str]) -> None:
    with pytest.raises(NetworkError):
        load("a.conflist", files)


def test_a_list_without_a_name_draws_in_the_directory_itself() -> None:
    files = {"a.conflist": written(name=""), "b.conf": '{"type": "b"}'}
    assert load("a.conflist", files).plugins == (BRIDGE, PluginConf("b"))
    assert load("a.conflist", {**files, "a.conflist": written(name=".")}).plugins[1:] == (
        PluginConf("b"),
    )


@given(st.lists(st.sampled_from(["1.0", "1.0.0", "1", "0.4.0"]), min_size=1, max_size=12))
def test_of_twelve_spellings_of_the_highest_version_the_first_counts(versions: list[str]) -> None:
    highest = [version for version in versions if version != "0.4.0"] or versions
    assert list_from_text(written(cniVersions=versions)).cni_version == highest[0]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ('{"type": "a"}', ("a",)),
        ('{"TYPE":"a"}', ("a",)),
        ('{"type": "a", "Type": "b"}', ("a",)),
        ('{"plugins": [{"type": "a"}, {\n"type"\t:\n"b"}, {"type": "a"}]}', ("a", "b", "a")),
        ('{"plugins": [{"type": "a"}, 7, {"type": 7}, {"type": ""}, {}, null]}', ("a",)),
        # of a map a name has one case
        ('{"Plugins": [{"type": "a"}]}', ()),
        ('{"type": "a", "plugins": [{"type": "b"}]}', ("b",)),
        ('{"type": "a", "plugins": {}}', ("a",)),
        ('{"type": "a", "delegates": [{"type": "b"}], "ipam": {"type": "c"}}', ("a",)),
        ("[]", ()),
        ("null", ()),
        ('{"type": "a"', ()),
        ("", ()),
    ],
)
def test_the_types_of_the_plugins_are_told_whatever_else_is_wrong(
    text: str, types: tuple[str, ...]
) -> None:
    assert plugin_types(text) == types
