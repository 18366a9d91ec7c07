"""What is wrong with the texts themselves, before anything is known of a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cnilint.engine.hit import Hit
from cnilint.model.finding import Location, Note, Related
from cnilint.model.tree import SyntaxProblem


def syntax_problem(problems: Iterable[SyntaxProblem], _notes: Iterable[Note]) -> Iterator[Hit]:
    """CNI901: a document that does not parse, or a file that cannot be read."""
    for problem in problems:
        if problem.kind == "syntax":
            yield Hit(_place(problem), {"message": problem.message}, related=_related(problem))


def repeated_key(problems: Iterable[SyntaxProblem], _notes: Iterable[Note]) -> Iterator[Hit]:
    """CNI902: a key that stands twice in one mapping."""
    for problem in problems:
        if problem.kind != "duplicate-key" or problem.related is None:
            continue
        key = problem.source.text[problem.span.start : problem.span.end]
        line = problem.source.position(problem.related.start).line
        yield Hit(_place(problem), {"key": key, "first": f"line {line}"}, related=_related(problem))


def unresolved(_problems: Iterable[SyntaxProblem], notes: Iterable[Note]) -> Iterator[Hit]:
    """CNI905: what could not be decided, with its reason."""
    for note in notes:
        if note.location is not None:
            yield Hit(note.location, {"message": note.message})


def _place(problem: SyntaxProblem) -> Location:
    return Location(problem.source, problem.span)


def _related(problem: SyntaxProblem) -> tuple[Related, ...]:
    if problem.related is None:
        return ()
    return (Related(Location(problem.source, problem.related), "first here"),)
