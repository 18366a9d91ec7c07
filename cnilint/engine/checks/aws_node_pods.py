"""What aws-node's settings ask of the cluster around it: pod ENIs, ENIConfigs, roles, selectors."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.catalog.aws_node import AwsNode
from cnilint.catalog.form import DeliveryForm
from cnilint.engine.hit import Hit
from cnilint.kube.manifest import Manifest
from cnilint.kube.permissions import Bound, Permission
from cnilint.kube.values import PRESENT, value_text
from cnilint.kube.workload import workload
from cnilint.model.finding import Applicability, Edit, Level, Location, Operation, Related
from cnilint.model.tree import Mapping, Value, follow, items, members, string
from cnilint.simulation.cluster import Cluster
from cnilint.start import lazy_pattern
from cnilint.upstream.aws_vpc_cni.variables import EnvironmentReader, How, variable
from cnilint.upstream.go_text import parse_bool

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
)
from .installs import is_of_helm

POD_ENI = "ENABLE_POD_ENI"
MODE = "POD_SECURITY_GROUP_ENFORCING_MODE"
DEMUX = "DISABLE_TCP_EARLY_DEMUX"
CUSTOM = "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"
LABEL, ANNOTATION = "ENI_CONFIG_LABEL_DEF", "ENI_CONFIG_ANNOTATION_DEF"
ANNOTATE = "ANNOTATE_POD_IP"

LOCAL_POLICY = "externalTrafficPolicy"
"""Of a Service: whether it is answered on the node that was asked."""

_ZONE_LABELS = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")
_ZONE = lazy_pattern(r"[a-z]{2,4}(-[a-z]+)+-\d[a-z]|[a-z]{3,4}\d-az\d")
"""The names of availability zones, and their ids."""
_ZONE_OF_LOCAL = lazy_pattern(r"[a-z]{2,4}(-[a-z]+)+-\d-[a-z]+-\d[a-z]")
"""The names of local zones and wavelength zones: `us-west-2-lax-1a`."""
_SELECTOR = ("spec", "selector", "matchLabels", "k8s-app")
_PATCH_PODS = Permission("", "pods", "patch")


def _enforces_strictly(node: AwsNode) -> bool:
    """Whether pods get ENIs of their own, and all their traffic goes through these."""
    known = variable(MODE, EnvironmentReader.ENTRYPOINT)
    if node.main.is_unknown(MODE) or not node.is_on(POD_ENI):
        return False
    return known.text(node.main.known, node.release) == "strict"


def early_demux(cluster: Cluster) -> Iterator[Hit]:
    """CNI407: pods with an ENI of their own cannot answer the kubelet's probes."""
    for node in aws_nodes(cluster):
        init = node.init
        if init is None or node.init_is_on(DEMUX) is not False or not _enforces_strictly(node):
            continue
        wrong = node.main.text(DEMUX)
        where = ", which stands on aws-node" if wrong is not None else ""
        what = f"needs {DEMUX} in its init container for probes of pods with an ENI{where}"
        fix = setting_fix(node, {DEMUX: "true"}, Applicability.SAFE, of=init)
        place = wrong.location if wrong is not None else place_in(init, (DEMUX,))
        switch = place_of(node, (POD_ENI,))
        related = (Related(switch, "pods get ENIs of their own here"),)
        yield hit(node, place, HitWords(what, Level.WARNING, (fix,), related))


def strict_security_groups(cluster: Cluster) -> Iterator[Hit]:
    """CNI408: a mode of enforcing security groups that there is not, or that others suffer from."""
    for node in aws_nodes(cluster):
        for refusal in refused(node, "security-group-mode"):
            value = node.main.value(MODE) or ""
            near = value.strip().strip("\"'").lower()
            meant = near if near in ("strict", "standard") else "strict" if not value else ""
            fix = (
                setting_fix(node, {MODE: meant}, Applicability.UNSAFE)
                if meant
                else shown_fix(f"set {MODE} to strict or standard")
            )
            what = f"knows no {MODE} {quoted(value)}, and ends at every start"
            yield hit(node, place_of(node, refusal.variables), HitWords(what, fixes=(fix,)))
            break
        else:
            if _enforces_strictly(node):
                yield from _suffering(cluster, node)


