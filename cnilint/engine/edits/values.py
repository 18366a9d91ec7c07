"""The edits that give a setting of a product a value among a chart's values or in an object."""

from __future__ import annotations

import json

from cnilint.catalog.form import DeliveryForm, ObjectForm
from cnilint.catalog.installer import Installer
from cnilint.catalog.settings import InstallSettings
from cnilint.gitops.delivery import Delivery
from cnilint.kube.manifest import Manifest
from cnilint.kube.values import Values
from cnilint.model.finding import Edit, Operation
from cnilint.model.tree import Embedded, Route, Value, string
from cnilint.syntax.embedded import resolve
from cnilint.syntax.style import BlockStyle, block_lines


def set_in_values(one: Installer, setting: str, value: Value) -> tuple[Edit, ...]:
    """Return the edits for an install by a chart or an operator.

    None for any other, and for a product that has no such value there.
    """
    path = value_path(one, setting)
    if path and isinstance(one.form, DeliveryForm):
        return set_path(one.form.delivery, path, value)
    if path and isinstance(one.form, ObjectForm):
        return nested(one.form.manifest, (), tuple(path.split(".")), value)
    return ()


def set_path(delivery: Delivery, path: str, value: Value) -> tuple[Edit, ...]:
    """Return the edit where the value at a path stands that counts, else where one may stand."""
    values = giving(delivery, path)
    steps = tuple(path.split("."))
    if values is None:
        return _added(delivery, steps, value)
    found = values.find(path)
    if values.named and found is not None:
        # values by name are texts; what `helm --set` takes for a boolean is written the same
        text: Value = str(value).lower() if isinstance(value, bool) else value
        return nested(values.manifest, (), found[1], text) if isinstance(text, str) else ()
    return nested(values.manifest, values.route, steps, value)


def giving(delivery: Delivery, path: str) -> Values | None:
    """Return the values of a delivery that give the one at a path, or None."""
    return next((one for one in reversed(delivery.values) if one.find(path) is not None), None)


def nested(manifest: Manifest, base: Route, steps: Route, value: Value) -> tuple[Edit, ...]:
    """Return the edit that puts a value behind some steps below a base, whatever of it is there."""
    route = (*manifest.route, *base, *steps)
    shortest = len(manifest.route)
    known = next(
        at
        for at in range(len(route), shortest - 1, -1)
        if at == shortest or resolve(manifest.document, route[:at]) is not None
    )
    if known == len(route):
        return (Edit(manifest.document, route, Operation.REPLACE, value),)
    for step in reversed(route[known + 1 :]):
        value = {str(step): value}
    return (Edit(manifest.document, route[: known + 1], Operation.ADD, value),)


def value_path(one: Installer, setting: str) -> str:
    """Return the path of a setting's value in the form that a product is installed in."""
    kind = {DeliveryForm: "values", ObjectForm: "field"}.get(type(one.form), "")
    known = InstallSettings(one.product, one.release, one.form)
    for place in one.product.settings.get(setting, ()):
        if place.kind == kind and known.hold(place.when, place.versions):
            return known.fill(place.name)
    return ""


def _added(delivery: Delivery, steps: Route, value: Value) -> tuple[Edit, ...]:
    """Return the edit that gives a value nobody gives yet, where it counts most."""
    room, manifest = delivery.room, delivery.manifest
    for values in reversed(delivery.values):
        if room is not None and not values.named and _in_room(delivery, values):
            return nested(values.manifest, values.route, steps, value)
    if room is None:
        return ()
    if room.held is None:
        return nested(manifest, room.steps, steps, value)
    if (string(manifest.at(*room.steps)) or "").strip():
        return ()  # text that cannot be read as values
    for step in reversed(steps):
        value = {str(step): value}
    if room.held is Embedded.JSON:
        return nested(manifest, (), room.steps, json.dumps(value))
    return nested(manifest, (), room.steps, "\n".join(block_lines(value, 0, BlockStyle())))


def _in_room(delivery: Delivery, values: Values) -> bool:
    """Whether values stand where further ones may: in the object, or in what is laid over it."""
    room = delivery.room.steps if delivery.room is not None else ()
    own = values.route[: len(room)] == room
    return own and values.manifest.kind in (
        delivery.manifest.kind,
        f"{delivery.manifest.kind}Config",
    )
