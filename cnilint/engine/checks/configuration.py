"""Whether daemon-config.json is what the daemon can read and was meant to be read as."""

from __future__ import annotations

import json
from collections.abc import Iterator

from cnilint.engine.edits.json_repairs import repairs
from cnilint.engine.edits.repairs import set_value, spelled, unset_value
from cnilint.engine.hit import Hit
from cnilint.model.finding import Applicability, Edit, Fix, Level, Location, Operation
from cnilint.model.steps import Failure
from cnilint.model.tree import Embedded, Value, plain
from cnilint.multus.configuration import Multus
from cnilint.multus.settings import Given
from cnilint.simulation.cluster import Cluster
from cnilint.upstream.go_text import atoi
from cnilint.upstream.gojson import JSONError
from cnilint.upstream.multus_daemon_config import DAEMON_KEYS, read_daemon_config
from cnilint.upstream.version import semantic_version

from .master import distance

_WORDS: dict[str, Value] = {"true": True, "false": False}

OLDEST = "0.3.1"
"""What every manifest of upstream and of AWS sets, and every primary is compatible with."""

VERSION_ERRORS = {
    Failure.CNI_VERSION_INCOMPATIBLE: "from 0.4.0 on its master needs 0.4.0 or later too",
    Failure.CNI_VERSION_MISMATCH: "its master has another one",
    Failure.CNI_VERSION_MISSING: "its master has none",
}


def daemon_config_invalid(cluster: Cluster) -> Iterator[Hit]:
    """CNI108: the JSON is refused, a value has a wrong type, or a key is nearly one that counts."""
    for one in cluster.multuses:
        if one.configuration is None:
            continue
        refused = list(_refused(one))
        yield from refused
        if one.problem is not None:
            if not refused:
                yield _invalid(one, one.place(), one.problem.message)
            continue
        if not refused:
            yield from _wrong_types(one)
        yield from _near_misses(one)


def cni_version_incompatible(cluster: Cluster) -> Iterator[Hit]:
    """CNI109: Multus's cniVersion and its master's do not go together, or it has none."""
    for one in cluster.multuses:
        if not one.auto or one.problem is not None:
            continue
        why = _own_version(one)
        for facts in cluster.classes_of(one) if why is None else ():
            causes = {each.cause.failure for each in facts.outcomes if each.cause is not None}
            why = next((said for error, said in VERSION_ERRORS.items() if error in causes), None)
            if why is not None:
                break
        if why is None:
            continue
        yield Hit(
            location=one.place("cni_version"),
            parameters={
                "product": one.installer.title,
                "version": one.value("cni_version") or "none",
                "why": why,
            },
            fixes=tuple(_version_fixes(one)),
        )


def repeated_members(cluster: Cluster) -> Iterator[Hit]:
    """CNI902 inside daemon-config.json: a key twice, in whatever case; the last one counts."""
    for one in cluster.multuses:
        seen: dict[str, Location] = {}
        for entry in one.tree.entries if one.tree is not None else ():
            if one.configuration is None:
                continue
            route = (*one.configuration.location.route, Embedded.JSON, entry.key.text)
            place = one.configuration.manifest.locate(entry.key, route)
            key = entry.key.text.casefold()
            if key in seen:
                first = seen[key].source.position(seen[key].span.start)
                yield Hit(
                    location=place,
                    parameters={"key": entry.key.text, "first": f"line {first.line}"},
                )
            seen[key] = place


def _refused(one: Multus) -> Iterator[Hit]:
    """Yield what Go's decoder refuses, whether it can be read for all that or not."""
    place = one.configuration.location if one.configuration is not None else None
    if place is None or place.document is None:
        return
    for problem, span, fix in repairs(place.document, place.route):
        where = Location(place.source, span, place.route, place.document, place.object)
        yield _invalid(one, where, problem.message, (fix,) if fix is not None else ())


def _wrong_types(one: Multus) -> Iterator[Hit]:
    """Yield members whose value has a type the daemon does not take, each put to it alone."""
    text = one.configuration.value if one.configuration is not None else ""
    if _error(one, text) is None:
        return
    found = False
    for name, tree in one.members():
        error = _error(one, json.dumps({name: plain(tree)}))
        given = one.member(name)
        if error is None or given is None:
            continue
        found = True
        why = f"{name} cannot be {json.dumps(given.value)} ({error})"
        yield _invalid(one, given.location, why, tuple(_meant(one, name, given)))
    if not found:
        yield _invalid(one, one.place(), str(_error(one, text)))


