"""Which report goes where, and what stands beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.clusters import PINNED, STANDALONE, VPC, Done, cnilint, multus, placed

RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}
CLEAN = {**RACE, "multus.yaml": multus(PINNED), ".cnilint.yaml": "ignore: CNI124\n"}
"""The pinned cluster; that its pods can start before their network is ready is left out."""

LOOKED_AT = "1 cluster, 4 manifests, 3 CNI installs: deterministic"
COUNTED = "1  CNI101  error  master-depends-on-order  [*] 1 fixable\n"


@pytest.fixture
def race(tmp_path: Path) -> Path:
    return placed(tmp_path, {".git/HEAD": "", **RACE})


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    return placed(tmp_path, {".git/HEAD": "", **CLEAN})


def check(folder: Path, *formats: str, more: tuple[str, ...] = ()) -> Done:
    options = [word for each in formats for word in ("--output-format", each)]
    return cnilint("check", *options, *more, folder=folder)


# A clean run says what it looked at.


@pytest.mark.parametrize("format_", ["full", "json", "markdown", "html"])
def test_a_report_that_sums_up_needs_nothing_beside_it(format_: str, clean: Path) -> None:
    done = check(clean, format_)
    assert (done.code, done.err) == (0, "")
    assert format_ != "full" or done.out.endswith(f"\n{LOOKED_AT}\n")


@pytest.mark.parametrize("format_", ["concise", "github", "jsonl", "gitlab", "sarif", "junit"])
def test_beside_any_other_standard_error_has_it(format_: str, clean: Path) -> None:
    done = check(clean, format_)
    assert (done.code, done.err) == (0, f"cnilint: {LOOKED_AT}\n")
    assert LOOKED_AT not in done.out


def test_a_run_that_only_writes_files_says_how_it_ended(race: Path) -> None:
    done = check(race, "sarif:x.sarif", "json:x.json")
    assert (done.code, done.out) == (1, "")
    told = "1 error; [*] 1 fixable with --fix; written to x.sarif and x.json"
    assert done.err == f"cnilint: {told}\n"
    placed(race, CLEAN)
    done = check(race, "sarif:x.sarif")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"cnilint: {LOOKED_AT}; written to x.sarif\n"


def test_findings_on_standard_output_are_enough(race: Path) -> None:
    for format_ in ("concise", "github", "sarif"):
        assert check(race, format_).err == ""


def test_a_diff_that_has_something_to_show_stands_alone(race: Path) -> None:
    done = cnilint("check", "--diff", folder=race)
    assert (done.code, done.err) == (1, "")


def test_what_is_ignored_and_what_was_there_before_is_part_of_it(race: Path) -> None:
    done = check(race, "concise", more=("--per-file-ignores", "multus.yaml=CNI101"))
    assert done.err == f"cnilint: {LOOKED_AT.replace('deterministic', 'a race')}; 1 ignored\n"


# Several reports, and files.


def test_files_are_there_even_if_standard_output_is_not(race: Path) -> None:
    placed(race, {"full": ""})
    done = check(race, "concise", "json:one.json", "sarif:two.sarif")
    assert done.rules == ["CNI101"]
    assert json.loads((race / "one.json").read_text())["summary"]["errors"] == 1
    assert json.loads((race / "two.sarif").read_text())["version"] == "2.1.0"


def test_a_file_that_cannot_be_written_is_told_before_anything_is_printed(race: Path) -> None:
    done = check(race, "concise", "json:missing/one.json")
    assert (done.code, done.out) == (2, "")
    assert done.err == "cnilint: error: cannot write missing/one.json: there is no folder missing\n"


def test_a_report_in_a_file_has_no_colours_and_a_fixed_width(
    race: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    check(race, "full:report.txt")
    text = (race / "report.txt").read_text()
    assert "\x1b" not in text
    assert text == check(race, "full").out


# Statistics.


def test_statistics_stand_behind_text(race: Path) -> None:
    for format_ in ("full", "concise"):
        plain = check(race, format_)
        counted = check(race, format_, more=("--statistics",))
        assert counted == (plain.code, f"{plain.out}\n{COUNTED}", plain.err)


@pytest.mark.parametrize("format_", ["sarif", "github", "gitlab", "junit", "markdown", "jsonl"])
def test_statistics_stand_beside_what_programs_read(format_: str, race: Path) -> None:
    plain = check(race, format_)
    counted = check(race, format_, more=("--statistics",))
    assert counted == (plain.code, plain.out, COUNTED)


def test_the_json_report_has_them_in_its_summary(race: Path) -> None:
    done = check(race, "json", more=("--statistics",))
    assert done.err == ""
    assert json.loads(done.out)["summary"]["rules"][0]["count"] == 1


def test_statistics_are_printed_where_all_reports_are_files(race: Path) -> None:
    done = check(race, "sarif:x.sarif", more=("--statistics",))
    assert done.out == COUNTED


def test_statistics_of_a_clean_run_are_empty(clean: Path) -> None:
    assert check(clean, "full", more=("--statistics",)) == check(clean, "full")
