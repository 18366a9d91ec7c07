"""What a change does to nodes that run, against a recursion that tries every order one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnilint.engine.sentences import step_words
from cnilint.model.steps import Failure, Situation, Verb
from cnilint.simulation import transition as module
from cnilint.simulation.owner import Reading
from cnilint.simulation.programs import Program
from cnilint.simulation.search import RESTLESS
from cnilint.simulation.transition import Handling, Nodes, ProgramChange, Transition, transition
from tests.unit.simulation.actors import (
    DIRECTORY,
    Actor,
    exclusive_always,
    exclusive_once,
    free,
    host_files,
    inserter,
    leaver,
    made,
    on_host,
    plain_names,
    thick,
    thin,
    writer,
)
from tests.unit.simulation.orders import Orders, TooManyOrdersError, every_standing, told_of

slow = [HealthCheck.too_slow, HealthCheck.filter_too_much]
few = settings(max_examples=60, deadline=None, suppress_health_check=slow)
fewer = settings(max_examples=12, deadline=None, suppress_health_check=slow)


class Installed(NamedTuple):
    """An actor before and after a change, None where there is none, and who does what to it."""

    before: Actor | None
    after: Actor | None
    handling: Handling = Handling.REPLACED


plain = st.builds(writer, plain_names)
kept = (free | plain).map(lambda one: Installed(one, one, Handling.LEFT))
added = (free | plain).map(lambda one: Installed(None, one))
removed = (free | plain).map(lambda one: Installed(one, None))
replaced = st.builds(
    Installed,
    free | plain,
    free | plain,
    st.sampled_from([Handling.REPLACED, Handling.STARTED_FIRST, Handling.LEFT]),
)
any_change = st.lists(kept | added | removed | replaced, min_size=1, max_size=5)


def programs(found: Sequence[Actor | None]) -> tuple[list[Program | None], Reading]:
    """Return the programs of actors, None for none."""
    there = [one for one in found if one is not None]
    ready, reading = made(there) if there else ([], Reading(DIRECTORY))
    # the programs of Multus come last
    by_actor = {one.actor.object: one for one in ready}
    numbers = iter(range(len(there)))
    return [
        None if one is None else by_actor[f"DaemonSet actor-{next(numbers)}"] for one in found
    ], reading


def parts_of(found: Sequence[Installed]) -> tuple[list[ProgramChange], Reading, Reading]:
    """Return the parts of a change, and how nodes are read before and after it."""
    old, before = programs([one.before for one in found])
    new, after = programs([one.after for one in found])
    parts = [
        ProgramChange(was, None if one.handling is Handling.LEFT else is_now, is_now, one.handling)
        for one, was, is_now in zip(found, old, new, strict=True)
    ]
    return parts, before, after


def came(
    found: Sequence[Installed], files: dict[str, str] | None = None, *, persistent: bool = True
) -> Transition:
    parts, before, after = parts_of(found)
    there = on_host(files or {})
    return transition(parts, Nodes(there, before, persistent), Nodes(there, after, persistent))


@few
@given(any_change, host_files, st.booleans())
def test_what_stands_is_what_every_order_comes_to(
    found: list[Installed], files: dict[str, str], persistent: bool
) -> None:
    parts, before, after = parts_of(found)
    there = on_host(files)
    nodes = Nodes(there, before, persistent), Nodes(there, after, persistent)
    try:
        expected = every_standing(parts, *nodes, Orders())
    except TooManyOrdersError:
        assume(False)
    result = transition(parts, *nodes)
    assert result.exhausted
    stands = {told_of(one) for one in result.standings if one.cause != RESTLESS}
    assert stands == expected


@fewer
@given(st.lists(plain, min_size=2, max_size=3), st.lists(plain, min_size=1, max_size=2))
def test_five_installers_come_to_what_each_order_of_their_exchange_comes_to(
    old: list[Actor], new: list[Actor]
) -> None:
    found = [*(Installed(one, None) for one in old), *(Installed(None, one) for one in new)]
    parts, before, after = parts_of(found)
    nodes = Nodes({}, before), Nodes({}, after)
    try:
        expected = every_standing(parts, *nodes, Orders(most=2_000))
    except TooManyOrdersError:
        assume(False)
    assert {told_of(one) for one in transition(parts, *nodes).standings} == expected


CALICO, CILIUM = writer("10-calico.conflist"), exclusive_always("05-cilium.conflist")


def test_a_file_that_a_removed_installer_leaves_goes_on_to_own_the_pods() -> None:
    result = came([Installed(CILIUM, None), Installed(None, CALICO)])
    assert {one.master for one in result.standings} == {"05-cilium.conflist"}
    (first, *_) = result.of(Situation.CHANGE)
    assert list(map(step_words, first.order)) == [
        "the node runs with 05-cilium.conflist in place",
        "Cilium stops",
        "Calico writes 10-calico.conflist",
    ]


def test_an_installer_that_still_runs_renames_what_the_new_one_writes() -> None:
    result = came([Installed(CILIUM, None), Installed(None, CALICO)])
    listed = {one.files for one in result.of(Situation.CHANGE)}
    assert listed == {
        ("05-cilium.conflist", "10-calico.conflist"),
        ("05-cilium.conflist", "10-calico.conflist.cilium_bak"),
    }


def test_a_file_that_its_installer_takes_along_is_gone() -> None:
    result = came([Installed(leaver(), None), Installed(None, CALICO)])
    assert {one.files for one in result.standings} == {("10-calico.conflist",)}


def test_files_that_do_not_outlive_a_reboot_are_gone_after_it() -> None:
    found = [Installed(CILIUM, None), Installed(None, CALICO)]
    result = came(found, {"99-host.conf": ""}, persistent=False)
    assert {one.master for one in result.of(Situation.CHANGE)} == {"05-cilium.conflist"}
    assert {one.files for one in result.of(Situation.REBOOT)} == {
        ("10-calico.conflist", "99-host.conf")
    }


def test_a_program_that_nobody_restarts_is_another_one_after_a_reboot() -> None:
    found = [Installed(writer("05-b.conflist"), writer("10-c.conflist"), Handling.LEFT)]
    result = came(found)
    assert {one.files for one in result.of(Situation.CHANGE)} == {("05-b.conflist",)}
    assert {one.files for one in result.of(Situation.REBOOT)} == {
        ("05-b.conflist", "10-c.conflist")
    }


def test_a_daemon_that_goes_on_running_keeps_to_the_master_that_was_removed() -> None:
    daemon = thick("v4.1.4")
    found = [Installed(daemon, daemon, Handling.LEFT), Installed(CALICO, None)]
    result = came([*found, Installed(None, writer("05-b.conflist"))])
    assert {one.master for one in result.of(Situation.CHANGE)} == {"10-calico.conflist"}
    assert {one.master for one in result.of(Situation.REBOOT)} == {"05-b.conflist"}


def test_the_file_of_a_daemon_that_is_gone_gives_no_pod_a_network() -> None:
    left = came([Installed(thick("v4.0.2"), None), Installed(CALICO, CALICO, Handling.LEFT)])
    assert {(one.runtime, one.master) for one in left.standings} == {("00-multus.conf", None)}
    causes = {one.cause.failure for one in left.standings if one.cause is not None}
    assert causes == {Failure.DAEMON_GONE}
    # from 4.1 on the daemon takes it along, and the plugin of thin Multus asks no daemon
    gone = came([Installed(thick("v4.1.4"), None), Installed(CALICO, CALICO, Handling.LEFT)])
    assert {one.master for one in gone.standings} == {"10-calico.conflist"}
    alone = came([Installed(thin("v4.1.4"), None), Installed(CALICO, CALICO, Handling.LEFT)])
    assert {(one.runtime, one.master) for one in alone.standings} == {
        ("00-multus.conf", "10-calico.conflist")
    }


def test_a_surge_lets_both_run_before_the_old_one_ends() -> None:
    found = Installed(leaver(), exclusive_once())
    assert {one.files for one in came([found]).of(Situation.CHANGE)} == {("05-cilium.conf",)}
    surging = came([found._replace(handling=Handling.STARTED_FIRST)])
    both = {one.files for one in surging.of(Situation.CHANGE)}
    assert both == {
        ("05-cilium.conf",),
        ("05-cilium.conf", "10-ovn-kubernetes.conf.cilium_bak"),
    }


def test_a_reboot_tells_what_it_begins_with() -> None:
    found = [Installed(CILIUM, None), Installed(None, CALICO)]
    kept = ("05-cilium.conflist", "10-calico.conflist", "99-host.conf.cilium_bak")
    renamed = ("05-cilium.conflist", "10-calico.conflist.cilium_bak", "99-host.conf.cilium_bak")
    for persistent, left in ((False, {("99-host.conf",)}), (True, {kept, renamed})):
        result = came(found, {"99-host.conf": ""}, persistent=persistent).of(Situation.REBOOT)
        orders = [step for one in result for step in one.order]
        assert {step.files for step in orders if step.verb is Verb.REBOOTS} == left


def test_a_restart_is_one_step_and_tells_what_was_there() -> None:
    (standing,) = came([Installed(CALICO, CALICO)]).of(Situation.CHANGE)
    assert [step.verb for step in standing.order] == [Verb.RUNS, Verb.RESTARTS, Verb.WRITES]


def test_installers_that_undo_each_other_after_a_change_are_told() -> None:
    owned = {"ISTIO_OWNED_CNI_CONFIG": "true", "AMBIENT_ENABLED": "true"}
    istio = Actor("istio/install-cni:1.27", environment=owned)
    found = [Installed(CILIUM, CILIUM, Handling.LEFT), Installed(None, istio)]
    result = came(found)
    assert RESTLESS in {one.cause for one in result.standings}
    assert all(one.master is None for one in result.standings if one.cause == RESTLESS)


def test_where_not_every_order_is_looked_at_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Installed(CALICO, None), Installed(None, CILIUM), Installed(None, inserter(""))]
    assert came(found).exhausted
    monkeypatch.setattr(module, "MOST_STEPS", 5)
    assert not came(found).exhausted
