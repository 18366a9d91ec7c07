"""The catalog: what is known of each CNI product, read from one data file per product."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from cnilint.errors import RuleError
from cnilint.kube.scheduling import Expression, LabelDomain, Placement
from cnilint.resources import rules_folder
from cnilint.syntax.data import read_mapping


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
    plugin chained, under a name of its own; `insert` chains its plugin into another file;
    `delegate` is Multus, which writes a configuration that refers to another one.
    """

    WRITE = "write"
    COPY = "copy"
    INSERT = "insert"
    DELEGATE = "delegate"
    NONE = "none"


class Recogniser(NamedTuple):
    """What one container must show for its workload to be the product; all of it must hold.

    `image`, `tag`, `command` and `container` are regular expressions, empty for anything.
    """

    image: str
    tag: str
    command: str
    container: str
    environment: str
    labels: Mapping[str, str]


class Delivered(NamedTuple):
    """What an object shows that installs the product without running it.

    For an operator's resource `name` is its kind and `group` its API group; for a chart or an EKS
    add-on, `name` is that one's. `when` maps dotted paths (of the object, of the values) to the
    texts that must stand there; an empty text stands for nothing.
    """

    name: str
    group: str
    when: Mapping[str, tuple[str, ...]]


class Place(NamedTuple):
    """One place a setting's value may come from; the first place that has one decides."""

    kind: str
    name: str
    versions: str
    boolean: bool
    not_empty: bool
    when: Mapping[str, str]


class Behaviour(NamedTuple):
    """What the installer does when its settings are as `when` says; the first that fits counts.

    A file is given by `directory` and `file`, or by `path`, as the container sees them; where no
    container is in view, by `host` as well, which is a host path.
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


class Assumption(NamedTuple):
    """When the product is taken as present without a manifest, and as which object."""

    when: str
    object: str
    reason: str


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
    placement: Placement
    config_maps: tuple[str, ...]
    settings: Mapping[str, tuple[Place, ...]]
    behaviours: tuple[Behaviour, ...]
    network: str
    plugins: tuple[Mapping[str, Any], ...]
    assumed: Assumption | None = None
    enforces_policy: bool = False
    binaries: tuple[str, ...] = ()


PLACES = (
    *("environment", "argument", "config_map_key", "mounted_file", "word"),
    *("field", "values", "value"),
)
"""Where a setting can be read: from a workload, from an object or values, from nowhere else."""


@cache
def products() -> tuple[Product, ...]:
    """Return every product of the catalog, by id."""
    folder = os.path.join(rules_folder(), "catalog")
    names = sorted(name for name in os.listdir(folder) if name.endswith(".yaml"))
    return tuple(_product(read_mapping(os.path.join(folder, name)), name) for name in names)


@cache
def label_domains() -> Mapping[str, LabelDomain]:
    """Return what is known of node labels."""
    data = read_mapping(os.path.join(rules_folder(), "runtimes", "nodes.yaml"))
    return {
        key: LabelDomain(
            values=tuple(known["values"]) if "values" in known else None,
            titles=known.get("titles"),
            never=tuple(known.get("never", ())),
        )
        for key, known in data["labels"].items()
    }


@cache
def runtime_directories() -> tuple[str, ...]:
    """Return the host directories that a container runtime is known to read, the usual one first.

    Sources stand beside the data.
    """
    data = read_mapping(os.path.join(rules_folder(), "runtimes", "directories.yaml"))
    return tuple(entry["path"] for entry in data["directories"])


def _product(data: Mapping[str, Any], name: str) -> Product:
    try:
        return Product(
            id=data["id"],
            title=data["title"],
            role=Role(data["role"]),
            recognisers=tuple(_recogniser(entry) for entry in data.get("recognise", ())),
            objects=tuple(_delivered(entry, "kind") for entry in data.get("objects", ())),
            charts=tuple(_delivered(entry, "name") for entry in data.get("charts", ())),
            addons=tuple(_delivered(entry, "name") for entry in data.get("addons", ())),
            placement=_placement(data.get("affinity", ())),
            config_maps=tuple(data.get("config_maps", ())),
            settings={
                key: tuple(_place(place) for place in places)
                for key, places in data.get("settings", {}).items()
            },
            behaviours=tuple(_behaviour(entry) for entry in data["behaviours"]),
            network=data["network"]["name"],
            plugins=tuple(data["network"]["plugins"]),
            assumed=_assumption(data["assumed"]) if "assumed" in data else None,
            enforces_policy=data.get("enforces_policy", False),
            binaries=tuple(data.get("binaries", ())),
        )
    except (KeyError, ValueError) as error:
        raise RuleError(f"catalog/{name}", "", repr(error)) from error


def _recogniser(data: Mapping[str, Any]) -> Recogniser:
    return Recogniser(
        image=data.get("image", ""),
        tag=data.get("tag", ""),
        command=data.get("command", ""),
        container=data.get("container", ""),
        environment=data.get("environment", ""),
        labels=data.get("labels", {}),
    )


def _place(data: Mapping[str, Any]) -> Place:
    kind = next((kind for kind in PLACES if kind in data), "")
    if not kind:
        raise ValueError(f"a setting comes from none of {', '.join(PLACES)}: {dict(data)}")
    return Place(
        kind=kind,
        name=str(data[kind]),
        versions=data.get("versions", ""),
        boolean=data.get("boolean", False),
        not_empty=data.get("not_empty", False),
        when=data.get("when", {}),
    )


def _behaviour(data: Mapping[str, Any]) -> Behaviour:
    return Behaviour(
        action=Action(data["action"]),
        role=Role(data["role"]) if "role" in data else None,
        when=data.get("when", {}),
        versions=data.get("versions", ""),
        directory=data.get("directory", ""),
        file=data.get("file", ""),
        path=data.get("path", ""),
        host=data.get("host", ""),
        every=data.get("every", False),
        target=data.get("target", ""),
        renames=data.get("renames", ""),
        suffix=data.get("suffix", ""),
        removes=tuple(data.get("removes", ())),
    )


def _delivered(data: Mapping[str, Any], key: str) -> Delivered:
    when = {
        path: tuple(wanted) if isinstance(wanted, list) else (wanted,)
        for path, wanted in data.get("when", {}).items()
    }
    return Delivered(data[key], data.get("group", ""), when)


def _placement(affinity: Sequence[Mapping[str, Any]]) -> Placement:
    return Placement(
        (
            tuple(
                Expression(entry["key"], entry["operator"], tuple(entry["values"]))
                for entry in affinity
            ),
        )
    )


def _assumption(data: Mapping[str, Any]) -> Assumption:
    return Assumption(data["when"], data["object"], data["reason"])
