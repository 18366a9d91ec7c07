"""How fixes are chosen and what applying them came to; light, as a clean run loads only this."""

from __future__ import annotations

from dataclasses import dataclass

from cnilint.engine.inputs import Inputs
from cnilint.engine.result import Result
from cnilint.model.finding import Applicability, Finding
from cnilint.model.text import Source


@dataclass(frozen=True, slots=True)
class Options:
    """The least grade of fix that is applied, and whether rendered files may be changed."""

    least: Applicability = Applicability.SAFE
    rendered: bool = False


DEFAULT_OPTIONS: Options = Options()


@dataclass(frozen=True, slots=True)
class Fixed:
    """What applying fixes came to.

    `changed` holds the sources before and after; `applied` counts the fixes; `held_back` are those
    that did not fit in even the last round.
    """

    inputs: Inputs
    result: Result
    changed: tuple[tuple[Source, Source], ...]
    applied: int
    held_back: tuple[Finding, ...]
