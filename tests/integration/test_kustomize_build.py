"""A patch that is handed over, built by the real Kustomize, is the fix made in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cnilint.fix.bundle import bundle
from cnilint.fix.in_place import create
from cnilint.fix.kustomize import MERGE_KEYS
from cnilint.model.finding import Applicability
from cnilint.model.text import Source
from cnilint.model.tree import Document, plain
from cnilint.run import Options, fix
from cnilint.syntax.compose import compose
from tests.clusters import placed
from tests.renderers import kustomize_build

ORIGIN = "config.kubernetes.io/origin"
RULES = Path(__file__).resolve().parent.parent / "rules"
FOLDED = "CNI108/bad-json-on-one-line"
"""Kustomize folds the string, and a comma cannot be cut out of a folded one."""


def _survives(case: Path) -> bool:
    """Whether what a case is about is still there when it is built: comments are not."""
    texts = (path.read_text("utf-8") for path in case.glob("*.yaml"))
    return name(case) != FOLDED and not any("cnilint: ignore" in text for text in texts)


def name(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


CASES = sorted(filter(_survives, (path.parent for path in RULES.glob("CNI*/bad-*/fixed"))))


def objects(text: str) -> dict[tuple[str, ...], Any]:
    """Return the objects of a text by kind and name, in a form in which equal means the same."""
    found: dict[tuple[str, ...], Any] = {}
    for document in compose(Source("built.yaml", text)):
        assert isinstance(document, Document), document
        whole: Any = plain(document.root)
        metadata = whole.get("metadata") or {}
        (metadata.get("annotations") or {}).pop(ORIGIN, None)
        if metadata.get("annotations") == {}:
            del metadata["annotations"]
        found[whole["kind"], metadata.get("namespace", ""), metadata["name"]] = unordered(whole)
    return found


def unordered(value: Any, field: str = "") -> Any:  # noqa: ANN401
    """Return a value with the lists sorted whose items Kubernetes tells apart by a key."""
    if isinstance(value, dict):
        return {key: unordered(item, key) for key, item in value.items()}
    if isinstance(value, list):
        items = [unordered(item) for item in value]
        key = MERGE_KEYS.get(field)
        return sorted(items, key=lambda item: str(item.get(key))) if key else items
    return value


def overlay(folder: Path, resources: Sequence[str], more: str = "") -> Path:
    listed = "".join(f"  - {name}\n" for name in resources)
    text = f"resources:\n{listed}buildMetadata: [originAnnotations]\n{more}"
    (folder / "kustomization.yaml").write_text(text, "utf-8")
    return folder


def built(folder: Path, files: Mapping[str, bytes]) -> str:
    """Return what Kustomize builds from an overlay of a base of some files."""
    placed(folder / "base", dict(files))
    overlay(folder / "base", list(files))
    (folder / "over").mkdir(exist_ok=True)
    return kustomize_build(overlay(folder / "over", ["../base"]))


def files_of(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.iterdir() if path.suffix in (".yaml", ".json"))
    return {path.name: path.read_bytes() for path in found}


@pytest.mark.parametrize("case", CASES, ids=name)
def test_every_fix_of_every_rule(case: Path, tmp_path: Path) -> None:
    """What the patches make of the objects is what the fix of the files makes of them."""
    files = files_of(case)
    rendered = tmp_path / "rendered.yaml"
    rendered.write_text(built(tmp_path, files), "utf-8")
    done = fix([str(rendered)], options=Options(Applicability.UNSAFE))
    assert done.changed == ()
    over = tmp_path / "over"
    create(bundle(done.handouts, str(over / "patches")))
    overlay(over, ["../base"], "components: [patches]\n" if done.handouts else "")
    patched = objects(kustomize_build(over))
    assert patched == objects(built(tmp_path, {**files, **files_of(case / "fixed")}))


def test_what_cannot_be_patched_is_shown_with_its_reason(tmp_path: Path) -> None:
    rendered = tmp_path / "rendered.yaml"
    rendered.write_text(built(tmp_path, files_of(RULES / FOLDED)), "utf-8")
    done = fix([str(rendered)], options=Options(Applicability.UNSAFE))
    assert "CNI108" in [finding.rule for finding in done.result.findings]
    assert (done.changed, done.handouts) == ((), ())