def _meant(one: Multus, name: str, given: Given) -> Iterator[Fix]:
    """Yield the fix of a value that is right but for its quotes."""
    value, document = given.value, given.location.document
    if not isinstance(value, str) or document is None:
        return
    bare = value.strip()
    number = atoi(bare)
    meant: Value = number if number is not None else _WORDS.get(bare.lower())
    if meant is None or _error(one, json.dumps({name: meant})) is not None:
        return
    edits = (Edit(document, given.location.route, Operation.REPLACE, meant),)
    yield Fix(f"{name}: {json.dumps(meant)}, without quotes", Applicability.UNSAFE, edits)


def _error(one: Multus, text: str) -> JSONError | None:
    try:
        read_daemon_config(one.release, text)
    except JSONError as error:
        return error
    return None


def _near_misses(one: Multus) -> Iterator[Hit]:
    """Yield keys that Multus does not know and that are close to one it does."""
    known = {key.casefold(): key for key in DAEMON_KEYS}
    present = {name.casefold() for name, _tree in one.members()}
    for name, tree in one.members():
        if name.casefold() in known:
            continue
        meant = nearest_key(name)
        given = one.member(name)
        if meant is None or given is None or given.location.document is None:
            continue
        route = given.location.route
        document = given.location.document
        fixes: tuple[Fix, ...] = ()
        if meant.casefold() not in present:
            edits = (
                Edit(document, (*route[:-1], meant), Operation.ADD, plain(tree), name),
                Edit(document, route, Operation.REMOVE),
            )
            fixes = (Fix(f"rename {name} to {meant}", Applicability.SAFE, edits),)
        yield Hit(
            location=given.location,
            parameters={
                "product": one.installer.title,
                "effect": "ignores a key of daemon-config.json that looks misspelt",
                "why": f"{name} is no key Multus knows, {meant} is",
            },
            fixes=fixes,
            level=Level.WARNING,
        )


def nearest_key(name: str) -> str | None:
    """Return the key of the daemon configuration that a name is likely to mean, or None.

    By letters alone (`multus_master_cni`), without the leading product name (`masterCNI`), or
    within two edits.
    """
    wanted = _letters(name)
    for key in DAEMON_KEYS:
        if wanted in (_letters(key), _letters(key).removeprefix("multus")):
            return key
    longer = [key for key in DAEMON_KEYS if len(key) >= 8 and wanted.startswith(_letters(key))]
    if len(longer) == 1:
        return longer[0]
    near = [key for key in DAEMON_KEYS if len(key) >= 6 and distance(_letters(key), wanted) <= 2]
    return near[0] if len(near) == 1 else None


def _letters(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _invalid(one: Multus, place: Location, why: str, fixes: tuple[Fix, ...] = ()) -> Hit:
    effect = "cannot read daemon-config.json and exits at its start"
    parameters = {"product": one.installer.title, "effect": effect, "why": why}
    return Hit(location=place, parameters=parameters, fixes=fixes)


def _own_version(one: Multus) -> str | None:
    """Return what is wrong with thick Multus's cniVersion by itself, or None."""
    if one.traits.needs_cni_version and not one.value("cni_version"):
        return "the script of this release needs one"
    if one.family != "thick" or one.tree is None:
        return None
    given = one.given("cni_version")
    if given is None or given.value is None:
        return "the daemon needs one"
    if isinstance(given.value, str) and semantic_version(given.value) is None:
        return "it has to be a full version, such as 0.3.1"
    return None


def _version_fixes(one: Multus) -> Iterator[Fix]:
    if one.family == "thick" or one.script:
        edits = set_value(one, "cni_version", OLDEST)
        if edits:
            title = f"{spelled(one, 'cni_version')}: {OLDEST}"
            yield Fix(title, Applicability.SAFE, edits)
        return
    removed = unset_value(one, "cni_version")
    if removed:
        title = f"leave {spelled(one, 'cni_version')} out: Multus takes its master's"
        yield Fix(title, Applicability.SAFE, removed)
