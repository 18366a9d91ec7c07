"""Who acts in an event: an order of events names each installer by its product."""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.catalog.installer import Installer
from cnilint.multus.configuration import Multus


def acting(
    event: str, installers: Sequence[Installer], multuses: Sequence[Multus]
) -> Installer | None:
    """Return the install that an event begins with, None if it begins with none of them.

    Multus is called by its family. Of several of one name it is the one whose file the event names,
    else the first.
    """
    families = [one.installer for one in multuses]
    found = []
    for one in installers:
        names = (one.title, "Multus") if one in families else (one.title,)
        if any(event.startswith(f"{name} ") for name in names):
            found.append(one)
    words = event.replace(",", " ").split()
    named = (one for one in found if one.writes is not None and one.writes.name in words)
    return next(named, found[0] if found else None)
