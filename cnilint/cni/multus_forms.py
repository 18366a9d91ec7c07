"""Multus in each form: run by a workload that is in view, or brought by a chart or an operator."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cnilint.kube.workload import Text
from cnilint.model.tree import Embedded, Mapping, Scalar, follow
from cnilint.syntax.embedded import EmbeddedProblem, embedded_json

from .catalog import runtime_directories
from .installer import Installer
from .multus import CONF_DIRECTORY, KEYS, NEWEST, Given, Multus

FAMILIES = {"multus-thin": "thin", "multus-thick": "thick"}


@dataclass(frozen=True, slots=True, eq=False)
class DeliveredMultus(Multus):
    """A Multus install whose daemon configuration or flags are rendered elsewhere.

    Paths are the host's: what the chart mounts where is taken to fit.
    """

    @property
    def in_view(self) -> bool:
        """Whether its settings can be read: values are all there is to say."""
        return True

    def given(self, name: str) -> Given | None:
        """Return a setting that the values give."""
        setting = self.installer.settings.get(name)
        if setting is None or setting.text is None:
            return None
        return Given(setting.value, setting.text.location)

    def value(self, name: str) -> str:
        """Return a setting's value, the chart's default where none is given."""
        setting = self.installer.settings.get(name)
        if setting is not None and (setting.value or name != "mode"):
            return setting.value
        return "auto" if name == "mode" else ""

    def host_path(self, path: str) -> str | None:
        """Return the path itself."""
        return path or None

    @property
    def autoconfig_host(self) -> str | None:
        """The host directory its master is looked for in."""
        setting = self.installer.settings.get("host_directory")
        return setting.value if setting is not None else runtime_directories()[0]

    @property
    def conf_host(self) -> str | None:
        """The host directory its own configuration is written to: the same one."""
        return self.autoconfig_host

    def selection_text(self) -> str | None:
        """Return the daemon configuration that the values amount to; None for thin Multus."""
        if not self.thick:
            return None
        directories = {"multusAutoconfigDir": CONF_DIRECTORY, "cniConfigDir": CONF_DIRECTORY}
        given = {
            KEYS[name][0]: self.value(name)
            for name in ("mode", "master", "cni_version")
            if self.value(name)
        }
        return json.dumps(given | directories)

    def selection_arguments(self) -> tuple[str, ...]:
        """Return the flags that the values amount to."""
        return (f"--{KEYS['master'][1]}={self.master}",) if self.master else ()


def multus(installer: Installer) -> Multus | None:
    """Return an installer's configuration as Multus, or None if it is another product."""
    family = FAMILIES.get(installer.product.id)
    if family is None:
        return None
    if installer.container is None:
        return DeliveredMultus(installer, family, NEWEST)
    if family == "thin":
        return Multus(installer, "thin", installer.release or NEWEST)
    found = installer.release or NEWEST
    if found < (4, 0, 0):
        return Multus(installer, "legacy", found)
    setting = installer.settings.get("configuration")
    text = setting.text if setting else None
    if text is None or text.location.document is None:
        return Multus(installer, "thick", found)
    tree = text.manifest.at(*_plain_steps(text))
    scalar = follow(tree) if tree is not None else None
    if not isinstance(scalar, Scalar):
        return Multus(installer, "thick", found, text)
    read = embedded_json(text.location.document, scalar)
    if isinstance(read, EmbeddedProblem):
        return Multus(installer, "thick", found, text, problem=read)
    root = follow(read)
    return Multus(installer, "thick", found, text, root if isinstance(root, Mapping) else None)


def _plain_steps(text: Text) -> tuple[str | int, ...]:
    inside = text.location.route[len(text.manifest.route) :]
    return tuple(step for step in inside if not isinstance(step, Embedded))
