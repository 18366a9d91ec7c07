"""Orders of events for findings and outcomes of our own."""

from __future__ import annotations

from cnilint.model.steps import NODE, Actor, Situation, Step, Verb, Witness

MULTUS = Actor("Multus", "multus-thick", "DaemonSet net/multus")
AWS = Actor("Amazon VPC CNI", "aws-vpc-cni", "DaemonSet net/aws-node")
ISTIO = Actor("Istio CNI", "istio-cni", "DaemonSet mesh/istio")

AWS_WRITES = Step(AWS, Verb.WRITES, ("10-aws.conflist",))
ISTIO_WRITES = Step(ISTIO, Verb.WRITES, ("02-istio.conf",))
ISTIO_COPIES = Step(ISTIO, Verb.COPIES, ("02-istio.conf",), "10-aws.conflist")
REBOOTS = Step(NODE, Verb.REBOOTS)
RESTARTS = Step(MULTUS, Verb.RESTARTS)


def picks(name: str) -> Step:
    """Return the step in which Multus takes a file as its master."""
    return Step(MULTUS, Verb.PICKS, ("00-multus.conf",), name)


def witness(
    name: str, *steps: Step, situation: Situation = Situation.FIRST_BOOT, nodes: str = "all nodes"
) -> Witness:
    """Return an order that ends with a file that owns the pods."""
    return Witness(situation, steps, nodes, files=(name,))
