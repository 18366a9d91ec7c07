"""What differs between the releases of Multus: one table, read by the models and by the rules.

No other module compares a release of Multus with a number. Where a release changes what a program
does, a row here says from when on, and whoever needs to know asks for the trait by its name.
Sources: k8snetworkplumbingwg/multus-cni@v3.7.1, v3.7.2, v3.8, v3.9.3:images/entrypoint.sh,
@v3.9.3:cmd/controller/main.go, @v4.0.2, v4.1.0, v4.2.1, v4.2.4, v4.3.0:cmd/thin_entrypoint/main.go,
cmd/multus-daemon/main.go, pkg/server/config/manager.go, pkg/server/types.go; for the plugin go.mod
and pkg/ at every tag from v3.9 to v4.3.0, and containernetworking/cni at the releases that they
vendor (v0.8.1, v1.1.2, v1.2.0-rc1, v1.3.0); for the script images/entrypoint.sh at v3.1 to v3.9.3
(v3.5 was never published), and the Dockerfile of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

from cnilint.start import NamedTuple

from .libcni import LIBCNI_0_8, LIBCNI_1_1, LIBCNI_1_2, LIBCNI_1_3, Libcni
from .release import Release, release

NEWEST: Release = (4, 3, 0)
"""The newest release whose code was read; a newer one is taken to be like it."""

LAST_SCRIPT: Release = (3, 9, 3)
"""The last release whose entrypoint is the script."""


class MultusBinary(Enum):
    """The programs that Multus has been installed by."""

    DAEMON = "daemon"
    """Thick Multus from v4 on, told by daemon-config.json."""
    ENTRYPOINT = "entrypoint"
    """Thin Multus from v4 on, told by flags."""
    GENERATOR = "generator"
    """The daemon of v3.9, told by flags of its own."""
    SCRIPT = "script"
    """The shell script of v3."""


class Pin(Enum):
    """What a program makes of the name of a master that it is given."""

    UNKNOWN_FLAG = "unknown-flag"
    """It does not know the flag: it warns of it, or ends."""
    DOUBLED = "doubled"
    """It joins the directory to the name twice, finds nothing there and exits."""
    IGNORED = "ignored"
    """It reads the flag and does not look at it."""
    HONOURED = "honoured"
    """The file of that name is its master."""


class Traits(NamedTuple):
    """What a release of one of the programs reads, writes, needs and ends on."""

    pin: Pin = Pin.HONOURED
    exit_without_master: int = 2
    """The exit code where the file that it is pinned to is not there."""
    directories: tuple[str, ...] = ("autoconfig_directory", "conf_directory")
    """The settings that name a directory which has to be mounted from the host."""
    writes_to_conf_directory: bool = True
    """Whether its file goes to `conf_directory`, and not to where it looks for its master."""
    exits_unless_auto: bool = False
    """Whether it copies the file that it is told to use, and then ends."""
    empties_file: bool = False
    """Whether it writes an empty file in the place of the one that it is told to use."""
    deletes_at_end: bool = False
    """Whether the cleanup flag makes it delete its own file when it ends."""
    picks_again: bool = False
    """Whether the cleanup flag makes it pick again every second."""
    needs_cni_version: bool = False
    """Whether it compares its CNI version with the master's, and ends if it has none."""
    joins_cluster_networks: bool = False
    """Whether a request's settings are those of the daemon and of its file, joined by their exact
    names and then read in whatever case (@v4.1.4:pkg/server/server.go extractCniData)."""
    more_flags: tuple[tuple[str, str | bool], ...] = ()
    """Flags that the first release of the program does not have, with their defaults."""
    makes_conf_directory: bool = False
    """Whether it makes a directory for its configuration before it looks for a master."""
    takes_own_file: bool = True
    """Whether a file of its own counts as a master."""
    checks_master: bool = False
    """Whether a master that is not there has an error of its own."""
    lists_by_order: bool = False
    """Whether every CNI version from 1.0.0 on makes the file a list, and not 1.0.0 alone."""
    knows_auto: bool = True
    """Whether it can look for a master itself."""
    refuses_unknown_flags: bool = True
    """Whether a flag that it does not know ends it."""
    invalidates: bool = False
    """Whether, with the cleanup flag, it spoils its file when it stops or has no master."""
    reads_capabilities: bool = True
    """Whether it parses the master; without, any text becomes a delegate."""
    needs_python_2: bool = False
    """Whether the one line of Python in it is none for Python 3."""
    has_autoconfig_directory: bool = True
    """Whether masters can be in another directory than its own file."""
    is_rewritten: bool = False
    """Whether it is the daemon that cleans paths and removes its file at the end."""
    socket_key: str = "socketDir"
    has_auxiliary_chain: bool = False
    has_certificates: bool = False
    has_connection_limit: bool = False


