"""Every order of events of a class of nodes, step by step: what is there and who takes it."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.engine.sentences import OrderInWords, cause_words, step_words, ways
from cnilint.model.steps import Cause, Situation, Step
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.owner import Ownership
from cnilint.simulation.search import Moment, Outcome
from cnilint.start import NamedTuple

from .markup import Markup, joined, tag
from .scene import Scene

MOST_ORDERS = 12
"""Orders that are shown of each way a class can end; the JSON report has all."""

NO_MOMENT = Moment((), Ownership(None, None))


class ShownStep(NamedTuple):
    """An event, what there is after it, and in words what is taken of that."""

    event: str
    actor: int | None
    moment: Moment
    words: str


def orders(facts: ClassFacts, scene: Scene, level: int) -> Iterator[Markup]:
    """Yield a section for each way a class can end, under headings of a level and the next one."""
    for end in _ends(facts):
        found = [_order(way, facts, scene, level + 1) for way in end.ways[:MOST_ORDERS]]
        if len(end.ways) > MOST_ORDERS:
            more = len(end.ways) - MOST_ORDERS
            found.append(tag("p", f"{more} more are in the JSON report.", class_="soft"))
        yield tag("section", tag(f"h{level}", *_end(end.owner, end.cause)), *found, class_="end")


def shown_orders(facts: ClassFacts) -> int:
    """Return how many orders are shown of a class."""
    return sum(min(len(end.ways), MOST_ORDERS) for end in _ends(facts))


class End(NamedTuple):
    """A way a class can end, with the orders that lead there."""

    owner: str | None
    cause: Cause | None
    ways: list[OrderInWords]


def _ends(facts: ClassFacts) -> Iterator[End]:
    for owner in [*facts.delegates, None]:
        outcomes = [each for each in facts.outcomes if each.master == owner]
        for cause in dict.fromkeys(each.cause for each in outcomes):
            yield End(owner, cause, ways(each for each in outcomes if each.cause == cause))


def _end(owner: str | None, cause: Cause | None) -> tuple[str | Markup, ...]:
    if owner is None:
        return (f"Nothing owns the pods: {cause_words(cause)}",)
    but = f", but {cause_words(cause)}" if cause else ""
    return tag("code", owner), f" owns the pods{but}"


def _order(way: OrderInWords, facts: ClassFacts, scene: Scene, level: int) -> Markup:
    """Return one order: its situations, then its steps."""
    situations = ", ".join(one.value for one in way.situations)
    first = way.outcomes[0]
    place = {row.name: at for at, row in enumerate(scene.rows)}
    items = [_item(step, place) for step in steps(first, facts, scene)]
    return tag(
        "div",
        tag(f"h{level}", situations, class_="situation"),
        tag("ol", *items, class_="steps", start=1 - _early(first)),
        class_="order",
    )


def _item(step: ShownStep, place: dict[str, int]) -> Markup:
    found = step.moment.found
    return tag(
        "li",
        tag("p", step.event, class_="event"),
        tag("p", *_state(step), class_="state"),
        class_="step",
        data_files=" ".join(str(place[name]) for name in step.moment.files),
        data_takes=place.get(found.runtime or ""),
        data_owner=place.get(found.master or ""),
        data_through=found.through_multus,
        data_actor=step.actor,
    )


def _state(step: ShownStep) -> Iterator[str | Markup]:
    names = [tag("code", name) for name in step.moment.files]
    yield joined(["In place: ", joined(names, ", "), ". "]) if names else "Nothing is in place. "
    yield step.words


def _early(outcome: Outcome) -> bool:
    """Whether the steps begin with what was there before anything happened: at a first boot."""
    return outcome.situation is Situation.FIRST_BOOT


def steps(outcome: Outcome, facts: ClassFacts, scene: Scene) -> Iterator[ShownStep]:
    """Yield the steps of the way to an outcome; the first boot's begin with what was there before.

    The last one is the outcome itself.
    """
    found = Ownership(outcome.runtime, outcome.master, outcome.through_multus, outcome.cause)
    last = Moment(outcome.files, found)
    moments = [*outcome.moments[1:-1], last] if outcome.order else [last]
    padding = [NO_MOMENT] * (len(outcome.order) - len(moments))
    if _early(outcome):
        first = (outcome.moments or (NO_MOMENT if outcome.order else last,))[0]
        yield ShownStep("Before anything runs", None, first, taken(first.found, scene.runtime))
    for step, moment in zip(outcome.order, [*padding, *moments], strict=False):
        said = step_words(step)
        begun = said[:1].upper() + said[1:]
        yield ShownStep(begun, _acting(step, facts), moment, taken(moment.found, scene.runtime))


def _acting(step: Step, facts: ClassFacts) -> int | None:
    """Return the place of the install that acts in a step, None if it is none.

    A workload may install a product twice; then it is the install whose file the step names.
    """
    who = step.actor.product, step.actor.object
    found = [at for at, one in enumerate(facts.installers) if (one.product.id, one.object) == who]
    files = [facts.installers[at].writes for at in found]
    named = [at for at, file in zip(found, files, strict=True) if file and file.name in step.files]
    return next(iter([*named, *found]), None)


def taken(found: Ownership, runtime: str) -> str:
    """Return in words what a runtime and Multus hold at a moment."""
    cause = cause_words(found.cause) if found.cause else ""
    if found.runtime is None:
        return f"{runtime} is not ready{': ' + cause if cause else ''}."
    if found.master is None:
        return f"{runtime} takes {found.runtime}, but pods get no network: {cause}."
    but = f", but {cause}" if cause else ""
    if found.through_multus:
        owner = f"and through it pods get the network of {found.master}"
        return f"{runtime} takes {found.runtime}, {owner}{but}."
    return f"{runtime} takes {found.runtime}: it owns the pods{but}."
