"""The settings of a run, and what comes before what."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cnilint.config.location import nearest
from cnilint.config.options import DEFAULTS
from cnilint.config.settings import policy, settings, targets
from cnilint.engine.ignores.baseline import baseline_text
from cnilint.engine.policy import EVERYTHING
from cnilint.errors import ConfigurationError, UsageError
from cnilint.model.finding import Level


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = ".cnilint.yaml") -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def wrong(text: str, options: Mapping[str, object]) -> str:
    written(text)
    with pytest.raises(ConfigurationError) as raised:
        settings(options, {})
    return str(raised.value)


def test_without_anything_every_setting_is_built_in() -> None:
    assert settings({}, {}) is DEFAULTS
    assert settings({"select": None, "host_files": []}, {"CNILINT_SELECT": ""}) is DEFAULTS
    assert policy(DEFAULTS, []) is EVERYTHING


# Which file it is.


def test_the_nearest_file_up_to_the_top_of_the_repository_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written("", "above/.cnilint.yaml")
    written("", "above/repo/.git/HEAD")
    written("", "above/repo/a/b/c.yaml")
    monkeypatch.chdir("above/repo/a/b")
    assert nearest() is None
    written("", "../../cnilint.yaml")
    assert nearest() == "../../cnilint.yaml"
    written("[tool.cnilint]\n", "../pyproject.toml")
    assert nearest() == "../pyproject.toml"
    written("", "cnilint.yaml")
    assert nearest() == "cnilint.yaml"
    written("", ".cnilint.yaml")
    assert nearest() == ".cnilint.yaml"


def test_a_project_without_settings_is_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    written("", ".git/HEAD")
    written("", ".cnilint.yaml")
    written("[project]\nname = 'x'\n", "sub/pyproject.toml")
    monkeypatch.chdir("sub")
    assert nearest() == "../.cnilint.yaml"


def test_outside_of_a_repository_only_the_working_directory_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written("", ".cnilint.yaml")
    written("", "sub/a.yaml")
    assert nearest() == ".cnilint.yaml"
    monkeypatch.chdir("sub")
    assert nearest() is None


def test_a_file_can_be_named_or_left_out() -> None:
    written("fail-on: note\n")
    written("fail-on: never\n", "other.yaml")
    assert settings({}, {}).fail_on == "note"
    assert settings({}, {}, "other.yaml").fail_on == "never"
    assert settings({}, {"CNILINT_CONFIG": "other.yaml"}).fail_on == "never"
    assert settings({}, {"CNILINT_CONFIG": "other.yaml"}, ".cnilint.yaml").fail_on == "note"
    assert settings({}, {}, "") is DEFAULTS


# What comes before what.


def test_an_option_comes_before_a_variable_before_the_file() -> None:
    written("fail-on: note\nruntime: cri-o\nprimary: a\nselect: [CNI1]\n")
    environment = {"CNILINT_FAIL_ON": "error", "CNILINT_PRIMARY": "b", "CNILINT_SELECT": "CNI2"}
    found = settings({"fail_on": "never"}, environment)
    assert (found.fail_on, found.primary, found.runtime) == ("never", "b", "cri-o")
    assert found.select == ("CNI2",)
    assert found.origins["fail_on",] == "--fail-on"
    assert found.origins["primary",] == "CNILINT_PRIMARY"
    assert found.origins["runtime",] == ".cnilint.yaml:2"
    assert ("baseline",) not in found.origins


def test_mappings_are_laid_over_one_another_key_by_key() -> None:
    written("severity: {CNI101: note, CNI102: note}\nper-file-ignores: {a: CNI1, b: [CNI2]}\n")
    environment = {"CNILINT_SEVERITY": "CNI102=error CNI103=off"}
    found = settings({"per_file_ignores": ["b=CNI101,CNI102", "c=CNI1"]}, environment)
    assert found.severity == {"CNI101": "note", "CNI102": "error", "CNI103": "off"}
    assert found.per_file_ignores == {"a": ("CNI1",), "b": ("CNI101", "CNI102"), "c": ("CNI1",)}
    assert found.origins["severity", "CNI101"] == ".cnilint.yaml:1"
    assert found.origins["severity", "CNI102"] == "CNILINT_SEVERITY"
    assert found.origins["per_file_ignores", "b"] == "--per-file-ignores"


@pytest.mark.parametrize("given", ["CNI1,CNI2", "CNI1 CNI2", "CNI1, CNI2"])
def test_a_list_is_written_with_commas_or_blanks(given: str) -> None:
    assert settings({}, {"CNILINT_SELECT": given}).select == ("CNI1", "CNI2")
    assert settings({"select": [given]}, {}).select == ("CNI1", "CNI2")
    assert settings({"select": [given, "CNI101"]}, {}).select == ("CNI1", "CNI2", "CNI101")


def test_a_name_with_a_comma_can_be_given_as_an_option() -> None:
    assert settings({"host_files": ["a,b.conf=x y"]}, {}).host_files == ("a,b.conf=x y",)
    variable = settings({}, {"CNILINT_HOST_FILES": "a.conf, b.conf=x"})
    assert variable.host_files == ("a.conf", "b.conf=x")
    formats = settings({}, {"CNILINT_OUTPUT_FORMAT": "concise,sarif:a.sarif"})
    assert formats.output_format == ("concise", "sarif:a.sarif")


# What is wrong is told with its place.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select:\n  - CNI1\n  - CNI1001\n", ":3: no rule 'CNI1001', did you mean 'CNI101'?"),
        ("select: CNI1001\n", ":1: no rule 'CNI1001', did you mean 'CNI101'?"),
        ("ignore: [CNI1, x]\n", ":1: no rule 'x'"),
        ("severity:\n  master-not-pined: off\n", ":2: no rule 'master-not-pined', did you mean"),
        ("per-file-ignores:\n  a: CNI1\n  b:\n    - CNI8\n", ":4: no rule 'CNI8'"),
        ("ignores:\n  - kind: Pod\n    rule: x\n", ":3: no rule 'x'"),
        ("ignores:\n  - rule: CNI1\n    expires: soon\n", ":3: 'soon' is no day"),
    ],
)
def test_a_rule_and_a_day_that_are_none_have_their_line(text: str, message: str) -> None:
    assert wrong(text, {}).startswith(f".cnilint.yaml{message}")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"select": ["CNI1001"]}, "--select: no rule 'CNI1001', did you mean 'CNI101'?"),
        ({"severity": ["CNI101"]}, "--severity: 'CNI101' is not of the form RULE=LEVEL"),
        ({"severity": ["CNI101=high"]}, "--severity: 'CNI101' is one of"),
        ({"severity": ["x=error"]}, "--severity: no rule 'x'"),
        ({"per_file_ignores": ["a"]}, "--per-file-ignores: 'a' is not of the form PATTERN=RULES"),
        ({"per_file_ignores": ["a=x"]}, "--per-file-ignores: no rule 'x'"),
        ({"runtime": "docker"}, "--runtime: 'runtime' is one of containerd, cri-o, not 'docker'"),
    ],
)
def test_what_is_wrong_in_an_option_names_it(options: dict[str, object], message: str) -> None:
    assert wrong("", options).startswith(message)


def test_what_is_wrong_in_a_variable_names_it() -> None:
    with pytest.raises(ConfigurationError, match=r"^CNILINT_FAIL_ON: .* did you mean 'error'\?"):
        settings({}, {"CNILINT_FAIL_ON": "eror"})


# What follows from it.


def test_paths_in_a_file_count_from_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    written("", ".git/HEAD")
    written(
        "baseline: known.json\nhost-files: [a.conf, b.conf=files/b.conf]\n"
        "output-format: [full, 'sarif:out/a.sarif']\n"
    )
    written("", "sub/a.yaml")
    monkeypatch.chdir("sub")
    found = settings({}, {})
    assert found.baseline == "../known.json"
    assert found.host_files == ("a.conf", "b.conf=../files/b.conf")
    assert found.output_format == ("full", "sarif:../out/a.sarif")
    assert settings({"baseline": "mine.json"}, {}).baseline == "mine.json"


def test_patterns_count_from_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written("", ".git/HEAD")
    written("per-file-ignores: {'sub/a/*': [CNI1]}\n")
    written("", "sub/a.yaml")
    monkeypatch.chdir("sub")
    found = settings({"per_file_ignores": ["./b/*=CNI2", "c=CNI2"]}, {})
    assert list(found.per_file_ignores) == ["sub/a/*", "sub/b/*", "c"]
    assert policy(found, []).base == str(tmp_path)


def test_a_run_sees_all_when_the_folder_of_the_settings_is_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written("", ".git/HEAD")
    written("ignores: [{rule: CNI101}]\n")
    written("", "sub/a.yaml")
    found = settings({}, {})
    assert policy(found, []).whole
    assert policy(found, ["sub", "."]).whole
    assert policy(found, [str(Path.cwd().parent)]).whole
    assert not policy(found, ["sub"]).whole
    assert not policy(found, ["-"]).whole
    monkeypatch.chdir("sub")
    assert not policy(settings({}, {}), []).whole
    assert policy(settings({}, {}), [".."]).whole


def test_an_entry_of_ignores_becomes_an_ignore_at_its_place() -> None:
    written(
        "ignores:\n  - rule: [CNI101, master-not-pinned]\n    kind: ConfigMap\n    path: 'a/**'\n"
        "    reason: known\n    expires: 2026-12-31\n"
    )
    (one,) = policy(settings({}, {}), []).ignores
    assert [word.rules for word in one.words] == [{"CNI101"}, {"CNI102"}]
    assert (one.scope.kind, one.scope.path, one.scope.name) == ("ConfigMap", "a/**", "")
    assert (one.reason, one.until, one.in_source) == ("known", "2026-12-31", False)
    assert one.location.source.position(one.location.span.start).line == 2


def test_select_ignore_and_severity_make_the_policy() -> None:
    written("select: [CNI1]\nignore: [CNI102]\nseverity: {CNI103: note}\n")
    found = policy(settings({}, {}), [])
    assert {"CNI102", "CNI201"} <= found.off
    assert found.severity == {"CNI103": Level.NOTE}


def test_a_baseline_is_read() -> None:
    written("baseline: known.json\n")
    with pytest.raises(UsageError, match=r"no baseline known\.json"):
        policy(settings({}, {}), [])
    written(baseline_text([]), "known.json")
    assert policy(settings({}, {}), []).baseline == ()


# Releases.


def test_a_product_is_named_by_its_id_or_a_part_of_it() -> None:
    written("targets: {multus: 4.1.4, vpc-cni: 1.10, cilium: v1.17.2}\n")
    found = targets(settings({}, {}).targets)
    assert found["multus-thick"] == found["multus-thin"] == (4, 1, 4)
    assert found["aws-vpc-cni"] == (1, 10, 0)
    assert found["cilium"] == (1, 17, 2)
    given = settings({"targets": ["multus-thin=3.9"]}, {"CNILINT_TARGETS": "cilium=1.18"})
    assert targets(given.targets)["multus-thin"] == (3, 9, 0)
    assert targets(given.targets)["multus-thick"] == (4, 1, 4)
    assert targets(given.targets)["cilium"] == (1, 18, 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("targets:\n  multsu-thick: 4.1\n", ":2: no product 'multsu-thick', did you mean 'multus-"),
        ("targets:\n  multus: latest\n", ":2: 'latest' is no release: write it as 4.1.4"),
        ("targets:\n  multus: 4\n", ":2: '4' is no release"),
    ],
)
def test_a_product_and_a_release_that_are_none_have_their_line(text: str, message: str) -> None:
    assert wrong(text, {}).startswith(f".cnilint.yaml{message}")
    with pytest.raises(ConfigurationError, match=r"^--target: 'multus' is not of the form"):
        settings({"targets": ["multus"]}, {}, "")
