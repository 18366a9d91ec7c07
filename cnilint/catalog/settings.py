"""A product's settings, followed to where a manifest gives them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from cnilint.kube.environment import Text
from cnilint.start import NamedTuple, lazy_pattern

from .catalog import Product, SettingPlace
from .form import Form
from .release import Release, in_range

_REFERENCE = lazy_pattern(r"\{(\w+)\}")
_TRUE = {"1", "t", "T", "TRUE", "true", "True"}
FORM = "form"
"""The setting that says in which form the product is installed."""
BY = "by"
"""The setting that says by which chart or operator it is installed, as the entry calls that one."""

_FALSE = {"0", "f", "F", "FALSE", "false", "False"}


class Setting(NamedTuple):
    """A setting's value; `text` is where it stands, None for a product's own default."""

    value: str
    text: Text | None = None


class InstallSettings:
    """Resolves a product's settings for one install."""

    def __init__(self, product: Product, release: Release | None, form: Form) -> None:
        """Take what the values are read from."""
        self._product = product
        self._release = release
        self._form = form
        self._known: dict[str, Setting | None] = {
            FORM: Setting(form.kind),
            BY: Setting(form.by),
        }

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

    def _at(self, place: SettingPlace) -> Setting | None:
        if place.kind == "value":
            return Setting(self.fill(place.name))
        text = self._form.look_up(place.kind, self.fill(place.name), switch=place.boolean)
        if text is None:
            return None
        value = _member(text.value, place.member) if place.member else text.value
        return Setting(value, text) if value is not None else None


def _member(text: str, name: str) -> str | None:
    """Return a member of a JSON text: a string as it is, any other value as JSON writes it."""
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) or value is None else json.dumps(value)


def _boolean(setting: Setting) -> Setting | None:
    """Return a setting as Go's strconv.ParseBool reads it; None for what it refuses."""
    if setting.value in _TRUE:
        return Setting("true", setting.text)
    if setting.value in _FALSE:
        return Setting("false", setting.text)
    return None
