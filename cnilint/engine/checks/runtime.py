"""What the container runtime makes of the directory: if it asks Multus, and if it does in time."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping

from cnilint.catalog.catalog import Role
from cnilint.catalog.installer import Installer
from cnilint.engine.hit import Hit
from cnilint.model.finding import Applicability, Fix, Location, Related
from cnilint.model.steps import WRITING, Cause, Failure
from cnilint.multus.configuration import Multus
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.owner import MULTUS_FILES
from cnilint.simulation.programs import CANDIDATES
from cnilint.simulation.search import Outcome
from cnilint.upstream.confdir import encoded, extension
from cnilint.upstream.selector import predict

from .orders import shown

FIRST_FILE_INVALID = Cause(Failure.FIRST_FILE_INVALID)

FAIL_CLOSED = (
    "a private directory for the primary, Multus pinned to its file there with "
    "readinessindicatorfile: only 00-multus.conf is ever in the runtime's directory"
)


def runtime_never_asks_multus(cluster: Cluster) -> Iterator[Hit]:
    """CNI112: a file sorts before Multus's own, so pods never reach Multus."""
    for one in cluster.multuses:
        found = [
            (facts, outcome)
            for facts in cluster.classes_of(one)
            for outcome in facts.outcomes
            if one.conf_host in (facts.directory, None) and _passed_over(one, outcome)
        ]
        if not found:
            continue
        facts, outcome = found[0]
        file = outcome.runtime or ""
        writer = _writer(facts, file)
        location = writer.location() if writer is not None else None
        own = _own_files(one)
        yield Hit(
            location=one.place("mode"),
            classes=tuple(each for each, _outcome in found),
            parameters={
                "product": one.installer.title,
                "file": file,
                "own": next((name for name in own if name in outcome.files), own[0]),
                "writer": writer.title if writer is not None else "the host",
            },
            witnesses=(shown(facts, outcome, (file,)),),
            related=(
                (Related(location, f"{writer.title} writes {file}"),)
                if writer is not None and location is not None
                else ()
            ),
            fixes=(
                Fix(
                    f"let {file} have a name that sorts behind {own[0]}, or a directory of its own",
                    Applicability.DISPLAY,
                    (),
                ),
            ),
        )


def first_file_invalid(cluster: Cluster) -> Iterator[Hit]:
    """CNI113: the runtime loads nothing because of a file before the one that would win."""
    found: dict[tuple[str, str], list[tuple[ClassFacts, Outcome]]] = {}
    for facts in cluster.classes:
        invalid = [o for o in facts.outcomes if o.runtime is None and o.cause == FIRST_FILE_INVALID]
        if invalid and facts.decided:  # else another file may come before it
            outcome = min(invalid, key=lambda o: len(o.order))
            file = next(name for name in outcome.files if extension(name) in CANDIDATES)
            found.setdefault((facts.directory, file), []).append((facts, outcome))
    for (directory, file), classes in found.items():
        facts, outcome = classes[0]
        path = posixpath.join(directory, file)
        if any(one.host_path(one.value("mode")) == path for one in facts.multuses):
            continue  # Multus empties it: that is CNI105's to say
        if _given_to_aws_node(cluster, facts, file):
            continue  # that is CNI413's to say
        location = _place(facts, file)
        if location is None:
            continue
        contents = {
            name: facts.simulation.contents[posixpath.join(directory, name)]
            for name in outcome.files
        }
        skipping = predict("cri-o", contents)
        yield Hit(
            location=location,
            classes=tuple(each for each, _outcome in classes),
            parameters={
                "file": file,
                "why": _invalid(file, contents[file]),
                "instead": f"and takes {skipping.primary}"
                if skipping.primary is not None
                else "and finds no other",
            },
            witnesses=(shown(facts, outcome, ()),),
            fixes=(Fix(f"repair or remove {file}", Applicability.DISPLAY, ()),),
        )


def _given_to_aws_node(cluster: Cluster, facts: ClassFacts, file: str) -> bool:
    """Whether a file is aws-node's own, and made of one that it was given."""
    writers = [
        one for one in facts.installers if one.writes is not None and one.writes.name == file
    ]
    if not any(one.product.id == "aws-vpc-cni" for one in writers):
        return False
    from .aws_node_files import given_unloadable

    return any(one in writers for one in given_unloadable(cluster))


