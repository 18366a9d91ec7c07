"""Variables and options, taken apart."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer.main

from cnilint.cli.app import app
from cnilint.config.options_and_environment import FORMS, given, option
from cnilint.config.settings import DEFAULTS, SETTINGS, variable
from cnilint.errors import ConfigurationError

PARAMETERS = {p.name for p in typer.main.get_command(app).commands["check"].params}  # type: ignore[attr-defined]
BUILT_IN = DEFAULTS._asdict()


def said(**texts: object) -> dict[str, object]:
    values, _place = given(texts, option, BUILT_IN, str(Path.cwd()))
    return values


def test_every_setting_but_ignores_has_an_option_of_check() -> None:
    singular = {"host_files": "host_file", "targets": "target", "rules_dirs": "rules_dir"}
    assert {singular.get(n, n) for n in SETTINGS if n != "ignores"} <= PARAMETERS


@pytest.mark.parametrize(
    ("name", "of_option", "of_variable"),
    [
        ("select", "--select", "CNILINT_SELECT"),
        ("fail_on", "--fail-on", "CNILINT_FAIL_ON"),
        ("per-file-ignores", "--per-file-ignores", "CNILINT_PER_FILE_IGNORES"),
        ("host_files", "--host-file", "CNILINT_HOST_FILES"),
        ("targets", "--target", "CNILINT_TARGETS"),
        ("rules_dirs", "--rules-dir", "CNILINT_RULES_DIRS"),
    ],
)
def test_what_a_setting_is_called(name: str, of_option: str, of_variable: str) -> None:
    assert option(name) == of_option
    assert variable(name) == of_variable


def test_every_mapping_says_how_it_is_written() -> None:
    mappings = {name for name in SETTINGS if isinstance(BUILT_IN[name], dict)}
    assert set(FORMS) == mappings


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
    texts = {"per_file_ignores": [f"{pattern}=CNI1"]}
    values, _place = given(texts, option, BUILT_IN, str(tmp_path))
    assert values == {"per-file-ignores": {counts_as: ["CNI1"]}}
    here, _place = given(texts, option, BUILT_IN, str(tmp_path / "sub"))
    assert here == {"per-file-ignores": {pattern: ["CNI1"]}}


def test_what_does_not_fit_is_told_by_the_name_it_was_given_under() -> None:
    with pytest.raises(ConfigurationError, match=r"^CNILINT_RUNTIME: .* not 'docker'$"):
        given({"runtime": "docker"}, variable, BUILT_IN, "")
