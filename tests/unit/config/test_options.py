"""The table of options: what each entry leads to, and what is read of settings to come."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from cnilint.cli.commands import COMMANDS
from cnilint.cli.parser import application
from cnilint.config.file import read
from cnilint.config.options import (
    DEFAULTS,
    ClusterSettings,
    OptionEntry,
    entries,
    entry_of,
    in_file,
    setting,
    spelled,
)
from cnilint.config.reference import reference
from cnilint.config.schema import faults, loaded, schema, shape
from cnilint.config.settings import settings
from cnilint.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[3]
EVERY = pytest.mark.parametrize("one", entries(), ids=lambda one: one.name)


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = ".cnilint.yaml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def commands() -> dict[str, Any]:
    found: dict[str, Any] = {}
    whole: Any = typer.main.get_command(application())
    for name, command in whole.commands.items():
        inner = getattr(command, "commands", None)
        found |= {name: command} if inner is None else {f"{name} {k}": v for k, v in inner.items()}
    return found


@EVERY
def test_an_entry_is_an_option_of_the_commands_it_names_and_of_no_other(one: OptionEntry) -> None:
    taking = {
        name
        for name, command in commands().items()
        for parameter in command.params
        if parameter.name == one.name and one.spelled in parameter.opts
    }
    assert taking == (set(one.option.commands) if one.option.exposed else set())
    assert set(one.option.commands) <= {command.name for command in COMMANDS}


@EVERY
def test_the_built_in_value_is_that_of_the_field(one: OptionEntry) -> None:
    assert getattr(DEFAULTS, one.name) == one.default
    if one.choices and not one.many and one.default is not None:
        assert one.default in one.choices


def test_nothing_tells_of_what_is_not_exposed() -> None:
    hidden = {one.key for one in entries() if not one.option.exposed}
    assert hidden.isdisjoint(schema(exposed=True)["properties"])
    assert hidden <= set(schema()["properties"])
    for key in hidden:
        assert f"`{key}`" not in reference()


def test_the_page_is_the_one_in_the_repository() -> None:
    assert (ROOT / "docs" / "options.md").read_text("utf-8") == reference(), "run `make docs`"
    told = {one.spelled for one in entries() if one.option.exposed and one.option.commands}
    assert set(re.findall(r"^## `(--[\w-]+)", reference(), re.MULTILINE)) == told


@pytest.mark.parametrize("kind", [int, list[str], bytes])
def test_a_type_that_no_value_can_be_read_as_is_refused(kind: object) -> None:
    with pytest.raises(TypeError, match="no setting has the type"):
        shape(kind)


# What later work uses: read, checked and carried.


CLUSTERS = """\
clusters:
  prod-eu:
    paths: [clusters/prod-eu]
    platform: eks
    node-classes: [ec2]
    primary: 05-cilium.conflist
    absent: aws-vpc-cni
    host-files: [87-podman-bridge.conflist]
    runtime: cri-o
    targets: {multus: 4.2.2, cilium: 1.10}
    complete: true
  other: {}
