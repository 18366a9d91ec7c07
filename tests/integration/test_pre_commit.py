"""The hooks, run by the real pre-commit in repositories made here."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree, ignore_patterns, which
from typing import NamedTuple

import pytest

from tests.clusters import PINNED, STANDALONE, VPC, multus, placed, thin

CHECKOUT = Path(__file__).resolve().parents[2]
PUBLISHED = (".pre-commit-hooks.yaml", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE")
PIN = "--multus-master-cni-file-name=10-aws.conflist"
RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}
EARLY = {".cnilint.yaml": "ignore: [CNI124]\n"}
"""Settings that leave pods that start before Amazon VPC CNI, pinned or not, to others."""
DECIDED = {**RACE, **EARLY, "multus.yaml": multus(PINNED)}
FILLER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: filler-{}, namespace: web}}\n"


class Hooks(NamedTuple):
    """The repository that the hooks come from, and the variables that pre-commit runs with."""

    repository: Path
    revision: str
    environment: Mapping[str, str]


class Ran(NamedTuple):
    """What a program came to: its exit code, and all that it said."""

    code: int
    said: str


def ran(*command: str, folder: Path, environment: Mapping[str, str]) -> Ran:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return Ran(done.returncode, done.stdout)


def need(*missing: str) -> None:
    """Skip a test without what it needs; where nobody would look at that, fail."""
    if missing:
        reason = f"the hooks are not tested without {' and '.join(missing)}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    """Publish this checkout as a repository of hooks; one environment serves all tests.

    Nothing is fetched: the environment is built without an index, and what cnilint needs is lent by
    the interpreter that runs the tests (that a plain install brings it is tested on the wheel).
    """
    present = {"git": which("git"), "pre-commit": find_spec("pre_commit")}
    need(*(name for name, found in present.items() if found is None))
    home = tmp_path_factory.mktemp("home")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "CNILINT_"))}
    environment = {
        **inherited,
        "HOME": str(home),
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "PRE_COMMIT_COLOR": "never",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{role}_NAME": "Test" for role in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{role}_EMAIL": "test@example.test" for role in ("AUTHOR", "COMMITTER")},
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # for this one variable, 0 means what its name says
    }
    published = tmp_path_factory.mktemp("published")
    for folder in ("cnilint", "rules"):
        copytree(CHECKOUT / folder, published / folder, ignore=ignore_patterns("__pycache__"))
    placed(published, {name: (CHECKOUT / name).read_bytes() for name in PUBLISHED})
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "hooks")):
        made = ran("git", *words, folder=published, environment=environment)
        assert made.code == 0, made.said
    revision = ran("git", "rev-parse", "HEAD", folder=published, environment=environment)
    return Hooks(published, revision.said.strip(), environment)


class Repository(NamedTuple):
    """A repository with manifests whose commits run hooks."""

    folder: Path
    hooks: Hooks

    def git(self, *words: str) -> Ran:
        return ran("git", *words, folder=self.folder, environment=self.hooks.environment)

    def committed(self) -> Ran:
        """Commit all there is, through the hooks."""
        assert self.git("add", "-A").code == 0
        return self.git("commit", "-qm", "change")

    def run(self, *words: str) -> Ran:
        """Run the hooks without a commit."""
        command = (sys.executable, "-m", "pre_commit", "run", *words)
        return ran(*command, folder=self.folder, environment=self.hooks.environment)


def repository(
    folder: Path, hooks: Hooks, ids: tuple[str, ...], files: Mapping[str, str]
) -> Repository:
    """Return a repository with some files, committed before there were hooks."""
    listed = "".join(f"      - id: {each}\n" for each in ids)
    source = f"  - repo: {hooks.repository}\n    rev: {hooks.revision}\n    hooks:\n{listed}"
    made = Repository(placed(folder, files), hooks)
    assert made.git("init", "-q").code == 0
    if files:
        assert made.committed().code == 0
    placed(folder, {".pre-commit-config.yaml": f"repos:\n{source}"})
    installed = ran(
        *(sys.executable, "-m", "pre_commit", "install", "--install-hooks"),
        folder=folder,
        environment=hooks.environment,
    )
    assert installed.code == 0, installed.said
    return made


def outcome(said: str, name: str) -> str:
    """Return what pre-commit says behind the name of a hook: Passed, Failed or Skipped."""
    (line,) = (line for line in said.splitlines() if line.startswith(f"{name}.."))
    return line.rpartition(".")[2].rpartition(")")[2]


def test_what_is_missing_is_a_reason_to_skip_but_not_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    need()
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"not tested without git$"):
        need("git")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"not tested without git and pre-commit$"):
        need("git", "pre-commit")


def test_the_manifest_is_one(hooks: Hooks) -> None:
    command = (sys.executable, "-m", "pre_commit", "validate-manifest", PUBLISHED[0])
    assert ran(*command, folder=CHECKOUT, environment=hooks.environment) == (0, "")


def test_a_decided_cluster_passes_every_hook(hooks: Hooks, tmp_path: Path) -> None:
    made = repository(tmp_path, hooks, ("cnilint", "cnilint-fix", "cnilint-files"), DECIDED)
    found = made.run("--all-files")
    assert found.code == 0, found.said
    for name in ("cnilint", "cnilint --fix", "cnilint --scope file"):
        assert outcome(found.said, name) == "Passed"
    assert made.committed().code == 0


def test_a_commit_that_makes_it_a_race_is_refused(hooks: Hooks, tmp_path: Path) -> None:
    before = {name: text for name, text in RACE.items() if name != "istio-cni.yaml"}
    made = repository(tmp_path, hooks, ("cnilint",), {**before, "multus.yaml": multus(PINNED)})
    assert made.committed().code == 0
    placed(tmp_path, RACE)
    refused = made.committed()
    assert refused.code == 1
    assert outcome(refused.said, "cnilint") == "Failed"
    assert "error[CNI101]" in refused.said
    assert "istio-cni.yaml:" in refused.said
    assert made.git("show", "HEAD:istio-cni.yaml").code != 0


def test_a_fix_is_made_shown_and_then_accepted(hooks: Hooks, tmp_path: Path) -> None:
    before = {"aws-node.yaml": VPC, "multus.yaml": multus()}
    made = repository(tmp_path, hooks, ("cnilint-fix",), before)
    refused = made.committed()
    assert refused.code == 1
    assert "files were modified by this hook" in refused.said
    assert "1 fixed in 1 file" in refused.said
    assert (tmp_path / "multus.yaml").read_text() == multus(PINNED)
    changed = made.git("diff", "--stat", "--", "multus.yaml").said
    assert "1 insertion(+)" in changed
    assert "deletion" not in changed
    accepted = made.committed()
    assert accepted.code == 0, accepted.said
    assert made.git("status", "--porcelain").said == ""


def test_what_is_not_part_of_a_commit_neither_stops_it_nor_is_changed(
    hooks: Hooks, tmp_path: Path
) -> None:
    made = repository(tmp_path, hooks, ("cnilint", "cnilint-fix"), DECIDED)
    placed(tmp_path, {".gitignore": "built/\n", "built/multus.yaml": multus()})
    assert made.committed().code == 0
    drafts = placed(tmp_path, {"draft.yaml": "a: [\n", "clusters/multus.yaml": multus()})
    placed(tmp_path, {"aws-node.yaml": f"{VPC}---\n"})
    assert made.git("add", "aws-node.yaml").code == 0
    done = made.git("commit", "-qm", "change")
    assert done.code == 0, done.said
    for path in ("built/multus.yaml", "clusters/multus.yaml"):
        assert (drafts / path).read_text() == multus()


def test_what_cannot_be_fixed_fails_and_is_left_as_it_is(hooks: Hooks, tmp_path: Path) -> None:
    broken = {**DECIDED, "broken.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: [\n"}
    made = repository(tmp_path, hooks, ("cnilint-fix",), broken)
    found = made.run("--all-files")
    assert found.code == 1
    assert "error[CNI901]" in found.said
    assert "files were modified" not in found.said
    assert (tmp_path / "broken.yaml").read_text() == broken["broken.yaml"]


def test_many_files_still_get_one_answer(hooks: Hooks, tmp_path: Path) -> None:
    fillers = {f"apps/{at:03}/web.yaml": FILLER.format(at) for at in range(150)}
    made = repository(tmp_path, hooks, ("cnilint",), {**fillers, **RACE, **EARLY})
    found = made.run("--all-files")
    assert found.code == 1
    assert found.said.count("error[CNI101]") == 1
    assert found.said.count("all nodes: a race: ") == 1
    placed(tmp_path, {"multus.yaml": multus(PINNED)})
    assert made.git("add", "-A").code == 0
    passed = made.run("--all-files", "--verbose")
    assert passed.code == 0
    assert passed.said.count(f"1 cluster, {150 + 4} manifests, 3 CNI installs: determ") == 1


DELETIONS = {
    "the file of the primary": (
        {
            "istio-cni.yaml": STANDALONE,
            "multus.yaml": thin("--multus-conf-file=auto", PIN),
            **EARLY,
        },
        {"aws-node.yaml": VPC},
        "error[CNI103]",
    ),
    "the settings that ignore it": (
        {"multus.yaml": multus(), "aws-node.yaml": VPC},
        {".cnilint.yaml": "ignore: [CNI102]\n"},
        "warning[CNI102]",
    ),
}


@pytest.mark.parametrize("what", DELETIONS)
def test_a_commit_that_only_deletes_is_checked(what: str, hooks: Hooks, tmp_path: Path) -> None:
    stays, goes, finding = DELETIONS[what]
    made = repository(tmp_path, hooks, ("cnilint",), {**stays, **goes})
    before = made.committed()
    assert before.code == 0, before.said
    for name in goes:
        (tmp_path / name).unlink()
    assert made.git("add", "-A").code == 0
    assert {line[0] for line in made.git("status", "--porcelain").said.splitlines()} == {"D"}
    refused = made.committed()
    assert refused.code == 1
    assert finding in refused.said


def test_changed_files_are_judged_each_by_itself(hooks: Hooks, tmp_path: Path) -> None:
    made = repository(tmp_path, hooks, ("cnilint-files",), {"old.yaml": "a: 1\na: 2\n", **RACE})
    placed(tmp_path, {"multus.yaml": multus() + "---\n# a race, but not by itself\n"})
    passed = made.committed()
    assert passed.code == 0, passed.said
    placed(tmp_path, {"notes.txt": "no manifest\n"})
    assert outcome(made.committed().said, "cnilint --scope file") == "Skipped"
    placed(tmp_path, {"new.yml": "b: 1\nb: 2\n", "new.json": "[1,", "empty.yaml": ""})
    refused = made.committed()
    assert refused.code == 1
    assert "warning[CNI902]" in refused.said
    assert "error[CNI901]" in refused.said
    assert "old.yaml" not in refused.said
    assert "CNI101" not in refused.said


def test_files_dealt_out_over_processes_are_all_judged(hooks: Hooks, tmp_path: Path) -> None:
    fillers = {f"apps/{at:03}/web.yaml": FILLER.format(at) for at in range(80)}
    twice = {f"apps/{at:03}/twice.yaml": "a: 1\na: 2\n" for at in range(0, 80, 9)}
    made = repository(tmp_path, hooks, ("cnilint-files",), {**RACE, **fillers, **twice})
    config = tmp_path / ".pre-commit-config.yaml"
    config.write_text(config.read_text() + "        require_serial: false\n")
    found = made.run("--all-files")
    assert found.code == 1
    assert found.said.count("warning[CNI902]") == len(twice)
    assert "CNI1" not in found.said.replace("CNI902", "")


def test_what_is_pushed_is_compared_with_where_it_left_the_default_branch(
    hooks: Hooks, tmp_path: Path
) -> None:
    before = {name: text for name, text in RACE.items() if name != "istio-cni.yaml"}
    made = repository(tmp_path, hooks, ("cnilint-diff",), before)
    assert made.git("branch", "--force", "main").code == 0
    assert made.git("checkout", "-q", "-b", "work").code == 0
    assert made.committed().code == 0  # the hook is none of commits
    # what was there before does not fail a push, and neither does a draft
    placed(tmp_path, {"istio-cni.yaml": STANDALONE})
    passed = made.run("--all-files", "--hook-stage", "pre-push", "--verbose")
    assert passed.code == 0, passed.said
    assert "nothing changes: no install, no verdict and no finding" in passed.said
    assert made.committed().code == 0
    refused = made.run("--all-files", "--hook-stage", "pre-push")
    assert refused.code == 1
    assert "after, worse: a race: 02-istio-cni.conf or 10-aws.conflist" in refused.said
