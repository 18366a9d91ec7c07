"""What differs between the releases of aws-node's entrypoint, and the file that each ships.

How a variable is read stands in the table of variables, everything else here.
Source: aws/amazon-vpc-cni-k8s@v1.7.0 to v1.23.0: scripts/entrypoint.sh, cmd/aws-vpc-cni/main.go,
pkg/ipamd/ipamd.go isConfigValid, misc/10-aws.conflist, go.mod; compared at every tag.
"""

from __future__ import annotations

import json
from typing import Literal

from cnilint.start import NamedTuple, lazy_pattern

from .variables import Release

OLDEST: Release = (1, 7, 0)
"""The oldest release that was compared; older ones are taken to be like it."""
NEWEST: Release = (1, 23, 0)
"""The newest release that was compared; newer ones are taken to be like it."""

_TAG = lazy_pattern(r"v?([0-9]{1,9})\.([0-9]{1,9})(?:\.([0-9]{1,9}))?(?![0-9])")


class AwsNodeTraits(NamedTuple):
    """What the entrypoint and ipamd of one release do."""

    is_script: bool = True
    """Whether the entrypoint is the script, not the Go program."""
    moves_file: bool = False
    """Whether the script writes a temporary file first; without, an error leaves an empty file."""
    checks_log_file: bool = False
    checks_veth_prefix: bool = False
    warm_targets: Literal["unchecked", "text", "number", "order"] = "unchecked"
    """How targets are compared with 0: equal texts, shell numbers, or the order of texts."""
    security_group_mode: Literal["unchecked", "always", "with-pod-eni"] = "unchecked"
    checks_mtu: bool = False
    has_families: bool = False
    """Whether ipamd knows IPv6, and refuses what does not go together."""
    ipv6_with_pod_eni: bool = False
    """Whether ipamd takes IPv6 and pod ENIs together."""
    waits_for_ipamd: bool = True
    """Whether the file is only written once ipamd is healthy."""
    egress: Literal["none", "v4", "both"] = "none"
    """Which families the egress plugin of the file is for."""
    needs_address_for_v6_egress: bool = False
    """Whether IPv6 egress on a node without an IPv6 address ends the program."""
    has_sysctls: bool = False
    """Whether the program's plugins keep `sysctl` as they are decoded and encoded."""
    route_numbers: bool = False
    """Whether routes have numbers besides their addresses, as of the CNI library v1.2."""
    mode_needs_agent: Literal["never", "strict", "always"] = "never"
    """With which NETWORK_POLICY_ENFORCING_MODE pods fail where no policy agent runs."""
    health_on_socket: bool = False
    """Whether ipamd answers health probes on its socket; before, on port 50051."""
    needs_agent: tuple[int, int, int] = (0, 0, 0)
    """The oldest release of the policy agent that finds ipamd."""
    lacks_plugins: bool = False
    """Whether the init container brings no more than what the release itself calls."""


# From which release on which fields are different from the release before.
_CHANGES: tuple[tuple[Release, dict[str, object]], ...] = (
    ((1, 7, 6), {"checks_log_file": True}),
    ((1, 8, 0), {"checks_veth_prefix": True}),
    ((1, 9, 0), {"warm_targets": "text"}),
    ((1, 9, 1), {"warm_targets": "number"}),
    ((1, 10, 0), {"moves_file": True, "has_families": True, "egress": "v4"}),
    ((1, 11, 0), {"security_group_mode": "always"}),
    (
        (1, 12, 1),
        {
            "is_script": False,
            "warm_targets": "order",
            "security_group_mode": "with-pod-eni",
            "waits_for_ipamd": False,
        },
    ),
    (
        (1, 13, 0),
        {"waits_for_ipamd": True, "egress": "both", "needs_address_for_v6_egress": True},
    ),
    ((1, 15, 0), {"has_sysctls": True}),
    ((1, 16, 0), {"ipv6_with_pod_eni": True}),
    ((1, 16, 3), {"needs_address_for_v6_egress": False}),
    ((1, 16, 4), {"checks_mtu": True}),
    ((1, 17, 1), {"mode_needs_agent": "strict"}),
    ((1, 18, 3), {"route_numbers": True}),
    # cmd/routed-eni-cni-plugin/cni.go: v1.19.3 goes on without the agent.
    ((1, 19, 3), {"mode_needs_agent": "never"}),
    ((1, 19, 4), {"mode_needs_agent": "always"}),
    ((1, 20, 2), {"lacks_plugins": True}),
    ((1, 20, 4), {"lacks_plugins": False}),
    # cmd/aws-vpc-cni/main.go, CHANGELOG.md of v1.23.0
    ((1, 23, 0), {"health_on_socket": True, "needs_agent": (1, 4, 1)}),
)

