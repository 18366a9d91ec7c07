"""What differs between aws-node's releases, and laws of its start that hold for any environment."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.upstream.aws_vpc_cni import releases
from cnilint.upstream.aws_vpc_cni.entrypoint import (
    DIRECTORIES,
    FILE,
    VpcCniStart,
    refusals,
    vpc_cni,
)
from cnilint.upstream.aws_vpc_cni.program import Refusal
from cnilint.upstream.aws_vpc_cni.variables import (
    VARIABLES,
    EnvironmentReader,
    How,
    is_read,
    misread,
    not_understood,
    variable,
    without_effect,
)

PATH = f"{DIRECTORIES[1]}/{FILE}"
IPV4 = {"ENABLE_IPv4": "true", "ENABLE_IPv6": "false", "AWS_VPC_K8S_CNI_RANDOMIZESNAT": "prng"}
IPV6 = IPV4 | {
    "ENABLE_IPv4": "false",
    "ENABLE_IPv6": "true",
    "ENABLE_PREFIX_DELEGATION": "true",
    "WARM_PREFIX_TARGET": "1",
}
RELEASES = (
    *("v1.7.0", "v1.7.5", "v1.7.6", "v1.8.0", "v1.9.0", "v1.9.1", "v1.10.0", "v1.10.2", "v1.11.0"),
    *("v1.11.4", "v1.12.0", "v1.12.1", "v1.12.6", "v1.13.0", "v1.14.1", "v1.15.0", "v1.15.1"),
    *("v1.16.0", "v1.16.2", "v1.16.3", "v1.16.4", "v1.17.1", "v1.18.3", "v1.19.3", "v1.19.4"),
    *("v1.20.0", "v1.22.4", "v1.23.0", "v1.99.0"),
)


def start(version: str, env: dict[str, str] = IPV4) -> VpcCniStart:
    return vpc_cni(env, version=version)


def changed(version: str, **changes: str) -> VpcCniStart:
    return vpc_cni(IPV4 | changes, version=version)


def content(found: VpcCniStart) -> dict[str, object]:
    written = found.wrote[PATH]
    assert isinstance(written, dict)
    return written


def types(found: VpcCniStart) -> list[object]:
    plugins = content(found)["plugins"]
    assert isinstance(plugins, list)
    return [plugin["type"] for plugin in plugins]


@pytest.mark.parametrize("version", RELEASES)
def test_the_settings_of_the_product_run_on_every_release(version: str) -> None:
    for env in (IPV4, IPV6):
        found = start(version, env)
        assert (found.status, found.refused) == ("runs", None)
        assert types(found)[0] == "aws-cni"
        assert list(found.texts) == [PATH]


@pytest.mark.parametrize(
    ("release", "version", "plugins"),
    [
        ("v1.9.3", "0.3.1", ["aws-cni", "portmap"]),
        ("v1.10.1", "0.3.1", ["aws-cni", "egress-v4-cni", "portmap"]),
        ("v1.10.2", "0.4.0", ["aws-cni", "egress-v4-cni", "portmap"]),
        ("v1.13.0", "0.4.0", ["aws-cni", "egress-cni", "portmap"]),
        ("v1.16.0", "1.0.0", ["aws-cni", "egress-cni", "portmap"]),
        ("v1.16.2", "0.4.0", ["aws-cni", "egress-cni", "portmap"]),
    ],
)
def test_each_release_writes_its_own_file(release: str, version: str, plugins: list[str]) -> None:
    found = start(release)
    assert content(found)["cniVersion"] == version
    assert types(found) == plugins


# The release that changes what comes of a variable, the variables, and what comes before and after.
CHANGES = [
    ("v1.7.5", "v1.7.6", {"AWS_VPC_K8S_PLUGIN_LOG_FILE": "Stdout"}, "runs", "log-file"),
    ("v1.12.0", "v1.12.1", {"AWS_VPC_K8S_PLUGIN_LOG_FILE": "Stdout"}, "log-file", "runs"),
    ("v1.7.10", "v1.8.0", {"AWS_VPC_K8S_CNI_VETHPREFIX": "eth"}, "runs", "veth-prefix-reserved"),
    ("v1.7.10", "v1.8.0", {"AWS_VPC_K8S_CNI_VETHPREFIX": "ééé"}, "runs", "veth-prefix-length"),
    ("v1.8.0", "v1.9.0", {"ENABLE_PREFIX_DELEGATION": "true"}, "runs", "warm-targets"),
    (
        "v1.9.0",
        "v1.9.1",
        {"ENABLE_PREFIX_DELEGATION": "true", "WARM_IP_TARGET": "-1"},
        "runs",
        "warm-targets",
    ),
    (
        "v1.12.0",
        "v1.12.1",
        {"ENABLE_PREFIX_DELEGATION": "true", "WARM_IP_TARGET": "00"},
        "warm-targets",
        "runs",
    ),
    ("v1.12.6", "v1.13.0", {"ENABLE_PREFIX_DELEGATION": "T"}, "runs", "warm-targets"),
    ("v1.9.3", "v1.10.0", {"ENABLE_IPv4": "no"}, "runs", "no-family"),
    ("v1.9.3", "v1.10.0", {"ENABLE_IPv6": "true"}, "runs", "both-families"),
    (
        "v1.10.4",
        "v1.11.0",
        {"POD_SECURITY_GROUP_ENFORCING_MODE": "off"},
        "runs",
        "security-group-mode",
    ),
    (
        "v1.12.0",
        "v1.12.1",
        {"POD_SECURITY_GROUP_ENFORCING_MODE": "off"},
        "security-group-mode",
        "runs",
    ),
    ("v1.14.1", "v1.15.0", {"IP_COOLDOWN_PERIOD": "-1"}, "runs", "cooldown"),
    ("v1.16.2", "v1.16.3", {"ENABLE_V6_EGRESS": "true"}, "ipv6-address", "runs"),
    ("v1.12.6", "v1.13.0", {"ENABLE_V6_EGRESS": "true"}, "runs", "ipv6-address"),
    ("v1.16.3", "v1.16.4", {"AWS_VPC_ENI_MTU": "9002"}, "runs", "mtu"),
    ("v1.16.3", "v1.16.4", {"POD_MTU": ""}, "runs", "mtu"),
    ("v1.16.4", "v1.17.1", {"NETWORK_POLICY_ENFORCING_MODE": "off"}, "runs", "policy-mode"),
    ("v1.19.3", "v1.19.4", {"NETWORK_POLICY_ENFORCING_MODE": ""}, "runs", "policy-mode"),
    ("v1.12.0", "v1.12.1", {"ENABLE_BANDWIDTH_PLUGIN": "true"}, "runs", "added-plugins"),
    ("v1.12.5", "v1.12.6", {"ENABLE_BANDWIDTH_PLUGIN": "true"}, "added-plugins", "runs"),
    ("v1.12.0", "v1.12.1", {"AWS_VPC_K8S_PLUGIN_LOG_LEVEL": '"'}, "runs", "not-json"),
    ("v1.12.0", "v1.12.1", {"AWS_VPC_K8S_PLUGIN_LOG_LEVEL": "a~b"}, "replacement", "runs"),
    ("v1.14.1", "v1.15.0", {"HOST_CNI_CONFDIR_PATH": "/x"}, "runs", "configuration-directory"),
    ("v1.12.0", "v1.12.1", {"HOST_CNI_CONFDIR_PATH": "/x"}, "configuration-directory", "runs"),
    ("v1.12.0", "v1.12.1", {"HOST_CNI_BIN_PATH": "/x"}, "runs", "binary-directory"),
]


def came_of(found: VpcCniStart) -> str:
    return found.refused.check if found.refused else found.status


@pytest.mark.parametrize(("last", "first", "env", "before", "after"), CHANGES)
def test_a_release_changes_what_comes_of_a_value(
    last: str, first: str, env: dict[str, str], before: str, after: str
) -> None:
    assert came_of(start(last, IPV4 | env)) == before
    assert came_of(start(first, IPV4 | env)) == after
    refused = start(last if after == "runs" else first, IPV4 | env).refused
    assert refused is not None
    assert set(env) & set(refused.variables)


def test_pod_enis_and_ipv6_go_together_from_a_release_on() -> None:
    env = IPV6 | {"ENABLE_POD_ENI": "True"}
    refused = start("v1.15.5", env).refused
    assert refused == Refusal(
        EnvironmentReader.IPAMD, "ipv6-mode", ("ENABLE_IPv6", "ENABLE_POD_ENI")
    )
    assert start("v1.16.0", env).status == "runs"


@pytest.mark.parametrize("version", ["v1.11.0", "v1.11.3"])
def test_the_first_scripts_that_write_randomizesnat_need_it(version: str) -> None:
    env = {key: value for key, value in IPV4.items() if "SNAT" not in key}
    refused = start(version, env).refused
    assert refused == Refusal(
        EnvironmentReader.ENTRYPOINT, "unset", ("AWS_VPC_K8S_CNI_RANDOMIZESNAT",)
    )
    assert start("v1.11.4", env).status == start("v1.10.4", env).status == "runs"


def test_a_script_needs_enable_ipv6_and_the_program_does_not() -> None:
    env = {key: value for key, value in IPV4.items() if key != "ENABLE_IPv6"}
    assert came_of(start("v1.12.0", env)) == "unset"
    assert came_of(start("v1.12.1", env)) == "runs"


def test_the_first_programs_do_not_wait_for_ipamd() -> None:
    for version, status, wrote in (
        ("v1.12.0", "waits", []),
        ("v1.12.1", "exited", [PATH]),
        ("v1.12.6", "exited", [PATH]),
        ("v1.13.0", "waits", []),
    ):
        found = vpc_cni(IPV4, version=version, ipamd="exits")
        assert (found.status, list(found.wrote)) == (status, wrote)
    assert vpc_cni(IPV4, version="v1.12.6", ipamd="hangs").status == "runs"
    # what ipamd ends for is said, whether the file was written before or not
    refusing = IPV6 | {"ENABLE_PREFIX_DELEGATION": "false"}
    for version in ("v1.12.0", "v1.12.6", "v1.13.0"):
        assert vpc_cni(refusing, version=version).refused is not None


def test_a_node_without_an_ipv4_address() -> None:
    for env, statuses in ((IPV4, ("runs", "exited", "runs")), (IPV6, ("runs", "exited", "exited"))):
        found = [
            vpc_cni(env, version=version, node_ipv4=False).status
            for version in ("v1.12.0", "v1.12.1", "v1.13.0")
        ]
        assert tuple(found) == statuses


def test_an_empty_directory_is_the_root_of_the_container_for_the_program() -> None:
    found = changed("v1.19.6", HOST_CNI_CONFDIR_PATH="", HOST_CNI_BIN_PATH="")
    assert list(found.texts) == [f"/{FILE}"]
    assert found.binaries == ("/aws-cni", "/egress-cni")
    assert list(changed("v1.12.0", HOST_CNI_CONFDIR_PATH="").texts) == [PATH]


def test_a_broken_value_empties_the_file_of_a_script_that_writes_in_place() -> None:
    assert changed("v1.9.3", AWS_VPC_ENI_MTU="1\n").texts == {PATH: ""}
    assert changed("v1.10.0", AWS_VPC_ENI_MTU="1\n").texts == {}
    lost = changed("v1.9.3", AWS_VPC_ENI_MTU="1\n", HOST_CNI_CONFDIR_PATH="/x")
    assert (came_of(lost), lost.texts) == ("configuration-directory", {})


def test_switches_add_plugins_at_the_end_and_lose_what_the_program_does_not_know() -> None:
    env = {"ENABLE_BANDWIDTH_PLUGIN": "true", "DISABLE_POD_V6": "1"}
    found = start("v1.19.6", IPV4 | env)
    assert types(found) == ["aws-cni", "egress-cni", "portmap", "bandwidth", "tuning"]
    assert '"snat"' in start("v1.19.6").texts[PATH]
    assert '"snat"' not in found.texts[PATH]
    assert '"snat"' in start("v1.12.0", IPV4 | env).texts[PATH]


@pytest.mark.parametrize(
    ("plugin", "kept"),
    [
        ({"TYPE": "a", "x": 1}, {"type": "a"}),
        ({"type": "a", "dns": {}, "capabilities": {}}, {"type": "a", "dns": {}}),
        ({"type": "a", "ipam": {}}, {"type": "a", "ipam": {"ranges": None}}),
        (
            {"ipam": {"gateway": "10.0.0.1"}},
            {"ipam": {"gateway": "10.0.0.1", "ranges": None, "subnet": "<nil>"}},
        ),
        ({"ipam": {"ranges": [[{}], None]}}, {"ipam": {"ranges": [[{"subnet": "<nil>"}], None]}}),
        (
            {"ipam": {"routes": [{"dst": "0.0.0.0/0", "gw": "", "mtu": 5, "table": 0}, None]}},
            {
                "ipam": {
                    "ranges": None,
                    "routes": [{"dst": "0.0.0.0/0", "mtu": 5, "table": 0}, None],
                }
            },
        ),
        ({"prevResult": {"a": [1, {"b": None}]}}, {"prevResult": {"a": [1, {"b": None}]}}),
        ({"sysctl": {"a": "1"}, "nodeIP": ""}, {"sysctl": {"a": "1"}}),
        ({"nodeIP": "10.0.0.1", "NodeIP": None}, {}),
        (None, None),
    ],
)
def test_a_plugin_is_decoded_and_encoded(plugin: object, kept: object) -> None:
    text = json.dumps({"plugins": [plugin]})
    found = vpc_cni(IPV4 | {"DISABLE_POD_V6": "true"}, version="v1.23.0", conflist=text)
    plugins = content(found)["plugins"]
    assert isinstance(plugins, list)
    assert plugins[0] == kept


@pytest.mark.parametrize(
    "plugin",
    [
        *(
            {"mtu": 1500},
            {"enabled": True},
            {"nodeIP": "x"},
            {"ipam": []},
            {"capabilities": {"a": 1}},
        ),
        *(
            {"ipam": {"subnet": None}},
            {"ipam": {"routes": [{"dst": "x"}]}},
            {"dns": {"search": "x"}},
        ),
        *({"ipam": {"ranges": [{}]}}, {"sysctl": {"a": 1}}, {"prevResult": []}, 1),
    ],
)
def test_a_plugin_of_other_types_is_refused(plugin: object) -> None:
    text = json.dumps({"plugins": [plugin]})
    assert came_of(vpc_cni(IPV4, version="v1.23.0", conflist=text)) == "runs"
    switched = IPV4 | {"ENABLE_BANDWIDTH_PLUGIN": "true"}
    assert came_of(vpc_cni(switched, version="v1.23.0", conflist=text)) == "added-plugins"


def test_fields_that_a_release_has() -> None:
    text = '{"plugins": [{"sysctl": {"a": "1"}, "ipam": {"routes": [{"dst": "::/0", "mtu": 5}]}}]}'
    env = IPV4 | {"ENABLE_BANDWIDTH_PLUGIN": "true"}
    for version, has_sysctl, has_mtu in (
        ("v1.14.1", False, False),
        ("v1.15.0", True, False),
        ("v1.18.3", True, True),
    ):
        written = vpc_cni(env, version=version, conflist=text).texts[PATH]
        assert ('"sysctl"' in written, '"mtu"' in written) == (has_sysctl, has_mtu)


def test_two_lists_of_plugins_are_one() -> None:
    text = '{"plugins": [{"type": "a", "mtu": "1"}, {"type": "b"}], "Plugins": [{"type": "c"}]}'
    env = IPV4 | {"ENABLE_BANDWIDTH_PLUGIN": "true"}
    found = vpc_cni(env, version="v1.19.6", conflist=text)
    assert types(found) == ["c", "bandwidth"]
    assert '"mtu"' in found.texts[PATH]


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("v1.19.6", (1, 19, 6)),
        ("v1.19.6-eksbuild.1", (1, 19, 6)),
        ("1.10", (1, 10, 0)),
        ("v1.6.3", (1, 7, 0)),
        ("latest", releases.NEWEST),
        ("", releases.NEWEST),
    ],
)
def test_releases_by_their_tags(version: str, release: tuple[int, int, int]) -> None:
    assert releases.release_of(version) == release


@pytest.mark.parametrize(
    ("name", "reader", "hows"),
    [
        (
            "ENABLE_BANDWIDTH_PLUGIN",
            EnvironmentReader.ENTRYPOINT,
            "unread exact-true exact-true boolean",
        ),
        ("ENABLE_PREFIX_DELEGATION", EnvironmentReader.IPAMD, "boolean boolean boolean boolean"),
        (
            "HOST_CNI_CONFDIR_PATH",
            EnvironmentReader.ENTRYPOINT,
            "text-or-default text-or-default unread text",
        ),
        ("ENABLE_NFTABLES", EnvironmentReader.ENTRYPOINT, "unread unread exact-true unread"),
        (
            "AWS_VPC_ENI_MTU",
            EnvironmentReader.ENTRYPOINT,
            "text-or-default text-or-default text integer",
        ),
        ("WARM_ENI_TARGET", EnvironmentReader.IPAMD, " ".join(["lenient-integer"] * 4)),
        (
            "WARM_IP_TARGET",
            EnvironmentReader.ENTRYPOINT,
            "text-or-default text-or-default text text",
        ),
        (
            "AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER",
            EnvironmentReader.ENTRYPOINT,
            "not-false not-false unread unread",
        ),
        ("POD_MTU", EnvironmentReader.ENTRYPOINT, "unread unread unread integer"),
        (
            "AWS_VPC_K8S_CNI_VETHPREFIX",
            EnvironmentReader.ENTRYPOINT,
            "text-or-default text-or-default text text",
        ),
        ("NETWORK_POLICY_ENFORCING_MODE", EnvironmentReader.IPAMD, "unread unread unread text"),
        ("MANAGE_UNTAGGED_ENI", EnvironmentReader.IPAMD, "boolean boolean boolean boolean"),
    ],
)
def test_how_releases_read_a_variable(name: str, reader: EnvironmentReader, hows: str) -> None:
    known = variable(name, reader)
    found = [known.how(release) for release in ((1, 9, 3), (1, 12, 0), (1, 12, 6), (1, 19, 6))]
    assert " ".join(how.value for how in found) == hows


def test_what_a_variable_understands() -> None:
    bandwidth = variable("ENABLE_BANDWIDTH_PLUGIN", EnvironmentReader.ENTRYPOINT)
    assert bandwidth.understands("yes", (1, 12, 6))
    assert not bandwidth.understands("yes", (1, 13, 0))
    mtu = variable("AWS_VPC_ENI_MTU", EnvironmentReader.ENTRYPOINT)
    assert mtu.understands("x", (1, 16, 3))
    assert not mtu.understands("x", (1, 16, 4))
    assert not variable("MAX_ENI", EnvironmentReader.IPAMD).understands("", (1, 19, 6))


def test_what_a_switch_is_without_a_value() -> None:
    release = (1, 19, 6)
    switches = [known for known in VARIABLES if known.how(release) is How.BOOLEAN]
    assert {known.name for known in switches if known.boolean({}, release)} == {
        *("ENABLE_V4_EGRESS", "ENABLE_SUBNET_DISCOVERY", "MANAGE_UNTAGGED_ENI"),
        "AWS_VPC_CNI_NODE_PORT_SUPPORT",
    }


def test_a_variable_is_read_by_one_program_or_the_other() -> None:
    assert is_read("ENABLE_IPv4", (1, 10, 0))
    assert not is_read("ENABLE_IPv4", (1, 9, 3))
    assert is_read("ENABLE_PREFIX_DELEGATION", (1, 9, 0))
    assert not is_read("ENABLE_BANDWIDTH", (1, 19, 6))


def test_what_an_environment_sets_in_vain() -> None:
    env = {"POD_MTU": "x", "ENABLE_IPv4": "yes", "MY_OWN": "x", "ENABLE_POD_ENI": "on"}
    assert without_effect(env, (1, 9, 3)) == ("POD_MTU", "ENABLE_IPv4")
    assert without_effect(env, (1, 16, 4)) == ()
    for release, expected in (
        ((1, 9, 3), [("ENABLE_POD_ENI", EnvironmentReader.IPAMD)]),
        (
            (1, 12, 6),
            [("ENABLE_IPv4", EnvironmentReader.IPAMD), ("ENABLE_POD_ENI", EnvironmentReader.IPAMD)],
        ),
    ):
        assert [(each.name, each.reader) for each in not_understood(env, release)] == expected
    found = {(each.name, each.reader) for each in not_understood(env, (1, 16, 4))}
    assert {
        ("POD_MTU", EnvironmentReader.ENTRYPOINT),
        ("ENABLE_POD_ENI", EnvironmentReader.ENTRYPOINT),
    } < found


def test_the_table_has_each_reading_once_and_in_order() -> None:
    assert len({(known.reader, known.name) for known in VARIABLES}) == len(VARIABLES)
    for known in VARIABLES:
        since = [release for release, _ in known.readings]
        assert since == sorted(set(since))


NAMES = sorted({known.name for known in VARIABLES})
VALUES = st.sampled_from(
    [
        *(
            "",
            "true",
            "false",
            "True",
            "1",
            "0",
            "-1",
            " 1",
            "00",
            "abc",
            "strict",
            "standard",
            "none",
        ),
        *("1500", "9002", "é", "a~b", "a\\b", 'a"b', "a&b", "a\n", "/host/opt/cni/bin", "/", "\0"),
    ]
)
TEXTS = VALUES | st.text(max_size=6) | st.sampled_from(["\ud800", "\udcff", "9" * 5000])
ENVIRONMENTS = st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=6)
CONFLISTS = (
    st.none()
    | st.text(max_size=8)
    | st.sampled_from(["{}", "null", "[" * 20000, '{"plugins":[{}]}'])
)
VERSIONS = st.sampled_from(RELEASES) | st.text(max_size=5)


@settings(max_examples=300, deadline=None)
@given(
    ENVIRONMENTS,
    VERSIONS,
    CONFLISTS,
    st.none() | st.lists(TEXTS, max_size=2),
    st.sampled_from(["", "exits", "hangs", "x"]),
    st.booleans(),
)
def test_no_input_makes_it_raise(
    env: dict[str, str],
    version: str,
    conflist: str | None,
    directories: list[str] | None,
    ipamd: str,
    address: bool,
) -> None:
    found = vpc_cni(
        env,
        version=version,
        directories=directories,
        conflist=conflist,
        ipamd=ipamd,
        node_ipv4=address,
        node_ipv6=address,
    )
    assert (found.refused is not None) == (found.status != "runs" or ipamd == "hangs")
    assert list(found.wrote) == list(found.texts)
    if found.status == "waits":
        assert not found.wrote


@settings(max_examples=200, deadline=None)
@given(ENVIRONMENTS, st.sampled_from(RELEASES), st.sampled_from(NAMES), TEXTS)
def test_a_variable_that_is_not_read_changes_nothing(
    env: dict[str, str], version: str, name: str, value: str
) -> None:
    release = releases.release_of(version)
    known = [each for each in VARIABLES if each.name == name]
    if all(each.how(release) is How.UNREAD for each in known):
        assert start(version, IPV4 | env | {name: value}) == start(
            version, {key: text for key, text in (IPV4 | env).items() if key != name}
        )


@settings(max_examples=200, deadline=None)
@given(ENVIRONMENTS, st.sampled_from(RELEASES))
def test_an_older_file_does_not_matter(env: dict[str, str], version: str) -> None:
    before = {FILE: "{}", "00-multus.conf": "x"}
    assert vpc_cni(env, version=version, before=before) == vpc_cni(env, version=version)


@settings(max_examples=200, deadline=None)
@given(ENVIRONMENTS, st.sampled_from(RELEASES[-10:]))
def test_the_program_writes_an_object_or_nothing(env: dict[str, str], version: str) -> None:
    for written in start(version, IPV4 | env).wrote.values():
        assert isinstance(written, dict)


def test_every_refusal_is_named_where_a_start_names_the_first() -> None:
    env = {
        "AWS_VPC_K8S_CNI_VETHPREFIX": "longer",
        "ENABLE_PREFIX_DELEGATION": "true",
        "NETWORK_POLICY_ENFORCING_MODE": "off",
        "AWS_VPC_K8S_PLUGIN_LOG_LEVEL": '"',
    }
    found = refusals(env, version="v1.23.0")
    checks = ["veth-prefix-length", "warm-targets", "policy-mode", "no-family", "not-json"]
    assert [one.check for one in found] == checks
    assert refusals(IPV4, version="v1.23.0") == ()


@pytest.mark.parametrize("version", RELEASES)
def test_what_is_misread_is_a_switch_or_a_number(version: str) -> None:
    release = releases.release_of(version)
    texts = {known.name: "yes" for known in VARIABLES}
    found = misread(texts, release)
    hows = {known.how(release) for known in found}
    assert hows <= {How.BOOLEAN, How.LENIENT_INTEGER, How.EXACT_TRUE, How.NOT_FALSE}
    assert misread({"ENABLE_POD_ENI": "true", "WARM_IP_TARGET": "5"}, release) == ()
    other = misread({"ENABLE_BANDWIDTH_PLUGIN": "T"}, release)
    assert bool(other) is ((1, 10, 0) <= release < (1, 13, 0))


def test_only_two_releases_lack_the_plugins_of_others() -> None:
    # @v1.20.3:Makefile CORE_PLUGINS, of containernetworking/plugins@v1.7.1
    lacking = "bridge dhcp dummy firewall host-device ipvlan macvlan ptp static tap tuning vlan vrf"
    for release, names in (((1, 20, 1), ""), ((1, 20, 2), lacking), ((1, 20, 3), lacking)):
        assert releases.lacking_plugins(release) == {*names.split()}
    assert not releases.lacking_plugins((1, 20, 4))


@pytest.mark.parametrize(
    ("before", "since", "trait"),
    [
        ((1, 22, 4), (1, 23, 0), {"health_on_socket": True, "needs_agent": (1, 4, 1)}),
        ((1, 19, 2), (1, 19, 3), {"mode_needs_agent": "never"}),
        ((1, 19, 3), (1, 19, 4), {"mode_needs_agent": "always"}),
        ((1, 16, 3), (1, 16, 4), {"checks_mtu": True}),
    ],
)
def test_what_a_release_begins_to_do(
    before: tuple[int, int, int], since: tuple[int, int, int], trait: dict[str, object]
) -> None:
    older, newer = (releases.behaviour(release)._asdict() for release in (before, since))
    assert {key: newer[key] for key in newer if newer[key] != older[key]} == trait


def test_a_release_comes_with_an_agent_that_it_can_use() -> None:
    assert releases.agent_of((1, 13, 4)) is None
    # charts/aws-vpc-cni/values.yaml at each tag
    for release, brought in (
        ((1, 14, 0), (1, 0, 1)),
        ((1, 19, 3), (1, 2, 0)),
        ((1, 19, 5), (1, 2, 1)),
        ((1, 20, 3), (1, 2, 6)),
        ((1, 22, 2), (1, 3, 5)),
        ((1, 23, 0), (1, 4, 1)),
    ):
        assert releases.agent_of(release) == brought
    assert releases.agents_of_minor((1, 19, 0)) == {(1, 1), (1, 2)}
    for version in RELEASES:
        release = releases.release_of(version)
        agent = releases.agent_of(release)
        assert agent is None or agent >= releases.behaviour(release).needs_agent
