"""The comment of a pull or merge request: posted once, changed later, and never in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from tests.clusters import STANDALONE, VPC, multus, placed
from tests.forge import Forge, served
from tests.integration.test_action import CHECKOUT, DEFAULTS, Step, step
from tests.integration.test_gitlab_job import JOB
from tests.repositories import commit, git, repository

pytestmark = pytest.mark.skipif(which("bash") is None, reason="the scripts need bash")

MARK = "<!-- cnilint diff -->\n"
HEADING = f"{MARK}## cnilint: installs: 1 added; 1 verdict changed, 1 of them worse;"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Return a repository in which a branch adds Istio CNI, and main has gone on since."""
    folder = repository(tmp_path / "top")
    commit(folder, {"aws-node.yaml": VPC, "multus.yaml": multus()})
    git(folder, "checkout", "--quiet", "-b", "istio")
    commit(folder, {"istio-cni.yaml": STANDALONE})
    git(folder, "checkout", "--quiet", "main")
    commit(folder, {"web.yaml": "a: 1\n"})
    git(folder, "checkout", "--quiet", "istio")
    return folder


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with cnilint and the Python beside it, and a pip that installs nothing."""
    folder = tmp_path_factory.mktemp("programs")
    texts = {
        "cnilint": f'export PYTHONPATH="{CHECKOUT}"; exec "{sys.executable}" -m cnilint "$@"',
        "python": f'exec "{sys.executable}" "$@"',
        "pip": ":",
    }
    for name, text in texts.items():
        placed(folder, {name: f"#!/bin/sh\n{text}\n"})
        (folder / name).chmod(0o755)
    return folder


def commented(programs: Path, top: Path, forge: Forge, **inputs: str) -> Step:
    config_from = inputs.pop("config_from", "")
    given = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
    variables = {
        **DEFAULTS,
        "INPUT_TOKEN": "secret",
        "INPUT_COMMENT": "true",
        "CNILINT": str(programs / "cnilint"),
        "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "acme/net",
        "NUMBER": "12",
        "BASE": git(top, "rev-parse", "main"),
        "CONFIG_FROM": config_from,
        **given,
    }
    return step("comment.sh", top, **variables)


def test_a_pull_request_has_one_comment_that_is_changed(programs: Path, top: Path) -> None:
    with served(Forge()) as forge:
        done = commented(programs, top, forge)
        assert (done.code, done.log) == (0, "")
        (comment,) = forge.comments
        assert comment["body"].startswith(HEADING)
        assert forge.asked[-1] == "POST /repos/acme/net/issues/12/comments"
        commit(top, {"istio-cni.yaml": None})
        assert commented(programs, top, forge).code == 0
        assert forge.asked[-1] == "PATCH /repos/acme/net/issues/comments/40"
        (changed,) = forge.comments
        assert changed["body"].startswith(f"{MARK}## cnilint: nothing changes")
        assert forge.tokens == {"Bearer secret"}


def test_what_a_change_ignores_by_itself_is_told_where_the_settings_of_the_base_count(
    programs: Path, top: Path
) -> None:
    new = "CNI101"
    with served(Forge()) as forge:
        assert commented(programs, top, forge).code == 0
        assert new in forge.comments[0]["body"]
        commit(top, {".cnilint.yaml": f"ignore: [{new}]\n"})
        assert commented(programs, top, forge).code == 0
        assert new not in forge.comments[0]["body"]
        base = git(top, "rev-parse", "main")
        assert commented(programs, top, forge, config_from=base).code == 0
        assert new in forge.comments[0]["body"]


def test_the_comment_of_somebody_else_is_left_alone(programs: Path, top: Path) -> None:
    theirs = {"id": 1, "body": f"{MARK}mine", "user": {"login": "mallory", "type": "User"}}
    for me in (None, {"login": "github-actions[bot]"}):
        with served(Forge(me)) as forge:
            forge.comments.append(dict(theirs))
            assert commented(programs, top, forge).code == 0
            assert forge.comments[0] == theirs
            assert len(forge.comments) == 2


def test_by_itself_nothing_is_posted(programs: Path, top: Path) -> None:
    assert DEFAULTS["INPUT_COMMENT"] == "false"
    with served(Forge()) as forge:
        assert commented(programs, top, forge, comment="false").code == 0
        assert forge.asked == []


@pytest.mark.parametrize(
    ("refused", "base", "said"),
    [
        (403, "", "GitHub answers 403: it needs the permission pull-requests: write"),
        (500, "", "GitHub answers 500"),
        (0, "f" * 40, f"no revision '{'f' * 40}' in this repository"),
    ],
)
def test_what_goes_wrong_is_a_warning(
    refused: int, base: str, said: str, programs: Path, top: Path
) -> None:
    with served(Forge(refused=refused)) as forge:
        more = {"BASE": base} if base else {}
        variables = {**DEFAULTS, "INPUT_TOKEN": "t", "INPUT_COMMENT": "true", "NUMBER": "12"}
        done = step(
            "comment.sh",
            top,
            **variables,
            CNILINT=str(programs / "cnilint"),
            GITHUB_API_URL=forge.url,
            GITHUB_REPOSITORY="acme/net",
            **{"BASE": git(top, "rev-parse", "main"), **more},
        )
    assert done.code == 0
    (warning,) = done.commands
    assert warning.startswith("::warning title=cnilint::no comment: ")
    assert said in warning


def test_only_the_paths_that_are_checked_are_compared(programs: Path, top: Path) -> None:
    commit(top, {"-odd folder/web.yaml": "a: 1\n"})
    with served(Forge()) as forge:
        assert commented(programs, top, forge, paths="  -odd folder\n").log == ""
        assert "nothing changes" in forge.comments[0]["body"]


def gitlab(programs: Path, top: Path, forge: Forge, **variables: str) -> tuple[int, str]:
    given = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "CI_PROJECT_DIR": str(top),
        "CI_API_V4_URL": forge.url,
        "CI_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_IID": "12",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(top, "merge-base", "main", "HEAD"),
        "CNILINT_COMMENT": "true",
        "CNILINT_TOKEN": "secret",
        "CNILINT_FAIL_ON": "never",
        "NO_COLOR": "1",
        **variables,
    }
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join([*JOB["before_script"], *JOB["script"]])],
        cwd=top,
        env=given,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def test_a_merge_request_has_one_comment_that_is_changed(programs: Path, top: Path) -> None:
    git(top, "remote", "add", "origin", top.as_uri())
    with served(Forge({"id": 7})) as forge:
        code, log = gitlab(programs, top, forge)
        assert code == 0, log
        (comment,) = forge.comments
        assert comment["body"].startswith(HEADING)
        assert forge.asked[-1] == "POST /projects/5/merge_requests/12/notes"
        assert gitlab(programs, top, forge)[0] == 0
        assert forge.asked[-1] == "PUT /projects/5/merge_requests/12/notes/40"
        assert len(forge.comments) == 1
        assert forge.tokens == {"secret"}


def test_a_comment_that_cannot_be_posted_does_not_fail_the_job(programs: Path, top: Path) -> None:
    with served(Forge({"id": 7}, refused=403)) as forge:
        code, log = gitlab(programs, top, forge)
        assert (code, forge.comments) == (0, [])
        assert "cnilint: no comment was posted" in log
        code, log = gitlab(programs, top, forge, CI_MERGE_REQUEST_DIFF_BASE_SHA="f" * 40)
        assert code == 0
        assert "cnilint: no comment was posted" in log


def test_a_job_without_a_merge_request_posts_nothing(programs: Path, top: Path) -> None:
    with served(Forge({"id": 7})) as forge:
        assert gitlab(programs, top, forge, CI_MERGE_REQUEST_IID="")[0] == 0
        assert gitlab(programs, top, forge, CNILINT_COMMENT="")[0] == 0
        assert forge.asked == []