ALL_PLUGINS_AGAIN = "v1.20.4"
"""The first release after those that lack plugins."""

# The reference plugins (containernetworking/plugins@v1.7.1) without those that such a release has
# itself (@v1.20.3:Makefile CORE_PLUGINS).
_LACKING = frozenset(
    [
        "bridge",
        "dhcp",
        "dummy",
        "firewall",
        "host-device",
        "ipvlan",
        "macvlan",
        "ptp",
        "static",
        "tap",
        "tuning",
        "vlan",
        "vrf",
    ]
)


def lacking_plugins(release: Release) -> frozenset[str]:
    """Return the reference plugins that the init container of a release does not bring."""
    return _LACKING if behaviour(release).lacks_plugins else frozenset()


_AGENTS: tuple[tuple[Release, Release], ...] = (
    ((1, 14, 0), (1, 0, 1)),
    ((1, 14, 1), (1, 0, 2)),
    ((1, 15, 1), (1, 0, 4)),
    ((1, 15, 3), (1, 0, 5)),
    ((1, 15, 4), (1, 0, 6)),
    ((1, 15, 5), (1, 0, 7)),
    ((1, 16, 3), (1, 0, 8)),
    ((1, 17, 1), (1, 1, 0)),
    ((1, 18, 1), (1, 1, 1)),
    ((1, 18, 2), (1, 1, 2)),
    ((1, 18, 4), (1, 1, 3)),
    ((1, 18, 6), (1, 1, 4)),
    ((1, 19, 0), (1, 1, 5)),
    ((1, 19, 2), (1, 1, 6)),
    ((1, 19, 3), (1, 2, 0)),
    ((1, 19, 4), (1, 2, 1)),
    ((1, 19, 6), (1, 2, 2)),
    ((1, 20, 0), (1, 2, 3)),
    ((1, 20, 1), (1, 2, 4)),
    ((1, 20, 2), (1, 2, 6)),
    ((1, 20, 4), (1, 2, 7)),
    ((1, 21, 0), (1, 3, 0)),
    ((1, 21, 1), (1, 3, 1)),
    ((1, 21, 2), (1, 3, 5)),
    ((1, 22, 0), (1, 3, 1)),
    ((1, 22, 1), (1, 3, 5)),
    ((1, 22, 3), (1, 3, 7)),
    ((1, 22, 4), (1, 4, 0)),
    ((1, 23, 0), (1, 4, 1)),
    ((1, 23, 1), (1, 4, 2)),
)
"""Which policy agent comes with which release (charts/aws-vpc-cni/values.yaml at each tag)."""


def breaks_given_file(chart: Release) -> bool:
    """Return whether a version of the chart renders a given configuration so that it is lost.

    Up to 1.15 as base64 under `data`, then with the next document on its line
    (charts/aws-vpc-cni/templates/configmap.yaml at each tag).
    """
    return chart < (1, 18, 3)


def agent_of(release: Release) -> Release | None:
    """Return the release of the policy agent that comes with a release, None if none does."""
    return next((agent for since, agent in reversed(_AGENTS) if since <= release), None)


def agents_of_minor(release: Release) -> set[tuple[int, int]]:
    """Return the major and minor numbers of the agents that come with releases of one minor."""
    return {agent[:2] for since, agent in _AGENTS if since[:2] == release[:2]}


def release_of(version: str) -> Release:
    """Return the release of a version such as `v1.19.6` or `v1.19.6-eksbuild.1`.

    A text that names none (`latest`, a digest) is the newest; one before v1.7.0 is taken as that.
    """
    match = _TAG.match(version)
    if match is None:
        return NEWEST
    return max((int(match[1]), int(match[2]), int(match[3] or 0)), OLDEST)


def behaviour(release: Release) -> AwsNodeTraits:
    """Return what a release does."""
    found: dict[str, object] = {}
    for since, changed in _CHANGES:
        if since <= release:
            found |= changed
    return AwsNodeTraits(**found)  # type: ignore[arg-type] # a test builds every release


