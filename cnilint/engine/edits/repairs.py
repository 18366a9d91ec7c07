"""The edits that checks propose, in the words of each form in which Multus is configured."""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.kube.environment import Text
from cnilint.kube.workload import Container
from cnilint.model.finding import Applicability, Edit, Fix, Operation
from cnilint.model.tree import Document, Embedded, Route, Value, child, follow
from cnilint.model.tree import Mapping as MappingTree
from cnilint.multus.configuration import Multus
from cnilint.multus.settings import KEYS, spelling

from .delivered import set_in_release
from .values import value_path

NO_VALUE = "no value says it: patch what is rendered, with a post-renderer or Kustomize"

NO_FIELD = "the operator that makes it has no setting for it"

IN_A_SCRIPT = "its command line is part of a shell script"

PIN_AFTER = "multusAutoconfigDir"
"""The key behind which AWS's own manifests pin the master."""


def pin(one: Multus, name: str, applicability: Applicability, note: str = "") -> Fix | None:
    """Return the fix that pins Multus to a file, keeping its mode; None if there is no place."""
    edits = set_value(one, "master", name, after=PIN_AFTER)
    title = f"pin the master: {name}"
    container = one.installer.container
    if not edits and container is None and one.problem is None:
        made_by_operator = one.installer.form.kind == "object"
        return Fix(title, Applicability.DISPLAY, (), NO_FIELD if made_by_operator else NO_VALUE)
    if not edits and container is not None and container.scripted:
        return Fix(title, Applicability.DISPLAY, (), IN_A_SCRIPT)
    return Fix(title, applicability, edits, note) if edits else None


def auto_and_pinned(
    one: Multus, name: str | None, applicability: Applicability, note: str = ""
) -> Fix | None:
    """Return the fix that goes back to `auto`, pinned to a file if one is given."""
    edits = set_value(one, "mode", "auto")
    title = 'back to "auto"'
    if name is not None and one.master != name:
        edits += set_value(one, "master", name, after=PIN_AFTER)
        title += f", pinned to {name}"
    return Fix(title, applicability, edits, note) if edits else None


def spelled(one: Multus, setting: str) -> str:
    """Return what a setting is called where this install is configured: a key, flag or value."""
    if one.installer.container is None and one.configuration is None:
        path = value_path(one.installer, setting)
        if path:
            return path
    return spelling(one.family, setting)


def set_value(one: Multus, setting: str, value: str, *, after: str = "") -> tuple[Edit, ...]:
    """Return the edits that give a setting of Multus a value, wherever it is to be written."""
    if one.installer.container is None and one.configuration is None:
        return set_in_release(one, setting, value)
    if one.family == "thick":
        return set_member(one, KEYS[setting][0], value, after=after)
    flag = KEYS[setting][1] if one.family == "thin" else KEYS[setting][2]
    container = one.installer.container
    if container is None or not flag:
        return ()
    return set_argument(container, flag, value, joined=one.script)


def set_member(one: Multus, key: str, value: Value, *, after: str = "") -> tuple[Edit, ...]:
    """Return the edits that give a key of daemon-config.json a value."""
    base = _configuration(one)
    if base is None:
        return ()
    document, route = base
    spelled = _spelling(one, key)
    if spelled is not None:
        return (Edit(document, (*route, spelled), Operation.REPLACE, value),)
    behind = _spelling(one, after) if after else None
    return (Edit(document, (*route, key), Operation.ADD, value, behind),)


def remove_member(one: Multus, key: str) -> tuple[Edit, ...]:
    """Return the edits that take a key out of daemon-config.json."""
    base, spelled = _configuration(one), _spelling(one, key)
    if base is None or spelled is None:
        return ()
    document, route = base
    return (Edit(document, (*route, spelled), Operation.REMOVE),)


