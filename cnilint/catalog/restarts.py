"""Whether pods that are not in view restart when what a chart or an operator is given changes."""

from __future__ import annotations

from collections.abc import Iterable

from cnilint.start import NamedTuple

from .installer import Installer
from .product import Changed
from .release import Release, in_range


class Restart(NamedTuple):
    """What a change of what an install is given does to its pods.

    `restarts` is None where it is not known. `changed` are the dotted paths of what changes.
    """

    restarts: bool | None
    changed: tuple[str, ...] = ()


def restart(before: Installer, after: Installer) -> Restart:
    """Return whether the pods of an install by a chart, an add-on or an operator restart.

    Another release is another image in the pod template. Beyond that the entry of the catalog says
    which values the template holds, and which stand in a ConfigMap that is read at a start.
    """
    if before.release != after.release:
        return Restart(restarts=True)
    old, new = before.form.given(), after.form.given()
    changed = tuple(sorted(p for p in {*old, *new} if old.get(p) != new.get(p)))
    known = after.form.restarts
    if known is None or not changed or before.form.by != after.form.by:
        return Restart(None, changed)

    def among(entries: Iterable[Changed], path: str) -> bool:
        texts = (old.get(path), new.get(path))
        return any(_is_meant(one, path, texts, after.release) for one in entries)

    sums = [each.get(known.checksum) == "true" for each in (old, new)]
    if sums[0] != sums[1] or any(among(known.pods, path) for path in changed):
        return Restart(restarts=True, changed=changed)
    changed = tuple(path for path in changed if path != known.checksum)
    if not all(among(known.start, path) for path in changed):
        return Restart(None, changed)
    return Restart(sums[1], changed)


def _is_meant(
    one: Changed, path: str, values: tuple[object, object], release: Release | None
) -> bool:
    """Whether an entry speaks of a path that changes from one value to another."""
    stands = path == one.path or path.startswith(f"{one.path}.")
    spoilt = bool(one.unless) and one.unless in values
    return stands and not spoilt and in_range(release, one.versions)
