"""How a Multus install is configured: thick by daemon-config.json, thin (and v3.9) by flags."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cnilint.catalog.form import argument
from cnilint.catalog.installer import Installer
from cnilint.catalog.release import Release
from cnilint.kube.environment import Text, placeholder
from cnilint.kube.workload import HostFile
from cnilint.model.finding import Location
from cnilint.model.tree import Embedded, Mapping, Tree, plain
from cnilint.syntax.embedded import EmbeddedProblem

from .settings import (
    CONF_DIRECTORY,
    DEFAULTS,
    DIRECTORY_FLAGS,
    ENTRYPOINTS,
    IMAGE_FILES,
    KEYS,
    NOT_ON_HOST,
    OTHER_DIRECTORY,
    PATH_KEYS,
    SCRIPT_MODE,
    Given,
    spelling,
)


@dataclass(frozen=True, slots=True, eq=False)
class Multus:
    """A Multus install and its configuration.

    `family` is `thick` (v4), `thin` or `legacy` (v3.9's daemon, configured by flags).
    `configuration` is daemon-config.json, `tree` what it reads as; `problem` why it does not.
    """

    installer: Installer
    family: str
    release: Release
    configuration: Text | None = None
    tree: Mapping | None = None
    problem: EmbeddedProblem | None = None

    @property
    def thick(self) -> bool:
        """Whether a daemon does the work (v3.9's included)."""
        return self.family != "thin"

    @property
    def script(self) -> bool:
        """Whether the entrypoint is v3's shell script, which reads flags in a way of its own."""
        return self.family == "thin" and self.release < (4, 0, 0)

    @property
    def selector(self) -> str:
        """The selector that `predict` knows it by."""
        flavour = "thick" if self.thick else "thin"
        return f"multus-{flavour}@v{self.release[0]}.{self.release[1]}.{self.release[2]}"

    @property
    def selector_v4(self) -> str:
        """The same, with v3.9's generator taken for the daemon of v4.0 that grew out of it."""
        return "multus-thick@v4.0.2" if self.family == "legacy" else self.selector

    def given(self, name: str) -> Given | None:
        """Return a setting as the manifest gives it, or None.

        A daemon configuration's keys are matched as Go does: whatever their case, the last one
        of a name wins.
        """
        key, thin_flag, legacy_flag = KEYS[name]
        if self.family == "thick":
            return self.member(key) if name != "cluster_network" else self._cluster_network()
        flag = thin_flag if self.family == "thin" else legacy_flag
        container = self.installer.container
        if not flag or container is None:
            return None
        text = argument(container, flag, joined=self.script)
        return Given(text.value, text.location) if text else None

    def _cluster_network(self) -> Given | None:
        """Return the clusterNetwork that a pod's request ends up with, if it is given here.

        From v4.1.0 on the members given here and those of 00-multus.conf are put together by their
        exact names, sorted, and then read in whatever case, the last one counting
        (k8snetworkplumbingwg/multus-cni@v4.1.4:pkg/server/server.go extractCniData).
        """
        key = KEYS["cluster_network"][0]
        found = self.member(key)
        if found is None or self.release < (4, 1, 0):
            return found
        names = {name for name, _tree in self.members() if name.casefold() == key.casefold()}
        last = max({*names, key}, key=str.encode)
        return self.member(last, exactly=True)

    def member(self, key: str, *, exactly: bool = False) -> Given | None:
        """Return a member of the daemon configuration by its key, in whatever case."""
        known = _by_name(self) if not exactly else {n: (n, t) for n, t in self.members()}
        found = known.get(key if exactly else key.casefold())
        if found is None or self.configuration is None:
            return None
        name, tree = found
        location = self.configuration.location
        route = (*location.route, Embedded.JSON, name)
        place = self.configuration.manifest.locate(tree, route)
        return Given(plain(tree), place)

    def members(self) -> Iterator[tuple[str, Tree]]:
        """Yield the daemon configuration's members in their order."""
        for entry in self.tree.entries if self.tree else ():
            yield entry.key.text, entry.value

    def value(self, name: str) -> str:
        """Return a setting's value, the program's default where none is given (or null)."""
        given = self.given(name)
        if given is not None and isinstance(given.value, str):
            return given.value
        if name == "mode" and self.script:
            return SCRIPT_MODE
        return DEFAULTS[self.family].get(name, "")

    @property
    def in_view(self) -> bool:
        """Whether its settings can be read: they may be elsewhere, or filled in later."""
        return (self.family != "thick" or self.tree is not None) and self.filled_in_later is None

    @property
    def filled_in_later(self) -> Given | None:
        """What of the configuration is a placeholder, and where; None if nothing is.

        Flux's postBuild, Argo CD's plugins and unrendered charts leave such texts to be replaced.
        """
        return _filled_in_later(self)

    @property
    def file_is_missing(self) -> bool:
        """Whether the file that it is told to use is not in its container, whatever image it is."""
        workload, container = self.installer.workload, self.installer.container
        path = self.value("mode")
        if self.auto or workload is None or container is None or path.startswith(IMAGE_FILES):
            return False
        return not path.startswith("/") or workload.mount(container, path) is None

    @property
    def auto(self) -> bool:
        """Whether it picks its master itself, or is told its name. Only `auto` is auto."""
        return self.value("mode") == "auto"

    @property
    def master(self) -> str:
        """The pinned master's name as given, empty when none is."""
        return self.value("master")

    def host_file(self, path: str) -> HostFile | None:
        """Return where a path of the daemon's container lies on the host, or None."""
        workload, container = self.installer.workload, self.installer.container
        if workload is None or container is None or not path:
            return None
        return workload.host_path(container, path)

    def host_path(self, path: str) -> str | None:
        """Return the host path of a path of the daemon's container, or None."""
        found = self.host_file(path)
        return found.path if found else None

    @property
    def autoconfig_host(self) -> str | None:
        """The host directory its master is looked for in."""
        return self.host_path(self.value("autoconfig_directory"))

    @property
    def conf_host(self) -> str | None:
        """The host directory its own configuration is written to.

        v4.0 writes it where the master is looked for, whatever cniConfigDir says
        (k8snetworkplumbingwg/multus-cni@v4.0.2:pkg/server/config/manager.go newManager).
        """
        if self.thick and self.auto and self.release < (4, 1, 0):
            return self.autoconfig_host
        return self.host_path(self.value("conf_directory"))

    def place(self, *names: str) -> Location:
        """Return the place that speaks for the install: the first setting given, else the object.

        Without one: the daemon configuration if there is one, else the container.
        """
        for name in names:
            given = self.given(name)
            if given is not None:
                return given.location
        if self.configuration is not None:
            return self.configuration.location
        workload, container = self.installer.workload, self.installer.container
        if workload is not None and container is not None:
            return workload.manifest.locate(container.tree, container.route)
        place = self.installer.location()
        if place is None:
            raise ValueError("an assumed install has no place")
        return place

    def canonical(self, path: str) -> str:
        """Return a path of the daemon's container as `predict` knows it.

        The directory that masters are looked for in has a fixed name there, and 00-multus.conf's
        directory, where it is another one, is taken as a sub-directory of it. Other paths of the
        host keep their name; one that is not on the host is somewhere that does not exist.
        """
        host = self.host_path(path)
        if host is None:
            return NOT_ON_HOST
        for directory, name in (
            (self.autoconfig_host, CONF_DIRECTORY),
            (self.conf_host, f"{CONF_DIRECTORY}/{OTHER_DIRECTORY}"),
        ):
            if directory is not None and (host == directory or host.startswith(directory + "/")):
                return name + host[len(directory) :]
        return host

    def selection_text(self) -> str | None:
        """Return the daemon configuration as `predict` takes it: paths in their canonical form.

        The text itself where that changes nothing or where it is no JSON object; None for thin
        Multus and for a daemon whose configuration is not there.
        """
        if self.family == "legacy":
            values: dict[str, object] = {
                KEYS[name][0]: self.value(name) for name in KEYS if self.value(name)
            }
        elif self.family == "thin" or self.configuration is None:
            return None
        else:
            values = {name: plain(tree) for name, tree in self.members()}
        changed = self.family == "legacy"
        for key, value in values.items():
            if key.casefold() in PATH_KEYS and isinstance(value, str) and value:
                values[key] = self.canonical(value)
                changed = changed or values[key] != value
        if not changed and self.configuration is not None:
            return self.configuration.value
        return json.dumps(values)

    def copied_text(self) -> str:
        """Return what the file holds that it is told to copy, as far as its settings say."""
        content = {"name": "multus-cni-network", "type": "multus", "cniVersion": "0.3.1"}
        named = {
            key: setting.value
            for key, name in (("clusterNetwork", "cluster_network"), ("confDir", "networks"))
            if (setting := self.installer.settings.get(name)) is not None and setting.value
        }
        return json.dumps(content | named)

    def selection_arguments(self) -> tuple[str, ...]:
        """Return thin Multus's flags as `predict` takes them: directories renamed."""
        container = self.installer.container
        if container is None or self.thick:
            return ()
        words = [text.value for text in container.arguments_of(ENTRYPOINTS)]
        kept: list[str] = []
        skip_value = False
        for word in words:
            name, equals, _value = word.lstrip("-").partition("=")
            if skip_value and not word.startswith("-"):
                skip_value = False
                continue
            skip_value = name in DIRECTORY_FLAGS and word.startswith("-") and not equals
            if name not in DIRECTORY_FLAGS or not word.startswith("-"):
                kept.append(word)
        return tuple(kept)


@lru_cache(maxsize=64)
def _filled_in_later(one: Multus) -> Given | None:
    if one.problem is not None and one.configuration is not None:
        place = one.configuration.location._replace(span=one.problem.span)
        found = placeholder(place.source.line(place.source.position(place.span.start).line))
        return Given(found, place) if found else None
    for name in KEYS:
        given = one.given(name)
        if given is not None and isinstance(given.value, str) and placeholder(given.value):
            return Given(f"{spelling(one.family, name)} {given.value!r}", given.location)
    for name in ("autoconfig_directory", "conf_directory"):
        host = one.host_path(one.value(name))
        if host is not None and placeholder(host):
            return Given(f"the directory of the host {host!r}", one.place(name))
    return None


@lru_cache(maxsize=64)
def _by_name(one: Multus) -> dict[str, tuple[str, Tree]]:
    """Return members by their name in lower case, the last one of each."""
    return {name.casefold(): (name, tree) for name, tree in one.members()}
