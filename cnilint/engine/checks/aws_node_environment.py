"""Variables of aws-node that stop it, that are not read as they are meant, or that cancel out."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.catalog.aws_node import AwsNode
from cnilint.catalog.form import DeliveryForm, argument
from cnilint.engine.hit import Hit
from cnilint.kube.environment import Text
from cnilint.kube.values import value_text
from cnilint.model.finding import Applicability, Edit, Fix, Level
from cnilint.simulation.cluster import Cluster
from cnilint.upstream.aws_vpc_cni.entrypoint import refusals
from cnilint.upstream.aws_vpc_cni.program import Check, Refusal
from cnilint.upstream.aws_vpc_cni.variables import (
    EnvironmentReader,
    How,
    Variable,
    misread,
    variable,
)
from cnilint.upstream.go_text import atoi, parse_bool

from .aws_node_release import families_missing
from .aws_nodes import (
    HitWords,
    aws_nodes,
    edited,
    hit,
    place_in,
    place_of,
    quoted,
    refused,
    setting_fix,
    shown_fix,
    without_ipamd,
)

IPV4, IPV6 = "ENABLE_IPv4", "ENABLE_IPv6"
DELEGATION = "ENABLE_PREFIX_DELEGATION"
TARGETS = ("WARM_PREFIX_TARGET", "WARM_IP_TARGET", "MINIMUM_IP_TARGET")
V6_EGRESS = "ENABLE_V6_EGRESS"
_AGENT_IPV6 = ("enable-ipv6", "nodeAgent.enableIpv6")

_FAMILY_CHECKS: tuple[Check, ...] = ("no-family", "both-families", "ipv6-mode", "unset")


def ip_family(cluster: Cluster) -> Iterator[Hit]:
    """CNI404: the address families, and what goes with IPv6, contradict one another."""
    for node in aws_nodes(cluster):
        for refusal in _family_refusals(node):
            place = place_of(node, refusal.variables)
            fixes = tuple(_family_fixes(node, refusal))
            yield hit(node, place, HitWords(_family_words(node, refusal), fixes=fixes))
            break
        else:
            yield from _parts_of_another_family(node)


def _family_refusals(node: AwsNode) -> Iterator[Refusal]:
    """Yield refusals for families, but for a manifest of a release without any (CNI401)."""
    if families_missing(node):
        return
    for refusal in refused(node, *_FAMILY_CHECKS):
        if refusal.check != "unset" or IPV6 in refusal.variables:
            yield refusal


def _family_words(node: AwsNode, refusal: Refusal) -> str:
    match refusal.check:
        case "no-family":
            misspelled = sorted(
                name
                for name in node.main.variables
                if name not in (IPV4, IPV6)
                and name.casefold() in (IPV4.casefold(), IPV6.casefold())
            )
            why = f" ({misspelled[0]} is another name)" if misspelled else ""
            return f"takes neither {IPV4} nor {IPV6} for true{why}: {without_ipamd(node)}"
        case "both-families":
            return f"has both {IPV4} and {IPV6}: {without_ipamd(node)}"
        case "unset":
            return f"ends where {IPV6} is not set"
    wrong = [name for name in refusal.variables if name != IPV6]
    parts = [f"with {name}" for name in wrong if name != DELEGATION]
    parts += [f"without {DELEGATION}"] if DELEGATION in wrong else []
    return f"refuses IPv6 {' and '.join(parts)}: {without_ipamd(node)}"


def _family_fixes(node: AwsNode, refusal: Refusal) -> Iterator[Fix]:
    wanted: dict[str, str] = {}
    match refusal.check:
        case "no-family":
            meant = _meant(node.main.value(IPV6) or "")
            wanted = {IPV6: "true"} if meant == "true" else {IPV4: "true"}
        case "both-families":
            wanted = {IPV6: "false"}
        case "unset":
            wanted = {IPV6: "false"}
        case _:
            for name in refusal.variables:
                if name != IPV6:
                    wanted[name] = "true" if name == DELEGATION else "false"
    yield setting_fix(node, wanted, Applicability.UNSAFE)


def _parts_of_another_family(node: AwsNode) -> Iterator[Hit]:
    """Yield the init container and the agent where they are told of another family."""
    if not node.does.has_families or node.main.is_unknown(IPV6) or node.main.is_sketch:
        return
    wanted = node.is_on(IPV6)
    init = node.init
    told = node.init_is_on(IPV6)
    if init is not None and told is not None and told != wanted:
        fix = setting_fix(node, {IPV6: _word(wanted)}, Applicability.UNSAFE, of=init)
        what = f"is told {IPV6} {_word(wanted)}, and its init container {_word(told)}"
        place = place_in(init, (IPV6,))
        yield hit(node, place, HitWords(what, Level.WARNING, (fix,)))
    yield from _agent_of_another_family(node, wanted=wanted)


def _agent_of_another_family(node: AwsNode, *, wanted: bool) -> Iterator[Hit]:
    agent, form = node.agent, node.installer.form
    if agent is None:
        return
    if agent.container is not None:
        text = argument(agent.container, _AGENT_IPV6[0])
    elif isinstance(form, DeliveryForm):
        text = value_text(form.delivery.values, _AGENT_IPV6[1])
    else:
        return
    if text is None and not agent.complete:
        return
    told = text is not None and parse_bool(text.value) is True
    if told == wanted or (text is None and not wanted):
        return
    from cnilint.engine.edits.repairs import set_argument
    from cnilint.engine.edits.values import set_path

    edits: tuple[Edit, ...] = ()
    if agent.container is not None:
        edits = set_argument(agent.container, _AGENT_IPV6[0], _word(wanted))
    elif isinstance(form, DeliveryForm):
        edits = set_path(form.delivery, _AGENT_IPV6[1], _word(wanted))
    place = text.location if text is not None else agent.place
    what = f"is told {IPV6} {_word(wanted)}, and the network policy agent {_word(told)}"
    fix = edited(f"set {_AGENT_IPV6[0]} {_word(wanted)}", [edits], Applicability.UNSAFE)
    yield hit(node, place, HitWords(what, Level.WARNING, (fix,)))


def _word(value: bool) -> str:  # noqa: FBT001 # it is the value that is written
    return "true" if value else "false"


def prefix_delegation_without_target(cluster: Cluster) -> Iterator[Hit]:
    """CNI405: prefix delegation, and no target that the entrypoint takes for one."""
    for node in aws_nodes(cluster):
        for refusal in refused(node, "warm-targets"):
            given = [name for name in TARGETS if name in node.main.variables]
            values = ", ".join(f"{name} {quoted(node.main.value(name))}" for name in given)
            why = f"takes {values} for no target" if given else "finds no target"
            what = f"{why} with {DELEGATION} on, and ends at every start"
            fix = setting_fix(node, {TARGETS[0]: "1"}, Applicability.SAFE)
            place = place_of(node, (refusal.variables[0], *given))
            yield hit(node, place, HitWords(what, fixes=(fix,)))


_VALUE_CHECKS: tuple[Check, ...] = (
    "log-file",
    "veth-prefix-length",
    "veth-prefix-reserved",
    "cooldown",
    "mtu",
    "replacement",
    "not-json",
    "unset",
)
_REASONS: dict[Check, str] = {
    "log-file": "it has to be a file",
    "veth-prefix-length": "it has to be 4 bytes at most",
    "veth-prefix-reserved": "the kernel's own interfaces are called so",
    "cooldown": "it has to be a number of seconds, 0 at least",
    "mtu": "it has to be a number from 576 (IPv6: 1280) to 9001",
    "replacement": "the script cannot put it into the file",
    "not-json": "the file is no JSON with it",
    "unset": "it has to be set",
}


def invalid_value(cluster: Cluster) -> Iterator[Hit]:
    """CNI414: a value that the entrypoint refuses, or that is not read as it is meant."""
    for node in aws_nodes(cluster):
        told: set[str] = {name for one in refused(node, *_FAMILY_CHECKS) for name in one.variables}
        for refusal in refused(node, *_VALUE_CHECKS):
            for name in refusal.variables:
                if name in told:
                    continue
                told.add(name)
                what = f"refuses {name} {quoted(node.main.value(name))}: {_REASONS[refusal.check]}"
                fixes = tuple(_bare(node, name))
                yield hit(node, place_of(node, (name,)), HitWords(what, fixes=fixes))
        for known in misread(node.main.known, node.release):
            if known.name not in told and (text := node.main.text(known.name)) is not None:
                told.add(known.name)
                yield _misread(node, known, text)


def _bare(node: AwsNode, name: str) -> Iterator[Fix]:
    """Yield the fix that takes blanks and quotes off a value, where it is not refused without."""
    value = node.main.value(name) or ""
    bare = value.strip().strip("\"'").strip()
    env = {**node.main.known, name: bare}
    if bare != value and all(
        name not in one.variables for one in refusals(env, version=node.version)
    ):
        yield setting_fix(node, {name: bare}, Applicability.SAFE)


def _misread(node: AwsNode, known: Variable, text: Text) -> Hit:
    meant = _meant(text.value)
    how = known.how(node.release)
    if how is How.LENIENT_INTEGER:
        read = f"{known.default}, which is its default"
    else:
        read = _word(known.boolean({known.name: text.value}, node.release))
    what = f"reads {known.name} {quoted(text)} as {read}"
    fixes: tuple[Fix, ...] = ()
    if meant and how is not How.LENIENT_INTEGER:
        fixes = (setting_fix(node, {known.name: meant}, Applicability.SAFE),)
    return hit(node, text.location, HitWords(what, Level.WARNING, fixes))


def _meant(value: str) -> str:
    """Return the truth value that a text is meant as; empty where that cannot be told."""
    bare = value.strip().strip("\"'").casefold()
    if bare in ("true", "t", "1", "yes", "y", "on", "enabled", "enable"):
        return "true"
    return "false" if bare in ("false", "f", "0", "no", "n", "off", "disabled", "disable") else ""


def warm_pool(cluster: Cluster) -> Iterator[Hit]:
    """CNI415: targets of the warm pool of which one is missing or has no effect."""
    for node in aws_nodes(cluster):
        if node.is_on(IPV6):
            continue
        warm, least = _target(node, "WARM_IP_TARGET"), _target(node, "MINIMUM_IP_TARGET")
        if warm is None or least is None:
            continue
        yield from _alone(node, warm, least)
        yield from _cancelled(node, warm, least)


def _target(node: AwsNode, name: str) -> int | None:
    """Return a target as ipamd reads it, None where it is not known."""
    if node.main.is_unknown(name):
        return None
    known = variable(name, EnvironmentReader.IPAMD)
    number = atoi(known.text(node.main.known, node.release))
    return number if number is not None and number >= 0 else int(known.default)


def _alone(node: AwsNode, warm: int, least: int) -> Iterator[Hit]:
    if least > 0 and warm == 0:
        what = "attaches no further addresses with MINIMUM_IP_TARGET and no WARM_IP_TARGET"
        fix = setting_fix(node, {"WARM_IP_TARGET": "1"}, Applicability.UNSAFE)
        place = place_of(node, ("MINIMUM_IP_TARGET",))
        yield hit(node, place, HitWords(what, Level.WARNING, (fix,)))
    elif warm > 0 and least == 0 and not node.is_on(DELEGATION):
        what = "asks EC2 for single addresses all the time with WARM_IP_TARGET alone"
        fix = setting_fix(node, {"MINIMUM_IP_TARGET": str(warm)}, Applicability.UNSAFE)
        place = place_of(node, ("WARM_IP_TARGET",))
        yield hit(node, place, HitWords(what, Level.WARNING, (fix,)))


def _cancelled(node: AwsNode, warm: int, least: int) -> Iterator[Hit]:
    """Yield a target that another one puts out of force, but for the value of every manifest."""
    from cnilint.engine.edits.variables import remove_variable

    stronger = "WARM_IP_TARGET" if warm else "MINIMUM_IP_TARGET" if least else ""
    names = ("WARM_ENI_TARGET", *(("WARM_PREFIX_TARGET",) if node.is_on(DELEGATION) else ()))
    for name in names if stronger else ():
        text = node.main.text(name)
        if text is None or text.value in ("0", "1", ""):
            continue
        what = f"does not go by {name} where there is {stronger}"
        edits = remove_variable(node.installer, node.main, name)
        fix = edited(f"remove {name}", [edits], Applicability.UNSAFE)
        yield hit(node, text.location, HitWords(what, Level.WARNING, (fix,)))


def egress_mismatch(cluster: Cluster) -> Iterator[Hit]:
    """CNI418: egress that only one container knows of, or that a node may not be able to have."""
    for node in aws_nodes(cluster):
        yield from _init_without_egress(node)
        yield from _egress_without_address(node)
        yield from _snat_without_effect(node)


def _init_without_egress(node: AwsNode) -> Iterator[Hit]:
    init = node.init
    told = node.init_is_on(V6_EGRESS)
    if init is None or told is None or node.main.is_unknown(V6_EGRESS):
        return
    if node.does.egress != "both" or node.is_on(IPV6):
        return
    wanted = node.is_on(V6_EGRESS)
    if told != wanted:
        fix = setting_fix(node, {V6_EGRESS: _word(wanted)}, Applicability.SAFE, of=init)
        what = f"has {V6_EGRESS} {_word(wanted)}, and its init container {_word(told)}"
        place = place_in(init, (V6_EGRESS,))
        yield hit(node, place, HitWords(what, Level.WARNING, (fix,)))


def _egress_without_address(node: AwsNode) -> Iterator[Hit]:
    refusal = node.start(node_ipv6=False).refused
    if refusal is not None and refusal.check == "ipv6-address" and node.is_on(V6_EGRESS):
        what = f"ends at every start on a node without an IPv6 address, with {V6_EGRESS} on"
        fix = shown_fix("take v1.16.3 or later, which goes on without")
        yield hit(node, place_of(node, (V6_EGRESS,)), HitWords(what, Level.WARNING, (fix,)))


def _snat_without_effect(node: AwsNode) -> Iterator[Hit]:
    excluded = node.main.text("AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS")
    external = "AWS_VPC_K8S_CNI_EXTERNALSNAT"
    if excluded is not None and excluded.value.strip() and node.is_on(external):
        what = f"excludes nothing from SNAT with {external} on: it does none at all"
        fix = shown_fix(f"remove one of the two, or set {external} to false")
        yield hit(node, excluded.location, HitWords(what, Level.WARNING, (fix,)))
