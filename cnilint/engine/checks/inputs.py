"""What is wrong with the texts themselves, before anything is known of a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cnilint.engine.hit import Hit
from cnilint.engine.sentences import counted_more, fault_message, fault_report
from cnilint.model.finding import Level, Location, Note, Related
from cnilint.model.tree import SyntaxProblem


def syntax_problem(problems: Iterable[SyntaxProblem], _notes: Iterable[Note]) -> Iterator[Hit]:
    """CNI901: a document that does not parse, or a file that cannot be read."""
    for problem in problems:
        if problem.kind == "syntax":
            yield Hit(_place(problem), {"message": problem.message}, related=_related(problem))


def limit_reached(problems: Iterable[SyntaxProblem], _notes: Iterable[Note]) -> Iterator[Hit]:
    """CNI904: what was not judged, as it takes too much or cnilint fails on it.

    What many files share is told of once.
    """
    found: dict[tuple[str, str], list[SyntaxProblem]] = {}
    for problem in problems:
        if problem.kind == "limit":
            found.setdefault(("", problem.message), []).append(problem)
        elif problem.fault is not None:
            found.setdefault((problem.fault.doing, fault_message(problem)), []).append(problem)
    for (_doing, message), members in found.items():
        names = dict.fromkeys(one.source.path for one in members)
        more = f" (and so is not {counted_more(len(names) - 1)})" if len(names) > 1 else ""
        level = Level.ERROR if members[0].fault is not None else None
        details = fault_report(members[0].fault) if members[0].fault is not None else ()
        yield Hit(_place(members[0]), {"message": f"{message}{more}"}, details, level=level)


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
