"""How a Multus install is configured: by daemon-config.json, by flags, or by a chart's values.

Flags and values are settings of the catalog, as those of any product are; what is added here is
the daemon configuration, whose keys are matched as Go does.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Collection, Iterable, Iterator

from cnilint.catalog.form import argument
from cnilint.catalog.installer import Installer
from cnilint.catalog.release import Release, shown
from cnilint.catalog.settings import Setting
from cnilint.kube.environment import Text, placeholder
from cnilint.kube.workload import Container, PathOnHost
from cnilint.model.finding import Location
from cnilint.model.tree import Embedded, EmbeddedProblem, Mapping, Tree, plain
from cnilint.start import dataclass, kept
from cnilint.upstream.multus_releases import MultusBinary, Traits

from .settings import (
    CLUSTER_NETWORK,
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
    `astray` tells that it is in another ConfigMap than the one that is mounted, which is not there.
    """

    installer: Installer
    family: str
    release: Release
    configuration: Text | None = None
    tree: Mapping | None = None
    problem: EmbeddedProblem | None = None
    astray: bool = False

    @property
    def thick(self) -> bool:
        """Whether a daemon does the work (v3.9's included)."""
        return self.family != "thin"

    @property
    def script(self) -> bool:
        """Whether the entrypoint is v3's shell script, which reads flags in a way of its own."""
        return self.program is MultusBinary.SCRIPT

    @kept
    def program(self) -> MultusBinary:
        """The program that installs it."""
        from cnilint.upstream.multus_releases import program

        return program(self.release, thick=self.thick)

    @kept
    def traits(self) -> Traits:
        """What this release of the program does."""
        from cnilint.upstream.multus_releases import traits

        container = self.installer.container
        return traits(self.program, self.release, container.image.tag if container else "")

    @property
    def cleans_up(self) -> bool:
        """Whether it deletes its own file when it ends."""
        return self.traits.deletes_at_end and self._is_on("cleanup")

    @property
    def picks_again(self) -> bool:
        """Whether it goes on looking for a file that comes before its master."""
        return self.traits.picks_again and self._is_on("cleanup") and not self._is_on("skip_watch")

    def _is_on(self, name: str) -> bool:
        return self.installer.value(name) == "true"

    @property
    def selector(self) -> str:
        """The selector that `predict` knows it by."""
        return f"multus-{'thick' if self.thick else 'thin'}@{shown(self.release)}"

    @property
    def selector_v4(self) -> str:
        """The same, with the release of v4 that stands for a program of v3."""
        from cnilint.upstream.multus_releases import modelled_as

        release = modelled_as(self.program, self.release)
        return f"multus-{'thick' if self.thick else 'thin'}@{shown(release)}"

    def given(self, name: str) -> Given | None:
        """Return a setting as the manifest gives it, or None.

        A daemon configuration's keys are matched as Go does: whatever their case, the last one
        of a name wins.
        """
        setting = self._setting(name)
        if setting is not None and setting.text is not None:
            return Given(setting.value, setting.text.location)
        if name == CLUSTER_NETWORK and self.family == "thick":
            return self._cluster_network()
        return self.member(KEYS[name][0])

    def _setting(self, name: str) -> Setting | None:
        """Return a setting of the catalog; v3's script wants values joined to their flags."""
        container, flag = self.installer.container, KEYS[name][1]
        if not self.script or container is None or not flag:
            return self.installer.settings.get(name)
        text = argument(container, flag, joined=True)
        return Setting(text.value, text) if text is not None else None

    def _cluster_network(self) -> Given | None:
        """Return the clusterNetwork that a pod's request ends up with, if it is given here.

        Where the members given here and those of 00-multus.conf are joined by their exact names,
        they are sorted and then read in whatever case, the last one counting.
        """
        key = KEYS[CLUSTER_NETWORK][0]
        found = self.member(key)
        if found is None or not self.traits.joins_cluster_networks:
            return found
        names = {name for name, _tree in self.members() if name.casefold() == key.casefold()}
        last = max({*names, key}, key=str.encode)
        return self.member(last, exactly=True)

    def member(self, key: str, *, exactly: bool = False) -> Given | None:
        """Return a member of the daemon configuration by its key, in whatever case."""
        known = {n: (n, t) for n, t in self.members()} if exactly else self._by_name
        found = known.get(key if exactly else key.casefold())
        if found is None or self.configuration is None:
            return None
        name, tree = found
        location = self.configuration.location
        route = (*location.route, Embedded.JSON, name)
        place = self.configuration.manifest.locate(tree, route)
        return Given(plain(tree), place)

    @kept
    def _by_name(self) -> dict[str, tuple[str, Tree]]:
        """The daemon configuration's members by their name in lower case, the last of each."""
        return {name.casefold(): (name, tree) for name, tree in self.members()}

    def members(self) -> Iterator[tuple[str, Tree]]:
        """Yield the daemon configuration's members in their order."""
        for entry in self.tree.entries if self.tree else ():
            yield entry.key.text, entry.value

    def value(self, name: str) -> str:
        """Return a setting's value, where none is given (or null) the program's or the chart's."""
        given = self.given(name)
        if given is not None and isinstance(given.value, str):
            return given.value
        if self.installer.container is None:
            return self._default_of_chart(name)
        if name == "mode" and self.script:
            return SCRIPT_MODE
        return DEFAULTS[self.family].get(name, "")

    def _default_of_chart(self, name: str) -> str:
        """Return the value in the daemon configuration that a chart has, or beside it."""
        setting = self.installer.settings.get("configuration")
        found = _texts(setting.value).get(KEYS[name][0].casefold()) if setting is not None else None
        if found is not None:
            return found
        setting = self.installer.settings.get(name)
        return setting.value if setting is not None else DEFAULTS[self.family].get(name, "")

    @property
    def in_view(self) -> bool:
        """Whether its settings can be read: they may be elsewhere, or filled in later."""
        if self.problem is not None or self.filled_in_later is not None:
            return False
        return self.installer.container is None or self.family != "thick" or self.tree is not None

    @kept
    def filled_in_later(self) -> Given | None:
        """What of the configuration is a placeholder, and where; None if nothing is.

        Flux's postBuild, Argo CD's plugins and unrendered charts leave such texts to be replaced.
        """
        if self.problem is not None and self.configuration is not None:
            place = self.configuration.location._replace(span=self.problem.span)
            line = place.source.line(place.source.position(place.span.start).line)
            found = placeholder(line)
            return Given(found, place) if found else None
        for name in KEYS:
            given = self.given(name)
            if given is not None and isinstance(given.value, str) and placeholder(given.value):
                told = f"{spelling(self.family, name)} {given.value!r}"
                return Given(told, given.location)
        for name in ("autoconfig_directory", "conf_directory"):
            host = self.host_path(self.value(name))
            if host is not None and placeholder(host):
                return Given(f"the directory of the host {host!r}", self.place(name))
        return None

    @property
    def file_is_missing(self) -> bool:
        """Whether the file that it is told to use is not in its container, whatever image it is."""
        workload, container = self.installer.workload, self.installer.container
        path = self.value("mode")
        if self.auto or workload is None or container is None or path.startswith(IMAGE_FILES):
            return False
        if not path.startswith("/"):
            return True
        return workload.mount(container, path) is None and not _made_by_script(container, path)

    @kept
    def auto(self) -> bool:
        """Whether it picks its master itself, or is told its name. Only `auto` is auto."""
        return self.value("mode") == "auto"

    @property
    def master(self) -> str:
        """The pinned master's name as given, empty when none is."""
        return self.value("master")

    def host_file(self, path: str) -> PathOnHost | None:
        """Return where a path of the daemon's container lies on the host, or None."""
        return self.installer.host_file(path) if path else None

    def host_path(self, path: str) -> str | None:
        """Return the host path of a path of the daemon's container, or None."""
        found = self.host_file(path)
        return found.path if found else None

    @kept
    def autoconfig_host(self) -> str | None:
        """The host directory its master is looked for in."""
        return self.host_path(self.value("autoconfig_directory"))

    @kept
    def conf_host(self) -> str | None:
        """The host directory its own configuration is written to."""
        if self.auto and not self.traits.writes_to_conf_directory:
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
        if not self.thick:
            return None
        if self.configuration is not None:
            values: dict[str, object] = {name: plain(tree) for name, tree in self.members()}
        elif self.family == "legacy" or self.installer.container is None:
            values = {KEYS[name][0]: self.value(name) for name in KEYS if self.value(name)}
        else:
            return None
        changed = self.configuration is None
        for key, value in values.items():
            if key.casefold() in PATH_KEYS and isinstance(value, str) and value:
                values[key] = self.canonical(value)
                changed = changed or values[key] != value
        if not changed and self.configuration is not None:
            return self.configuration.value
        return json.dumps(values)

    @property
    def copied(self) -> str | None:
        """What the file holds that it is told to copy; None where that is not in view."""
        workload, container = self.installer.workload, self.installer.container
        if workload is None or container is None:
            return self.copied_text()
        if self.file_is_missing:
            return ""
        text = workload.mounted_text(container, self.value("mode"))
        return text.value if text is not None else None

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
        if self.thick:
            return ()
        if container is not None:
            words = [text.value for text in container.arguments_of(ENTRYPOINTS)]
            return tuple(_without(DIRECTORY_FLAGS, words))
        flags = {KEYS[name][1]: self.value(name) for name in ("master", "cni_version")}
        flags[KEYS["readiness"][1]] = self.value("readiness") and self.canonical(
            self.value("readiness")
        )
        given = {name: value for name, value in flags.items() if value}
        words = [word.value for word in self.installer.form.words]
        kept = _without((*given, *DIRECTORY_FLAGS), words)
        return (*kept, *(f"--{name}={value}" for name, value in given.items()))


def _without(flags: Collection[str], words: Iterable[str]) -> Iterator[str]:
    """Yield the words of a command line that are not one of some flags, and not its value."""
    skip_value = False
    for word in words:
        name, equals, _value = word.lstrip("-").partition("=")
        if skip_value and not word.startswith("-"):
            skip_value = False
            continue
        skip_value = name in flags and word.startswith("-") and not equals
        if name not in flags or not word.startswith("-"):
            yield word


def _texts(configuration: str) -> dict[str, str]:
    """Return the texts of a daemon configuration by their keys in lower case."""
    try:
        found: object = json.loads(configuration)
    except (ValueError, RecursionError):
        return {}
    members = found.items() if isinstance(found, dict) else ()
    return {key.casefold(): value for key, value in members if isinstance(value, str)}


def _made_by_script(container: Container, path: str) -> bool:
    """Whether a script names the file's directory before it hands the file to the entrypoint."""
    directory = f"{posixpath.dirname(path)}/"
    others = (
        words
        for words in container.programs
        if posixpath.basename(words[0].value) not in ENTRYPOINTS
    )
    return container.scripted and any(
        directory in f"{word.value}/" for words in others for word in words
    )
