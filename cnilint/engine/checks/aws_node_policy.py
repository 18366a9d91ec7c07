"""Network policy by the VPC CNI: the agent beside aws-node, its switches, and what it excludes."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.catalog.aws_node import AGENT, PRODUCT, AwsNode
from cnilint.catalog.form import DeliveryForm, argument
from cnilint.engine.hit import Hit
from cnilint.kube.environment import Text, config_map_text, placeholder
from cnilint.kube.values import value_text
from cnilint.model.finding import Applicability, Edit, Level, Location, Operation, Related
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple
from cnilint.upstream.aws_vpc_cni.releases import behaviour
from cnilint.upstream.aws_vpc_cni.variables import EnvironmentReader
from cnilint.upstream.go_text import parse_bool

from .aws_nodes import (
    HitWords,
    aws_nodes,
    edited,
    file_start,
    hit,
    quoted,
    refused,
    setting_fix,
    shown_fix,
    without_ipamd,
)

MODE = "NETWORK_POLICY_ENFORCING_MODE"
BANDWIDTH = "ENABLE_BANDWIDTH_PLUGIN"
_MODES = ("none", "strict", "standard")
_AGENT_PRODUCT = "aws-network-policy-agent"
_CONTROLLER = ("amazon-vpc-cni", "enable-network-policy-controller")
_FLAG = "enable-network-policy"
_VALUE = "enableNetworkPolicy"


def enforcing_mode_without_agent(cluster: Cluster) -> Iterator[Hit]:
    """CNI403: a mode of enforcing that no agent takes part in, or that is none."""
    for node in aws_nodes(cluster):
        if node.main.is_unknown(MODE):
            continue
        known = next(refused(node, "policy-mode"), None)
        if known is not None:
            yield _no_mode(node)
        elif _needs_agent(node) and not _has_agent(cluster, node):
            yield _without_agent(node)


def _no_mode(node: AwsNode) -> Hit:
    from cnilint.engine.edits.variables import remove_variable

    text, value = node.main.text(MODE), node.main.value(MODE) or ""
    near = value.strip().strip("\"'").lower()
    if not value:
        edits = remove_variable(node.installer, node.main, MODE)
        fix = edited(f"remove {MODE}", [edits], Applicability.SAFE)
    elif near in _MODES:
        fix = setting_fix(node, {MODE: near}, Applicability.SAFE)
    else:
        fix = shown_fix(f"set {MODE} to none, strict or standard, or remove it")
    place = text.location if text is not None else node.main.place
    what = f"knows no {MODE} {quoted(value)}: {without_ipamd(node)}"
    return hit(node, place, HitWords(what, fixes=(fix,)))


def _needs_agent(node: AwsNode) -> bool:
    """Whether pods fail with the mode that is set, where there is no agent."""
    value = node.main.value(MODE)
    needs = node.does.mode_needs_agent
    return bool(value) and (needs == "always" or (needs == "strict" and _is_strict(value or "")))


def _is_strict(value: str) -> bool:
    return value.lower() == "strict"


def _has_agent(cluster: Cluster, node: AwsNode) -> bool:
    """Whether the agent runs, beside aws-node or elsewhere, or the variable is left out without it.

    The chart leaves it out of what its mapping says, not of its list, since the agent is asked
    whatever the mode is.
    """
    if node.agent is not None or node.main.is_sketch:
        return True
    if not node.is_chart:
        return any(one.product.id == _AGENT_PRODUCT for one in cluster.installers)
    text, chart = node.main.text(MODE), node.installer.release
    if text is not None and text.location.route[-1] == "value":
        return False
    return chart is None or behaviour(chart).mode_needs_agent == "always"


def _without_agent(node: AwsNode) -> Hit:
    from cnilint.engine.edits.variables import remove_variable

    text = node.main.text(MODE)
    edits = remove_variable(node.installer, node.main, MODE)
    fix = edited(f"remove {MODE}", [edits], Applicability.SAFE)
    place = text.location if text is not None else node.main.place
    what = f"asks an agent for every pod with {MODE}, and none runs: no pod starts"
    return hit(node, place, HitWords(what, fixes=(fix,)))


class Switch(NamedTuple):
    """A switch of network policy: whether it is on, and where that is said."""

    on: bool
    place: Location
    text: Text | None = None


def policy_switch(node: AwsNode) -> Switch | None:
    """Return whether the agent enforces policy; None where it does not run or that is not known."""
    agent, form = node.agent, node.installer.form
    if agent is None:
        return None
    if agent.container is not None:
        text = argument(agent.container, _FLAG)
    elif isinstance(form, DeliveryForm):
        text = value_text(form.delivery.values, _VALUE)
    else:
        return None
    if text is None:
        return Switch(on=False, place=agent.place) if agent.complete else None
    return None if placeholder(text.value) else Switch(_is_true(text), text.location, text)


def _is_true(text: Text) -> bool:
    return parse_bool(text.value) is True


def bandwidth_plugin(cluster: Cluster) -> Iterator[Hit]:
    """CNI409: the bandwidth plugin with network policy, or with a file that it cannot join."""
    for node in aws_nodes(cluster):
        if node.main.is_unknown(BANDWIDTH):
            continue
        text = node.main.text(BANDWIDTH)
        place = text.location if text is not None else node.main.place
        if _cannot_join(node):
            yield hit(node, place, _said_of_file(node))
            continue
        switch = policy_switch(node)
        if switch is not None and switch.on and node.is_on(BANDWIDTH, EnvironmentReader.ENTRYPOINT):
            what = "does not enforce network policy on pods that the bandwidth plugin limits"
            fixes = (
                shown_fix(f"remove {BANDWIDTH}"),
                shown_fix("switch network policy off"),
            )
            related = (Related(switch.place, "network policy is switched on here"),)
            yield hit(node, place, HitWords(what, fixes=fixes, related=related))


def _cannot_join(node: AwsNode) -> bool:
    """Whether the plugin cannot be added to the file, which ends the program."""
    refusal = file_start(node).refused
    return (
        refusal is not None and refusal.check == "added-plugins" and BANDWIDTH in refusal.variables
    )


def _said_of_file(node: AwsNode) -> HitWords:
    given = node.conflist is not None
    whose = "the given file" if given else "its own file"
    what = (
        f"cannot add the bandwidth plugin to {whose}, in which mtu is a number or enabled a "
        "boolean, and ends at every start"
    )
    return HitWords(what, fixes=(shown_fix("write them as texts" if given else "take v1.12.6"),))


def policy_half_enabled(cluster: Cluster) -> Iterator[Hit]:
    """CNI410: only one half of network policy is on, or policies that nothing enforces."""
    policies = [one for one in cluster.manifests if one.kind == "NetworkPolicy"]
    for node in aws_nodes(cluster):
        agent, controller = policy_switch(node), _controller(cluster, node)
        if agent is not None and controller is not None and controller.on != agent.on:
            yield _half(node, controller, agent)
        elif policies and _is_off(node, agent) and not _other_engine(cluster):
            what = f"does not enforce {policies[0].title}: network policy is off here"
            place = policies[0].location("metadata", "name")
            fix = shown_fix("switch network policy on, in ConfigMap amazon-vpc-cni and the agent")
            yield hit(node, place, HitWords(what, Level.WARNING, (fix,)))


def _is_off(node: AwsNode, agent: Switch | None) -> bool:
    """Whether nothing of the install enforces policy, as far as that is known."""
    if agent is not None:
        return not agent.on
    return node.agent is None and not node.main.is_sketch


def _controller(cluster: Cluster, node: AwsNode) -> Switch | None:
    """Return the switch of the controller, a ConfigMap that EKS reads; None if not in view."""
    workload = node.installer.workload
    if workload is None:
        return None
    name, key = _CONTROLLER
    text = config_map_text(cluster.index, workload.manifest.namespace, name, key)
    if text is None or placeholder(text.value):
        return None
    return Switch(text.value.strip() == "true", text.location, text)


def _half(node: AwsNode, controller: Switch, agent: Switch) -> Hit:
    """Return a hit at the switch that is off; without the agent policies are silently open."""
    from cnilint.engine.edits.repairs import set_argument

    off = agent if controller.on else controller
    what = (
        "has the network policy controller on and the agent off: policies are resolved and not "
        "enforced"
        if controller.on
        else "has the network policy agent on and the controller off: no policy reaches it"
    )
    edits: tuple[Edit, ...] = ()
    if controller.on and node.agent is not None and node.agent.container is not None:
        edits = set_argument(node.agent.container, _FLAG, "true")
    elif not controller.on and controller.place.document is not None:
        document, route = controller.place.document, controller.place.route
        edits = (Edit(document, route, Operation.REPLACE, "true"),)
    fix = edited("switch both on", [edits], Applicability.UNSAFE)
    on = controller if controller.on else agent
    related = (Related(on.place, "the other half is on"),)
    level = Level.ERROR if controller.on else Level.WARNING
    return hit(node, off.place, HitWords(what, level, (fix,), related))


def _other_engine(cluster: Cluster) -> bool:
    """Whether something else enforces policy, or may: what is not known counts."""
    return bool(cluster.unknown) or any(
        one.product.enforces_policy and one.product.id not in (PRODUCT, AGENT, _AGENT_PRODUCT)
        for one in cluster.installers
    )
