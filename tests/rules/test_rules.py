"""Every rule on small clusters of its own: where it fires, what its fix makes, when it is silent.

A case is a folder `<rule>/bad-<what>` or `<rule>/ok-<what>` of manifests. A bad one has
`expected.txt`: a line `file:line:column: RULE level` for each finding of its rule, and `!RULE` for
a rule that must not fire; `fixed/` holds the manifests as every safe and unsafe fix leaves them.
The settings of a case are in its `.cnilint.yaml`, if it has one. A case of a change has the folders
`before` and `after`, and `after-fixed` where there is a fix.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from cnilint.config.settings import policy, settings
from cnilint.diff.running_nodes import running_nodes
from cnilint.engine.policy import Policy
from cnilint.engine.result import Result
from cnilint.engine.text_edits import text_edits
from cnilint.model.finding import Applicability, Finding
from cnilint.run import Options, fix, inspect, lint
from cnilint.syntax.collect import encode
from cnilint.syntax.rewrite import CannotEdit, apply
from tests.cases import whole_cases

CASES = sorted(whole_cases().glob("CNI*/*"))
BAD = [case for case in CASES if case.name.startswith("bad-")]
OK = [case for case in CASES if case.name.startswith("ok-")]
FIXED = [case for case in BAD if (case / "fixed").is_dir()]
FIXED_CHANGES = [case for case in BAD if (case / "after-fixed").is_dir()]
NOT_FIXED = [case for case in BAD if case not in (*FIXED, *FIXED_CHANGES)]
WHOLE = ("CNI3", "CNI4", "CNI5")
ALL_FIXES = Options(least=Applicability.UNSAFE)


def name(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def manifests(folder: Path) -> list[str]:
    found = [p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")]
    left_out = {"expected.txt", "fixed"} - {folder.name}
    return [str(p) for p in sorted(found) if left_out.isdisjoint(p.relative_to(folder).parts)]


def wanted(folder: Path) -> Policy:
    """Return the policy of a case.

    What whole manifests and pods need is not asked of the short ones of other families.
    """
    file = folder / ".cnilint.yaml"
    chosen = policy(settings({}, {}, str(file) if file.exists() else ""), [str(folder)])
    case = folder.parent if folder.name == "fixed" else folder
    if case.parent.name[:4] in WHOLE:
        return chosen
    others = {rule.id for rule in chosen.rules if rule.id[:4] in WHOLE}
    return chosen._replace(off=chosen.off | others)


@cache
def linted(folder: Path) -> Result:
    """Return what is found in a case; one with folders is a repository of its own."""
    file = folder / ".cnilint.yaml"
    hosts = settings({}, {}, str(file) if file.exists() else "").host_files
    rules = wanted(folder)
    if (folder / "before").is_dir():
        return of_change(folder, folder / "after", hosts)
    paths = manifests(folder)
    if all(Path(path).parent == folder for path in paths):
        return lint(paths, policy=rules, host_files=hosts)
    with TemporaryDirectory() as top:
        alone = Path(top) / folder.name
        shutil.copytree(folder, alone)
        (alone / ".git").mkdir()
        with contextlib.chdir(alone):
            names = [str(Path(path).relative_to(folder)) for path in paths]
            return lint(names, policy=rules, host_files=hosts)


def of_change(folder: Path, after: Path, hosts: tuple[str, ...] = ()) -> Result:
    """Return what is found of a change: that to running nodes alone."""
    sides = [inspect(str(side), host_files=hosts) for side in (folder / "before", after)]
    (was,), (will_be,) = (side.clusters for side in sides)
    found = running_nodes(was, will_be, wanted(folder))
    return replace(sides[1], findings=found.findings, notes=found.notes)


def of_rule(folder: Path, rule: str) -> list[Finding]:
    return [finding for finding in linted(folder).findings if finding.rule == rule]


def lines(findings: Iterable[Finding], folder: Path) -> list[str]:
    found = []
    for finding in findings:
        source = finding.location.source
        at = source.position(finding.location.span.start)
        path = source.path.removeprefix(f"{folder}/")
        found.append(f"{path}:{at.line}:{at.column}: {finding.rule} {finding.level}")
    return sorted(found)


@pytest.mark.parametrize("case", BAD, ids=name)
def test_a_rule_fires_where_it_is_expected(case: Path) -> None:
    rule = case.parent.name
    expected = (case / "expected.txt").read_text(encoding="utf-8").splitlines()
    wanted = sorted(line for line in expected if not line.startswith("!"))
    absent = {line[1:] for line in expected if line.startswith("!")}
    assert wanted
    assert lines(of_rule(case, rule), case) == wanted
    assert not absent & {finding.rule for finding in linted(case).findings}


@pytest.mark.parametrize("case", OK, ids=name)
def test_a_rule_is_silent_at_a_near_miss(case: Path) -> None:
    rule = case.parent.name
    assert lines(of_rule(case, rule), case) == []
    # what is not recognised is no near miss
    if rule < "CNI119":
        seen = any(cluster.multuses for cluster in linted(case).clusters)
        assert seen, "no near miss: there is no Multus in it"
    elif rule < "CNI9":
        seen = any(cluster.installers for cluster in linted(case).clusters)
        assert seen, "no near miss: no install of a CNI is recognised in it"


@pytest.mark.parametrize("case", FIXED, ids=name)
def test_fixes_make_these_manifests(case: Path) -> None:
    made = fix(manifests(case), policy=wanted(case), options=ALL_FIXES)
    for path, source in zip(manifests(case), made.inputs.sources, strict=True):
        before = Path(path).read_bytes()
        after = (case / "fixed" / Path(path).name).read_bytes()
        assert encode(source.text, before).decode() == after.decode()
    assert made.changed


@pytest.mark.parametrize("case", FIXED, ids=name)
def test_what_is_fixed_is_no_finding_and_stays_as_it_is(case: Path) -> None:
    fixed = case / "fixed"
    assert lines(of_rule(fixed, case.parent.name), fixed) == []
    assert fix(manifests(fixed), policy=wanted(fixed), options=ALL_FIXES).changed == ()


@pytest.mark.parametrize("case", FIXED_CHANGES, ids=name)
def test_a_fix_of_a_change_makes_these_manifests(case: Path) -> None:
    texts = {}
    for finding in of_rule(case, case.parent.name):
        (one,) = finding.fixes
        made = text_edits(one)
        assert not isinstance(made, CannotEdit)
        for edit in one.edits:
            source = edit.document.source
            texts[source.path] = apply(source.text, made[source.path])
    for path in sorted((case / "after").iterdir()):
        expected = (case / "after-fixed" / path.name).read_text("utf-8")
        assert texts.get(str(path), path.read_text("utf-8")) == expected
    assert texts
    fixed = of_change(case, case / "after-fixed").findings
    assert case.parent.name not in {finding.rule for finding in fixed}


@pytest.mark.parametrize("case", [c for c in BAD if c.parent.name == "CNI101"], ids=name)
def test_each_master_comes_with_an_order_that_leads_to_it(case: Path) -> None:
    (found,) = of_rule(case, "CNI101")
    masters = [name for each in found.witnesses for name in each.files]
    assert len(set(masters)) == len(masters) == len(found.witnesses) >= 2
    assert all(master in found.message for master in masters)
    # its file is written, and Multus picks it
    assert sum(len(each.steps) for each in found.witnesses) >= 2 * len(found.witnesses)


@pytest.mark.parametrize("case", NOT_FIXED, ids=name)
def test_what_has_no_fixed_form_has_no_fix_to_apply(case: Path) -> None:
    found = of_rule(case, case.parent.name)
    grades = [fix.applicability for finding in found for fix in finding.fixes]
    assert all(grade is Applicability.DISPLAY for grade in grades)
