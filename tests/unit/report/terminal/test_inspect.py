"""The facts of a cluster, drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnilint.engine.result import Result
from cnilint.engine.sentences import verdict_line
from cnilint.model.steps import Actor, Cause, Failure, Situation, Step, Verb
from cnilint.report.terminal.inspect import inspect_text
from cnilint.report.terminal.paint import Paint
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.search import Outcome, Simulation
from tests.unit.report.orders import AWS_WRITES, ISTIO_WRITES, REBOOTS, RESTARTS, picks

Read = Callable[..., Cluster]
Tell = Callable[..., Result]

PLAIN = Paint(color=False, width=100)

NO_MASTER = Cause(Failure.NO_MASTER)
AWS, ISTIO, OWN = "10-aws.conflist", "02-istio.conf", "00-multus.conf"


def outcome(
    situation: Situation, order: tuple[Step, ...], master: str | None, cause: Cause | None = None
) -> Outcome:
    multus = master is not None
    return Outcome(situation, order, (), OWN if multus else None, master, multus, cause)


def with_outcomes(cluster: Cluster, *outcomes: Outcome) -> Cluster:
    (facts,) = cluster.classes
    simulation = Simulation(outcomes, exhausted=True, contents={})
    return replace(cluster, classes=(replace(facts, simulation=simulation),))


A_RACE = """\
cluster default: 3 CNI installs in 4 manifests, read by containerd

all nodes
│ what is installed
│   Multus (thick)  meta     DaemonSet net/multus    writes 00-multus.conf
│   Amazon VPC CNI  primary  DaemonSet net/aws-node  writes 10-aws.conflist
│   Istio CNI       chained  DaemonSet mesh/istio    writes 02-istio.conf
│
│ /etc/cni/net.d, in the order it is read
│   00-multus.conf   Multus (thick)  multus-cni-network  ◂ the runtime takes it
│   02-istio.conf    Istio CNI       istio-cni           ◂ Multus may take it
│   10-aws.conflist  Amazon VPC CNI  aws-cni             ◂ Multus may take it
│
│ 02-istio.conf owns the pods
│   first boot, reboot
│     1. Istio CNI writes 02-istio.conf
│     2. Multus picks 02-istio.conf as its master and writes 00-multus.conf
│
│ 10-aws.conflist owns the pods
│   first boot
│     1. Amazon VPC CNI writes 10-aws.conflist
│     2. Multus picks 10-aws.conflist as its master and writes 00-multus.conf
│   reboot
│     1. the node reboots with nothing in place
│     2. then the same as at the first boot
│   rolling restart
│     1. Multus restarts with nothing in place
│
│ two first boots: where Amazon VPC CNI writes 10-aws.conflist first, pods get 10-aws.conflist;
│                  where Istio CNI writes 02-istio.conf first, 02-istio.conf
│
╰ a race: 02-istio.conf or 10-aws.conflist
"""


def test_a_race(read: Read, told: Tell) -> None:
    istio = (ISTIO_WRITES, picks(ISTIO))
    aws = (AWS_WRITES, picks(AWS))
    cluster = with_outcomes(
        read("multus", "aws", "istio"),
        outcome(Situation.FIRST_BOOT, aws, AWS),
        outcome(Situation.FIRST_BOOT, istio, ISTIO),
        outcome(Situation.REBOOT, istio, ISTIO),
        outcome(Situation.REBOOT, (REBOOTS, *aws), AWS),
        outcome(Situation.RESTART, (RESTARTS,), AWS),
    )
    assert inspect_text(told(cluster), PLAIN) == A_RACE


DETERMINISTIC = """\
cluster default: 1 CNI install in 1 manifest, read by containerd

all nodes
│ what is installed
│   Amazon VPC CNI  primary  DaemonSet net/aws-node  writes 10-aws.conflist
│     assumed: EKS installs it by default
│
│ /etc/cni/net.d, in the order it is read
│   10-aws.conflist  Amazon VPC CNI  aws-cni  ◂ the runtime takes it
│
│ 10-aws.conflist owns the pods
│   first boot
│     1. Amazon VPC CNI writes 10-aws.conflist
│
╰ deterministic: 10-aws.conflist
"""


def test_one_cni_that_is_assumed(read: Read, told: Tell) -> None:
    cluster = with_outcomes(
        read("aws"),
        Outcome(Situation.FIRST_BOOT, (AWS_WRITES,), (AWS,), AWS, AWS, through_multus=False),
    )
    (facts,) = cluster.classes
    assumed = replace(facts.installers[0], assumed="EKS installs it by default")
    facts = replace(facts, installers=(assumed,))
    assert inspect_text(told(replace(cluster, classes=(facts,))), PLAIN) == DETERMINISTIC


def test_nobody_owns_the_pods(read: Read, told: Tell) -> None:
    cluster = with_outcomes(
        read("multus", "aws"),
        outcome(Situation.FIRST_BOOT, (), None, NO_MASTER),
        outcome(Situation.REBOOT, (REBOOTS,), None, NO_MASTER),
        outcome(
            Situation.RESTART,
            (RESTARTS,),
            None,
            Cause(Failure.CLUSTER_NETWORK_UNREADABLE, "x.conf"),
        ),
    )
    assert inspect_text(told(cluster), PLAIN).endswith("""\
