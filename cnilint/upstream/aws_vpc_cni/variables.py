"""The environment variables of aws-node: which program reads each, from which release on, and how.

Rules that judge a value and the model of the entrypoint read the same table, so that no release is
compared anywhere else.
Sources: aws/amazon-vpc-cni-k8s@v1.7.0 to v1.23.0: scripts/entrypoint.sh, cmd/aws-vpc-cni/main.go,
utils/utils.go, pkg/ipamd/ipamd.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from cnilint.start import NamedTuple
from cnilint.upstream.go_text import atoi, parse_bool

Release = tuple[int, int, int]


class EnvironmentReader(Enum):
    """A program of aws-node's pods."""

    ENTRYPOINT = "entrypoint"
    """The script or the program that starts the container and writes the configuration."""
    IPAMD = "ipamd"
    """aws-k8s-agent, which the entrypoint starts and waits for."""
    INIT = "init"
    """What prepares the node, in a container and an environment of its own."""


class How(Enum):
    """How a value is read."""

    UNREAD = "unread"
    """Not at all: the variable has no effect."""
    EXACT_TRUE = "exact-true"
    """On if it is exactly `true`; any other text is off."""
    NOT_FALSE = "not-false"
    """Off if it is exactly `false`; any other text is on, an empty one too."""
    BOOLEAN = "boolean"
    """By strconv.ParseBool; a text that it refuses, the empty one too, is the default."""
    INTEGER = "integer"
    """By strconv.Atoi; a text that it refuses, the empty one too, ends the program."""
    LENIENT_INTEGER = "lenient-integer"
    """By strconv.Atoi; a text that it refuses is the default, and mostly a negative number too."""
    TEXT = "text"
    """As it is, the empty text too."""
    TEXT_OR_DEFAULT = "text-or-default"
    """As it is; the empty text is the default."""
    REQUIRED = "required"
    """As it is; a script ends where it is not set."""


class Variable(NamedTuple):
    """A variable as one program reads it."""

    name: str
    reader: EnvironmentReader
    default: str
    readings: tuple[tuple[Release, How], ...]
    """From which release on it is read how, oldest first; before the first it is not read."""

    def how(self, release: Release) -> How:
        """Return how a release reads the variable."""
        found = How.UNREAD
        for since, how in self.readings:
            if since <= release:
                found = how
        return found

    def text(self, env: Mapping[str, str], release: Release) -> str:
        """Return the text that a release goes by: the value, or the default."""
        how = self.how(release)
        if how is How.UNREAD or self.name not in env:
            return self.default
        value = env[self.name]
        return self.default if how is How.TEXT_OR_DEFAULT and not value else value

    def boolean(self, env: Mapping[str, str], release: Release) -> bool:
        """Return whether a switch is on in a release."""
        how = self.how(release)
        value = self.default if how is How.UNREAD else env.get(self.name, self.default)
        if how is How.EXACT_TRUE:
            return value == "true"
        if how is How.NOT_FALSE:
            return value != "false"
        parsed = parse_bool(value)
        return parsed if parsed is not None else self.default == "true"

    def understands(self, text: str, release: Release) -> bool:
        """Return whether a release parses a text, or takes any text there is.

        A boolean that is not parsed is the default, and so is a lenient integer; any other integer
        ends the program.
        """
        how = self.how(release)
        if how is How.BOOLEAN:
            return parse_bool(text) is not None
        return how not in (How.INTEGER, How.LENIENT_INTEGER) or atoi(text) is not None


_FIRST: Release = (1, 7, 0)
_GO: Release = (1, 12, 1)
"""The first release whose entrypoint is a Go program."""
_GO_BOOLEANS: Release = (1, 13, 0)
"""The first one whose entrypoint parses booleans."""


def _entrypoint(name: str, default: str, *readings: tuple[Release, How]) -> Variable:
    return Variable(name, EnvironmentReader.ENTRYPOINT, default, readings)


def _ipamd(
    name: str, default: str = "false", since: Release = _FIRST, how: How = How.BOOLEAN
) -> Variable:
    return Variable(name, EnvironmentReader.IPAMD, default, ((since, how),))


def _text(name: str, default: str, since: Release = _FIRST) -> Variable:
    """Return a text of the entrypoint: only the Go program takes an empty one as it is."""
    if since >= _GO:
        return _entrypoint(name, default, (since, How.TEXT))
    return _entrypoint(name, default, (since, How.TEXT_OR_DEFAULT), (_GO, How.TEXT))


