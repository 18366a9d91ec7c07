"""Whether the parts of an aws-node manifest are of one release: images, probes and variables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.catalog.aws_node import AwsNode, tag_of
from cnilint.catalog.containers import GivenContainer
from cnilint.catalog.form import DeliveryForm
from cnilint.catalog.release import release, shown
from cnilint.engine.hit import Hit
from cnilint.kube.environment import Text, texts
from cnilint.kube.values import value_words
from cnilint.model.finding import Applicability, Fix, Level, Location, Related
from cnilint.model.tree import descend
from cnilint.simulation.cluster import Cluster
from cnilint.upstream.aws_vpc_cni.releases import (
    ALL_PLUGINS_AGAIN,
    agent_of,
    agents_of_minor,
    behaviour,
    lacking_plugins,
)
from cnilint.upstream.aws_vpc_cni.variables import (
    EnvironmentReader,
    Release,
    is_read,
    variable,
    without_effect,
)

from .aws_node_networks import network_plugins
from .aws_nodes import (
    HitWords,
    aws_nodes,
    edited,
    hit,
    refused,
    setting_fix,
    shown_fix,
    without_ipamd,
)

_PROBES = ("livenessProbe", "readinessProbe")
_COMMAND = ("exec", "command")
_SOCKET = "unix:///var/run/aws-node/ipamd.sock"
_PORT = ":50051"
_FAMILIES = ("ENABLE_IPv4", "ENABLE_IPv6")


def image_manifest_skew(cluster: Cluster) -> Iterator[Hit]:
    """CNI401: the manifest of one release with the image of another."""
    for node in aws_nodes(cluster):
        if not node.assumed:
            yield from _probes(node)
        yield from _without_families(node)


def _probes(node: AwsNode) -> Iterator[Hit]:
    """Yield the probes that ask where the release does not answer."""
    from cnilint.engine.edits.manifest import replaced

    wanted = _SOCKET if node.does.health_on_socket else _PORT
    wrong: list[tuple[Text, str]] = []
    for probe in _PROBES:
        given = _address(_probe_words(node, probe))
        if given is not None and _is_socket(given[0]) != node.does.health_on_socket:
            wrong.append((given[1], given[2] + wanted))
    if wrong:
        edits = [replaced(word.location, value) for word, value in wrong]
        where = "its socket" if node.does.health_on_socket else "port 50051"
        what = (
            f"answers probes on {where} only, and these ask elsewhere: it is killed again and again"
        )
        fix = edited(f"probe {wanted}", edits, Applicability.SAFE)
        tag = tag_of(node.main)
        named = (
            (Related(tag.location, "the image names its release here"),) if tag is not None else ()
        )
        yield hit(node, wrong[0][0].location, HitWords(what, fixes=(fix,), related=named))
    elif node.is_chart and not any(_probe_words(node, probe) for probe in _PROBES):
        yield from _probes_of_chart(node)


def _probes_of_chart(node: AwsNode) -> Iterator[Hit]:
    """Yield the tag of a chart whose own probes are those of other releases."""
    chart, tag = node.installer.release, node.main.tag
    if chart is None or tag is None:
        return
    if behaviour(chart).health_on_socket != node.does.health_on_socket:
        what = f"is not what the probes of version {shown(chart)[1:]} of the chart ask"
        fix = shown_fix(f"take version {node.version[1:]} of the chart, and no tag")
        yield hit(node, tag.location, HitWords(what, fixes=(fix,)))


def _probe_words(node: AwsNode, probe: str) -> Sequence[Text]:
    container, form = node.main.container, node.installer.form
    if isinstance(form, DeliveryForm):
        return value_words(form.delivery.values, ".".join((probe, *_COMMAND)))
    if container is None:
        return ()
    tree = descend(container.tree, probe, *_COMMAND)
    return texts(container.manifest, tree, (*container.route, probe, *_COMMAND))


def _address(words: Sequence[Text]) -> tuple[str, Text, str] | None:
    """Return the address that a probe asks, the word it stands in, and what stands before it."""
    for at, word in enumerate(words):
        name, equals, value = word.value.partition("=")
        if name.lstrip("-") != "addr" or not name.startswith("-"):
            continue
        if equals:
            return value, word, f"{name}="
        if at + 1 < len(words):
            return words[at + 1].value, words[at + 1], ""
    return None


def _is_socket(address: str) -> bool:
    return address.startswith("unix:")


def _without_families(node: AwsNode) -> Iterator[Hit]:
    """Yield a manifest from before there was a choice of address families."""
    if not families_missing(node) or node.main.is_sketch:
        return
    for _refusal in refused(node, "no-family", "unset"):
        what = f"needs {_FAMILIES[0]} or {_FAMILIES[1]}, as of v1.10: {without_ipamd(node)}"
        fix = setting_fix(node, {_FAMILIES[0]: "true", _FAMILIES[1]: "false"}, Applicability.SAFE)
        yield hit(node, node.main.place, HitWords(what, fixes=(fix,)))
        return


def families_missing(node: AwsNode) -> bool:
    """Whether no address family is named, in no spelling."""
    named = {name.casefold() for name in node.main.variables}
    return not named & {name.casefold() for name in _FAMILIES}


def node_agent_skew(cluster: Cluster) -> Iterator[Hit]:
    """CNI402: the network policy agent is of another time than aws-node."""
    for node in aws_nodes(cluster):
        agent, given = _agent_release(node), node.agent
        if agent is None or given is None or node.assumed:
            continue
        wanted = agent_of(node.release)
        too_old = agent < node.does.needs_agent
        minors = agents_of_minor(node.release)
        if wanted is None or not (too_old or (minors and agent[:2] not in minors)):
            continue
        what = (
            f"needs at least {shown(node.does.needs_agent)} of the network policy agent"
            if too_old
            else f"comes with {shown(wanted)} of the network policy agent"
        )
        from cnilint.engine.edits.variables import set_tag

        tag = tag_of(given)
        place = tag.location if tag is not None else _place_of_tag(node)
        fix = edited(
            f"take {shown(wanted)} of the agent",
            [set_tag(node.installer, given, shown(wanted))],
            Applicability.UNSAFE,
        )
        level = Level.ERROR if too_old else Level.WARNING
        yield hit(node, place, HitWords(what, level, (fix,), words={"agent": shown(agent)}))


def _agent_release(node: AwsNode) -> Release | None:
    """Return the release of the agent beside aws-node: of its image, or the chart's own."""
    if node.agent is None:
        return None
    tag = tag_of(node.agent)
    if tag is not None:
        return release(tag.value)
    chart = node.installer.release
    return agent_of(chart) if chart is not None else None


