"""The answer for a class of nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import cnilint.upstream
from cnilint.report.verdict import CAUSES, cause_in_words, verdict, verdict_style
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.search import Outcome, Simulation

Read = Callable[..., Cluster]


def ends(facts: ClassFacts, *ends: tuple[str | None, str], exhausted: bool = True) -> ClassFacts:
    outcomes = tuple(
        Outcome("first boot", (), (), owner, owner, through_multus=False, cause=cause)
        for owner, cause in ends
    )
    return replace(facts, simulation=Simulation(outcomes, exhausted, {}))


AWS, ISTIO, CILIUM = ("10-aws.conflist", ""), ("02-istio.conf", ""), ("05-cilium.conflist", "")
NOBODY = (None, "no-master")
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
            "a race: 10-aws.conflist or nothing (Multus finds no network to delegate to)",
            "bad",
        ),
        (
            (AWS, ISTIO, NOBODY),
            f"a race: 02-istio.conf, 10-aws.conflist or nothing ({NO_MASTER})",
            "bad",
        ),
        ((NOBODY, NOBODY), "never ready: Multus finds no network to delegate to", "bad"),
        (
            (NOBODY, (None, "Multus cannot read 10-aws.conflist")),
            f"never ready: {NO_MASTER}; Multus cannot read 10-aws.conflist",
            "bad",
        ),
        (((None, ""),), "never ready: the reason is not known", "bad"),
    ],
)
def test_one_line_says_it(
    read: Read, outcomes: tuple[tuple[str | None, str], ...], line: str, style: str
) -> None:
    facts = ends(read("aws").classes[0], *outcomes)
    assert verdict(facts) == line
    assert verdict_style(facts) == style


def test_it_says_when_not_every_order_was_looked_at(read: Read) -> None:
    facts = ends(read("aws").classes[0], AWS, exhausted=False)
    assert verdict(facts) == "deterministic: 10-aws.conflist (not every order was looked at)"


def test_without_any_outcome_it_promises_nothing(read: Read) -> None:
    line = verdict(ends(read("aws").classes[0], exhausted=False))
    assert line.startswith("never ready: no order of events came to an end")


def test_real_clusters(read: Read) -> None:
    def lines(*names: str) -> list[str]:
        return [verdict(facts) for facts in read(*names).classes]

    assert lines("aws") == ["deterministic: 10-aws.conflist"]
    assert lines("multus", "aws") == ["deterministic: 10-aws.conflist"]
    assert lines("multus", "aws", "istio") == ["a race: 02-istio.conf or 10-aws.conflist"]
    assert lines("multus") == [UNDECIDED]


def test_nodes_whose_cni_is_not_shown_are_not_judged(read: Read) -> None:
    (facts,) = read("multus").classes
    assert verdict(ends(facts, NOBODY)) == UNDECIDED
    assert verdict_style(facts) == "faint"
    in_view_after_all = ends(facts, AWS)
    line = "deterministic: 10-aws.conflist, but pods do not reach Multus"
    assert verdict(in_view_after_all) == line
    assert verdict_style(in_view_after_all) == "bad"


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


def test_every_class_of_errors_is_put_in_words() -> None:
    assert {"no-master", "first-file-invalid", "unwritable"} <= raised()
    assert raised() - set(CAUSES) == set()


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_the_words_are_a_clause(cause: str) -> None:
    words = cause_in_words(cause)
    assert words.startswith(("Multus ", "the "))
    assert not words.endswith(".")
    assert len(words) <= 80


def test_other_causes_are_words_already() -> None:
    assert cause_in_words("Multus cannot read it") == "Multus cannot read it"


def test_a_file_that_nobody_knows_is_a_reservation(read: Read) -> None:
    (facts,) = read("aws").classes
    reserved = " (unless a file of an unknown installer takes over)"
    assert reserved not in verdict(facts)
    wild = Outcome("first boot", (), (), "x.conf", "x.conf", through_multus=False)
    told = replace(facts, wild=(wild,))
    assert verdict(told) == verdict(facts) + reserved
    assert verdict_style(told) == verdict_style(facts) == "good"
