"""A large file is held in part: its report and its fixes are those of the whole."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint import run as pipeline
from cnilint.config.options import DEFAULTS
from cnilint.engine import inputs
from cnilint.engine.inputs import Parts
from cnilint.errors import CnilintError, UsageError
from cnilint.fix.diff import unified
from cnilint.fix.in_place import write
from cnilint.report.formats import FORMATS
from cnilint.report.formats import report as in_format
from cnilint.report.json_ import check_json
from cnilint.run import Run, asked, checked, fixed
from cnilint.syntax import large
from cnilint.syntax.collect import Part
from tests.clusters import PINNED, STANDALONE, VPC, multus
from tests.corpus import MANIFESTS, needs_corpus
from tests.integration.test_prefilter import BESIDE, BROKEN, MATTERING

ROOT = Path(__file__).resolve().parents[2]

NOISE = (
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\nspec:\n"
    + "".join(f"  - rule {number}\n" for number in range(30))
)
IGNORING = multus().replace("kind: DaemonSet\n", "kind: DaemonSet  # cnilint: ignore CNI101\n")
RELEASE = "# Source: multus/templates/daemonset.yaml\n" + multus()


@contextmanager
def in_parts(least: int = 1) -> Iterator[None]:
    """Read every file in parts, in blocks of a few lines."""
    with (
        patch("cnilint.syntax.collect.LEAST_OF_LARGE", least),
        patch.object(large, "BLOCK", 200),
        patch.object(large, "_WORTH", 1),
    ):
        yield


def report(run: Run) -> dict[str, Any] | str:
    """Return all that a run reports."""
    try:
        found: dict[str, Any] = json.loads(check_json(checked(run)))
    except CnilintError as error:
        return str(error)
    return found


def changes(run: Run) -> list[tuple[str, str, str]] | str:
    """Return what a run changes, with the whole text of each file before and after."""
    try:
        return [(old.path, old.text, new.text) for old, new in fixed(run).changed]
    except CnilintError as error:
        return str(error)


def assert_same(*paths: str, unsafe: bool = False) -> None:
    """Assert that paths have the same report and the same changes in parts and as a whole."""
    chosen = DEFAULTS.replaced(budget=0.0, unsafe_fixes=unsafe, rendered=unsafe)
    for told in (report, changes):
        whole: object = told(asked(paths, chosen))
        with in_parts():
            assert told(asked(paths, chosen)) == whole


def streams(*documents: str) -> st.SearchStrategy[dict[str, bytes]]:
    """Return files with documents among ones that nothing asks for, in any encoding."""
    texts = st.lists(st.sampled_from([*documents, NOISE, NOISE, NOISE]), min_size=1, max_size=9)
    spelled = st.builds(
        lambda parts, mark, between, end, code: (
            (mark + between.join(parts)).replace("\n", end).encode(*code)
        ),
        texts,
        st.sampled_from(["", "---\n", "# said\n", "%YAML 1.1\n---\n"]),
        st.sampled_from(["---\n", "---\n", "...\n---\n", "---\n---\n", "---"]),
        st.sampled_from(["\n", "\n", "\r\n"]),
        st.sampled_from([("utf-8",), ("utf-8",), ("utf-8-sig",), ("utf-16",)]),
    )
    names = st.sampled_from(["a.yaml", "b.yaml", "apps/c.yaml", "base/kustomization.yaml"])
    return st.dictionaries(names, spelled, min_size=1, max_size=3)


def laid(tree: Mapping[str, bytes], top: Path) -> None:
    for path, content in tree.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_bytes(content)


@settings(max_examples=60, deadline=None)
@given(
    streams(*MATTERING, *BESIDE, *BROKEN, IGNORING, RELEASE),
    st.booleans(),
    st.booleans(),
)
def test_files_have_the_same_report_and_fixes(
    tree: dict[str, bytes], named: bool, unsafe: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        laid(tree, Path(folder))
        paths = [f"{folder}/{path}" for path in tree] if named else [folder]
        assert_same(*paths, unsafe=unsafe)


REFERRING = (
    "resources: [big.yaml]\nkind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\n"
)


def stream(*documents: str) -> str:
    """Return documents among ones that nothing asks for."""
    between = (NOISE.replace("name: web", f"name: web-{at}") for at in range(len(documents)))
    return "---\n".join(
        (NOISE, *(each for pair in zip(documents, between, strict=True) for each in pair))
    )


def test_a_file_that_is_asked_for_by_its_path_is_read_as_a_whole(tmp_path: Path) -> None:
    laid(
        {"kustomization.yaml": REFERRING.encode(), "big.yaml": stream(VPC, multus()).encode()},
        tmp_path,
    )
    assert_same(str(tmp_path))
    with in_parts():
        result = checked(asked([str(tmp_path)], DEFAULTS))
    assert [one.location.source.gaps for one in result.findings] == [()]


def test_every_manifest_of_the_tests_has_the_same_report(tmp_path: Path) -> None:
    found = sorted((ROOT / "tests" / "manifests").glob("*.yaml"))
    for number, path in enumerate(found):
        whole = stream(path.read_text(), multus(), VPC, STANDALONE)
        laid({f"{number}.yaml": whole.encode()}, tmp_path)
        assert_same(f"{tmp_path}/{number}.yaml", unsafe=True)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_report_shows_what_it_shows_of_the_whole(name: str, tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_text(stream(VPC, multus(), IGNORING, multus(PINNED)))
    run = asked([str(path)], DEFAULTS)
    whole = in_format(name)(checked(run))
    with in_parts():
        assert in_format(name)(checked(run)) == whole


def changed(run: Run) -> str:
    return unified(fixed(run).changed)


def test_a_fix_changes_no_other_byte(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    text = stream(VPC, multus()).replace("\n", "\r\n") + "# end \udce9"
    content = text.encode(errors="surrogateescape")
    path.write_bytes(content)
    run = asked([str(path)], DEFAULTS)
    whole = changed(run)
    with in_parts():
        assert changed(run) == whole
        write(fixed(run).changed)
    after = path.read_bytes()
    removed = [line for line in content.split(b"\n") if line not in after.split(b"\n")]
    added = [line for line in after.split(b"\n") if line not in content.split(b"\n")]
    assert len(removed) + len(added) <= 3
    assert after.count(b"\r\n") - content.count(b"\r\n") == len(added) - len(removed)


def test_standard_input_is_held_in_part() -> None:
    given_text = stream(VPC, multus()).encode()
    run = asked(["-"], DEFAULTS, lambda: given_text)
    whole = report(run), changed(run)
    with in_parts():
        assert (report(run), changed(run)) == whole
        (source,) = fixed(run).inputs.sources
        assert source.gaps


@pytest.mark.parametrize("change", [lambda path: path.write_text("a: 1\n"), Path.unlink])
def test_a_file_that_is_changed_after_it_was_read_is_not_written(
    change: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "big.yaml"
    path.write_text(stream(VPC, multus()))

    def first(run: Run) -> object:
        found = before(run)
        change(path)
        return found

    before = pipeline._first
    monkeypatch.setattr(pipeline, "_first", first)
    with in_parts(), pytest.raises(UsageError, match="big"):
        fixed(asked([str(path)], DEFAULTS))


def test_a_file_that_becomes_a_link_while_it_is_read_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside, path = tmp_path / "outside.yaml", tmp_path / "top" / "big.yaml"
    outside.write_text(stream(VPC, multus()))
    path.parent.mkdir()
    path.write_text(stream(VPC, multus()))
    before = inputs._held

    def held(parts: Parts, asked_for: tuple[Part, ...]) -> object:
        path.unlink()
        path.symlink_to(outside)
        return before(parts, asked_for)

    monkeypatch.setattr(inputs, "_held", held)
    with in_parts():
        (found,) = checked(asked([str(path.parent)], DEFAULTS)).findings
    assert found.rule == "CNI901"
    assert found.location.source.text == ""


@needs_corpus
def test_every_file_of_the_corpus_has_the_same_report() -> None:
    for path in sorted(MANIFESTS.rglob("*.yaml")):
        assert_same(str(path))
