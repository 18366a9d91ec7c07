"""Who acts in an event of an order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cnilint.report.acting import acting
from cnilint.simulation.cluster import Cluster

Read = Callable[..., Cluster]


@pytest.mark.parametrize(
    ("event", "actor"),
    [
        ("Amazon VPC CNI writes 10-aws.conflist", "Amazon VPC CNI"),
        ("Istio CNI writes 02-istio.conf, a copy of 10-aws.conflist", "Istio CNI"),
        ("Multus picks 10-aws.conflist as its master", "Multus (thick)"),
        ("Multus (thick) is restarted", "Multus (thick)"),
        ("the node reboots", None),
        ("Multustoo writes something", None),
        ("", None),
    ],
)
def test_an_event_begins_with_who_acts(event: str, actor: str | None, read: Read) -> None:
    cluster = read("multus", "aws", "istio")
    found = acting(event, cluster.installers, cluster.multuses)
    assert (found.title if found else None) == actor


def test_everyone_of_a_real_order_is_known(read: Read) -> None:
    cluster = read("multus", "aws", "istio")
    events = {event for facts in cluster.classes for o in facts.outcomes for event in o.order}
    unknown = {e for e in events if acting(e, cluster.installers, cluster.multuses) is None}
    assert len(events) > len(unknown)
    assert all(event.startswith("the node ") for event in unknown), unknown


def test_of_two_of_one_name_it_is_the_one_whose_file_is_named(read: Read) -> None:
    one, other = read("istio").installers[0], read("aws").installers[0]
    assert one.writes is not None
    pair = (other, other, one)
    assert acting(f"Istio CNI writes {one.writes.name}", pair, ()) is one
    assert acting("Amazon VPC CNI writes nothing", pair, ()) is other
