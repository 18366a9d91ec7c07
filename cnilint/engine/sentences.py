"""What is said of steps, orders, causes and verdicts: the one place where these become words.

Rules and reports share it. No word of it is read again by a program: what is decided is decided by
the data (`model/steps.py`, `model/verdict.py`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence

from cnilint import __version__
from cnilint.model.finding import Finding, Location
from cnilint.model.steps import Cause, Ending, Failure, Situation, Step, Verb, Witness
from cnilint.model.tree import Fault, SyntaxProblem
from cnilint.model.verdict import Unknown, Verdict, VerdictKind
from cnilint.simulation.search import Outcome
from cnilint.start import NamedTuple

DOES = {
    Verb.WRITES: "writes {files}",
    Verb.LEAVES: "finds {files} and leaves it",
    Verb.REMOVES: "removes {files}",
    Verb.RENAMES: "renames {files}",
    Verb.CHAINS: "chains itself into {files}",
    Verb.CHAINS_AS_LIST: "chains itself into {source}, now a .conflist",
    Verb.CHAINS_BESIDE: "chains itself into {files}, a copy that leaves the .conf in place",
    Verb.UNCHAINS: "takes its plugin out of {files}",
    Verb.COPIES: "writes {files}, a copy of {source}",
    Verb.COPIES_CHAINED: "writes {files}, a copy of {source} with its plugin chained",
    Verb.REFERS: "writes {files}, which refers to {source}",
    Verb.PICKS: "picks {source} as its master and writes {files}",
    Verb.FINDS: "finds its master {source} and writes {files}",
    Verb.SWITCHES: "switches to {source} as its master and writes {files}",
    Verb.TRUNCATES: "truncates {files} to 0 bytes",
    Verb.GIVES_UP: "fails at {files} and does nothing more",
    Verb.STOPS: "stops",
    Verb.EXITS: "exits",
    Verb.RESTARTS: "restarts",
    Verb.REBOOTS: "reboots",
    Verb.RUNS: "runs",
}
"""What an actor does, behind its title."""

COPIES_FROM_OUTSIDE = "copies {files} into the directory"

GOES_ALONG = {
    Verb.REMOVES: "{files} goes",
    Verb.UNCHAINS: "its plugin goes out of {files}",
}
"""What goes when an actor ends."""

CAUSES = {
    Failure.UNKNOWN: "the reason is not known",
    Failure.NO_CONFIG: "the container runtime finds no CNI configuration",
    Failure.FIRST_FILE_INVALID: (
        "the first file is invalid, and the container runtime takes no other"
    ),
    Failure.AUTOCONFIG_DIR_MISSING: (
        "the directory in which Multus looks for networks does not exist"
    ),
    Failure.CNI_VERSION_INCOMPATIBLE: (
        "the cniVersion of Multus and the picked file's do not go together"
    ),
    Failure.CRASH: "Multus crashes on the file it picked",
    Failure.MASTER_UNREADABLE: "Multus cannot read the file it picked",
    Failure.NETWORK_NAME_MISSING: ("the file that Multus picked has no network name to take over"),
    Failure.NO_MASTER: "Multus finds no network to delegate to",
    Failure.NOT_AUTO: "Multus is given a configuration and picks none",
    Failure.CONFIGURATION_MISSING: "the ConfigMap that Multus is told by does not exist",
    Failure.INVALID_DAEMON_CONFIG: "Multus cannot read its daemon-config.json",
    Failure.RECURSIVE: "Multus is told to delegate to its own file",
    Failure.CNI_VERSION_MISMATCH: (
        "the file that Multus picked has another cniVersion than its flags ask"
    ),
    Failure.CNI_VERSION_MISSING: "the file that Multus picked has no cniVersion",
    Failure.CONF_DIR_MISSING: "the directory that Multus writes to does not exist",
    Failure.INVALID_FLAG: "Multus is given a flag with a value it refuses",
    Failure.MASTER_MISSING: "the file that Multus is told to use does not exist",
    Failure.UNKNOWN_FLAG: "Multus is given a flag it does not know",
    Failure.NOT_MOUNTED: "Multus lacks {subject} of the host, without which no pod starts",
    Failure.PROGRAM_MISSING: "the image of Multus has no {subject}",
    Failure.UNWRITABLE: "Multus cannot write its configuration",
    Failure.CLUSTER_NETWORK_UNREADABLE: "Multus cannot read {subject}",
    Failure.NETWORK_NOT_FOUND: "no file holds the network {subject}",
    Failure.NO_FILE_TO_CHAIN: "{subject} never comes, so there is nothing to chain a plugin into",
    Failure.NO_FILE_OF_MODE: "no file is written for the chaining mode {subject} alone",
    Failure.ENDS: "it ends each time that it is started",
    Failure.NOT_FIRST: "{subject} sorts before its own file, which has to be the first",
    Failure.OWN_FILE: "Multus hands the pods to its own file",
    Failure.READINESS_FILE_MISSING: "the file that Multus waits for never comes",
    Failure.REFUSED: "it refuses its settings, so no pod gets a network though its file is there",
    Failure.RESTLESS: "the installers undo each other's work for ever",
    Failure.STOPS_AFTER_COPYING: "the daemon exits after copying the file",
    Failure.DAEMON_GONE: "the file of Multus asks a daemon that is gone",
}
"""Why a node without a network has none: clauses."""

KINDS = {
    VerdictKind.NEVER_READY: "never ready",
    VerdictKind.RACE: "a race",
    VerdictKind.STALE_OWNER: "stale owner",
    VerdictKind.BYPASSED: "bypassed",
    VerdictKind.UNDECIDED: "undecided",
    VerdictKind.DETERMINISTIC: "deterministic",
}
"""What a verdict begins with."""

LOSSES = {
    "cilium": "pods run without Cilium's network policy and encryption",
    "consul-cni": "pods of the mesh start without redirection, so without mTLS",
    "istio-cni": "pods of the mesh start without redirection, so without mTLS",
    "kuma-cni": "pods of the mesh start without redirection, so without mTLS",
    "linkerd-cni": "pods of the mesh start without redirection, so without mTLS",
}
"""What pods lack that do not get a product's plugin, by the product's id."""

ASSUMED_NODES = (
    "nothing in view shows that there are such nodes: node-classes in the settings says which are"
)
"""What is told of a finding that would be an error if there were nodes of its classes."""

UNKNOWN = {
    Unknown.SETTINGS: "what {title} is told is not known",
    Unknown.FILE: "where {title} writes is not known",
    Unknown.VALUES: "not all values of {title} were read",
    Unknown.SOURCE: "what {title} brings is not in view",
    Unknown.RESTART: "nothing in view tells whether {title} starts anew with its changed settings",
}


NEWLY = "newly ignored by this change"
"""Before a finding that nobody ignored before a change."""

REPORT = "this is a fault of cnilint: please report it with these lines"
"""What stands above the lines of a report."""


def newly_ignored(finding: Finding) -> tuple[str, Location]:
    """Return what is said of a finding that only the change ignores, and its place."""
    return f"{NEWLY}: {finding.level}[{finding.rule}] {finding.message}", finding.location


def fault_message(problem: SyntaxProblem) -> str:
    """Return what is said of a place on which cnilint fails."""
    told = problem.fault
    if told is None:
        return problem.message
    doing = f" at {told.doing}" if told.doing else ""
    error = f"{told.error}: {problem.message}" if problem.message else told.error
    return f"cnilint fails on it{doing} ({error})"


def fault_report(told: Fault) -> tuple[str, ...]:
    """Return the lines to paste into a report of a failure; nothing of anybody's manifests.

    What the exception says is left out of them, as it may hold some of the text.
    """
    import platform

    versions = f"cnilint {__version__}, Python {platform.python_version()}, {platform.system()}"
    doing = f"at {told.doing}" if told.doing else "while reading"
    return (REPORT, versions, f"{told.error} {doing}", *(f"  {step}" for step in told.trail))


def counted_more(number: int) -> str:
    """Return how many other files something is about."""
    return "1 other file" if number == 1 else f"{number} other files"


def step_words(step: Step) -> str:
    """Return a step as a sentence without its full stop."""
    done = f"{step.actor.title} {_does(step)}"
    if step.verb in (Verb.STOPS, Verb.RESTARTS):
        gone = (GOES_ALONG[one.verb].format(files=_listed(one.files)) for one in step.also)
        done = ", ".join((done, *gone))
    else:
        done = " and ".join((done, *map(_does, step.also)))
    if step.verb in (Verb.RESTARTS, Verb.REBOOTS, Verb.RUNS):
        done += f" with {_listed(step.files) or 'nothing'} in place"
    return done


def _does(step: Step) -> str:
    words = DOES[step.verb]
    if step.verb is Verb.COPIES and not step.source:
        words = COPIES_FROM_OUTSIDE
    return words.format(files=_listed(step.files), source=step.source)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def cause_words(cause: Cause | None) -> str:
    """Return why something does not come up, as a clause."""
    failure, subject = cause or Cause(Failure.UNKNOWN)
    unnamed = "a file" if failure is Failure.NO_FILE_TO_CHAIN else "its cluster network"
    return CAUSES[failure].format(subject=subject or unnamed)


def heading(witness: Witness) -> str:
    """Return what an order of events leads to, on which nodes, and where it begins."""
    between = " and " if witness.ending is Ending.CHAINED else ", "
    shown = between.join(witness.files) or "nothing"
    return f"{shown} on {witness.nodes}, {witness.situation.value}"


def detail_lines(finding: Finding) -> list[str]:
    """Return what is told of a finding in lines of plain text: its details, then its orders."""
    blocks = [list(finding.details)] if finding.details else []
    blocks += [
        [
            f"{heading(each)}:",
            *(f"  {number}. {step_words(step)}" for number, step in enumerate(each.steps, 1)),
        ]
        for each in finding.witnesses
    ]
    lines = [line for block in blocks for line in ("", *block)]
    return lines[1:]


def parting(one: Outcome, other: Outcome) -> str:
    """Return in words how two orders from the same beginning come to different owners."""
    steps = zip(one.order, other.order, strict=False)
    same = next((at for at, (a, b) in enumerate(steps) if a != b), None)
    if same is None:
        return ""
    first, second = step_words(one.order[same]), step_words(other.order[same])
    return (
        f"where {first} first, pods get {one.master or 'nothing'}; "
        f"where {second} first, {other.master or 'nothing'}"
    )


class OrderInWords(NamedTuple):
    """An order of events in words, with the outcomes that it leads to."""

    words: tuple[str, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def situations(self) -> tuple[Situation, ...]:
        """Where the order begins, each once."""
        return tuple(dict.fromkeys(one.situation for one in self.outcomes))


def ways(outcomes: Iterable[Outcome]) -> list[OrderInWords]:
    """Return the orders of some outcomes, those that read the same as one."""
    found: dict[tuple[str, ...], list[Outcome]] = {}
    for one in outcomes:
        found.setdefault(tuple(map(step_words, one.order)), []).append(one)
    return [OrderInWords(words, tuple(same)) for words, same in found.items()]


def cleanup_lines(
    left: Sequence[tuple[str, str]],
    owners: Sequence[str],
    multuses: Sequence[str],
    *,
    everywhere: bool,
) -> Iterator[str]:
    """Yield which files stay on nodes that ran before a change, and what removes them in order.

    `left` are paths, each with the title of who wrote it. `owners` are the files that own the pods
    of new nodes, `multuses` the workloads of Multus. Unless the files go `everywhere`, other nodes
    need them, and no DaemonSet is shown.
    """
    for path, title in left:
        yield f"{path} of {title} stays on nodes that ran before; what removes it, in order:"
    gone = " and ".join(dict.fromkeys(title for _path, title in left))
    names = " and ".join(posixpath.basename(path) for path, _title in left)
    steps = [
        f"apply the change, and wait until no old pod of {gone} is left on a node"
        + (f" and {either(list(owners))} is there" if owners else ""),
        f"remove {names} from that node (or drain it, and put a new one in its place: that is all)",
        *(f"restart {one}, which keeps to the file that it picked" for one in multuses),
        "restart the pods of the node, which keep their network until then",
    ]
    yield from (f"  {number}. {step}" for number, step in enumerate(steps, 1))
    if everywhere:
        yield "a DaemonSet that removes it from each node; delete it afterwards:"
        yield from (f"  {line}" for line in _cleanup_manifest([path for path, _title in left]))


def _cleanup_manifest(paths: Sequence[str]) -> Iterator[str]:
    """Yield a DaemonSet that removes files, line by line. It runs without a CNI as well."""
    directory = posixpath.dirname(paths[0])
    files = " ".join(f"/cni/{posixpath.basename(path)}" for path in paths)
    yield from (
        "apiVersion: apps/v1",
        "kind: DaemonSet",
        "metadata: {name: cni-cleanup, namespace: kube-system}",
        "spec:",
        "  selector: {matchLabels: {app: cni-cleanup}}",
        "  template:",
        "    metadata: {labels: {app: cni-cleanup}}",
        "    spec:",
        "      hostNetwork: true",
        "      tolerations: [{operator: Exists}]",
        "      containers:",
        "        - name: remove",
        "          image: busybox:1.37",
        f"          command: [sh, -c, 'rm -f {files} && exec sleep 2147483647']",
        "          volumeMounts: [{name: cni, mountPath: /cni}]",
        "      volumes:",
        f"        - {{name: cni, hostPath: {{path: {directory}}}}}",
    )


def verdict_words(verdict: Verdict) -> tuple[str, str]:
    """Return a verdict's kind in words, and what there is to say of it."""
    said = "".join(_said(verdict))
    if verdict.reserved:
        said += " (unless a file of an unknown installer takes over)"
    if verdict.cut:
        said += " (not every order was looked at)"
    return KINDS[verdict.kind], said


