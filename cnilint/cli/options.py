"""How the options that several commands have are spelled."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cnilint.errors import UsageError

from . import completion


class TextFormat(StrEnum):
    """How everything else is printed."""

    TEXT = "text"
    JSON = "json"


class FailOn(StrEnum):
    """The level from which on findings fail a run."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


class FixAs(StrEnum):
    """How fixes are handed over."""

    IN_PLACE = "in-place"
    KUSTOMIZE = "kustomize"
    HELM = "helm"


class Scope(StrEnum):
    """What is judged together."""

    CLUSTER = "cluster"
    FILE = "file"


class Runtime(StrEnum):
    """The container runtime of the nodes."""

    CONTAINERD = "containerd"
    CRI_O = "cri-o"


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Files, folders, patterns, or - for standard input. Default: the current folder.",
        show_default=False,
    ),
]
HostFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--host-file",
        metavar="NAME[=PATH]",
        help="A file that is in the nodes' CNI folder without any manifest. Repeatable.",
        show_default=False,
    ),
]
RuntimeOption = Annotated[
    Runtime | None,
    typer.Option("--runtime", help="The nodes' container runtime.", show_default="containerd"),
]
ScopeOption = Annotated[
    Scope,
    typer.Option(
        "--scope",
        help="What is judged together: a cluster's manifests, or each file by itself, by the rules "
        "that can be.",
    ),
]
Target = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="PRODUCT=RELEASE",
        help="The release of a product where the manifests name none, as multus=4.1.4. Repeatable.",
        autocompletion=completion.products,
        show_default=False,
    ),
]
Config = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The file of settings; without, the nearest one up to the top of the repository.",
        show_default=False,
    ),
]
NoProgress = Annotated[
    bool, typer.Option("--no-progress", help="Never show a bar while a run takes long.")
]
NoConfig = Annotated[bool, typer.Option("--no-config", help="Read no file of settings.")]
RulesDirs = Annotated[
    list[str] | None,
    typer.Option(
        "--rules-dir",
        metavar="DIR",
        help="A folder with rules of your own, one card a file. Repeatable.",
        show_default=False,
    ),
]
Baseline = Annotated[
    str | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="Findings that were there before: only others fail the run.",
        show_default=False,
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="RULES",
        help="Run only these rules: ids, names or prefixes (CNI1), with commas.",
        autocompletion=completion.rules,
        show_default=False,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="RULES",
        help="Do not run these.",
        autocompletion=completion.rules,
        show_default=False,
    ),
]


def file_of(config: str | None, *, no_config: bool) -> str | None:
    """Return where settings are read from: a file, None for the nearest one, empty for none."""
    if config is not None and no_config:
        raise UsageError("--config and --no-config: one of them")
    return "" if no_config else config
