"""What *deterministic* must not hide: installs that do not come up, or that pods do not reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.catalog.catalog import Action, Role
from cnilint.catalog.installer import Installer
from cnilint.start import NamedTuple
from cnilint.upstream.netconf import plugin_types

from .owner import MULTUS_TYPES
from .search import Outcome


class Chained(NamedTuple):
    """An install, and the type of the plugin that it means to have in each pod's own network."""

    installer: Installer
    plugin: str


class Bypassed(NamedTuple):
    """A plugin that pods miss, and an outcome that shows it."""

    chained: Chained
    outcome: Outcome


class Window(NamedTuple):
    """A time on the way to an outcome in which pods start as they will not be started later.

    `step` counts the steps before it. `owner` owns the pods then; `missing` are the plugins that
    pods get later and not yet.
    """

    outcome: Outcome
    step: int
    owner: str
    missing: tuple[str, ...]


def chained(installers: Sequence[Installer], *, multus: bool) -> list[Chained]:
    """Return the plugins that installs of a class mean to have in the pods' own network.

    A chained plugin's file of its own does not count beside Multus, where a pod gets it by a
    NetworkAttachmentDefinition. Without Multus nothing else can ask for it.
    """
    found = []
    for one in installers:
        kind = one.product.plugins[0]["type"] if one.product.plugins else ""
        if one.directory is None or not kind or kind in MULTUS_TYPES:
            continue
        if one.action is Action.INSERT or (one.action is Action.COPY and one.writes is not None):
            found.append(Chained(one, kind))
        elif one.action is Action.WRITE and one.role is Role.CHAINED and one.writes is not None:
            alone = set(plugin_types(one.writes.content)) <= {kind}
            if not (alone and multus):
                found.append(Chained(one, kind))
    return found


def bypassed(outcomes: Sequence[Outcome], found: Sequence[Chained]) -> Iterator[Bypassed]:
    """Yield each plugin that pods miss in some outcome in which they have a network at all."""
    owned = sorted((o for o in outcomes if o.master is not None), key=lambda o: len(o.order))
    for each in found:
        missing = next((o for o in owned if each.plugin not in o.plugins), None)
        if missing is not None:
            yield Bypassed(each, missing)


def twice(outcomes: Sequence[Outcome], found: Sequence[Chained]) -> Iterator[Bypassed]:
    """Yield each chained plugin that is asked more than once for a pod, in some outcome."""
    for each in found:
        shown = next((o for o in outcomes if o.plugins.count(each.plugin) > 1), None)
        if shown is not None:
            yield Bypassed(each, shown)


def window(outcomes: Sequence[Outcome], found: Sequence[Chained]) -> Iterator[Window]:
    """Yield the first time on the way to each outcome in which pods start otherwise than later.

    Where the file of the later owner stands already, it is Multus that has yet to hand pods to it.
    """
    kinds = {each.plugin for each in found}
    for outcome in outcomes:
        if outcome.master is None:
            continue
        for at, moment in enumerate(outcome.moments[:-1]):
            owner = moment.found.master
            if owner is None:
                continue
            missing = [k for k in outcome.plugins if k in kinds and k not in moment.found.plugins]
            if missing or (owner != outcome.master and outcome.master not in moment.files):
                yield Window(outcome, at, owner, tuple(dict.fromkeys(missing)))
                break
