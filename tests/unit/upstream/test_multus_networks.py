"""What Multus makes of a pod's networks: places of faults, releases, and laws."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.upstream.multus_annotations import SPACE
from cnilint.upstream.multus_keys import DEFAULT_NETWORK, NETWORKS
from cnilint.upstream.multus_networks import CONF_DIR, PRIMARY, networks
from cnilint.upstream.multus_outcome import FaultHolder, FaultPlace, Networks
from cnilint.upstream.multus_releases import behaviour

PRIMARY_TEXT = '{"cniVersion":"0.4.0","name":"aws-cni","plugins":[{"type":"aws-cni"}]}'
MACVLAN = '{"cniVersion":"0.3.1","type":"macvlan"}'
DEFINITIONS: list[dict[str, object]] = [
    {"namespace": namespace, "name": name, "config": MACVLAN}
    for namespace in ("shop", "other", "default", "kube-system")
    for name in ("net1", "net2")
]
VERSIONS = ("v3.9.3", "v4.0.2", "v4.1.4", "v4.2.4", "latest")


def made(annotation: str, config: str | None = None, **given_: object) -> Networks:
    definitions = DEFINITIONS if config is None else [{**DEFINITIONS[0], "config": config}]
    defaults: dict[str, Any] = {"version": "v4.3.0", "primary": PRIMARY_TEXT}
    return networks("shop", {NETWORKS: annotation}, definitions, **{**defaults, **given_})


def marked(text: str, place: FaultPlace | None) -> str:
    assert place is not None
    assert (place.held, place.name) == (FaultHolder.ANNOTATION, NETWORKS)
    assert place.span is not None
    return text[slice(*place.span)]


def routed(place: FaultPlace | None) -> tuple[str | int, ...]:
    assert place is not None
    assert place.span is None
    return place.route


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("net1, Net2@eth1", "name", "Net2"),
        ("net1,  a/b/c ,net2", "slash", "a/b/c"),
        ("net1 , net2@a@b", "at", "net2@a@b"),
        ("net1, Team/net2", "name", "Team"),
        ("net2 @ sixteen-and-more", "interface-grammar", "sixteen-and-more"),
        ("[{]", "json", "]"),
        ('["net1', "json", '"'),
    ],
)
def test_a_fault_in_the_annotation_is_marked(text: str, kind: str, part: str) -> None:
    found = made(text)
    assert found.parse.refused == kind
    assert marked(text, found.parse.where) == part
    for later in (found.load, found.add):
        assert later is not None
        assert later[1:] == found.parse[1:]


@pytest.mark.parametrize(
    ("element", "kind", "route"),
    [
        ({"name": "net1", "MAC": "x"}, "mac", (1, "MAC")),
        ({"name": "net1", "infiniband-guid": "x"}, "guid", (1, "infiniband-guid")),
        ({"name": "net1", "ips": ["10.0.0.1", "x"]}, "ip", (1, "ips", 1)),
        ({"name": 5}, "json", (1, "name")),
        ({"default-route": ["10.0.0.1/8"]}, "json", (1, "default-route", 0)),
        ({"portMappings": [{"hostPort": "80"}]}, "json", (1, "portMappings", 0, "hostPort")),
        (5, "json", (1,)),
    ],
)
def test_a_fault_in_the_list_has_a_route(
    element: object, kind: str, route: tuple[str | int, ...]
) -> None:
    found = made(json.dumps([{"name": "net2"}, element])).parse
    assert (found.refused, routed(found.where)) == (kind, route)


def test_an_element_that_is_null_panics() -> None:
    found = made('[{"name": "net1"}, null]')
    assert found.parse.panic == "runtime error: invalid memory address or nil pointer dereference"
    assert routed(found.parse.where) == (1,)
    before = made('[{"name": "net1", "mac": "x"}, null]')
    assert before.parse.refused == "mac"


@pytest.mark.parametrize(
    ("config", "kind", "route"),
    [
        ('{"name": "n", "plugins": [{"type": "a"}, {"ipam": 5}]}', "config-decode", (1, "ipam")),
        ('{"name": "n", "plugins": [{"name": "a"}]}', "config-type", (0,)),
    ],
)
def test_a_fault_in_a_definition_has_a_route(
    config: str, kind: str, route: tuple[str | int, ...]
) -> None:
    found = made("net1", config).load
    place = FaultPlace(FaultHolder.DEFINITION, "shop/net1", ("plugins", *route))
    assert (found.refused, found.where) == (kind, place)


def test_a_definition_that_is_no_json_is_marked() -> None:
    found = made("net1", '{"type": "macvlan",}').load
    place = FaultPlace(FaultHolder.DEFINITION, "shop/net1", span=(19, 20))
    assert (found.refused, found.where) == ("config-json", place)


def test_arguments_that_cannot_be_merged_panic() -> None:
    found = made('[{"name":"net1","cni-args":{"k":1}}]', '{"type":"macvlan","args":{"cni":[]}}')
    assert found.load.panic == (
        "interface conversion: interface {} is []interface {}, not map[string]interface {}"
    )
    assert routed(found.load.where) == ("args", "cni")


def test_what_the_add_refuses_stands_where_it_was_asked_for() -> None:
    text = "net1@eth1, net2@eth1"
    found = made(text)
    assert found.load.ok is not None
    assert found.add is not None
    assert found.add.refused == "interface-exists"
    assert marked(text, found.add.where) == "net2@eth1"
    missing = made(" other/nope ")
    assert missing.load.refused == "not-found"
    assert marked(" other/nope ", missing.load.where) == "nope"


def test_the_settings_have_a_place_too() -> None:
    wrong = made("net1", multus_config={"namespaceIsolation": "yes"}).load
    assert (wrong.refused, routed(wrong.where)) == ("netconf", ("namespaceIsolation",))
    missing = made("net1", multus_config={"defaultNetworks": ["net1", "nope"]}).load
    assert (missing.refused, routed(missing.where)) == ("not-found", ("defaultNetworks", 1))


@pytest.mark.parametrize(
    ("release", "grammar", "results"),
    [
        ("v3.9.3", True, "0.4.0"),
        ("v4.0.0", True, "1.0.0"),
        ("v4.0.2-thick", True, "1.0.0"),
        ("4.1.0", False, "1.1.0"),
        ("v4.1", False, "1.1.0"),
        ("snapshot-thick", False, "1.1.0"),
        ("", False, "1.1.0"),
    ],
)
def test_a_release_does_as_its_code(release: str, grammar: bool, results: str) -> None:
    does = behaviour(release)
    assert does.interface_is_a_label == grammar
    assert does.libcni.result_versions[-1] == results


def test_the_newest_does_what_an_unknown_one_does() -> None:
    assert behaviour("v4.3.0") == behaviour("latest") == behaviour("v99.0.0")
    assert behaviour("v3.2") == behaviour("v3.9.3")
    assert len({behaviour(one) for one in ("v3.9", "v4.0.0", "v4.1.0", "v4.2.1", "v4.2.2")}) == 5


def test_a_pod_in_a_system_namespace_gets_no_default_networks() -> None:
    settings = {"defaultNetworks": ["net2"]}
    for namespace, count in (("shop", 2), ("kube-system", 1)):
        found = networks(
            namespace,
            {},
            DEFINITIONS,
            version="v4.3.0",
            multus_config=settings,
            primary=PRIMARY_TEXT,
        )
        assert found.parse.refused == "none"
        assert len(found.load.ok or []) == count


def test_networks_in_files_are_found_by_name_and_by_path() -> None:
    files = {"10-a.conf": '{"name": "a", "type": "bridge"}', "n/b.conf": '{"type": "tuning"}'}
    files["20-n.conflist"] = '{"name": "n", "plugins": [{"type": "ipvlan"}]}'
    expected = {
        "a": ["bridge"],
        CONF_DIR: ["bridge"],
        f"{CONF_DIR}/10-a.conf": ["bridge"],
        f"{CONF_DIR}/20-n.conflist": ["ipvlan", "tuning"],
        PRIMARY: ["aws-cni"],
    }
    for name, types in expected.items():
        found = made("net1", conf_dir=files, multus_config={"clusterNetwork": name})
        assert found.load.ok is not None, name
        assert found.load.ok[0]["types"] == types


def test_an_auxiliary_chain_is_added_where_files_add_to_it() -> None:
    settings = {"auxiliaryCNIChainName": "n", "clusterNetwork": f"{CONF_DIR}/20-n.conflist"}
    files = {"20-n.conflist": '{"name": "m", "plugins": [{"type": "ipvlan"}]}'}
    for more, types in (({}, []), ({"n/b.conf": '{"type": "tuning"}'}, ["passthru", "tuning"])):
        found = made("net1", conf_dir={**files, **more}, multus_config=settings)
        assert found.add is not None
        calls = [call["type"] for call in found.add.ok or []]
        assert calls == ["ipvlan", "macvlan", *types]


# Laws

ITEMS = st.sampled_from(
    ["net1", "net2", "other/net1", "net1@eth1", "shop/net2@a.b", "Net", "a/b/c"]
)
SPACES = st.text(st.sampled_from(SPACE), max_size=2)


@given(st.lists(ITEMS, min_size=1, max_size=4), st.data(), st.sampled_from(VERSIONS))
def test_space_around_the_names_changes_nothing(
    items: list[str], data: st.DataObject, version: str
) -> None:
    spaced = [data.draw(SPACES) + item + data.draw(SPACES) for item in items]
    plain, loose = (made(",".join(one), version=version) for one in (items, spaced))
    for with_space, without in zip(loose, plain, strict=True):
        assert with_space is not None
        assert without is not None
        assert with_space[:3] == without[:3]


@given(
    st.lists(st.sampled_from(["net1", "net2"]), min_size=1, max_size=3),
    st.sampled_from(VERSIONS),
)
def test_names_and_a_list_of_them_are_the_same(names: list[str], version: str) -> None:
    short = made(",".join(names), version=version)
    whole = made(json.dumps([{"name": name} for name in names]), version=version)
    assert (short.parse, short.load, short.add) == (whole.parse, whole.load, whole.add)


@given(
    st.sampled_from(["other", "nowhere", "kube-system"]),
    st.sampled_from(["net1", "nope"]),
    st.sampled_from(VERSIONS),
)
def test_isolation_refuses_before_anything_is_looked_up(
    namespace: str, name: str, version: str
) -> None:
    text = f"{namespace}/{name}"
    isolated = made(text, version=version, multus_config={"namespaceIsolation": True})
    assert isolated.load.refused == "isolation"
    assert marked(text, isolated.load.where) == namespace
    named = {"namespaceIsolation": True, "globalNamespaces": f"x, {namespace}"}
    assert made(text, version=version, multus_config=named).load == made(text, version=version).load


@given(st.lists(ITEMS, min_size=1, max_size=3), st.sampled_from(VERSIONS))
def test_a_stage_is_reached_by_the_one_before(items: list[str], version: str) -> None:
    found = made(",".join(items), version=version)
    assert found.add is not None
    if found.load.ok is None:
        assert found.add[1:] == found.load[1:]
    if found.add.ok is not None:
        assert found.parse.ok is not None
        assert len(found.load.ok or []) == 1 + len(found.parse.ok)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "type", "plugins", "ips", "mac", "cni-args", "args", "cni"])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
TEXTS = st.text(max_size=12) | JSON.map(json.dumps)
SELECTED = st.dictionaries(
    st.sampled_from(["name", "namespace", "interface", "ips", "cni-args", "default-route", "mac"]),
    JSON,
)
ANNOTATIONS = TEXTS | st.lists(SELECTED).map(json.dumps) | st.sampled_from(["net1", "net2@eth1"])
SETTINGS = st.dictionaries(
    st.sampled_from(
        [
            *("clusterNetwork", "delegates", "defaultNetworks", "confDir", "binDir"),
            *("systemNamespaces", "runtimeConfig", "namespaceIsolation", "globalNamespaces"),
            *("multusNamespace", "auxiliaryCNIChainName"),
        ]
    ),
    JSON | st.sampled_from([PRIMARY, CONF_DIR, "net1", ["net1"], [{"type": "multus"}]]),
    max_size=3,
)


@given(
    st.dictionaries(st.sampled_from([NETWORKS, DEFAULT_NETWORK]), ANNOTATIONS),
    st.lists(TEXTS | st.none(), max_size=2),
    SETTINGS,
    st.dictionaries(st.sampled_from(["a.conf", "b.conflist", "n/c.conf"]) | st.text(), TEXTS),
    st.sampled_from(VERSIONS) | st.text(max_size=8),
)
def test_nothing_that_is_given_raises(
    annotations: Mapping[str, str],
    configs: list[str | None],
    settings: Mapping[str, object],
    files: Mapping[str, str],
    version: str,
) -> None:
    definitions = [
        {"namespace": "shop", "name": f"net{index}", "config": config}
        for index, config in enumerate(configs, 1)
    ]
    for primary in (PRIMARY_TEXT, configs[0] or "" if configs else ""):
        found = networks(
            "shop",
            annotations,
            definitions,
            version=version,
            conf_dir=files,
            multus_config=settings,
            primary=primary,
        )
        for stage in found:
            assert stage is not None
            ends = (stage.ok, stage.refused, stage.panic)
            assert sum(end is not None for end in ends) == 1
            assert stage.ok is not None or stage.refused == "none" or stage.where is not None


def test_multus_that_calls_itself_without_end_is_refused() -> None:
    config: dict[str, object] = {"name": "n", "type": "macvlan"}
    for _ in range(300):
        config = {"name": "n", "type": "multus", "cniVersion": "0.4.0", "delegates": [config]}
    found = made("net1", json.dumps(config)).add
    assert found is not None
    assert found.refused == "other"


def test_nesting_as_deep_as_go_allows_is_no_matter() -> None:
    deep = '{"type":"macvlan","x":' + "[" * 9998 + "]" * 9998 + "}"
    found = made("net1", deep)
    assert found.load.ok is not None
    arguments = '[{"name":"net1","cni-args":{"a":' + "[" * 9000 + "]" * 9000 + "}}]"
    assert made(arguments).parse.ok is not None
