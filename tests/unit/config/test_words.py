"""The ways in which a setting may be written, and what is said of one that is none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cnilint.config.settings import mistyped_variables, settings, targets
from cnilint.errors import ConfigurationError


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str) -> None:
    Path(".cnilint.yaml").write_text(text, encoding="utf-8")


def wrong(text: str, options: Mapping[str, object]) -> str:
    written(text)
    with pytest.raises(ConfigurationError) as raised:
        settings(options, {})
    return str(raised.value)


@pytest.mark.parametrize("rules", ["CNI101,CNI2", "CNI101, CNI2", "CNI101 CNI2", "[CNI101, CNI2]"])
def test_rules_may_stand_in_one_text_with_commas(rules: str) -> None:
    entry = f"ignores: [{{rule: '{rules.strip('[]')}', kind: Pod}}]\n"
    written(f"select: {rules}\nignore: {rules}\nper-file-ignores:\n  a.yaml: {rules}\n{entry}")
    found = settings({}, {})
    wanted = ("CNI101", "CNI2")
    assert (found.select, found.ignore, found.per_file_ignores["a.yaml"]) == (wanted,) * 3
    assert tuple(word.text for word in found.ignores[0].words) == wanted


def test_a_wrong_rule_among_several_in_one_text_is_told() -> None:
    assert wrong("select: CNI101, CNI1O2\n", {}) == (
        ".cnilint.yaml:1: no rule 'CNI1O2', did you mean 'CNI102'?"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("output-format: sarf\n", 1),
        ("fail-on: note\noutput-format:\n  - full\n  - sarf:x.sarif\n", 4),
        ("output-format: [full, sarf]\n", 1),
    ],
)
def test_a_format_that_is_none_is_told_at_its_line(text: str, line: int) -> None:
    assert wrong(text, {}).startswith(
        f".cnilint.yaml:{line}: no output format 'sarf', did you mean 'sarif'? (known: full, "
    )


def test_a_format_that_is_none_is_told_even_if_an_option_replaces_it() -> None:
    assert "no output format 'sarf'" in wrong("output-format: sarf\n", {"output_format": ["full"]})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("kube", "'kube' may be kube-network-policies, kube-ovn, kube-router: name one of them"),
        ("multsu", "no product 'multsu', did you mean 'multus'?"),
        ("vcp-cni", "no product 'vcp-cni', did you mean 'vpc-cni'?"),
        ("zzz", "no product 'zzz'"),
    ],
)
def test_a_name_stands_for_one_product_in_all_its_forms(name: str, message: str) -> None:
    assert wrong(f"targets:\n  {name}: 1.2\n", {}) == f".cnilint.yaml:2: {message}"


def test_a_name_is_that_of_no_other_product_that_ends_like_it() -> None:
    assert set(targets(settings({"targets": ["multus=4.1"]}, {}).targets)) == {
        "multus-thick",
        "multus-thin",
    }


# The environment.


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("CNILINT_TARGET", "targets"),
        ("CNILINT_TARGETS", "targets"),
        ("CNILINT_HOST_FILE", "host_files"),
        ("CNILINT_HOST_FILES", "host_files"),
    ],
)
def test_a_variable_may_be_called_like_the_option_or_the_setting(name: str, setting: str) -> None:
    found = settings({}, {name: "multus=4.1.4"})
    assert getattr(found, setting) in ({"multus": "4.1.4"}, ("multus=4.1.4",))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CNILINT_SELCT", "CNILINT_SELECT"),
        ("CNILINT_FAILON", "CNILINT_FAIL_ON"),
        ("CNILINT_FAIL-ON", "CNILINT_FAIL_ON"),
        ("CNILINT_SELECTS", "CNILINT_SELECT"),
        ("CNILINT_OUTPUT_FORMATS", "CNILINT_OUTPUT_FORMAT"),
        ("CNILINT_SELECT", ""),
        ("CNILINT_TARGET", ""),
        ("CNILINT_CONFIG", ""),
        ("CNILINT_DEBUG", ""),
        ("CNILINT_CORPUS", ""),
        ("CNILINT_BROWSER", ""),
        ("SELCT", ""),
    ],
)
def test_a_variable_that_is_nearly_one_of_ours_is_told(name: str, meant: str) -> None:
    told = list(mistyped_variables({name: "x", "PATH": ""}))
    assert told == ([f"{name} is no setting, did you mean {meant}?"] if meant else [])
