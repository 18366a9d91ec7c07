"""What stops aws-node: the entrypoint's checks of its variables, and ipamd's.

Source: aws/amazon-vpc-cni-k8s@v1.7.0 to v1.23.0: scripts/entrypoint.sh validate_env_var,
cmd/aws-vpc-cni/main.go validateEnvVars, pkg/ipamd/ipamd.go New and isConfigValid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnilint.start import lazy_pattern
from cnilint.upstream.go_text import atoi

from .program import AwsNodeStart, Check, Refusal
from .variables import EnvironmentReader, How

_RESERVED_PREFIXES = ("eth", "lo", "vlan")
_MODES = ("strict", "standard")
_POLICY_MODES = ("none", "strict", "standard")
_TARGETS = ("WARM_IP_TARGET", "WARM_PREFIX_TARGET", "MINIMUM_IP_TARGET")
_MTU_OF_IPV4, _MTU_OF_IPV6, _MTU_AT_MOST = 576, 1280, 9001
_SHELL_NUMBER = lazy_pattern(r"[ \t\n\v\f\r]*([+-]?[0-9]+)[ \t]*", re.ASCII)


def checks(program: AwsNodeStart) -> Iterator[Refusal]:
    """Yield what the entrypoint refuses before it does anything, in its order."""
    yield from _log_file(program)
    yield from _veth_prefix(program)
    yield from _security_groups(program)
    yield from _cooldown(program)
    yield from _mtus(program)
    yield from _warm_targets(program)


def _log_file(program: AwsNodeStart) -> Iterator[Refusal]:
    file = program.text("AWS_VPC_K8S_PLUGIN_LOG_FILE")
    if program.does.is_script:
        file = file.lower()
    if program.does.checks_log_file and file == "stdout":
        yield program.refuses("log-file", "AWS_VPC_K8S_PLUGIN_LOG_FILE")


def _veth_prefix(program: AwsNodeStart) -> Iterator[Refusal]:
    if not program.does.checks_veth_prefix:
        return
    name = "AWS_VPC_K8S_CNI_VETHPREFIX"
    prefix = program.text(name)
    if len(prefix.encode("utf-8", "surrogatepass")) > 4:
        yield program.refuses("veth-prefix-length", name)
    if prefix in _RESERVED_PREFIXES:
        yield program.refuses("veth-prefix-reserved", name)


def _security_groups(program: AwsNodeStart) -> Iterator[Refusal]:
    name, switch = "POD_SECURITY_GROUP_ENFORCING_MODE", "ENABLE_POD_ENI"
    if program.text(name) in _MODES:
        return
    when = program.does.security_group_mode
    if when == "always":
        yield program.refuses("security-group-mode", name)
    if when == "with-pod-eni" and program.is_on(switch):
        yield program.refuses("security-group-mode", name, switch)


def _cooldown(program: AwsNodeStart) -> Iterator[Refusal]:
    name = "IP_COOLDOWN_PERIOD"
    if program.how(name) is not How.UNREAD:
        seconds = atoi(program.text(name))
        if seconds is None or seconds < 0:
            yield program.refuses("cooldown", name)


def _mtus(program: AwsNodeStart) -> Iterator[Refusal]:
    if not program.does.checks_mtu:
        return
    least = _MTU_OF_IPV6 if program.is_on("ENABLE_IPv6") else _MTU_OF_IPV4
    for name in ("AWS_VPC_ENI_MTU", "POD_MTU"):
        mtu = atoi(program.text(name))
        if mtu is None or not least <= mtu <= _MTU_AT_MOST:
            yield program.refuses("mtu", name)


def _warm_targets(program: AwsNodeStart) -> Iterator[Refusal]:
    name = "ENABLE_PREFIX_DELEGATION"
    targets = [program.text(target) for target in _TARGETS]
    if program.is_on(name) and all(_is_no_target(program, target) for target in targets):
        yield program.refuses("warm-targets", name, *_TARGETS)


def _is_no_target(program: AwsNodeStart, text: str) -> bool:
    """Return whether a release takes a target for 0 or less."""
    match program.does.warm_targets:
        case "text":
            return text == "0"
        case "number":
            return _is_shell_number_below_one(text)
        case "order":
            return text <= "0"
    return False


def _is_shell_number_below_one(text: str) -> bool:
    """Return whether `[ text -le 0 ]` holds in bash; what is no number of 64 bits does not."""
    match = _SHELL_NUMBER.fullmatch(text)
    number = atoi(match[1]) if match is not None else None
    return number is not None and number <= 0


# ipamd.


def ipamd_refusals(program: AwsNodeStart) -> Iterator[Refusal]:
    """Yield why ipamd does not become healthy, in its order; nothing if it does."""
    if program.node.ipamd:
        yield Refusal(EnvironmentReader.IPAMD, "ipamd")
        return
    mode = "NETWORK_POLICY_ENFORCING_MODE"
    if program.how(mode, EnvironmentReader.IPAMD) is not How.UNREAD:
        # Go's ToLower takes the dotted capital I to a plain i.
        chosen = program.text(mode, EnvironmentReader.IPAMD).replace("\u0130", "i").lower()
        if chosen not in _POLICY_MODES:
            yield Refusal(EnvironmentReader.IPAMD, "policy-mode", (mode,))
    families = _families(program) if program.does.has_families else None
    if families is not None:
        yield families


def _families(program: AwsNodeStart) -> Refusal | None:
    def is_on(name: str) -> bool:
        return program.is_on(name, EnvironmentReader.IPAMD)

    families = ("ENABLE_IPv4", "ENABLE_IPv6")
    enabled = [is_on(name) for name in families]
    if enabled[0] == enabled[1]:
        check: Check = "both-families" if enabled[0] else "no-family"
        return Refusal(EnvironmentReader.IPAMD, check, families)
    wrong = [
        name
        for name in ("ENABLE_POD_ENI", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG")
        if is_on(name) and not (name == "ENABLE_POD_ENI" and program.does.ipv6_with_pod_eni)
    ]
    if not is_on("ENABLE_PREFIX_DELEGATION"):
        wrong.append("ENABLE_PREFIX_DELEGATION")
    if is_on("ENABLE_IPv6") and wrong:
        return Refusal(EnvironmentReader.IPAMD, "ipv6-mode", ("ENABLE_IPv6", *wrong))
    return None
