"""Outcomes that are bad in a way that no rule about a setting explains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cnilint.catalog.catalog import Action, Role
from cnilint.catalog.installer import Installer
from cnilint.engine.hit import Hit
from cnilint.model.finding import Applicability, Fix, Location
from cnilint.model.steps import Actor, Cause, Failure, Held
from cnilint.model.verdict import VerdictKind
from cnilint.simulation.class_facts import NO_REASON, ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.health import Bypassed, Chained, Window, bypassed, twice, window
from cnilint.simulation.search import ENDS, Outcome
from cnilint.simulation.steps import actor_of
from cnilint.upstream.netconf import plugin_types

from . import CHECKS
from .installs import loss
from .orders import shown

Check = Callable[[Cluster], Iterator[Hit]]
Place = tuple[ClassFacts, Outcome]

NEVER_READY = VerdictKind.NEVER_READY

WITHOUT_NETWORK: tuple[str, ...] = (
    "cluster_network_overrides_master",
    "cni_dir_mismatch",
    "cni_version_incompatible",
    "config_file_in_cni_dir",
    "config_file_mode_unusable",
    "daemon_config_invalid",
    "exclusive_cni",
    "first_file_invalid",
    "master_file_not_written",
    "master_is_not_a_primary",
    "missing_mount",
    "one_file_two_writers",
    "pin_fails_closed",
    "readiness_file_never_written",
    "runtime_never_asks_multus",
    "stale_file",
    "thin_and_thick",
    "version_ignores_pin",
    # Multus's own manifest
    "config_key_not_mounted",
    "manifest_older_than_image",
    "thin_thick_mix",
    "unknown_flag",
    # what aws-node's entrypoint or ipamd refuses
    "bandwidth_plugin",
    "conflist_contents",
    "enforcing_mode_without_agent",
    "image_manifest_skew",
    "invalid_value",
    "ip_family",
    "mandatory_mounts",
    "prefix_delegation_without_target",
    "strict_security_groups",
)
"""What explains that the runtime has no file, or that Multus does not come up."""


def exits_at_every_start(cluster: Cluster) -> Iterator[Hit]:
    """CNI119: an installer's own program ends at each start, so its file or plugin never comes."""
    from cnilint.engine.sentences import LOSSES

    for one in cluster.installers:
        location = one.location()
        classes = [facts for facts in cluster.classes if one in facts.installers]
        found = [facts for facts in classes if facts.decided and _always_ends(facts, one)]
        if location is None or not found:
            continue
        yield Hit(
            location=location,
            classes=tuple(found),
            parameters={
                "product": one.title,
                "loss": LOSSES.get(one.product.id, f"pods go without {one.title}"),
            },
            fixes=(Fix("see what its log says at the start", Applicability.DISPLAY, ()),),
        )


def never_ready(cluster: Cluster) -> Iterator[Hit]:
    """CNI120: nothing owns the pods in some order, or an install never comes up."""
    from cnilint.engine.sentences import cause_words

    unready = [f for f in cluster.classes if f.verdict.kind is NEVER_READY]
    if not unready:
        return
    unexplained: dict[tuple[str, Cause], list[Place]] = {}
    explained = _Explained(cluster)
    for facts in unready:
        for outcome in sorted(facts.outcomes, key=lambda o: len(o.order)):
            for who, why in _not_up(outcome):
                if not explained.holds(facts, outcome, who, why):
                    title = who.title if who is not None else ""
                    unexplained.setdefault((title, why), []).append((facts, outcome))
    for (title, why), places in unexplained.items():
        facts, outcome = places[0]
        location = _place(cluster, facts, title)
        if location is None:
            continue
        yield Hit(
            location=location,
            classes=tuple(each for each, _outcome in places),
            parameters={
                "what": f"{title} never comes up" if title else "no pod gets a network",
                "why": cause_words(why),
            },
            witnesses=(shown(facts, outcome, outcome.files[:1]),),
            fixes=(Fix("see the order of events, and mend what stops it", _DISPLAY, ()),),
        )


