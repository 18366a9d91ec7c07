"""What Multus makes of a pod's networks: the values, and how a stage ends early."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Generic, TypedDict, TypeVar

from cnilint.start import NamedTuple

Selection = TypedDict(
    "Selection",
    {
        "name": str,
        "namespace": str,
        "ips": list[str],
        "mac": str,
        "infiniband-guid": str,
        "interface": str,
        "interfaceRequest": str,
        "portMappings": list[Any],
        "bandwidth": dict[str, Any],
        "deviceID": str,
        "cni-args": dict[str, Any] | None,
        "default-route": list[str],
    },
    total=False,
)
"""One selected network, with Multus's own names; what is empty is left out, as Multus does."""


class Delegate(TypedDict):
    """One network that the pod gets: its primary, or one that was selected."""

    name: str
    list: bool
    """Whether it is a configuration list."""
    types: list[str]
    """The plugins in order; `<null>` for a plugin that is `null`."""
    interface: str
    """The interface that was asked for; "" if Multus chooses."""
    master: bool


class _Call(TypedDict):
    interface: str
    type: Any
    network: str
    cniVersion: str


class PluginCall(_Call, total=False):
    """One plugin that is run for ADD, in order, with what Multus hands on to it."""

    runtimeConfig: Any
    args: Any
    cni_args: list[str]


class FaultHolder(StrEnum):
    """What holds the text in which a fault lies."""

    ANNOTATION = "annotation"
    DEFINITION = "definition"
    CONF_DIR = "conf_dir"
    PRIMARY = "primary"
    SETTINGS = "multus_config"


class FaultPlace(NamedTuple):
    """Where a fault lies: a text, and the part of it."""

    held: FaultHolder
    name: str = ""
    """The annotation's key, the definition as `namespace/name`, or the file's path."""
    route: tuple[str | int, ...] = ()
    """Keys (as they are written) and indices into the JSON of the text."""
    span: tuple[int, int] | None = None
    """The characters of the text, where it is no JSON."""


Item = TypeVar("Item")


class Stage(NamedTuple, Generic[Item]):
    """How one stage ended: `ok`, or the class of a refusal, or the message of a panic."""

    ok: list[Item] | None = None
    refused: str | None = None
    panic: str | None = None
    where: FaultPlace | None = None
    """Where the cause lies that ended the stage, as far as it lies in what was given."""


class Networks(NamedTuple):
    """The three stages: reading the annotation, loading the delegates, the sandbox's ADD."""

    parse: Stage[Selection]
    load: Stage[Delegate]
    add: Stage[PluginCall] | None
    """None where it depends on what the kubelet allocated (`k8s.v1.cni.cncf.io/resourceName`)."""


NIL = "runtime error: invalid memory address or nil pointer dereference"
EMPTY = "runtime error: index out of range [0] with length 0"
NIL_MAP = "assignment to entry in nil map"


class MultusRefused(Exception):  # noqa: N818 - it is how a stage ends, not an error of ours
    """Multus returns an error."""

    def __init__(self, kind: str, where: FaultPlace | None = None) -> None:
        """`kind` is the class of the refusal."""
        super().__init__(kind)
        self.kind = kind
        self.where = where


class Panicked(Exception):  # noqa: N818 - the same
    """Multus panics: the plugin ends, or the daemon's request."""

    def __init__(self, message: str, where: FaultPlace | None = None) -> None:
        """`message` is the runtime's."""
        super().__init__(message)
        self.message = message
        self.where = where


def ended(end: MultusRefused | Panicked) -> Stage[Any]:
    """Return the stage that ended so."""
    if isinstance(end, MultusRefused):
        return Stage(refused=end.kind, where=end.where)
    return Stage(panic=end.message, where=end.where)
