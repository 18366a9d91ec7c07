"""The policy of the base branch against a change by a stranger."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.clusters import OWNED, VPC, Done, cnilint, multus, placed

EMPTY = '{"schema": "cnilint.baseline/v1", "findings": []}\n'
RACE = {"k8s/multus.yaml": multus(), "k8s/vpc.yaml": VPC, "k8s/istio.yaml": OWNED}
IGNORES_ALL = "ignore: [CNI1, CNI2, CNI3, CNI4, CNI5, CNI9]\nfail-on: never\n"


def git(folder: Path, *words: str) -> None:
    own = ("-c", "user.name=a", "-c", "user.email=a@example.test", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *own, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    top = placed(tmp_path / "repo", {**RACE, ".cnilint.yaml": "fail-on: warning\n"})
    git(top, "init", "--quiet", "--initial-branch=main", ".")
    return top


def committed(top: Path, files: dict[str, str] | None = None) -> Path:
    placed(top, files or {})
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message=x")
    return top


def checked(top: Path, *words: str, folder: str = ".") -> Done:
    asked = ("--config-from", "main", "--output-format", "concise")
    return cnilint("check", *asked, *words, folder=top / folder)


@pytest.mark.parametrize("folder", [".", "k8s"])
@pytest.mark.parametrize(
    "change",
    [
        {".cnilint.yaml": IGNORES_ALL},
        {"k8s/.cnilint.yaml": IGNORES_ALL},
        {"cnilint.yml": IGNORES_ALL},
        {"k8s/pyproject.toml": "[tool.cnilint]\nfail-on = 'never'\nignore = ['CNI1', 'CNI9']\n"},
        {".cnilint.yaml": "exclude: ['k8s/**']\n"},
        {".cnilint.yaml": "per-file-ignores: {'**': [CNI1, CNI9]}\n"},
        {".cnilint.yaml": "output-format: ['concise:k8s/vpc.yaml']\n"},
        {".cnilint.yaml": "no: setting\n"},
    ],
)
def test_settings_of_the_change_do_not_count(
    change: dict[str, str], folder: str, repository: Path
) -> None:
    committed(repository)
    before = checked(repository, folder=folder)
    assert before.code == 1
    assert "CNI101" in before.out
    placed(repository, change)
    assert checked(repository, folder=folder) == before


def test_a_settings_file_that_the_change_takes_away_counts(repository: Path) -> None:
    committed(repository, {".cnilint.yaml": "ignore: [CNI101]\n"})
    before = checked(repository)
    assert "CNI101" not in before.out
    (repository / ".cnilint.yaml").unlink()
    assert checked(repository) == before


def test_the_baseline_is_that_of_the_base(repository: Path) -> None:
    committed(repository, {".cnilint.yaml": "baseline: known.json\n"})
    committed(repository, {"known.json": EMPTY})
    cnilint("baseline", "write", "--baseline", "stolen.json", folder=repository)
    (repository / "known.json").write_text((repository / "stolen.json").read_text())
    assert "CNI101" in checked(repository).out
    assert "CNI101" in checked(repository, "--baseline", "known.json").out
    missing = checked(repository, "--baseline", "stolen.json")
    assert missing.code == 2
    assert "no baseline stolen.json" in missing.err
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=x")
    assert "CNI101" not in checked(repository).out


def test_links_of_the_change_lead_nowhere(repository: Path) -> None:
    committed(repository, {"policy/known.json": EMPTY})
    committed(repository, {".cnilint.yaml": "baseline: policy/known.json\n"})
    stolen = repository / "other" / "known.json"
    stolen.parent.mkdir()
    cnilint("baseline", "write", "--baseline", str(stolen), folder=repository)
    (repository / "policy" / "known.json").unlink()
    (repository / "policy").rmdir()
    (repository / "policy").symlink_to("other")
    assert "CNI101" in checked(repository).out


CARD = """\
id: ACME101
name: no-mesh
level: LEVEL
summary: A mesh is not wanted here
message: "{object} is not wanted"
match: {kind: DaemonSet, path: $.metadata.name, operator: equals, value: istio-cni-node}
help: {what: A mesh., fix: Take it away.}
"""


OTHER = CARD.replace("LEVEL", "error").replace("ACME101", "ACME102").replace("no-mesh", "no-other")


def test_rules_of_the_house_are_those_of_the_base(repository: Path) -> None:
    card = {"rules/ACME101.yaml": CARD.replace("LEVEL", "error")}
    committed(repository, {".cnilint.yaml": "rules-dirs: [rules]\n", **card})
    before = checked(repository)
    assert "ACME101" in before.out
    placed(
        repository,
        {"rules/ACME101.yaml": CARD.replace("LEVEL", "off"), "rules/ACME102.yaml": OTHER},
    )
    assert checked(repository) == before
    (repository / "rules/ACME101.yaml").unlink()
    assert checked(repository) == before


def test_a_host_file_is_that_of_the_base(repository: Path) -> None:
    files = {"node/a.conflist": '{"cniVersion": "0.4.0", "name": "first", "plugins": []}'}
    settings = "host-files: [00-a.conflist=node/a.conflist]\n"
    committed(repository, {".cnilint.yaml": settings, **files})
    before = checked(repository, "--output-format", "json:../a.json")
    placed(repository, {"node/a.conflist": "changed"})
    assert checked(repository, "--output-format", "json:../b.json") == before
    first, second = ((repository.parent / f"{name}.json").read_text() for name in "ab")
    assert first == second


def ignoring(text: str, what: str) -> str:
    """Return manifests with an annotation that ignores something in the first object."""
    return text.replace(
        "metadata:\n", f'metadata:\n  annotations: {{cnilint.dev/ignore: "{what}"}}\n', 1
    )


def report(top: Path) -> tuple[dict[str, object], str]:
    done = checked(top, "--output-format", "json:../r.json", "--output-format", "markdown:../r.md")
    assert done.code in (0, 1), done.err
    found = json.loads((top.parent / "r.json").read_text())
    return found, (top.parent / "r.md").read_text()


def new(found: dict[str, object]) -> list[tuple[str, bool]]:
    suppressed = found["suppressed"]
    assert isinstance(suppressed, list)
    return [(each["rule"], each["suppression"]["new"]) for each in suppressed]


def test_what_a_change_newly_ignores_is_in_the_summary(repository: Path) -> None:
    committed(repository)
    found, summary = report(repository)
    assert new(found) == []
    assert "newly" not in summary
    text = ignoring(multus(), "CNI101: because")
    placed(repository, {"k8s/multus.yaml": text})
    found, summary = report(repository)
    assert new(found) == [("CNI101", True)]
    assert "1 finding newly ignored by this change" in summary
    assert "because" in summary
    full = cnilint("check", "--config-from", "main", folder=repository).out
    assert "newly ignored by this change: error[CNI101]" in full
    assert "1 ignored (1 newly, by this change)" in full
    without = cnilint("check", folder=repository).out
    assert "newly" not in without


def test_what_was_ignored_before_is_not_new(repository: Path) -> None:
    committed(repository, {"k8s/multus.yaml": ignoring(multus(), "CNI101: because")})
    assert new(report(repository)[0]) == [("CNI101", False)]
    moved = f"# a line more\n{ignoring(multus(), 'CNI101: in other words')}"
    placed(repository, {"k8s/multus.yaml": moved})
    assert new(report(repository)[0]) == [("CNI101", False)]
    for what in ("CNI1: all of them", "CNI101: longer until=2099-12-31"):
        placed(repository, {"k8s/multus.yaml": ignoring(multus(), what)})
        assert new(report(repository)[0])[0][0] == "CNI101"
    assert new(report(repository)[0]) == [("CNI101", True)]


@pytest.mark.parametrize("word", ["nothing", "--output=x", "HEAD:k8s", "main..main"])
def test_a_revision_that_is_none_ends_the_run(word: str, repository: Path) -> None:
    committed(repository)
    done = cnilint("check", f"--config-from={word}", folder=repository)
    assert done.code == 2
    assert f"no revision {word!r}" in done.err


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    done = cnilint("check", "--config-from", "main", folder=placed(tmp_path, RACE))
    assert done.code == 2
    assert "not in a git repository" in done.err


def test_the_settings_of_the_base_are_shown(repository: Path) -> None:
    committed(repository)
    placed(repository, {".cnilint.yaml": IGNORES_ALL})
    shown = cnilint("config", "show", "--config-from", "main", folder=repository).out
    assert "never" not in shown
    assert ".cnilint.yaml:1" in shown
