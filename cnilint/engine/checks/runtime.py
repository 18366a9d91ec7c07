"""What the container runtime makes of the directory: if it asks Multus, and if it does in time."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.cni.catalog import Role
from cnilint.cni.class_facts import MULTUS_FILES, ClassFacts
from cnilint.cni.cluster import Cluster
from cnilint.cni.installer import Installer
from cnilint.cni.multus import Multus
from cnilint.cni.simulate import Outcome
from cnilint.engine.hit import Hit
from cnilint.model.finding import Applicability, Fix, Related

NETWORKS = "k8s.v1.cni.cncf.io/networks"
"""The annotation by which a pod asks for further networks.

k8snetworkplumbingwg/multus-cni@v4.2.4:pkg/k8sclient/k8sclient.go
"""

FAIL_CLOSED = (
    "a private directory for the primary, Multus pinned to its file there with "
    "readinessindicatorfile: only 00-multus.conf is ever in the runtime's directory"
)


def runtime_never_asks_multus(cluster: Cluster) -> Iterator[Hit]:
    """CNI112: a file sorts before Multus's own, so pods never reach Multus."""
    for one in cluster.multuses:
        for facts in cluster.classes_of(one):
            outcome = next((o for o in facts.outcomes if _passed_over(o)), None)
            if outcome is None or outcome.runtime is None:
                continue
            writer = _writer(facts, outcome.runtime)
            location = writer.location() if writer is not None else None
            yield Hit(
                location=one.place("mode"),
                parameters={
                    "product": one.installer.title,
                    "file": outcome.runtime,
                    "writer": writer.title if writer is not None else "the host",
                    "classes": facts.name,
                },
                details=(
                    f"{outcome.runtime} on {facts.name}, {outcome.situation}:",
                    *(f"  {number}. {step}" for number, step in enumerate(outcome.order, 1)),
                ),
                related=(
                    (Related(location, f"{writer.title} writes {outcome.runtime}"),)
                    if writer is not None and location is not None
                    else ()
                ),
                fixes=(
                    Fix(
                        f"let it write a name that sorts behind {MULTUS_FILES[0]}, or to a "
                        "directory of its own",
                        Applicability.DISPLAY,
                        (),
                    ),
                ),
            )
            break


def first_file_invalid(cluster: Cluster) -> Iterator[Hit]:
    """CNI113: the runtime loads nothing because of a file before the one that would win."""
    for facts in cluster.classes:
        found = [o for o in facts.outcomes if o.runtime is None and o.cause == "first-file-invalid"]
        if not found or not found[0].files:
            continue
        outcome = min(found, key=lambda o: len(o.order))
        culprit = outcome.files[0]
        owner = _writer(facts, culprit) or next(iter(facts.installers), None)
        location = owner.location() if owner is not None else None
        if location is None:
            continue
        yield Hit(
            location=location,
            parameters={"file": culprit, "classes": facts.name, "runtime": cluster.runtime},
            details=(
                f"nothing on {facts.name}, {outcome.situation}:",
                *(f"  {number}. {step}" for number, step in enumerate(outcome.order, 1)),
            ),
            fixes=(Fix(f"repair or remove {culprit}", Applicability.DISPLAY, ()),),
        )


def pods_start_before_multus(cluster: Cluster) -> Iterator[Hit]:
    """CNI114: pods that ask for networks can start while only the primary's file is there."""
    if not asks_for_networks(cluster):
        return
    for one in cluster.multuses:
        early = _early(cluster, one)
        if not one.auto or early is None:
            continue
        yield Hit(
            location=one.place("readiness", "mode"),
            parameters={
                "product": one.installer.title,
                "primary": early.title,
                "file": early.writes.name if early.writes is not None else "",
            },
            fixes=(Fix(FAIL_CLOSED, Applicability.DISPLAY, ()),),
        )


def stale_file(cluster: Cluster) -> Iterator[Hit]:
    """CNI213: Multus's file of another version is still there and sorts first."""
    for one in cluster.multuses:
        for facts in cluster.classes_of(one):
            both = [o for o in facts.outcomes if set(MULTUS_FILES) <= set(o.files)]
            if not both:
                continue
            yield Hit(
                location=one.place("cni_version", "mode"),
                parameters={
                    "stale": MULTUS_FILES[0],
                    "current": MULTUS_FILES[1],
                    "classes": facts.name,
                },
                fixes=(Fix(f"remove {MULTUS_FILES[0]} from the nodes", Applicability.DISPLAY, ()),),
            )
            break


def asks_for_networks(cluster: Cluster) -> bool:
    """Whether any object defines a further network, or any pod asks for one."""
    for manifest in cluster.manifests:
        if manifest.kind == "NetworkAttachmentDefinition":
            return True
        for steps in (("metadata",), ("spec", "template", "metadata")):
            if manifest.at(*steps, "annotations", NETWORKS) is not None:
                return True
    return False


def _passed_over(outcome: Outcome) -> bool:
    """Whether Multus's file is there, its daemon is up, and the runtime takes another file."""
    present = any(name in outcome.files for name in MULTUS_FILES)
    return (
        present and outcome.runtime is not None and not outcome.through_multus and not outcome.cause
    )


def _writer(facts: ClassFacts, name: str) -> Installer | None:
    """Return who writes a file of the runtime's directory."""
    for installer in facts.installers:
        file = installer.writes
        if file is not None and file.name == name and file.directory == facts.directory:
            return installer
    return None


def _early(cluster: Cluster, one: Multus) -> Installer | None:
    """Return a primary whose file the runtime sees before Multus has written its own."""
    for facts in cluster.classes_of(one):
        for installer in facts.installers:
            file = installer.writes
            if file is None or installer.role is not Role.PRIMARY:
                continue
            if file.directory == facts.directory:
                return installer
    return None
