"""Reports of one run: to files, to the screen, and both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.clusters import OWNED, VPC, cnilint, multus, placed

RACE = {"k8s/multus.yaml": multus(), "k8s/vpc.yaml": VPC, "k8s/istio.yaml": OWNED}
TO_FILES = ("sarif:a.sarif", "json:a.json", "junit:out/a.xml", "html:a.html", "gitlab:gl.json")


def formats(*names: str) -> list[str]:
    return [word for name in names for word in ("--output-format", name)]


@pytest.fixture
def race(tmp_path: Path) -> Path:
    placed(tmp_path, RACE)
    (tmp_path / "out").mkdir()
    return tmp_path


def test_reports_go_to_files_and_the_text_to_the_screen(race: Path) -> None:
    done = cnilint("check", *formats(*TO_FILES, "concise"), "k8s", folder=race)
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("k8s/multus.yaml:12:29: CNI101 ")
    assert json.loads((race / "a.sarif").read_text())["version"] == "2.1.0"
    assert json.loads((race / "a.json").read_text())["summary"]["errors"] == 1
    assert ET.fromstring((race / "out/a.xml").read_bytes()).tag == "testsuites"
    assert (race / "a.html").read_text().startswith("<!doctype html>")
    assert len(json.loads((race / "gl.json").read_text())) == 1


def test_a_file_holds_what_the_screen_would_show(race: Path) -> None:
    for name in ("concise", "json", "github", "markdown", "full"):
        shown = cnilint("check", *formats(name), "k8s", folder=race)
        cnilint("check", *formats(f"{name}:report"), "k8s", folder=race)
        assert (race / "report").read_text("utf-8") == shown.out


def test_a_run_that_shows_nothing_says_what_it_came_to_and_where(race: Path) -> None:
    done = cnilint("check", *formats("sarif:a.sarif", "html:a.html"), "k8s", folder=race)
    assert (done.code, done.out) == (1, "")
    assert done.err == "cnilint: 1 error; [*] 1 fixable with --fix; written to a.sarif and a.html\n"


def test_a_report_is_written_over_whole(race: Path) -> None:
    (race / "a.json").write_text("old " * 100_000)
    cnilint("check", *formats("json:a.json"), "k8s", folder=race)
    assert json.loads((race / "a.json").read_text())["schema"] == "cnilint.check/v1"


@pytest.mark.parametrize("more", [(), ("--fix",)])
def test_a_path_that_cannot_be_written_stops_the_run_before_it_does_anything(
    more: tuple[str, ...], race: Path
) -> None:
    before = (race / "k8s/multus.yaml").read_text()
    asked = formats("full", "json:a.json", "sarif:none/a.sarif")
    done = cnilint("check", *asked, *more, "k8s", folder=race)
    assert (done.code, done.out) == (2, "")
    assert done.err == "cnilint: error: cannot write none/a.sarif: there is no folder none\n"
    assert not (race / "a.json").exists()
    assert (race / "k8s/multus.yaml").read_text() == before


def test_a_reader_that_goes_away_does_not_take_the_files_with_it(race: Path) -> None:
    command = [sys.executable, "-m", "cnilint", "check", "k8s"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*command, *formats("full", "sarif:a.sarif")],
        cwd=race,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert done.stderr == b""
    assert json.loads((race / "a.sarif").read_text())["version"] == "2.1.0"


def test_reports_beside_the_manifests_are_no_manifests(race: Path) -> None:
    everything = formats("json:k8s/a.json", "gitlab:k8s/b.json", "sarif:k8s/c.json")
    first = cnilint("check", *everything, *formats("concise"), folder=race)
    second = cnilint("check", *everything, *formats("concise"), folder=race)
    assert second == first


LOADED = """
import sys
from cnilint.cli import app
sys.argv = ["cnilint", "check", *sys.argv[1:]]
app.run()
print(*sorted(name for name in sys.modules if name.startswith("cnilint.report.")), file=sys.stderr)
"""


def loaded(folder: Path, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments, "k8s"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.removeprefix("cnilint.report.") for name in done.stderr.splitlines()[-1].split()}


def test_a_run_loads_only_the_reports_it_writes(race: Path) -> None:
    plain = loaded(race)
    assert plain >= {"terminal.findings", "formats"}
    others = {"sarif", "html", "junit", "gitlab", "github", "markdown", "json_", "terminal.inspect"}
    assert not any(name.startswith(tuple(others)) for name in plain)
    assert loaded(race, *formats("concise")).isdisjoint(
        {"terminal.findings", "terminal.excerpt", *others}
    )
    both = loaded(race, *formats("sarif:a.sarif", "concise"))
    assert {"sarif", "concise"} <= both
    assert both.isdisjoint({"html", "html.assets", "junit", "terminal.findings", "github"})


def test_a_path_or_a_fault_gives_no_command_to_the_job_that_prints_it(tmp_path: Path) -> None:
    hostile = ("::error::a.yaml", "b\n::stop-commands::c.yaml", "d\x1b[2J##[error]e\u202e.yaml")
    placed(tmp_path, dict.fromkeys(hostile, "a: [\n"))
    asked = ("check", "--strict-yaml")
    said = [cnilint(*asked, *formats(name), folder=tmp_path).out for name in ("concise", "full")]
    said += [cnilint("check", f"{name}.gone", folder=tmp_path).err for name in hostile]
    for text in said:
        assert text
        lines = [line.lstrip() for line in text.splitlines()]
        assert not [line for line in lines if line.startswith("::") and line[2] != ":"]
        assert "##[" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
