"""What the arguments of Multus v3's script set.

Source: k8snetworkplumbingwg/multus-cni@v3.1, v3.2, v3.3, v3.4, v3.4.2, v3.6, v3.7, v3.7.2, v3.8,
v3.9, v3.9.1, v3.9.3:images/entrypoint.sh
"""

from __future__ import annotations

import re
from functools import lru_cache

from cnilint.start import NamedTuple, lazy_pattern

from .confdir import DEFAULT_DIRECTORY
from .multus_releases import MultusBinary, script_flags, traits
from .release import Release

IMAGE_FILE = "/usr/src/multus-cni/images/70-multus.conf"
"""What the script copies unless it is told otherwise. The published images do not have the file."""


class ScriptOptions(NamedTuple):
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
def options(release: Release, arguments: tuple[str, ...]) -> ScriptOptions:
    """Return what the arguments of the script set; ScriptEnd if it does not get past them.

    It stops reading at the first empty argument. A flag whose value is an argument of its own sets
    an empty value.
    """
    known, does = script_flags(release), traits(MultusBinary.SCRIPT, release)
    given: dict[str, str] = {}
    for argument in arguments:
        if not argument:
            break
        name, value = _parameter(argument)
        if name in ("-h", "--help"):
            raise ScriptEnd("help")
        if name in known:
            given[known[name]] = value
        elif does.refuses_unknown_flags:
            raise ScriptEnd("unknown-flag")
    found = ScriptOptions()._replace(**given)
    if not does.has_autoconfig_directory:
        return found._replace(autoconfig_directory=found.conf_directory)
    return found


_SPACE = lazy_pattern("[ \t\n]+")


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
