"""The GitLab job, its commands run as a runner runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest

from cnilint import __version__
from cnilint.syntax.data import read_mapping
from tests.clusters import PINNED, STANDALONE, VPC, multus, placed

TEMPLATE = Path(__file__).resolve().parents[2] / ".gitlab" / "cnilint.gitlab-ci.yml"
JOB: dict[str, Any] = read_mapping(str(TEMPLATE))["cnilint"]
REPORTS: dict[str, str] = JOB["artifacts"]["reports"]

RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}


class Job(NamedTuple):
    """What a job came to, and what pip was asked for."""

    code: int
    log: str
    installed: str


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with cnilint and a pip that installs nothing."""
    folder = tmp_path_factory.mktemp("programs")
    texts = {
        "cnilint": f'exec "{sys.executable}" -m cnilint "$@"',
        "pip": 'echo "$@" >"$CI_PROJECT_DIR/.pip"',
    }
    for name, text in texts.items():
        placed(folder, {name: f"#!/bin/sh\n{text}\n"})
        (folder / name).chmod(0o755)
    return folder


def job(programs: Path, folder: Path, **variables: str) -> Job:
    given = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "CI_PROJECT_DIR": str(folder),
        "NO_COLOR": "1",
        **variables,
    }
    done = subprocess.run(
        ["sh", "-e", "-c", "\n".join([*JOB["before_script"], *JOB["script"]])],
        cwd=folder,
        env=given,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return Job(done.returncode, done.stdout, (folder / ".pip").read_text().strip())


def test_findings_fail_the_job_and_are_in_both_reports(programs: Path, tmp_path: Path) -> None:
    done = job(programs, placed(tmp_path, RACE))
    assert done.code == 1, done.log
    assert "error[CNI101]" in done.log
    (entry,) = json.loads((tmp_path / REPORTS["codequality"]).read_text())
    assert entry["check_name"] == "master-depends-on-order"
    assert entry["location"]["path"] == "multus.yaml"
    suites = ET.parse(tmp_path / REPORTS["junit"]).getroot()
    assert suites.get("failures") == "1"


def test_a_clean_run_passes_with_reports_that_say_so(programs: Path, tmp_path: Path) -> None:
    done = job(programs, placed(tmp_path, {**RACE, "multus.yaml": multus(PINNED)}))
    assert done.code == 0, done.log
    assert json.loads((tmp_path / REPORTS["codequality"]).read_text()) == []
    assert ET.parse(tmp_path / REPORTS["junit"]).getroot().get("failures") == "0"
    # its own reports are no manifests
    again = job(programs, tmp_path).log
    assert again.replace(" (and 1 document that no rule asks for)", "") == done.log


def test_git_is_installed_where_an_option_asks_it(programs: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bin"
    for name in ("sh", "touch"):
        bare.mkdir(exist_ok=True)
        (bare / name).symlink_to(which(name) or "")
    placed(bare, {"apt-get": '#!/bin/sh\necho "apt-get $*" >>"$CI_PROJECT_DIR/.apt"\n'})
    (bare / "apt-get").chmod(0o755)
    folder = placed(tmp_path / "work", RACE)
    git = {"PATH": f"{programs}:{bare}"}
    assert job(programs, folder, **git).code == 1
    assert not (folder / ".apt").exists()
    job(programs, folder, **git, CNILINT_ARGS="--config-from main")
    assert "install --yes git" in (folder / ".apt").read_text()


def test_variables_say_what_is_checked_and_how(programs: Path, tmp_path: Path) -> None:
    placed(
        tmp_path, {"a/multus.yaml": multus(), "b/aws-node.yaml": VPC, "c/istio.yaml": STANDALONE}
    )
    pair = job(programs, tmp_path, CNILINT_PATHS="a b", CNILINT_ARGS="--runtime cri-o")
    assert pair.code == 1
    assert "warning[CNI102]" in pair.log
    assert job(programs, tmp_path, CNILINT_PATHS="a b", CNILINT_FAIL_ON="error").code == 0
    assert job(programs, tmp_path, CNILINT_SELECT="CNI9").code == 0
    assert job(programs, tmp_path, CNILINT_PATHS="d").code == 2


def test_the_name_of_a_file_is_no_option(programs: Path, tmp_path: Path) -> None:
    twice = "kind: DaemonSet\napiVersion: apps/v1\na: 1\na: 2\n"
    placed(tmp_path, {"--output-format=concise:pwned.yaml": twice, "b.yaml": "b: 1\n"})
    done = job(programs, tmp_path, CNILINT_PATHS="*.yaml")
    assert "warning[CNI902]" in done.log
    assert not (tmp_path / "pwned.yaml").exists()


def test_the_release_is_the_one_the_file_belongs_to(programs: Path, tmp_path: Path) -> None:
    placed(tmp_path, {"aws-node.yaml": VPC})
    assert job(programs, tmp_path).installed.endswith(f" cnilint=={__version__}")
    asked = job(programs, tmp_path, CNILINT_VERSION="9.8.7")
    assert asked.installed.endswith(" cnilint==9.8.7")
    assert f"/v{__version__}/.gitlab/{TEMPLATE.name}\n" in TEMPLATE.read_text()


def test_reports_are_kept_whatever_comes_of_the_job() -> None:
    artifacts = JOB["artifacts"]
    assert artifacts["when"] == "always"
    assert sorted(artifacts["paths"]) == sorted(REPORTS.values())
    assert set(REPORTS) == {"codequality", "junit"}
