"""One tree for YAML and for the JSON inside it: every value knows where it stands in its file.

The word "node" is kept for a machine of a cluster; a part of a document is a `Tree`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from cnilint.start import NamedTuple, dataclass, field

from .text import Source, Span

ScalarValue = str | int | float | bool | None


class Style(Enum):
    """How a scalar is written."""

    PLAIN = "plain"
    SINGLE = "single"
    DOUBLE = "double"
    LITERAL = "literal"
    FOLDED = "folded"


class Embedded(Enum):
    """A step of a route that crosses from a string into the document the string holds."""

    JSON = "json"
    YAML = "yaml"
    BASE64 = "base64"
    """What is behind it is a text, which may be crossed into in turn."""


Step = str | int | Embedded
Route = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf.

    `span` covers the token as written, quotes or block header included, anchor and tag excluded;
    a block scalar's ends where its last line's text ends (its line end excluded). `text` is the
    decoded string; `value` what Kubernetes resolves it to (a quoted scalar is always a string).
    An absent value (`key:`) has an empty span right behind the colon and the value None.
    """

    span: Span
    value: ScalarValue
    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Entry:
    """A member of a mapping. `key.value` may be any scalar: Kubernetes reads it by `key.text`."""

    key: Scalar
    value: Tree


@dataclass(frozen=True, slots=True)
class Mapping:
    """Members in the order of the text, duplicates and merge keys (`<<`) included.

    A block mapping's span runs from its first key to the end of its last value; a flow
    mapping's includes the braces.
    """

    span: Span
    entries: tuple[Entry, ...]
    flow: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """Items in order. A block sequence's span starts at its first dash, a flow one's at `[`."""

    span: Span
    items: tuple[Tree, ...]
    flow: bool = False


@dataclass(frozen=True, slots=True)
class Alias:
    """`*name`: the same value as `target`, so that an edit here would be an edit there."""

    span: Span
    target: Scalar | Mapping | Sequence


Tree = Scalar | Mapping | Sequence | Alias


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document of a source: `index` counts from 0 within the source."""

    source: Source
    index: int
    span: Span
    root: Tree = field(repr=False)
    source_comment: str | None = None
    """The chart template named by the `# Source:` comment that `helm template` prints above it."""


class Fault(NamedTuple):
    """A failure of cnilint: the class of the exception and the steps that led to it.

    `doing` is the rule or the fix that was at work; empty where a document was being read.
    """

    error: str
    trail: tuple[str, ...]
    doing: str = ""


class EmbeddedProblem(NamedTuple):
    """Text that was to be JSON or YAML and cannot be read as such; `span` counts in the file.

    `kind` is `syntax`, `word` (a bare word, often a placeholder that is filled in at run time) or
    `trailing-text`.
    """

    span: Span
    message: str
    kind: str = "syntax"


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """A document that could not be read, or a part of one that reads differently than it looks.

    `kind` is `syntax` (nothing of the document was read), `duplicate-key`, `template` (an
    unrendered Helm template, or settings in JSON with comments: a note, not an error), `foreign`
    (no file of the repository, so that it was not read: a note as well), `limit` (it takes more
    than a run may spend) or `fault` (cnilint fails on it).
    """

    source: Source
    span: Span
    kind: str
    message: str
    related: Span | None = None
    fault: Fault | None = None

    @property
    def is_unjudged(self) -> bool:
        """Whether nothing is wrong with it as far as is known, and yet it was not judged."""
        return self.kind in ("limit", "fault")

    @property
    def is_note(self) -> bool:
        """Whether it only leaves something undecided."""
        return self.kind in ("template", "foreign")


def follow(tree: Tree) -> Scalar | Mapping | Sequence:
    """Return the tree itself, or what an alias stands for."""
    return tree.target if isinstance(tree, Alias) else tree


def members(mapping: Mapping) -> dict[str, Tree]:
    """Return a mapping's members as Kubernetes reads them.

    In the order of the text, a later one in place of an earlier one, what a merge key brings
    included; of a list of mappings to merge the first has precedence
    (kubernetes-sigs/yaml@v1.4.0:goyaml.v2/decode.go mapping, merge).
    """
    found: dict[str, Tree] = {}
    for entry in mapping.entries:
        if is_merge(entry):
            for source in reversed(list(_merge_sources(entry.value))):
                found.update(members(source))
        else:
            found[entry.key.text] = entry.value
    return found


def is_merge(entry: Entry) -> bool:
    """Whether a member is a merge key, `<<` unquoted."""
    return entry.key.text == "<<" and entry.key.style is Style.PLAIN


def _merge_sources(tree: Tree) -> Iterator[Mapping]:
    tree = follow(tree)
    if isinstance(tree, Mapping):
        yield tree
    elif isinstance(tree, Sequence):
        for item in map(follow, tree.items):
            if isinstance(item, Mapping):
                yield item


def child(tree: Tree, step: str | int) -> Tree | None:
    """Return a member by key or an item by index, through an alias too; None if there is none."""
    if isinstance(tree, Alias):
        tree = tree.target
    if isinstance(tree, Mapping) and isinstance(step, str):
        found = None
        for entry in tree.entries:
            key = entry.key.text
            if key == step:
                found = entry.value
            elif key == "<<" and is_merge(entry):
                return members(tree).get(step)
        return found
    if isinstance(tree, Sequence) and isinstance(step, int) and 0 <= step < len(tree.items):
        return tree.items[step]
    return None


def descend(tree: Tree, *steps: str | int) -> Tree | None:
    """Return what stands at the end of some steps, or None."""
    found: Tree | None = tree
    for step in steps:
        if found is None:
            return None
        found = child(found, step)
    return found


Value = ScalarValue | list["Value"] | dict[str, "Value"]


def plain(tree: Tree) -> Value:
    """Return a tree as plain Python values: strings, numbers, booleans, None, lists, dicts."""
    tree = follow(tree)
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Sequence):
        return [plain(item) for item in tree.items]
    return {key: plain(value) for key, value in members(tree).items()}


def string(tree: Tree | None) -> str | None:
    """Return a scalar's text if it is a string, else None."""
    if tree is None:
        return None
    tree = follow(tree)
    return tree.value if isinstance(tree, Scalar) and isinstance(tree.value, str) else None


def items(tree: Tree | None) -> tuple[Tree, ...]:
    """Return a sequence's items, or nothing for anything else."""
    if tree is None:
        return ()
    tree = follow(tree)
    return tree.items if isinstance(tree, Sequence) else ()
