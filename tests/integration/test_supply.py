"""What this project is built, tried and published with: each file of it named by a hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from cnilint.syntax.data import read_mapping

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
DIRECT: list[str] = PROJECT["dependencies"]
LOCKS = {
    "cnilint": DIRECT,
    "lowest": DIRECT,
    "ci": [*DIRECT, *EXTRAS["dev"], *EXTRAS["browser"], *EXTRAS["pipelines"]],
    "release": [*DIRECT, *EXTRAS["dev"], *EXTRAS["release"]],
    "build": ["hatchling>=1.26"],
}
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DIGEST = re.compile(r"python:(\S+?)@(sha256:[0-9a-f]{64})")


PYTHONS = [text.rpartition(" ")[2] for text in PROJECT["classifiers"] if " :: 3." in text]


def locked(name: str) -> list[tuple[Requirement, list[str]]]:
    """Return what a lock file names, each with the hashes of its files."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        said, *hashes = line.split(" --hash=")
        found.append((Requirement(said.strip()), [each.strip() for each in hashes]))
    return found


def counts(one: Requirement, python: str) -> bool:
    """Whether a requirement is one of a version of Python."""
    asked = {"python_version": python, "python_full_version": f"{python}.0"}
    return one.marker is None or one.marker.evaluate(asked)


def pinned(name: str, text: str, python: str) -> tuple[Requirement, Version] | None:
    """Return what is asked for with the version that a lock file has; None where it is not."""
    asked = Requirement(text)
    if not counts(asked, python):
        return None
    (one,) = [
        one
        for one, _hashes in locked(name)
        if canonicalize_name(one.name) == canonicalize_name(asked.name) and counts(one, python)
    ]
    (exact,) = one.specifier
    return asked, Version(exact.version)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_has_each_file_by_its_hash(name: str) -> None:
    for one, hashes in locked(name):
        (exact,) = one.specifier
        assert exact.operator == "=="
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes)
        assert one.url is None


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_has_what_is_asked_for(name: str, python: str) -> None:
    for text in LOCKS[name]:
        found = pinned(name, text, python)
        assert found is None or found[0].specifier.contains(found[1]), (text, found)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lowest_releases_are_the_lowest(python: str) -> None:
    for text in DIRECT:
        found = pinned("lowest", text, python)
        if found is not None:
            (least,) = [each.version for each in found[0].specifier if each.operator == ">="]
            assert found[1] == Version(least)


def test_base_images_are_one_and_named_by_a_digest() -> None:
    files = ("Dockerfile", ".gitlab/cnilint.gitlab-ci.yml")
    found = [DIGEST.findall((ROOT / name).read_text("utf-8")) for name in files]
    assert [len(each) for each in found] == [2, 1]
    assert len({one for each in found for one in each}) == 1
    for name in files:
        text = (ROOT / name).read_text("utf-8")
        assert len(re.findall(r"\bpython:\d", text)) == len(DIGEST.findall(text))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_pins_its_actions_and_asks_for_little(path: Path) -> None:
    text = path.read_text("utf-8")
    for used in re.findall(r"uses: (.*)", text):
        own = used.startswith("./ # zizmor: ignore[self-repository]")
        assert own or re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used), used
    workflow = read_mapping(str(path))
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        writes = {key for key, value in job["permissions"].items() if value == "write"}
        assert writes <= {
            "attest": {"id-token", "attestations"},
            "publish": {"id-token"},
            "page": {"contents"},
        }.get(name, set())
        assert "timeout-minutes" in job
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            if step.get("uses", "").startswith("actions/checkout@"):
                assert (
                    step["with"]["persist-credentials"] == "false"
                    or not step["with"]["persist-credentials"]
                )
            if writes:  # what may write runs nothing of the checkout
                assert not step.get("uses", "").startswith(("actions/checkout@", "./"))


def test_a_release_is_built_once_and_tried_before_it_is_published() -> None:
    workflow = read_mapping(str(ROOT / ".github" / "workflows" / "release.yml"))
    jobs: dict[str, Any] = workflow["jobs"]
    order = ["build", "wheel", "attest", "publish", "page"]
    assert list(jobs) == order
    assert [jobs[name]["needs"] for name in order[1:]] == order[:-1]
    for path in WORKFLOWS:
        wheel = read_mapping(str(path))["jobs"]["wheel"]["strategy"]["matrix"]
        assert list(map(str, wheel["python"])) == ["3.11", "3.12", "3.13", "3.14"]
        assert wheel["include"][0]["with"] == "lowest"
    builds = [name for name in order if "make build" in str(jobs[name]["steps"])]
    assert builds == ["build"]
    assert "make build sbom audit" in str(jobs["build"]["steps"])
    assert jobs["publish"]["environment"] == "pypi"
    assert "attestations" in str(jobs["publish"]["steps"])
    assert "password" not in str(jobs)


def test_no_lock_file_is_bound_to_a_machine() -> None:
    for path in sorted((ROOT / "requirements").iterdir()):
        text = path.read_text("utf-8")
        assert "--index-url" not in text
        assert "://" not in text
        assert path.stem in LOCKS
