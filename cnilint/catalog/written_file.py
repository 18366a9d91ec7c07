"""What the file of an installer holds: as the manifests give it, else in its product's usual shape.

Many installers write a text of a ConfigMap, some after they have filled in what the node knows:
its name, its plugins and its cniVersion are the user's then, and so are its mistakes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cnilint.start import lazy_pattern

from .settings import InstallSettings

GIVEN = "network_configuration"
"""The setting that holds such a text."""

_PLACEHOLDERS = lazy_pattern(r'("(?:[^"\\]|\\.)*")|(?:__[A-Z0-9_]+__)+')
"""Strings, which may hold placeholders, and placeholders in the place of a number or an object
(projectcalico/calico@87c1590:cni-plugin/pkg/install/install.go writeCNIConfig)."""


def given_content(settings: InstallSettings) -> str | None:
    """Return the configuration that the manifests have for the installer to write, or None.

    A text that is no JSON stays as it is: the container runtime is to refuse it.
    """
    text = settings.value(GIVEN)
    if not text.strip():
        return None
    filled = _PLACEHOLDERS.sub(lambda found: found[1] or "null", text)
    if "${" in text or "{{" in text:
        return None
    try:
        return json.dumps(json.loads(filled))
    except (ValueError, RecursionError):
        return text


def usual_content(
    settings: InstallSettings, network: str, plugins: Sequence[Mapping[str, object]], path: str
) -> str:
    """Return a configuration of the shape that the product's own has.

    A name that ends in `.conflist` holds a list, any other one plugin, as libcni wants it.
    """
    content: dict[str, object] = {"name": network}
    version = settings.value("cni_version")
    if version:
        content["cniVersion"] = version
    filled = [
        {
            key: settings.fill(value) if isinstance(value, str) else value
            for key, value in one.items()
        }
        for one in plugins
    ]
    if path.endswith(".conflist"):
        content["plugins"] = filled
    else:
        content.update(filled[0])
    return json.dumps(content)


def network_name(content: str) -> str:
    """Return the name of the network in a configuration, empty where it has none."""
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    name = found.get("name") if isinstance(found, Mapping) else None
    return name if isinstance(name, str) else ""