def pods_start_before_multus(cluster: Cluster) -> Iterator[Hit]:
    """CNI114: pods that ask for networks can start while only the primary's file is there."""
    if not asks_for_networks(cluster):
        return
    for one in cluster.multuses:
        early = [
            (facts, primary)
            for facts in cluster.classes_of(one)
            if (primary := _early(facts)) is not None
        ]
        if not early:
            continue
        _facts, primary = early[0]
        file = primary.writes.name if primary.writes is not None else ""
        location = primary.location()
        yield Hit(
            location=one.place("readiness", "mode"),
            classes=tuple(facts for facts, _primary in early),
            parameters={
                "product": one.installer.title,
                "primary": primary.title,
                "file": file,
            },
            related=(Related(location, f"{primary.title} writes {file}"),) if location else (),
            fixes=(Fix(FAIL_CLOSED, Applicability.DISPLAY, ()),),
        )


def stale_file(cluster: Cluster) -> Iterator[Hit]:
    """CNI213: Multus's file of another version is still there and sorts first."""
    stale, current = MULTUS_FILES
    for one in cluster.multuses:
        found = [
            (facts, outcome)
            for facts in cluster.classes_of(one)
            for outcome in facts.outcomes
            if outcome.runtime == stale and _last_written(one, outcome) == current
        ]
        if not found:
            continue
        facts, outcome = found[0]
        yield Hit(
            location=one.place("cni_version", "mode"),
            classes=tuple(each for each, _outcome in found),
            parameters={
                "product": one.installer.title,
                "stale": stale,
                "current": current,
            },
            witnesses=(shown(facts, outcome, (stale,)),),
            fixes=(Fix(f"remove {stale} from the nodes", Applicability.DISPLAY, ()),),
        )


def asks_for_networks(cluster: Cluster) -> bool:
    """Whether any object defines a further network, or any pod asks for one."""
    from .network_facts import asking, network_facts

    defined = bool(network_facts(cluster).definitions.found)
    return defined or any(True for _one in asking(cluster))


def _last_written(one: Multus, outcome: Outcome) -> str:
    """Return which of its two files Multus wrote last on the way to an outcome."""
    from cnilint.simulation.multus_programs import multus_actor

    who = multus_actor(one)
    made = (step for step in outcome.order if step.actor == who and step.verb in WRITING)
    written = [name for step in made for name in step.files if name in MULTUS_FILES]
    return written[-1] if written else ""


def _own_files(one: Multus) -> tuple[str, ...]:
    """Return the names that Multus's own file may have: in file mode that of the file it copies."""
    written = one.installer.writes
    copied = not one.auto and written is not None and extension(written.name) in CANDIDATES
    return (written.name,) if copied and written is not None else MULTUS_FILES


def _passed_over(one: Multus, outcome: Outcome) -> bool:
    """Whether the runtime takes a file that comes before Multus's own, be that there or not."""
    taken = outcome.runtime
    if taken is None or outcome.through_multus:
        return False
    return encoded(taken) < encoded(_own_files(one)[0])


def _writer(facts: ClassFacts, name: str) -> Installer | None:
    """Return who writes a file of the runtime's directory."""
    for installer in facts.installers:
        file = installer.writes
        if file is not None and file.name == name and file.directory == facts.directory:
            return installer
    return None


def _place(facts: ClassFacts, name: str) -> Location | None:
    """Return the place that speaks for a file: who writes it, else the first install of all."""
    writer = _writer(facts, name)
    for one in facts.multuses:
        if one.installer is writer:
            return one.place("mode")
    places = [m.location() for m in (writer, *facts.installers) if m is not None]
    return next((place for place in places if place is not None), None)


def _invalid(name: str, content: str) -> str:
    """Return why the runtime refuses a file, the end of a sentence about it."""
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        return "is not JSON" if content else "is empty"
    if isinstance(found, Mapping) and "plugins" in found and extension(name) != ".conflist":
        return f"is a list of plugins saved as {extension(name)}"
    return "is no configuration that it can load"


def _early(facts: ClassFacts) -> Installer | None:
    """Return a primary whose file is in the runtime's directory, whether Multus is up or not."""
    for installer in facts.installers:
        written = installer.writes.directory if installer.writes is not None else None
        if installer.role is Role.PRIMARY and written == facts.directory:
            return installer
    return None