# From which release on a program differs from its release before, beginning with its first.
_CHANGES: Mapping[MultusBinary, tuple[tuple[Release, dict[str, Any]], ...]] = {
    MultusBinary.SCRIPT: (
        (
            (0, 0, 0),
            {
                "pin": Pin.UNKNOWN_FLAG,
                "exit_without_master": 1,
                "knows_auto": False,
                "reads_capabilities": False,
                "needs_python_2": True,
                "has_autoconfig_directory": False,
            },
        ),
        ((3, 2, 0), {"knows_auto": True, "refuses_unknown_flags": False}),
        ((3, 3, 0), {"invalidates": True, "has_autoconfig_directory": True}),
        ((3, 4, 1), {"invalidates": False}),
        ((3, 7, 0), {"reads_capabilities": True, "needs_python_2": False}),
        ((3, 7, 2), {"pin": Pin.DOUBLED}),
        ((3, 8, 0), {"pin": Pin.HONOURED}),
        ((3, 9, 0), {"needs_cni_version": True}),
    ),
    MultusBinary.GENERATOR: (
        (
            (0, 0, 0),
            {
                "pin": Pin.UNKNOWN_FLAG,
                "empties_file": True,
                "writes_to_conf_directory": False,
            },
        ),
        ((3, 9, 0), {"pin": Pin.HONOURED}),
    ),
    MultusBinary.ENTRYPOINT: (
        ((4, 0, 0), {"pin": Pin.IGNORED, "exit_without_master": 0}),
        (
            (4, 1, 0),
            {
                "pin": Pin.HONOURED,
                "deletes_at_end": True,
                "picks_again": True,
                "more_flags": (
                    ("multus-cni-conf-dir", "/host/etc/cni/multus/net.d"),
                    ("skip-config-watch", False),
                ),
                "makes_conf_directory": True,
                "takes_own_file": False,
                "checks_master": True,
            },
        ),
        ((4, 2, 4), {"lists_by_order": True}),
    ),
    MultusBinary.DAEMON: (
        (
            (4, 0, 0),
            {"directories": ("autoconfig_directory",), "writes_to_conf_directory": False},
        ),
        (
            (4, 1, 0),
            {
                "directories": ("autoconfig_directory", "conf_directory"),
                "writes_to_conf_directory": True,
                "exits_unless_auto": True,
                "joins_cluster_networks": True,
                "is_rewritten": True,
                "socket_key": "daemonSocketDir",
                "has_certificates": True,
            },
        ),
        ((4, 2, 1), {"has_auxiliary_chain": True}),
        ((4, 3, 0), {"has_connection_limit": True}),
    ),
}

_BUILDS = (("eksbuild", MultusBinary.SCRIPT, (3, 7, 2), Pin.HONOURED),)
"""Builds whose pin differs from their release's: v3.7.2 of EKS has the fix of v3.8 (commit
7e44bb6d2)."""

_STANDS_FOR: Mapping[MultusBinary, Release] = {
    MultusBinary.GENERATOR: (4, 0, 2),
    MultusBinary.SCRIPT: (4, 1, 0),
}
"""The release of v4 whose model is taken for a program that has none of its own."""


def program(of: Release, *, thick: bool) -> MultusBinary:
    """Return the program that a release is installed by, thick or thin."""
    is_first = of < (4, 0, 0)
    if thick:
        return MultusBinary.GENERATOR if is_first else MultusBinary.DAEMON
    return MultusBinary.SCRIPT if is_first else MultusBinary.ENTRYPOINT


@lru_cache(maxsize=256)
def traits(of: MultusBinary, number: Release, build: str = "") -> Traits:
    """Return what a release of a program does; `build` is the image tag, which may name a build."""
    found: dict[str, Any] = {}
    for since, changed in _CHANGES[of]:
        if since <= number:
            found |= changed
    for name, built, since, pin in _BUILDS:
        if name in build and of is built and number >= since:
            found["pin"] = pin
    return Traits(**found)