def verdict_line(verdict: Verdict) -> str:
    """Return a verdict in one line.

    `deterministic: <file>`, `bypassed: <install> is not in the network of the pods (<file>)`,
    `stale owner: <file>`, `a race: <file> or <file>`, `never ready: <cause>`, or `undecided: ...`
    where what decides is not among the manifests, was not read, or is not known yet. Each of them
    says so where a file of an unknown installer could own the pods.
    """
    return ": ".join(verdict_words(verdict))


def _said(verdict: Verdict) -> Iterator[str]:
    match verdict.kind:
        case VerdictKind.UNDECIDED:
            yield _undecided(verdict)
        case VerdictKind.NEVER_READY:
            yield _not_ready(verdict)
        case VerdictKind.RACE:
            yield either(list(verdict.owners))
        case VerdictKind.STALE_OWNER:
            yield f"{' and '.join(verdict.stale)} is written by no install here"
        case VerdictKind.BYPASSED:
            passed = "is" if len(verdict.lost) == 1 else "are"
            yield f"{' and '.join(verdict.lost)} {passed} not asked for pods, "
            yield f"which get {either(list(verdict.owners))}"
        case VerdictKind.DETERMINISTIC:
            yield verdict.owners[0]


def _fares(cause: Cause) -> str:
    return "fails" if cause.failure is Failure.REFUSED else "waits"


def _not_ready(verdict: Verdict) -> str:
    """Return why something does not come up, and who owns the pods for all that."""
    told = set(verdict.causes)
    said = [cause_words(cause) for cause in verdict.causes]
    said += [
        cause_words(one.cause)
        if one.cause.failure is Failure.NOT_MOUNTED
        else f"{one.actor.title} {_fares(one.cause)}: {cause_words(one.cause)}"
        for one in verdict.held
        if one.cause not in told
    ]
    why = "; ".join(dict.fromkeys(said)) or "no order of events came to an end"
    return f"{why} (else {either(list(verdict.owners))})" if verdict.owners else why


def _undecided(verdict: Verdict) -> str:
    doubt = verdict.doubt
    if doubt is None and verdict.cut:
        return f"as far as was looked, {either(list(verdict.owners))}"
    if doubt is None:
        return "no CNI in these manifests gives these nodes a network"
    return UNKNOWN[doubt.unknown].format(title=doubt.title)


def either(names: list[str]) -> str:
    """Return names as people list alternatives."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} or {names[-1]}"
