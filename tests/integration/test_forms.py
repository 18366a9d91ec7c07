"""One cluster in every form a text can have: the same finding at its place, and a fix that fits in.

Each form holds the same objects, with Multus not pinned. Places are worked out here from the text
alone, and what `--fix` writes has to be the old bytes with one insertion.
"""

from __future__ import annotations

import json
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnilint.model.tree import plain
from tests import clusters
from tests.clusters import NAMESPACE, OWNED, UNPINNED, VPC, Done, multus, placed, read

BLOCK = '"multusConfigFile": "auto"'
ESCAPED = r"\"multusConfigFile\": \"auto\""
PIN = {"multusMasterCNI": "10-aws.conflist"}
STREAM = f"{multus()}---\n{VPC}---\n{OWNED}"
OBJECTS = [plain(document.root) for document in read({"all.yaml": STREAM}).documents]


def listed(depth: int) -> dict[str, object]:
    """Return the objects in a List, in a List, and so on."""
    items: object = OBJECTS if depth == 1 else [listed(depth - 1)]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def yaml_list(depth: int) -> str:
    """Return the stream as YAML Lists in each other, its block scalars kept."""
    items = [f"- {textwrap.indent(one, '  ')[2:]}" for one in STREAM.split("---\n")]
    found = "".join(items)
    for level in range(depth):
        head = "apiVersion: v1\nkind: List\nitems:\n"
        found = (
            head + found if level == depth - 1 else f"- {textwrap.indent(head + found, '  ')[2:]}"
        )
    return found


def one_line(quote: Callable[[str], str]) -> str:
    """Return the stream with Multus's JSON on one line in quotes."""
    block = textwrap.indent(UNPINNED, "    ")
    line = json.dumps(json.loads(UNPINNED))
    return STREAM.replace(f"daemon-config.json: |\n{block}", f"daemon-config.json: {quote(line)}\n")


ROW = "\n".join(map(json.dumps, OBJECTS)).encode()
FORMS: dict[str, tuple[str, bytes, str]] = {
    "stream": ("all.yaml", STREAM.encode(), BLOCK),
    "comments": ("all.yaml", f"# über\n---\n# é\n{STREAM}# end\n".encode(), BLOCK),
    "object on the marker's line": (
        "all.yaml",
        f"--- {{apiVersion: v1, kind: Namespace}}\n---    # next\n{STREAM}".encode(),
        BLOCK,
    ),
    "end markers": ("all.yml", f"{NAMESPACE}...\n---\n{STREAM}...\n".encode(), BLOCK),
    "glued markers": ("all.yaml", f"{NAMESPACE}---{STREAM}".encode(), BLOCK),
    "no final line end": ("all.yaml", f"{VPC}---\n{OWNED}---\n{multus()}".rstrip().encode(), BLOCK),
    "crlf": ("all.yaml", STREAM.replace("\n", "\r\n").encode(), BLOCK),
    "mark": ("all.yaml", b"\xef\xbb\xbf" + STREAM.encode(), BLOCK),
    "mark and crlf": ("all.yaml", b"\xef\xbb\xbf" + STREAM.replace("\n", "\r\n").encode(), BLOCK),
    "utf-16-le": ("all.yaml", f"\ufeff# \U0001f980\n{STREAM}".encode("utf-16-le"), BLOCK),
    "utf-16-be": ("all.yaml", f"\ufeff{STREAM}".replace("\n", "\r\n").encode("utf-16-be"), BLOCK),
    "utf-32-le": ("all.yaml", f"\ufeff{STREAM}".encode("utf-32-le"), BLOCK),
    "list": ("all.yaml", yaml_list(1).encode(), BLOCK),
    "list in a list": ("all.yaml", yaml_list(2).encode(), BLOCK),
    "list in a list in a list": ("all.yaml", yaml_list(3).encode(), BLOCK),
    "json": ("all.json", json.dumps(listed(1), indent=2).encode(), ESCAPED),
    "json on one line": ("all.json", json.dumps(listed(2)).encode(), ESCAPED),
    "json with tabs": ("all.json", json.dumps(listed(2), indent="\t").encode() + b"\n", ESCAPED),
    "json with a mark": ("all.json", b"\xef\xbb\xbf" + json.dumps(listed(1)).encode(), ESCAPED),
    "json named yaml": ("all.yaml", json.dumps(listed(1), indent=1).encode(), ESCAPED),
    "double quotes": ("all.yaml", one_line(json.dumps).encode(), ESCAPED),
    "single quotes": ("all.yaml", one_line("'{}'".format).encode(), BLOCK),
    "deeper block": (
        "all.yaml",
        STREAM.replace(
            textwrap.indent(UNPINNED, "    "), textwrap.indent(UNPINNED, " " * 9)
        ).encode(),
        BLOCK,
    ),
    "stripped block": ("all.yaml", STREAM.replace(": |\n", ": |-  # JSON\n").encode(), BLOCK),
    "kept block": ("all.yaml", STREAM.replace(": |\n", ": |2+\n").encode(), BLOCK),
    "tabs in the JSON": ("all.yaml", STREAM.replace('        "', '    \t"').encode(), BLOCK),
}
every_form = pytest.mark.parametrize("form", FORMS)