def honours_pin_since(of: MultusBinary) -> Release:
    """Return the first release of a program that does what a pin says."""
    return next(since for since, _ in _CHANGES[of] if traits(of, since).pin is Pin.HONOURED)


def modelled_as(of: MultusBinary, number: Release) -> Release:
    """Return the release of v4 whose model says what a program does."""
    return _STANDS_FOR.get(of, number)


_FLAGS_OF_THE_SCRIPT: tuple[tuple[Release, dict[str, str]], ...] = (
    (
        (0, 0, 0),
        {
            "--cni-conf-dir": "conf_directory",
            "--cni-bin-dir": "bin_directory",
            "--multus-conf-file": "conf_file",
            "--multus-bin-file": "bin_file",
        },
    ),
    (
        (3, 2, 0),
        {
            "--multus-kubeconfig-file-host": "kubeconfig",
            "--namespace-isolation": "isolation",
            "--multus-log-level": "log_level",
            "--multus-log-file": "log_file",
        },
    ),
    (
        (3, 3, 0),
        {
            "--cni-version": "cni_version",
            "--multus-autoconfig-dir": "autoconfig_directory",
            "--override-network-name": "override_name",
            "--cleanup-config-on-exit": "cleanup",
            "--restart-crio": "restart_crio",
            "--rename-conf-file": "rename",
            "--additional-bin-dir": "additional_bin_directory",
        },
    ),
    ((3, 4, 0), {"--skip-multus-binary-copy": "skip_binary"}),
    ((3, 4, 1), {"--readiness-indicator-file": "readiness_file"}),
    (
        (3, 7, 0),
        {"--global-namespaces": "global_namespaces", "--multus-log-to-stderr": "log_to_stderr"},
    ),
    ((3, 7, 2), {"--multus-master-cni-file-name": "master"}),
    ((3, 9, 0), {"--multus-bin-file": ""}),
)
"""The options that flags of the script set, from which release on; an empty one is not read."""


@lru_cache(maxsize=256)
def script_flags(of: Release) -> Mapping[str, str]:
    """Return the flags that a release of the script reads, and the option that each sets."""
    found: dict[str, str] = {}
    for since, flags in _FLAGS_OF_THE_SCRIPT:
        if since <= of:
            found |= flags
    return {flag: option for flag, option in found.items() if option}


class MultusBehaviour(NamedTuple):
    """What the plugin of a release does to a pod where others do something else."""

    libcni: Libcni
    primary_is_a_path: bool = False
    """`clusterNetwork` may be the path of a file, and that is where the primary is named.

    Before, the primary stands in `delegates`.
    """
    empty_is_default: bool = True
    """An empty text or list in the configuration is replaced by the default."""
    interface_is_a_label: bool = True
    """In the short form an interface's name must be a DNS label, as a network's must."""
    chained_primary: bool = False
    """The primary's file is read with the files of its chain; there is an auxiliary chain."""
    both_gateways_filtered: bool = True
    """Gateways of both families on one network cancel each other out."""
    long_interface_names: bool = False
    """The kernel is asked for a name beyond 15 bytes as for an alternative name."""


_PLUGIN_CHANGES: tuple[tuple[Release, dict[str, object]], ...] = (
    (
        (4, 0, 0),
        {
            "libcni": LIBCNI_1_1,
            "primary_is_a_path": True,
            "empty_is_default": False,
            "both_gateways_filtered": False,
        },
    ),
    ((4, 1, 0), {"libcni": LIBCNI_1_2, "interface_is_a_label": False}),
    ((4, 2, 1), {"libcni": LIBCNI_1_3, "chained_primary": True}),
    ((4, 2, 2), {"long_interface_names": True}),
)


@lru_cache
def behaviour(version: str) -> MultusBehaviour:
    """Return what the plugin of an image tag does; a tag that names no release is the newest's.

    What follows the three numbers is a build of that release. Releases before v3.9 are taken for
    v3.9.
    """
    numbers, does = release(version), MultusBehaviour(LIBCNI_0_8)
    for since, change in _PLUGIN_CHANGES:
        if numbers is None or numbers >= since:
            does = does._replace(**change)  # type: ignore[arg-type]
    return does
