"""The catalog: what is known of each CNI product, read from one data file per product."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from cnilint.kube.scheduling import Expression, LabelDomain, Placement
from cnilint.resources import rules_folder
from cnilint.syntax.data import read_mapping
from cnilint.syntax.data_cache import kept

from .entry import PLACES, read_card
from .product import (
    Action,
    Assumption,
    Behaviour,
    Default,
    Delivered,
    Place,
    Product,
    Recogniser,
    Role,
    ShownContainer,
)

__all__ = [
    "Action",
    "Behaviour",
    "Delivered",
    "KnownFile",
    "Place",
    "Product",
    "Recogniser",
    "Role",
    "ShownContainer",
    "known_files",
    "label_domains",
    "products",
    "runtime_directories",
]


@cache
def products() -> tuple[Product, ...]:
    """Return every product of the catalog, by id."""
    folder = os.path.join(rules_folder(), "catalog")
    names = sorted(name for name in os.listdir(folder) if name.endswith(".yaml"))
    paths = [os.path.join(folder, name) for name in names]
    return tuple(_product(data) for data in kept("catalog", paths, read_card))


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


class KnownFile(NamedTuple):
    """A CNI configuration that comes with a node's software: of what, where, what it holds."""

    title: str
    directory: str
    content: str


@cache
def known_files() -> Mapping[str, KnownFile]:
    """Return the files that are on nodes without any manifest, by name. Sources are in the data."""
    path = os.path.join(rules_folder(), "runtimes", "host-files.yaml")
    (data,) = kept("host-files", [path], read_mapping)
    return {
        entry["name"]: KnownFile(
            entry["title"],
            entry.get("directory", runtime_directories()[0]),
            json.dumps(entry["network"]),
        )
        for entry in data["files"]
    }


def _product(data: Mapping[str, Any]) -> Product:
    network = data.get("network", {"name": "", "plugins": ()})
    return Product(
        id=data["id"],
        title=data["title"],
        role=Role(data["role"]),
        recognisers=tuple(_recogniser(entry) for entry in data.get("recognise", ())),
        objects=tuple(_delivered(entry, "kind") for entry in data.get("objects", ())),
        charts=tuple(_delivered(entry, "name") for entry in data.get("charts", ())),
        addons=tuple(_delivered(entry, "name") for entry in data.get("addons", ())),
        beats=tuple(data.get("beats", ())),
        placement=_placement(data.get("affinity", ())),
        config_maps=tuple(data.get("config_maps", ())),
        settings={
            key: tuple(_place(place) for place in places)
            for key, places in data.get("settings", {}).items()
        },
        behaviours=tuple(_behaviour(entry) for entry in data["behaviours"]),
        network=network["name"],
        plugins=tuple(network["plugins"]),
        assumed=_assumption(data["assumed"]) if "assumed" in data else None,
        enforces_policy=data.get("enforces_policy", False),
        binaries=tuple(data.get("binaries", ())),
        containers={
            name: _container(name, one) for name, one in data.get("containers", {}).items()
        },
    )


def _container(name: str, data: Mapping[str, Any]) -> ShownContainer:
    defaults = tuple(Default(**one) for one in data.get("defaults", ()))
    texts = {key: value for key, value in data.items() if key != "defaults"}
    return ShownContainer(name=name, defaults=defaults, **texts)


def _recogniser(data: Mapping[str, Any]) -> Recogniser:
    return Recogniser(
        image=data.get("image", ""),
        tag=data.get("tag", ""),
        command=data.get("command", ""),
        container=data.get("container", ""),
        words=data.get("words", ""),
        environment=data.get("environment", ""),
        labels=data.get("labels", {}),
        beside=data.get("beside", ""),
    )


def _place(data: Mapping[str, Any]) -> Place:
    kind = next(kind for kind in PLACES if kind in data)
    return Place(
        kind=kind,
        name=str(data[kind]),
        member=data.get("member", ""),
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
        target=data.get("target", ""),
        every=data.get("every", False),
        single=data.get("single", "renamed"),
        once=data.get("once", False),
        skips=data.get("skips", ""),
        keeps_target=data.get("keeps_target", False),
        unless_present=data.get("unless_present", False),
        renames=data.get("renames", ""),
        suffix=data.get("suffix", ""),
        removes=tuple(data.get("removes", ())),
        removes_one_only=data.get("removes_one_only", False),
        removed_on_stop=data.get("removed_on_stop", False),
        of_network=data.get("of_network", ""),
        network=data.get("network", {}).get("name", ""),
        plugins=tuple(data.get("network", {}).get("plugins", ())),
    )


def _delivered(data: Mapping[str, Any], key: str) -> Delivered:
    when = {
        path: tuple(wanted) if isinstance(wanted, list) else (wanted,)
        for path, wanted in data.get("when", {}).items()
    }
    more = {name: data[name] for name in Delivered._field_defaults if name in data}
    more["default_words"] = tuple(data.get("default_words", ()))
    return Delivered(data[key], data.get("group", ""), when, **more)


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
    unless = tuple(_delivered(entry, "kind") for entry in data.get("unless", ()))
    return Assumption(data["when"], data["object"], data["reason"], unless)
