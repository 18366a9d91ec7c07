"""What a change does to nodes that already run: checks of a cluster before and after it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from cnilint.catalog.catalog import Role
from cnilint.catalog.form import DeliveryForm
from cnilint.catalog.installer import Installer
from cnilint.engine.edits.values import nested, set_path
from cnilint.engine.hit import Hit
from cnilint.engine.sentences import cause_words, cleanup_lines, either
from cnilint.kube.rollout import CHECKSUM, config_map_texts
from cnilint.model.finding import Applicability, Fix, Level, Location
from cnilint.model.steps import Ending, Witness
from cnilint.simulation.install_fate import Unread
from cnilint.simulation.running_cluster import LeftFile, RunningClass, RunningCluster
from cnilint.simulation.search import Outcome
from cnilint.simulation.transition import Standing
from cnilint.start import NamedTuple

from .primaries import class_primaries

_DISPLAY = Applicability.DISPLAY


class Shown(NamedTuple):
    """A class of nodes, and what stands on those of them that ran before and shows something."""

    change: RunningClass
    standing: Standing


def stale_owner_on_running_nodes(change: RunningCluster) -> Iterator[Hit]:
    """CNI601: a file of what a change removes or renames stays, and owns the pods."""
    found: dict[tuple[str, str], list[tuple[Shown, LeftFile]]] = {}
    for one in _known(change):
        for shown, left in stale_owners(one):
            found.setdefault((left.path, left.installer.object), []).append((shown, left))
    for places in found.values():
        (first, left), classes = places[0], [each.change for each, _left in places]
        location = _speaking(first.change)
        if location is None:
            continue
        cause = first.standing.cause if first.standing.master is None else None
        effect = f"leaves their pods without a network ({cause_words(cause)})"
        yield Hit(
            location=location,
            parameters={
                "file": left.name,
                "product": left.installer.title,
                "effect": "owns their pods" if cause is None else effect,
                "classes": _names(classes),
                "owner": either(_owners(first.change.new)) or "nothing",
            },
            details=tuple(_cleanup(change, first.change, classes)),
            witnesses=(_witness(first, (left.name,)),),
            fixes=_removing(classes),
            level=_level(classes),
        )


def owner_differs_by_node_age(change: RunningCluster) -> Iterator[Hit]:
    """CNI602: nodes that ran before and new ones give pods different networks."""
    found: dict[tuple[str, str], list[Shown]] = {}
    for one in _known(change):
        shown = _differing(one)
        if shown is not None:
            found.setdefault((_network(shown), _networks(one)), []).append(shown)
    for (old, new), places in found.items():
        location = _speaking(places[0].change)
        if location is None:
            continue
        classes = [shown.change for shown in places]
        yield Hit(
            location=location,
            parameters={"old": old, "new": new, "classes": _names(classes)},
            details=tuple(_cleanup(change, places[0].change, classes)),
            witnesses=(_witness(places[0], _taken(places[0].standing)),),
            fixes=(Fix("replace the nodes that ran before, one after another", _DISPLAY, ()),),
            level=_level(classes),
        )


def change_not_picked_up(change: RunningCluster) -> Iterator[Hit]:
    """CNI603: something changes, and nothing restarts the program that read it at its start."""
    for one in change.unread:
        location, config_map = one.location, one.config_map
        if location is None:
            continue
        own = one.installer.object
        yield Hit(
            location=location,
            parameters={
                "source": config_map.title if config_map is not None else own,
                "keys": " and ".join(one.keys),
                "pods": own if config_map is not None else "its pods",
                "product": one.installer.title,
            },
            fixes=_with_checksum(one),
        )


def owner_changes(change: RunningCluster) -> Iterator[Hit]:
    """CNI604: the owner of the pods of a class changes; deterministic before and after."""
    found: dict[tuple[str, str], list[RunningClass]] = {}
    for one in _known(change):
        owners = _exchanged(one)
        if owners is not None:
            found.setdefault(owners, []).append(one)
    for (old, new), classes in found.items():
        location = _speaking(classes[0])
        if location is None:
            continue
        standing = next((one for one in classes[0].running if one.master == new), None)
        shown = [] if standing is None else [_witness(Shown(classes[0], standing), (new,))]
        yield Hit(
            location=location,
            parameters={"old": old, "new": new, "classes": _names(classes)},
            details=tuple(_cleanup(change, classes[0], classes)),
            witnesses=tuple(shown),
        )


def tells_what_stays(one: RunningClass) -> bool:
    """Whether a finding of a class says which files stay on nodes that ran before."""
    return bool(stale_owners(one) or _differing(one) or _exchanged(one))


def stale_owners(one: RunningClass) -> list[tuple[Shown, LeftFile]]:
    """Return the files that are left and own the pods of nodes that ran before, each once.

    Nothing where it is not in view what is to own the pods after the change.
    """
    if one.after is None or not one.after.decided:
        return []
    found: dict[str, tuple[Shown, LeftFile]] = {}
    for standing in one.transition.standings:
        for left in one.left:
            if left.name in (standing.runtime, standing.master):
                found.setdefault(left.path, (Shown(one, standing), left))
    return list(found.values())


def _known(change: RunningCluster) -> Iterator[RunningClass]:
    """Yield the classes of which it is known what comes of nodes that ran before: all of it."""
    for one in change.classes:
        if one.after is not None and one.doubt is None and not one.cut:
            yield one


def _exchanged(one: RunningClass) -> tuple[str, str] | None:
    """Return the owners before and after, where each is decided and they are not the same."""
    if one.before is None or one.after is None or stale_owners(one) or _differing(one):
        return None
    if not (one.before.verdict.good and one.after.verdict.good):
        return None
    old, new = one.before.delegates[0], one.after.delegates[0]
    return (old, new) if old != new else None


def _differing(one: RunningClass) -> Shown | None:
    """Return what shows that nodes that ran before give pods what no new node ever gives them."""
    if one.after is None or not one.after.decided or not one.alters or stale_owners(one):
        return None
    ever = {(each.master, each.plugins) for each in one.after.outcomes}
    for standing in one.transition.standings:
        if (standing.master, standing.plugins) not in ever:
            return Shown(one, standing)
    return None


def _network(shown: Shown) -> str:
    """Return what pods get where something stands: the owner, and what differs beside it."""
    standing, after = shown.standing, shown.change.after
    if standing.master is None:
        return f"no network ({cause_words(standing.cause)})"
    outcomes = after.outcomes if after is not None else ()
    same = [each.plugins for each in outcomes if each.master == standing.master]
    if not same:
        return standing.master
    more = [kind for kind in standing.plugins if kind not in same[0]]
    less = [kind for kind in same[0] if kind not in standing.plugins]
    words = [f" with {' and '.join(more)}"] if more else []
    words += [f" without {' and '.join(less)}"] if less else []
    return f"{standing.master}{''.join(words) or ' with other plugins'}"


def _networks(one: RunningClass) -> str:
    return either(_owners(one.new)) or "no network"


def _owners(outcomes: Iterable[Outcome]) -> list[str]:
    return sorted({each.master for each in outcomes if each.master is not None}, key=str.encode)


def _taken(standing: Standing) -> tuple[str, ...]:
    file = standing.master or standing.runtime
    return (file,) if file is not None else ()


def _witness(shown: Shown, files: Sequence[str]) -> Witness:
    standing = shown.standing
    name = shown.change.name
    return Witness(standing.situation, standing.order, name, Ending.OWNER, tuple(files))


def _names(classes: Iterable[RunningClass]) -> str:
    return " and ".join(dict.fromkeys(one.name for one in classes))


def _level(classes: Iterable[RunningClass]) -> Level | None:
    """Return that it is no error where something was not read that may bring another CNI."""
    unread = any(
        facts.verdict.doubt is not None
        for one in classes
        for facts in (one.before, one.after)
        if facts is not None
    )
    return Level.WARNING if unread else None


def _speaking(one: RunningClass) -> Location | None:
    """Return the place of the install that is to own the pods after a change, else of any."""
    if one.after is None:
        return None
    installers = one.after.installers
    wanted = {*_owners(one.new), *class_primaries(one.after)}
    ranked: list[Installer] = sorted(
        installers,
        key=lambda i: (
            i.writes is None or i.writes.name not in wanted,
            i.role is not Role.PRIMARY,
            i.role is not Role.META,
        ),
    )
    places = (installer.location() for installer in ranked)
    return next((place for place in places if place is not None), None)


def _removing(classes: Sequence[RunningClass]) -> tuple[Fix, ...]:
    """Return what takes files off nodes that ran before: shown, as no manifest says it."""
    names = " and ".join(left.name for left in classes[0].left)
    fixes = [
        Fix("replace the nodes that ran before, one after another", _DISPLAY, ()),
        Fix(f"remove {names} from the nodes that ran before", _DISPLAY, ()),
    ]
    if not any(one.persistent for one in classes):
        fixes.insert(0, Fix("reboot the nodes, whose directory is empty then", _DISPLAY, ()))
    return tuple(fixes)


def _cleanup(
    change: RunningCluster, one: RunningClass, classes: Sequence[RunningClass]
) -> Iterator[str]:
    """Yield which files stay, and what removes them in order; nothing where none stays."""
    if not one.left or one.after is None:
        return
    elsewhere = {
        path
        for facts in change.after.classes
        if all(facts is not each.after for each in classes)
        for path in facts.simulation.contents
    }
    multuses = [each.installer.object for each in one.after.multuses if each.installer.object]
    yield from cleanup_lines(
        [(left.path, left.installer.title) for left in one.left],
        _owners(one.new),
        multuses,
        everywhere=not any(left.path in elsewhere for left in one.left),
    )


def _with_checksum(one: Unread) -> tuple[Fix, ...]:
    """Return the fix that lets an install's pods start anew with what a ConfigMap holds, if any."""
    form, workload, config_map = one.installer.form, one.installer.workload, one.config_map
    if isinstance(form, DeliveryForm) and form.restarts is not None and form.restarts.checksum:
        fix = Fix(
            f"set {form.restarts.checksum}: true",
            Applicability.UNSAFE,
            set_path(form.delivery, form.restarts.checksum, True),  # noqa: FBT003  a chart's value
            note="its pods restart with it, and with every later change of their ConfigMap",
        )
        return (fix,) if fix.edits else ()
    if workload is None or config_map is None:
        return ()
    texts = config_map_texts(config_map)
    whole = "".join(f"{key}\0{texts[key]}\0" for key in sorted(texts))
    value = hashlib.sha256(whole.encode()).hexdigest()[:16]
    steps = ("metadata", "annotations", f"{CHECKSUM}{config_map.name}")
    fix = Fix(
        f"annotate the pods of {workload.manifest.title} with a checksum of it",
        Applicability.UNSAFE,
        nested(workload.manifest, workload.template, steps, value),
        note="its pods restart with it, and it has to change with every later change of the map",
    )
    return (fix,)
