"""What an entry of the catalog says of a product."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

from cnilint.kube.scheduling import Placement


class Role(Enum):
    """What a product is to the pods of a node.

    `ipam` and `binaries` put no configuration anywhere, `policy` gives no pod a network, and
    `unknown` is a workload that may write one and that no entry explains.
    """

    PRIMARY = "primary"
    CHAINED = "chained"
    META = "meta"
    SECONDARY = "secondary"
    POLICY = "policy"
    IPAM = "ipam"
    BINARIES = "binaries"
    UNKNOWN = "unknown"


class Action(Enum):
    """What an installer does in the directory of CNI configurations.

    `write` writes a file of its own; `copy` waits for another file and writes it, with its own
    plugin chained, under a name of its own; `refer` waits likewise and writes a file that names
    the other one as the network of the pods; `insert` chains its plugin into another file;
    `delegate` is Multus, which writes a configuration that refers to another one.
    """

    WRITE = "write"
    COPY = "copy"
    REFER = "refer"
    INSERT = "insert"
    DELEGATE = "delegate"
    NONE = "none"


class Recogniser(NamedTuple):
    """What one container must show for its workload to be the product; all of it must hold.

    `image`, `tag`, `command`, `container` and `words` (any word of the command line) are regular
    expressions, empty for anything; so is `beside`, the image of another container of the pod.
    """

    image: str
    tag: str
    command: str
    container: str
    words: str
    environment: str
    labels: Mapping[str, str]
    beside: str


class Delivered(NamedTuple):
    """What an object shows that installs the product without running it.

    For an operator's resource `name` is its kind and `group` its API group; for a chart or an EKS
    add-on, `name` is that one's. `when` maps dotted paths (of the object, of the values) to the
    texts that must stand there; an empty text stands for nothing. Charts of one name are told apart
    by `repository`, a regular expression on the address they come from, and called `known_as`.
    `words` is the path of a list of command-line arguments among the values (in whose absence the
    chart passes `default_words`, with settings in braces filled in), `pods` that of what
    holds node selector, affinity and tolerations, `version` that of the product's version, and
    `pinned_by` the one by which Multus's master is named, empty if there is none. An object is not
    looked at where one of its kind is there in the group `instead`. `holds` has keys of its `data`,
    each with a regular expression on the text. One that only `configures` the product stands for
    the install where nothing else in view is one.
    """

    name: str
    group: str
    when: Mapping[str, tuple[str, ...]]
    repository: str = ""
    known_as: str = ""
    words: str = ""
    default_words: tuple[str, ...] = ()
    pods: str = ""
    version: str = ""
    pinned_by: str = ""
    instead: str = ""
    holds: Mapping[str, str] = MappingProxyType({})
    configures: bool = False


class Place(NamedTuple):
    """One place a setting's value may come from; the first place that has one decides.

    `member` says that the place holds a JSON text, and which member of it is the value.
    """

    kind: str
    name: str
    member: str
    versions: str
    boolean: bool
    not_empty: bool
    when: Mapping[str, str]


class Behaviour(NamedTuple):
    """What the installer does when its settings are as `when` says; the first that fits counts.

    A file is given by `directory` and `file`, or by `path`, as the container sees them; where no
    container is in view, by `host` as well, which is a host path. A copy is of the file `target`,
    or of the one with the network `of_network` (`*`: any). `network` and `plugins` are what the
    file holds where that is not the product's usual network.

    A copy or reference is of the `target`, or of the first file that loads and has no `skips` in
    its name; an insert goes into the `target`, into `every` file, or into the first that loads.
    With `keeps_target` it stays where it went although another file comes first, and with `once`
    it is not done again when it is undone. `single` says what becomes of a `.conf` by an insert: it
    is `renamed` to a `.conflist`, `kept` beside one, turned into a list `in_place`, or what is put
    into it is `unread`. `removes` are shell patterns; with `removes_one_only` one that fits several
    files removes none. `removed_on_stop` takes back the file or the plugin.
    """

    action: Action
    role: Role | None
    when: Mapping[str, str]
    versions: str
    directory: str
    file: str
    path: str
    host: str
    target: str
    every: bool
    renames: str
    suffix: str
    removes: tuple[str, ...]
    single: str = "renamed"
    keeps_target: bool = False
    once: bool = False
    skips: str = ""
    unless_present: bool = False
    removes_one_only: bool = False
    removed_on_stop: bool = False
    of_network: str = ""
    network: str = ""
    plugins: tuple[Mapping[str, Any], ...] = ()


class Assumption(NamedTuple):
    """When the product is taken as present without a manifest, and as which object.

    It is not where an object says what `unless` describes.
    """

    when: str
    object: str
    reason: str
    unless: tuple[Delivered, ...]


class Default(NamedTuple):
    """A variable that a chart sets where its values do not."""

    name: str
    value: str
    versions: str = ""


class ShownContainer(NamedTuple):
    """A container of the product's pods, as manifests and as a chart's values show it.

    A manifest's is told by its `image`, a regular expression, or by its name. Of a chart or an
    add-on, `environment` is the path of a mapping of variables, `more` that of a list which comes
    on top, `tag` that of the image's tag, `switch` that of what leaves the container out when it is
    false; `defaults` are what the chart sets by itself, by the chart's version.
    """

    name: str
    image: str
    environment: str = ""
    more: str = ""
    tag: str = ""
    switch: str = ""
    defaults: tuple[Default, ...] = ()


class Product(NamedTuple):
    """A catalog entry.

    `enforces_policy`: it enforces NetworkPolicy on pods. `binaries` are the executables it puts
    into the node's directory of plugins beside those that only it uses.
    """

    id: str
    title: str
    role: Role
    recognisers: tuple[Recogniser, ...]
    objects: tuple[Delivered, ...]
    charts: tuple[Delivered, ...]
    addons: tuple[Delivered, ...]
    beats: tuple[str, ...]
    placement: Placement
    config_maps: tuple[str, ...]
    settings: Mapping[str, tuple[Place, ...]]
    behaviours: tuple[Behaviour, ...]
    network: str
    plugins: tuple[Mapping[str, Any], ...]
    assumed: Assumption | None = None
    enforces_policy: bool = False
    binaries: tuple[str, ...] = ()
    containers: Mapping[str, ShownContainer] = MappingProxyType({})
