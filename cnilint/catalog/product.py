"""What an entry of the catalog says of a product. Which keys there are is said by its schema.

`rules/schema/product.schema.json` has words for each key; a key that is added there is an attribute
here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import cached_property
from typing import Any

from cnilint.kube.scheduling import Expression, Placement
from cnilint.syntax.schema import Record, Schema


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


def _expression(data: Mapping[str, Any]) -> Expression:
    return Expression(data["key"], data["operator"], tuple(data["values"]))


SCHEMA = Schema("product.schema.json", {"role": Role, "action": Action, "expression": _expression})


class Recogniser(Record, schema=SCHEMA, part="recogniser"):
    """What one container must show for its workload to be the product; all of it must hold."""


class Changed(Record, schema=SCHEMA, part="changed"):
    """Something that a chart, an add-on or an operator is given, and that may change."""


class Restarts(Record, schema=SCHEMA, part="restarts"):
    """Which changes of what a chart, an add-on or an operator is given restart the pods."""

    pods: tuple[Changed, ...]
    start: tuple[Changed, ...]


class Delivered(Record, schema=SCHEMA, part="release"):
    """A chart or an EKS add-on that installs the product, and what its values must show."""

    when: Mapping[str, tuple[str, ...]]
    restarts: Restarts | None


class OperatorObject(Record, schema=SCHEMA, part="object"):
    """A resource that makes an operator install the product, or that configures it."""

    when: Mapping[str, tuple[str, ...]]
    restarts: Restarts | None


class Network(Record, schema=SCHEMA, part="network"):
    """A network configuration: its name, and its plugins as they are written."""

    plugins: tuple[Mapping[str, Any], ...]


class SettingPlace(Record, schema=SCHEMA, part="place"):
    """One place a setting's value may come from; the first place that has one decides."""

    @cached_property
    def kind(self) -> str:
        """What kind of place it is: the one of the keys of which each place has one."""
        kinds = (one["required"][0] for one in SCHEMA.part("place")["oneOf"])
        return next(str(kind) for kind in kinds if getattr(self, kind) is not None)

    @cached_property
    def name(self) -> str:
        """What is looked up there."""
        return str(getattr(self, self.kind))


class Behaviour(Record, schema=SCHEMA, part="behaviour"):
    """What the installer does when its settings are as `when` says; the first that fits counts."""

    action: Action
    role: Role | None
    network: Network | None

    def filled(self, fill: Callable[[str], str]) -> Behaviour:
        """Return it with every text filled in; of several texts those that become empty go."""
        changes: dict[str, object] = {}
        for name, value in self._asdict().items():
            if isinstance(value, str):
                changes[name] = fill(value)
            elif type(value) is tuple:
                changes[name] = tuple(filter(None, map(fill, value)))
        return self._replace(**changes)

    @property
    def takes_its_file(self) -> bool:
        """Whether its file goes when it is stopped in order."""
        return bool(self.removed_on_stop) or self.removed_by_hook == "true"


class Assumption(Record, schema=SCHEMA, part="assumption"):
    """When the product is taken as present without a manifest, and as which object."""

    unless: tuple[OperatorObject, ...]


class Default(Record, schema=SCHEMA, part="default"):
    """A variable that a chart sets where its values do not."""


class ShownContainer(Record, schema=SCHEMA, part="container", more={"name": ""}):
    """A container of the product's pods, as manifests and as a chart's values show it.

    `name` is the one in the product's own manifest.
    """

    defaults: tuple[Default, ...]


class Evidence(Record, schema=SCHEMA, part="evidence"):
    """Something that a workload shows only in some releases of a product."""

    @cached_property
    def kind(self) -> str:
        """What kind of place it is read from: the one of the keys of which each has one."""
        kinds = (one["required"][0] for one in SCHEMA.part("evidence")["oneOf"])
        return next(str(kind) for kind in kinds if getattr(self, kind) is not None)

    @cached_property
    def name(self) -> str:
        """What is looked up there."""
        return str(getattr(self, self.kind))


class Product(Record, schema=SCHEMA):
    """An entry of the catalog."""

    id: str
    title: str
    role: Role
    recognise: tuple[Recogniser, ...]
    objects: tuple[OperatorObject, ...]
    charts: tuple[Delivered, ...]
    addons: tuple[Delivered, ...]
    affinity: tuple[Expression, ...]
    settings: Mapping[str, tuple[SettingPlace, ...]]
    behaviours: tuple[Behaviour, ...]
    containers: Mapping[str, ShownContainer]
    evidence: tuple[Evidence, ...]
    network: Network | None
    assumed: Assumption | None

    @cached_property
    def placement(self) -> Placement:
        """Where it runs if its chart release or add-on says nothing of nodes."""
        return Placement((self.affinity,))

    @property
    def plugins(self) -> tuple[Mapping[str, Any], ...]:
        """The plugins of its usual network; nothing for what touches no file."""
        return self.network.plugins if self.network is not None else ()