def _place_of_tag(node: AwsNode) -> Location:
    tag = tag_of(node.main)
    return tag.location if tag is not None else node.main.place


def init_container(cluster: Cluster) -> Iterator[Hit]:
    """CNI412: the init container, which brings the other plugins, is missing or another release."""
    for node in aws_nodes(cluster):
        if node.init is not None:
            yield from _init_of_another_release(node, node.init)
        elif not node.is_chart and not node.main.is_sketch:
            copied = _brings_plugins_itself(node)
            what = (
                "has no init container, so that its plugins are not brought up to date"
                if copied
                else "has no init container, which brings portmap, host-local and loopback"
            )
            level = Level.WARNING if copied else Level.ERROR
            fix = shown_fix("add the init container aws-vpc-cni-init of the release's manifest")
            yield hit(node, _place_of_tag(node), HitWords(what, level, (fix,)))


def _brings_plugins_itself(node: AwsNode) -> bool:
    """Whether the main container copies the reference plugins, as scripts do."""
    switch = variable("AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER", EnvironmentReader.ENTRYPOINT)
    return node.does.is_script and switch.boolean(node.main.known, node.release)


def _init_of_another_release(node: AwsNode, init: GivenContainer) -> Iterator[Hit]:
    from cnilint.engine.edits.variables import set_tag

    own, tag = tag_of(node.main), tag_of(init)
    chart = node.installer.release if node.is_chart else None
    other = release(tag.value) if tag is not None else chart
    if node.assumed or other is None or other == node.release:
        return
    place = tag.location if tag is not None else _place_of_tag(node)
    wanted = own.value if own is not None and release(own.value) else node.version
    what = f"has an init container of {shown(other)}, whose plugins are of that release"
    fix = edited(
        f"take {wanted} for both", [set_tag(node.installer, init, wanted)], Applicability.SAFE
    )
    yield hit(node, place, HitWords(what, Level.WARNING, (fix,)))


def missing_reference_plugins(cluster: Cluster) -> Iterator[Hit]:
    """CNI416: networks need plugins that the init container of the release does not bring."""
    for node in aws_nodes(cluster):
        init = node.init or node.main
        tag = tag_of(init)
        found = release(tag.value) if tag is not None else node.installer.release
        lacking = lacking_plugins(found) if found is not None else frozenset()
        others = (one for one in cluster.installers if one is not node.installer)
        brought = {name for one in others for name in one.product.binaries}
        needed = [
            (plugin, place)
            for plugin, place in network_plugins(cluster)
            if plugin in lacking and plugin not in brought
        ]
        if not needed:
            continue
        names = ", ".join(sorted({plugin for plugin, _place in needed}))
        first = needed[0]
        place = tag.location if tag is not None else node.main.place
        yield hit(
            node,
            place,
            HitWords(
                f"does not bring {names}",
                fixes=(_with_all_plugins(node, init),),
                related=(Related(first[1], f"this network is made by {first[0]}"),),
                words={"plugins": names},
            ),
        )


def _with_all_plugins(node: AwsNode, init: GivenContainer) -> Fix:
    from cnilint.engine.edits.variables import set_tag

    wanted = ALL_PLUGINS_AGAIN
    title = f"take {wanted}, which brings all of them"
    if node.installer.form.kind == "addon":
        return shown_fix(title)
    parts = [set_tag(node.installer, init, wanted)]
    if init is not node.main:
        parts.append(set_tag(node.installer, node.main, wanted))
    return edited(title, parts, Applicability.SAFE)


def variable_without_effect(cluster: Cluster) -> Iterator[Hit]:
    """CNI420: a variable that the release does not read."""
    from cnilint.engine.edits.variables import remove_variable

    for node in aws_nodes(cluster):
        if node.assumed:
            continue
        for name in without_effect(node.main.known, node.release):
            text = node.main.text(name)
            if text is None or is_misleading(node, name):
                continue
            fix = edited(
                f"remove {name}",
                [remove_variable(node.installer, node.main, name)],
                Applicability.SAFE,
            )
            what = f"does not read {name}"
            yield hit(node, text.location, HitWords(what, Level.NOTE, (fix,), words={"name": name}))


def is_misleading(node: AwsNode, name: str) -> bool:
    """Whether a directory is named that the release does not write to: more than no effect."""
    known = (
        variable(name, EnvironmentReader.ENTRYPOINT) if name == "HOST_CNI_CONFDIR_PATH" else None
    )
    return (
        known is not None
        and not is_read(name, node.release)
        and (node.main.value(name) or "") not in ("", known.default)
    )