"""


def test_clusters_are_read_with_all_that_is_said_of_them() -> None:
    written(CLUSTERS)
    found = settings({}, {}).clusters
    assert found["other"] == ClusterSettings()
    assert found["prod-eu"] == ClusterSettings(
        paths=("clusters/prod-eu",),
        platform="eks",
        node_classes=("ec2",),
        primary="05-cilium.conflist",
        absent=("aws-vpc-cni",),
        host_files=("87-podman-bridge.conflist",),
        runtime="cri-o",
        targets={"multus": "4.2.2", "cilium": "1.10"},
        complete=True,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("clusters:\n  a:\n    pats: x\n", ":3: unknown key 'pats', did you mean 'paths'?"),
        ("clusters:\n  a: {complete: maybe}\n", ":2: 'complete' is true or false, not 'maybe'"),
        ("clusters:\n  a: {runtime: crio}\n", ":2: 'runtime' is one of containerd, cri-o, not"),
        ("clusters:\n  a: {targets: [x]}\n", ":2: 'targets' is a mapping, not a list"),
        ("clusters:\n  a:\n", ":2: 'a' is a mapping, not nothing"),
        ("clusters: [a]\n", ":1: 'clusters' is a mapping, not a list"),
        ("render: yes\n", ":1: 'render' is one of auto, never, always, not 'yes'"),
        ("budget: soon\n", ":1: 'budget' is a number, not 'soon'"),
        ("budget: '7'\n", ":1: 'budget' is a number, not '7'"),
        ("budget: true\n", ":1: 'budget' is a number, not True"),
        ("budget: -1\n", ":1: 'budget' is at least 0, not -1"),
        ("exclude: {a: b}\n", ":1: 'exclude' is text or a list, not a mapping"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(text: str, message: str) -> None:
    written(text)
    with pytest.raises(ConfigurationError) as raised:
        settings({}, {})
    assert str(raised.value).startswith(f".cnilint.yaml{message}")


@pytest.mark.parametrize(
    ("options", "environment", "text", "expected"),
    [
        ({}, {}, "budget: 2.5\n", 2.5),
        ({}, {"CNILINT_BUDGET": "7"}, "budget: 2.5\n", 7.0),
        ({"budget": 0.5}, {"CNILINT_BUDGET": "7"}, "", 0.5),
        ({"budget": 0.0}, {}, "budget: 2.5\n", 0.0),
        ({}, {}, "", 120),
    ],
)
def test_a_number_of_seconds(
    options: dict[str, object], environment: dict[str, str], text: str, expected: float
) -> None:
    written(text)
    assert settings(options, environment).budget == expected


@pytest.mark.parametrize("seconds", ["0", "121", "1e9"])
def test_a_file_gives_a_run_no_more_time_than_it_has(seconds: str) -> None:
    written(f"fail-on: error\nbudget: {seconds}\n")
    with pytest.raises(ConfigurationError, match=r"yaml:2: more than 120 seconds: only an"):
        settings({}, {})


def test_a_variable_that_is_no_number_is_told() -> None:
    with pytest.raises(ConfigurationError, match=r"^CNILINT_BUDGET: .* a number, not 'soon'$"):
        settings({}, {"CNILINT_BUDGET": "soon"})


def test_the_same_of_a_toml_file() -> None:
    text = (
        "budget = 2\nrender = 'never'\nexclude = 'a'\n[tool.cnilint.clusters.a]\ncomplete = true\n"
    )
    found = settings({}, {}, written(f"[tool.cnilint]\n{text}", "pyproject.toml"))
    assert (found.budget, found.render, found.exclude) == (2.0, "never", ("a",))
    assert found.clusters == {"a": ClusterSettings(complete=True)}


def test_what_is_left_out_counts_from_where_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".git").mkdir()
    Path("sub").mkdir()
    written("exclude: [sub/a]\n")
    monkeypatch.chdir("sub")
    assert settings({}, {}).exclude == ("sub/a",)
    assert settings({"exclude": ["./b,c", "d"]}, {}).exclude == ("sub/b,c", "d")
    assert settings({}, {"CNILINT_EXCLUDE": "./b, d"}).exclude == ("sub/b", "d")


# The schema and the values that it lets through are of the same types.


def test_every_value_of_a_file_becomes_one_of_its_type() -> None:
    values = read(written(CLUSTERS + "select: CNI1\nseverity: {CNI1: note}\nbudget: 3\n")).values
    assert list(faults(values)) == []
    kinds = {key: loaded(value, in_file()[key].type) for key, value in values.items()}
    assert isinstance(kinds["clusters"]["other"], ClusterSettings)
    assert kinds["select"] == ("CNI1",)
    assert kinds["severity"] == {"CNI1": "note"}
    assert (kinds["budget"], type(kinds["budget"])) == (3.0, float)


def test_an_option_is_read_by_itself_as_it_stands_in_the_table() -> None:
    for one in entries():
        assert entry_of(one.name) is one
        for word in filter(None, (one.spelled, one.option.letter)):
            assert spelled(word, lambda each, own=one: each is own) is one  # type: ignore[misc]
        if one.option.in_file:
            assert setting(one.key) is one
        else:
            with pytest.raises(KeyError):
                setting(one.key)


@pytest.mark.parametrize("word", ["", "-", "--", "--nothing", "--output_format", "check"])
def test_what_no_option_is_called_is_none(word: str) -> None:
    assert spelled(word, lambda _one: True) is None


def test_options_of_two_commands_may_be_written_alike() -> None:
    alike = [one for one in entries() if one.spelled == "--output-format"]
    assert len(alike) > 1
    for command in ("check", "rules"):

        def fits(one: OptionEntry, command: str = command) -> bool:
            return command in one.option.commands

        assert spelled("--output-format", fits) is next(filter(fits, alike))
