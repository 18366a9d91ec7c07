"""How Kustomize selects the object that a patch is for."""

from __future__ import annotations

from cnilint.start import NamedTuple


class SelectedObject(NamedTuple):
    """The object that a patch is for, as Kustomize selects it."""

    group: str
    version: str
    kind: str
    name: str
