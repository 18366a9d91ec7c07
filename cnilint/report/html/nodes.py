"""One class of nodes as HTML: the answer, the picture, what is installed, and every order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.engine.sentences import verdict_words
from cnilint.report.terminal.inspect import does
from cnilint.report.words import counted, verdict_style
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster

from .markup import Markup, cell, header, table, tag
from .orders import orders, shown_orders
from .picture import NARROW, WIDE, picture
from .scene import scene

SYMBOLS = {"good": "✓", "bad": "✗", "faint": "?"}
"""Before a verdict, by the name of its style."""

LEGEND = "Every order at once: what is dashed is so in some orders and not in others."
CERTAIN_LEGEND = "What every order comes to in the end."


def answer(facts: ClassFacts) -> tuple[Markup, str]:
    """Return a class's verdict as a badge, and what there is to say beside it."""
    word, rest = verdict_words(facts.verdict)
    style = verdict_style(facts.verdict)
    return badge(style, word, SYMBOLS[style]), rest


def badge(style: str, word: str, symbol: str) -> Markup:
    """Return a verdict's word in the colour of its style, behind a symbol for the eye."""
    mark = tag("span", symbol, aria_hidden="true")
    return tag("span", mark, f" {word}", class_=f"badge {style}")


def node_class(
    facts: ClassFacts, cluster: Cluster, anchor: str, above: str, *, folded: bool
) -> Markup:
    """Return the section of a class of nodes, to be found under an anchor, below another one.

    A folded one shows its name and its verdict, until it is opened or the anchor is followed.
    """
    word, rest = answer(facts)
    title = tag("h3", facts.name, id=f"{anchor}-title")
    line = tag("p" if not folded else "span", word, " ", tag("span", rest), class_="verdict")
    inside = _timeline(facts, cluster, anchor)
    about = {"class_": "card nodes", "aria_labelledby": f"{above} {anchor}-title"}
    if not folded:
        return tag("section", title, line, inside, id=anchor, **about)
    summary = tag("summary", title, " ", line)
    # what is inside of it is opened by a link to it
    return tag("section", tag("details", summary, tag("div", inside, id=anchor)), **about)


def both_sides(sides: Sequence[tuple[str, ClassFacts | None, str]], runtime: str) -> Markup:
    """Return the answers and pictures of a class of nodes before and after a change.

    Each side has its heading, the class if there is one, and what is said where there is none.
    """
    return tag("div", *(_side(*side, runtime) for side in sides), class_="sides")


def _side(heading: str, facts: ClassFacts | None, absent: str, runtime: str) -> Markup:
    if facts is None:
        none = badge("faint", "undecided", SYMBOLS["faint"])
        return tag("div", tag("h4", heading), tag("p", none, " ", absent, class_="verdict"))
    word, rest = answer(facts)
    return tag(
        "div",
        tag("h4", heading),
        tag("p", word, " ", tag("span", rest), class_="verdict"),
        tag("figure", picture(scene(facts, runtime), NARROW, "side")),
    )


def settled(facts: ClassFacts) -> bool:
    """Whether there is nothing to do about a class of nodes."""
    return verdict_style(facts.verdict) != "bad"


def _timeline(facts: ClassFacts, cluster: Cluster, anchor: str) -> Markup:
    """Return the picture beside the orders; a script makes them one thing to step through."""
    seen = scene(facts, cluster.runtime)
    legend = CERTAIN_LEGEND if len(facts.delegates) == 1 else LEGEND
    controls = tag(
        "div",
        tag("button", "← Previous step", type="button", class_="previous"),
        tag("button", "Next step →", type="button", class_="next"),
        tag("button", "All orders", type="button", class_="all"),
        tag("span", "or the arrow keys and Esc", class_="hint soft"),
        class_="controls",
        role="group",
        aria_label=f"Step through the orders of {facts.name}",
        hidden=True,
    )
    figure = tag(
        "figure",
        picture(seen, WIDE, "wide"),
        picture(seen, NARROW, "narrow"),
        controls,
        tag("figcaption", legend, aria_live="polite", aria_atomic="true", data_all=legend),
    )
    count = shown_orders(facts)
    folded = tag(
        "details",
        tag("summary", f"How it comes about: {counted(count, 'order')} of events"),
        *orders(facts, seen, 4),
        class_="orders",
        open=facts.verdict.bad,
    )
    left = tag("div", figure, _installs(facts), class_="scene")
    return tag("div", left, folded, class_="timeline", id=f"{anchor}-timeline")


def _installs(facts: ClassFacts) -> Markup | None:
    if not facts.installers:
        return None
    heads = ("Product", "Role", "Object", "In the directory")
    return table("What is installed", heads, _rows(facts), "installs")


def _rows(facts: ClassFacts) -> Iterator[tuple[Markup, ...]]:
    for one in facts.installers:
        assumed = tag("span", f"assumed: {one.assumed}", class_="soft") if one.assumed else None
        yield (
            header(one.title),
            cell(one.role.value),
            cell(one.object, " " if assumed else None, assumed),
            cell(does(one, facts)),
        )
