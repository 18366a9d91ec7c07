"""A setting is found where the program would take it from."""

from __future__ import annotations

import pytest

from cnilint.catalog.catalog import Product
from cnilint.catalog.form import Form, WorkloadForm, argument
from cnilint.catalog.product import SCHEMA
from cnilint.catalog.release import Release
from cnilint.catalog.settings import InstallSettings
from cnilint.kube.manifest import ManifestIndex, manifests
from cnilint.kube.references import referenced_config_maps
from cnilint.kube.workload import Workload, workload
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose

POD = """
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: ns}
spec:
  containers:
  - name: c
    image: a
    command: [/run, --dir, /a, -level=2, --level, '3', --on, --pair, --off]
    args: [--last=1, --last=2, --bare, value, positional, --empty=, --dashed, -x]
    env:
    - {name: SET, value: env}
    - {name: BLANK, value: ''}
    - {name: TRUTH, value: T}
    - {name: LIE, value: 'FALSE'}
    - {name: MAYBE, value: yes please}
    - {name: KEY, valueFrom: {configMapKeyRef: {name: by-key, key: k}}}
    envFrom: [{configMapRef: {name: by-source}}]
    lifecycle: {postStart: {exec: {command: [/install.sh, --exclusive=false]}}}
    volumeMounts: [{name: v, mountPath: /etc/own}]
  - {name: d, image: b, args: [--elsewhere=7, --dir=/b, --only-there]}
  volumes:
  - {name: v, configMap: {name: by-volume}}
  - {name: w, projected: {sources: [{configMap: {name: by-projection}}, {secret: {name: s}}]}}
  - {name: x, hostPath: {path: /x}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: by-volume}
data:
  one: volume
  both: volume
  own.json: '{"name": "x", "on": true, "list": [1], "nothing": null}'
  broken.json: '{"name": '
---
apiVersion: v1
kind: ConfigMap
metadata: {name: by-source}
data: {both: source}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: fixed}
data: {one: fixed, only: fixed}
"""


def loaded(text: str = POD) -> Workload:
    found = [
        manifest
        for part in compose(Source("cluster.yaml", text))
        if isinstance(part, Document)
        for manifest in manifests(part)
    ]
    pods = workload(found[0], ManifestIndex(found))
    assert pods is not None
    return pods


def product(settings: dict[str, list[dict[str, object]]]) -> Product:
    card = {
        "id": "x",
        "title": "X",
        "role": "primary",
        "recognise": [],
        "config_maps": ["fixed"],
        "settings": settings,
        "behaviours": [{"action": "none"}],
        "network": {"name": "x", "plugins": [{"type": "x"}]},
    }
    found: Product = SCHEMA.load(card)
    return found


def form(pods: Workload, card: Product) -> WorkloadForm:
    return WorkloadForm(pods, pods.containers[0], card.config_maps)


def resolved(*places: dict[str, object], release: Release | None = (1, 2, 0)) -> str | None:
    pods = loaded()
    card = product({"s": list(places)})
    settings = InstallSettings(card, release, form(pods, card))
    found = settings.get("s")
    return found.value if found else None


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--dir", "/a"),
        ("-dir", "/a"),
        ("dir", "/a"),
        ("level", "3"),
        ("last", "2"),
        ("on", "true"),
        ("off", "true"),
        ("bare", "value"),
        ("empty", ""),
        ("dashed", "true"),
        ("exclusive", "false"),
        ("positional", None),
        ("lev", None),
        ("last=1", None),
    ],
)
def test_flags_are_read_as_go_reads_them(flag: str, value: str | None) -> None:
    found = argument(loaded().containers[0], flag)
    assert (found.value if found else None) == value


def test_a_switch_leaves_the_next_word_alone() -> None:
    found = argument(loaded().containers[0], "bare", switch=True)
    assert found is not None
    assert found.value == "true"
    assert resolved({"argument": "--bare", "boolean": True}) == "true"