def _switch(name: str, since: Release) -> Variable:
    """Return a switch of the entrypoint that is off by default."""
    if since >= _GO_BOOLEANS:
        return _entrypoint(name, "false", (since, How.BOOLEAN))
    return _entrypoint(name, "false", (since, How.EXACT_TRUE), (_GO_BOOLEANS, How.BOOLEAN))


VARIABLES: tuple[Variable, ...] = (
    # What the entrypoint checks, and what it writes into the configuration.
    _text("HOST_CNI_BIN_PATH", "/host/opt/cni/bin"),
    _entrypoint(
        "HOST_CNI_CONFDIR_PATH",
        "/host/etc/cni/net.d",
        (_FIRST, How.TEXT_OR_DEFAULT),
        (_GO, How.UNREAD),
        ((1, 15, 0), How.TEXT),
    ),
    _entrypoint(
        "AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER", "true", (_FIRST, How.NOT_FALSE), (_GO, How.UNREAD)
    ),
    _text("AWS_VPC_K8S_CNI_VETHPREFIX", "eni"),
    _entrypoint(
        "AWS_VPC_ENI_MTU",
        "9001",
        (_FIRST, How.TEXT_OR_DEFAULT),
        (_GO, How.TEXT),
        ((1, 16, 4), How.INTEGER),
    ),
    _entrypoint("POD_MTU", "9001", ((1, 16, 4), How.INTEGER)),
    _text("AWS_VPC_K8S_PLUGIN_LOG_FILE", "/var/log/aws-routed-eni/plugin.log"),
    _text("AWS_VPC_K8S_PLUGIN_LOG_LEVEL", "Debug"),
    _text(
        "AWS_VPC_K8S_EGRESS_V4_PLUGIN_LOG_FILE",
        "/var/log/aws-routed-eni/egress-v4-plugin.log",
        (1, 10, 0),
    ),
    _text(
        "AWS_VPC_K8S_EGRESS_V6_PLUGIN_LOG_FILE",
        "/var/log/aws-routed-eni/egress-v6-plugin.log",
        _GO_BOOLEANS,
    ),
    _entrypoint(
        "AWS_VPC_K8S_CNI_RANDOMIZESNAT",
        "prng",
        ((1, 11, 0), How.REQUIRED),
        ((1, 11, 4), How.TEXT_OR_DEFAULT),
        (_GO, How.TEXT),
    ),
    _text("POD_SECURITY_GROUP_ENFORCING_MODE", "strict", (1, 11, 0)),
    _switch("ENABLE_POD_ENI", _GO),
    _switch("ENABLE_PREFIX_DELEGATION", (1, 9, 0)),
    _text("WARM_IP_TARGET", "0", (1, 9, 0)),
    _text("MINIMUM_IP_TARGET", "0", (1, 9, 0)),
    _text("WARM_PREFIX_TARGET", "0", (1, 9, 0)),
    _switch("ENABLE_BANDWIDTH_PLUGIN", (1, 10, 0)),
    _switch("DISABLE_POD_V6", (1, 15, 0)),
    _entrypoint(
        "ENABLE_IPv6",
        "false",
        ((1, 10, 0), How.REQUIRED),
        (_GO, How.TEXT),
        (_GO_BOOLEANS, How.BOOLEAN),
    ),
    _switch("ENABLE_V6_EGRESS", _GO_BOOLEANS),
    _entrypoint("ENABLE_V4_EGRESS", "true", ((1, 15, 1), How.BOOLEAN)),
    _entrypoint("IP_COOLDOWN_PERIOD", "30", ((1, 15, 0), How.INTEGER)),
    _entrypoint(
        "ENABLE_NFTABLES",
        "false",
        (_GO, How.EXACT_TRUE),
        (_GO_BOOLEANS, How.BOOLEAN),
        ((1, 13, 2), How.UNREAD),
    ),
    # What ipamd reads. It ends where these contradict one another, not for one of them alone.
    _ipamd("ENABLE_IPv4", since=(1, 10, 0)),
    _ipamd("ENABLE_IPv6", since=(1, 10, 0)),
    _ipamd("ENABLE_PREFIX_DELEGATION", since=(1, 9, 0)),
    _ipamd("ENABLE_POD_ENI"),
    _ipamd("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"),
    Variable(
        "NETWORK_POLICY_ENFORCING_MODE",
        EnvironmentReader.IPAMD,
        "standard",
        (((1, 17, 1), How.TEXT_OR_DEFAULT), ((1, 19, 4), How.TEXT)),
    ),
    Variable(
        "AWS_VPC_K8S_CNI_RANDOMIZESNAT",
        EnvironmentReader.IPAMD,
        "prng",
        ((_FIRST, How.TEXT_OR_DEFAULT),),
    ),
    _ipamd("ANNOTATE_POD_IP", since=(1, 9, 3)),
    _ipamd("AWS_MANAGE_ENIS_NON_SCHEDULABLE", since=(1, 12, 6)),
    _ipamd("AWS_VPC_CNI_NODE_PORT_SUPPORT", "true"),
    _ipamd("AWS_VPC_K8S_CNI_EXTERNALSNAT"),
    _ipamd("DISABLE_INTROSPECTION"),
    _ipamd("DISABLE_LEAKED_ENI_CLEANUP", since=(1, 13, 0)),
    _ipamd("DISABLE_METRICS"),
    _ipamd("DISABLE_NETWORK_RESOURCE_PROVISIONING"),
    _ipamd("ENABLE_IMDS_ONLY_MODE", since=(1, 19, 6)),
    _ipamd("ENABLE_MULTI_NIC", since=(1, 20, 0)),
    _ipamd("ENABLE_SUBNET_DISCOVERY", "true", (1, 18, 0)),
    _ipamd("ENABLE_V6_EGRESS", since=(1, 13, 0)),
    _ipamd("MANAGE_UNTAGGED_ENI", "true", (1, 9, 1)),
    _ipamd("MAX_ENI", "-1", how=How.LENIENT_INTEGER),
    _ipamd("WARM_ENI_TARGET", "1", how=How.LENIENT_INTEGER),
    _ipamd("WARM_IP_TARGET", "0", how=How.LENIENT_INTEGER),
    _ipamd("MINIMUM_IP_TARGET", "0", how=How.LENIENT_INTEGER),
    _ipamd("WARM_PREFIX_TARGET", "0", (1, 9, 0), How.LENIENT_INTEGER),
    _ipamd("IP_COOLDOWN_PERIOD", "30", (1, 15, 0), How.LENIENT_INTEGER),
)
"""Of the container aws-node: every switch and number, and the texts that are checked or written."""

