"""Multus's configuration as its manifest gives it, with the place of each setting."""

from __future__ import annotations

import json

import pytest

from cnilint.catalog.recognise import installers
from cnilint.catalog.release import shown
from cnilint.kube.manifest import ManifestIndex, manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded
from cnilint.multus.configuration import Multus
from cnilint.multus.forms import multus
from cnilint.multus.settings import CONF_DIRECTORY, NOT_ON_HOST
from cnilint.syntax.compose import compose
from cnilint.upstream.gojson import JSONError
from cnilint.upstream.multus_daemon_config import read_daemon_config
from cnilint.upstream.multus_releases import LAST_SCRIPT, NEWEST

THICK = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: multus-daemon-config}}
data:
  daemon-config.json: |
{json}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: kube-multus-ds, namespace: kube-system}}
spec:
  template:
    spec:
      containers:
      - name: kube-multus
        image: example.org/multus-cni:{tag}
        command: [/usr/src/multus-cni/bin/multus-daemon]
        volumeMounts:
        - {{name: cni, mountPath: /host/etc/cni/net.d}}
        - {{name: real, mountPath: /host/masters}}
        - {{name: own, mountPath: /etc/cni/net.d/multus.d}}
      volumes:
      - {{name: cni, hostPath: {{path: /etc/cni/net.d}}}}
      - {{name: real, hostPath: {{path: /etc/cni/net.d-real}}}}
      - {{name: own, configMap: {{name: multus-daemon-config}}}}
"""
FLAGS = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: kube-multus-ds, namespace: kube-system}}
spec:
  template:
    spec:
      containers:
      - name: kube-multus
        image: example.org/multus-cni:{tag}
        command: [{command}]
        args: {arguments}
        volumeMounts:
        - {{name: cni, mountPath: /host/etc/cni/net.d}}
        - {{name: real, mountPath: /host/masters}}
      volumes:
      - {{name: cni, hostPath: {{path: /etc/cni/net.d}}}}
      - {{name: real, hostPath: {{path: /etc/cni/net.d-real}}}}
"""
USUAL = {
    "cniVersion": "0.3.1",
    "cniConfigDir": "/host/etc/cni/net.d",
    "multusAutoconfigDir": "/host/etc/cni/net.d",
}


def found(text: str) -> Multus:
    objects = [
        manifest
        for part in compose(Source("multus.yaml", text))
        if isinstance(part, Document)
        for manifest in manifests(part)
    ]
    (one,) = [multus(i) for i in installers(objects, ManifestIndex(objects))[0]]
    assert one is not None
    return one


def thick(values: object, tag: str = "v4.1.4-thick") -> Multus:
    text = values if isinstance(values, str) else json.dumps(values, indent=2)
    return found(THICK.format(tag=tag, json="\n".join(f"    {x}" for x in text.splitlines())))


def flagged(*arguments: object, tag: str = "v4.1.4", command: str = "/thin_entrypoint") -> Multus:
    listed = json.dumps(arguments)
    return found(FLAGS.format(tag=tag, command=command, arguments=listed))


def legacy(*arguments: object) -> Multus:
    return flagged(*arguments, tag="v3.9.2-thick", command="/usr/src/multus-cni/bin/multus-daemon")


@pytest.mark.parametrize(
    ("one", "family", "release", "selector", "selector_v4"),
    [
        (thick(USUAL), "thick", (4, 1, 4), "multus-thick@v4.1.4", "multus-thick@v4.1.4"),
        (thick(USUAL, "snapshot-thick"), "thick", NEWEST, f"multus-thick@{shown(NEWEST)}", None),
        (legacy(), "legacy", (3, 9, 2), "multus-thick@v3.9.2", "multus-thick@v4.0.2"),
        (flagged(), "thin", (4, 1, 4), "multus-thin@v4.1.4", None),
        (flagged(tag="stable", command="/entrypoint.sh"), "thin", LAST_SCRIPT, None, None),
    ],
)
def test_the_family_follows_from_program_and_release(
    one: Multus,
    family: str,
    release: tuple[int, int, int],
    selector: str | None,
    selector_v4: str | None,
) -> None:
    assert (one.family, one.release) == (family, release)
    assert one.thick is (family != "thin")
    assert selector is None or one.selector == selector
    assert selector_v4 is None or one.selector_v4 == selector_v4


