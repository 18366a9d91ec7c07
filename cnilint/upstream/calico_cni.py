"""Calico's install-cni: writes one file from a template, once, and removes the one it had before.

It watches nothing in the directory. Canal and other products run it with other names.
Source: projectcalico/calico@v3.21.3, v3.24.0, v3.28.0, v3.30.0, v3.31.0 and v3.32.0:
cni-plugin/pkg/install/install.go and install_linux.go
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from enum import Enum

from cnilint.start import dataclass

from . import gojson
from .confdir import ConfDirectory, is_file_name
from .go_text import parse_bool
from .gojson import JSONError
from .program import (
    DirectoryChange,
    DirectoryProgram,
    Event,
    Files,
    Happening,
    ProgramSettings,
    Status,
    removed,
)
from .release import Release

DEFAULT_NAME = "10-calico.conflist"
"""The file that it writes unless it is told otherwise, and that it removes if it is."""

_ONLY_SINCE: dict[str, Release] = {
    "__REQUIRE_MTU_FILE__": (3, 31, 0),
    "__CALICO_API_GROUP__": (3, 32, 0),
}
"""The placeholders that older releases leave as they are."""

_DEFAULTS = {
    "__LOG_LEVEL__": ("LOG_LEVEL", "info"),
    "__LOG_FILE_PATH__": ("LOG_FILE_PATH", "/var/log/calico/cni/cni.log"),
    "__LOG_FILE_MAX_SIZE__": ("LOG_FILE_MAX_SIZE", "100"),
    "__LOG_FILE_MAX_AGE__": ("LOG_FILE_MAX_AGE", "30"),
    "__LOG_FILE_MAX_COUNT__": ("LOG_FILE_MAX_COUNT", "10"),
    "__DATASTORE_TYPE__": ("DATASTORE_TYPE", "kubernetes"),
    "__KUBERNETES_NODE_NAME__": ("KUBERNETES_NODE_NAME", "node"),
    "__CNI_MTU__": ("CNI_MTU", "1500"),
    "__KUBERNETES_SERVICE_HOST__": ("KUBERNETES_SERVICE_HOST", ""),
    "__KUBERNETES_SERVICE_PORT__": ("KUBERNETES_SERVICE_PORT", ""),
    "__ETCD_ENDPOINTS__": ("ETCD_ENDPOINTS", ""),
    "__ETCD_DISCOVERY_SRV__": ("ETCD_DISCOVERY_SRV", ""),
    "__CALICO_API_GROUP__": ("CALICO_API_GROUP", "crd.projectcalico.org/v1"),
    "__REQUIRE_MTU_FILE__": ("REQUIRE_MTU_FILE", "false"),
}
"""Each placeholder: the variable that takes its place, and what does without that."""

_EMPTIED = ("__ETCD_CERT_FILE__", "__ETCD_CA_CERT_FILE__", "__ETCD_KEY_FILE__")
"""Placeholders of files that are there only with certificates for etcd; none are assumed."""


class CalicoPhase(Enum):
    """The memory of a process."""

    NEW = "new"
    WROTE = "wrote"
    DONE = "done"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class CalicoInstaller(DirectoryProgram):
    """The installer with its environment.

    `template_file`: what the file holds that `CNI_NETWORK_CONFIG_FILE` names, None if it is not
    there. `certificates`: whether there are certificates for etcd; a container that is to go on
    after its work watches one of them, and ends without it.
    """

    release: Release
    environment: tuple[tuple[str, str], ...] = ()
    template_file: str | None = None
    certificates: bool = False

    def start(self) -> Hashable:
        """Return the memory of a process that has not written yet."""
        return CalicoPhase.NEW

    def step(self, files: Files, memory: Hashable) -> DirectoryChange | None:
        """Write the file, or remove the old one; end if what it would write is no JSON object."""
        if memory is CalicoPhase.NEW:
            return self._write(files) or DirectoryChange(files, CalicoPhase.ENDED)
        if memory is not CalicoPhase.WROTE:
            return None
        old = self._value("CNI_OLD_CONF_NAME", DEFAULT_NAME)
        after = CalicoPhase.DONE if self._stays else CalicoPhase.ENDED
        if old == self._name or old not in files:
            return DirectoryChange(files, after)
        return DirectoryChange(removed(files, old), after, (Event(Happening.DELETED, old),))

    def stop(self, files: Files, memory: Hashable) -> DirectoryChange:  # noqa: ARG002
        """Leave everything."""
        return DirectoryChange(files, None)

    def status(self, memory: Hashable) -> Status:
        """Return READY once it is done, also for an init container, which has ended well then."""
        if memory is CalicoPhase.ENDED:
            return Status.EXITED
        return Status.READY if memory is CalicoPhase.DONE else Status.WAITS

    def content(self) -> str | None:
        """Return what it writes; None if that is not the text of a JSON object or `null`."""
        values = dict(self.environment)
        text = values.get("CNI_NETWORK_CONFIG") or _default(self.release)
        if values.get("CNI_NETWORK_CONFIG_FILE"):
            if self.template_file is None:
                return None
            text = self.template_file
        net = self._value("CNI_NET_DIR", "/etc/cni/net.d")
        text = text.replace("__KUBECONFIG_FILEPATH__", f"{net}/calico-kubeconfig")
        text = text.replace("__SERVICEACCOUNT_TOKEN__", "token")
        for placeholder, (variable, default) in _DEFAULTS.items():
            if self.release >= _ONLY_SINCE.get(placeholder, (0, 0, 0)):
                text = text.replace(placeholder, self._value(variable, default))
        for placeholder in _EMPTIED:
            text = text.replace(placeholder, "")
        try:
            gojson.as_map(text)
        except JSONError:
            return None
        return text

    @property
    def _name(self) -> str:
        return self._value("CNI_CONF_NAME", DEFAULT_NAME)

    @property
    def _stays(self) -> bool:
        """Return whether the process comes to a good end, or goes on."""
        return self.certificates or not parse_bool(self._value("SLEEP", "true"))

    def _value(self, variable: str, default: str) -> str:
        """Return a variable; one that is set to nothing counts."""
        return dict(self.environment).get(variable, default)

    def _write(self, files: Files) -> DirectoryChange | None:
        """Return the change that writes the file, in place; None if that fails."""
        content, name = self.content(), self._name
        if parse_bool(self._value("SLEEP", "true")) is None:
            return None
        if content is None or not is_file_name(name) or not _can_write(files, name):
            return None
        created = () if name in files else (Event(Happening.CREATED, name),)
        events = (*created, Event(Happening.MODIFIED, name))
        return DirectoryChange({**files, name: content}, CalicoPhase.WROTE, events)


def _can_write(files: Files, name: str) -> bool:
    directory = ConfDirectory(files)
    return directory.is_writable(f"{directory.path}/{name}")


def _default(release: Release) -> str:
    """Return the template that is used when none is given."""
    plugin: dict[str, object] = {
        "type": "calico",
        "log_level": "__LOG_LEVEL__",
        "log_file_path": "__LOG_FILE_PATH__",
        "datastore_type": "__DATASTORE_TYPE__",
        "nodename": "__KUBERNETES_NODE_NAME__",
        "mtu": "__CNI_MTU__",
        "ipam": {"type": "calico-ipam"},
        "policy": {"type": "k8s"},
        "kubernetes": {"kubeconfig": "__KUBECONFIG_FILEPATH__"},
    }
    for placeholder, since in _ONLY_SINCE.items():
        if release >= since:
            plugin[placeholder.strip("_").lower()] = placeholder
    portmap = {"type": "portmap", "snat": True, "capabilities": {"portMappings": True}}
    network = {"name": "k8s-pod-network", "cniVersion": "0.3.1", "plugins": [plugin, portmap]}
    text = json.dumps(network)
    for bare in ("__CNI_MTU__", "__REQUIRE_MTU_FILE__"):
        text = text.replace(f'"{bare}"', bare)
    return text


def calico(release: Release, settings: ProgramSettings) -> CalicoInstaller:
    """Return the installer of a release with the `env` of its settings."""
    given = settings.get("env")
    pairs = given.items() if isinstance(given, Mapping) else ()
    return CalicoInstaller(release, tuple((str(name), str(value)) for name, value in pairs))