def decoded(content: bytes) -> str:
    """Return a text as its mark says, the mark left out."""
    for encoding in ("utf-32-le", "utf-16-le", "utf-16-be"):
        if content.startswith("\ufeff".encode(encoding)):
            return content.decode(encoding)[1:]
    return content.decode("utf-8-sig")


def written(form: str, folder: Path) -> Path:
    name, content, _place = FORMS[form]
    placed(folder, {name: content})
    return folder / name


def cnilint(*arguments: str, folder: Path) -> Done:
    """Run the command; what pods get while a node boots, which stays, is not asked."""
    return clusters.cnilint(*arguments, "--ignore", "CNI124", folder=folder)


def report(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        cnilint("check", "--output-format", "json", folder=folder).out
    )
    return found


def configuration(text: str) -> dict[str, Any]:
    """Return the only daemon configuration of a text."""
    found = [
        json.loads(each["data"]["daemon-config.json"])
        for document in read({"all.yaml": text}).documents
        for each in objects(plain(document.root))
        if each["kind"] == "ConfigMap"
    ]
    (only,) = found
    assert isinstance(only, dict)
    return only


def objects(value: object) -> list[dict[str, Any]]:
    assert isinstance(value, dict)
    if value["kind"] != "List":
        return [value]
    return [each for item in value["items"] for each in objects(item)]


