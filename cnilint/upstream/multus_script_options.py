"""What the arguments of Multus v3's script set, and what each release of it does with them.

Source: k8snetworkplumbingwg/multus-cni@v3.1, v3.2, v3.3, v3.4, v3.4.2, v3.6, v3.7, v3.7.2, v3.8,
v3.9, v3.9.1, v3.9.3:images/entrypoint.sh
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .confdir import DEFAULT_DIRECTORY
from .release import Release

IMAGE_FILE = "/usr/src/multus-cni/images/70-multus.conf"
"""What the script copies unless it is told otherwise. The published images do not have the file."""


class Behaviour(NamedTuple):
    """What one release of the script does."""

    generates: bool
    """Whether it knows `auto`."""
    strict: bool
    """Whether it ends at a parameter that it does not know; later ones only warn."""
    pin: str
    """The pin is `ignored`, has its directory put before it twice (`doubled`), or is `joined`."""
    invalidates: bool
    """Whether, with the cleanup flag, it spoils its file when it stops or has no master."""
    reads_capabilities: bool
    """Whether it parses the master; before, any text becomes a delegate."""
    checks_version: bool
    """Whether it compares CNI versions, and so needs both of them."""
    python_2_only: bool
    """Whether the one line of Python in it is none for Python 3."""


def behaviour(release: Release) -> Behaviour:
    """Return what a release of v3 does; v3.5 was never published."""
    pin = "ignored" if release < (3, 7, 2) else "doubled" if release < (3, 8, 0) else "joined"
    return Behaviour(
        generates=release >= (3, 2, 0),
        strict=release < (3, 2, 0),
        pin=pin,
        invalidates=(3, 3, 0) <= release < (3, 4, 1),
        reads_capabilities=release >= (3, 7, 0),
        checks_version=release >= (3, 9, 0),
        python_2_only=release < (3, 7, 0),
    )


_FIRST: Release = (3, 0, 0)
_FLAGS: dict[str, tuple[str, Release]] = {
    "--cni-conf-dir": ("conf_directory", _FIRST),
    "--cni-bin-dir": ("bin_directory", _FIRST),
    "--multus-conf-file": ("conf_file", _FIRST),
    "--multus-bin-file": ("bin_file", _FIRST),
    "--multus-kubeconfig-file-host": ("kubeconfig", (3, 2, 0)),
    "--namespace-isolation": ("isolation", (3, 2, 0)),
    "--multus-log-level": ("log_level", (3, 2, 0)),
    "--multus-log-file": ("log_file", (3, 2, 0)),
    "--cni-version": ("cni_version", (3, 3, 0)),
    "--multus-autoconfig-dir": ("autoconfig_directory", (3, 3, 0)),
    "--override-network-name": ("override_name", (3, 3, 0)),
    "--cleanup-config-on-exit": ("cleanup", (3, 3, 0)),
    "--restart-crio": ("restart_crio", (3, 3, 0)),
    "--rename-conf-file": ("rename", (3, 3, 0)),
    "--additional-bin-dir": ("additional_bin_directory", (3, 3, 0)),
    "--skip-multus-binary-copy": ("skip_binary", (3, 4, 0)),
    "--readiness-indicator-file": ("readiness_file", (3, 4, 1)),
    "--global-namespaces": ("global_namespaces", (3, 7, 0)),
    "--multus-log-to-stderr": ("log_to_stderr", (3, 7, 0)),
    "--multus-master-cni-file-name": ("master", (3, 7, 2)),
}
"""Each flag: the option that it sets, and the release since which it is read."""

_UNREAD_SINCE: dict[str, Release] = {"--multus-bin-file": (3, 9, 0)}


class Options(NamedTuple):
    """The variables of the script. A value has no white space at its end, and no `=` in it."""

    conf_directory: str = DEFAULT_DIRECTORY
    bin_directory: str = "/host/opt/cni/bin"
    conf_file: str = IMAGE_FILE
    bin_file: str = "/usr/src/multus-cni/bin/multus"
    kubeconfig: str = "/etc/cni/net.d/multus.d/multus.kubeconfig"
    isolation: str = "false"
    log_level: str = ""
    log_file: str = ""
    cni_version: str = ""
    autoconfig_directory: str | None = DEFAULT_DIRECTORY
    override_name: str = "false"
    cleanup: str = "false"
    restart_crio: str = "false"
    rename: str = "false"
    additional_bin_directory: str = ""
    skip_binary: str = "false"
    readiness_file: str = ""
    global_namespaces: str = ""
    log_to_stderr: str = "true"
    master: str = ""


class ScriptEnd(Exception):  # noqa: N818  it need not be an error
    """The script ends; its only argument is the class of the reason."""


@lru_cache(maxsize=1024)
def options(release: Release, arguments: tuple[str, ...]) -> Options:
    """Return what the arguments of the script set; ScriptEnd if it does not get past them.

    It stops reading at the first empty argument. A flag whose value is an argument of its own sets
    an empty value.
    """
    given: dict[str, str] = {}
    for argument in arguments:
        if not argument:
            break
        name, value = _parameter(argument)
        if name in ("-h", "--help"):
            raise ScriptEnd("help")
        option, since = _FLAGS.get(name, ("", _FIRST))
        if option and since <= release < _UNREAD_SINCE.get(name, (4, 0, 0)):
            given[option] = value
        elif behaviour(release).strict:
            raise ScriptEnd("unknown-flag")
    found = Options()._replace(**given)
    if release < (3, 3, 0):
        return found._replace(autoconfig_directory=found.conf_directory)
    return found


_SPACE = re.compile("[ \t\n]+")


def words(text: str) -> list[str]:
    """Split as the shell splits what is not quoted."""
    return [word for word in _SPACE.split(text) if word]


def _parameter(argument: str) -> tuple[str, str]:
    """Return what `echo` and `awk -F=` make of an argument: the first field and the second."""
    echoed = words(argument)
    while echoed and re.fullmatch("-[neE]+", echoed[0]):
        del echoed[0]
    fields = " ".join(echoed).split("=")
    return fields[0], fields[1] if len(fields) > 1 else ""


def is_true(value: str) -> bool:
    """Return whether a switch is on: no other spelling turns it on."""
    return value == "true"
