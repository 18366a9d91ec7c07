"""What happens on a node as data: who does what to which files, and what an order of that shows.

Nothing here is a sentence. What is decided is decided by these values; `engine/sentences.py` says
them in words.
"""

from __future__ import annotations

from enum import Enum

from cnilint.start import NamedTuple

from .location import Location


class Actor(NamedTuple):
    """Somebody who acts on a node: an install, a workload of no known product, or the node.

    `title` is the name orders use, `product` the product's id in the catalog (empty: none),
    `object` the Kubernetes object as `Kind namespace/name`, `location` the place that speaks for
    it (None for one that is only assumed, and for the node).
    """

    title: str
    product: str = ""
    object: str = ""
    location: Location | None = None


NODE = Actor("the node")
"""Who reboots."""


class Verb(Enum):
    """What an actor does.

    What `files` and `source` of a step are stands with each; a source is a file's name as well.
    """

    WRITES = "writes"
    """Makes `files`, or makes them anew."""
    LEAVES = "leaves"
    """Finds its `files` in place and leaves them as they are."""
    REMOVES = "removes"
    RENAMES = "renames"
    """Moves `files`, which have these names before, out of the way."""
    CHAINS = "chains"
    """Puts its plugin into `files`."""
    CHAINS_AS_LIST = "chains-as-list"
    """Puts its plugin into `source`, a single plugin, which becomes the list in `files`."""
    CHAINS_BESIDE = "chains-beside"
    """Puts its plugin into a copy of `source`, the list in `files`; `source` stays."""
    UNCHAINS = "unchains"
    """Takes its plugin out of `files`."""
    COPIES = "copies"
    """Writes `files` as a copy of `source`; without one, of a file from outside the directory."""
    COPIES_CHAINED = "copies-chained"
    """Writes `files` as a copy of the network in `source`, with its plugin chained."""
    REFERS = "refers"
    """Writes `files`, which name `source` as their network."""
    PICKS = "picks"
    """Takes `source` as its master, and writes `files` for it."""
    FINDS = "finds"
    """Finds the master `source` that it is pinned to, and writes `files` for it."""
    SWITCHES = "switches"
    """Changes its master to `source`, and writes `files` for it."""
    TRUNCATES = "truncates"
    """Leaves `files` with 0 bytes."""
    GIVES_UP = "gives-up"
    """Fails at `files`, and does nothing more until it is started again."""
    STOPS = "stops"
    EXITS = "exits"
    RESTARTS = "restarts"
    """Ends and starts again while `files` are in place."""
    REBOOTS = "reboots"
    """Starts again while `files` are in place."""
    RUNS = "runs"
    """Has been running, and `files` are in place."""


WRITING = frozenset(
    {
        Verb.WRITES,
        Verb.COPIES,
        Verb.COPIES_CHAINED,
        Verb.REFERS,
        Verb.PICKS,
        Verb.FINDS,
        Verb.SWITCHES,
        Verb.TRUNCATES,
    }
)
"""The verbs by which an actor makes files of its own, or makes them anew."""


class Step(NamedTuple):
    """One event on a node. What the actor does in the same moment besides is in `also`.

    `files` and `source` are names in the directory it works in; see the verb.
    """

    actor: Actor
    verb: Verb
    files: tuple[str, ...] = ()
    source: str = ""
    also: tuple[Step, ...] = ()


class Situation(Enum):
    """Where an order of events begins; in the order in which they come over a node."""

    FIRST_BOOT = "first boot"
    REBOOT = "reboot"
    RESTART = "rolling restart"
    CHANGE = "a change while it runs"
    """A node that runs what was there before a change, which comes then."""


class Failure(Enum):
    """Why a node, or a program on it, does not come up."""

    UNKNOWN = "unknown"
    # of a container runtime
    NO_CONFIG = "no-config"
    FIRST_FILE_INVALID = "first-file-invalid"
    # of either Multus
    AUTOCONFIG_DIR_MISSING = "autoconfig-dir-missing"
    CNI_VERSION_INCOMPATIBLE = "cni-version-incompatible"
    CRASH = "crash"
    MASTER_UNREADABLE = "master-unreadable"
    NETWORK_NAME_MISSING = "network-name-missing"
    NO_MASTER = "no-master"
    NOT_AUTO = "not-auto"
    # of thick Multus
    CONFIGURATION_MISSING = "configuration-missing"
    """The ConfigMap that holds its configuration does not exist."""
    INVALID_DAEMON_CONFIG = "invalid-daemon-config"
    RECURSIVE = "recursive"
    # of thin Multus
    CNI_VERSION_MISMATCH = "cni-version-mismatch"
    CNI_VERSION_MISSING = "cni-version-missing"
    CONF_DIR_MISSING = "conf-dir-missing"
    INVALID_FLAG = "invalid-flag"
    MASTER_MISSING = "master-missing"
    UNKNOWN_FLAG = "unknown-flag"
    NOT_MOUNTED = "not-mounted"
    """A directory of the host that Multus cannot do without is not in its container."""
    PROGRAM_MISSING = "program-missing"
    """The image does not have the program that it is to run."""
    UNWRITABLE = "unwritable"
    # of what comes of the files
    CLUSTER_NETWORK_UNREADABLE = "cluster-network-unreadable"
    """Multus cannot read the `subject`, a file's name; empty: what it is told names no file."""
    NETWORK_NOT_FOUND = "network-not-found"
    """No file holds the network `subject`, which is to be copied."""
    ENDS = "ends"
    """A program ends each time that it is started."""
    NO_FILE_TO_CHAIN = "no-file-to-chain"
    """There is no file into which a plugin can be chained; `subject` is the one that is named."""
    NO_FILE_OF_MODE = "no-file-of-mode"
    """The chaining mode `subject` has no file of its own that could be written."""
    NOT_FIRST = "not-first"
    """The file `subject` sorts before an installer's own, which has to be the first one."""
    OWN_FILE = "own-file"
    """Multus hands the pods to the file that calls it."""
    READINESS_FILE_MISSING = "readiness-file-missing"
    """The file that Multus waits for is in no directory that its container has of the host."""
    REFUSED = "refused"
    """An installer that has written its file ends all the same, as its settings are refused."""
    RESTLESS = "restless"
    """Installers undo each other's work for ever."""
    STOPS_AFTER_COPYING = "stops-after-copying"
    """The daemon of Multus ends when it has copied its file."""
    DAEMON_GONE = "daemon-gone"
    """Multus's file asks a daemon that is not installed any more."""


class Cause(NamedTuple):
    """A failure, and the file or network it is about where it names one."""

    failure: Failure
    subject: str = ""

    @property
    def rank(self) -> tuple[str, str]:
        """What causes are ordered by: nothing but themselves, so that no order of events counts."""
        return self.failure.value, self.subject


class Held(NamedTuple):
    """A program that has not come up where nothing changes any more, and why."""

    actor: Actor
    cause: Cause


class Ending(Enum):
    """What a witness shows of its files: those that are named in it."""

    OWNER = "owner"
    """The file owns the pods, or is what the container runtime takes; none: nothing does."""
    CHAINED = "chained"
    """A plugin is chained into these files."""
    DIRECTORY = "directory"
    """These files are in the directory."""


class Witness(NamedTuple):
    """An order of events on a class of nodes, and what it ends in."""

    situation: Situation
    steps: tuple[Step, ...]
    nodes: str
    """The class of nodes by its name for people."""
    ending: Ending = Ending.OWNER
    files: tuple[str, ...] = ()