def owner_is_no_install(cluster: Cluster) -> Iterator[Hit]:
    """CNI121: a file that no install writes owns the pods although a CNI is installed."""
    found: dict[str, list[Place]] = {}
    for facts in cluster.classes:
        for name in facts.stale if facts.decided else ():
            outcome = facts.shortest(name)
            if outcome is not None and not _is_of_multus(facts, outcome):
                found.setdefault(name, []).append((facts, outcome))
    for name, places in found.items():
        facts, outcome = places[0]
        installed = next(
            (m for m in facts.installers if m.role is Role.PRIMARY and m.location() is not None),
            next((m for m in facts.installers if m.location() is not None), None),
        )
        location = installed.location() if installed is not None else None
        if installed is None or location is None:
            continue
        yield Hit(
            location=location,
            classes=tuple(each for each, _outcome in places),
            parameters={
                "file": name,
                "product": installed.title,
            },
            witnesses=(shown(facts, outcome, (name,)),),
            fixes=(Fix(f"remove {name} from the nodes", _DISPLAY, ()),),
        )


def plugin_bypassed(cluster: Cluster) -> Iterator[Hit]:
    """CNI122: a plugin that is meant to be in the pods' network is not in what they get."""
    missed = [f for f in cluster.classes if f.verdict.plugins]
    if not missed:
        return
    explained = _objects(
        cluster,
        ("chain_target_depends_on_order", "owned_file_not_first", "exits_at_every_start"),
    )
    if next(CHECKS["mesh_mode_mismatch"](cluster), None) is not None:
        explained |= {one.object for one in cluster.installers if one.product.id == "istio-cni"}
    renamed = _objects(cluster, ("exclusive_cni",))
    found: dict[int, list[tuple[ClassFacts, Bypassed]]] = {}
    for facts in missed:
        if len(facts.delegates) > 1 or facts.stale:
            continue
        renames = any(m.behaviour.renames and m.object in renamed for m in facts.installers)
        for each in bypassed(facts.outcomes, facts.chained):
            one = each.chained.installer
            if one.action is Action.WRITE and facts.multuses:
                continue  # Multus adds it to pods that ask for it: CNI217 tells where they do not
            if one.object not in explained and not (renames and not one.behaviour.renames):
                found.setdefault(id(one), []).append((facts, each))
    for places in found.values():
        facts, each = places[0]
        one, outcome = each.chained.installer, each.outcome
        location = one.location()
        if location is None:
            continue
        yield Hit(
            location=location,
            classes=tuple(each for each, _bypassed in places),
            parameters={
                "loss": loss(one),
                "product": one.title,
                "plugin": each.chained.plugin,
                "owner": outcome.master or "",
            },
            witnesses=(shown(facts, outcome, (outcome.master or "",)),),
            fixes=tuple(_reached(cluster, facts, each.chained, outcome)),
        )


def owned_file_not_first(cluster: Cluster) -> Iterator[Hit]:
    """CNI123: the copy that an installer owns is not the first file, which it waits for."""
    from cnilint.engine.sentences import either

    from .chaining import owned_fixes

    for one in cluster.installers:
        location = one.location()
        if location is None or one.writes is None:
            continue
        found = [
            (facts, outcome, held.cause.subject)
            for facts in cluster.classes
            if one in facts.installers and facts.decided
            for outcome in facts.outcomes
            for held in outcome.held
            if held.actor == actor_of(one) and held.cause.failure is Failure.NOT_FIRST
        ]
        if not found:
            continue
        facts, outcome, first = min(found, key=lambda each: each[1].rank)
        yield Hit(
            location=location,
            classes=tuple(each for each, _outcome, _name in found),
            parameters={
                "loss": loss(one),
                "product": one.title,
                "file": one.writes.name,
                "first": either(list(dict.fromkeys(name for _f, _o, name in found))),
            },
            witnesses=(shown(facts, outcome, (first,)),),
            fixes=tuple(owned_fixes(facts, one)),
        )


