"""daemon-config.json as the daemon reads it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.upstream.gojson import JSONError
from cnilint.upstream.multus_daemon_config import daemon_config, read_daemon_config

RELEASES = [(4, 0, 2), (4, 1, 4), (4, 2, 1), (4, 3, 0)]
DIRECTORY = "/host/etc/cni/net.d"


def test_an_empty_configuration_has_defaults() -> None:
    conf = read_daemon_config((4, 1, 0), "{}")
    assert conf.multus_config_file == "auto"
    assert conf.conf_directory == "/etc/cni/net.d"
    assert conf.plugin_type == "multus-shim"
    assert conf.capabilities == {}
    assert (conf.cni_version, conf.autoconfig_directory, conf.master) == ("", "", "")
    assert read_daemon_config((4, 1, 0), "null") == conf


def test_everything_that_counts_is_read() -> None:
    text = json.dumps(
        {
            "cniVersion": "1.0.0",
            "MULTUSMASTERCNI": "10-aws.conflist",
            "multusAutoconfigDir": DIRECTORY,
            "cniConfigDir": "/out",
            "multusConfigFile": "/x",
            "forceCNIVersion": True,
            "overrideNetworkName": True,
            "readinessindicatorfile": "/ready",
            "type": "multus",
            "capabilities": {"a": True, "b": False},
        }
    )
    conf = read_daemon_config((4, 3, 0), text)
    assert (conf.cni_version, conf.master) == ("1.0.0", "10-aws.conflist")
    assert (conf.autoconfig_directory, conf.conf_directory) == (DIRECTORY, "/out")
    assert (conf.multus_config_file, conf.readiness_file) == ("/x", "/ready")
    assert (conf.force_version, conf.override_name) == (True, True)
    assert conf.plugin_type == "multus"
    assert conf.with_enabled(["b", "c"]) == {"a": True, "b": True, "c": True}


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "[]", "1", "{} {}", '{"cniVersion": "0.3.1",}', "{// c\n}", '{"type": 1}'),
        *('{"multusMasterCNI": 10}', '{"multusMasterCNI": true}', '{"logToStderr": "true"}'),
        *('{"overrideNetworkName": "true"}', '{"capabilities": {"a": 1}}', '{"metricsPort": "1"}'),
        *('{"logOptions": {"maxAge": "5"}}', '{"chrootDir": 1}', '{"logOptions": []}'),
    ],
)
def test_what_the_daemon_refuses(release: tuple[int, int, int], text: str) -> None:
    with pytest.raises(JSONError):
        read_daemon_config(release, text)


@pytest.mark.parametrize(
    ("member", "refusing"),
    [
        ({"daemonSocketDir": 1}, [(4, 1, 4), (4, 2, 1), (4, 3, 0)]),
        ({"socketDir": 1}, RELEASES),
        ({"perNodeCertificate": {"enabled": "yes"}}, [(4, 1, 4), (4, 2, 1), (4, 3, 0)]),
        ({"auxiliaryCNIChainName": 1}, [(4, 2, 1), (4, 3, 0)]),
        ({"connectionLimit": "1"}, [(4, 3, 0)]),
        ({"enablePprof": 1}, [(4, 3, 0)]),
        ({"delegates": 1, "clusterNetworks": 2}, []),
    ],
)
def test_a_key_matters_from_the_release_that_has_it(
    member: dict[str, object], refusing: list[tuple[int, int, int]]
) -> None:
    refused = []
    for release in RELEASES:
        try:
            read_daemon_config(release, json.dumps(member))
        except JSONError:
            refused.append(release)
    assert refused == refusing


def test_null_capabilities_are_none() -> None:
    assert read_daemon_config((4, 1, 0), '{"capabilities": null}').capabilities is None


def test_paths_are_cleaned_from_v4_1_on() -> None:
    text = json.dumps({"multusAutoconfigDir": f"{DIRECTORY}/", "cniConfigDir": "/out/./"})
    old, new = (read_daemon_config(release, text) for release in RELEASES[:2])
    assert old.path_of("./a.conf") == f"{DIRECTORY}//./a.conf"
    assert new.path_of("./a.conf") == f"{DIRECTORY}/a.conf"
    assert old.output == f"{DIRECTORY}/00-multus.conf"
    assert new.output == "/out/00-multus.conf"


def test_what_is_generated() -> None:
    conf = read_daemon_config((4, 1, 0), daemon_config())
    text = conf.generated("10-aws.conflist", ["portMappings"], "multus-cni-network")
    assert json.loads(text) == {
        "capabilities": {"portMappings": True},
        "cniVersion": "0.3.1",
        "name": "multus-cni-network",
        "clusterNetwork": f"{DIRECTORY}/10-aws.conflist",
        "type": "multus-shim",
    }
    assert "capabilities" not in json.loads(conf.generated("a.conf", [], "n"))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_pin_is_read_as_it_was_written(master: str) -> None:
    assert read_daemon_config((4, 1, 0), daemon_config(master)).master == master


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("{}", None),
        ('{"connectionLimit": null}', None),
        ('{"connectionLimit": 0}', 0),
        ('{"CONNECTIONLIMIT": 7, "metricsPort": null, "enablePprof": null}', 7),
    ],
)
def test_the_limit_on_connections_came_with_v4_3(text: str, limit: int | None) -> None:
    assert read_daemon_config((4, 3, 0), text).connection_limit == limit
    assert read_daemon_config((4, 2, 4), text).connection_limit is None
