"""The summary of a job: the answer first, then findings, then what is folded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cnilint.engine.result import Result
from cnilint.model.finding import (
    Applicability,
    Edit,
    Finding,
    Fix,
    Level,
    Location,
    Note,
    Operation,
    Related,
)
from cnilint.model.text import Source, Span
from cnilint.model.tree import Embedded
from cnilint.report.markdown import MOST_BYTES, markdown
from cnilint.simulation.cluster import Cluster
from tests.unit.report.orders import picks, witness

Find = Callable[..., Finding]
Read = Callable[..., Cluster]
Tell = Callable[..., Result]

PARSER = MarkdownIt("commonmark").enable("table")

UNDECIDED = "undecided: no CNI in these manifests gives these nodes a network"

INSTALLED = [
    "<details><summary>What is installed</summary>",
    "",
    "| Cluster | Nodes | Product | Object | In the CNI directory |",
    "| --- | --- | --- | --- | --- |",
]

PIN = ("data", "daemon-config.json", Embedded.JSON, "multusMasterCNI")


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def pinned(read: Read, grade: Applicability, note: str = "") -> Fix:
    document = read("multus").manifests[0].document
    edit = Edit(document, PIN, Operation.ADD, "10-aws.conflist")
    return Fix("pin the master", grade, (edit,), note)


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


def test_the_answer_comes_first(read: Read, find: Find, told: Tell) -> None:
    result = told(
        read("multus", "aws", "istio", called="prod"),
        read("aws", called="test"),
        read("multus", called="bare"),
        findings=(find("multus", '"auto"'),),
    )
    assert markdown(result).splitlines()[:8] == [
        "## cnilint: 1 error",
        "",
        "| Cluster | Nodes | Who owns the pods |",
        "| --- | --- | --- |",
        "| prod | all nodes | ❌ a race: 02-istio.conf or 10-aws.conflist |",
        "| test | all nodes | ✅ deterministic: 10-aws.conflist |",
        f"| bare | all nodes | ❔ {UNDECIDED} |",
        "",
    ]


def test_a_clean_run_is_the_answer_alone(read: Read, told: Tell) -> None:
    assert markdown(told(read("istio"))).splitlines() == [
        "## cnilint: no findings",
        "",
        "| Cluster | Nodes | Who owns the pods |",
        "| --- | --- | --- |",
        "| default | all nodes | ✅ deterministic: 02-istio.conf |",
        "",
        *INSTALLED,
        "| default | all nodes | Istio CNI | DaemonSet mesh/istio | writes 02-istio.conf |",
        "",
        "</details>",
    ]
    nothing = markdown(told(read("nothing")))
    assert nothing == "## cnilint: no findings\n\nNothing in these manifests installs a CNI.\n"


def test_the_table_has_the_worst_first(find: Find, told: Tell) -> None:
    levels = (Level.NOTE, Level.ERROR, Level.WARNING)
    findings = tuple(find("aws", "kind", level=level, message=f"a|{level}") for level in levels)
    place = "`ConfigMap net/multus` `aws.yaml:2`"
    assert rows(markdown(told(findings=findings))) == [
        "| Level | Rule | Place | Finding |",
        "| --- | --- | --- | --- |",
        f"| 🔴 error | CNI101 | {place} | a&#124;error |",
        f"| 🟠 warning | CNI101 | {place} | a&#124;warning |",
        f"| 🔵 note | CNI101 | {place} | a&#124;note |",
    ]


def test_details_are_folded_with_the_diff_of_each_fix(read: Read, find: Find, told: Tell) -> None:
    finding = find(
        "multus",
        '"auto"',
        witnesses=(witness("`x`.conf", picks("`y`.conf")),),
        related=(Related(find("aws", "aws-node").location, "it writes *here*"),),
        help="pin the master",
        fixes=(pinned(read, Applicability.UNSAFE, "two could be meant"),),
    )
    text = markdown(told(findings=(finding,)))
    assert (
        text[text.index("<details>") :]
        == """\
<details><summary><b>CNI101</b> a-race</summary>

**error** in `multus.yaml:10`: Multus takes whichever network comes first

- `aws.yaml:3`: it writes &#42;here&#42;

```text
`x`.conf on all nodes, first boot:
  1. Multus picks `y`.conf as its master and writes 00-multus.conf
```

**Help:** pin the master

**Fix**, to be looked at: pin the master (two could be meant)

```diff
--- a/multus.yaml
+++ b/multus.yaml
@@ -7,7 +7,8 @@
       "cniVersion": "0.3.1",
       "cniConfigDir": "/host/etc/cni/net.d",
       "multusAutoconfigDir": "/host/etc/cni/net.d",
-      "multusConfigFile": "auto"
+      "multusConfigFile": "auto",
+      "multusMasterCNI": "10-aws.conflist"
     }
 ---
 apiVersion: apps/v1
```

