"""Places as SARIF writes them."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnilint.engine.repository import repository_path
from cnilint.engine.result import Result
from cnilint.model.finding import Finding, Level, Location
from cnilint.model.text import Source, Span
from cnilint.model.tree import Embedded, Route
from cnilint.report.sarif import log as sarif
from cnilint.report.sarif.place import artifact, automation_id, file_uri, place, region, said

# RFC 3986: what a relative reference without an authority, a query or a fragment is made of.
RELATIVE = re.compile(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+")


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working tree, the command running in its folder `infra`."""
    (tmp_path / "top" / "infra").mkdir(parents=True)
    (tmp_path / "top" / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "top" / "infra")
    return tmp_path / "top"


def test_a_path_of_the_repository_is_relative_to_its_top(checkout: Path) -> None:
    inside = {"uri": "infra/a.yaml", "uriBaseId": "%SRCROOT%"}
    assert artifact("a.yaml") == artifact(f"{checkout}/infra/a.yaml") == inside


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b.yaml", "infra/a%20b.yaml"),
        ("a:b%.yaml", "infra/a%3Ab%25.yaml"),
        ("é🚀.yaml", "infra/%C3%A9%F0%9F%9A%80.yaml"),
        ("{{ .x }}/?#.yaml", "infra/%7B%7B%20.x%20%7D%7D/%3F%23.yaml"),
        ("not-utf8-\udcff.yaml", "infra/not-utf8-%FF.yaml"),
    ],
)
def test_it_is_percent_encoded(path: str, uri: str) -> None:
    assert artifact(path)["uri"] == uri


def test_a_path_outside_of_the_repository_is_a_whole_uri(checkout: Path) -> None:
    assert artifact("../../b c.yaml") == {"uri": f"file://{checkout.parent}/b%20c.yaml"}
    assert artifact("/srv/a.yaml") == {"uri": "file:///srv/a.yaml"}


def test_standard_input_has_a_name_for_a_place() -> None:
    assert artifact("-") == {"uri": "stdin", "uriBaseId": "%SRCROOT%"}


@pytest.mark.parametrize(
    ("path", "known"), [("a.yaml", False), ("/srv/a.yaml", True), ("-", False)]
)
def test_where_the_checkout_lies_is_told_only_for_whole_uris(
    path: str, known: bool, checkout: Path
) -> None:
    finding = Finding("CNI101", "a", Level.ERROR, "", Location(Source(path, ""), Span(0, 0)))
    invocation = sarif._invocation(Result((finding,), (), (), 1, 1), [])
    directory = {"uri": f"file://{checkout}/"}
    assert invocation.get("workingDirectory") == (directory if known else None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(categories=None) | st.sampled_from("/.:%"), min_size=1))
@example("-")
@example("..")
@example("\ud800")
def test_any_path_is_a_uri_that_reads_back(path: str) -> None:
    found = artifact(path)
    uri = str(found["uri"])
    whole = urlsplit(uri)
    assert (whole.query, whole.fragment, whole.netloc) == ("", "", "")
    assert whole.scheme == ("" if "uriBaseId" in found else "file")
    assert RELATIVE.fullmatch(uri.removeprefix("file://"))
    inside = repository_path(path)
    if inside is not None:
        with suppress(UnicodeEncodeError):  # no file of this system has such a name
            assert unquote_to_bytes(uri) == os.fsencode(inside)


def test_a_folder_of_windows_is_a_uri_too() -> None:
    assert file_uri("C:/repository/a.yaml") == "file:///C%3A/repository/a.yaml"


def test_columns_count_code_points_and_the_mark_of_utf_8_is_none() -> None:
    source = Source("a", "\ufeffa: 🚀é\nb\n")
    assert region(source, Span(4, 8)) == {
        "startLine": 1,
        "startColumn": 4,
        "endLine": 2,
        "endColumn": 2,
    }


@pytest.mark.parametrize(
    ("thing", "route", "logical"),
    [
        ("", (), None),
        ("Pod a", (), {"kind": "resource", "name": "Pod a", "fullyQualifiedName": "Pod a"}),
        ("", ("a", 0), {"kind": "resource", "fullyQualifiedName": "#/a/0"}),
        (
            "Pod a",
            ("x/y", Embedded.JSON, "z"),
            {"kind": "resource", "name": "Pod a", "fullyQualifiedName": "Pod a#/x~1y/(json)/z"},
        ),
    ],
)
def test_the_address_is_the_object_and_the_route(
    thing: str, route: Route, logical: dict[str, str] | None
) -> None:
    found = place(Location(Source("a", ""), Span(0, 0), route, None, thing), id=7)
    assert found["id"] == 7
    assert found.get("logicalLocations") == (None if logical is None else [logical])


@pytest.mark.parametrize(
    ("paths", "category"),
    [
        ([], ""),
        (["."], "infra/"),
        ([".."], ""),
        (["..", "prod"], ""),
        (["prod"], "infra/prod/"),
        (["prod/"], "infra/prod/"),
        (["prod", "../base", "prod"], "infra/prod,base/"),
        (["-"], "stdin/"),
        (["prod/*.yaml"], "infra/prod/*.yaml/"),
        (["/srv/rendered/prod"], "prod/"),
        (["/"], ""),
    ],
)
def test_a_category_is_the_tool_and_what_it_looks_at(paths: list[str], category: str) -> None:
    assert automation_id(paths) == f"cnilint/{category}"


def test_many_paths_make_a_short_category_of_their_own() -> None:
    names = [f"clusters/{number}/kustomization.yaml" for number in range(90)]
    found = {automation_id(names[:count]) for count in (50, 60, 90)}
    assert len(found) == 3
    assert all(re.fullmatch(r"cnilint/[0-9a-f]{16}/", each) for each in found)


def test_it_is_the_same_from_any_folder_and_in_any_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set()
    for name in ("one", "other"):
        (tmp_path / name / "a" / "b").mkdir(parents=True)
        (tmp_path / name / ".git").mkdir()
        for folder, path in (
            ("", "a/b"),
            ("a", "b"),
            ("a/b", "."),
            ("a/b", f"{tmp_path}/{name}/a/b"),
        ):
            monkeypatch.chdir(tmp_path / name / folder)
            found.add(automation_id([path]))
    assert found == {"cnilint/a/b/"}


@pytest.mark.parametrize("text", ["", "a (b)", "[a] (b)", "[a]\n(b)"])
def test_text_without_a_link_stays_as_it_is(text: str) -> None:
    assert said(text) == text
    assert said("[a](b)](c)") == "[a] (b)] (c)"
