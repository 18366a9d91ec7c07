"""The commands about rules: one of them, all of them, their pages, and the examples of a house."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnilint.engine.ruleset import rules
from tests.clusters import Done, cnilint, placed
from tests.house import CARD, card

OWN = [rule.id for rule in rules()]
NO_EXAMPLE = card((CARD[CARD.index("examples:") :], ""))
WRONG = card(("spec: {replicas: 2}", "spec: {replicas: 1}"))


def house(folder: Path, **cards: str) -> Path:
    """Return a folder with a folder of cards, by their ids."""
    renamed = {
        f"rules/{name}.yaml": text.replace("ACME101", name).replace("t-of-one", f"t-{name.lower()}")
        for name, text in cards.items()
    }
    return placed(folder, renamed)


# One rule.


@pytest.mark.parametrize(
    "word", ["CNI101", "cni101", "Cni101", "master-depends-on-order", "Master-Depends-On-Order"]
)
def test_a_rule_is_found_by_its_id_or_its_name_in_any_case(word: str, tmp_path: Path) -> None:
    done = cnilint("rule", word, folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(
        "CNI101 master-depends-on-order · error · fix: cnilint check --fix\n"
    )
    assert "multus-config.yaml:10:27: CNI101 Multus (thick) has no pinned master" in done.out
    assert '          "multusMasterCNI": "10-aws.conflist",\n' in done.out


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("CNI1o1", "no rule 'CNI1o1', did you mean 'CNI"),
        ("master-not-pined", "did you mean 'master-not-pinned'?"),
        ("CNI", "no rule 'CNI'"),
        ("", "no rule ''"),
        ("zzz", "no rule 'zzz'\n"),
    ],
)
def test_another_word_is_no_rule(word: str, said: str, tmp_path: Path) -> None:
    done = cnilint("rule", word, folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_the_forms_of_a_page(tmp_path: Path) -> None:
    found = cnilint("rule", "CNI202", "--output-format", "markdown", folder=tmp_path)
    page = Path(__file__).parents[3] / "docs" / "rules" / "CNI202.md"
    assert found == Done(0, page.read_text("utf-8"), "")
    whole = json.loads(cnilint("rule", "CNI202", "--output-format", "json", folder=tmp_path).out)
    assert (whole["schema"], whole["id"], whole["settings"].keys()) == (
        "cnilint.rule/v1",
        "CNI202",
        {"targets"},
    )
    assert [each["rule"] for each in whole["examples"][0]["findings"]] == ["CNI202"]


@pytest.mark.parametrize("rule", OWN)
def test_every_rule_has_a_page_in_a_terminal(rule: str, tmp_path: Path) -> None:
    done = cnilint("rule", rule, folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    for title in ("What it finds", "Why it matters", "Example", "Example, fixed", "Configuration"):
        assert f"\n{title}\n" in done.out
    assert f": {rule} " in done.out


def test_a_rule_of_the_house_has_a_page(tmp_path: Path) -> None:
    house(tmp_path, ACME101=CARD, ACME102=NO_EXAMPLE.replace("Deployment", "Job"))
    done = cnilint("rule", "acme101", "--rules-dir", "rules", folder=tmp_path)
    assert done.out.startswith("ACME101 deployment-acme101 · warning · fix: none\n")
    assert "\n  app.yaml:4:18: ACME101 Deployment app has 1 replica at spec.replicas\n" in done.out
    done = cnilint("rule", "ACME102", "--rules-dir", "rules", folder=tmp_path)
    assert "The card has none." in done.out
    done = cnilint("rule", "ACME103", "--rules-dir", "rules", folder=tmp_path)
    assert "did you mean 'ACME10" in done.err


# All rules.


def test_the_list_in_every_form(tmp_path: Path) -> None:
    house(tmp_path, ACME101=CARD)
    text = cnilint("rules", folder=tmp_path).out
    assert [line.split()[0] for line in text.splitlines() if line.startswith("CNI")] == OWN
    both = ("rules", "--rules-dir", "rules", "--output-format")
    markdown = cnilint(*both, "markdown", folder=tmp_path).out
    assert "## Rules of the house\n" in markdown
    assert "| [ACME101](ACME101.md) deployment-acme101 | warning |  |" in markdown
    whole = json.loads(cnilint(*both, "json", folder=tmp_path).out)
    assert [rule["id"] for rule in whole["rules"]] == [*OWN, "ACME101"]
    assert all(rule["examples"] for rule in whole["rules"])


def test_the_configuration_has_a_say(tmp_path: Path) -> None:
    house(tmp_path, ACME101=CARD)
    placed(tmp_path, {".cnilint.yaml": "rules-dirs: rules\n"})
    assert "ACME101" in cnilint("rules", folder=tmp_path).out
    assert "ACME101" not in cnilint("rules", "--no-config", folder=tmp_path).out
    assert cnilint("rule", "ACME101", folder=tmp_path).code == 0
    assert cnilint("test", folder=tmp_path).code == 0


def test_pages_are_written_and_what_else_is_there_stays(tmp_path: Path) -> None:
    house(tmp_path, ACME101=CARD)
    placed(tmp_path, {"out/notes.md": "mine"})
    done = cnilint("rules", "--rules-dir", "rules", "--pages", "out/a/..", folder=tmp_path)
    assert (done.code, done.out) == (0, "")
    assert done.err == f"cnilint: {len(OWN) + 1} pages written to out/a/..\n"
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {f"{rule}.md" for rule in [*OWN, "ACME101"]} | {"README.md", "notes.md", "a"}
    assert "# ACME101: deployment-acme101" in (tmp_path / "out" / "ACME101.md").read_text("utf-8")


def test_pages_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    placed(tmp_path, {"out": "a file"})
    done = cnilint("rules", "--pages", "out", folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("cnilint: error: cannot write out: ")


# The examples of a house.


def test_cards_that_are_as_they_say(tmp_path: Path) -> None:
    house(tmp_path, ACME101=CARD.replace("Deployment", "ReplicaSet"))
    assert cnilint("test", "rules", folder=tmp_path) == Done(
        0, "ok    ACME101 deployment-acme101\n\n1 card: 1 passed\n", ""
    )


def test_a_card_that_is_not_fails_the_run(tmp_path: Path) -> None:
    done = cnilint("test", "rules", folder=house(tmp_path, ACME101=WRONG))
    assert (done.code, done.err) == (1, "")
    assert done.out == (
        "FAIL  ACME101 deployment-acme101\n"
        "      good: expected no finding, found these\n"
        "        app.yaml:4:18: ACME101 Deployment app has 1 replica at spec.replicas\n"
        "\n"
        "1 card: 0 passed, 1 failed\n"
    )


def test_a_card_without_an_example_is_told_and_fails_nothing(tmp_path: Path) -> None:
    done = cnilint("test", "rules", folder=house(tmp_path, ACME101=NO_EXAMPLE))
    assert done.code == 0
    assert done.out.startswith("none  ACME101 deployment-acme101: the card has no example\n")


def test_several_folders_are_one_house(tmp_path: Path) -> None:
    other = CARD.replace("ACME101", "BE201").replace("t-of-one", "t-b").replace("Deployment", "Job")
    house(tmp_path, ACME101=CARD)
    placed(tmp_path, {"more/BE201.yaml": other})
    done = cnilint("test", "rules", "more", folder=tmp_path)
    assert done.out.endswith("\n2 cards: 2 passed\n")
    whole = json.loads(
        cnilint("test", "rules", "more", "--output-format", "json", folder=tmp_path).out
    )
    assert [card["path"] for card in whole["cards"]] == ["rules/ACME101.yaml", "more/BE201.yaml"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("empty",), 3, "nothing to read in empty"),
        (("none",), 2, "none: No such file or directory"),
        ((), 2, "name a folder with rule cards"),
        (("broken",), 2, "broken/ACME101.yaml: line 3: level: 'wrong' is none of error"),
        (("empty", "broken"), 2, "level: 'wrong' is none of"),
    ],
)
def test_folders_in_which_nothing_can_be_tested(
    arguments: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    broken = card(("level: warning", "level: wrong"))
    placed(tmp_path, {"empty/README.md": "words", "broken/ACME101.yaml": broken})
    done = cnilint("test", *arguments, folder=tmp_path)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_one_folder_of_several_may_be_empty(tmp_path: Path) -> None:
    house(tmp_path, ACME101=CARD)
    placed(tmp_path, {"empty/README.md": "words"})
    assert cnilint("test", "rules", "empty", folder=tmp_path).code == 0
