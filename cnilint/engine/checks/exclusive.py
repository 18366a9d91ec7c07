"""How an exclusive product is told to leave other files alone, in each form it is installed in."""

from __future__ import annotations

from cnilint.cni.form import DeliveryForm
from cnilint.cni.installer import Installer
from cnilint.model.finding import Applicability, Edit, Fix, Operation
from cnilint.model.tree import Route, Value, descend

from .repairs import set_argument

TITLE = "leave other files alone: exclusive false"


def set_exclusive(one: Installer, applicability: Applicability) -> Fix | None:
    """Return the fix that switches `exclusive` off where it is set; None if that is not in view."""
    edits = _edits(one)
    return Fix(TITLE, applicability, edits) if edits else None


def _edits(one: Installer) -> tuple[Edit, ...]:
    setting = one.settings.get("exclusive")
    text = setting.text if setting is not None else None
    if isinstance(one.form, DeliveryForm):
        return _values_edits(one.form, given=text is not None)
    if text is None or text.location.document is None:
        return ()
    if one.container is not None and text.value.startswith("-"):
        return set_argument(one.container, "--cni-exclusive", "false")
    if text.manifest.kind != "ConfigMap":
        return ()
    return (Edit(text.location.document, text.location.route, Operation.REPLACE, "false"),)


def _values_edits(form: DeliveryForm, *, given: bool) -> tuple[Edit, ...]:
    """Return the edit of values that stand inside the object itself."""
    inline = [values for values in form.delivery.values if values.inline]
    if not inline:
        return ()
    manifest = form.delivery.manifest
    base: Route = (*manifest.route, *inline[-1].steps)
    document, value = manifest.document, False
    tree = inline[-1].tree
    if given:
        return (Edit(document, (*base, "cni", "exclusive"), Operation.REPLACE, value),)
    if descend(tree, "cni") is not None:
        return (Edit(document, (*base, "cni", "exclusive"), Operation.ADD, value),)
    whole: Value = {"exclusive": value}
    return (Edit(document, (*base, "cni"), Operation.ADD, whole),)
