"""The edits of a container's variables and image, in each form that a product is installed in."""

from __future__ import annotations

from cnilint.catalog.containers import GivenContainer
from cnilint.catalog.form import DeliveryForm
from cnilint.catalog.installer import Installer
from cnilint.kube.environment import Text
from cnilint.model.finding import Edit, Operation
from cnilint.model.tree import Value, child, items, string

from .manifest import replaced
from .values import set_path


def set_variable(one: Installer, given: GivenContainer, name: str, value: str) -> tuple[Edit, ...]:
    """Return the edits that give a variable a value: where it is given, else where others are.

    None where that cannot be done in these manifests.
    """
    text = given.text(name)
    if given.container is None:
        form = one.form
        if text is not None and _is_listed(text):
            return _replaced(text, value)
        if not given.shown.environment or not isinstance(form, DeliveryForm):
            return ()
        return set_path(form.delivery, f"{given.shown.environment}.{name}", value)
    if text is not None:
        return _replaced(text, value)
    if name in given.variables:
        return ()  # it comes from somewhere out of view
    container = given.container
    entry: Value = {"name": name, "value": value}
    document = container.manifest.document
    if child(container.tree, "env") is not None:
        return (Edit(document, (*container.route, "env", -1), Operation.ADD, entry),)
    return (Edit(document, (*container.route, "env"), Operation.ADD, [entry], "image"),)


def remove_variable(one: Installer, given: GivenContainer, name: str) -> tuple[Edit, ...]:
    """Return the edits that take a variable away: every entry of that name.

    One that a chart sets by itself is set to `null`, which is how Helm takes it away. None where
    that cannot be done in these manifests.
    """
    container = given.container
    if container is None:
        text = given.text(name)
        is_default = any(default.name == name for default in given.shown.defaults)
        if not isinstance(one.form, DeliveryForm):
            return ()
        if is_default and (text is None or not _is_listed(text)):
            return set_path(one.form.delivery, f"{given.shown.environment}.{name}", None)
        if text is None or text.location.document is None or text.location.route[-1] == "value":
            return ()
        return (Edit(text.location.document, text.location.route, Operation.REMOVE),)
    listed = items(child(container.tree, "env"))
    at = [number for number, entry in enumerate(listed) if string(child(entry, "name")) == name]
    if len(at) == len(listed):
        return ()  # an empty list would be left
    return tuple(
        Edit(container.manifest.document, (*container.route, "env", number), Operation.REMOVE)
        for number in reversed(at)
    )


def set_tag(one: Installer, given: GivenContainer, tag: str) -> tuple[Edit, ...]:
    """Return the edits that give a container's image a tag; none for one named by its digest."""
    container = given.container
    if container is None:
        form = one.form
        path = given.shown.tag
        return set_path(form.delivery, path, tag) if isinstance(form, DeliveryForm) else ()
    written = string(child(container.tree, "image")) or ""
    if not container.image.repository or "@" in written:
        return ()
    image = f"{container.image.repository}:{tag}"
    route = (*container.route, "image")
    return (Edit(container.manifest.document, route, Operation.REPLACE, image),)


def _is_listed(text: Text) -> bool:
    """Whether a variable stands in a list of names and values, not in a mapping."""
    return text.location.route[-1] == "value"


def _replaced(text: Text, value: str) -> tuple[Edit, ...]:
    place = text.location
    if place.document is None:
        return ()
    if isinstance(place.route[-1], int):  # an entry with a name and no value
        return (Edit(place.document, (*place.route, "value"), Operation.ADD, value),)
    return replaced(place, value)
