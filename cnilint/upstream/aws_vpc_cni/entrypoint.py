"""What aws-node's entrypoint does with its environment: whether it ends, waits, or writes what.

The script (v1.7.0 to v1.12.0) and the Go program (from v1.12.1 on) check variables, copy binaries,
start ipamd, wait for it and write the network configuration. ipamd ends where variables contradict
one another; then the entrypoint waits, until the liveness probe has the container killed.
Source: aws/amazon-vpc-cni-k8s@v1.7.0 to v1.23.0: scripts/entrypoint.sh, cmd/aws-vpc-cni/main.go,
utils/cp/cp.go, pkg/ipamd/ipamd.go New and isConfigValid.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from cnilint.start import NamedTuple

from . import releases
from .checks import checks, ipamd_refusals
from .file import go_file, script_file
from .program import AwsNodeHost, AwsNodeStart, EntrypointRefused, Refusal

FILE = "10-aws.conflist"
DIRECTORIES = ("/host/opt/cni/bin", "/host/etc/cni/net.d")
"""What the product's own manifest mounts."""

_HOME = "/app"
_OF_THE_IMAGE = ("/", _HOME, "/tmp", "/etc", "/usr/bin", "/var/log", "/root")  # noqa: S108


class VpcCniStart(NamedTuple):
    """What came of one start of aws-node.

    A file can be written and the program still end. `refused` is set whenever a program ended.
    """

    status: Literal["runs", "exited", "waits"]
    wrote: Mapping[str, object]
    """The files written, by path: the JSON value in it, or its text where it is no JSON."""
    texts: Mapping[str, str]
    """The same files as texts."""
    removed: tuple[str, ...] = ()
    binaries: tuple[str, ...] = ()
    """The plugins that were installed, by path."""
    refused: Refusal | None = None


def vpc_cni(  # noqa: PLR0913  each is something the program reads, and given by name
    env: Mapping[str, str],
    *,
    version: str,
    before: Mapping[str, str] = MappingProxyType({}),
    directories: Iterable[str] | None = None,
    conflist: str | None = None,
    node_ipv6: bool = False,
    node_ipv4: bool = True,
    ipamd: str = "",
) -> VpcCniStart:
    """Return what a start of aws-node does with the environment of its container.

    `version` is a release or an image's tag; one that names no release is taken as the newest.
    `before` are the files of /host/etc/cni/net.d, `directories` those that exist (DIRECTORIES, if
    None), `conflist` is mounted over the image's own file. `node_ipv4` and `node_ipv6` say whether
    the metadata service knows an address, `ipamd` that it `exits` or `hangs` whatever it is given.
    Nothing is raised.
    """
    release = releases.release_of(version)
    node = AwsNodeHost(
        before=before,
        directories=_existing(DIRECTORIES if directories is None else directories),
        conflist=releases.conflist(release) if conflist is None else conflist,
        has_ipv4=node_ipv4,
        has_ipv6=node_ipv6,
        ipamd=ipamd,
    )
    return _start(AwsNodeStart(env, release, releases.behaviour(release), node))


def refusals(env: Mapping[str, str], *, version: str) -> tuple[Refusal, ...]:
    """Return everything that an environment is refused for, where a start names only the first.

    The entrypoint's checks come first, then what ipamd refuses, then what ends the program while it
    makes the file that its release ships, on a node with addresses of both families.
    """
    release = releases.release_of(version)
    node = AwsNodeHost(
        {}, frozenset(), releases.conflist(release), has_ipv4=True, has_ipv6=True, ipamd=""
    )
    program = AwsNodeStart(env, release, releases.behaviour(release), node)
    found = [*checks(program), *ipamd_refusals(program)]
    try:
        if program.does.is_script:
            script_file(program)
        else:
            go_file(program)
    except EntrypointRefused as refused:
        found.append(refused.refusal)
    return tuple(found)


