"""How an exclusive product is told to leave other files alone, in each form it is installed in."""

from __future__ import annotations

from cnilint.catalog.installer import Installer
from cnilint.model.finding import Applicability, Edit, Fix, Operation
from cnilint.model.tree import string

from .values import set_in_values

TITLE = "leave other files alone: exclusive false"


def set_exclusive(one: Installer, applicability: Applicability) -> Fix:
    """Return the fix that switches `exclusive` off; shown only, where that cannot be done here."""
    edits = _edits(one)
    if edits:
        return Fix(TITLE, applicability, edits)
    return Fix(TITLE, Applicability.DISPLAY, (), "what counts most is not given in these manifests")


def _edits(one: Installer) -> tuple[Edit, ...]:
    if one.container is None:
        return set_in_values(one, "exclusive", value=False)
    setting = one.settings.get("exclusive")
    text = setting.text if setting is not None else None
    if text is None or text.location.document is None:
        return ()
    route = text.location.route
    written = string(text.manifest.at(*_inside(route, len(text.manifest.route)))) or ""
    flag = written.partition("=")[0]
    # a word of the command line, or of a hook's: the flag with its value or alone
    value = f"{flag}=false" if flag.startswith("-") else "false"
    return (Edit(text.location.document, route, Operation.REPLACE, value),)


def _inside(route: tuple[object, ...], depth: int) -> tuple[str | int, ...]:
    """Return the steps of a route inside its object."""
    return tuple(step for step in route[depth:] if isinstance(step, str | int))
