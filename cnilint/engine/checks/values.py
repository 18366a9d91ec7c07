"""The edits that give a setting of a product a value among a chart's values or in an object."""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.cni.form import DeliveryForm, ObjectForm
from cnilint.cni.installer import Installer
from cnilint.kube.manifest import Manifest
from cnilint.model.finding import Edit, Operation
from cnilint.model.tree import Value

Steps = Sequence[str | int]


def set_in_values(one: Installer, setting: str, value: Value) -> tuple[Edit, ...]:
    """Return the edits for an install by a chart or an operator.

    None for any other, for a product that has no such value, and for values inside a string.
    """
    places = one.product.settings.get(setting, ())
    paths = {
        kind: p.name for kind in ("values", "field") for p in reversed(places) if p.kind == kind
    }
    if isinstance(one.form, DeliveryForm) and "values" in paths:
        return _in_release(one.form, paths["values"].split("."), value)
    if isinstance(one.form, ObjectForm) and "field" in paths:
        return nested(one.form.manifest, (), paths["field"].split("."), value)
    return ()


def nested(manifest: Manifest, base: Steps, steps: Steps, value: Value) -> tuple[Edit, ...]:
    """Return the edit that puts a value behind some steps below a base, whatever of it is there."""
    route = (*base, *steps)
    known = next(at for at in range(len(route), -1, -1) if manifest.at(*route[:at]) is not None)
    if known == len(route):
        return (Edit(manifest.document, (*manifest.route, *route), Operation.REPLACE, value),)
    for step in reversed(route[known + 1 :]):
        value = {str(step): value}
    place = (*manifest.route, *route[: known + 1])
    return (Edit(manifest.document, place, Operation.ADD, value),)


def _in_release(form: DeliveryForm, steps: Steps, value: Value) -> tuple[Edit, ...]:
    """Return the edit where the value stands that counts, else where further ones may stand."""
    manifest = form.delivery.manifest
    path = ".".join(str(step) for step in steps)
    for values in reversed(form.delivery.values):
        found = values.find(path)
        if found is None:
            continue
        text: Value = str(value).lower() if isinstance(value, bool) else value
        if values.named:
            return nested(values.manifest, (), found[1], text)
        return nested(values.manifest, values.steps, steps, value) if values.inline else ()
    for values in reversed(form.delivery.values):
        if values.inline and not values.named and values.manifest is manifest:
            return nested(manifest, values.steps, steps, value)
    if manifest.kind == "HelmRelease":
        return nested(manifest, ("spec", "values"), steps, value)
    return ()
