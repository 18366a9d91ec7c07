"""Which installs are Multus, of which family and release: its workload, a chart or an operator."""

from __future__ import annotations

from cnilint.catalog.installer import Installer
from cnilint.catalog.release import Release, release
from cnilint.kube.environment import Text
from cnilint.model.tree import Embedded, Mapping, follow, string

from .configuration import Multus
from .meant_configuration import KEY, meant_map
from .settings import SCRIPT, SCRIPT_MODE

FAMILIES = {"multus-thin": "thin", "multus-thick": "thick"}


def multus(installer: Installer) -> Multus | None:
    """Return an installer's configuration as Multus, or None if it is another product."""
    from cnilint.upstream.multus_releases import LAST_SCRIPT, NEWEST, MultusBinary, program

    family = FAMILIES.get(installer.product.id)
    if family is None:
        return None
    if installer.container is None:
        tag = installer.settings.get("image_tag")
        found = release(tag.value) if tag is not None else None
        return _configured(installer, family, found or NEWEST)
    if family == "thin":
        unnamed = LAST_SCRIPT if _is_for_script(installer) else NEWEST
        return Multus(installer, "thin", installer.release or unnamed)
    named = installer.release or NEWEST
    if program(named, thick=True) is MultusBinary.GENERATOR:
        return Multus(installer, "legacy", named)
    return _configured(installer, "thick", named)


def _is_for_script(installer: Installer) -> bool:
    """Whether v3's script is run, or given the file that nothing else reads unless it is told to.

    A program that is told its file has arguments.
    """
    container, workload = installer.container, installer.workload
    if container is None or container.words or workload is None:
        return container is not None and container.runs(SCRIPT)
    return workload.mount(container, SCRIPT_MODE) is not None


def _configured(installer: Installer, family: str, found: Release) -> Multus:
    """Return an install with the daemon configuration that it is given, if that is in view."""
    from cnilint.syntax.embedded import EmbeddedProblem, inside

    setting = installer.settings.get("configuration")
    text = setting.text if setting else None
    meant = meant_map(installer) if text is None else None
    value = string(meant.at("data", KEY)) if meant is not None else None
    if meant is not None and value is not None:
        text = Text(value, meant.location("data", KEY), meant)
    astray = meant is not None
    given = text is not None and (text.value.strip() or installer.container is not None)
    if text is None or not given or text.location.document is None:
        return Multus(installer, family, found)
    read = inside(text.location.document, (*text.location.route, Embedded.JSON))
    if isinstance(read, EmbeddedProblem):
        return Multus(installer, family, found, text, problem=read, astray=astray)
    root = follow(read) if read is not None else None
    tree = root if isinstance(root, Mapping) else None
    return Multus(installer, family, found, text, tree, astray=astray)