def _suffering(cluster: Cluster, node: AwsNode) -> Iterator[Hit]:
    """Yield what does not work for pods whose traffic goes through an ENI of their own."""
    if variable(MODE, EnvironmentReader.ENTRYPOINT).how(node.release) is How.UNREAD:
        return
    for place, who in (*_local_dns(cluster), *_calico(cluster), *_local_services(cluster)):
        what = f"keeps {who} from pods with an ENI of their own in strict mode"
        fix = setting_fix(node, {MODE: "standard"}, Applicability.UNSAFE)
        related = (Related(place, f"{who} stands here"),)
        where = place_of(node, (MODE, POD_ENI))
        yield hit(node, where, HitWords(what, Level.WARNING, (fix,), related))
        return


def _local_dns(cluster: Cluster) -> Iterator[tuple[Location, str]]:
    for manifest in cluster.manifests:
        if manifest.kind != "DaemonSet":
            continue
        pods = workload(manifest, cluster.index)
        for container in pods.containers if pods is not None else ():
            if container.image.repository.endswith("k8s-dns-node-cache"):
                yield manifest.location("metadata", "name"), "NodeLocal DNSCache"


def _calico(cluster: Cluster) -> Iterator[tuple[Location, str]]:
    for one in cluster.installers:
        place = one.location()
        if one.product.id == "calico" and place is not None:
            yield place, "Calico's policy"


def _local_services(cluster: Cluster) -> Iterator[tuple[Location, str]]:
    for manifest in cluster.manifests:
        if manifest.kind == "Service":
            policy = string(manifest.at("spec", LOCAL_POLICY))
            if policy == "Local":
                where = manifest.location("spec", LOCAL_POLICY)
                yield where, f"{LOCAL_POLICY} Local of {manifest.title}"


def custom_network_without_eniconfig(cluster: Cluster) -> Iterator[Hit]:
    """CNI406: custom networking, and no ENIConfig for its nodes."""
    for node in aws_nodes(cluster):
        if not node.is_on(CUSTOM):
            continue
        names = _eni_configs(cluster, node)
        if names is None:
            continue
        place = place_of(node, (CUSTOM,))
        if not names:
            what = f"attaches no ENI to a node with {CUSTOM} on and no ENIConfig in these manifests"
            fix = shown_fix("add an ENIConfig for each zone")
            yield hit(node, place, HitWords(what, Level.WARNING, (fix,)))
        else:
            yield from _unmatched(node, names)


def _eni_configs(cluster: Cluster, node: AwsNode) -> list[str] | None:
    """Return the names of the ENIConfigs in view; None where a chart makes some out of view."""
    form = node.installer.form
    names = [one.name for one in cluster.manifests if one.kind == "ENIConfig"]
    if isinstance(form, DeliveryForm):
        created = value_text(form.delivery.values, "eniConfig.create")
        if form.delivery.unread:
            return None
        if created is not None and parse_bool(created.value):
            for values in form.delivery.values:
                found = values.find("eniConfig.subnets")
                held = follow(found[0]) if found is not None else None
                names += members(held) if isinstance(held, Mapping) else ()
    return names


def _unmatched(node: AwsNode, names: list[str]) -> Iterator[Hit]:
    """Yield what names an ENIConfig that no node can mean."""
    if any(node.main.is_unknown(name) for name in (LABEL, ANNOTATION)):
        return
    label = node.main.value(LABEL) or ""
    if not label and not node.main.value(ANNOTATION) and "default" not in names:
        what = (
            f"finds an ENIConfig only by a label that nodes are given by hand: neither {LABEL} nor "
            f"{ANNOTATION} is set, and none is called default"
        )
        fix = shown_fix(f"set {LABEL} {_ZONE_LABELS[0]} and call each ENIConfig like its zone")
        yield hit(node, place_of(node, (CUSTOM,)), HitWords(what, Level.WARNING, (fix,)))
    elif label in _ZONE_LABELS and not any(_is_zone(name) for name in names):
        what = f"looks for ENIConfigs called like zones, and there is only {', '.join(names)}"
        fix = shown_fix("call each ENIConfig like its zone")
        yield hit(node, place_of(node, (LABEL,)), HitWords(what, fixes=(fix,)))