def pods_start_outside(cluster: Cluster) -> Iterator[Hit]:
    """CNI124: pods can start before the file that will own them, or before a plugin is in it."""
    found: dict[int, list[tuple[ClassFacts, Window, Installer]]] = {}
    for facts in cluster.classes:
        # what never comes up, and who wins of two primaries, is for others to say
        if not facts.decided or facts.verdict.kind in (NEVER_READY, VerdictKind.RACE):
            continue
        for each in window(facts.outcomes, facts.chained):
            from cnilint.engine.edits.guards import is_guarded

            one = _late(facts, each)
            if one is not None and not (
                is_guarded(cluster, one)
                or _fights(facts, each, one)
                or _starts_none(facts, each)
                or _is_of_multus(facts, each.outcome)
            ):
                found.setdefault(id(one), []).append((facts, each, one))
                break
    for places in found.values():
        facts, each, one = places[0]
        location = one.location()
        if location is None:
            continue
        from cnilint.engine.edits.guards import guard_fixes

        yield Hit(
            location=location,
            classes=tuple(each for each, _window, _one in places),
            parameters={
                "loss": loss(one),
                "product": one.title,
                "owner": each.owner,
            },
            witnesses=(shown(facts, each.outcome, (each.outcome.master or "",)),),
            fixes=tuple(guard_fixes(cluster, one)),
        )


def plugin_twice(cluster: Cluster) -> Iterator[Hit]:
    """CNI125: a chained plugin is called twice for a pod."""
    from .chaining import named_target

    found: dict[int, list[tuple[ClassFacts, Bypassed]]] = {}
    for facts in cluster.classes:
        for each in twice(facts.outcomes, facts.chained):
            found.setdefault(id(each.chained.installer), []).append((facts, each))
    for places in found.values():
        facts, each = places[0]
        one, outcome = each.chained.installer, each.outcome
        location = one.location()
        if location is None:
            continue
        yield Hit(
            location=location,
            classes=tuple(each for each, _twice in places),
            parameters={
                "product": one.title,
                "plugin": each.chained.plugin,
                "runtime": outcome.runtime or "",
                "master": outcome.master or "",
            },
            witnesses=(shown(facts, outcome, (outcome.master or "",)),),
            fixes=tuple(named_target(facts, one)),
        )


_DISPLAY = Applicability.DISPLAY


class _Explained:
    """Which of what is not up another finding explains."""

    def __init__(self, cluster: Cluster) -> None:
        from .aws_node_files import given_unloadable

        self._cluster = cluster
        # CNI413 stands in the map that aws-node is given, not in its own object
        given = {one.object for one in given_unloadable(cluster)}
        self._network = _objects(cluster, WITHOUT_NETWORK) | given
        self._install = _objects(
            cluster,
            (
                "chain_target_depends_on_order",
                "exits_at_every_start",
                "owned_file_not_first",
                "plugin_bypassed",
            ),
        )

    def holds(self, facts: ClassFacts, outcome: Outcome, who: Actor | None, why: Cause) -> bool:
        """Whether a finding tells why something of an outcome is not up."""
        from cnilint.simulation.multus_programs import multus_actor

        if why.failure is Failure.RESTLESS and self._undoes(outcome):
            return True
        if who is None or any(who == multus_actor(one) for one in facts.multuses):
            return bool(self._network & _objects_of(facts)) or why.failure is Failure.UNKNOWN
        if why.failure is Failure.REFUSED:
            return who.object in self._network
        renames = any(m.behaviour.renames and m.object in self._network for m in facts.installers)
        # where there is no network at all, there is nothing to wait for
        return who.object in self._install or outcome.runtime is None or renames

    def _undoes(self, outcome: Outcome) -> bool:
        """Whether a finding tells of one who writes again and again, as its file is not first."""
        return any(
            held.cause.failure is Failure.NOT_FIRST and held.actor.object in self._install
            for held in outcome.held
        )


