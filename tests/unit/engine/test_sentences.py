"""What is said of steps, orders, causes and verdicts."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnilint.upstream
from cnilint.engine.sentences import (
    CAUSES,
    DOES,
    GOES_ALONG,
    KINDS,
    UNKNOWN,
    cause_words,
    detail_lines,
    heading,
    step_words,
    verdict_line,
    verdict_words,
    ways,
)
from cnilint.model.finding import Finding, Level, Location
from cnilint.model.steps import NODE, Actor, Cause, Ending, Failure, Situation, Step, Verb, Witness
from cnilint.model.text import Source, Span
from cnilint.model.verdict import Doubt, Unknown, Verdict, VerdictKind
from cnilint.report.words import verdict_style
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.search import Outcome, Simulation
from tests.unit.report.conftest import read as read_cluster
from tests.unit.report.orders import AWS_WRITES, ISTIO_WRITES, REBOOTS, RESTARTS, picks, witness

Read = Callable[..., Cluster]
read = read_cluster

A = Actor("A")


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step(A, Verb.WRITES, ("a",)), "A writes a"),
        (
            Step(
                A,
                Verb.WRITES,
                ("a",),
                also=(Step(A, Verb.REMOVES, ("b", "c")), Step(A, Verb.RENAMES, ("d",))),
            ),
            "A writes a and removes b, c and renames d",
        ),
        (Step(A, Verb.LEAVES, ("a",)), "A finds a and leaves it"),
        (Step(A, Verb.CHAINS, ("a",)), "A chains itself into a"),
        (
            Step(A, Verb.CHAINS_AS_LIST, ("a.conflist",), "a.conf"),
            "A chains itself into a.conf, now a .conflist",
        ),
        (
            Step(A, Verb.CHAINS_BESIDE, ("a.conflist",), "a.conf"),
            "A chains itself into a.conflist, a copy that leaves the .conf in place",
        ),
        (Step(A, Verb.COPIES, ("a",), "b"), "A writes a, a copy of b"),
        (Step(A, Verb.COPIES, ("a",)), "A copies a into the directory"),
        (
            Step(A, Verb.COPIES_CHAINED, ("a",), "b", (Step(A, Verb.RENAMES, ("b",)),)),
            "A writes a, a copy of b with its plugin chained and renames b",
        ),
        (Step(A, Verb.REFERS, ("a",), "b"), "A writes a, which refers to b"),
        (Step(A, Verb.PICKS, ("a",), "b"), "A picks b as its master and writes a"),
        (Step(A, Verb.FINDS, ("a",), "b"), "A finds its master b and writes a"),
        (Step(A, Verb.SWITCHES, ("a",), "b"), "A switches to b as its master and writes a"),
        (Step(A, Verb.TRUNCATES, ("a",)), "A truncates a to 0 bytes"),
        (Step(A, Verb.EXITS), "A exits"),
        (Step(A, Verb.STOPS), "A stops"),
        (Step(A, Verb.STOPS, also=(Step(A, Verb.REMOVES, ("a",)),)), "A stops, a goes"),
        (
            Step(A, Verb.RESTARTS, ("a", "b"), also=(Step(A, Verb.UNCHAINS, ("a", "b")),)),
            "A restarts, its plugin goes out of a, b with a, b in place",
        ),
        (Step(A, Verb.RESTARTS), "A restarts with nothing in place"),
        (Step(NODE, Verb.REBOOTS, ("a",)), "the node reboots with a in place"),
        (Step(Actor("{files}"), Verb.WRITES, ("{source}",)), "{files} writes {source}"),
    ],
)
def test_a_step_is_a_sentence(step: Step, words: str) -> None:
    assert step_words(step) == words


def test_there_are_words_for_everything() -> None:
    assert set(DOES) == set(Verb)
    assert set(CAUSES) == set(Failure)
    assert set(KINDS) == set(VerdictKind)
    assert set(UNKNOWN) == set(Unknown)
    assert len(set(KINDS.values())) == len(VerdictKind)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (witness("a.conf"), "a.conf on all nodes, first boot"),
        (Witness(Situation.REBOOT, (), "x"), "nothing on x, reboot"),
        (
            Witness(Situation.RESTART, (), "x", Ending.CHAINED, ("a", "b")),
            "a and b on x, rolling restart",
        ),
        (Witness(Situation.REBOOT, (), "x", Ending.DIRECTORY, ("a", "b")), "a, b on x, reboot"),
    ],
)
def test_an_order_is_headed_by_what_it_leads_to(shown: Witness, words: str) -> None:
    assert heading(shown) == words


def finding(details: tuple[str, ...], *witnesses: Witness) -> Finding:
    place = Location(Source("a", ""), Span(0, 0))
    return Finding("CNI101", "a", Level.ERROR, "", place, details=details, witnesses=witnesses)


def test_details_come_first_and_blank_lines_stand_between_orders() -> None:
    one, other = witness("a.conf", AWS_WRITES, picks("a.conf")), witness("b.conf")
    assert detail_lines(finding(("more",), one, other)) == [
        "more",
        "",
        "a.conf on all nodes, first boot:",
        "  1. Amazon VPC CNI writes 10-aws.conflist",
        "  2. Multus picks a.conf as its master and writes 00-multus.conf",
        "",
        "b.conf on all nodes, first boot:",
    ]
    assert detail_lines(finding((), other)) == ["b.conf on all nodes, first boot:"]
    assert detail_lines(finding(("", "x"))) == ["", "x"]
    assert detail_lines(finding(())) == []


def outcome(situation: Situation, *order: Step) -> Outcome:
    return Outcome(situation, order, (), None, None, through_multus=False)


def test_orders_that_read_the_same_are_one_way() -> None:
    elsewhere = ISTIO_WRITES._replace(actor=ISTIO_WRITES.actor._replace(object="DaemonSet x/istio"))
    found = ways(
        [
            outcome(Situation.FIRST_BOOT, ISTIO_WRITES),
            outcome(Situation.REBOOT, REBOOTS, AWS_WRITES),
            outcome(Situation.RESTART, elsewhere),
            outcome(Situation.FIRST_BOOT, elsewhere),
        ]
    )
    assert [way.words for way in found] == [
        ("Istio CNI writes 02-istio.conf",),
        ("the node reboots with nothing in place", "Amazon VPC CNI writes 10-aws.conflist"),
    ]
    assert found[0].situations == (Situation.FIRST_BOOT, Situation.RESTART)
    assert [len(way.outcomes) for way in found] == [3, 1]


# Verdicts.


def ends(
    facts: ClassFacts, *ends: tuple[str | None, Cause | None], exhausted: bool = True
) -> ClassFacts:
    outcomes = tuple(
        outcome(Situation.FIRST_BOOT)._replace(runtime=owner, master=owner, cause=cause)
        for owner, cause in ends
    )
    return replace(facts, simulation=Simulation(outcomes, exhausted, {}))


AWS, ISTIO = ("10-aws.conflist", None), ("02-istio.conf", None)
CILIUM = ("05-cilium.conflist", None)
NOBODY = (None, Cause(Failure.NO_MASTER))
UNREADABLE = (None, Cause(Failure.CLUSTER_NETWORK_UNREADABLE, "10-aws.conflist"))
UNDECIDED = "undecided: no CNI in these manifests gives these nodes a network"
NO_MASTER = "Multus finds no network to delegate to"


@pytest.mark.parametrize(
    ("outcomes", "line", "style"),
    [
        ((AWS, AWS), "deterministic: 10-aws.conflist", "good"),
        ((AWS, ISTIO), "a race: 02-istio.conf or 10-aws.conflist", "bad"),
        (
            (AWS, ISTIO, CILIUM),
            "a race: 02-istio.conf, 05-cilium.conflist or 10-aws.conflist",
            "bad",
        ),
        (
            (AWS, NOBODY),
            "never ready: Multus finds no network to delegate to (else 10-aws.conflist)",
            "bad",
        ),
        (
            (AWS, ISTIO, NOBODY),
            f"never ready: {NO_MASTER} (else 02-istio.conf or 10-aws.conflist)",
            "bad",
        ),
        (
            (AWS, (None, None)),
            "never ready: the reason is not known (else 10-aws.conflist)",
            "bad",
        ),
        ((NOBODY, NOBODY), "never ready: Multus finds no network to delegate to", "bad"),
        (
            (NOBODY, UNREADABLE),
            f"never ready: {NO_MASTER}; Multus cannot read 10-aws.conflist",
            "bad",
        ),
        (((None, None),), "never ready: the reason is not known", "bad"),
        (
            (("10-aws.conflist", Cause(Failure.CRASH)),),
            "never ready: Multus crashes on the file it picked (else 10-aws.conflist)",
            "bad",
        ),
    ],
)
def test_one_line_says_it(
    read: Read, outcomes: tuple[tuple[str | None, Cause | None], ...], line: str, style: str
) -> None:
    verdict = ends(read("aws").classes[0], *outcomes).verdict
    assert verdict_line(verdict) == line
    assert verdict_style(verdict) == style
    assert verdict_words(verdict)[0] == KINDS[verdict.kind]


def test_it_says_when_not_every_order_was_looked_at(read: Read) -> None:
    verdict = ends(read("aws").classes[0], AWS, exhausted=False).verdict
    said = "as far as was looked, 10-aws.conflist (not every order was looked at)"
    assert verdict_line(verdict) == f"undecided: {said}"
    assert not verdict.good
    assert not verdict.bad


def test_without_any_outcome_it_promises_nothing(read: Read) -> None:
    line = verdict_line(ends(read("aws").classes[0], exhausted=False).verdict)
    assert line.startswith("never ready: no order of events came to an end")


def test_real_clusters(read: Read) -> None:
    def lines(*names: str) -> list[str]:
        return [verdict_line(facts.verdict) for facts in read(*names).classes]

    assert lines("aws") == ["deterministic: 10-aws.conflist"]
    assert lines("multus", "aws") == ["deterministic: 10-aws.conflist"]
    assert lines("multus", "aws", "istio") == ["a race: 02-istio.conf or 10-aws.conflist"]
    assert lines("multus") == [UNDECIDED]


def test_nodes_whose_cni_is_not_shown_are_not_judged(read: Read) -> None:
    (facts,) = read("multus").classes
    undecided = ends(facts, NOBODY).verdict
    assert verdict_line(undecided) == UNDECIDED
    assert verdict_style(undecided) == "faint"
    in_view_after_all = ends(facts, AWS).verdict
    assert in_view_after_all.lost == ("Multus (thick)",)
    line = "bypassed: Multus (thick) is not asked for pods, which get 10-aws.conflist"
    assert verdict_line(in_view_after_all) == line
    assert verdict_style(in_view_after_all) == "bad"


def test_what_is_not_known_is_named() -> None:
    for unknown, line in (
        (Unknown.SETTINGS, "undecided: what Multus is told is not known"),
        (Unknown.FILE, "undecided: where Multus writes is not known"),
        (Unknown.SOURCE, "undecided: what Multus brings is not in view"),
        (Unknown.VALUES, "undecided: not all values of Multus were read"),
    ):
        doubt = Doubt(unknown, "Multus")
        assert verdict_line(Verdict(VerdictKind.UNDECIDED, doubt=doubt)) == line


def test_a_file_that_nobody_knows_is_a_reservation(read: Read) -> None:
    (facts,) = read("aws").classes
    reserved = " (unless a file of an unknown installer takes over)"
    assert reserved not in verdict_line(facts.verdict)
    wild = outcome(Situation.FIRST_BOOT)._replace(runtime="x.conf", master="x.conf")
    told = replace(facts, wild=(wild,)).verdict
    assert verdict_line(told) == verdict_line(facts.verdict) + reserved
    assert verdict_style(told) == verdict_style(facts.verdict) == "good"


# Causes.


def raised() -> set[str]:
    """Return every class of errors that the simulation of a program can end with."""
    found = set()
    for path in Path(cnilint.upstream.__file__).parent.glob("*.py"):
        for part in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(part, ast.Call):
                continue
            named = [word.value for word in part.keywords if word.arg == "error"]
            is_error = isinstance(part.func, ast.Name) and part.func.id == "SelectionError"
            words = [*named, *(part.args[:1] if is_error else [])]
            found |= {w.value for w in words if isinstance(w, ast.Constant)}
    return {str(error) for error in found if error is not None}


def test_every_class_of_errors_is_a_failure() -> None:
    assert {"no-master", "first-file-invalid", "unwritable"} <= raised()
    assert raised() - {failure.value for failure in Failure} == set()


@pytest.mark.parametrize("failure", Failure)
def test_the_words_are_a_clause(failure: Failure) -> None:
    words = cause_words(Cause(failure))
    begins = ("Multus ", "the ", "it ", "no file ", "a file ", "its cluster network ")
    assert words.startswith(begins)
    assert not words.endswith(".")
    assert len(words) <= 80


def test_a_cause_names_what_it_is_about() -> None:
    unreadable = Failure.CLUSTER_NETWORK_UNREADABLE
    assert cause_words(Cause(unreadable, "{x}.conf")) == "Multus cannot read {x}.conf"
    assert cause_words(Cause(unreadable)) == "Multus cannot read its cluster network"
    chainless = Cause(Failure.NO_FILE_TO_CHAIN, "x.conf")
    assert cause_words(chainless).startswith("x.conf never comes")
    assert cause_words(Cause(Failure.NOT_FIRST, "x.conf")).startswith("x.conf sorts before")
    assert cause_words(None) == cause_words(Cause(Failure.UNKNOWN)) == "the reason is not known"


@given(st.sampled_from(Verb), st.lists(st.text()), st.text(), st.text())
def test_any_names_can_be_said(verb: Verb, files: list[str], source: str, title: str) -> None:
    also = tuple(Step(Actor(title), each, tuple(files)) for each in GOES_ALONG)
    words = step_words(Step(Actor(title), verb, tuple(files), source, also))
    assert words.startswith(f"{title} ")
    assert RESTARTS.actor.title in step_words(RESTARTS)