def conflist(release: Release) -> str:
    """Return the file that a release ships, with its placeholders."""
    egress = [_egress(release)] if release >= (1, 10, 0) else []
    portmap = {"type": "portmap", "capabilities": {"portMappings": True}, "snat": True}
    plugins = [_aws_cni(release), *egress, portmap]
    checks = {"disableCheck": True} if release >= (1, 10, 2) else {}
    version = "0.4.0" if release >= (1, 10, 2) else "0.3.1"
    if (1, 16, 0) <= release < (1, 16, 2):
        version = "1.0.0"
    file = {"cniVersion": version, "name": "aws-cni", **checks}
    head = "".join(f'  "{key}": {json.dumps(value)},\n' for key, value in file.items())
    items = ",\n".join(f"    {_laid_out(plugin, 6)}" for plugin in plugins)
    end = "\n" if release >= (1, 12, 6) else ""
    return f'{{\n{head}  "plugins": [\n{items}\n  ]\n}}{end}'


def _laid_out(members: dict[str, object], indent: int) -> str:
    """Return an object one member a line: a broken value of a variable leaves the text as it is."""
    lines = []
    for key, value in members.items():
        text = _laid_out(value, 9) if key == "ipam" and isinstance(value, dict) else None
        lines.append(f'{" " * indent}"{key}": {text or json.dumps(value)}')
    inner = ",\n".join(lines)
    return f"{{\n{inner}\n{' ' * (indent // 3 * 2)}}}"


def _aws_cni(release: Release) -> dict[str, object]:
    plugin: dict[str, object] = {"name": "aws-cni", "type": "aws-cni"}
    plugin |= {"vethPrefix": "__VETHPREFIX__", "mtu": "__MTU__"}
    if release >= (1, 11, 0):
        plugin["podSGEnforcingMode"] = "__PODSGENFORCINGMODE__"
    plugin |= {"pluginLogFile": "__PLUGINLOGFILE__", "pluginLogLevel": "__PLUGINLOGLEVEL__"}
    if release >= (1, 20, 0):
        plugin["capabilities"] = {"io.kubernetes.cri.pod-annotations": True}
    return plugin


def _egress(release: Release) -> dict[str, object]:
    """Return the egress plugin: its MTU was a number, then a text, then that of the pods."""
    both = release >= (1, 13, 0)
    name = "egress-cni" if both else "egress-v4-cni"
    prefix = "__EGRESSPLUGIN" if both else "__EGRESSV4PLUGIN"
    mtu: object = 9001 if release < (1, 12, 6) else "9001"
    plugin: dict[str, object] = {"name": name, "type": name}
    plugin |= {"mtu": "__MTU__" if release >= (1, 18, 3) else mtu, "enabled": f"{prefix}ENABLED__"}
    if release >= (1, 11, 0):
        plugin["randomizeSNAT"] = "__RANDOMIZESNAT__"
    subnet = f"{prefix}IPAMSUBNET__" if both else V4.subnet
    destination = f"{prefix}IPAMDST__" if both else V4.destination
    plugin |= {
        "nodeIP": "__NODEIP__",
        "ipam": {
            "type": "host-local",
            "ranges": [[{"subnet": subnet}]],
            "routes": [{"dst": destination}],
            "dataDir": f"{prefix}IPAMDATADIR__" if both else V4.data_directory,
        },
        "pluginLogFile": f"{prefix}LOGFILE__",
        "pluginLogLevel": "__PLUGINLOGLEVEL__",
    }
    return plugin


class EgressFamily(NamedTuple):
    """What is written into the egress plugin for one family."""

    subnet: str
    destination: str
    data_directory: str
    log_file: str
    """The variable that names the plugin's log."""


V4 = EgressFamily(
    "169.254.172.0/22",
    "0.0.0.0/0",
    "/run/cni/v6pd/egress-v4-ipam",
    "AWS_VPC_K8S_EGRESS_V4_PLUGIN_LOG_FILE",
)
V6 = EgressFamily(
    "fd00::ac:00/118",
    "::/0",
    "/run/cni/v4pd/egress-v6-ipam",
    "AWS_VPC_K8S_EGRESS_V6_PLUGIN_LOG_FILE",
)