def _not_up(outcome: Outcome) -> Iterator[tuple[Actor | None, Cause]]:
    """Yield who is not up in an outcome and why; None for the container runtime."""
    told = {held.cause for held in outcome.held}
    cause = outcome.cause or NO_REASON
    if (outcome.master is None or outcome.cause) and cause not in told:
        yield None, cause
    for held in outcome.held:
        yield held.actor, held.cause


def _objects(cluster: Cluster, names: Iterable[str]) -> frozenset[str]:
    """Return the objects at which some checks find something."""
    return frozenset(hit.location.object for name in names for hit in CHECKS[name](cluster))


def _objects_of(facts: ClassFacts) -> set[str]:
    """Return the objects of what runs on a class, the configurations of Multus included."""
    settings = {
        one.configuration.location.object for one in facts.multuses if one.configuration is not None
    }
    return settings | {one.object for one in facts.installers}


def _place(cluster: Cluster, facts: ClassFacts, title: str) -> Location | None:
    """Return the place that speaks for what is not up: its install, else the first of a class."""
    from cnilint.simulation.multus_programs import multus_actor

    for one in facts.multuses:
        if multus_actor(one).title == title or not title:
            return one.place("mode")
    members = sorted(facts.installers, key=lambda one: one.title != title)
    places = [place for one in members if (place := one.location()) is not None]
    return next(iter([*places, *(one.location() for one in cluster.manifests)]), None)


def _is_of_multus(facts: ClassFacts, outcome: Outcome) -> bool:
    """Whether CNI101 or CNI112 tells that Multus has another owner, or is passed over."""
    return bool(facts.multuses) and (not outcome.through_multus or len(facts.delegates) > 1)


def _reached(
    cluster: Cluster, facts: ClassFacts, found: Chained, outcome: Outcome
) -> Iterator[Fix]:
    """Yield what puts a plugin into the pods' network: a pin, a target, or another mode."""
    from cnilint.engine.edits.repairs import pin

    from .chaining import named_target
    from .primaries import meant_files

    holding = _holders(facts, found.plugin)
    if outcome.through_multus:
        for one in facts.multuses:
            meant = [name for name in meant_files(cluster, one) if name in holding]
            fix = pin(one, meant[0], Applicability.UNSAFE) if len(meant) == 1 else None
            if fix is not None and one.master != meant[0]:
                yield fix
    yield from named_target(facts, found.installer)


def _holders(facts: ClassFacts, plugin: str) -> set[str]:
    """Return the files in which a plugin is, in some order."""
    return {
        path.rpartition("/")[2]
        for path, text in facts.simulation.contents.items()
        if plugin in plugin_types(text)
    }


def _late(facts: ClassFacts, found: Window) -> Installer | None:
    """Return the install that comes too late: whose plugin is missing, else the owner's."""
    for each in facts.chained:
        if each.plugin in found.missing:
            return each.installer
    for one in facts.installers:
        is_owner = one.writes is not None and one.writes.name == found.outcome.master
        if is_owner and one.role is not Role.META:  # Multus that comes late is CNI114's
            return one
    return None


def _fights(facts: ClassFacts, found: Window, one: Installer) -> bool:
    """Whether two primaries are what CNI201 tells of: the one that comes and the one before."""
    before = [m for m in facts.installers if m.writes and m.writes.name == found.owner]
    return one.role is Role.PRIMARY and any(m.role is Role.PRIMARY for m in before)


def _starts_none(facts: ClassFacts, found: Window) -> bool:
    """Whether no pod starts then: a chained plugin alone in a file of its own gives no address."""
    before = [m for m in facts.installers if m.writes and m.writes.name == found.owner]
    alone = (m.role is Role.CHAINED and m.action is Action.WRITE for m in before)
    return bool(before) and all(alone)


def _always_ends(facts: ClassFacts, one: Installer) -> bool:
    """Whether an installer's program ends at its start, whatever comes of the class."""
    ends = Held(actor_of(one), ENDS)
    return bool(facts.outcomes) and all(ends in outcome.held for outcome in facts.outcomes)