@pytest.mark.parametrize(
    ("values", "auto", "master"),
    [
        (USUAL, True, ""),
        (USUAL | {"multusConfigFile": "auto"}, True, ""),
        (USUAL | {"multusConfigFile": None}, True, ""),
        (USUAL | {"multusConfigFile": "Auto"}, False, ""),
        (USUAL | {"multusConfigFile": ""}, False, ""),
        (USUAL | {"multusMasterCNI": "10-aws.conflist"}, True, "10-aws.conflist"),
        (USUAL | {"MULTUSMASTERCNI": "10-aws.conflist"}, True, "10-aws.conflist"),
        (USUAL | {"multusMasterCNIFile": "10-aws.conflist"}, True, ""),
        (USUAL | {"multusMasterCNI": 10}, True, ""),
        ({}, True, ""),
        ("[]", True, ""),
    ],
)
def test_the_daemons_configuration_is_read_as_go_does(
    values: object, auto: bool, master: str
) -> None:
    one = thick(values)
    assert (one.auto, one.master) == (auto, master)


def test_of_a_repeated_key_the_last_one_counts_whatever_its_case() -> None:
    one = thick('{"multusMasterCNI": "10-aws.conflist", "multusmastercni": ""}')
    assert one.master == ""
    given = one.given("master")
    assert given is not None
    assert given.location.route[-2:] == (Embedded.JSON, "multusmastercni")


def test_a_setting_has_its_place_inside_the_embedded_text() -> None:
    one = thick(USUAL | {"multusMasterCNI": "10-aws.conflist"})
    place = one.place("master")
    text = place.source.text[place.span.start : place.span.end]
    assert text == '"10-aws.conflist"'
    assert place.route == ("data", "daemon-config.json", Embedded.JSON, "multusMasterCNI")
    assert place.object == "ConfigMap multus-daemon-config"
    # without the setting: the configuration; without one of these: the container
    assert one.place("readiness").route == ("data", "daemon-config.json")
    assert flagged().place("master").route[-2:] == ("containers", 0)
    assert flagged("--multus-master-cni-file-name=x").place("master").route[-2:] == ("args", 0)


def test_what_cannot_be_read_is_kept_as_the_problem() -> None:
    one = thick('{"multusMasterCNI": "10-aws.conflist"')
    assert one.problem is not None
    assert one.given("master") is None
    assert one.configuration is not None


def test_a_daemon_without_its_map_has_no_configuration() -> None:
    text = THICK.format(tag="v4.1.4-thick", json="    {}")
    one = found(text[text.index("---") :])
    assert (one.configuration, one.tree, one.problem) == (None, None, None)
    assert one.selection_text() is None
    assert one.autoconfig_host is None


@pytest.mark.parametrize(
    ("one", "masters", "written"),
    [
        (thick(USUAL), "/etc/cni/net.d", "/etc/cni/net.d"),
        (
            thick(USUAL | {"multusAutoconfigDir": "/host/masters/"}),
            "/etc/cni/net.d-real",
            "/etc/cni/net.d",
        ),
        (
            thick(USUAL | {"multusAutoconfigDir": "/host/masters"}, "v4.1.0-thick"),
            "/etc/cni/net.d-real",
            "/etc/cni/net.d",
        ),
        # v4.0 writes where it looks
        (
            thick(USUAL | {"multusAutoconfigDir": "/host/masters"}, "v4.0.2-thick"),
            "/etc/cni/net.d-real",
            "/etc/cni/net.d-real",
        ),
        # cniConfigDir's default is a directory of the container, and the other has none
        (thick({"multusAutoconfigDir": "/host/etc/cni/net.d"}), "/etc/cni/net.d", None),
        (thick({"cniConfigDir": "/host/etc/cni/net.d"}), None, "/etc/cni/net.d"),
        (thick(USUAL | {"cniConfigDir": "/etc/cni/net.d"}), "/etc/cni/net.d", None),
        (flagged(), "/etc/cni/net.d", "/etc/cni/net.d"),
        (flagged("--multus-autoconfig-dir=/host/masters"), "/etc/cni/net.d-real", "/etc/cni/net.d"),
        (legacy(), None, None),
        (
            legacy("-cni-config-dir=/host/etc/cni/net.d", "-multus-autoconfig-dir=/host/masters"),
            "/etc/cni/net.d-real",
            "/etc/cni/net.d-real",
        ),
    ],
)
def test_directories_are_those_of_the_host(
    one: Multus, masters: str | None, written: str | None
) -> None:
    assert (one.autoconfig_host, one.conf_host) == (masters, written)