@pytest.mark.parametrize(
    ("places", "value"),
    [
        ([{"environment": "SET"}, {"value": "default"}], "env"),
        ([{"environment": "UNSET"}, {"value": "default"}], "default"),
        ([{"environment": "BLANK"}, {"value": "default"}], ""),
        ([{"environment": "BLANK", "not_empty": True}, {"value": "default"}], "default"),
        ([{"environment": "TRUTH", "boolean": True}], "true"),
        ([{"environment": "LIE", "boolean": True}], "false"),
        ([{"environment": "MAYBE", "boolean": True}, {"value": "default"}], "default"),
        ([{"config_map_key": "one"}], "volume"),
        ([{"config_map_key": "both"}], "volume"),
        ([{"config_map_key": "only"}], "fixed"),
        ([{"config_map_key": "none"}], None),
        ([{"word": -1}], "-x"),
        ([{"word": 0}], "/run"),
        ([{"value": "old", "versions": "<1.2"}, {"value": "new"}], "new"),
        ([{"value": "mid", "versions": ">=1.2,<1.3"}, {"value": "new"}], "mid"),
        ([{"mounted_file": "/nowhere"}], None),
        ([{"mounted_file": "/etc/own/one"}], "volume"),
        ([{"mounted_file": "/etc/own/own.json", "member": "name"}], "x"),
        ([{"mounted_file": "/etc/own/own.json", "member": "on", "boolean": True}], "true"),
        ([{"mounted_file": "/etc/own/own.json", "member": "list"}], "[1]"),
        ([{"mounted_file": "/etc/own/own.json", "member": "nothing"}, {"value": "d"}], "d"),
        ([{"mounted_file": "/etc/own/own.json", "member": "none"}, {"value": "d"}], "d"),
        ([{"mounted_file": "/etc/own/broken.json", "member": "name"}, {"value": "d"}], "d"),
        ([{"config_map_key": "one", "member": "name"}, {"value": "d"}], "d"),
        ([{"argument": "--elsewhere"}, {"value": "d"}], "d"),
        ([{"pod_argument": "--elsewhere"}], "7"),
        ([{"pod_argument": "--only-there", "boolean": True}], "true"),
        # init containers first, then in the order of the pod
        ([{"pod_argument": "--dir"}], "/a"),
        ([{"pod_argument": "--nowhere"}, {"value": "d"}], "d"),
        ([{"pattern": "^--last=([0-9])$"}], "1"),
        ([{"pattern": "posi(ti)onal"}], "ti"),
        ([{"pattern": "(nothing like it)"}, {"value": "d"}], "d"),
        ([], None),
    ],
)
def test_the_first_place_with_a_value_decides(
    places: list[dict[str, object]], value: str | None
) -> None:
    assert resolved(*places) == value


def test_an_unknown_release_takes_the_newest_place() -> None:
    places: list[dict[str, object]] = [{"value": "old", "versions": "<1.2"}, {"value": "new"}]
    assert resolved(*places, release=None) == "new"


def test_settings_may_build_on_one_another_but_not_on_themselves() -> None:
    settings = InstallSettings(
        product(
            {
                "directory": [{"value": "/a"}],
                "path": [{"value": "{directory}/{file}"}],
                "file": [{"value": "f", "when": {"directory": "/a"}}, {"value": "g"}],
                "loop": [{"value": "x{loop}"}],
                "ping": [{"value": "{pong}"}],
                "pong": [{"value": "{ping}"}],
            }
        ),
        None,
        Form(),
    )
    assert settings.value("path") == "/a/f"
    assert settings.fill("{path} {unknown}") == "/a/f "
    assert settings.value("loop") == "x"
    assert settings.value("ping") == ""
    assert settings.hold({"directory": "/a", "file": "f"})
    assert not settings.hold({"directory": "/b"})
    assert not settings.hold({}, "<1")
    assert set(settings.all()) == {"directory", "path", "file", "loop", "ping", "pong"}


def test_a_value_of_the_manifest_is_not_taken_for_a_template() -> None:
    pods = loaded(POD.replace("value: env", "value: 'x{secret}'"))
    card = product({"secret": [{"value": "told"}], "s": [{"environment": "SET"}]})
    settings = InstallSettings(card, None, form(pods, card))
    assert settings.fill("{s}") == "x{secret}"


def test_a_setting_knows_where_it_stands_unless_it_is_a_default() -> None:
    pods = loaded()
    card = product({"given": [{"environment": "SET"}], "default": [{"value": "d"}]})
    settings = InstallSettings(card, None, form(pods, card))
    given, default = settings.get("given"), settings.get("default")
    assert given is not None
    assert given.text is not None
    span = given.text.location.span
    assert given.text.location.source.text[span.start : span.end] == "env"
    assert default is not None
    assert default.text is None


def test_the_maps_a_workload_refers_to_are_found_wherever_it_does() -> None:
    assert list(referenced_config_maps(loaded())) == [
        "by-volume",
        "by-projection",
        "by-key",
        "by-source",
    ]
