"""What the checks of aws-node's settings share: the installs, and how sure a finding is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cnilint.catalog.aws_node import AwsNode, aws_node
from cnilint.catalog.containers import GivenContainer
from cnilint.engine.hit import Hit
from cnilint.kube.environment import Text
from cnilint.model.finding import Applicability, Edit, Fix, Level, Location, Related
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple, replace
from cnilint.upstream.aws_vpc_cni.entrypoint import FILE, VpcCniStart, vpc_cni
from cnilint.upstream.aws_vpc_cni.program import Check, Refusal

ADDING = ("ENABLE_BANDWIDTH_PLUGIN", "DISABLE_POD_V6")
"""The switches for which aws-node adds a plugin to its file."""

_FAMILIES = {"ENABLE_IPv4": "true", "ENABLE_IPv6": "false"}

NOT_IN_VIEW = "what counts most is not given in these manifests"


class HitWords(NamedTuple):
    """What a finding says beside its place: a sentence's end, its level, what else belongs to it.

    `fixes` are as they are where everything is known.
    """

    what: str
    level: Level = Level.ERROR
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    words: Mapping[str, str] = {}


def aws_nodes(cluster: Cluster) -> Iterator[AwsNode]:
    """Yield the installs of aws-node that say enough to be judged, each once."""
    for one in cluster.installers:
        found = aws_node(one)
        if found is not None and not one.assumed:
            yield found


def hit(node: AwsNode, place: Location, said: HitWords) -> Hit:
    """Return a hit on an install.

    Where nothing names the release, or not all values are in view that a chart is given, it is a
    warning at most and has no fix that is safe.
    """
    level, fixes = said.level, said.fixes
    release = node.version
    if node.assumed or (node.is_chart and not node.main.complete):
        level = min(level, Level.WARNING)
        fixes = tuple(_unsure(one) for one in fixes)
    if node.assumed:
        release += " (assumed: the release is not named)"
    return Hit(
        location=place,
        parameters={
            "product": node.installer.title,
            "release": release,
            "what": said.what,
            **said.words,
        },
        related=said.related,
        fixes=fixes,
        level=level,
    )


def refused(node: AwsNode, *checks: Check) -> Iterator[Refusal]:
    """Yield what an install's environment is refused for, of some kinds."""
    return (one for one in node.refusals() if one.check in checks)


def file_start(node: AwsNode) -> VpcCniStart:
    """Return what comes of the file alone, whatever else the environment is refused for."""
    switches = {name: node.main.value(name) or "" for name in ADDING}
    return vpc_cni(
        {**_FAMILIES, **{name: value for name, value in switches.items() if value}},
        version=node.version,
        conflist=node.conflist.value if node.conflist is not None else None,
    )


def without_ipamd(node: AwsNode) -> str:
    """Return what comes of a node on which ipamd ends."""
    if node.does.waits_for_ipamd:
        return f"ipamd ends, and {FILE} is never written"
    return f"ipamd ends, and every pod fails although {FILE} is written"


def place_of(node: AwsNode, names: Iterable[str]) -> Location:
    """Return where the first of some variables is given, else where variables are."""
    return place_in(node.main, names)


def place_in(given: GivenContainer, names: Iterable[str]) -> Location:
    """Return where the first of some variables of a container is given, else where others are."""
    texts = (given.text(name) for name in names)
    found = next((text for text in texts if text is not None), None)
    return found.location if found is not None else given.place


def setting_fix(
    node: AwsNode,
    values: Mapping[str, str],
    grade: Applicability,
    *,
    of: GivenContainer | None = None,
) -> Fix:
    """Return the fix that sets variables of a container; shown only, where that cannot be done."""
    from cnilint.engine.edits.variables import set_variable

    given = of or node.main
    edits = [set_variable(node.installer, given, name, value) for name, value in values.items()]
    title = "set " + ", ".join(f'{name} "{value}"' for name, value in values.items())
    return edited(title, edits, grade)


def edited(title: str, edits: Iterable[tuple[Edit, ...]], grade: Applicability) -> Fix:
    """Return a fix of several parts; shown only, where one of them cannot be done."""
    parts = list(edits)
    if all(parts):
        return Fix(title, grade, tuple(edit for part in parts for edit in part))
    return Fix(title, Applicability.DISPLAY, (), NOT_IN_VIEW)


def shown_fix(title: str) -> Fix:
    """Return what is said and not done."""
    return Fix(title, Applicability.DISPLAY, ())


def quoted(text: Text | str | None) -> str:
    """Return a value as a message shows it."""
    value = text.value if isinstance(text, Text) else text or ""
    return f'"{value}"'


def _unsure(fix: Fix) -> Fix:
    return replace(fix, applicability=min(fix.applicability, Applicability.UNSAFE))
