"""Multus in each form: run by a workload that is in view, or brought by a chart or an operator."""

from __future__ import annotations

import json
import posixpath
from dataclasses import dataclass

from cnilint.catalog.catalog import runtime_directories
from cnilint.catalog.installer import Installer
from cnilint.catalog.release import release
from cnilint.catalog.settings import Setting
from cnilint.model.tree import Embedded, Mapping, follow
from cnilint.syntax.embedded import EmbeddedProblem, inside

from .configuration import Multus
from .settings import (
    CONF_DIRECTORY,
    DIRECTORY_FLAGS,
    KEYS,
    LAST_SCRIPT,
    NEWEST,
    SCRIPT,
    Given,
)

FAMILIES = {"multus-thin": "thin", "multus-thick": "thick"}


@dataclass(frozen=True, slots=True, eq=False)
class DeliveredMultus(Multus):
    """A Multus install whose daemon configuration or flags are rendered elsewhere.

    What the values say is followed as the chart would: settings by themselves, or in a daemon
    configuration that is a value (`configuration`). The host's directory of CNI configurations is
    `host_directory`, mounted at `conf_mount`; a directory of masters of its own is `host_masters`.
    """

    @property
    def in_view(self) -> bool:
        """Whether its settings can be read: values are all there is to say."""
        return self.problem is None and self.filled_in_later is None

    @property
    def pinned_by(self) -> str:
        """The value by which its master can be named, empty where nothing can."""
        return self.installer.form.pinned_by

    def given(self, name: str) -> Given | None:
        """Return a setting that the values give, or None: a default of the chart's is not given."""
        setting = self.installer.settings.get(name)
        if setting is not None and setting.text is not None:
            return Given(setting.value, setting.text.location)
        return self.member(KEYS[name][0])

    def value(self, name: str) -> str:
        """Return a setting's value, the chart's default where none is given."""
        setting = self.installer.settings.get(name)
        usable = setting is not None and (setting.value or name != "mode")
        if setting is not None and usable and setting.text is not None:
            return setting.value
        found = self._members().get(KEYS[name][0].casefold())
        if isinstance(found, str):
            return found
        if setting is not None and usable:
            return setting.value
        return "auto" if name == "mode" else ""

    def host_path(self, path: str) -> str | None:
        """Return the host path of a path: a container's below the mount, else a host's own."""
        if not path:
            return None
        clean = posixpath.normpath(path)
        mount = self._text("conf_mount") or CONF_DIRECTORY
        if clean == mount or clean.startswith(mount + "/"):
            return posixpath.normpath(self._directory + clean[len(mount) :])
        return clean

    @property
    def autoconfig_host(self) -> str | None:
        """The host directory its master is looked for in."""
        found = self._text("host_masters") or self.value("autoconfig_directory")
        return self.host_path(found) if found else self._directory

    @property
    def conf_host(self) -> str | None:
        """The host directory its own configuration is written to.

        A daemon configuration without it means a directory of the container
        (k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/server/config/generator.go ParseMultusConfig).
        """
        if self.thick and self.auto and self.release < (4, 1, 0):
            return self.autoconfig_host
        found = self.value("conf_directory")
        if not found and self._members():
            return None
        return self.host_path(found) if found else self._directory

    def selection_text(self) -> str | None:
        """Return the daemon configuration that the values amount to; None for thin Multus."""
        if not self.thick:
            return None
        values = {
            KEYS[name][0]: self.value(name)
            for name in ("mode", "master", "cni_version")
            if self.value(name)
        }
        paths = {
            "multusAutoconfigDir": self.autoconfig_host,
            "cniConfigDir": self.conf_host,
            "readinessindicatorfile": self.host_path(self.value("readiness")),
        }
        return json.dumps(values | {k: self.canonical(v) for k, v in paths.items() if v})

    def selection_arguments(self) -> tuple[str, ...]:
        """Return the flags that the values amount to."""
        if self.thick:
            return ()
        flags = {
            KEYS[name][1]: self.value(name)
            for name in ("master", "cni_version")
            if self.value(name)
        }
        if self.value("readiness"):
            host = self.host_path(self.value("readiness")) or ""
            flags[KEYS["readiness"][1]] = self.canonical(host)
        words = [word.value for word in self.installer.form.words if "=" in word.value]
        kept = [word for word in words if _flag(word) not in {*flags, *DIRECTORY_FLAGS}]
        return (*kept, *(f"--{name}={value}" for name, value in flags.items()))

    @property
    def _directory(self) -> str:
        return self._text("host_directory") or runtime_directories()[0]

    def _setting(self, name: str) -> Setting | None:
        return self.installer.settings.get(name)

    def _text(self, name: str) -> str:
        setting = self._setting(name)
        return setting.value if setting is not None else ""

    def _members(self) -> dict[str, object]:
        """Return the daemon configuration among the values, keys as Go matches them."""
        try:
            found: object = json.loads(self._text("configuration") or "{}")
        except (ValueError, RecursionError):
            return {}
        return {k.casefold(): v for k, v in found.items()} if isinstance(found, dict) else {}


def multus(installer: Installer) -> Multus | None:
    """Return an installer's configuration as Multus, or None if it is another product."""
    family = FAMILIES.get(installer.product.id)
    if family is None:
        return None
    if installer.container is None:
        tag = installer.settings.get("image_tag")
        found = release(tag.value) if tag is not None else None
        return _configured(DeliveredMultus, installer, family, found or NEWEST)
    if family == "thin":
        scripted = installer.container.runs(SCRIPT)
        return Multus(installer, "thin", installer.release or (LAST_SCRIPT if scripted else NEWEST))
    named = installer.release or NEWEST
    if named < (4, 0, 0):
        return Multus(installer, "legacy", named)
    return _configured(Multus, installer, "thick", named)


def _configured(
    kind: type[Multus], installer: Installer, family: str, found: tuple[int, int, int]
) -> Multus:
    """Return an install with the daemon configuration that it is given, if that is in view."""
    setting = installer.settings.get("configuration")
    text = setting.text if setting else None
    given = text is not None and (text.value.strip() or installer.container is not None)
    if text is None or not given or text.location.document is None:
        return kind(installer, family, found)
    read = inside(text.location.document, (*text.location.route, Embedded.JSON))
    if isinstance(read, EmbeddedProblem):
        return kind(installer, family, found, text, problem=read)
    root = follow(read) if read is not None else None
    return kind(installer, family, found, text, root if isinstance(root, Mapping) else None)


def _flag(word: str) -> str:
    return word.lstrip("-").partition("=")[0]