def set_argument(
    container: Container, flag: str, value: str, *, joined: bool = False
) -> tuple[Edit, ...]:
    """Return the edits that give a flag a value: the last one given is the one that counts.

    A new flag goes to the end of `args`, or of `command` when that has the flags. Where values have
    to be `joined` to their flag, one that stands alone becomes so.
    """
    if container.scripted:
        return ()
    document = container.manifest.document
    wanted = flag.lstrip("-")
    for at, word in reversed(list(enumerate(container.words))):
        name, equals, _old = word.value.partition("=")
        if not name.startswith("-") or name.lstrip("-") != wanted:
            continue
        if equals:
            text = f"{name}={value}"
            return (Edit(document, word.location.route, Operation.REPLACE, text),)
        following = container.words[at + 1 :][:1]
        if joined:
            alone = [w for w in following if not w.value.startswith("-")]
            gone = tuple(Edit(document, w.location.route, Operation.REMOVE) for w in alone)
            text = f"{name}={value}"
            return (*gone, Edit(document, word.location.route, Operation.REPLACE, text))
        return tuple(Edit(document, w.location.route, Operation.REPLACE, value) for w in following)
    like = next((w.value for w in container.words if w.value.startswith("-")), "--")
    text = f"{'--' if like.startswith('--') else '-'}{wanted}={value}"
    return _appended(container, text)


def _appended(container: Container, text: str) -> tuple[Edit, ...]:
    document = container.manifest.document
    if child(container.tree, "args") is not None:
        return (Edit(document, (*container.route, "args", -1), Operation.ADD, text),)
    if any(w.value.startswith("-") for w in container.command):
        return (Edit(document, (*container.route, "command", -1), Operation.ADD, text),)
    behind = "command" if child(container.tree, "command") is not None else "image"
    return (Edit(document, (*container.route, "args"), Operation.ADD, [text], behind),)


def unset_value(one: Multus, setting: str) -> tuple[Edit, ...]:
    """Return the edits that take a setting of Multus away wherever it is given."""
    container, flag = one.installer.container, KEYS[setting][1]
    if one.family == "thick" and one.configuration is not None:
        return remove_member(one, KEYS[setting][0])
    if container is not None:
        return remove_argument(container, flag)
    edits = remove_words(one.installer.form.words, flag)
    place = one.place(setting)
    if not edits and one.given(setting) is not None and place.document is not None:
        edits = (Edit(place.document, place.route, Operation.REMOVE),)
    return edits


def remove_argument(container: Container, flag: str) -> tuple[Edit, ...]:
    """Return the edits that take a flag and its value out of the command line, last word first."""
    return () if container.scripted else remove_words(container.words, flag)


def remove_words(words: Sequence[Text], flag: str) -> tuple[Edit, ...]:
    """Return the edits that take a flag and its value out of some words, the last one first."""
    return tuple(
        Edit(place.document, place.route, Operation.REMOVE)
        for at in reversed(_words_of_flag(words, flag))
        if (place := words[at].location).document is not None
    )


def _words_of_flag(words: Sequence[Text], flag: str) -> list[int]:
    """Return where a flag stands among some words, and the values that follow it as words."""
    wanted = flag.lstrip("-")
    found = []
    for at, word in enumerate(words):
        name, equals, _value = word.value.partition("=")
        if not name.startswith("-") or name.lstrip("-") != wanted:
            continue
        found.append(at)
        if not equals and at + 1 < len(words):
            found.append(at + 1)
    return found


def _configuration(one: Multus) -> tuple[Document, Route] | None:
    """Return where daemon-config.json's members are: a document and the route of the object."""
    text = one.configuration
    if text is None or text.location.document is None or one.tree is None:
        return None
    if not isinstance(follow(one.tree), MappingTree):
        return None
    return text.location.document, (*text.location.route, Embedded.JSON)


def _spelling(one: Multus, key: str) -> str | None:
    """Return how a key is spelled where it counts, in whatever case; None if it is not there."""
    found = [name for name, _tree in one.members() if name.casefold() == key.casefold()]
    return found[-1] if found else None
