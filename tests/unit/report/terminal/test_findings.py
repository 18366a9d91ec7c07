"""The report for people, as it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.result import Result
from cnilint.model.finding import Applicability, Finding, Fix, Level, Location, Note, Related
from cnilint.model.text import Source, Span
from cnilint.report.glyphs import columns
from cnilint.report.terminal.findings import MOST_NOTES, full
from cnilint.report.terminal.paint import Paint
from cnilint.simulation.cluster import Cluster
from tests.unit.report.orders import ISTIO_COPIES, ISTIO_WRITES, picks, witness

Read = Callable[..., Cluster]
Tell = Callable[..., Result]
Find = Callable[..., Finding]

PLAIN = Paint(color=False, width=90)

SAFE = Fix("pin 10-aws.conflist", Applicability.SAFE, ())
UNSAFE = Fix("pin 10-aws.conflist", Applicability.UNSAFE, (), "or is Istio's meant?")
DISPLAY = Fix("render the chart with it", Applicability.DISPLAY, ())

A_RACE = """\
error[CNI101]: Multus takes whichever network comes first
  --> multus.yaml:10:27 · ConfigMap net/multus
   │
 9 │       "multusAutoconfigDir": "/host/etc/cni/net.d",
10 │       "multusConfigFile": "auto"
   │                           ^^^^^^
