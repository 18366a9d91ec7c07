"""Rules of a house, from the command line: they behave as cnilint's own do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnilint.engine.ruleset import rules
from tests.clusters import VPC, Done, cnilint, placed, thin
from tests.house import CARD, LONELY, card

OWN = [rule.id for rule in rules()]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a folder with a card, and a manifest in which it fires."""
    return placed(tmp_path, {"rules/ACME101.yaml": CARD, "app/web.yaml": LONELY})


def check(folder: Path, *arguments: str) -> Done:
    where = ("--output-format", "concise")
    return cnilint("check", "app", "--rules-dir", "rules", *where, *arguments, folder=folder)


FOUND = "app/web.yaml:7:13: ACME101 Deployment shop/web has 1 replica at spec.replicas\n"


def test_a_finding_is_reported_and_fails_the_run(house: Path) -> None:
    assert check(house) == Done(1, FOUND, "")
    assert cnilint("check", "app", folder=house).code == 0


def test_a_finding_of_a_house_looks_like_any(house: Path) -> None:
    done = cnilint("check", "app", "--rules-dir", "rules", folder=house)
    assert "warning[ACME101]: Deployment shop/web has 1 replica at spec.replicas" in done.out
    assert "7 │   replicas: 1\n  │             ^\n" in done.out
    assert "help: Ask for two." in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "found"),
    [
        (("--ignore", "ACME101"), 0, False),
        (("--ignore", "deployment-of-one"), 0, False),
        (("--ignore", "ACME"), 0, False),
        (("--ignore", "ACME1"), 0, False),
        (("--ignore", "CNI"), 1, True),
        (("--select", "CNI1"), 0, False),
        (("--select", "ACME"), 1, True),
        (("--select", "CNI1,deployment-of-one"), 1, True),
        (("--severity", "ACME101=note"), 0, True),
        (("--severity", "ACME=off"), 0, False),
        (("--fail-on", "error"), 0, True),
        (("--severity", "ACME101=error", "--fail-on", "error"), 1, True),
        (("--per-file-ignores", "app/*=ACME101"), 0, False),
        (("--per-file-ignores", "other/*=ACME101"), 1, True),
    ],
)
def test_it_is_selected_and_ignored(
    arguments: tuple[str, ...], code: int, found: bool, house: Path
) -> None:
    assert check(house, *arguments)[:2] == (code, FOUND if found else "")


@pytest.mark.parametrize("word", ["ACME102", "ACM", "ACME1011", "ACME10x", "deployment"])
def test_a_word_for_no_rule_is_told(word: str, house: Path) -> None:
    done = check(house, "--ignore", word)
    assert done.code == 2
    assert f"--ignore: no rule '{word}'" in done.err
    assert "did you mean 'ACME101'?" in check(house, "--select", "ACME102").err


def test_a_comment_and_an_annotation_ignore_it(house: Path) -> None:
    beside = LONELY.replace("replicas: 1", "replicas: 1 # cnilint: ignore[ACME101] known")
    placed(house, {"app/web.yaml": beside})
    assert check(house).code == 0
    annotated = LONELY.replace(
        "  name: web", "  name: web\n  annotations: {cnilint.dev/ignore: ACME}"
    )
    placed(house, {"app/web.yaml": annotated})
    assert check(house).code == 0
    done = cnilint("check", "app", folder=house)
    assert (done.code, "no rule 'ACME'" in done.out) == (1, True)


def test_an_ignore_that_is_not_needed_or_names_no_rule_is_a_finding(house: Path) -> None:
    text = LONELY.replace("replicas: 1", "replicas: 2 # cnilint: ignore[ACME101] known")
    placed(house, {"app/web.yaml": text})
    assert "CNI910" in check(house).out
    placed(house, {"app/web.yaml": text.replace("[ACME101]", "[ACME110]")})
    assert "no rule 'ACME110', did you mean 'ACME101'?" in check(house).out


def test_the_configuration_names_folders_beside_itself(house: Path) -> None:
    text = """\
rules-dirs: [rules]
severity: {ACME101: error}
ignores: [{rule: ACME101, kind: Deployment, name: 'w*', reason: small}]
"""
    placed(house, {".cnilint.yaml": text, "app/deep/x.yaml": LONELY.replace("web", "xyz")})
    done = cnilint(
        *("check", "--config", "../../.cnilint.yaml", "--output-format", "concise"),
        folder=house / "app" / "deep",
    )
    assert done.out == FOUND.replace("app/web", "x").replace("web", "xyz")
    assert "1 ignored" in cnilint("check", "app", folder=house).out
    placed(house, {".cnilint.yaml": text.replace("ACME101: error", "ACME110: error")})
    done = cnilint("check", folder=house)
    assert done.err == (
        "cnilint: error: .cnilint.yaml:2: no rule 'ACME110', did you mean 'ACME101'?\n"
    )