@pytest.mark.parametrize(
    ("one", "auto", "master"),
    [
        (flagged(), True, ""),
        (flagged("--multus-conf-file=auto", "--multus-master-cni-file-name=a"), True, "a"),
        (flagged("--multus-master-cni-file-name", "a"), True, "a"),
        # the thin spelling means nothing to the daemon, nor the other way round
        (legacy("-multus-master-cni-file=a"), True, "a"),
        (legacy("-multus-master-cni-file-name=a"), True, ""),
        (flagged("--multus-master-cni-file=a"), True, ""),
        (flagged("--multus-conf-file=/x/70-multus.conf"), False, ""),
        # the script of v3 copies a file of its image unless it is told otherwise
        (flagged(tag="v3.8", command="/entrypoint.sh"), False, ""),
        (flagged("--multus-conf-file=auto", tag="v3.8", command="/entrypoint.sh"), True, ""),
    ],
)
def test_flags_are_those_of_the_family(one: Multus, auto: bool, master: str) -> None:
    assert (one.auto, one.master) == (auto, master)


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/host/etc/cni/net.d", f"{CONF_DIRECTORY}/written-to"),
        ("/host/etc/cni/net.d/10-a.conf", f"{CONF_DIRECTORY}/written-to/10-a.conf"),
        ("/host/masters/", CONF_DIRECTORY),
        ("/host/masters/10-a.conf", f"{CONF_DIRECTORY}/10-a.conf"),
        ("/host/masters/../masters/10-a.conf", f"{CONF_DIRECTORY}/10-a.conf"),
        ("/etc/cni/net.d/10-a.conf", NOT_ON_HOST),
        ("", NOT_ON_HOST),
    ],
)
def test_paths_have_one_name_for_each_place(path: str, canonical: str) -> None:
    one = thick(USUAL | {"multusAutoconfigDir": "/host/masters"})
    assert one.canonical(path) == canonical


def test_the_text_for_the_selection_is_the_manifests_own_where_that_will_do() -> None:
    one = thick(USUAL)
    assert one.configuration is not None
    assert one.selection_text() == one.configuration.value
    moved = thick(USUAL | {"multusAutoconfigDir": "/host/masters", "unknown": [1, {"a": None}]})
    text = moved.selection_text()
    assert text is not None
    assert json.loads(text) == {
        "cniVersion": "0.3.1",
        "cniConfigDir": f"{CONF_DIRECTORY}/written-to",
        "multusAutoconfigDir": CONF_DIRECTORY,
        "unknown": [1, {"a": None}],
    }


def test_v3s_flags_read_as_a_configuration_of_v4() -> None:
    text = legacy(
        "-cni-version=0.3.1",
        "-cni-config-dir=/host/etc/cni/net.d",
        "-multus-autoconfig-dir=/host/etc/cni/net.d",
        "-multus-master-cni-file=10-aws.conflist",
    ).selection_text()
    assert text is not None
    read = read_daemon_config((4, 0, 2), text)
    assert (read.master, read.multus_config_file) == ("10-aws.conflist", "auto")
    assert read.autoconfig_directory == CONF_DIRECTORY


def test_wrong_types_reach_the_daemons_own_reader() -> None:
    text = thick(USUAL | {"multusMasterCNI": True}).selection_text()
    assert text is not None
    with pytest.raises(JSONError):
        read_daemon_config((4, 1, 4), text)


def test_thin_flags_come_without_their_directories() -> None:
    one = flagged(
        "--cni-conf-dir=/host/etc/cni/net.d",
        "--multus-autoconfig-dir",
        "/host/masters",
        "--cni-version",
        "0.3.1",
        "-v",
    )
    assert one.selection_arguments() == ("--cni-version", "0.3.1", "-v")
    assert thick(USUAL).selection_arguments() == ()