INIT_VARIABLES: tuple[Variable, ...] = tuple(
    Variable(
        name,
        EnvironmentReader.INIT,
        "false",
        ((since, How.EXACT_TRUE), (_GO_BOOLEANS, How.BOOLEAN))
        if since < _GO_BOOLEANS
        else ((since, How.BOOLEAN),),
    )
    for name, since in (
        ("DISABLE_TCP_EARLY_DEMUX", _FIRST),
        ("ENABLE_IPv6", (1, 10, 0)),
        ("ENABLE_V6_EGRESS", _GO_BOOLEANS),
    )
)
"""The switches of the init container (scripts/init.sh, cmd/aws-vpc-cni-init/main.go)."""

_BY_NAME = {(known.reader, known.name): known for known in (*VARIABLES, *INIT_VARIABLES)}


def variable(name: str, reader: EnvironmentReader) -> Variable:
    """Return a variable as a program reads it; KeyError if the table has none of that name."""
    return _BY_NAME[reader, name]


def is_read(name: str, release: Release) -> bool:
    """Return whether the entrypoint or ipamd of a release goes by a variable of the table."""
    return any(known.how(release) is not How.UNREAD for known in VARIABLES if known.name == name)


def without_effect(env: Mapping[str, str], release: Release) -> tuple[str, ...]:
    """Return the variables that a release does not read, and that another one does."""
    names = {known.name for known in VARIABLES}
    return tuple(name for name in env if name in names and not is_read(name, release))


def not_understood(env: Mapping[str, str], release: Release) -> tuple[Variable, ...]:
    """Return the readings of an environment whose text a release cannot parse."""
    return tuple(
        known
        for known in VARIABLES
        if known.name in env and not known.understands(env[known.name], release)
    )


def misread(env: Mapping[str, str], release: Release) -> tuple[Variable, ...]:
    """Return the readings of an environment that do not make of a text what it says.

    A switch or a number that is not parsed and so is the default, and a truth value that is only
    compared with one spelling. What ends the program instead is none.
    """
    found = []
    for known in VARIABLES:
        text = env.get(known.name)
        how = known.how(release)
        if text is None:
            continue
        if how in (How.BOOLEAN, How.LENIENT_INTEGER):
            wrong = not known.understands(text, release)
        else:
            exact = how in (How.EXACT_TRUE, How.NOT_FALSE)
            wrong = exact and parse_bool(text) != known.boolean(env, release)
        if wrong:
            found.append(known)
    return tuple(found)