def test_a_variable_names_folders(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    placed(house, {"more/BE2001.yaml": card(("ACME101", "BE2001"), ("t-of-one", "t-of-any"))})
    monkeypatch.setenv("CNILINT_RULES_DIRS", "rules,more")
    done = cnilint("check", "app", "--output-format", "concise", folder=house)
    assert done.out == FOUND + FOUND.replace("ACME101", "BE2001")
    shown = cnilint("config", "show", folder=house).out
    assert [line for line in shown.splitlines() if "CNILINT_RULES_DIRS" in line]


def test_sarif_has_the_rule(house: Path) -> None:
    done = check(house, "--output-format", "sarif:out.sarif")
    assert done.code == 1
    (run,) = json.loads((house / "out.sarif").read_text("utf-8"))["runs"]
    listed = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in listed] == [*OWN, "ACME101"]
    (result,) = run["results"]
    assert listed[result["ruleIndex"]]["id"] == result["ruleId"] == "ACME101"
    mine = listed[-1]
    assert mine["fullDescription"]["text"] == "A Deployment with one replica."
    assert mine["helpUri"] == "https://example.test/replicas"
    assert "Why it matters" not in mine["help"]["text"]
    assert listed[0]["helpUri"].endswith("/docs/rules/CNI101.md")


@pytest.mark.parametrize("form", ["json", "jsonl", "github", "gitlab", "junit", "markdown", "html"])
def test_every_other_report_has_the_finding(form: str, house: Path) -> None:
    done = check(house, "--output-format", f"{form}:out")
    assert done.code == 1
    assert "ACME101" in (house / "out").read_text("utf-8")


def test_a_baseline_takes_it_in(house: Path) -> None:
    written = cnilint("baseline", "write", "app", "--rules-dir", "rules", folder=house)
    assert (written.code, "1 finding written" in written.err) == (0, True)
    assert check(house, "--baseline", ".cnilint-baseline.json")[:2] == (0, "")
    placed(house, {"app/web.yaml": LONELY.replace("web", "new")})
    assert check(house, "--baseline", ".cnilint-baseline.json").code == 1
    pruned = cnilint("baseline", "prune", "app", "--rules-dir", "rules", folder=house)
    assert "1 finding removed" in pruned.err


def test_fixes_of_other_rules_are_still_proven(house: Path) -> None:
    placed(house, {"app/multus.yaml": thin(), "app/vpc.yaml": VPC})
    done = check(house, "--fix")
    assert done.out == FOUND
    assert "1 fixed in 1 file" in done.err


def test_a_card_with_a_fault_ends_the_run_at_its_line(house: Path) -> None:
    placed(house, {"rules/ACME101.yaml": card(("  operator: equals", "  operatr: equals"))})
    for command in (("check", "app"), ("inspect", "app"), ("rules",), ("rule", "CNI101")):
        done = cnilint(*command, "--rules-dir", "rules", folder=house)
        assert done.code == 2
        assert done.err.startswith("cnilint: error: rules/ACME101.yaml: line 9: match.operatr: no")
        assert done.err.endswith("did you mean 'operator'?\n")


def test_a_folder_that_is_not_there_or_empty_ends_the_run(house: Path) -> None:
    done = cnilint("check", "app", "--rules-dir", "rule", folder=house)
    assert (done.code, done.err) == (2, "cnilint: error: rule: No such file or directory\n")
    done = cnilint("check", "app", "--rules-dir", "app/..", folder=house)
    assert "there is no rule card in it" in done.err


def test_files_that_are_judged_by_themselves_are_judged_by_the_house(house: Path) -> None:
    assert check(house, "--scope", "file") == Done(1, FOUND, "")
    placed(house, {"rules/ACME101.yaml": card(("level: w", "scope: cluster\nlevel: w"))})
    assert check(house, "--scope", "file")[:2] == (0, "")


def test_the_facts_of_a_cluster_are_the_same(house: Path) -> None:
    placed(house, {"app/vpc.yaml": VPC})
    plain = cnilint("inspect", "app", folder=house)
    assert cnilint("inspect", "app", "--rules-dir", "rules", folder=house) == plain
