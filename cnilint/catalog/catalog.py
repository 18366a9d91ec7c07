"""The catalog: what is known of each CNI product, read from one data file per product."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache

from cnilint.kube.scheduling import LabelDomain
from cnilint.resources import rules_folder
from cnilint.start import NamedTuple
from cnilint.syntax.data import read_mapping
from cnilint.syntax.data_cache import Data, kept

from .product import (
    SCHEMA,
    Action,
    Behaviour,
    Delivered,
    OperatorObject,
    Product,
    Recogniser,
    Restarts,
    Role,
    SettingPlace,
    ShownContainer,
)

__all__ = [
    "Action",
    "Behaviour",
    "Delivered",
    "Distribution",
    "KnownFile",
    "OperatorObject",
    "Product",
    "Recogniser",
    "Restarts",
    "Role",
    "SettingPlace",
    "ShownContainer",
    "distributions",
    "known_files",
    "label_domains",
    "products",
    "runtime_directories",
]


RUNTIMES = ("directories", "host-files", "nodes", "plugins")
"""What is known of the nodes' runtimes: the names of the files."""


def read_all() -> dict[str, list[Data]]:
    """Return the values of every data file, by the names that they are kept under."""
    found = {
        "catalog": kept("catalog", _paths("catalog"), read_mapping),
        "published": published_data(),
    }
    return found | {name: [_of_runtimes(name)] for name in RUNTIMES}


def published_data() -> list[Data]:
    """Return what is known of the manifests that projects publish, a value for each file."""
    return kept("published", _paths("published"), read_mapping)


def _of_runtimes(name: str) -> Data:
    path = os.path.join(rules_folder(), "runtimes", f"{name}.yaml")
    (data,) = kept(name, [path], read_mapping)
    return data


def _paths(folder: str) -> list[str]:
    folder = os.path.join(rules_folder(), folder)
    names = sorted(name for name in os.listdir(folder) if name.endswith(".yaml"))
    return [os.path.join(folder, name) for name in names]


@cache
def products() -> tuple[Product, ...]:
    """Return every product of the catalog, by id."""
    return tuple(SCHEMA.load(data) for data in kept("catalog", _paths("catalog"), read_mapping))


@cache
def label_domains() -> Mapping[str, LabelDomain]:
    """Return what is known of node labels."""
    data = _of_runtimes("nodes")
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
    data = _of_runtimes("directories")
    return tuple(entry["path"] for entry in data["directories"])


class KnownFile(NamedTuple):
    """A CNI configuration that comes with a node's software: of what, where, what it holds."""

    title: str
    directory: str
    content: str


@cache
def known_files() -> Mapping[str, KnownFile]:
    """Return the files that are on nodes without any manifest, by name. Sources are in the data."""
    data = _of_runtimes("host-files")
    return {
        entry["name"]: KnownFile(
            entry["title"],
            entry.get("directory", runtime_directories()[0]),
            json.dumps(entry["network"]),
        )
        for entry in data["files"]
    }


class Distribution(NamedTuple):
    """A distribution of Kubernetes, and the plugins that it brings to its nodes itself."""

    id: str
    title: str
    plugins: tuple[str, ...]


@cache
def distributions() -> tuple[Distribution, ...]:
    """Return the distributions of which it is known what they bring. Sources are in the data."""
    data = _of_runtimes("plugins")
    return tuple(
        Distribution(each["id"], each["title"], tuple(each["plugins"]))
        for each in data["distributions"]
    )