11 │     }
   │
  ::: istio.yaml:3:18 · DaemonSet mesh/istio
   │
 3 │ metadata: {name: istio, namespace: mesh}
   │                  ----- Istio CNI writes 02-istio.conf
   │
   │ 02-istio.conf on all nodes, first boot:
   │   1. Istio CNI writes 02-istio.conf
   │   2. Multus picks 02-istio.conf as its master and writes 00-multus.conf
   │
   help: Name the file. More: cnilint rule CNI101.
   [~] fix: pin 10-aws.conflist (or is Istio's meant?)

all nodes: a race: 02-istio.conf or 10-aws.conflist

[~] --fix --unsafe-fixes makes it
1 error; [~] 1 fixable with --fix --unsafe-fixes
"""


def test_a_race(read: Read, told: Tell, find: Find) -> None:
    writer = find("istio", "istio").location
    finding = find(
        "multus",
        '"auto"',
        related=(
            Related(
                writer._replace(object="DaemonSet mesh/istio"), "Istio CNI writes 02-istio.conf"
            ),
        ),
        witnesses=(witness("02-istio.conf", ISTIO_WRITES, picks("02-istio.conf")),),
        help="Name the file.",
        fixes=(UNSAFE,),
        cluster="default",
    )
    result = told(read("multus", "aws", "istio"), findings=(finding,))
    assert full(result, PLAIN) == A_RACE


def test_a_race_in_ascii(read: Read, told: Tell, find: Find) -> None:
    result = told(read("multus", "aws", "istio"), findings=(find("multus", '"auto"'),))
    shown = full(result, replace(PLAIN, symbols=False))
    assert shown.isascii()
    assert shown.startswith(
        "error[CNI101]: Multus takes whichever network comes first\n"
        "  --> multus.yaml:10:27 - ConfigMap net/multus\n"
        "   |\n"
        ' 9 |       "multusAutoconfigDir": "/host/etc/cni/net.d",\n'
    )


def test_a_clean_run(read: Read, told: Tell) -> None:
    assert full(told(read("multus", "aws")), PLAIN) == (
        "all nodes: deterministic: 10-aws.conflist\n"
        "\n"
        "1 cluster, 3 manifests, 2 CNI installs: deterministic\n"
    )


def test_a_run_without_findings_that_is_not_decided(read: Read, told: Tell) -> None:
    assert full(told(read("multus")), PLAIN) == (
        "all nodes: undecided: no CNI in these manifests gives these nodes a network\n"
        "\n"
        "1 cluster, 2 manifests, 1 CNI install: undecided\n"
    )
    assert full(told(read("multus", "aws", "istio")), PLAIN) == (
        "all nodes: a race: 02-istio.conf or 10-aws.conflist\n"
        "\n"
        "1 cluster, 4 manifests, 3 CNI installs: a race\n"
    )


def test_a_run_in_which_nothing_installs_a_cni(read: Read, told: Tell) -> None:
    assert full(told(read("nothing")), PLAIN) == "1 cluster, 1 manifest, no CNI installs\n"


def test_clusters_are_told_apart(read: Read, told: Tell, find: Find) -> None:
    result = told(
        read("aws", called="production"),
        read("multus", called="test"),
        read("nothing", called="empty"),
        findings=(find("multus", "daemon-config", cluster="test"),),
    )
    shown = full(result, PLAIN)
    assert "--> multus.yaml:5:3 · ConfigMap net/multus · cluster test\n" in shown
    assert shown.endswith(
        "\n\n"
        "production, all nodes: deterministic: 10-aws.conflist\n"
        "test, all nodes:       undecided: no CNI in these manifests gives these nodes a network\n"
        "empty:                 nothing in view installs a CNI\n"
        "\n"
        "1 error\n"
    )


def test_a_long_name_does_not_push_the_others_aside(read: Read, told: Tell) -> None:
    race = read("multus", "aws", "istio", called="test")
    result = told(read("aws", called="x" * 50), race)
    lines = full(result, replace(PLAIN, width=100)).splitlines()
    assert lines[:2] == [
        f"{'x' * 50}, all nodes: deterministic: 10-aws.conflist",
        "test, all nodes: a race: 02-istio.conf or 10-aws.conflist",
    ]


def test_equal_clusters_are_told_of_together(read: Read, told: Tell) -> None:
    result = told(read("aws", called="prod"), read("aws", called="test"))
    lines = full(result, replace(PLAIN, width=100)).splitlines()
    assert lines[0] == "prod, test, all nodes: deterministic: 10-aws.conflist"


@pytest.mark.parametrize(
    ("levels", "fixes", "summary"),
    [
        ([Level.ERROR], [()], "1 error"),
        ([Level.ERROR, Level.ERROR, Level.NOTE], [(), (), ()], "2 errors, 1 note"),
        ([Level.WARNING], [(SAFE,)], "1 warning; [*] 1 fixable with --fix"),
        ([Level.WARNING], [(UNSAFE,)], "1 warning; [~] 1 fixable with --fix --unsafe-fixes"),
        ([Level.WARNING], [(DISPLAY,)], "1 warning"),
        ([Level.NOTE], [(DISPLAY, UNSAFE, SAFE)], "1 note; [*] 1 fixable with --fix"),
        (
            [Level.ERROR, Level.WARNING, Level.WARNING],
            [(SAFE,), (UNSAFE,), (UNSAFE,)],
            "1 error, 2 warnings; [*] 1 fixable with --fix ([~] 2 more with --unsafe-fixes)",
        ),
    ],
)
def test_the_summary(
    told: Tell, find: Find, levels: list[Level], fixes: list[tuple[Fix, ...]], summary: str
) -> None:
    findings = tuple(
        find("aws", "kind", level=level, fixes=each)
        for level, each in zip(levels, fixes, strict=True)
    )
    assert full(told(findings=findings), PLAIN).splitlines()[-1] == summary


def test_every_grade_of_fix_has_its_mark(told: Tell, find: Find) -> None:
    finding = find("aws", "kind", fixes=(SAFE, UNSAFE, DISPLAY))
    shown = [line.strip() for line in full(told(findings=(finding,)), PLAIN).splitlines()]
    assert "[*] fix: pin 10-aws.conflist" in shown
    assert "[~] fix: pin 10-aws.conflist (or is Istio's meant?)" in shown
    assert "[ ] fix: render the chart with it" in shown


def test_notes_are_few_and_each_is_said_once(told: Tell, find: Find) -> None:
    place = find("aws", "kind").location
    notes = [Note("an image is not known", place), Note("an image is not known", place)]
    notes += [Note(f"note {number}") for number in range(10)]
    lines = full(told(notes=tuple(notes)), PLAIN).splitlines()
    assert lines[: MOST_NOTES + 1] == [
        "note: an image is not known (aws.yaml:2:1 and 1 more)",
        "note: note 0",
        "note: note 1",
        "note: 8 more are in the JSON report",
    ]


def test_long_messages_are_wrapped_below_their_beginning(told: Tell, find: Find) -> None:
    finding = find("aws", "kind", message="why it is so " * 8 + "in the end")
    lines = full(told(findings=(finding,)), PLAIN).splitlines()
    assert lines[0].startswith("error[CNI101]: why it is so")
    assert lines[1].startswith("               ")
    assert all(len(line) <= 90 for line in lines)


def test_a_manifest_cannot_write_to_the_terminal(told: Tell) -> None:
    source = Source("\x1b]0;owned\x07.yaml", "name: \x1b[2J\u202e\n")
    place = Location(source, Span(6, 11), object="Pod \x1b[1m")
    finding = Finding(
        *("CNI101", "a-race", Level.ERROR, "\x1b[31m\r", place),
        details=("\x9b1m",),
        witnesses=(witness("\x9b2m", picks("\x9b3m"), nodes="\x9b4m"),),
        help="\x08",
        related=(Related(place, "\x1b"),),
        fixes=(Fix("\x1b", Applicability.SAFE, (), "\x7f"),),
    )
    result = told(findings=(finding,), notes=(Note("\x1b\n\x1b", place),))
    shown = full(result, PLAIN).replace("\n", "")
    assert shown.isprintable()
    assert "<U+001B>[2J<U+202E>" in shown


TEXT = st.text(st.one_of(st.sampled_from("ab \t\r\n世\x1b\u0301"), st.characters()), max_size=60)


@given(TEXT, TEXT, st.integers(0, 60), st.integers(0, 60), st.booleans(), st.booleans())
def test_any_finding_can_be_shown(
    text: str, words: str, start: int, end: int, symbols: bool, color: bool
) -> None:
    place = Location(Source("a.yaml", text), Span(min(start, end), max(start, end)))
    finding = Finding(
        *("CNI101", "a", Level.NOTE, words, place),
        help=words,
        related=(Related(place, words),),
        fixes=(Fix(words, Applicability.SAFE, (), words),),
    )
    result = Result((finding,), (Note(words, place),), (), 1, 1)
    shown = full(result, Paint(color=color, width=60, symbols=symbols))
    assert shown.endswith("\n")
    if not color:
        assert "1 note; [*] 1 fixable with --fix\n" in shown


@given(TEXT, st.integers(0, 60), st.integers(0, 60), st.integers(40, 120))
def test_source_lines_never_leave_the_width(text: str, start: int, end: int, width: int) -> None:
    place = Location(Source("a.yaml", text * 8), Span(min(start, end), max(start, end)))
    finding = Finding("CNI101", "a", Level.ERROR, "why", place, related=(Related(place, "here"),))
    shown = full(Result((finding,), (), (), 1, 1), Paint(color=False, width=width))
    assert max(map(columns, shown.splitlines())) <= width


# Narrow screens.


@pytest.mark.parametrize("width", [50, 60, 80, 100, 120])
def test_no_line_is_wider_than_the_screen(width: int, read: Read, told: Tell, find: Find) -> None:
    writer = find("istio", "istio").location
    help_ = "Name the file, and all the words that tell how this is done in each of the ways."
    finding = find(
        "multus",
        "auto",
        details=(
            "what is told of it beside the orders of events goes on in the next line as well",
        ),
        witnesses=(
            witness(
                "10-aws.conflist",
                ISTIO_COPIES,
                picks("02-istio.conf"),
                nodes="all nodes that have the label and none of the taints",
            ),
        ),
        help=help_,
        related=(Related(writer, "Istio CNI writes 02-istio.conf"),),
        fixes=(UNSAFE,),
    )
    text = full(told(read("multus", "istio"), findings=(finding,)), Paint(color=False, width=width))
    wide = [line for line in text.splitlines() if columns(line) > width]
    assert wide == []
    words = " ".join(line.strip(" │") for line in text.splitlines())
    assert "2. Multus picks 02-istio.conf as its master and writes 00-multus.conf" in words
    assert "10-aws.conflist on all nodes that have the label and none of the taints, first" in words
    assert "goes on in the next line as well" in words
    assert help_ in " ".join(text.split())


def test_a_step_goes_on_below_its_words(read: Read, told: Tell, find: Find) -> None:
    finding = find("multus", "auto", witnesses=(witness("x.conf", ISTIO_COPIES),))
    text = full(told(read("multus"), findings=(finding,)), Paint(color=False, width=52))
    steps = "   │   1. Istio CNI writes 02-istio.conf, a copy of\n   │      10-aws.conflist\n"
    assert steps in text


def test_what_a_place_is_part_of_moves_below_it_where_there_is_no_room(
    read: Read, told: Tell, find: Find
) -> None:
    finding = find("multus", "auto")
    for width, wanted in (
        (60, "  --> multus.yaml:10:28 · ConfigMap net/multus\n"),
        (40, "  --> multus.yaml:10:28\n      ConfigMap net/multus\n"),
    ):
        paint = Paint(color=False, width=width)
        assert wanted in full(told(read("multus"), findings=(finding,)), paint)