def _start(program: AwsNodeStart) -> VpcCniStart:
    refusal = next(checks(program), None)
    if refusal is not None:
        return _ended(refusal)
    try:
        binaries = _binaries(program)
    except EntrypointRefused as refused:
        return _ended(refused.refusal)
    ended = next(ipamd_refusals(program), None)
    if ended is not None and program.does.waits_for_ipamd:
        return VpcCniStart("waits", {}, {}, binaries=binaries, refused=ended)
    try:
        text = script_file(program) if program.does.is_script else go_file(program)
        texts = {_target(program): text}
    except EntrypointRefused as refused:
        return _failed(program, refused)._replace(binaries=binaries)
    goes_on = ended is None or program.node.ipamd == "hangs"
    status: Literal["runs", "exited"] = "runs" if goes_on else "exited"
    return VpcCniStart(status, _values(texts), texts, _removed(program), binaries, ended)


def _ended(refusal: Refusal, texts: Mapping[str, str] = MappingProxyType({})) -> VpcCniStart:
    return VpcCniStart("exited", _values(texts), texts, refused=refusal)


def _failed(program: AwsNodeStart, refused: EntrypointRefused) -> VpcCniStart:
    """Return what is left of a start that ended while the file was made."""
    if refused.left is None:
        return _ended(refused.refusal)
    try:
        return _ended(refused.refusal, {_target(program): refused.left})
    except EntrypointRefused as without_directory:
        return _ended(without_directory.refusal)


def _values(texts: Mapping[str, str]) -> dict[str, object]:
    def refused(constant: str) -> object:
        raise ValueError(constant)

    found: dict[str, object] = {}
    for path, text in texts.items():
        try:
            found[path] = json.loads(text, parse_constant=refused)
        except (ValueError, RecursionError):
            found[path] = text
    return found


def _absolute(path: str) -> str:
    """Return the path that a text means in the container."""
    return "/" + posixpath.normpath(posixpath.join(_HOME, path)).lstrip("/")


def _existing(directories: Iterable[str]) -> frozenset[str]:
    """Return directories with those that they lie in, and those of the image."""
    found = set()
    for directory in (*directories, *_OF_THE_IMAGE):
        path = _absolute(directory)
        while path not in found:
            found.add(path)
            path = posixpath.dirname(path)
    return frozenset(found)


def _binaries(program: AwsNodeStart) -> tuple[str, ...]:
    """Return the paths of the plugins that are copied; Refused if there is no such directory."""
    egress = {"none": [], "v4": ["egress-v4-cni"], "both": ["egress-cni"]}[program.does.egress]
    names = ["aws-cni", *egress]
    if program.does.is_script and program.is_on("AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER"):
        host_local = ["host-local"] if egress else []
        names += ["loopback", "portmap", "bandwidth", *host_local, "aws-cni-support.sh"]
    name = "HOST_CNI_BIN_PATH"
    given = program.text(name)
    # The Go program puts a slash behind whatever it is given.
    target = _absolute(given if program.does.is_script else f"{given}/")
    if target in program.node.directories:
        return tuple(sorted(posixpath.join(target, file) for file in names))
    is_file = posixpath.dirname(target) in program.node.directories and not given.endswith("/")
    if program.does.is_script and is_file:
        return (target,)  # `install` writes one binary after the other into a file of that name
    raise EntrypointRefused(program.refuses("binary-directory", name))


def _directory(program: AwsNodeStart) -> str:
    given = program.text("HOST_CNI_CONFDIR_PATH")
    return _absolute(given if program.does.is_script else f"{given}/")


def _target(program: AwsNodeStart) -> str:
    """Return the path that is written to; Refused if the file cannot be put there."""
    directory = _directory(program)
    is_same_file = program.does.moves_file and program.does.is_script and directory == "/tmp"  # noqa: S108
    if directory not in program.node.directories or is_same_file:
        raise EntrypointRefused(program.refuses("configuration-directory", "HOST_CNI_CONFDIR_PATH"))
    return posixpath.join(directory, FILE)


def _removed(program: AwsNodeStart) -> tuple[str, ...]:
    """Return the file of old releases that the script removes."""
    directory = _directory(program)
    is_there = directory == DIRECTORIES[1] and "aws.conf" in program.node.before
    return (posixpath.join(directory, "aws.conf"),) if program.does.is_script and is_there else ()
