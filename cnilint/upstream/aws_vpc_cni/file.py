"""What aws-node's entrypoint writes: placeholders are filled in, and plugins are added.

Source: aws/amazon-vpc-cni-k8s@v1.7.0 to v1.23.0: scripts/entrypoint.sh, cmd/aws-vpc-cni/main.go
generateJSON.
"""

from __future__ import annotations

from collections.abc import Iterable

from cnilint.start import NamedTuple, lazy_pattern
from cnilint.upstream import gojson
from cnilint.upstream.gojson import JSONError

from .program import AwsNodeStart, EntrypointRefused
from .releases import V4, V6
from .variables import How

NODE_IPV4, NODE_IPV6 = "10.0.1.5", "2001:db8::5"
"""What stands in the file as the node's address: a node has one of its own."""
NO_ADDRESS = "not found"
"""What the script takes for an address: the answer of a metadata service that knows none.

An answer of several lines makes sed end instead.
"""

_NEEDS_ESCAPE = lazy_pattern(r'["\\\x00-\x1f]')


class _Placed(NamedTuple):
    """A value that is put in the place of a placeholder, and the variable it is from, if any."""

    placeholder: str
    value: str
    name: str = ""


def _placed(program: AwsNodeStart) -> list[_Placed]:
    """Return what is put into the file, in the program's order."""
    mtu = "POD_MTU" if program.how("POD_MTU") is not How.UNREAD and "POD_MTU" in program.env else ""
    names = (
        ("__VETHPREFIX__", "AWS_VPC_K8S_CNI_VETHPREFIX"),
        ("__MTU__", mtu or "AWS_VPC_ENI_MTU"),
        ("__PODSGENFORCINGMODE__", "POD_SECURITY_GROUP_ENFORCING_MODE"),
        ("__PLUGINLOGFILE__", "AWS_VPC_K8S_PLUGIN_LOG_FILE"),
        ("__PLUGINLOGLEVEL__", "AWS_VPC_K8S_PLUGIN_LOG_LEVEL"),
    )
    egress, address = _egress(program)
    source = (("__RANDOMIZESNAT__", "AWS_VPC_K8S_CNI_RANDOMIZESNAT"),)
    return [
        *_read(program, names),
        *egress,
        *_read(program, source),
        *([_Placed("__NODEIP__", address)] if egress else []),
    ]


def _read(program: AwsNodeStart, names: Iterable[tuple[str, str]]) -> list[_Placed]:
    return [
        _Placed(placeholder, program.text(name), name)
        for placeholder, name in names
        if program.how(name) is not How.UNREAD
    ]


def _egress(program: AwsNodeStart) -> tuple[list[_Placed], str]:
    """Return what is put into the egress plugin, and the node's address."""
    if program.does.egress == "none":
        return [], ""
    if program.does.egress == "v4":
        placed = [
            _Placed("__EGRESSV4PLUGINLOGFILE__", program.text(V4.log_file), V4.log_file),
            _Placed("__EGRESSV4PLUGINENABLED__", program.text("ENABLE_IPv6"), "ENABLE_IPv6"),
        ]
        return placed, _ipv4(program)
    family = V4 if program.is_on("ENABLE_IPv6") else V6
    if family is V4:
        enabled, address = program.is_on("ENABLE_V4_EGRESS"), _ipv4(program, "ENABLE_IPv6")
    else:
        enabled, address = _ipv6(program)
    return [
        _Placed("__EGRESSPLUGINLOGFILE__", program.text(family.log_file), family.log_file),
        _Placed("__EGRESSPLUGINENABLED__", str(enabled).lower()),
        _Placed("__EGRESSPLUGINIPAMSUBNET__", family.subnet),
        _Placed("__EGRESSPLUGINIPAMDST__", family.destination),
        _Placed("__EGRESSPLUGINIPAMDATADIR__", family.data_directory),
    ], address


def _ipv4(program: AwsNodeStart, *names: str) -> str:
    if program.node.has_ipv4:
        return NODE_IPV4
    if program.does.is_script:
        return NO_ADDRESS  # curl is not told to fail, so that the answer's text is the address
    raise EntrypointRefused(program.refuses("ipv4-address", *names))


def _ipv6(program: AwsNodeStart) -> tuple[bool, str]:
    """Return whether IPv6 egress is on for pods of an IPv4 cluster, and the node's address."""
    name = "ENABLE_V6_EGRESS"
    enabled = program.is_on(name)
    if enabled and not program.node.has_ipv6:
        if program.does.needs_address_for_v6_egress:
            raise EntrypointRefused(program.refuses("ipv6-address", name))
        enabled = False
    return enabled, NODE_IPV6 if enabled else ""


def script_file(program: AwsNodeStart) -> str:
    """Return what the script writes; Refused if it ends before."""
    from cnilint.upstream import jq, sed

    placed = _placed(program)
    for item in placed:
        if item.name and program.how(item.name) is How.REQUIRED and item.name not in program.env:
            raise EntrypointRefused(program.refuses("unset", item.name))
    commands = []
    for item in placed:
        try:
            commands.append(sed.substitution(item.placeholder, item.value))
        except sed.SedError:
            # Without a temporary file the shell has emptied the target by now.
            names = (item.name,) if item.name else ()
            refusal = program.refuses("replacement", *names)
            raise EntrypointRefused(refusal, "" if not program.does.moves_file else None) from None
    text = sed.edit(program.node.conflist, commands)
    name = "ENABLE_BANDWIDTH_PLUGIN"
    if not program.is_on(name):
        return text
    try:
        return jq.add_plugin(text, {"type": "bandwidth", "capabilities": {"bandwidth": True}})
    except jq.JqError:
        raise EntrypointRefused(program.refuses("added-plugins", name)) from None


def go_file(program: AwsNodeStart) -> str:
    """Return what the Go program writes; Refused if it ends before."""
    from .conflist import add_plugins

    placed = _placed(program)
    text = program.node.conflist
    for item in placed:
        text = text.replace(item.placeholder, item.value)
    switches = [
        name for name in ("ENABLE_BANDWIDTH_PLUGIN", "DISABLE_POD_V6") if program.is_on(name)
    ]
    try:
        if switches:
            text = add_plugins(
                text,
                [_ADDED[name] for name in switches],
                sysctls=program.does.has_sysctls,
                route_numbers=program.does.route_numbers,
            )
    except JSONError:
        raise EntrypointRefused(program.refuses("added-plugins", *switches)) from None
    try:
        gojson.as_map(text)
    except JSONError:
        guilty = [item.name for item in placed if item.name and _NEEDS_ESCAPE.search(item.value)]
        raise EntrypointRefused(program.refuses("not-json", *guilty)) from None
    return text


_ADDED = {
    "ENABLE_BANDWIDTH_PLUGIN": gojson.parse(
        '{"type": "bandwidth", "capabilities": {"bandwidth": true}}'
    ),
    "DISABLE_POD_V6": gojson.parse(
        '{"type": "tuning", "sysctl": {"net.ipv6.conf.all.disable_ipv6": "1",'
        ' "net.ipv6.conf.default.disable_ipv6": "1", "net.ipv6.conf.lo.disable_ipv6": "1"}}'
    ),
}
