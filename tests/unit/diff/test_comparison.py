"""What differs between two runs: laws that hold for any change, and each kind of change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.catalog.installer import Installer
from cnilint.diff.comparison import Comparison, SettingChange, compare
from cnilint.diff.found import Found
from cnilint.diff.sides import Side, Sides
from cnilint.engine.evaluate import evaluate
from cnilint.engine.ignores.identity import identity
from cnilint.engine.inputs import inputs
from cnilint.engine.result import Result
from cnilint.engine.sentences import verdict_line
from cnilint.model.finding import Level
from cnilint.model.text import Source
from cnilint.simulation import cluster as simulation
from cnilint.simulation.class_facts import ClassFacts, class_facts
from tests.clusters import NAMESPACE, OWNED, PINNED, STANDALONE, VPC, WAITING, multus, read, thin

SIDES = Sides(Side("before", (".",)), Side("after", (".",)))

NEWER = multus(image="example.test/multus-cni:v4.2.2-thick")
ELSEWHERE = VPC.replace("amazon-k8s-cni:", "example.test/amazon-k8s-cni:")
ON_ARM = VPC.replace(
    "      containers:", "      nodeSelector: {kubernetes.io/arch: arm64}\n      containers:"
)
TEXTS: Mapping[str, tuple[str, ...]] = {
    "vpc.yaml": (VPC, ON_ARM),
    "istio.yaml": (OWNED, STANDALONE, WAITING),
    "multus.yaml": (multus(), multus(PINNED), NEWER, thin("--multus-conf-file=auto")),
    "web.yaml": (NAMESPACE,),
}
FILES = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(texts) for name, texts in TEXTS.items()}
)
PLACES = st.sampled_from([("",), ("east/", "west/")])


def repository(files: Mapping[str, str], folders: tuple[str, ...]) -> dict[str, str]:
    return {f"{folder}{name}": text for folder in folders for name, text in files.items()}


def found(files: Mapping[str, str], like: Result | None = None) -> Result:
    return evaluate(read(files), like=like)


def pair(before: Result, after: Result) -> Comparison:
    return compare(SIDES, Found(before, after, read({})))


def compared(before: Mapping[str, str], after: Mapping[str, str]) -> Comparison:
    return pair(found(before), found(after))


class Seen(NamedTuple):
    """Everything that is in a comparison, as values that can be compared."""

    clusters: set[tuple[str | None, ...]]
    installs: set[tuple[str | None, str | None, frozenset[tuple[str | None, ...]]]]
    classes: set[tuple[str | None, str | None]]
    new: set[object]
    gone: set[object]

    @property
    def mirrored(self) -> Seen:
        """The same turned round."""
        return Seen(
            {(after, before) for before, after in self.clusters},
            {
                (after, before, frozenset((n, a, b, at, was) for n, b, a, was, at in settings))
                for before, after, settings in self.installs
            },
            {(after, before) for before, after in self.classes},
            self.gone,
            self.new,
        )


def seen(one: Comparison) -> Seen:
    return Seen(
        {
            (c.before.name if c.before else None, c.after.name if c.after else None)
            for c in one.clusters
        },
        {
            (_object(i.before), _object(i.after), frozenset(map(_setting, i.settings)))
            for c in one.clusters
            for i in c.installs
        },
        {(_answer(k.before), _answer(k.after)) for c in one.clusters for k in c.classes},
        set(map(identity, one.new)),
        set(map(identity, one.gone)),
    )


def _object(one: Installer | None) -> str | None:
    return f"{one.title} {one.object}" if one is not None else None


def _answer(one: ClassFacts | None) -> str | None:
    return f"{one.name}: {verdict_line(one.verdict)}" if one is not None else None


def _setting(one: SettingChange) -> tuple[str | None, ...]:
    places = (str(at) if at is not None else None for at in (one.place_before, one.place_after))
    return one.name, one.before, one.after, *places


@settings(deadline=None, max_examples=40)
@given(FILES, PLACES)
def test_nothing_differs_from_itself(files: dict[str, str], folders: tuple[str, ...]) -> None:
    texts = repository(files, folders)
    again = compared(texts, dict(reversed(texts.items())))
    assert again.empty
    assert not again.fails(Level.NOTE)


@settings(deadline=None, max_examples=40)
@given(FILES, FILES, PLACES, PLACES)
def test_a_change_and_the_way_back_are_the_same_turned_round(
    before: dict[str, str],
    after: dict[str, str],
    one: tuple[str, ...],
    other: tuple[str, ...],
) -> None:
    old, new = found(repository(before, one)), found(repository(after, other))
    assert seen(pair(old, new)).mirrored == seen(pair(new, old))


@settings(deadline=None, max_examples=40)
@given(FILES, FILES, PLACES)
def test_what_is_taken_from_another_run_is_what_this_one_finds(
    before: dict[str, str], after: dict[str, str], folders: tuple[str, ...]
) -> None:
    mine = found(repository(after, folders))
    first = inputs(Source(p, t) for p, t in repository(after, folders).items())
    like = evaluate(first)
    texts = repository(before, folders)
    shared = evaluate(inputs((Source(p, t) for p, t in texts.items()), "", like=first), like=like)
    alone = found(texts)
    assert [(str(f), f.message) for f in shared.findings] == [
        (str(f), f.message) for f in alone.findings
    ]
    assert [[k.verdict.alone for k in c.classes] for c in shared.clusters] == [
        [k.verdict.alone for k in c.classes] for c in alone.clusters
    ]
    assert pair(like, mine).empty


def test_only_a_cluster_that_the_change_reaches_is_simulated_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[str] = []

    def counted(*given: Any, **more: Any) -> ClassFacts:  # noqa: ANN401  those of the function
        calls.append(str(given[0]))
        return class_facts(*given, **more)

    monkeypatch.setattr(simulation, "class_facts", counted)
    files = {name: texts[0] for name, texts in TEXTS.items()}
    texts = repository(files, ("east/", "west/", "north/"))
    first = inputs(Source(p, t) for p, t in texts.items())
    like = evaluate(first)
    assert len(calls) == 3
    changed = {**texts, "west/multus.yaml": multus(PINNED)}
    found_now = evaluate(
        inputs((Source(p, t) for p, t in changed.items()), "", like=first), like=like
    )
    assert len(calls) == 4
    same = [a is b for a, b in zip(like.clusters, found_now.clusters, strict=True)]
    assert sorted(zip((c.name for c in like.clusters), same, strict=True)) == [
        ("east", True),
        ("north", True),
        ("west", False),
    ]


# Each kind of change


def settings_of(one: Comparison) -> dict[str, tuple[str | None, str | None]]:
    (cluster,) = one.clusters
    (install,) = cluster.installs
    return {each.name: (each.before, each.after) for each in install.settings}


def test_a_setting_that_changes_has_its_values_and_its_place() -> None:
    files = {"vpc.yaml": VPC, "multus.yaml": multus()}
    one = compared(files, {**files, "multus.yaml": multus(PINNED)})
    assert settings_of(one) == {"multusMasterCNI": (None, "10-aws.conflist")}
    (cluster,) = one.clusters
    (change,) = cluster.installs[0].settings
    assert str(change.place_after).startswith("multus.yaml:")
    assert change.place_before is None
    assert [finding.rule for finding in one.gone] == ["CNI102"]
    assert [finding.rule for finding in one.added] == ["CNI603"]
    assert not one.fails(Level.ERROR)


def test_a_release_that_changes_is_told() -> None:
    files = {"vpc.yaml": VPC, "multus.yaml": multus()}
    told = settings_of(compared(files, {**files, "multus.yaml": NEWER}))
    assert told == {"release": ("v4.1.4", "v4.2.2")}


def test_the_release_of_a_chart_is_not_told_as_that_of_what_it_installs() -> None:
    chart = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
        "metadata: {name: multus, namespace: network}\n"
        "spec: {chart: {spec: {chart: multus, version: 1.3.2, sourceRef: "
        "{kind: HelmRepository, name: bjw-s}}}}\n"
    )
    files = {"vpc.yaml": VPC, "multus.yaml": chart}
    told = settings_of(compared(files, {**files, "multus.yaml": chart.replace("1.3.2", "1.3.3")}))
    assert told == {"chart": ("v1.3.2", "v1.3.3")}


def test_thin_that_becomes_thick_is_one_install_that_changes() -> None:
    files = {"vpc.yaml": VPC, "multus.yaml": thin("--multus-conf-file=auto")}
    told = settings_of(compared(files, {**files, "multus.yaml": multus(PINNED)}))
    assert told["product"] == ("Multus (thin)", "Multus (thick)")
    assert told["multusMasterCNI"] == (None, "10-aws.conflist")


def test_an_install_that_comes_makes_a_verdict_worse_and_fails() -> None:
    files = {"vpc.yaml": VPC, "multus.yaml": multus()}
    one = compared(files, {**files, "istio.yaml": STANDALONE})
    (cluster,) = one.clusters
    assert [i.before for i in cluster.installs] == [None]
    assert (cluster.worse, cluster.classes[0].worse) == (True, True)
    assert one.fails(Level.ERROR)
    assert not one.fails(None)
    back = compared({**files, "istio.yaml": STANDALONE}, files)
    assert not back.clusters[0].worse


def test_nodes_that_are_told_apart_by_a_change_stand_beside_what_they_were() -> None:
    files = {"vpc.yaml": VPC, "multus.yaml": multus(PINNED)}
    one = compared(files, {**files, "vpc.yaml": ON_ARM})
    (cluster,) = one.clusters
    names = {(k.before and k.before.name, k.after and k.after.name) for k in cluster.classes}
    assert all(before == "all nodes" for before, _after in names)
    nodes = next(each for each in cluster.installs[0].settings if each.name == "nodes")
    assert nodes.before == "all nodes"


def test_a_cluster_that_is_renamed_is_the_same_one() -> None:
    files = {"vpc.yaml": VPC, "multus.yaml": multus()}
    before = repository(files, ("east/", "west/"))
    after = repository(files, ("east/", "far-west/"))
    one = compared(before, after)
    (cluster,) = one.clusters
    assert (cluster.renamed, cluster.before and cluster.before.name, cluster.name) == (
        True,
        "west",
        "far-west",
    )
    assert (cluster.installs, cluster.classes, one.new, one.gone) == ((), (), (), ())


def test_a_cluster_that_comes_and_one_that_goes() -> None:
    files = {"vpc.yaml": VPC, "multus.yaml": multus()}
    two, one = repository(files, ("east/", "west/")), repository(files, ("east/",))
    gone = compared(two, one)
    assert [(c.name, c.after) for c in gone.clusters if c.after is None] == [("west", None)]
    assert not gone.fails(Level.WARNING)
    came = compared(one, two)
    assert len([c for c in came.clusters if c.before is None]) == 1


def test_a_variable_of_the_container_is_a_setting() -> None:
    told = settings_of(
        compared({"vpc.yaml": with_variable("1500")}, {"vpc.yaml": with_variable("9001")})
    )
    assert told == {"AWS_VPC_ENI_MTU": ("1500", "9001")}


def with_variable(value: str) -> str:
    env = f"          env:\n            - {{name: AWS_VPC_ENI_MTU, value: '{value}'}}\n"
    return VPC.replace("          volumeMounts:", f"{env}          volumeMounts:", 1)


def test_a_variable_that_a_setting_is_read_from_is_told_once() -> None:
    told = settings_of(compared({"istio.yaml": STANDALONE}, {"istio.yaml": OWNED}))
    assert "CNI_CONF_NAME" not in told
    assert told["file"] == (
        "/etc/cni/net.d/02-istio-cni.conf",
        "/etc/cni/net.d/02-istio-cni.conflist",
    )


FLANNEL = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: kube-flannel-cfg, namespace: kube-flannel}
data:
  cni-conf.json: |
    {"name": "cbr0", "cniVersion": "0.3.1", "plugins": [{"type": "flannel", "mtu": MTU}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-flannel-ds, namespace: kube-flannel}
spec:
  selector: {matchLabels: {app: flannel}}
  template:
    metadata: {labels: {app: flannel}}
    spec:
      initContainers:
        - name: install-cni
          image: ghcr.io/flannel-io/flannel:v0.26.4
          command: [cp]
          args: [-f, /etc/kube-flannel/cni-conf.json, /etc/cni/net.d/10-flannel.conflist]
          volumeMounts:
            - {name: cni, mountPath: /etc/cni/net.d}
            - {name: flannel-cfg, mountPath: /etc/kube-flannel/}
      containers:
        - name: kube-flannel
          image: ghcr.io/flannel-io/flannel:v0.26.4
          command: [/opt/bin/flanneld]
      volumes:
        - {name: cni, hostPath: {path: /etc/cni/net.d}}
        - {name: flannel-cfg, configMap: {name: kube-flannel-cfg}}
"""


def test_a_change_of_what_a_file_holds_is_told_member_by_member() -> None:
    before, after = (FLANNEL.replace("MTU", mtu) for mtu in ("1450", "8950"))
    told = settings_of(compared({"flannel.yaml": before}, {"flannel.yaml": after}))
    assert told["content/plugins/0/mtu"] == ("1450", "8950")
