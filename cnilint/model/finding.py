"""What the linter says: findings, the places they point at, and the fixes they carry."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, IntEnum

from cnilint.start import NamedTuple, dataclass, replace

from .location import Location
from .steps import Witness
from .text import Span
from .tree import Document, Route, Value

__all__ = [
    "Applicability",
    "Edit",
    "Finding",
    "Fix",
    "Handover",
    "Level",
    "Location",
    "Note",
    "Operation",
    "Related",
    "Repair",
    "TextEdit",
    "Way",
]


class Level(IntEnum):
    """How bad a finding is; SARIF's words, ordered."""

    OFF = 0
    NOTE = 1
    WARNING = 2
    ERROR = 3

    @classmethod
    def of(cls, word: str) -> Level:
        """Return the level a word names (`error`, `warning`, `note`, `off`); ValueError if none."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"not a level: {word!r} (error, warning, note or off)") from None

    def __str__(self) -> str:
        return self.name.lower()


class Applicability(IntEnum):
    """What applying a fix may cost its author.

    SAFE keeps the meaning the author intended. UNSAFE is likely right, but the author must look.
    DISPLAY is shown and never applied.
    """

    DISPLAY = 0
    UNSAFE = 1
    SAFE = 2

    def __str__(self) -> str:
        return self.name.lower()


class Operation(Enum):
    """What an edit does, in RFC 6902's words."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Edit:
    """A symbolic change of one document: an operation at a route, as in a JSON patch.

    `add` puts a new member into the mapping (or before the item of a sequence, `-1` for behind
    the last) that the route names with its last step; `after` names the member it is put behind
    (default: the last one). `replace` and `remove` need the route to exist.
    """

    document: Document
    route: Route
    operation: Operation
    value: Value = None
    after: str | None = None


class Repair(NamedTuple):
    """A change of text that leaves what a lenient reader makes of it as it is.

    Such as a comma that a strict JSON decoder refuses; `span` counts in the document's source.
    """

    document: Document
    span: Span
    text: str


class TextEdit(NamedTuple):
    """Text to put in place of a span (an empty span inserts)."""

    span: Span
    text: str


class Way(Enum):
    """To whom a fix is handed: to the file that was read, or to what the object is made from."""

    IN_PLACE = "in-place"
    KUSTOMIZE = "kustomize"
    HELM = "helm"

    def __str__(self) -> str:
        return self.value


class Handover(NamedTuple):
    """What is handed over in place of an edit of a file, and why.

    `text` is a patch for Kustomize or values for a chart, as the text of a file; of the values,
    `chart` and `values` tell the same.
    """

    way: Way
    why: str
    text: str
    chart: str = ""
    values: Mapping[str, Value] = {}


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that removes a finding, applied as a whole or not at all.

    With a `handover`, the edits show on what was rendered what is handed to its source; without,
    they are made in the files that were read. `rendered` are edits that show what `edits` of a
    generator's file lead to, and are not made.
    """

    title: str
    applicability: Applicability
    edits: tuple[Edit | Repair, ...]
    note: str = ""
    """Why the fix is no more than display, or what its author has to look at."""
    handover: Handover | None = None
    rendered: tuple[Edit | Repair, ...] = ()

    def __repr__(self) -> str:
        return f"<Fix {self.applicability}: {self.title}>"

    def only_shown(self, reason: str) -> Fix:
        """Return the fix as one that is shown and not applied, for a reason."""
        return replace(self, applicability=Applicability.DISPLAY, note=reason)

    @property
    def way(self) -> Way:
        """To whom it is handed."""
        return self.handover.way if self.handover is not None else Way.IN_PLACE

    @property
    def remark(self) -> str:
        """What a person is told beside the title: how it is handed over and why, and the note."""
        how = ""
        if self.handover is not None:
            form = "values of the chart" if self.way is Way.HELM else "a patch for Kustomize"
            how = f"as {form}: {self.handover.why}"
        return "; ".join(part for part in (how, self.note) if part)


class Related(NamedTuple):
    """Another place that explains a finding."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: a rule, a place, what is wrong there in one sentence, and what removes it."""

    rule: str
    name: str
    level: Level
    message: str
    location: Location
    cluster: str = ""
    details: tuple[str, ...] = ()
    """Further lines for a person."""
    help: str = ""
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    """The orders of events that show it."""

    def __repr__(self) -> str:
        return f"<Finding {self.rule} {self.level} {self.location}: {self.message}>"


class Note(NamedTuple):
    """Something that was not decided, with its reason: never an error, never silence."""

    message: str
    location: Location | None = None
    cluster: str = ""
    undecided: bool = False
    """Whether it says that a class of nodes is not decided: then each report has it, by itself."""
