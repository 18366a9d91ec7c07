"""Variables and options, taken apart."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer.main

from cnilint.cli.parser import application
from cnilint.config.options import OptionEntry, entries, in_file
from cnilint.config.options_and_environment import given
from cnilint.errors import ConfigurationError

PARAMETERS = {p.name for p in typer.main.get_command(application()).commands["check"].params}  # type: ignore[attr-defined]
ENTRIES = {one.name: one for one in entries()}


def spelled(one: OptionEntry) -> str:
    return one.spelled


def said(**texts: object) -> dict[str, object]:
    by_key = {name.replace("_", "-"): text for name, text in texts.items()}
    values, _place = given(by_key, spelled, str(Path.cwd()))
    return values


def test_every_setting_that_fits_into_a_line_has_an_option_of_check() -> None:
    told = {one.name for one in in_file().values() if one.option.exposed}
    assert told - {"clusters", "ignores"} <= PARAMETERS


def test_every_entry_says_what_it_is_for() -> None:
    for one in entries():
        assert one.option.help.endswith("."), one.name
        assert one.option.commands or one.option.in_file, one.name


@pytest.mark.parametrize(
    ("name", "of_option", "of_variable"),
    [
        ("select", "--select", "CNILINT_SELECT"),
        ("fail_on", "--fail-on", "CNILINT_FAIL_ON"),
        ("per_file_ignores", "--per-file-ignores", "CNILINT_PER_FILE_IGNORES"),
        ("host_files", "--host-file", "CNILINT_HOST_FILES"),
        ("targets", "--target", "CNILINT_TARGETS"),
        ("rules_dirs", "--rules-dir", "CNILINT_RULES_DIRS"),
    ],
)
def test_what_a_setting_is_called(name: str, of_option: str, of_variable: str) -> None:
    assert ENTRIES[name].spelled == of_option
    assert ENTRIES[name].variables[0] == of_variable


def test_what_does_not_fit_into_a_line_or_a_file_has_no_variable() -> None:
    for name in ("ignores", "clusters", "fix", "config", "git_tracked"):
        assert ENTRIES[name].variables == ()


def test_every_mapping_says_how_it_is_written() -> None:
    mappings = [one for one in in_file().values() if isinstance(one.default, dict)]
    assert all("=" in one.option.metavar for one in mappings if one.option.commands)


def test_a_text_stays_one() -> None:
    assert said(primary="a, b.conflist", fail_on="note") == {
        "primary": "a, b.conflist",
        "fail-on": "note",
    }


def test_words_are_taken_apart_at_commas_and_blanks() -> None:
    assert said(select=" CNI1,, CNI2\tCNI3 ") == {"select": ["CNI1", "CNI2", "CNI3"]}
    assert said(ignore=["CNI1,CNI2", "CNI3"]) == {"ignore": ["CNI1", "CNI2", "CNI3"]}


def test_pairs_are_read_from_the_last_equals_sign() -> None:
    assert said(severity="CNI1=error,CNI2=note") == {"severity": {"CNI1": "error", "CNI2": "note"}}
    assert said(per_file_ignores=["a=b.yaml=CNI1"]) == {"per-file-ignores": {"a=b.yaml": ["CNI1"]}}


def test_one_pattern_may_be_given_several_times() -> None:
    twice = said(per_file_ignores=["a.yaml=CNI1,CNI2", "a.yaml=CNI3"])
    assert twice == {"per-file-ignores": {"a.yaml": ["CNI1", "CNI2", "CNI3"]}}


@pytest.mark.parametrize("text", ["CNI101", "=error", "CNI101="])
def test_a_pair_without_both_sides_is_told(text: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        said(severity=[text])
    assert str(raised.value) == f"--severity: {text!r} is not of the form RULE=LEVEL"


@pytest.mark.parametrize(
    ("pattern", "counts_as"),
    [
        ("a.yaml", "a.yaml"),
        ("a/", "a/"),
        ("./a/b.yaml", "sub/a/b.yaml"),
        ("/a/b.yaml", "sub/a/b.yaml"),
        ("**/b.yaml", "sub/**/b.yaml"),
    ],
)
def test_a_pattern_counts_from_where_the_command_runs(
    pattern: str, counts_as: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    texts = {"per-file-ignores": [f"{pattern}=CNI1"]}
    values, _place = given(texts, spelled, str(tmp_path))
    assert values == {"per-file-ignores": {counts_as: ["CNI1"]}}
    here, _place = given(texts, spelled, str(tmp_path / "sub"))
    assert here == {"per-file-ignores": {pattern: ["CNI1"]}}


def test_what_does_not_fit_is_told_by_the_name_it_was_given_under() -> None:
    with pytest.raises(ConfigurationError, match=r"^CNILINT_RUNTIME: .* not 'docker'$"):
        given({"runtime": "docker"}, lambda one: one.variables[0], "")
