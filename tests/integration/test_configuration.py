"""Settings as a person and a pipeline use them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cases import whole_cases
from tests.clusters import OWNED, PINNED, STANDALONE, VPC, cnilint, contents, multus, placed

RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}

TWO_PRIMARIES = whole_cases() / "CNI101" / "bad-two-primaries"


def found(folder: Path, *arguments: str) -> list[str]:
    done = cnilint("check", "--output-format", "concise", *arguments, folder=folder)
    assert done.err == "" or not done.rules  # a clean run says there what it looked at
    return done.rules


@pytest.fixture
def race(tmp_path: Path) -> Path:
    """One cluster with one race, CNI101."""
    return placed(tmp_path, {".git/HEAD": "", **RACE})


# Which rules run, at which level.


def test_select_ignore_and_severity(race: Path) -> None:
    assert found(race) == ["CNI101"]
    assert found(race, "--ignore", "CNI1") == []
    assert found(race, "--select", "CNI2") == []
    assert found(race, "--select", "master-depends-on-order,CNI2") == ["CNI101"]
    assert found(race, "--severity", "CNI1=off") == []
    done = cnilint("check", "--severity", "CNI101=note", folder=race)
    assert done.code == 0
    assert done.out.startswith("note[CNI101]")


def test_per_file_ignores(race: Path) -> None:
    assert found(race, "--per-file-ignores", "multus.yaml=CNI101,CNI102") == []
    assert found(race, "--per-file-ignores", "aws-node.yaml=CNI1") == ["CNI101"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".cnilint.yaml", "fail-on: never\n"),
        ("cnilint.yaml", "fail-on: never\n"),
        ("pyproject.toml", '[tool.cnilint]\nfail-on = "never"\n'),
    ],
)
def test_the_file_of_settings_counts_below_its_folder(name: str, content: str, race: Path) -> None:
    below = placed(race, {"sub/multus.yaml": multus(), **{f"sub/{k}": v for k, v in RACE.items()}})
    assert cnilint("check", "sub", folder=race).code == 1
    placed(race, {name: content})
    assert cnilint("check", folder=below / "sub").code == 0
    assert cnilint("check", "--no-config", folder=below / "sub").code == 1
    assert cnilint("check", "--fail-on", "error", folder=below / "sub").code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "CNI1001"], "--select: no rule 'CNI1001', did you mean 'CNI101'?"),
        (["--severity", "CNI101=hihg"], "'CNI101' is one of error, warning, note, off, not 'hihg'"),
        (["--config", "nowhere.yaml"], "nowhere.yaml: No such file or directory"),
        (["--config", "x.yaml", "--no-config"], "--config and --no-config: one of them"),
        (["--baseline", "nowhere.json"], "no baseline nowhere.json"),
        (["multus.yml"], "multus.yml: no such file or directory, did you mean 'multus.yaml'?"),
        (["--output-format", "sarf"], "no output format 'sarf', did you mean 'sarif'?"),
        (["--selct", "CNI1"], "--select"),
    ],
)
def test_what_is_mistyped_is_usage_with_a_suggestion(
    arguments: list[str], message: str, race: Path
) -> None:
    done = cnilint("check", *arguments, folder=race)
    assert done.code == 2
    assert message in done.err
    assert done.out == ""


def test_a_mistake_in_the_file_is_told_with_its_line(race: Path) -> None:
    placed(race, {".cnilint.yaml": "# ours\nfail-on: note\nselct: [CNI1]\n"})
    for command in (["check"], ["inspect"], ["config", "show"], ["baseline", "write"]):
        done = cnilint(*command, folder=race)
        assert done.code == 2
        assert done.err == (
            "cnilint: error: .cnilint.yaml:3: unknown key 'selct', did you mean 'select'?\n"
        )


def test_settings_of_the_nodes_count_for_inspect_too(race: Path) -> None:
    placed(race, {".cnilint.yaml": "runtime: cri-o\nhost-files: [01-host.conflist]\n"})
    report = json.loads(cnilint("inspect", "--output-format", "json", folder=race).out)
    (cluster,) = report["clusters"]
    assert cluster["runtime"] == "cri-o"
    files = [file["name"] for file in cluster["node_classes"][0]["files"]]
    assert "01-host.conflist" in files


def test_reports_of_the_file_are_written(race: Path) -> None:
    placed(race, {".cnilint.yaml": "output-format: [concise, 'json:report.json']\n"})
    done = cnilint("check", folder=race)
    assert done.rules == ["CNI101"]
    assert json.loads((race / "report.json").read_text())["findings"][0]["rule"] == "CNI101"


def test_the_primary_that_is_named_makes_the_fix_safe(tmp_path: Path) -> None:
    names = ("aws-node.yaml", "cilium.yaml", "multus.yaml")
    folder = placed(tmp_path, {name: (TWO_PRIMARIES / name).read_bytes() for name in names})
    before = json.loads(cnilint("check", "--output-format", "json", folder=folder).out)
    (race,) = [one for one in before["findings"] if one["rule"] == "CNI101"]
    assert "safe" not in [fix["applicability"] for fix in race["fixes"]]
    cnilint("check", "--fix", "--primary", "10-aws.conflist", folder=folder)
    assert '"multusMasterCNI": "10-aws.conflist"' in (folder / "multus.yaml").read_text()
    assert "CNI101" not in found(folder)


# The commands about settings.


def test_init_writes_a_file_once(tmp_path: Path) -> None:
    folder = placed(tmp_path, {"a.yaml": OWNED})
    done = cnilint("config", "init", folder=folder)
    assert done.code == 0
    first = (folder / ".cnilint.yaml").read_bytes()
    assert b"# select:" in first
    assert cnilint("check", folder=folder).code in (0, 1)
    again = cnilint("config", "init", folder=folder)
    assert again.code == 2
    assert again.err == ("cnilint: error: there is a .cnilint.yaml already: nothing was written\n")
    assert (folder / ".cnilint.yaml").read_bytes() == first


def test_init_leaves_another_name_alone(tmp_path: Path) -> None:
    folder = placed(tmp_path, {"cnilint.yaml": ""})
    assert cnilint("config", "init", folder=folder).code == 2
    assert contents(folder) == {"cnilint.yaml": b""}


def test_show_says_where_each_setting_is_from(race: Path) -> None:
    placed(race, {".cnilint.yaml": "\nfail-on: note\n"})
    lines = cnilint("config", "show", folder=race).out.splitlines()
    rows = {line.split()[0]: line.split()[1:] for line in lines}
    assert rows["fail-on"] == ["note", ".cnilint.yaml:2"]
    assert rows["runtime"] == ["containerd", "built", "in"]


def test_schema_is_printed_as_json(tmp_path: Path) -> None:
    printed = json.loads(cnilint("config", "schema", folder=tmp_path).out)
    assert "per-file-ignores" in printed["properties"]


def test_a_release_that_the_manifests_do_not_name_can_be_given(tmp_path: Path) -> None:
    moving = "example.test/multus-cni:snapshot-thick"
    folder = placed(tmp_path, {**RACE, "multus.yaml": multus(PINNED, moving)})
    placed(folder, {".cnilint.yaml": "ignore: CNI124\n"})  # the short while at boot
    assert found(folder) == ["CNI905", "CNI305"]
    assert found(folder, "--target", "multus=4.1.4") == ["CNI305"]  # a tag that moves all the same
    assert "CNI102" in found(folder, "--target", "multus=3.8")  # which did not know that pin
    named = placed(tmp_path, {"multus.yaml": multus(PINNED)})
    assert found(named, "--target", "multus=3.8") == []
