"""One start of aws-node: what it is given, how its release reads that, and what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from cnilint.start import NamedTuple

from .releases import AwsNodeTraits
from .variables import EnvironmentReader, How, Release, variable

Check = Literal[
    "log-file",
    "veth-prefix-length",
    "veth-prefix-reserved",
    "security-group-mode",
    "cooldown",
    "mtu",
    "warm-targets",
    "binary-directory",
    "no-family",
    "both-families",
    "ipv6-mode",
    "policy-mode",
    "ipamd",
    "unset",
    "replacement",
    "ipv4-address",
    "ipv6-address",
    "added-plugins",
    "not-json",
    "configuration-directory",
]
"""What a program refuses to go on for; `ipamd` is what the caller said of it."""


class Refusal(NamedTuple):
    """Why a program of the container ended, and the variables that it ended for, if any."""

    by: EnvironmentReader
    check: Check
    variables: tuple[str, ...] = ()


class AwsNodeHost(NamedTuple):
    """What a start finds besides its environment."""

    before: Mapping[str, str]
    directories: frozenset[str]
    conflist: str
    has_ipv4: bool
    has_ipv6: bool
    ipamd: str


class AwsNodeStart(NamedTuple):
    """One start: what it is given, and how its release reads that."""

    env: Mapping[str, str]
    release: Release
    does: AwsNodeTraits
    node: AwsNodeHost

    def text(self, name: str, reader: EnvironmentReader = EnvironmentReader.ENTRYPOINT) -> str:
        """Return the text of a variable that a program of the container goes by."""
        return variable(name, reader).text(self.env, self.release)

    def is_on(self, name: str, reader: EnvironmentReader = EnvironmentReader.ENTRYPOINT) -> bool:
        """Return whether a switch is on for a program of the container."""
        return variable(name, reader).boolean(self.env, self.release)

    def how(self, name: str, reader: EnvironmentReader = EnvironmentReader.ENTRYPOINT) -> How:
        """Return how a program of the container reads a variable."""
        return variable(name, reader).how(self.release)

    def refuses(self, check: Check, *names: str) -> Refusal:
        """Return a refusal of the entrypoint for variables."""
        return Refusal(EnvironmentReader.ENTRYPOINT, check, names)


class EntrypointRefused(Exception):  # noqa: N818 # what it holds is a fact, not an error of ours
    """The entrypoint ends; `left` is the text that the file is left with, None for no change."""

    def __init__(self, refusal: Refusal, left: str | None = None) -> None:
        """Take what was refused."""
        super().__init__(refusal)
        self.refusal = refusal
        self.left = left
