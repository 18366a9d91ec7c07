"""The edits that configure Multus where a chart renders its flags or its configuration."""

from __future__ import annotations

import json

from cnilint.catalog.form import DeliveryForm
from cnilint.catalog.settings import InstallSettings
from cnilint.model.finding import Edit, Operation
from cnilint.model.tree import Route, Value
from cnilint.multus.configuration import Multus
from cnilint.multus.settings import KEYS

from .manifest import replaced
from .values import giving, set_in_values, set_path


def set_in_release(one: Multus, setting: str, value: str) -> tuple[Edit, ...]:
    """Return the edits that give a setting of Multus a value, or none where no value says it.

    Three ways: a value of the setting's own, a flag in a list of arguments, a member of a daemon
    configuration that is one value.
    """
    form = one.installer.form
    edits = set_in_values(one.installer, setting, value)
    if edits or not isinstance(form, DeliveryForm):
        return edits
    if one.thick:
        return _in_configuration(one, form, KEYS[setting][0], value)
    return _in_words(one, form, KEYS[setting][1], value)


def _in_words(one: Multus, form: DeliveryForm, flag: str, value: str) -> tuple[Edit, ...]:
    """Return the edit of a flag among arguments: where it counts, else behind the last one."""
    for at, word in reversed(list(enumerate(form.words))):
        name, equals, _old = word.value.partition("=")
        if not name.startswith("-") or name.lstrip("-") != flag:
            continue
        if equals:
            return replaced(word.location, f"{name}={value}")
        if at + 1 == len(form.words):
            return ()
        return replaced(form.words[at + 1].location, value)
    if not form.words_at or form.words_at != form.pinned_by:
        return ()  # a chart of which it is not known that it hands these on
    new = f"--{flag}={value}"
    given = giving(form.delivery, form.words_at)
    if given is not None and form.words:
        manifest = given.manifest
        route: Route = (*manifest.route, *given.route, *form.words_at.split("."), -1)
        return (Edit(manifest.document, route, Operation.ADD, new),)
    known = InstallSettings(one.installer.product, one.installer.release, form)
    words: list[Value] = [known.fill(word) for word in form.default_words]
    kept = [word for word in words if not str(word).startswith(f"--{flag}=")]
    return set_path(form.delivery, form.words_at, [*kept, new])


def _in_configuration(one: Multus, form: DeliveryForm, key: str, value: str) -> tuple[Edit, ...]:
    """Return the edit that gives a chart that has it as a value a daemon configuration anew.

    One that is given is changed member by member, as anywhere; this is for the chart's own.
    """
    setting = one.installer.settings.get("configuration")
    if setting is None or setting.text is not None:
        return ()
    path = next(
        (p.name for p in one.installer.product.settings["configuration"] if p.kind == "values"), ""
    )
    try:
        members = json.loads(setting.value)
    except ValueError:
        return ()
    text = json.dumps({**members, key: value}, indent=2)
    return set_path(form.delivery, path, text)
