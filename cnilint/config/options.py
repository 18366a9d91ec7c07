"""The table of options: every option of a command and every setting of a file is one entry here.

An entry is a field of `Settings`. Its name is the key in a file (with dashes), its type says which
values there are, its default is the built-in value, and its `Option` has everything else. From the
table come the options of the command line and their completion, the variables of the environment,
the JSON schema of a file of settings, what `config show` and a new file say, and docs/options.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Annotated, Any, Literal, get_args, get_type_hints

from cnilint.engine.ignores.ignore import Ignore
from cnilint.engine.ruleset import Rule

from .base import Base
from .frozen import Frozen

Texts = tuple[str, ...]
Steps = tuple[str | int, ...]
"""The way to a value in a file of settings: keys, and indexes of lists."""

FailLevel = Literal["error", "warning", "note", "never"]
RuleLevel = Literal["error", "warning", "note", "off"]
Runtime = Literal["containerd", "cri-o"]

Platform = Literal[
    "aks", "eks", "eks-auto", "gke", "k3s", "kind", "kubeadm", "openshift", "rke2", "talos"
]

PREFIX = "CNILINT_"
"""What every variable of the environment begins with."""

CHECK = ("check",)
JUDGING = ("check", "diff")
READING = ("check", "inspect", "clusters", "diff")
FINDING = (*READING, "baseline write", "baseline prune")
SIFTED = ("check", "baseline write", "baseline prune")
WITH_RULES = (*FINDING, "rules", "rule")
BASELINE = ("check", "diff", "baseline write", "baseline prune", "baseline show")
SELECTING = ("check", "diff", "baseline write")
CONFIGURED = (*WITH_RULES, "test", "baseline show", "config show")


class Option(Frozen):
    """What an entry has beside its name, type and default.

    `commands` take it as an option, `spelled` where that is not called like the key. `in_file`: a
    file of settings may have it, and a variable too if a command takes it. `metavar` is how one
    value is written. `words` names what the values are, for completion and for several values
    behind one option. `path` is the mark behind which a value has a path, empty if all of it is
    one. `patterns`: each value is a pattern for paths. `shape` is the type in a file where that is
    not the field's. An entry that is not `exposed` is read and checked, and nothing tells of it.
    """

    help: str
    commands: Texts = ()
    in_file: bool = False
    spelled: str = ""
    letter: str = ""
    metavar: str = ""
    words: str = ""
    path: str | None = None
    patterns: bool = False
    example: str = ""
    shape: Any = None
    exposed: bool = True


class IgnoreEntry(Frozen):
    """An entry of `ignores`, as a file has it."""

    rule: Annotated[Texts, "One rule or several, as in `select`."]
    kind: Annotated[str, "The kind of the object, such as ConfigMap."] = ""
    name: Annotated[str, "The name of the object."] = ""
    namespace: Annotated[str, "The namespace of the object."] = ""
    path: Annotated[str, "The file it is in."] = ""
    cluster: Annotated[str, "The cluster it is about."] = ""
    reason: Annotated[str, "Why it is ignored, for whoever reads it later."] = ""
    expires: Annotated[str, "The last day on which it is ignored, such as 2026-12-31."] = ""


class ClusterSettings(Frozen):
    """What is said of one cluster, as an entry of `clusters` in a file."""

    paths: Annotated[Texts, "The folders and files that the cluster gets."] = ()
    platform: Annotated[Platform | None, "What the cluster runs on."] = None
    node_classes: Annotated[Texts, "The kinds of nodes that the cluster has, such as ec2."] = ()
    primary: Annotated[str, "As `primary`, for this cluster."] = ""
    absent: Annotated[Texts, "Products that are not there, although the platform has them."] = ()
    host_files: Annotated[Texts, "As `host-files`, for this cluster."] = ()
    runtime: Annotated[Runtime | None, "As `runtime`, for this cluster."] = None
    targets: Annotated[Mapping[str, str], "As `targets`, for this cluster."] = {}
    complete: Annotated[bool, "Whether these paths have all that the cluster gets."] = False


class Settings(Frozen):
    """What is set for a run: the value of every option, and where it comes from.

    `house` are the rules that lie in `rules_dirs`, `base` what `config_from` names. `file` is the
    file that some are from (empty: none). `origins` has where a setting comes from, by its name,
    and by name and key for a mapping; what is not in it is built in.
    """

    output_format: Annotated[
        Texts,
        Option(
            "The reports to write: full, concise, json, jsonl, sarif, github, gitlab, junit, "
            "markdown or html; to a file with a path.",
            JUDGING,
            in_file=True,
            metavar="FORMAT[:PATH]",
            words="formats",
            path=":",
            example="[full, 'sarif:cnilint.sarif']",
        ),
    ] = ("full",)
    text_format: Annotated[
        Literal["text", "json"],
        Option(
            "How to print it.", ("inspect", "clusters", "test", "pick"), spelled="--output-format"
        ),
    ] = "text"
    page_format: Annotated[
        Literal["text", "markdown", "json"],
        Option("How to print it.", ("rules", "rule"), spelled="--output-format"),
    ] = "text"
    pages: Annotated[
        str,
        Option(
            "Write a Markdown page for each rule into a folder instead.", ("rules",), metavar="DIR"
        ),
    ] = ""
    fix: Annotated[bool, Option("Apply safe fixes to the files.", CHECK)] = False
    diff: Annotated[bool, Option("Print the fixes as a diff and change nothing.", CHECK)] = False
    unsafe_fixes: Annotated[bool, Option("Count fixes that need a look as well.", CHECK)] = False
    rendered: Annotated[
        bool, Option("Also change files that were rendered from a chart.", CHECK)
    ] = False
    fix_as: Annotated[
        Literal["in-place", "kustomize", "helm"] | None,
        Option("How fixes are handed over; without, as fits where each object comes from.", CHECK),
    ] = None
    patch_dir: Annotated[
        str,
        Option(
            "Write patches and values for what was rendered into a folder.", CHECK, metavar="DIR"
        ),
    ] = ""
    select: Annotated[
        Texts,
        Option(
            "The rules to run: ids (CNI101), names (master-not-pinned) or prefixes (CNI1), with "
            "commas. Without, every rule that is not off.",
            SELECTING,
            in_file=True,
            metavar="RULES",
            words="rules",
            example="[CNI1, CNI2]",
        ),
    ] = ()
    ignore: Annotated[
        Texts,
        Option(
            "The rules not to run. The longer of two prefixes counts; of two that are equal, this "
            "one.",
            SELECTING,
            in_file=True,
            metavar="RULES",
            words="rules",
            example="[CNI905]",
        ),
    ] = ()
    severity: Annotated[
        Mapping[str, RuleLevel],
        Option(
            "The level of a rule, by its id, its name or a prefix: error, warning, note or off.",
            JUDGING,
            in_file=True,
            metavar="RULE=LEVEL",
            words="severities",
            example="{CNI102: error, CNI913: warning}",
        ),
    ] = {}
    per_file_ignores: Annotated[
        Mapping[str, Texts],
        Option(
            "Rules that are ignored in some files, by a pattern for their paths: *, ?, [...] and "
            "** as in .gitignore.",
            JUDGING,
            in_file=True,
            metavar="PATTERN=RULES",
            words="patterns",
            patterns=True,
            example="{'examples/**': [CNI1]}",
        ),
    ] = {}
    ignores: Annotated[
        tuple[Ignore, ...],
        Option(
            "Findings that are known. What an entry names must all fit; * and ? are wildcards.",
            in_file=True,
            shape=tuple[IgnoreEntry, ...],
            example="""
  - rule: CNI101
    kind: ConfigMap
    name: multus-daemon-config
    reason: the image of these nodes comes with one file
    expires: 2026-12-31""",
        ),
    ] = ()
    fail_on: Annotated[
        FailLevel,
        Option("The level from which on findings fail a run.", JUDGING, in_file=True),
    ] = "warning"
    strict: Annotated[
        bool,
        Option(
            "Nodes of which it is not decided who owns the pods fail a run.", CHECK, in_file=True
        ),
    ] = False
    baseline: Annotated[
        str,
        Option(
            "The file of findings that were there before: what is in it does not fail a run.",
            BASELINE,
            in_file=True,
            metavar="FILE",
            path="",
            example=".cnilint-baseline.json",
        ),
    ] = ""
    scope: Annotated[
        Literal["cluster", "file"],
        Option(
            "What is judged together: a cluster's manifests, or each file by itself, by the rules "
            "that can be.",
            CHECK,
        ),
    ] = "cluster"
    since: Annotated[
        str,
        Option(
            "A revision: what was found where HEAD left it is known, and only what is new fails.",
            CHECK,
            metavar="REF",
        ),
    ] = ""
    before: Annotated[
        str,
        Option(
            "A file or folder to compare `--after` with; - is standard input.",
            ("diff",),
            metavar="FILE",
        ),
    ] = ""
    after: Annotated[
        str,
        Option("What `--before` has become.", ("diff",), metavar="FILE"),
    ] = ""
    git_tracked: Annotated[bool, Option("Of folders, read only what git tracks.", JUDGING)] = False
    no_prefilter: Annotated[
        bool,
        Option(
            "Parse every document, also those whose text shows that no rule asks for them: the "
            "findings are the same, but for what is broken in those.",
            SIFTED,
            in_file=True,
        ),
    ] = False
    strict_yaml: Annotated[
        bool,
        Option(
            "Report as well what cannot be read in documents that no rule asks for.",
            SIFTED,
            in_file=True,
        ),
    ] = False
    jobs: Annotated[
        str,
        Option(
            "How many processes read files and prove fixes where there are many: a number, or auto "
            "for one on each processor. The report is the same.",
            CHECK,
            in_file=True,
            metavar="N",
            example="4",
        ),
    ] = "auto"
    shard: Annotated[
        str,
        Option(
            "The share of the clusters that this run reports, as 2/4 for the second of four: each "
            "job of a pipeline takes another one.",
            CHECK,
            in_file=True,
            metavar="I/N",
            example="2/4",
        ),
    ] = ""
    max_file_size: Annotated[
        str,
        Option(
            "The size of the largest file that is read; a larger one is a finding.",
            FINDING,
            in_file=True,
            metavar="SIZE",
            example="250MB",
        ),
    ] = "100MB"
    exclude: Annotated[
        Texts,
        Option(
            "What is not read of folders, by patterns for paths: *, ?, [...] and ** as in "
            ".gitignore. What is named itself is read all the same.",
            FINDING,
            in_file=True,
            metavar="PATTERN",
            patterns=True,
            example="[test/**, 'charts/*/ci/**']",
        ),
    ] = ()
    clusters: Annotated[
        Mapping[str, ClusterSettings],
        Option("The clusters of the repository, by their names.", in_file=True),
    ] = {}
    render: Annotated[
        Literal["auto", "never", "always"],
        Option(
            "Whether Helm and Kustomize are run to see what a folder comes to.",
            FINDING,
            in_file=True,
            exposed=False,
        ),
    ] = "auto"
    budget: Annotated[
        float,
        Option(
            "How many seconds a run may take, 0 for as many as it does: what was not decided by "
            "then is said to be undecided.",
            FINDING,
            in_file=True,
            metavar="SECONDS",
            example="60",
        ),
    ] = 120
    host_files: Annotated[
        Texts,
        Option(
            "Files that are in the nodes' CNI folder without any manifest, each as NAME or "
            "NAME=PATH.",
            READING,
            in_file=True,
            spelled="--host-file",
            metavar="NAME[=PATH]",
            path="=",
            example="[87-podman-bridge.conflist]",
        ),
    ] = ()
    runtime: Annotated[
        Runtime, Option("The container runtime of the nodes.", READING, in_file=True)
    ] = "containerd"
    targets: Annotated[
        Mapping[str, str],
        Option(
            "The release of a product where the manifests name none, such as 4.1.4 of multus; by "
            "the id of its entry in the catalog or a part of that.",
            READING,
            in_file=True,
            spelled="--target",
            metavar="PRODUCT=RELEASE",
            words="products",
            example="{multus: 4.1.4, vpc-cni: '1.19', cilium: '1.17'}",
        ),
    ] = {}
    rules_dirs: Annotated[
        Texts,
        Option(
            "Folders with rules of your own, one card a file.",
            WITH_RULES,
            in_file=True,
            spelled="--rules-dir",
            metavar="DIR",
            path="",
            example="[cni-rules]",
        ),
    ] = ()
    primary: Annotated[
        str,
        Option(
            "The file of the CNI that is to own the pods, such as 10-aws.conflist: what a fix pins "
            "when several could be meant.",
            CHECK,
            in_file=True,
            metavar="NAME",
            example="10-aws.conflist",
        ),
    ] = ""
    statistics: Annotated[bool, Option("Count the findings of each rule as well.", CHECK)] = False
    watch: Annotated[bool, Option("Check again whenever a file changes.", CHECK, letter="-w")] = (
        False
    )
    no_progress: Annotated[bool, Option("Never show a bar while a run takes long.", READING)] = (
        False
    )
    config: Annotated[
        str,
        Option(
            "The file of settings; without, the nearest one up to the top of the repository.",
            CONFIGURED,
            metavar="FILE",
        ),
    ] = ""
    no_config: Annotated[bool, Option("Read no file of settings.", CONFIGURED)] = False
    config_from: Annotated[
        str,
        Option(
            "The revision whose settings, rules, baseline and ignores count, such as the base of a "
            "pull request from a stranger.",
            (*JUDGING, "config show"),
            metavar="REF",
        ),
    ] = ""
    selectors: Annotated[
        Texts,
        Option(
            "A program to ask: containerd, cri-o, multus-thick@v4.X.Y or multus-thin@v4.X.Y. "
            "Without, both runtimes and the newest thick Multus.",
            ("pick",),
            spelled="--selector",
            metavar="PROGRAM",
        ),
    ] = ()
    daemon_config: Annotated[
        str,
        Option(
            "The daemon-config.json that thick Multus is told; without, what upstream ships.",
            ("pick",),
            metavar="FILE",
        ),
    ] = ""
    house: tuple[Rule, ...] = ()
    file: str = ""
    base: Base | None = None
    origins: Mapping[Texts, str] = {}

    @property
    def folder(self) -> str:
        """The absolute path of the folder that patterns count from."""
        return os.path.dirname(os.path.abspath(self.file or "here"))


DEFAULTS = Settings()


class OptionEntry(Frozen):
    """An entry of the table: a field of `Settings` with its type, its default and its `Option`."""

    name: str
    type: Any
    default: Any
    option: Option

    @property
    def key(self) -> str:
        """What it is called in a file."""
        return self.name.replace("_", "-")

    @property
    def spelled(self) -> str:
        """What its option is called."""
        return self.option.spelled or f"--{self.key}"

    @property
    def variables(self) -> Texts:
        """What its variable may be called: like the setting, or like the option."""
        if not (self.option.in_file and self.option.commands):
            return ()
        names = (self.name, self.spelled.removeprefix("--").replace("-", "_"))
        return tuple(dict.fromkeys(f"{PREFIX}{name.upper()}" for name in names))

    @property
    def many(self) -> bool:
        """Whether it has several values, so that its option may be given several times."""
        return isinstance(self.default, tuple | Mapping)

    @property
    def choices(self) -> Texts:
        """The values there are, if they are few."""
        kinds = [self.type, *get_args(self.type)]
        return next((get_args(kind) for kind in kinds if isinstance(kind, _LITERAL)), ())


_LITERAL = type(Runtime)


def entries() -> tuple[OptionEntry, ...]:
    """Return the table, in the order in which people are shown it."""
    each = map(entry_of, Settings.__annotations__)
    return tuple(one for one in each if one is not None)


@cache
def entry_of(name: str) -> OptionEntry | None:
    """Return the entry of a field; None for one that is none. A run reads those that it is given.

    To read all of them takes longer than a bare Python to start.
    """
    if name not in Settings.__annotations__:
        return None
    own = SimpleNamespace(__annotations__={name: Settings.__annotations__[name]})
    kind = get_type_hints(own, globals(), include_extras=True)[name]
    option = next(iter(getattr(kind, "__metadata__", ())), None)
    return (
        None
        if option is None
        else OptionEntry(name, kind.__origin__, getattr(DEFAULTS, name), option)
    )


def setting(key: str) -> OptionEntry:
    """Return the entry of a key of a file of settings; KeyError for a key that there is not."""
    found = entry_of(key.replace("-", "_"))
    if found is None or not found.option.in_file or found.key != key:
        raise KeyError(key)
    return found


def spelled(word: str, fits: Callable[[OptionEntry], bool]) -> OptionEntry | None:
    """Return the entry that fits and whose option, or its letter, is written so; None for none.

    Two commands may have options that are written alike.
    """
    if not word.strip("-"):
        return None
    own = entry_of(word.removeprefix("--").replace("-", "_"))
    if own is not None and own.spelled == word and fits(own):
        return own
    alike = (one for one in entries() if word in (one.spelled, one.option.letter))
    return next(filter(fits, alike), None)


@cache
def in_file() -> Mapping[str, OptionEntry]:
    """Return the entries that a file of settings may have, by their keys."""
    return {one.key: one for one in entries() if one.option.in_file}
