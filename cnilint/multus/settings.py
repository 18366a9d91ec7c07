"""What Multus's settings are called in each of its families, and their defaults."""

from __future__ import annotations

from cnilint.model.finding import Location
from cnilint.start import NamedTuple

SCRIPT = r"(^|/)entrypoint\.sh$"

CONF_DIRECTORY = "/host/etc/cni/net.d"
"""The directory that `predict` calls the directory of CNI configurations."""

OTHER_DIRECTORY = "written-to"
"""What `canonical` calls the directory of 00-multus.conf where masters are looked for elsewhere."""

NOT_ON_HOST = "/not/on/the/host"

OWN_PREFIX = "00-multus"

DIRECTORY_FLAGS = ("multus-autoconfig-dir", "cni-conf-dir", "cni-bin-dir", "multus-bin-file")

ENTRYPOINTS = ("thin_entrypoint", "entrypoint.sh")

PATH_KEYS = ("multusautoconfigdir", "cniconfigdir", "readinessindicatorfile")

CLUSTER_NETWORK = "cluster_network"

KEYS = {
    # setting: the daemon configuration's key, the thin entrypoint's flag, v3.9's daemon flag
    # (k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/server/config/generator.go,
    # @v4.3.0:cmd/thin_entrypoint/main.go, @v3.9.3:cmd/controller/main.go)
    "mode": ("multusConfigFile", "multus-conf-file", "multus-conf-file"),
    "master": ("multusMasterCNI", "multus-master-cni-file-name", "multus-master-cni-file"),
    "autoconfig_directory": (
        "multusAutoconfigDir",
        "multus-autoconfig-dir",
        "multus-autoconfig-dir",
    ),
    "conf_directory": ("cniConfigDir", "cni-conf-dir", "cni-config-dir"),
    "cni_version": ("cniVersion", "cni-version", "cni-version"),
    "readiness": ("readinessindicatorfile", "readiness-indicator-file", "readiness-indicator-file"),
    CLUSTER_NETWORK: ("clusterNetwork", "", ""),
}

IMAGE_FILES = "/usr/src/"
"""Where the images keep files of their own."""

SCRIPT_MODE = "/usr/src/multus-cni/images/70-multus.conf"
"""v3's entrypoint copies that file of its image unless it is told `auto`.

k8snetworkplumbingwg/multus-cni@v3.9.3:images/entrypoint.sh MULTUS_CONF_FILE
"""

DEFAULTS = {
    "thick": {"mode": "auto", "conf_directory": "/etc/cni/net.d"},
    "thin": {
        "mode": "auto",
        "autoconfig_directory": CONF_DIRECTORY,
        "conf_directory": CONF_DIRECTORY,
    },
    "legacy": {
        "mode": "auto",
        "autoconfig_directory": "/etc/cni/net.d",
        "conf_directory": "/etc/cni/net.d",
    },
}


class Given(NamedTuple):
    """A setting as the manifest gives it: its value and its place."""

    value: object
    location: Location


def spelling(family: str, setting: str) -> str:
    """Return what a setting is called in a family: a key or a flag."""
    key, thin_flag, legacy_flag = KEYS[setting]
    return {"thick": key, "thin": f"--{thin_flag}", "legacy": f"-{legacy_flag}"}[family]
