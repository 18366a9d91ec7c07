"""A file of configuration: what may stand there, and where what is wrong stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cnilint.config.file import read
from cnilint.config.location import has_section
from cnilint.config.options import in_file
from cnilint.config.schema import faults, schema
from cnilint.engine.ignores.ignore import Scope
from cnilint.errors import ConfigurationError
from cnilint.model.finding import Level


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = ".cnilint.yaml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def wrong(text: str, name: str = ".cnilint.yaml") -> str:
    with pytest.raises(ConfigurationError) as raised:
        read(written(text, name))
    return str(raised.value)


# The schema is what a file is checked by; the code that uses the values agrees with it.


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()


def test_the_schema_has_every_setting_with_its_default() -> None:
    properties = schema()["properties"]
    assert list(properties) == list(in_file())
    for key, shape in properties.items():
        assert list(faults(shape["default"], shape, (key,))) == [], key
        assert shape["description"].endswith("."), key


def test_the_schema_has_every_part_of_an_ignore_and_every_level() -> None:
    ignore = schema()["properties"]["ignores"]["items"]["properties"]
    assert set(ignore) == {"rule", *Scope._fields, "reason", "expires"}
    levels = schema()["properties"]["severity"]["additionalProperties"]["enum"]
    assert {Level.of(word) for word in levels} == set(Level)


TEXTS = st.sampled_from(["CNI101", "error", "never", "cri-o", "", "*.yaml"])
PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.one_of(TEXTS, st.none(), st.integers(), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["rule", "kind", "path", "expires", "CNI1", "other"]), inner, max_size=3
        ),
    ),
    max_leaves=5,
)
FILES = st.dictionaries(st.sampled_from([*schema()["properties"], "other"]), PLAIN, max_size=3)


@given(FILES)
def test_a_file_is_accepted_just_when_the_schema_accepts_it(values: dict[str, Any]) -> None:
    accepted = Draft202012Validator(schema()).is_valid(values)
    assert (list(faults(values)) == []) == accepted


# What is wrong is told with its line, and with what was meant.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1", ".cnilint.yaml:1: unknown key 'a'"),
        ("# x\n\nselct: [CNI1]\n", ".cnilint.yaml:3: unknown key 'selct', did you mean 'select'?"),
        (
            "select: CNI1\nfail-on: eror\n",
            ".cnilint.yaml:2: 'fail-on' is one of error, warning, note, never, not 'eror', did",
        ),
        (
            "severity:\n  CNI101: off\n  CNI102: high\n",
            ".cnilint.yaml:3: 'CNI102' is one of error, warning, note, off, not 'high'",
        ),
        ("select:\n  a: b\n", ".cnilint.yaml:1: 'select' is text or a list, not a mapping"),
        (
            "select:\n  - CNI1\n  - [CNI2]\n",
            ".cnilint.yaml:3: 'select' is text, not a list",
        ),
        ("severity: [CNI1]\n", ".cnilint.yaml:1: 'severity' is a mapping, not a list"),
        ("primary:\n", ".cnilint.yaml:1: 'primary' is text, not nothing"),
        (
            "ignores:\n  - rule: CNI1\n    expire: x\n",
            ".cnilint.yaml:3: unknown key 'expire', did you mean 'expires'?",
        ),
        (
            "ignores:\n  - rule: CNI1\n  - kind: Pod\n",
            ".cnilint.yaml:3: an entry of 'ignores' needs 'rule'",
        ),
        ("- a\n", ".cnilint.yaml:1: settings are a mapping, not a list"),
        ("select: CNI1\n---\nselect: CNI2\n", ".cnilint.yaml:3: a second document"),
        ("select: CNI1\nselect: CNI2\n", ".cnilint.yaml:2: the key `select` is repeated"),
        ("select: [\n", ".cnilint.yaml:"),
    ],
)
def test_what_is_wrong_in_yaml_has_its_line(text: str, message: str) -> None:
    assert wrong(text).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[tool.cnilint]\n\nselct = ['CNI1']\n",
            "pyproject.toml:3: unknown key 'selct', did you mean 'select'?",
        ),
        (
            "[tool.cnilint.severity]\nCNI101 = 'high'\n",
            "pyproject.toml:2: 'CNI101' is one of error",
        ),
        (
            "[[tool.cnilint.ignores]]\nrule = 'CNI1'\n[[tool.cnilint.ignores]]\nkind = 'Pod'\n",
            "pyproject.toml:3: an entry of 'ignores' needs 'rule'",
        ),
        (
            "[tool.cnilint]\n'per-file-ignores'.\"a/**\" = 7\n",
            "pyproject.toml:2: 'a/**' is text or a list, not 7",
        ),
        ("[tool.cnilint]\nfail-on = true\n", "pyproject.toml:2: 'fail-on' is one of"),
        ("[tool]\ncnilint = 7\n", "pyproject.toml:2: this is a mapping, not 7"),
        ("[tool.cnilint]\nselect = [\n", "pyproject.toml"),
        ("[tool.cnilint]\na = 1 = 2\n", "pyproject.toml:2: "),
        ("[tool.other]\n", "pyproject.toml: there is no table [tool.cnilint]"),
    ],
)
def test_what_is_wrong_in_toml_has_its_line(text: str, message: str) -> None:
    assert wrong(text, "pyproject.toml").startswith(message)


def test_a_file_that_cannot_be_read_is_told() -> None:
    with pytest.raises(ConfigurationError, match=r"none\.yaml: No such file"):
        read("none.yaml")
    Path("bad.yaml").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match=r"bad\.yaml: "):
        read("bad.yaml")


# What is right is read as it is written.


def test_yaml_is_read_as_text_whatever_it_looks_like() -> None:
    values = read(written("severity: {CNI913: off, CNI101: error}\nprimary: 1.10\n")).values
    assert values == {"severity": {"CNI913": "off", "CNI101": "error"}, "primary": "1.10"}


def test_anchors_and_merges_are_followed() -> None:
    text = "ignores:\n  - &a {rule: CNI1, reason: x}\n  - {<<: *a, kind: Pod}\n"
    first, second = read(written(text)).values["ignores"]
    assert second == {**first, "kind": "Pod"}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n# nothing\n", "{}\n"])
def test_an_empty_file_sets_nothing(text: str) -> None:
    assert read(written(text)).values == {}


def test_a_byte_order_mark_and_other_line_ends_do_not_matter() -> None:
    Path(".cnilint.yaml").write_bytes(b"\xef\xbb\xbfselect: CNI1\r\nfail-on: note\r\n")
    found = read(".cnilint.yaml")
    assert found.values == {"select": "CNI1", "fail-on": "note"}
    assert found.place(("fail-on",)) == ".cnilint.yaml:2"


def test_both_forms_say_the_same() -> None:
    yaml = read(
        written(
            "select: [CNI1]\nseverity: {CNI102: error}\n"
            "ignores:\n  - {rule: CNI101, expires: 2026-12-31}\n"
        )
    )
    toml = read(
        written(
            '[project]\nname = "x"\n[tool.cnilint]\nselect = ["CNI1"]\n'
            'severity = { CNI102 = "error" }\n'
            '[[tool.cnilint.ignores]]\nrule = "CNI101"\nexpires = 2026-12-31\n',
            "pyproject.toml",
        )
    )
    assert yaml.values == toml.values
    assert yaml.place(("ignores", 0, "expires")) == ".cnilint.yaml:4"
    assert toml.place(("ignores", 0, "expires")) == "pyproject.toml:8"
    assert toml.place(("severity", "CNI102")) == "pyproject.toml:5"


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("[tool.cnilint]\n", True),
        ("[tool]\ncnilint = {}\n", True),
        ("[tool.other]\na = 'tool.cnilint'\n", False),
        ("[project]\ndependencies = ['cnilint']\n", False),
        ("[tool.cnilint\n", True),
        ("[tool.other\n", False),
        ("tool = 7 # cnilint\n", False),
    ],
)
def test_only_a_section_of_its_own_is_taken(text: str, *, there: bool) -> None:
    assert has_section(written(text, "pyproject.toml")) is there
