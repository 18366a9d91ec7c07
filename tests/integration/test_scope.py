"""`--scope file`: what it says of one file holds for the whole tree, and it says nothing more."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from cnilint.engine.evaluate import Surroundings, evaluate
from cnilint.engine.ruleset import rules
from cnilint.model.finding import Finding
from cnilint.run import lint, load
from tests.cases import whole_cases
from tests.clusters import (
    PINNED,
    STANDALONE,
    UNPINNED,
    VPC,
    cnilint,
    contents,
    multus,
    placed,
    read,
)
from tests.corpus import MANIFESTS, needs_corpus

ROOT = Path(__file__).resolve().parents[2]
OWN = [*whole_cases().glob("CNI*/*"), *ROOT.glob("tests/catalog/*"), *ROOT.glob("examples/*")]
FOLDERS = sorted(path for path in OWN if path.is_dir() and any(path.rglob("*.yaml")))
SINGLE = frozenset(rule.id for rule in rules() if rule.scope == "file")

MISSPELT = PINNED.replace('"cniVersion"', '"masterCNI": "x.conf", "cniVersion"')
TRAILING_COMMA = PINNED.replace('multus/"\n', 'multus/",\n')
TWICE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: x, a: y}\n"
RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus(UNPINNED)}


def told(findings: Iterable[Finding]) -> set[tuple[object, ...]]:
    """Return what findings say and where, apart from the cluster they say it of."""
    return {(f.rule, f.location.source.path, f.location.span, f.message) for f in findings}


def everything(folder: Path, *, by_file: bool) -> set[tuple[object, ...]]:
    result = evaluate(load([str(folder)]), Surroundings(by_file=by_file))
    return told(finding for finding, _known in result.everything())


def holds(folder: Path) -> set[tuple[object, ...]]:
    """Return what is found in single files, having seen that all of it is found in the tree.

    Where one object stands in several files, which one counts is not decided in the tree.
    """
    alone = everything(folder, by_file=True)
    if alone:
        whole = everything(folder, by_file=False)
        undecided = {one[1] for one in whole if one[0] == "CNI905"}
        assert {one for one in alone - whole if one[1] not in undecided} == set()
    assert {str(one[0]) for one in alone} <= SINGLE
    return alone


def test_what_one_file_shows_is_found_in_the_tree_as_well() -> None:
    found = [one for folder in FOLDERS for one in holds(folder)]
    missing = SINGLE - {str(one[0]) for one in found}
    assert missing <= {"CNI913"}  # which is off


@needs_corpus
def test_the_same_holds_of_real_manifests() -> None:
    folders = [path for path in sorted(MANIFESTS.iterdir()) if path.is_dir()]
    assert folders
    for folder in folders:
        holds(folder)


def test_how_files_are_dealt_out_over_runs_changes_nothing(tmp_path: Path) -> None:
    files = {f"{at}.yaml": text for at, text in enumerate([*RACE.values(), multus(MISSPELT)])}
    placed(tmp_path, {**files, "twice.yaml": "a: 1\na: 2\n"})
    paths = [str(path) for path in sorted(tmp_path.glob("*.yaml"))]
    whole = told(lint(paths, by_file=True).findings)
    assert len(whole) == 2
    chance = random.Random(5)
    for _ in range(5):
        chance.shuffle(paths)
        at = chance.randrange(1, len(paths))
        parts = [lint(part, by_file=True).findings for part in (paths[:at], paths[at:])]
        assert told(parts[0]) | told(parts[1]) == whole


def test_what_lies_beside_a_file_is_not_looked_at() -> None:
    race = evaluate(read(RACE), Surroundings(by_file=True))
    assert (race.findings, race.notes, race.clusters) == ((), (), ())
    assert (race.sources, race.documents) == (3, 4)
    # one half without the other: the whole run says that the configuration is not to be seen
    daemon = multus().split("---\n")[1]
    assert evaluate(read({"daemon.yaml": daemon})).notes != ()
    assert evaluate(read({"daemon.yaml": daemon}), Surroundings(by_file=True)).notes == ()


def test_a_template_is_said_not_to_be_read() -> None:
    text = "{{- range .Values.x }}\na: 1\n{{- end }}\n"
    (note,) = evaluate(read({"t.yaml": text}), Surroundings(by_file=True)).notes
    assert note.location is not None


def test_a_run_over_files_finds_what_is_wrong_in_each(tmp_path: Path) -> None:
    placed(tmp_path, {**RACE, "multus.yaml": multus(TRAILING_COMMA), "other.json": '{"a": 1, '})
    asked = ("check", "--scope", "file", "--output-format", "concise")
    done = cnilint(*asked, "multus.yaml", "other.json", folder=tmp_path)
    assert (done.code, done.err) == (1, "")
    assert done.rules == ["CNI108", "CNI901"]
    assert "[*]" not in done.out
    assert cnilint(*asked, "aws-node.yaml", "istio-cni.yaml", folder=tmp_path).code == 0


@pytest.mark.parametrize("change", ["--fix", "--diff", "--patch-dir=patches"])
def test_no_fix_is_made_without_the_whole_to_prove_it_on(change: str, tmp_path: Path) -> None:
    before = contents(placed(tmp_path, {"multus.yaml": multus(TRAILING_COMMA)}))
    done = cnilint("check", "--scope", "file", change, folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    option = change.partition("=")[0]
    assert f"--scope file and {option}: one of them" in done.err
    assert contents(tmp_path) == before


def test_a_file_without_a_document_is_fine_and_one_that_is_missing_is_not(tmp_path: Path) -> None:
    placed(tmp_path, {"empty.yaml": "# nothing yet\n"})
    asked = ("check", "--scope", "file")
    assert cnilint("check", "empty.yaml", folder=tmp_path).code == 3
    done = cnilint(*asked, "empty.yaml", folder=tmp_path)
    assert (done.code, done.out) == (0, "1 file, each by itself\n")
    assert cnilint(*asked, "emty.yaml", folder=tmp_path).code == 2
    assert cnilint("check", "--scope", "tree", folder=tmp_path).code == 2


def test_the_settings_count_but_not_what_is_wrong_with_them(tmp_path: Path) -> None:
    entries = (
        "ignores:\n"
        "  - {rule: CNI902, cluster: prod, reason: generated}\n"
        "  - {rule: CNI901, reason: old, expires: 2020-01-01}\n"
    )
    placed(tmp_path, {".git/HEAD": "", ".cnilint.yaml": entries, "twice.yaml": TWICE})
    asked = ("check", "--scope", "file", "--output-format", "concise")
    # whether the file belongs to that cluster is not known, so the entry has its way
    assert cnilint(*asked, "twice.yaml", folder=tmp_path).rules == []
    assert cnilint(*asked, ".cnilint.yaml", folder=tmp_path).rules == ["CNI912"]
    whole = cnilint("check", "--output-format", "concise", folder=tmp_path)
    assert sorted(whole.rules) == ["CNI902", "CNI910", "CNI912"]


def test_an_ignore_for_the_whole_is_not_called_needless(tmp_path: Path) -> None:
    text = multus(UNPINNED).replace(
        "daemon-config.json: |", "daemon-config.json: | # cnilint: ignore[CNI1] decided elsewhere"
    )
    placed(tmp_path, {"multus.yaml": text})
    assert cnilint("check", "--scope", "file", "--select", "CNI", folder=tmp_path).code == 0
    unknown = text.replace("ignore[CNI1]", "ignore[CNI1, CNI777]")
    placed(tmp_path, {"multus.yaml": unknown})
    done = cnilint("check", "--scope", "file", "--output-format", "concise", folder=tmp_path)
    assert done.rules == ["CNI911"]


def test_a_baseline_of_the_whole_tree_covers_single_files(tmp_path: Path) -> None:
    race = {**RACE, "multus.yaml": multus(MISSPELT)}
    for name, text in race.items():
        placed(tmp_path, {f"prod/{name}": text, f"test/{name}": text})
    assert cnilint("baseline", "write", folder=tmp_path).code == 0
    asked = ("check", "--scope", "file", "--baseline", ".cnilint-baseline.json", "prod")
    done = cnilint(*asked, folder=tmp_path)
    assert (done.code, done.out) == (0, "3 files, each by itself; 1 in the baseline\n")


REPORTS = {
    "full": "1 file, each by itself\n",
    "markdown": "## cnilint: no findings\n\n1 file, each judged by itself.\n",
    "html": "Looked at 1 file, each by itself.",
    "json": '"scope": "file"',
}


@pytest.mark.parametrize("form", REPORTS)
def test_no_report_gives_an_answer_for_a_cluster(form: str, tmp_path: Path) -> None:
    placed(tmp_path, {"multus.yaml": multus(PINNED), "aws-node.yaml": VPC})
    asked = ("check", "--output-format", form, "multus.yaml", "aws-node.yaml")
    whole = cnilint(*asked, folder=tmp_path).out
    alone = cnilint(*asked[:-1], "--scope", "file", folder=tmp_path).out
    assert REPORTS[form] in alone
    assert REPORTS[form] not in whole
    for answer in ("deterministic: 10-aws", "installs a CNI", "who owns", "Who owns"):
        assert answer not in alone


def test_the_list_of_rules_says_which_ones_they_are(tmp_path: Path) -> None:
    cards = json.loads(cnilint("rules", "--output-format", "json", folder=tmp_path).out)["rules"]
    assert {card["id"] for card in cards if card["scope"] == "file"} == SINGLE
    assert {card["scope"] for card in cards} == {"file", "cluster", "change"}