</details>
"""
    )


@pytest.mark.parametrize(
    ("grades", "said"),
    [
        ([], []),
        ([Applicability.DISPLAY], []),
        ([Applicability.SAFE], ["`cnilint check --fix` fixes 1 of them."]),
        (
            [Applicability.UNSAFE],
            ["`cnilint check --fix --unsafe-fixes` fixes 1 of them: look at what it does."],
        ),
        (
            [Applicability.SAFE, Applicability.UNSAFE, Applicability.UNSAFE],
            [
                "`cnilint check --fix` fixes 1 of them.",
                "`cnilint check --fix --unsafe-fixes` fixes 2 more: look at what it does.",
            ],
        ),
    ],
)
def test_the_command_that_fixes_is_named(
    find: Find, told: Tell, grades: list[Applicability], said: list[str]
) -> None:
    findings = tuple(find("aws", "kind", fixes=(Fix("", grade, ()),)) for grade in grades)
    lines = markdown(told(findings=findings)).splitlines()
    assert [line for line in lines if line.startswith("`cnilint check")] == said


@pytest.mark.parametrize(
    ("paths", "command"),
    [
        ((".",), "`cnilint check --fix`"),
        (("prod", "my apps"), "`cnilint check --fix prod 'my apps'`"),
        (("a`b", "a|b"), "<code>cnilint check --fix 'a&#96;b' 'a&#124;b'</code>"),
        (("-",), "`cnilint check --fix`"),
        (("long/" * 50,), "`cnilint check --fix …`"),
    ],
)
def test_the_command_is_about_the_same_paths(
    paths: tuple[str, ...], command: str, find: Find, told: Tell
) -> None:
    finding = find("aws", "kind", fixes=(Fix("", Applicability.SAFE, ()),))
    text = markdown(replace(told(findings=(finding,)), paths=paths))
    assert f"\n{command} fixes 1 of them.\n" in text


def test_what_is_installed_fits_as_well(read: Read, told: Tell) -> None:
    clusters = [read("aws", "multus", called=f"cluster-{number}") for number in range(150)]
    text = markdown(told(*clusters), 20_000)
    assert len(text.encode()) <= 20_000
    assert len(re.findall(r"^… and \d+ more$", text, re.MULTILINE)) == 2
    assert text.endswith("</details>\n")


def test_a_fix_that_is_no_edit_has_no_diff(read: Read, find: Find, told: Tell) -> None:
    impossible = pinned(read, Applicability.DISPLAY)
    (edit,) = impossible.edits
    assert isinstance(edit, Edit)
    edits = (replace(edit, operation=Operation.REMOVE, route=("nowhere",)),)
    finding = find("aws", "kind", fixes=(replace(impossible, edits=edits),))
    text = markdown(told(findings=(finding,)))
    assert "**Fix**, only shown: pin the master\n\n</details>" in text
    assert "```diff" not in text


def test_what_is_not_decided_is_folded(find: Find, told: Tell) -> None:
    notes = (Note("a <template>"), Note("an image", find("aws", "image").location))
    text = markdown(told(notes=notes))
    assert "<details><summary>2 places not decided</summary>\n\n" in text
    assert "\n- note: a &#60;template&#62;\n- note: an image (`aws.yaml:9`)\n" in text


def test_of_several_clusters_a_finding_says_which(read: Read, find: Find, told: Tell) -> None:
    findings = (find("aws", "kind", cluster="prod"),)
    several = told(read("aws"), read("aws", called="prod"), findings=findings)
    assert "in `aws.yaml:2`, cluster prod: " in markdown(several)
    assert "cluster prod" not in markdown(told(read("aws"), findings=findings))


def test_it_fits_where_it_goes_and_counts_the_rest(find: Find, told: Tell) -> None:
    findings = (find("aws", "kind", message="long " * 90),) * 5000
    text = markdown(told(findings=findings))
    assert MOST_BYTES < 2**20
    assert 0.5 * MOST_BYTES < len(text.encode()) <= MOST_BYTES
    shown = len(rows(text)) - 2
    folded = text.count("<details>")
    assert f"… and {5000 - shown} more\n" in text
    assert text.endswith(f"… and {5000 - folded} more whose details do not fit\n")
    assert folded == text.count("</details>") > 100


ANY = st.text(st.characters(categories=None) | st.sampled_from("|`<>*_\n"), max_size=30)


@given(
    texts=st.lists(st.tuples(ANY, ANY, ANY), max_size=8),
    times=st.integers(1, 60),
    most=st.integers(10_000, 40_000),
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
)
def test_any_findings_fit_and_are_rows(
    texts: list[tuple[str, str, str]], times: int, most: int
) -> None:
    findings = tuple(
        Finding(
            "CNI101",
            name,
            Level.ERROR,
            message,
            Location(Source(path, "a"), Span(0, 1), object=name),
            details=(message,),
        )
        for path, name, message in texts
    )
    notes = tuple(Note(message) for _, _, message in texts)
    text = markdown(Result(findings * times, notes, (), 1, 1), most)
    assert text.endswith("\n")
    assert len(text.encode("utf-8", "backslashreplace")) <= most
    tokens = PARSER.parse(text)
    found = sum(token.type == "tr_open" for token in tokens)
    left_out = re.search(r"^… and (\d+) more$", text, re.MULTILINE)
    counted = found - 1 + (int(left_out[1]) if left_out else 0)
    assert counted == len(findings) * times if findings else found == 0
    blocks = [token.content for token in tokens if token.type == "html_block"]
    assert all(re.fullmatch(r"<details><summary>.*\n|</details>\n", each) for each in blocks)