def _is_zone(name: str) -> bool:
    """Whether a name can be a zone's; one that is filled in later can."""
    if "$" in name or "{" in name or name == "default":
        return True
    return bool(_ZONE.fullmatch(name) or _ZONE_OF_LOCAL.fullmatch(name))


def annotate_without_permission(cluster: Cluster) -> Iterator[Hit]:
    """CNI419: addresses are to be written to pods, and the role does not let it."""
    from cnilint.kube.permissions import bound_to

    for node in aws_nodes(cluster):
        if not node.is_on(ANNOTATE):
            continue
        text = node.main.text(ANNOTATE)
        if node.is_chart:
            if text is not None and text.location.route[-1] == "value":
                what = f"may not patch pods: the chart asks for that with env.{ANNOTATE} only"
                fix = shown_fix(f"set env.{ANNOTATE} instead")
                yield hit(node, text.location, HitWords(what, fixes=(fix,)))
            continue
        workload_ = node.installer.workload
        if workload_ is None:
            continue
        bound = bound_to(workload_, cluster.manifests)
        if bound.complete and not bound.allows(_PATCH_PODS):
            what = f"may not patch pods, which {ANNOTATE} asks for"
            edits = _patch_pods(bound)
            fix = edited("let its role patch pods", [edits], Applicability.SAFE)
            place = place_of(node, (ANNOTATE,))
            where = bound.place()
            related = (Related(where, "this role is bound to it"),) if where is not None else ()
            yield hit(node, place, HitWords(what, fixes=(fix,), related=related))


def _patch_pods(bound: Bound) -> tuple[Edit, ...]:
    """Return the edit of the rule about pods, or of the rules where there is none."""
    found = bound.rule_of("", "pods")
    if found is not None:
        role, at = found
        route = (*role.route, "rules", at, "verbs", -1)
        alone = [string(item) for item in items(role.at("rules", at, "resources"))] == ["pods"]
        if alone:
            return (Edit(role.document, route, Operation.ADD, "patch"),)
    role = bound.roles[0]
    rule: Value = {"apiGroups": [""], "resources": ["pods"], "verbs": ["patch"]}
    return (Edit(role.document, (*role.route, "rules", -1), Operation.ADD, rule),)


def immutable_selector(cluster: Cluster) -> Iterator[Hit]:
    """CNI417: a chart release takes over a DaemonSet whose selector is another one."""
    from cnilint.engine.edits.values import set_path

    for node in aws_nodes(cluster):
        form = node.installer.form
        if not isinstance(form, DeliveryForm) or form.kind != "release":
            continue
        original = value_text(form.delivery.values, "originalMatchLabels")
        if original is not None and original.value != "false":
            continue
        if form.delivery.unread and original is None:
            continue
        adopted = _adopted(cluster, _full_name(form))
        if adopted is None:
            continue
        what = f"selects pods by other labels than {adopted.title}, whose selector cannot change"
        edits = set_path(form.delivery, "originalMatchLabels", value=True)
        fix = edited("set originalMatchLabels true", [edits], Applicability.UNSAFE)
        place = original.location if original is not None else form.delivery.place
        where = adopted.location("spec", "selector")
        related = (Related(where, "this is the selector it has"),)
        yield hit(node, place, HitWords(what, Level.WARNING, (fix,), related))


def _full_name(form: DeliveryForm) -> str:
    """Return the name of the DaemonSet that the chart renders."""
    given = value_text(form.delivery.values, "fullnameOverride")
    return given.value if given is not None and given.value != PRESENT else "aws-node"


def _adopted(cluster: Cluster, name: str) -> Manifest | None:
    """Return the DaemonSet of EKS's own manifest that is marked for Helm to take it over."""
    for manifest in cluster.manifests:
        named = manifest.kind == "DaemonSet" and manifest.name == name
        if named and is_of_helm(manifest) and string(manifest.at(*_SELECTOR)) == "aws-node":
            return manifest
    return None
