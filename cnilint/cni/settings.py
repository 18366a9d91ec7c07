"""A product's settings, followed to where a manifest gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cnilint.kube.workload import Container, Text, Workload, texts
from cnilint.model.tree import child, descend, items, string

from .catalog import Place, Product
from .release import Release, in_range

_REFERENCE = re.compile(r"\{(\w+)\}")
_TRUE = {"1", "t", "T", "TRUE", "true", "True"}
_FALSE = {"0", "f", "F", "FALSE", "false", "False"}


class Setting(NamedTuple):
    """A setting's value; `text` is where it stands, None for a product's own default."""

    value: str
    text: Text | None = None


class Settings:
    """Resolves a product's settings for one container."""

    def __init__(
        self,
        product: Product,
        release: Release | None,
        workload: Workload | None,
        container: Container | None,
    ) -> None:
        """Take what the values are read from; without a workload only defaults are left."""
        self._product = product
        self._release = release
        self._workload = workload
        self._container = container
        self._known: dict[str, Setting | None] = {}

    def get(self, name: str) -> Setting | None:
        """Return a setting, or None when no place gives it a value."""
        if name not in self._known:
            self._known[name] = None  # a setting that refers to itself has no value
            self._known[name] = self._resolve(name)
        return self._known[name]

    def value(self, name: str) -> str:
        """Return a setting's value, or an empty string."""
        found = self.get(name)
        return found.value if found else ""

    def fill(self, template: str) -> str:
        """Return a text with each `{setting}` replaced by its value."""
        return _REFERENCE.sub(lambda match: self.value(match[1]), template)

    def hold(self, when: Mapping[str, str], versions: str = "") -> bool:
        """Whether settings have the values a condition names, on a release within a range."""
        return in_range(self._release, versions) and all(
            self.value(name) == value for name, value in when.items()
        )

    def all(self) -> dict[str, Setting]:
        """Return every setting that has a value."""
        found = {name: self.get(name) for name in self._product.settings}
        return {name: setting for name, setting in found.items() if setting is not None}

    def _resolve(self, name: str) -> Setting | None:
        for place in self._product.settings.get(name, ()):
            if not in_range(self._release, place.versions) or not self.hold(place.when):
                continue
            setting = self._at(place)
            if setting is None or (place.not_empty and not setting.value):
                continue
            if place.boolean:
                setting = _boolean(setting)
                if setting is None:
                    continue
            return setting
        return None

    def _at(self, place: Place) -> Setting | None:
        if place.kind == "value":
            return Setting(self.fill(place.name))
        if self._workload is None or self._container is None:
            return None
        text: Text | None = None
        match place.kind:
            case "environment":
                text = self._workload.environment(self._container, place.name)
            case "argument":
                text = argument(self._container, place.name, switch=place.boolean)
            case "config_map_key":
                text = self._config_map_key(place.name)
            case "mounted_file":
                text = self._workload.mounted_text(self._container, self.fill(place.name))
            case "word":
                words = self._container.words
                text = words[int(place.name)] if words else None
        return Setting(text.value, text) if text is not None else None

    def _config_map_key(self, key: str) -> Text | None:
        """Return a key of the maps the workload refers to, then of those its program reads."""
        workload = self._workload
        if workload is None:
            return None
        for name in dict.fromkeys((*referenced_config_maps(workload), *self._product.config_maps)):
            text = workload.config_map_text(name, key)
            if text is not None:
                return text
        return None


def argument(container: Container, name: str, *, switch: bool = False) -> Text | None:
    """Return the value of a command-line flag: `--flag=value`, `--flag value`, a bare `--flag`.

    Go's flag package takes one dash or two. The last one given wins; a bare flag is "true", and a
    `switch` never takes the next word. The command of a postStart hook counts too (Cilium's flags
    up to 1.13 stand there).
    """
    wanted = name.lstrip("-")
    words = (*container.words, *_hook_words(container))
    found: Text | None = None
    for at, word in enumerate(words):
        flag, equals, value = word.value.partition("=")
        if not flag.startswith("-") or flag.lstrip("-") != wanted:
            continue
        if equals:
            found = Text(value, word.location, word.manifest)
        elif not switch and at + 1 < len(words) and not words[at + 1].value.startswith("-"):
            found = words[at + 1]
        else:
            found = Text("true", word.location, word.manifest)
    return found


def referenced_config_maps(workload: Workload) -> Iterator[str]:
    """Yield the names of the ConfigMaps a workload's pods refer to."""
    specification = workload.specification
    if specification is None:
        return
    for volume in items(child(specification, "volumes")):
        name = string(descend(volume, "configMap", "name"))
        if name:
            yield name
        for source in items(descend(volume, "projected", "sources")):
            projected = string(descend(source, "configMap", "name"))
            if projected:
                yield projected
    for container in workload.containers:
        for entry in items(child(container.tree, "env")):
            name = string(descend(entry, "valueFrom", "configMapKeyRef", "name"))
            if name:
                yield name
        for entry in items(child(container.tree, "envFrom")):
            name = string(descend(entry, "configMapRef", "name"))
            if name:
                yield name


def _hook_words(container: Container) -> tuple[Text, ...]:
    steps = ("lifecycle", "postStart", "exec", "command")
    return texts(container.manifest, descend(container.tree, *steps), (*container.route, *steps))


def _boolean(setting: Setting) -> Setting | None:
    """Return a setting as Go's strconv.ParseBool reads it; None for what it refuses."""
    if setting.value in _TRUE:
        return Setting("true", setting.text)
    if setting.value in _FALSE:
        return Setting("false", setting.text)
    return None
