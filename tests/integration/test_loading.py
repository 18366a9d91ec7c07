"""What is read of a repository, and that one bad file or document never hides another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clusters import NAMESPACE, OWNED, VPC, cnilint, multus, placed

RACE = {"multus.yaml": multus(), "vpc.yml": VPC, "istio.yaml": OWNED}
PLACE = "12:29: CNI101"


def lines(folder: Path, *arguments: str, stdin: bytes = b"") -> list[str]:
    """Return `path:line:column: rule` of each finding."""
    command = ("check", "--output-format", "concise", *arguments)
    done = cnilint(*command, folder=folder, stdin=stdin)
    assert done.code in (0, 1), done.err
    return [" ".join(line.split()[:2]) for line in done.out.splitlines()]


def summary(folder: Path, *arguments: str) -> dict[str, Any]:
    done = cnilint("check", "--output-format", "json", *arguments, folder=folder)
    found: dict[str, Any] = json.loads(done.out)["summary"]
    return found


def test_folders_are_read_to_any_depth_without_hidden_ones(tmp_path: Path) -> None:
    deep = {f"apps/{name}/base/deeper/{name}.yaml": text for name, text in RACE.items()}
    broken = "a: [1,\n"
    hidden = dict.fromkeys(
        (".git/x.yaml", "apps/.cache/x.yaml", "apps/.hidden.yaml", "CVS/x.yaml"), broken
    )
    others = dict.fromkeys(("notes.txt", "values.yaml.tpl", "Makefile"), broken)
    placed(tmp_path, {**deep, **hidden, **others})
    multus_file = "apps/multus.yaml/base/deeper/multus.yaml.yaml"
    assert lines(tmp_path) == lines(tmp_path, ".") == [f"{multus_file}:{PLACE}"]
    assert lines(tmp_path, "apps") == [f"{multus_file}:{PLACE}"]
    assert summary(tmp_path)["sources"] == 3


def test_a_hidden_folder_that_is_named_is_read(tmp_path: Path) -> None:
    placed(tmp_path / ".deploy", RACE)
    assert lines(tmp_path, ".deploy") == [f".deploy/multus.yaml:{PLACE}"]
    assert cnilint("check", folder=tmp_path).code == 3


@pytest.mark.parametrize(
    ("paths", "sources"),
    [
        (["*.yaml"], 2),
        (["*.yaml", "*.yml"], 3),
        (["**/*.y*ml"], 3),
        (["[mvi]*"], 3),
        (["multus.yaml", "vpc.yml", "istio.yaml"], 3),
        (["multus.yaml", ".", "*.yaml"], 3),
    ],
)
def test_patterns_and_names_give_each_file_once(
    paths: list[str], sources: int, tmp_path: Path
) -> None:
    placed(tmp_path, RACE)
    assert summary(tmp_path, *paths)["sources"] == sources
    rule = "CNI101" if sources == 3 else "CNI102"
    assert lines(tmp_path, *paths) == [f"multus.yaml:12:29: {rule}"]


def test_a_pattern_that_matches_nothing_is_a_mistake(tmp_path: Path) -> None:
    placed(tmp_path, RACE)
    done = cnilint("check", "*.yml", "*.toml", folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err == "cnilint: error: *.toml: no file matches\n"


def test_standard_input_alone_or_beside_files(tmp_path: Path) -> None:
    stream = f"{OWNED}---\n{VPC}"
    placed(tmp_path, {"multus.yaml": multus()})
    assert lines(tmp_path, "-", "multus.yaml", stdin=stream.encode()) == [f"multus.yaml:{PLACE}"]
    whole = f"{stream}---\n{multus()}".encode()
    shift = stream.count("\n") + 1
    assert lines(tmp_path, "-", stdin=whole) == [f"-:{12 + shift}:29: CNI101"]


def test_a_document_that_does_not_parse_is_told_at_its_line_and_the_rest_is_read(
    tmp_path: Path,
) -> None:
    broken = f"{VPC}---\napiVersion: v1\nkind: ConfigMap\ndata: [1,\n---\n{OWNED}---\n{multus()}"
    placed(tmp_path, {"all.yaml": broken})
    at = VPC.count("\n") + 4
    multus_at = broken[: broken.index('"auto"')].count("\n") + 1
    first, second = lines(tmp_path)
    assert second == f"all.yaml:{multus_at}:29: CNI101"
    path, line, _column, rule = first.replace(" ", "").split(":")
    assert (path, rule) == ("all.yaml", "CNI901")
    assert int(line) in (at, at + 1)


OBJECT = "apiVersion: v1\nkind: ConfigMap\n"
JSON = '{"apiVersion": "v1",\n "kind": "ConfigMap",\n "a": 1,,}'


def test_every_broken_document_is_told(tmp_path: Path) -> None:
    placed(
        tmp_path, {"a.yaml": f"{OBJECT}a: 'x\n---\n{OBJECT}b: ]\n---\n{NAMESPACE}", "b.json": JSON}
    )
    found = lines(tmp_path)
    assert [line.split(":")[0] for line in found] == ["a.yaml", "a.yaml", "b.json"]
    assert {line.split()[1] for line in found} == {"CNI901"}, found
    assert summary(tmp_path)["documents"] == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x00\x01\x02", "a binary file"),
        (b"a: 1\nb: \x00\n---\nb: 1\n", "a binary file"),
        (b"\xff\xfea", "not UTF-16, as its first bytes say"),
    ],
)
def test_a_file_that_is_no_text_is_a_finding_in_a_folder_and_a_mistake_by_name(
    content: bytes, reason: str, tmp_path: Path
) -> None:
    placed(tmp_path, {**RACE, "bad.yaml": content})
    assert lines(tmp_path) == ["bad.yaml:1:1: CNI901", f"multus.yaml:{PLACE}"]
    for name in ("bad.yaml", "./bad.yaml", str(tmp_path / "bad.yaml")):
        done = cnilint("check", name, ".", folder=tmp_path)
        assert (done.code, done.out) == (2, "")
        assert done.err.endswith(f"bad.yaml: {reason}\n")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"a: 1\n---\nmultus: caf\xe9\n---\nb: 1\n", "3:12"),
        (b"\xe9: cni\n---\nb: 1\n", "1:1"),
        (b"# \xff\xfe\na: cni\n---\nb: 1\n", "1:3"),
        (b'{"cni": "\xc3"}\n---\nb: 1\n', "1:10"),
    ],
)
def test_a_byte_that_is_no_text_is_a_finding_at_its_place_and_costs_one_document(
    content: bytes, place: str, tmp_path: Path
) -> None:
    placed(tmp_path, {**RACE, "bad.yaml": content})
    expected = [f"bad.yaml:{place}: CNI901", f"multus.yaml:{PLACE}"]
    assert lines(tmp_path) == lines(tmp_path, "bad.yaml", ".") == expected
    assert summary(tmp_path, "bad.yaml")["documents"] == content.count(b"---\n")


def test_a_fix_keeps_bytes_that_are_no_text(tmp_path: Path) -> None:
    tail = b"---\ncni: caf\xe9\n"
    placed(tmp_path, {**RACE, "multus.yaml": multus().encode() + tail})
    diff = cnilint("check", "--diff", folder=tmp_path)
    assert cnilint("check", "--fix", folder=tmp_path).code == 1
    after = (tmp_path / "multus.yaml").read_bytes()
    assert after.endswith(tail)
    assert b"multusMasterCNI" in after
    assert diff.out.count("\n+") == 2


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n---\n", "\ufeff", "---\n# a\n"])
def test_what_holds_no_document_is_nothing_read(text: str, tmp_path: Path) -> None:
    placed(tmp_path, {"empty.yaml": text})
    done = cnilint("check", folder=tmp_path)
    assert (done.code, done.out) == (3, "")
    assert done.err == "cnilint: error: nothing to read in .\n"
    beside = placed(tmp_path, {"one.yaml": NAMESPACE})
    assert cnilint("check", folder=beside).code == 0


def test_an_unrendered_template_is_a_note_and_fails_nothing(tmp_path: Path) -> None:
    template = 'kind: DaemonSet\nmetadata:\n  name: {{ include "x" . }}\n  {{- with .y }}\n  a: 1\n'
    placed(tmp_path, {"templates/daemonset.yaml": template, "vpc.yaml": VPC})
    done = cnilint("check", "--output-format", "json", folder=tmp_path)
    assert done.code == 0
    report = json.loads(done.out)
    (finding,) = report["findings"]
    assert (finding["rule"], finding["level"]) == ("CNI905", "note")
    assert (finding["location"]["line"], finding["location"]["column"]) == (3, 3)
    assert "a Helm template that was not rendered" in finding["message"]
    assert [note["location"]["path"] for note in report["notes"]] == ["templates/daemonset.yaml"]
    assert cnilint("check", "--fail-on", "note", folder=tmp_path).code == 1


def test_repeated_keys_are_told_each_with_the_first_one(tmp_path: Path) -> None:
    text = "kind: ConfigMap\napiVersion: v1\ndata:\n  a: 1\n  a: 2\n  a: 3\nkind: ConfigMap\n"
    placed(tmp_path, {"x.yaml": text})
    done = cnilint("check", "--output-format", "json", folder=tmp_path)
    found = json.loads(done.out)["findings"]
    shown = [
        (each["rule"], each["location"]["line"], each["related"][0]["location"]["line"])
        for each in found
    ]
    assert shown == [("CNI902", 5, 4), ("CNI902", 6, 4), ("CNI902", 7, 1)]
    assert all("the last one counts" in each["message"] for each in found)


def test_what_is_no_object_and_names_no_cni_is_counted_and_not_judged(tmp_path: Path) -> None:
    files = {"a/values.yaml": "a: [\n", "b/board.json": '{"a": 1,,}', "vpc.yaml": VPC}
    placed(tmp_path, files)
    asked = ("check", "--output-format", "json")
    assert json.loads(cnilint(*asked, folder=tmp_path).out)["notes"] == []
    report = json.loads(cnilint(*asked, "--strict-yaml", folder=tmp_path).out)
    (note,) = report["notes"]
    assert "2 files that are no Kubernetes object cannot be read" in note["message"]
    assert [one["rule"] for one in report["findings"]] == ["CNI905"]
    assert lines(tmp_path, "a/values.yaml") == ["a/values.yaml:1:5: CNI901"]
