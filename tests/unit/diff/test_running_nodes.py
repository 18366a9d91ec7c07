"""What a change does to nodes that already run: migrations, laws, and what is not known."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.diff.running_nodes import RunningNodes, running_nodes
from cnilint.engine.policy import EVERYTHING
from cnilint.engine.sentences import detail_lines, step_words
from cnilint.kube.manifest import Manifest
from cnilint.model.finding import Applicability, Level
from cnilint.model.steps import Situation
from cnilint.simulation import transition
from cnilint.simulation.class_facts import HostFile
from cnilint.simulation.cluster import NOTHING_KNOWN, Circumstances, Cluster, cluster
from tests.unit.simulation.actors import (
    Actor,
    exclusive_always,
    exclusive_once,
    free,
    inserter,
    objects,
    quick,
    read,
    thick,
    thin,
    writer,
)

AWS = Actor("r/amazon-k8s-cni:v1.23.0", container="aws-node")
CALICO = writer("10-calico.conflist")
CILIUM = exclusive_always("05-cilium.conflist")
PINNED = thick("v4.1.4", "10-aws.conflist")
UNPINNED = thick("v4.1.4")
STANDALONE = Actor(
    "istio/install-cni:1.27",
    environment={"CHAINED_CNI_PLUGIN": "false", "CNI_CONF_NAME": "20-istio-cni.conf"},
)

Installs = Mapping[str, Actor]
"""Actors by the name of their DaemonSet."""


def parts(installs: Installs, strategies: Mapping[str, str] | None = None) -> list[Manifest]:
    """Return the objects of some installs, each under its own name."""
    found: list[object] = []
    for name, actor in installs.items():
        text = json.dumps(actor.documents(0, {})).replace("map-0", f"{name}-settings")
        daemon_set, config_map = json.loads(text.replace("actor-0", name))
        strategy = (strategies or {}).get(name)
        if strategy is not None:
            daemon_set["spec"]["updateStrategy"] = json.loads(strategy)
        found += [daemon_set, config_map] if config_map["data"] else [daemon_set]
    return read("\n---\n".join(map(json.dumps, found)) or "{}")


def of(installs: Installs, known: Circumstances = NOTHING_KNOWN, **strategies: str) -> Cluster:
    return cluster("one", parts(installs, strategies), known)


def change(before: Installs, after: Installs) -> RunningNodes:
    return running_nodes(of(before), of(after))


def told(found: RunningNodes) -> list[str]:
    return [one.rule for one in found.findings]


def owners(found: RunningNodes) -> dict[str, set[str | None]]:
    """Return who owns the pods of nodes that ran before, of these rebooted, and of new ones."""
    (one,) = found.classes
    return {
        "running": {each.master for each in one.running},
        "rebooted": {each.master for each in one.rebooted},
        "new": {each.master for each in one.new},
    }


# Migrations


def test_calico_to_cilium_changes_the_owner_on_every_node() -> None:
    """Calico leaves its file, and Cilium renames it.

    projectcalico/calico@87c1590:cni-plugin/pkg/install/install.go (nothing is removed at its end),
    cilium/cilium@01990e1:daemon/cmd/cni/config.go (cleanupOtherCNI)
    """
    found = change({"calico": CALICO}, {"cilium": CILIUM})
    assert told(found) == ["CNI604"]
    assert found.notes == ()
    assert set(map(frozenset, owners(found).values())) == {frozenset({"05-cilium.conflist"})}
    (witness,) = found.findings[0].witnesses
    assert list(map(step_words, witness.steps)) == [
        "the node runs with 10-calico.conflist in place",
        "Calico stops",
        "Cilium writes 05-cilium.conflist",
        "Cilium renames 10-calico.conflist",
    ]


def test_calico_to_a_cilium_that_shares_the_directory_leaves_a_file_behind() -> None:
    shared = writer("05-cilium.conflist")  # as it is with cni.exclusive false
    found = change({"calico": CALICO}, {"cilium": shared})
    assert told(found) == ["CNI604"]
    assert found.notes == ()  # the finding has it
    lines = detail_lines(found.findings[0])
    assert lines[0].startswith("/etc/cni/net.d/10-calico.conflist of Calico stays on nodes")
    with_multus = change(
        {"calico": CALICO, "multus": UNPINNED}, {"cilium": shared, "multus": UNPINNED}
    )
    assert told(with_multus) == ["CNI601"]
    assert owners(with_multus) == {
        "running": {"10-calico.conflist"},
        "rebooted": {"05-cilium.conflist"},
        "new": {"05-cilium.conflist"},
    }


def test_cilium_back_to_calico_leaves_cilium_the_owner() -> None:
    found = change({"cilium": CILIUM}, {"calico": CALICO})
    assert told(found) == ["CNI601"]
    (finding,) = found.findings
    assert finding.level is Level.ERROR
    assert finding.location.object == "DaemonSet calico"
    assert "05-cilium.conflist of Cilium stays on nodes that already run" in finding.message
    assert "and owns their pods, while new nodes get 10-calico.conflist" in finding.message
    assert {fix.applicability for fix in finding.fixes} == {Applicability.DISPLAY}
    assert [step_words(one) for one in finding.witnesses[0].steps][1] == "Cilium stops"


def test_a_pin_in_a_config_map_alone_is_not_read_by_the_daemon_that_runs() -> None:
    """VPC CNI with Multus, unpinned to pinned: the only file there is, so pods get the same.

    k8snetworkplumbingwg/multus-cni@v4.3.0:cmd/multus-daemon/main.go (the configuration is read
    once, before the daemon starts)
    """
    found = change({"aws": AWS, "multus": UNPINNED}, {"aws": AWS, "multus": PINNED})
    assert told(found) == ["CNI603"]
    assert set(map(frozenset, owners(found).values())) == {frozenset({"10-aws.conflist"})}
    (finding,) = found.findings
    assert finding.location.object == "ConfigMap multus-settings"
    assert [fix.applicability for fix in finding.fixes] == [Applicability.UNSAFE]


def test_a_pin_that_is_not_read_leaves_the_race_on_nodes_that_run() -> None:
    both = {"aws": AWS, "istio": STANDALONE}
    found = change({**both, "multus": UNPINNED}, {**both, "multus": PINNED})
    assert told(found) == ["CNI602", "CNI603"]
    assert owners(found)["running"] == {"10-aws.conflist", "20-istio-cni.conf"}
    assert owners(found)["rebooted"] == owners(found)["new"] == {"10-aws.conflist"}
    assert "give pods 20-istio-cni.conf, which no new node does" in found.findings[0].message


def test_istio_added_does_the_same_on_every_node() -> None:
    found = change({"aws": AWS}, {"aws": AWS, "istio": inserter("")})
    assert told(found) == []
    (one,) = found.classes
    assert {standing.plugins[-1] for standing in one.transition.standings} == {"istio-cni"}


def test_istio_removed_takes_its_plugin_along() -> None:
    """istio/istio@86c9f01:cni/pkg/install/install.go Cleanup"""
    found = change({"aws": AWS, "istio": inserter("")}, {"aws": AWS})
    assert told(found) == []
    (one,) = found.classes
    assert all("istio-cni" not in standing.plugins for standing in one.running)


def test_thin_to_thick_multus_in_one_workload_leaves_no_other_owner() -> None:
    """Thin leaves 00-multus.conf, and thick writes it anew and does not pick it.

    k8snetworkplumbingwg/multus-cni@v4.1.4:cmd/thin_entrypoint/main.go (removed with the cleanup
    flag alone), pkg/server/config/generator.go findMasterPlugin
    """
    before = {"aws": AWS, "multus": thin("v4.1.4", "10-aws.conflist")}
    found = change(before, {"aws": AWS, "multus": PINNED})
    assert told(found) == []
    assert set(map(frozenset, owners(found).values())) == {frozenset({"10-aws.conflist"})}


def test_a_daemon_that_goes_and_leaves_its_file_leaves_no_network() -> None:
    found = change({"aws": AWS, "multus": thick("v4.0.2")}, {"aws": AWS})
    assert told(found) == ["CNI601"]
    assert "leaves their pods without a network" in found.findings[0].message
    assert told(change({"aws": AWS, "multus": UNPINNED}, {"aws": AWS})) == []


# What removes a file that stays


def test_what_removes_a_file_is_told_in_order_with_a_daemon_set() -> None:
    found = change({"calico": CALICO, "multus": UNPINNED}, {"aws": AWS, "multus": UNPINNED})
    lines = list(found.findings[0].details)
    assert [line.split(".")[0] for line in lines[1:5]] == ["  1", "  2", "  3", "  4"]
    assert "restart DaemonSet multus" in lines[3]
    start = lines.index("  apiVersion: apps/v1")
    (made,) = read("\n".join(line[2:] for line in lines[start:]))
    assert made.kind == "DaemonSet"
    assert "rm -f /cni/10-calico.conflist" in "\n".join(lines)


def cilium(**selector: str) -> list[Manifest]:
    """Return Cilium on the nodes with some labels."""
    return read("\n---\n".join(map(json.dumps, CILIUM.documents(0, selector))))


def test_no_daemon_set_removes_a_file_that_other_nodes_need() -> None:
    before = cluster("one", cilium())
    after = cluster("one", [*cilium(pool="a"), *parts({"aws": AWS})])
    stale = [one for one in running_nodes(before, after).findings if one.rule == "CNI601"]
    assert [one.message.partition(",")[0] for one in stale] == ["on nodes without pool=a"]
    assert not any("kind: DaemonSet" in line for line in stale[0].details)


def test_a_file_that_owns_nothing_is_noted() -> None:
    found = change({"calico": writer("20-calico.conflist"), "aws": AWS}, {"aws": AWS})
    assert told(found) == []
    (note,) = found.notes
    assert "20-calico.conflist of Calico stays" in note.message
    assert note.cluster == "one"


# Controllers


def test_a_pod_that_nobody_replaces_keeps_its_old_template_through_a_reboot() -> None:
    on_delete = '{"type": "OnDelete"}'
    renamed = writer("05-calico.conflist")
    before, after = of({"calico": CALICO}), of({"calico": renamed}, calico=on_delete)
    found = running_nodes(before, after)
    assert owners(found) == {
        "running": {"10-calico.conflist"},
        "rebooted": {"10-calico.conflist"},
        "new": {"05-calico.conflist"},
    }
    assert told(found) == ["CNI602"]


def test_a_pod_that_nobody_replaces_reads_the_new_config_map_after_a_reboot() -> None:
    on_delete = '{"type": "OnDelete"}'
    both = {"aws": AWS, "istio": STANDALONE}
    bumped = thick("v4.2.0", "20-istio-cni.conf")
    before = of({**both, "multus": PINNED})
    found = running_nodes(before, of({**both, "multus": bumped}, multus=on_delete))
    assert owners(found)["running"] == {"10-aws.conflist"}
    assert owners(found)["rebooted"] == owners(found)["new"] == {"20-istio-cni.conf"}


def test_a_surge_is_played_as_one() -> None:
    surging = '{"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}'
    before = of({"cni": exclusive_once()})
    found = running_nodes(before, of({"cni": exclusive_always("05-x.conflist")}, cni=surging))
    steps = [step_words(s) for one in found.classes[0].running for s in one.order]
    assert "Cilium stops" in steps
    assert not any(words.startswith("Cilium restarts") for words in steps)


def test_a_config_map_beside_a_changed_template_is_read() -> None:
    both = {"aws": AWS, "istio": STANDALONE}
    bumped = thick("v4.2.0", "10-aws.conflist")
    found = change({**both, "multus": UNPINNED}, {**both, "multus": bumped})
    assert told(found) == []
    assert owners(found)["running"] == {"10-aws.conflist"}


# Laws


@quick
@given(st.lists(free, min_size=1, max_size=3))
def test_a_cluster_that_stays_does_nothing_to_its_nodes(found: list[Actor]) -> None:
    one, other = (cluster("one", objects(found)) for _time in range(2))
    assert running_nodes(one, one) == running_nodes(one, other) == RunningNodes()


def named(found: Sequence[Actor]) -> dict[str, Actor]:
    return {f"install-{at}": one for at, one in enumerate(found)}


@quick
@given(st.lists(free, min_size=1, max_size=2), st.lists(free, max_size=2), st.booleans())
def test_where_nothing_goes_and_no_config_map_changes_there_is_nothing_but_a_new_owner(
    found: list[Actor], more: list[Actor], restarted: bool
) -> None:
    before = parts(named(found))
    strategies = {"install-0": '{"type": "RollingUpdate"}'} if restarted else {}
    after = parts(named([*found, *more]), strategies)
    result = running_nodes(cluster("one", before), cluster("one", after))
    assert set(told(result)) <= {"CNI604"}


@quick
@given(st.lists(free, min_size=1, max_size=2), st.lists(free, min_size=1, max_size=2))
def test_new_nodes_have_every_outcome_of_the_first_boot_after_the_change(
    old: list[Actor], new: list[Actor]
) -> None:
    after = of(named(new))
    result = running_nodes(of(named(old)), after)
    for one in result.classes:
        (facts,) = after.classes
        first = {o for o in facts.outcomes if o.situation is Situation.FIRST_BOOT}
        assert first == set(one.new)


# What is not known


def test_a_cluster_that_is_new_or_gone_has_no_running_nodes_to_tell_of() -> None:
    one = of({"calico": CALICO})
    assert running_nodes(None, one) == running_nodes(one, None) == RunningNodes()


def test_where_no_cni_is_left_in_view_nothing_is_claimed() -> None:
    for after in ({}, {"multus": UNPINNED}):
        found = change({"cilium": CILIUM}, after)
        assert told(found) == []
        (note,) = found.notes
        assert note.message.endswith("is not known: no CNI is in view after it")


def test_where_no_cni_was_in_view_before_nothing_is_claimed() -> None:
    for before in ({}, {"multus": UNPINNED}):
        found = change(before, {"cilium": CILIUM})
        assert told(found) == []
        (note,) = found.notes
        assert note.message.endswith("is not known: no CNI is in view before it")


def test_where_not_every_order_is_looked_at_nothing_is_claimed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transition, "MOST_STEPS", 2)
    found = change({"cilium": CILIUM}, {"calico": CALICO})
    assert told(found) == []
    assert "too many orders" in found.notes[0].message


def test_what_rests_on_a_source_that_was_not_read_is_no_error() -> None:
    before, after = parts({"cilium": CILIUM}), parts({"calico": CALICO})
    found = running_nodes(cluster("one", before), cluster("one", after, unread=["a chart"]))
    assert [(one.rule, one.level) for one in found.findings] == [("CNI601", Level.WARNING)]


def test_a_file_of_the_host_stays_without_anybody_being_told() -> None:
    known = Circumstances(host_files=(HostFile("99-host.conflist", "{}"),))
    found = running_nodes(of({"calico": CALICO}, known), of({"cilium": CILIUM}, known))
    assert told(found) == ["CNI604"]
    assert found.notes == ()


def test_a_rule_that_is_off_is_not_run_and_its_level_is_as_wanted() -> None:
    before, after = of({"cilium": CILIUM}), of({"calico": CALICO})
    off = EVERYTHING._replace(off=frozenset({"CNI601"}))
    assert running_nodes(before, after, off).findings == ()
    mild = EVERYTHING._replace(severity={"CNI601": Level.NOTE})
    assert [one.level for one in running_nodes(before, after, mild).findings] == [Level.NOTE]


def test_a_cilium_that_takes_its_file_along_leaves_nothing() -> None:
    hook = {"lifecycle": {"preStop": {"exec": {"command": ["/cni-uninstall.sh"]}}}}
    text = json.dumps(exclusive_once().documents(0, {})[0]).replace("v1.13.5", "v1.10.3")
    daemon_set = json.loads(text)
    daemon_set["spec"]["template"]["spec"]["containers"][0] |= hook
    before = cluster("one", read(json.dumps(daemon_set)))
    assert told(running_nodes(before, of({"calico": CALICO}))) == ["CNI604"]


# Installs by a chart


def by_chart(chart: str, values: Mapping[str, object]) -> list[Manifest]:
    """Return the HelmRelease of a chart, and a Multus that takes the first file."""
    spec = {"chart": chart, "version": "1.18.2", "sourceRef": {"kind": "HelmRepository"}}
    release = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": "net", "namespace": "kube-system"},
        "spec": {"chart": {"spec": spec}, "values": values},
    }
    return read(json.dumps(release))


def exclusive(value: bool, **more: object) -> Cluster:
    """Return a cluster with Calico and a Cilium by its chart."""
    cilium = by_chart("cilium", {"cni": {"exclusive": value}, **more})
    return cluster("one", [*parts({"calico": CALICO}), *cilium])


def test_a_value_that_ends_in_a_config_map_is_not_read_by_the_pods_that_run() -> None:
    found = running_nodes(exclusive(False), exclusive(True))
    assert "CNI603" in told(found)
    (one,) = found.classes
    assert any("10-calico.conflist" in each.files for each in one.running)
    assert all("10-calico.conflist" not in each.files for each in one.new)


def test_with_a_checksum_in_their_template_the_pods_start_anew() -> None:
    rolls = {"rollOutCiliumPods": True}
    found = running_nodes(exclusive(False, **rolls), exclusive(True, **rolls))
    assert "CNI603" not in told(found)
    (one,) = found.classes
    assert all("10-calico.conflist" not in each.files for each in one.rebooted)


def test_where_nothing_tells_whether_pods_restart_that_is_said_and_nothing_else() -> None:
    found = running_nodes(exclusive(False), exclusive(True, debug={"enabled": True}))
    assert told(found) == []
    (note,) = found.notes
    assert "nothing in view tells whether Cilium starts anew" in note.message
    assert running_nodes(exclusive(False), exclusive(False, debug={})).notes == ()