│ nothing owns the pods: Multus finds no network to delegate to
│   first boot
│     nothing is written
│   reboot
│     1. the node reboots with nothing in place
│ nothing owns the pods: Multus cannot read x.conf
│   rolling restart
│     1. Multus restarts with nothing in place
│
╰ never ready: Multus finds no network to delegate to; Multus cannot read x.conf
""")


def test_nodes_whose_cni_is_not_shown(read: Read, told: Tell) -> None:
    shown = inspect_text(told(read("multus")), PLAIN)
    assert "│ /etc/cni/net.d stays empty\n" in shown
    assert shown.endswith("╰ undecided: no CNI in these manifests gives these nodes a network\n")


def test_an_owner_is_shown_with_what_is_wrong_beside_it(read: Read, told: Tell) -> None:
    cluster = with_outcomes(
        read("multus", "aws"),
        Outcome(
            *(Situation.FIRST_BOOT, (), (AWS,), AWS, AWS),
            through_multus=False,
            cause=Cause(Failure.CRASH),
        ),
    )
    shown = inspect_text(told(cluster), PLAIN)
    assert "│ 10-aws.conflist owns the pods, but Multus crashes on the file it picked\n" in shown


def test_a_file_elsewhere_is_named_by_its_path(read: Read, told: Tell) -> None:
    cluster = read("aws")
    (facts,) = cluster.classes
    moved = replace(facts, directory="/etc/other")
    shown = inspect_text(told(replace(cluster, classes=(moved,))), PLAIN)
    assert "writes /etc/cni/net.d/10-aws.conflist\n" in shown
    assert "/etc/other, in the order it is read" in shown


def test_an_installer_that_reaches_no_node_says_so(read: Read, told: Tell) -> None:
    cluster = read("aws")
    (facts,) = cluster.classes
    lost = replace(facts.installers[0], directory=None, writes=None)
    result = told(replace(cluster, classes=(replace(facts, installers=(lost,)),)))
    assert "DaemonSet net/aws-node  nothing of it reaches the node\n" in inspect_text(result, PLAIN)


def test_steps_use_the_whole_width(read: Read, told: Tell) -> None:
    wordy = Step(Actor("word " * 30), Verb.EXITS)
    way = outcome(Situation.FIRST_BOOT, (wordy, RESTARTS), AWS)
    cluster = with_outcomes(read("multus", "aws"), way)
    lines = inspect_text(told(cluster), replace(PLAIN, width=150)).splitlines()
    assert "│     1. " + " ".join(["word"] * 28) in lines
    assert "│        word word  exits" in lines


def every_outcome_is_told(facts: ClassFacts, shown: str) -> bool:
    words = [outcome.master or "nothing owns the pods" for outcome in facts.outcomes]
    words += [outcome.situation.value for outcome in facts.outcomes]
    words += [verdict_line(facts.verdict), *(entry.name for entry in facts.entries)]
    return all(word in shown for word in words)


def test_real_clusters(read: Read, told: Tell) -> None:
    for names in (("multus", "aws", "istio"), ("multus", "aws"), ("istio",), ("multus",)):
        cluster = read(*names)
        shown = inspect_text(told(cluster), replace(PLAIN, width=400))
        assert every_outcome_is_told(cluster.classes[0], shown)
        assert shown.endswith("\n")


def test_every_cluster_has_its_own_part(read: Read, told: Tell) -> None:
    shown = inspect_text(told(read("aws", called="one"), read("nothing", called="two")), PLAIN)
    assert shown.startswith("cluster one: 1 CNI install in 1 manifest, read by containerd\n\n")
    assert shown.endswith("\n\ncluster two: no CNI installs in 1 manifest, read by containerd\n")
    assert inspect_text(told(), PLAIN) == ""


def test_ascii_alone_will_do(read: Read, told: Tell) -> None:
    shown = inspect_text(told(read("multus", "aws", "istio")), replace(PLAIN, symbols=False))
    assert shown.isascii()
    assert "\\ a race: 02-istio.conf or 10-aws.conflist\n" in shown
    assert "  < Multus may take it\n" in shown


def writes(name: str) -> Step:
    return Step(Actor("X"), Verb.WRITES, (name,))


def test_what_a_file_of_an_unknown_name_would_do_is_shown(read: Read, told: Tell) -> None:
    cluster = read("aws")
    (facts,) = cluster.classes
    ways = (
        Outcome(Situation.FIRST_BOOT, (writes("(a)"),), (), "(a)", "(a)", through_multus=False),
        Outcome(Situation.REBOOT, (writes("~b"), picks("~b")), (), OWN, "~b", through_multus=True),
    )
    found = replace(cluster, classes=(replace(facts, wild=ways),))
    lines = [line.removeprefix("│ ") for line in inspect_text(told(found), PLAIN).splitlines()]
    at = lines.index("  (a): the runtime takes it")
    assert lines[at : at + 7] == [
        "  (a): the runtime takes it",
        "  first boot",
        "    1. X writes (a)",
        "  ~b: Multus takes it",
        "  reboot",
        "    1. X writes ~b",
        "    2. Multus picks ~b as its master and writes 00-multus.conf",
    ]
