"""How fixes are chosen and what applying them came to; light, as a clean run loads only this."""

from __future__ import annotations

from cnilint.engine.inputs import Inputs
from cnilint.engine.result import Result
from cnilint.engine.selected import SelectedObject
from cnilint.engine.shards import WHOLE, Shard
from cnilint.model.finding import Applicability, Finding, Way
from cnilint.model.text import Source
from cnilint.start import NamedTuple


class Options(NamedTuple):
    """The least grade of fix that is applied, and how fixes are handed over.

    `rendered` says that rendered files may be changed; `way` is the way that is asked for, None
    for the one that fits where an object comes from. `patches` says that there is a folder for
    patches: then what comes through a pipe is taken for rendered, whatever it says of itself.
    `jobs` is how many processes prove fixes: a number, or `auto`. `shard` is the share of the run
    whose fixes are proven.
    """

    least: Applicability = Applicability.SAFE
    rendered: bool = False
    way: Way | None = None
    patches: bool = False
    jobs: str = "1"
    shard: Shard = WHOLE


DEFAULT_OPTIONS: Options = Options()


class Cure(NamedTuple):
    """A fix that was made, in words: the rule, its name, and what the fix does."""

    rule: str
    name: str
    title: str


class Handout(NamedTuple):
    """A file to hand over: a patch for Kustomize (with its `target`), or values for a `chart`.

    `subject` is what it changes, in words, and `why` where that comes from.
    """

    file: str
    text: str
    subject: str
    why: str
    cures: tuple[Cure, ...]
    target: SelectedObject | None = None
    chart: str = ""


class Fixed(NamedTuple):
    """What applying fixes came to.

    `changed` holds the sources before and after; `applied` counts the fixes made in them;
    `held_back` are those that did not fit in even the last round. `handouts` are the files for the
    fixes that are made elsewhere; `found` is what was there at first, and `result` what is left
    while those are not made.
    """

    inputs: Inputs
    found: Result
    result: Result
    changed: tuple[tuple[Source, Source], ...]
    applied: int
    held_back: tuple[Finding, ...]
    handouts: tuple[Handout, ...] = ()
