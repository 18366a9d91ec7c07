"""Flux's substitution: the grammar, what is read again, and what is not known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.gitops.built import BuiltNode, Place
from cnilint.gitops.substitution import Variables, expanded, substituted
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose

PATH = "/data/bozo/ideas/thoughts.for.today"
MIXED = "abcABC123ABCabc"
WORD = "abcdEFGH28ij"

# fluxcd/pkg@kustomize/v1.39.0:envsubst/eval_test.go TestExpand
EXPANDED = [
    ("abcdEFGH28ij", "", "abcdEFGH28ij"),
    ("${#v}", WORD, "12"),
    ("${v^}", WORD, "AbcdEFGH28ij"),
    ("${v^^}", WORD, "ABCDEFGH28IJ"),
    ("${v,}", "ABCDEFGH28IJ", "aBCDEFGH28IJ"),
    ("${v,,}", "ABCDEFGH28IJ", "abcdefgh28ij"),
    ("${v:11}", PATH, "ideas/thoughts.for.today"),
    ("${v:11:5}", PATH, "ideas"),
    ("${v=xyz}", "abc", "abc"),
    ("${v=xyz}", "", "xyz"),
    ("${v:=xyz}", "", "xyz"),
    ("${v:-xyz}", "", "xyz"),
    ("${none=${v}}", "foo", "foo"),
    ("foo: ${none=${v}-suffix}", "foo1", "foo: foo1-suffix"),
    ("foo: ${none=prefix${v}-suffix}", "foo1", "foo: prefixfoo1-suffix"),
    ("${v/%abc/XYZ}", MIXED, "abcABC123ABCXYZ"),
    ("${v/#abc/XYZ}", MIXED, "XYZABC123ABCabc"),
    ("${v//abc/xyz}", MIXED, "xyzABC123ABCxyz"),
    ("${v/abc/xyz}", MIXED, "xyzABC123ABCabc"),
    ("${v#*.}", "bash.string.txt", "string.txt"),
    ("${v#*/}", "path/to/file", "to/file"),
    ("${v#*/}", "/path/to/file", "path/to/file"),
    ("${v##*.}", "bash.string.txt", "txt"),
    ("${v##*/}", "/path/to/file", "file"),
    ("${v%.*}", "bash.string.txt", "bash.string"),
    ("${v%%.*}", "bash.string.txt", "bash"),
    ("${none=${v^^}}", WORD, "ABCDEFGH28IJ"),
    ("$${v}", WORD, "${v}"),
    ("a ${v}$${v$${v}$v${v}", "1", "a 1${v${v}$v1"),
    ("a $${none=${v}}", "foo", "a ${none=foo}"),
    (r"${v/\//-}", "foo/bar", "foo-bar"),
    (r"${v//\//-}", "foo/bar/baz", "foo-bar-baz"),
    ("\\\\a ${none=${v}}", "foo", "\\\\a foo"),
    ("${v/./}", "foo.bar", "foobar"),
]

# the same module's funcs.go and path/match.go, where it is not as a shell has it
PARTICULAR = [
    ("${v#*}", "abc", "bc"),
    ("${v##*}", "abc", ""),
    ("${v#[a-c]}", "abc", "bc"),
    ("${v#[^a]}", "abc", "abc"),
    ("${v%[a-c]}", "abc", "abc"),
    (r"${v#\*}", "*b", "b"),
    ("${v#[}", "[b", "[b"),
    ("${v/#a/}", "abc", "abc"),
    ("${v/%c/}", "abc", "abc"),
    ("${v:x}", "abc", "abc"),
    ("${v:1:x}", "abc", "abc"),
    ("${v:9}", "abc", ""),
    ("${v:9:2}", "abc", ""),
    ("${v:1:9}", "abc", "bc"),
    ("${none:?must}", "", "must"),
    ("${none:+must}", "", "must"),
    ("$v", "abc", "$v"),
    ("100$", "", "100$"),
]


@pytest.mark.parametrize(("text", "value", "result"), [*EXPANDED, *PARTICULAR])
def test_expressions_are_what_flux_makes_of_them(text: str, value: str, result: str) -> None:
    assert expanded(text, lambda name: value if name == "v" else "") == result


@pytest.mark.parametrize(
    "text",
    ["${", "${v", "${v-x}", "${v+x}", "${}", "${1a}", "${v@}", "${v/abc}", "${v:1:2:3}", "${#}"],
)
def test_what_is_no_expression_is_refused_and_stays(text: str) -> None:
    after = object_with(text, {"v": "1"})
    assert after.text("spec", "a") == text
    assert after.get("spec", "a").doubt  # type: ignore[union-attr]  # it is there


@given(st.text(alphabet="ab$", max_size=12))
def test_a_text_without_braces_only_loses_doubled_dollars(text: str) -> None:
    made = expanded(text, lambda name: name)
    assert "${" not in text
    assert made.count("$") == sum(
        (len(run) + 1) // 2 for run in text.replace("b", "a").split("a") if run
    )


@given(st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=5)), st.text(max_size=20))
def test_nothing_but_a_refusal_comes_of_any_text(values: dict[str, str], text: str) -> None:
    after = object_with("${a:-" + text, values)
    assert isinstance(after.text("spec", "a"), str)


def document(text: str) -> Document:
    (found,) = (one for one in compose(Source("vars.yaml", text)) if isinstance(one, Document))
    return found


def object_with(
    value: str | BuiltNode,
    values: dict[str, str],
    *,
    complete: bool = True,
    labels: tuple[str, str] | None = None,
) -> BuiltNode:
    """Return an object with one value, substituted."""
    origin = document("".join(f"{name}: here\n" for name in values) or "none: here\n")
    variables = {name: BuiltNode(text, (Place(origin, (name,)),)) for name, text in values.items()}
    spec = BuiltNode({"a": value if isinstance(value, BuiltNode) else BuiltNode(value)})
    metadata: dict[str, BuiltNode] = {}
    if labels is not None:
        mark = {"kustomize.toolkit.fluxcd.io/substitute": BuiltNode(labels[1])}
        metadata[labels[0]] = BuiltNode(mark)
    root = BuiltNode({"kind": BuiltNode("A"), "metadata": BuiltNode(metadata), "spec": spec})
    return substituted(root, Variables(variables, complete))


@pytest.mark.parametrize(
    ("text", "value", "result"),
    [
        ("${v}", "true", True),
        ("${v}", "12", 12),
        ("${v}", "", None),
        ("${v}", '"12"', "12"),
        ("${v}", "a: b", {"a": "b"}),
        ("${v}", "[a, 1]", ["a", 1]),
        ("v${v}", "12", "v12"),
        ("${v}\n", "12", "12\n"),
    ],
)
def test_what_stands_without_quotes_is_read_again(text: str, value: str, result: object) -> None:
    found = object_with(text, {"v": value}).get("spec", "a")
    assert found is not None
    assert found.plain() == result


def test_a_value_of_several_lines_is_one_line() -> None:
    assert object_with("${v}", {"v": "a\nb\n"}).text("spec", "a") == "ab"


def test_a_variable_alone_has_the_place_where_it_is_written() -> None:
    alone = object_with("${v}", {"v": "x"}).get("spec", "a")
    among = object_with("a-${v}", {"v": "x"}).get("spec", "a")
    assert alone is not None
    assert among is not None
    assert [place.route for place in alone.places] == [("v",)]
    assert among.places == ()


def test_an_unknown_variable_is_doubted_only_where_there_may_be_others() -> None:
    known = object_with("${w:=x}", {"v": "1"}).get("spec", "a")
    doubted = object_with("${w:=x}", {"v": "1"}, complete=False).get("spec", "a")
    assert known is not None
    assert doubted is not None
    assert (known.value, known.doubt) == ("x", "")
    assert doubted.value == "x"
    assert "w" in doubted.doubt


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("${w}", "${w}"),
        ('["10.0.0.1", "${w}"]', '["10.0.0.1", "${w}"]'),
        ("${v}-${w}", "1-${w}"),
        ("${w:-x}", "x"),
        ("${w:-${w}}", "${w}"),
        ("${w^^}", None),
    ],
)
def test_a_variable_that_is_not_in_view_stays_as_it_is_written(
    text: str, result: str | None
) -> None:
    after = object_with(text, {"v": "1"}, complete=False).get("spec", "a")
    assert after is not None
    assert after.value == result
    assert "w" in after.doubt


@pytest.mark.parametrize("kind", ["labels", "annotations"])
def test_an_object_may_be_left_alone(kind: str) -> None:
    assert object_with("${v}", {"v": "x"}, labels=(kind, "disabled")).text("spec", "a") == "${v}"
    assert object_with("${v}", {"v": "x"}, labels=(kind, "enabled")).text("spec", "a") == "x"


def test_names_of_members_are_substituted_too() -> None:
    found = object_with(BuiltNode({"${v}": BuiltNode("1")}), {"v": "key"})
    assert found.get("spec", "a", "key") is not None


def test_nesting_without_end_is_refused() -> None:
    deep = "${a:-" * 60 + "x" + "}" * 60
    assert object_with(deep, {}).text("spec", "a") == deep
