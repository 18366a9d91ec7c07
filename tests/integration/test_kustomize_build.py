"""A patch that is handed over, built by the real Kustomize, is the fix made in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cnilint.engine.policy import Policy
from cnilint.fix.bundle import bundle
from cnilint.fix.in_place import create
from cnilint.model.finding import Applicability
from cnilint.run import Options, fix
from tests.cases import whole_cases
from tests.clusters import STANDALONE, VPC, placed
from tests.corpus import AWS, UPSTREAM, needs_corpus
from tests.rendered import objects
from tests.renderers import kustomize_build
from tests.rules.test_rules import name, wanted

RULES = whole_cases()
ALL = Options(Applicability.UNSAFE)
ANY = Policy()
REAL = [*sorted(AWS.glob("*multus*")), *sorted(UPSTREAM.glob("*daemonset*"))]
FOLDED = "CNI108/bad-json-on-one-line"
"""Kustomize folds the string, and a comma cannot be cut out of a folded one."""


def _survives(case: Path) -> bool:
    """Whether what a case is about is still there when it is built: comments are not.

    What tells Kustomize what to build is no resource itself.
    """
    if (case / "kustomization.yaml").exists():
        return False
    texts = (path.read_text("utf-8") for path in case.glob("*.yaml"))
    return name(case) != FOLDED and not any("cnilint: ignore" in text for text in texts)


CASES = sorted(filter(_survives, (path.parent for path in RULES.glob("CNI*/bad-*/fixed"))))


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
    return {path.name: path.read_bytes() for path in found if not path.name.startswith(".")}


def patched(folder: Path, files: Mapping[str, bytes], policy: Policy = ANY) -> Mapping[Any, Any]:
    """Build files, hand over every fix of what is built, and build again with the patches."""
    rendered = folder / "rendered.yaml"
    rendered.write_text(built(folder, files), "utf-8")
    done = fix([str(rendered)], policy=policy, options=ALL)
    assert done.changed == ()
    over = folder / "over"
    create(bundle(done.handouts, str(over / "patches")))
    overlay(over, ["../base"], "components: [patches]\n" if done.handouts else "")
    return objects(kustomize_build(over))


@pytest.mark.parametrize("case", CASES, ids=name)
def test_every_fix_of_every_rule(case: Path, tmp_path: Path) -> None:
    """What the patches make of the objects is what the fix of the files makes of them."""
    files = files_of(case)
    found = patched(tmp_path, files, wanted(case))
    assert found == objects(built(tmp_path, {**files, **files_of(case / "fixed")}))


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_fix_of_real_manifests_of_multus(path: Path, tmp_path: Path) -> None:
    files = {"multus.yaml": path.read_bytes(), "vpc.yaml": VPC.encode()}
    files["istio.yaml"] = STANDALONE.encode()
    found = patched(tmp_path, files)
    by_hand = placed(tmp_path / "by-hand", dict(files))
    done = fix([str(by_hand)], options=ALL)
    assert bool(done.changed) or "before-2828" not in path.name
    fixed = {Path(new.path).name: new.text.encode() for _old, new in done.changed}
    assert found == objects(built(tmp_path, {**files, **fixed}))


def test_what_cannot_be_patched_is_shown_with_its_reason(tmp_path: Path) -> None:
    rendered = tmp_path / "rendered.yaml"
    rendered.write_text(built(tmp_path, files_of(RULES / FOLDED)), "utf-8")
    done = fix([str(rendered)], options=ALL)
    assert "CNI108" in [finding.rule for finding in done.result.findings]
    assert (done.changed, done.handouts) == ((), ())
