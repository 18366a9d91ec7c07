"""The HTML report: what it says, all of it without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from cnilint import lint
from cnilint.engine.result import KnownBy, KnownReason, Result, Suppressed
from cnilint.engine.sentences import step_words, verdict_line
from cnilint.model.finding import Finding, Level, Note
from cnilint.model.steps import Situation
from cnilint.report.html.page import headline, html
from cnilint.simulation.cluster import Cluster
from tests.unit.report.html.page import Element, page

ROOT = Path(__file__).resolve().parents[4]

Read = Callable[..., Cluster]
Told = Callable[..., Result]
Find = Callable[..., Finding]


@pytest.fixture(scope="module")
def race() -> tuple[Result, Element]:
    result = lint([str(ROOT / "examples" / "eks-multus-istio")])
    return result, page(html(result))


@pytest.fixture(scope="module")
def examples() -> Element:
    return page(html(lint([str(ROOT / "examples")])))


NOTHING = "Nothing is in place."
THROUGH = "containerd takes 00-multus.conf, and through it pods get the network of 10-aws.conflist."


def heads(of: Element) -> list[int]:
    return [int(e.name[1]) for e in of.walk() if re.fullmatch("h[1-6]", e.name)]


def test_a_reader_that_hears_the_page_finds_its_way(examples: Element) -> None:
    assert examples.one("html").attributes["lang"] == "en"
    assert [e.name for e in examples.one("body").children if isinstance(e, Element)] == [
        *("a", "header", "main", "footer", "script")
    ]
    levels = heads(examples)
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [e.attributes["id"] for e in examples.walk() if "id" in e.attributes]
    assert len(set(ids)) == len(ids)
    for element in examples.walk():
        for key in ("href", "aria-labelledby"):
            target = element.attributes.get(key) or ""
            if key != "href" and target:
                assert set(target.split()) <= set(ids)
            elif target.startswith("#"):
                assert target[1:] in ids
    for picture in examples.all("svg"):
        assert picture.attributes["role"] == "img"
        assert picture.attributes["aria-label"]
    assert all(button.text.strip() for button in examples.all("button"))
    assert all(e.attributes["aria-live"] == "polite" for e in examples.all("figcaption"))


def test_each_class_has_its_verdict_in_words_at_the_top_and_beside_its_picture(
    read: Read, told: Told
) -> None:
    first, second = read("multus", "aws", "istio", called="one"), read("aws", called="two")
    result = told(first, second, read("nothing", called="three"))
    top = page(html(result))
    rows = [
        [cell.text for cell in row.walk() if cell.name in ("td", "th")]
        for row in top.one("table", "verdicts").one("tbody").all("tr")
    ]
    assert rows == [
        ["one", "all nodes", "✗ a race", "02-istio.conf or 10-aws.conflist"],
        ["two", "all nodes", "✓ deterministic", "10-aws.conflist"],
        ["three", "no nodes", "? undecided", "nothing in view installs a CNI"],
    ]
    for cluster, section in zip((first, second), top.all("section", "nodes"), strict=True):
        said = section.one("p", "verdict").text.removeprefix("✗ ").removeprefix("✓ ")
        assert said == verdict_line(cluster.classes[0].verdict).replace(": ", " ")


def test_the_headline_is_the_worst_that_holds(read: Read, told: Told) -> None:
    assert headline(told(read("aws"))) == (
        "one CNI owns the pods, and all that is installed works on all nodes"
    )
    race = read("multus", "aws", "istio")
    assert headline(told(race)) == "a race decides who owns the pods on all nodes"
    assert headline(told(read("aws"), race)) == (
        "a race decides who owns the pods on 1 of 2 classes of nodes"
    )
    assert headline(told(race, race)) == "a race decides who owns the pods on every class of nodes"
    assert headline(told(read("nothing"))) == "nothing in these manifests installs a CNI"
    assert headline(told(read("multus"))) == "it is not known who owns the pods on all nodes"


def test_without_a_script_every_step_of_every_order_is_there(race: tuple[Result, Element]) -> None:
    result, top = race
    (facts,) = result.clusters[0].classes
    shown = [[p.text for p in order.all("p", "event")] for order in top.all("div", "order")]
    assert len(shown) == len({(each.master, each.cause, each.order) for each in facts.outcomes})
    for outcome in facts.outcomes:
        first = ["Before anything runs"] if outcome.situation is Situation.FIRST_BOOT else []
        events = [said[:1].upper() + said[1:] for said in map(step_words, outcome.order)]
        assert [*first, *events] in shown
    hidden = [e for e in top.walk() if "hidden" in e.attributes]
    copies = ["copy" for finding in result.findings for _fix in finding.fixes]
    assert [e.attributes["class"] for e in hidden] == ["controls", *copies]
    assert "open" in top.one("details", "orders").attributes


def test_a_step_says_what_is_there_and_who_takes_it(race: tuple[Result, Element]) -> None:
    _, top = race
    found = {
        order.one("h5").text + " " + section.one("h4").text: order
        for section in top.all("section", "end")
        for order in section.all("div", "order")
    }
    restless = "but the installers undo each other's work for ever"
    lasting = f"{THROUGH.removesuffix('.')}, {restless}."
    order = found[f"first boot 10-aws.conflist owns the pods, {restless}"]
    assert [p.text for p in order.all("p", "state")] == [
        f"{NOTHING} containerd is not ready: the container runtime finds no CNI configuration.",
        "In place: 10-aws.conflist. containerd takes 10-aws.conflist: it owns the pods.",
        f"In place: 00-multus.conf, 10-aws.conflist. {THROUGH}",
        f"In place: 00-multus.conf, 02-istio-cni.conflist, 10-aws.conflist. {lasting}",
    ]
    data = [
        tuple(step.attributes.get(f"data-{key}") for key in ("files", "takes", "owner", "actor"))
        for step in order.all("li", "step")
    ]
    assert data == [
        ("", None, None, None),
        ("2", "2", "2", "0"),
        ("0 2", "0", "2", "2"),
        ("0 1 2", "0", "2", "1"),
    ]


def test_a_finding_has_its_place_its_excerpt_its_witness_and_its_fix(
    race: tuple[Result, Element],
) -> None:
    result, top = race
    cards = top.all("article", "finding")
    ((finding, card),) = (
        each for each in zip(result.findings, cards, strict=True) if each[0].rule == "CNI101"
    )
    assert card.one("h4").text == finding.message
    assert card.one("p", "label").text.split() == ["errorCNI101master-depends-on-order"]
    assert card.all("code", "path")[0].text.endswith("multus.yaml:15:29")
    assert [mark.text for mark in card.all("mark")] == ['"auto"', "aws-node", "istio-cni-node"]
    steps = [item.text for witness in card.all("ol", "witness") for item in witness.all("li")]
    assert steps == [step_words(s) for order in finding.witnesses for s in order.steps]
    assert finding.help in card.one("p", "help").text
    diff = card.one("pre", "diff").text
    assert '+        "multusMasterCNI": "02-istio-cni.conflist",\n' in diff
    assert diff.startswith("--- a/")
    assert diff.endswith("\n")
    rule = next(e for e in top.all("article") if e.attributes.get("id") == "CNI101")
    assert [a.attributes["href"] for a in rule.all("a")] == [a.text for a in rule.all("a")] != []


def test_findings_are_grouped_by_level_the_worst_first(find: Find, told: Told, read: Read) -> None:
    levels = (Level.NOTE, Level.ERROR, Level.WARNING, Level.ERROR)
    found = tuple(
        find("aws", "aws-node", level=level, message=f"{n}") for n, level in enumerate(levels)
    )
    top = page(html(told(read("aws"), findings=found)))
    groups = next(e for e in top.all("section") if e.attributes.get("id") == "findings")
    assert [e.text for e in groups.walk() if e.name in ("h3", "h4")] == [
        *("Errors", "1", "3", "Warnings", "2", "Notes", "0")
    ]
    assert [e.text for e in top.one("ul", "counts").all("li")] == [
        "2 errors",
        "1 warning",
        "1 note",
    ]


def test_known_findings_and_notes_are_folded(find: Find, told: Told, read: Read) -> None:
    known = Suppressed(find("aws", "aws-node"), KnownReason(KnownBy.BASELINE, "May"), 0)
    result = told(read("aws"), notes=(Note("not decided", find("aws", "name").location),))
    top = page(html(replace(result, suppressed=(known,))))
    folded = [details.text for details in top.all("details", "notes")]
    assert folded == [
        f"1 known findingCNI101 {known.finding.message} (aws.yaml:3:18): in the baseline, May",
        "1 place not decidednot decided (aws.yaml:3:12)",
    ]
    assert not top.all("article", "finding")


def many(read: Read, told: Told, count: int = 4) -> Result:
    """Return clusters of which the first two race, and all is well in the others."""
    names = [("multus", "aws", "istio")] * 2 + [("aws",)] * (count - 2)
    return told(*(read(*each, called=f"c{n}") for n, each in enumerate(names)))


def test_of_many_classes_those_in_which_all_is_well_are_folded(read: Read, told: Told) -> None:
    top = page(html(many(read, told)))
    sections = top.all("section", "nodes")
    folded = [next((e for e in s.children if isinstance(e, Element)), s) for s in sections]
    assert [e.name for e in folded] == ["h3", "h3", "details", "details"]
    for section, details in zip(sections[2:], folded[2:], strict=True):
        assert "open" not in details.attributes
        summary, inside = (e for e in details.children if isinstance(e, Element))
        assert summary.text == "all nodes ✓ deterministic 10-aws.conflist"
        names = str(section.attributes["aria-labelledby"]).split()
        assert names[1] == section.one("h3").attributes["id"]
        assert str(inside.attributes["id"]).startswith("nodes-"), "a link to it opens it"
    few = page(html(many(read, told, 3)))
    assert all("open" in e.attributes or "orders" in e.classes for e in few.all("details"))


def test_a_cluster_is_named_once_beside_its_classes() -> None:
    result = lint([str(ROOT / "examples" / "eks-hybrid-nodes")])
    (cluster,) = result.clusters
    assert len(cluster.classes) > 1
    body = page(html(result)).one("table", "verdicts").one("tbody")
    names = [e for e in body.all("th") if e.text == cluster.name]
    assert [e.attributes["rowspan"] for e in names] == [str(len(cluster.classes))]
    assert len(body.all("tr")) == len(cluster.classes)


def test_the_counts_lead_to_what_they_count(find: Find, told: Told, read: Read) -> None:
    found = (find("aws", "kind"), find("aws", "kind", level=Level.NOTE))
    top = page(html(told(read("aws"), findings=found)))
    links = {e.text: e.attributes["href"] for e in top.one("ul", "counts").all("a")}
    assert links == {"1 error": "#errors", "1 note": "#notes"}


@pytest.mark.parametrize("count", [10, 11])
def test_of_many_findings_each_is_short_and_can_be_looked_for(
    count: int, find: Find, told: Told, read: Read
) -> None:
    each = find("aws", "kind", details=("so:", "  1. step"), help="pin it")
    top = page(html(told(read("aws"), findings=(each,) * count)))
    articles = top.all("article", "finding")
    assert len(articles) == count
    assert all("step" in one.text and "pin it" in one.text for one in articles)
    many = count > 10
    assert [len(one.all("details", "more")) for one in articles] == [int(many)] * count
    searches = top.all("div", "search")
    assert len(searches) == int(many)
    for search in searches:
        assert "hidden" in search.attributes, "a script shows it"
        assert search.one("label").attributes["for"] == search.one("input").attributes["id"]


def test_the_page_of_500_findings_is_no_burden() -> None:
    result = lint([str(ROOT / "examples")])
    times = 500 // len(result.findings) + 1
    text = html(replace(result, findings=result.findings * times))
    assert text.count('<article class="finding') >= 500
    assert len(text.encode()) < 4_000_000
