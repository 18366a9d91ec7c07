"""The report as one page for a browser: it needs no network, no server and no script to be read."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint import __version__
from cnilint.engine.result import Result
from cnilint.model.finding import Applicability, Level
from cnilint.model.verdict import VerdictKind
from cnilint.report.words import NO_CNI, counted, manifests_read
from cnilint.simulation.class_facts import ClassFacts

from .assets import asset, policy
from .findings import explained, findings, notes, suppressed
from .markup import Markup, cell, header, joined, path, table, tag
from .nodes import SYMBOLS, answer, badge, node_class, settled

MOST_OPEN = 3
"""Classes of nodes of which each is drawn at once."""


def html(result: Result) -> str:
    """Return the page. The same result gives the same text, which can be written as UTF-8."""
    return framed(
        headline(result),
        _header(result),
        tag("main", *_clusters(result), *_rest(result)),
    )


def framed(title: str, *children: Markup) -> str:
    """Return a page with what a header and a main part say."""
    style, script = asset("report.css"), asset("report.js")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy(style, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"cnilint: {title}"),
        Markup(f"<style>{style}</style>"),
    )
    body = tag(
        "body",
        tag("a", "Skip to the findings", href="#findings", class_="skip"),
        *children,
        tag("footer", tag("p", f"cnilint {__version__}", class_="soft")),
        Markup(f"<script>{script}</script>"),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _rest(result: Result) -> Iterator[Markup | None]:
    """Yield what follows the clusters."""
    yield findings(result)
    yield suppressed(result)
    yield notes(result)
    yield explained(result)


def headline(result: Result) -> str:
    """Return the whole answer in one line: the worst of what holds on a class of nodes."""
    if result.by_file:
        return f"{counted(len(result.findings), 'finding')} in files that are each judged alone"
    classes = [facts for cluster in result.clusters for facts in cluster.classes]
    if not classes:
        return "nothing in these manifests installs a CNI"
    answers = (
        (VerdictKind.NEVER_READY, "something never comes up"),
        (VerdictKind.RACE, "a race decides who owns the pods"),
        (VerdictKind.STALE_OWNER, "a file that nothing installs owns the pods"),
        (VerdictKind.BYPASSED, "pods miss what is installed for them"),
        (VerdictKind.UNDECIDED, "it is not known who owns the pods"),
        (VerdictKind.DETERMINISTIC, "one CNI owns the pods, and all that is installed works"),
    )
    for kind, words in answers:
        found = [facts for facts in classes if facts.verdict.kind is kind]
        if found:
            return f"{words}{_where(found, classes)}"
    return "no CNI in these manifests gives a node its network"


def _where(found: list[ClassFacts], classes: list[ClassFacts]) -> str:
    if len(classes) == 1:
        return f" on {classes[0].name}"
    if len(found) == len(classes):
        return " on every class of nodes"
    return f" on {len(found)} of {len(classes)} classes of nodes"


def _header(result: Result) -> Markup:
    line = headline(result)
    return tag(
        "header",
        tag("p", "cnilint", class_="brand"),
        tag("h1", line[:1].upper() + line[1:]),
        tag("p", _looked_at(result), class_="soft"),
        tag("ul", *_counts(result), class_="counts"),
        _verdicts(result),
    )


def _looked_at(result: Result) -> str:
    if result.by_file:
        return f"Looked at {counted(result.sources, 'file')}, each by itself."
    installs = sum(len(cluster.installers) for cluster in result.clusters)
    parts = (
        counted(len(result.clusters), "cluster"),
        manifests_read(result),
        counted(installs, "CNI install"),
    )
    return f"Looked at {', '.join(parts)} in {counted(result.sources, 'file')}."


def _counts(result: Result) -> Iterator[Markup]:
    for level in (Level.ERROR, Level.WARNING, Level.NOTE):
        count = result.count(level)
        words = counted(count, str(level))
        said = tag("a", words, href=f"#{level}s") if count else words
        yield tag("li", said, class_=f"badge {level if count else 'faint'}")
    fixable = result.fixable(Applicability.SAFE)
    if fixable:
        yield tag("li", f"{fixable} fixable with --fix", class_="badge good")
    unsafe = result.fixable(Applicability.UNSAFE) - fixable
    if unsafe:
        yield tag("li", f"{unsafe} with --fix --unsafe-fixes", class_="badge faint")
    elsewhere = result.fixable(Applicability.SAFE, in_place=False)
    if elsewhere:
        yield tag("li", f"{elsewhere} fixable with --patch-dir", class_="badge good")


def _verdicts(result: Result) -> Markup | None:
    """Return one row for each class of nodes of each cluster; nothing where none is judged."""
    if result.by_file:
        return None
    heads = ("Cluster", "Nodes", "Verdict", "Who owns the pods")
    return table("The answer for each class of nodes", heads, _rows(result), "verdicts")


def _rows(result: Result) -> Iterator[tuple[Markup, ...]]:
    for number, cluster in enumerate(result.clusters, 1):
        if not cluster.classes:
            none = badge("faint", "undecided", SYMBOLS["faint"])
            said = (cell("no nodes"), cell(none), cell(NO_CNI))
            yield (header(path(cluster.name)), *said)
        for at, facts in enumerate(cluster.classes, 1):
            word, rest = answer(facts)
            link = tag("a", facts.name, href=f"#nodes-{number}-{at}")
            cells = (header(link), cell(word), cell(rest))
            first = (header(path(cluster.name), rows=len(cluster.classes)),) if at == 1 else ()
            yield (*first, *cells)


def _clusters(result: Result) -> Iterator[Markup]:
    """Yield a section for each cluster; of many classes, those in which all is well are folded."""
    many = sum(len(cluster.classes) for cluster in result.clusters) > MOST_OPEN
    for number, cluster in enumerate(result.clusters, 1):
        if not cluster.classes:
            continue
        above = f"cluster-{number}"
        title = tag("h2", "Cluster ", path(cluster.name), id=above)
        classes = [
            node_class(
                facts, cluster, f"nodes-{number}-{at}", above, folded=many and settled(facts)
            )
            for at, facts in enumerate(cluster.classes, 1)
        ]
        yield tag("section", title, joined(classes), aria_labelledby=above)