def inserted(old: bytes, new: bytes) -> bytes:
    """Return what stands in a new text between the two parts of the old one."""
    kept = next(at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    grown = len(new) - len(old)
    assert grown > 0
    assert old[kept:] == new[kept + grown :]
    return new[kept : kept + grown]


@pytest.mark.parametrize("form", [*FORMS, "json values in a row"])
def test_the_finding_is_at_its_line_and_column(form: str, tmp_path: Path) -> None:
    name, content, place = FORMS.get(form, ("all.json", ROW, ESCAPED))
    file = placed(tmp_path, {name: content}) / name
    (finding,) = report(tmp_path)["findings"]
    assert finding["rule"] == "CNI101"
    text = decoded(content)
    assert text.count(place) == 1
    start, end = text.index(place) + place.index(": ") + 2, text.index(place) + len(place)
    where = finding["location"]
    assert where["path"] == file.name
    before, marked = text[:start].split("\n"), text[:end].split("\n")
    assert (where["line"], where["column"]) == (len(before), len(before[-1]) + 1)
    assert (where["end_line"], where["end_column"]) == (len(marked), len(marked[-1]) + 1)
    assert where["object"] == "ConfigMap kube-system/multus-daemon-config"
    assert where["route"][-4:] == ["data", "daemon-config.json", "(json)", "multusConfigFile"]


@every_form
def test_the_fix_is_one_insertion_and_every_other_byte_is_kept(form: str, tmp_path: Path) -> None:
    file = written(form, tmp_path)
    old = file.read_bytes()
    done = cnilint("check", "--fix", folder=tmp_path)
    assert (done.code, done.err) == (0, "cnilint: 1 fixed in 1 file\n")
    new = file.read_bytes()
    added = inserted(old, new)
    assert "MasterCNI" in added.decode(errors="replace").replace("\0", "")
    before, after = configuration(decoded(old)), configuration(decoded(new))
    assert after == {**before, **PIN}
    keys = list(after)
    assert keys.index("multusMasterCNI") == keys.index("multusAutoconfigDir") + 1
    assert report(tmp_path)["findings"] == []
    assert cnilint("check", "--fix", folder=tmp_path).err == ""
    assert file.read_bytes() == new


@every_form
def test_line_ends_of_what_is_inserted_are_those_of_the_text(form: str, tmp_path: Path) -> None:
    file = written(form, tmp_path)
    ends = {line[-1:] == "\r" for line in decoded(file.read_bytes()).split("\n")[:-1]}
    cnilint("check", "--fix", folder=tmp_path)
    assert {line[-1:] == "\r" for line in decoded(file.read_bytes()).split("\n")[:-1]} == ends


# What is UTF-16 is binary to git.
@pytest.mark.parametrize("form", [form for form in FORMS if not form.startswith("utf-")])
def test_git_makes_of_the_diff_what_the_fix_makes(form: str, tmp_path: Path) -> None:
    file = written(form, tmp_path)
    diff = cnilint("check", "--diff", folder=tmp_path)
    assert diff.code == 1
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(command, cwd=tmp_path, input=diff.out.encode(), check=True)
    applied = file.read_bytes()
    written(form, tmp_path)
    assert cnilint("check", "--fix", folder=tmp_path).code == 0
    assert file.read_bytes() == applied != FORMS[form][1]


SOURCE = "# Source: multus/templates/multus.yaml\n"
ANNOTATION = """\
  annotations:
    config.kubernetes.io/origin: |
      path: base/multus.yaml
"""
RENDERED = {
    "helm": (
        STREAM.replace("apiVersion", f"{SOURCE}apiVersion", 1),
        "multus/templates/multus.yaml",
    ),
    "helm behind a marker": (f"---\n{SOURCE}{STREAM}", "multus/templates/multus.yaml"),
    "kustomize": (
        STREAM.replace("  namespace: kube-system\n", f"  namespace: kube-system\n{ANNOTATION}", 1),
        "base/multus.yaml",
    ),
    "kustomize in a list": (
        yaml_list(2).replace(
            "      namespace: kube-system\n",
            "      namespace: kube-system\n" + textwrap.indent(ANNOTATION, "    "),
            1,
        ),
        "base/multus.yaml",
    ),
}
every_rendered = pytest.mark.parametrize("form", RENDERED)


@every_rendered
def test_what_was_rendered_is_not_changed_but_a_patch_of_it_is_offered(
    form: str, tmp_path: Path
) -> None:
    text, origin = RENDERED[form]
    placed(tmp_path, {"all.yaml": text})
    (finding,) = report(tmp_path)["findings"]
    (fix,) = finding["fixes"]
    assert (fix["applicability"], fix["way"]) == ("safe", "kustomize")
    assert fix["why"].endswith(f" from {origin}")
    assert '"multusMasterCNI": "10-aws.conflist"' in fix["text"]
    done = cnilint("check", "--fix", "--unsafe-fixes", folder=tmp_path)
    assert done.code == 1
    assert done.err == (
        "cnilint: 1 fix for what these files are rendered from: --patch-dir DIR writes them\n"
    )
    assert (tmp_path / "all.yaml").read_text() == text
    shown = cnilint("check", "--diff", folder=tmp_path)
    assert shown.code == 1
    assert "+++ b/cnilint-patches/configmap-multus-daemon-config.yaml\n" in shown.out
    assert "+++ b/all.yaml" not in shown.out


@every_rendered
def test_it_is_changed_when_that_is_asked_for(form: str, tmp_path: Path) -> None:
    text, _origin = RENDERED[form]
    placed(tmp_path, {"all.yaml": text})
    assert cnilint("check", "--fix", "--rendered", folder=tmp_path).code == 0
    new = (tmp_path / "all.yaml").read_bytes()
    assert b"MasterCNI" in inserted(text.encode(), new)
    assert configuration(new.decode()) == {**configuration(text), **PIN}


def test_what_was_rendered_beside_it_does_not_hold_the_fix_back(tmp_path: Path) -> None:
    text = f"---\n{SOURCE}{VPC}---\n{OWNED}---\n{multus()}"
    placed(tmp_path, {"all.yaml": text})
    assert cnilint("check", "--fix", folder=tmp_path).code == 0
    assert configuration((tmp_path / "all.yaml").read_text()) == {**configuration(text), **PIN}
