"""Write SARIF reports for the validator: good ones, and two with a fault that it has to find."""

from __future__ import annotations

import json
import shutil
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

from cnilint import lint
from cnilint.engine.ignores.baseline import entries_of
from cnilint.engine.policy import Policy
from cnilint.engine.result import Result
from cnilint.report.sarif.log import sarif
from cnilint.run import lint as lint_with
from tests.cases import whole_cases

HERE = Path(__file__).resolve().parent.parent


def main(folder: Path) -> None:
    """Write `good/*.sarif`, and `flawed-<level>.sarif` with a fault of that level."""
    good = folder / "good"
    good.mkdir()
    for name, result in {**_examples(), **_rules(), "known": _known(folder / "à b%20")}.items():
        (good / f"{name}.sarif").write_text(sarif(result), "utf-8")
    log = (good / "eks-multus-istio.sarif").read_text("utf-8")
    for level, flaw in (("error", _without_help), ("warning", _without_version)):
        flawed = json.loads(log)
        flaw(flawed["runs"][0])
        (folder / f"flawed-{level}.sarif").write_text(json.dumps(flawed), "utf-8")


def _examples() -> dict[str, Result]:
    folders = sorted(path for path in (HERE / "examples").iterdir() if path.is_dir())
    return {path.name: lint([str(path)]) for path in folders}


def _rules() -> dict[str, Result]:
    """Return what the first failing case of each rule leads to."""
    bad = sorted(whole_cases().glob("*/bad-*"))
    firsts = (next(each) for _rule, each in groupby(bad, key=lambda path: path.parent))
    return {path.parent.name: lint([str(path)]) for path in firsts}


def _known(folder: Path) -> Result:
    """Return a run outside the repository where one finding is ignored and one was there before."""
    for example in ("eks-multus-istio", "cilium-exclusive-multus"):
        shutil.copytree(HERE / "examples" / example, folder / example)
    multus = folder / "eks-multus-istio" / "multus.yaml"
    text = multus.read_text("utf-8")
    key = "daemon-config.json: |"
    ignored = text.replace(key, f"{key} # cnilint: ignore[CNI101] see [here](elsewhere)")
    multus.write_text(ignored, "utf-8")
    paths = [str(path) for path in sorted(folder.iterdir())]
    others = [finding for finding in lint(paths).findings if finding.rule != "CNI101"]
    before = tuple(entry.identity for entry in entries_of(others))
    result = lint_with(paths, policy=Policy(baseline=before[:1]))
    if len(result.suppressed) < 2:
        sys.exit(".ci/sarif_reports.py: nothing is known in the run that was to show that")
    return result


def _without_help(run: Any) -> None:  # noqa: ANN401
    del run["tool"]["driver"]["rules"][0]["help"]


def _without_version(run: Any) -> None:  # noqa: ANN401
    for key in ("version", "semanticVersion"):
        run["tool"]["driver"].pop(key, None)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
