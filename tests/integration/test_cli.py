"""The command as a person or a pipeline uses it: output, exit codes, what is written where."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "eks-multus-istio"
OWNED = """\
  AMBIENT_ENABLED: "true"
  CHAINED_CNI_PLUGIN: "true"
  ISTIO_OWNED_CNI_CONFIG: "true"
  ISTIO_OWNED_CNI_CONF_FILENAME: 02-istio-cni.conflist
"""
STANDALONE = """\
  CHAINED_CNI_PLUGIN: "false"
  CNI_CONF_NAME: 02-istio-cni.conflist
  # As many lines as before,
  # so that every place stays.
"""
BARE_ENVIRONMENT = {
    key: value
    for key, value in os.environ.items()
    if key not in ("NO_COLOR", "FORCE_COLOR", "CNILINT_DEBUG", "COLUMNS")
}


def cnilint(
    *arguments: str, cwd: Path, stdin: bytes = b"", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "cnilint", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env=BARE_ENVIRONMENT | (environment or {}),
        check=False,
    )


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy of the example with a standalone Istio CNI, which has one race with one safe fix.

    Istio CNI that owns its file, as in the example itself, is never ready behind Multus.
    """
    folder = tmp_path / "cluster"
    shutil.copytree(EXAMPLE, folder)
    istio = folder / "istio-cni.yaml"
    before = istio.read_text()
    assert OWNED in before
    istio.write_text(before.replace(OWNED, STANDALONE))
    return folder


def test_findings_go_to_standard_output_and_fail_the_run(example: Path) -> None:
    done = cnilint("check", "--output-format", "concise", cwd=example)
    assert done.returncode == 1
    assert done.stderr == b""
    line = done.stdout.decode()
    assert line.startswith("multus.yaml:15:29: CNI101 [*] ")
    assert "02-istio-cni.conflist or 10-aws.conflist" in line
    assert len(line.splitlines()) == 1


def test_the_example_itself_has_no_fix_that_is_safe(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    shutil.copytree(EXAMPLE, folder)
    before = (folder / "multus.yaml").read_bytes()
    done = cnilint("check", "--fix", "--output-format", "concise", cwd=folder)
    assert done.returncode == 1
    never_ready, race = done.stdout.decode().splitlines()
    assert never_ready.startswith("istio-cni.yaml:16:9: CNI123 ")
    assert race.startswith("multus.yaml:15:29: CNI101 Multus")
    assert (folder / "multus.yaml").read_bytes() == before


def test_the_full_report_names_outcomes_orders_and_the_fix(example: Path) -> None:
    text = cnilint("check", ".", cwd=example).stdout.decode()
    assert "CNI101" in text
    assert '"multusConfigFile": "auto"' in text
    assert "Multus picks 02-istio-cni.conflist as its master" in text
    assert "Multus picks 10-aws.conflist as its master" in text
    assert "a race: 02-istio-cni.conflist or 10-aws.conflist" in text
    assert "[*] fix: pin the master: 10-aws.conflist (restart DaemonSet " in text
    assert "fixable with --fix" in text
    assert "\x1b" not in text


def test_json_has_the_promised_members(example: Path) -> None:
    report = json.loads(cnilint("check", "--output-format", "json", cwd=example).stdout)
    assert report["schema"] == "cnilint.check/v1"
    assert {"summary", "clusters", "findings", "notes"} <= set(report)
    (finding,) = report["findings"]
    assert finding["rule"] == "CNI101"
    assert finding["name"] == "master-depends-on-order"
    assert finding["level"] == "error"
    assert finding["location"]["path"] == "multus.yaml"
    assert (finding["location"]["line"], finding["location"]["column"]) == (15, 29)
    assert (finding["location"]["end_line"], finding["location"]["end_column"]) == (15, 35)
    assert finding["location"]["object"] == "ConfigMap kube-system/multus-daemon-config"
    assert finding["fixes"][0]["applicability"] == "safe"
    assert "restart DaemonSet kube-system/kube-multus-ds" in finding["fixes"][0]["note"]


def test_inspect_shows_every_outcome_with_its_order(example: Path) -> None:
    report = json.loads(cnilint("inspect", "--output-format", "json", cwd=example).stdout)
    assert report["schema"] == "cnilint.inspect/v1"
    (cluster,) = report["clusters"]
    writes = {one["product"]: one["writes"] for one in cluster["installers"]}
    assert writes == {
        "aws-vpc-cni": "/etc/cni/net.d/10-aws.conflist",
        "istio-cni": "/etc/cni/net.d/02-istio-cni.conflist",
        "multus-thick": "/etc/cni/net.d/00-multus.conf",
    }
    (node_class,) = cluster["node_classes"]
    assert node_class["deterministic"] is False
    assert {outcome["master"] for outcome in node_class["outcomes"]} == {
        "10-aws.conflist",
        "02-istio-cni.conflist",
    }
    assert all(outcome["order"] for outcome in node_class["outcomes"])
    assert [file["name"] for file in node_class["files"]] == [
        "00-multus.conf",
        "02-istio-cni.conflist",
        "10-aws.conflist",
    ]


def test_a_diff_changes_nothing_and_git_applies_it(example: Path) -> None:
    before = (example / "multus.yaml").read_bytes()
    done = cnilint("check", "--diff", cwd=example)
    assert done.returncode == 1
    assert (example / "multus.yaml").read_bytes() == before
    subprocess.run(["git", "init", "-q"], cwd=example, check=True)
    subprocess.run(["git", "apply", "-"], cwd=example, input=done.stdout, check=True)
    applied = (example / "multus.yaml").read_bytes()
    (example / "multus.yaml").write_bytes(before)
    cnilint("check", "--fix", cwd=example)
    assert (example / "multus.yaml").read_bytes() == applied != before


def test_after_the_fix_the_run_is_clean_and_a_second_one_writes_nothing(example: Path) -> None:
    first = cnilint("check", "--fix", cwd=example)
    assert first.returncode == 0, first.stdout
    assert b"1 fixed in 1 file" in first.stderr
    stamp = (example / "multus.yaml").stat().st_mtime_ns
    second = cnilint("check", "--fix", cwd=example)
    assert second.returncode == 0
    assert (example / "multus.yaml").stat().st_mtime_ns == stamp
    text = cnilint("check", cwd=example).stdout.decode()
    assert "deterministic: 10-aws.conflist" in text


def test_the_fix_keeps_the_mode_and_every_other_line(example: Path) -> None:
    file = example / "multus.yaml"
    file.chmod(0o640)
    before = file.read_text().splitlines()
    cnilint("check", "--fix", cwd=example)
    after = file.read_text().splitlines()
    assert file.stat().st_mode & 0o777 == 0o640
    added = [line for line in after if line not in before]
    assert added == ['        "multusMasterCNI": "10-aws.conflist",']
    assert [line for line in after if line not in added] == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "missing.yaml"], 2),
        (["check", "--no-such-option"], 2),
        (["check", "--host-file", "a/b"], 2),
        (["check", "empty"], 3),
        (["check", "--fail-on", "never", "."], 0),
        (["inspect", "."], 0),
        (["rules"], 0),
        (["--version"], 0),
    ],
)
def test_exit_codes(example: Path, arguments: list[str], code: int) -> None:
    (example / "empty").mkdir()
    done = cnilint(*arguments, cwd=example)
    assert done.returncode == code, done
    assert b"Traceback" not in done.stderr
    if code >= 2:
        assert done.stdout == b""
        assert done.stderr != b""


def test_a_path_that_does_not_exist_is_named(example: Path) -> None:
    done = cnilint("check", "missing.yaml", cwd=example)
    assert b"missing.yaml" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_broken_document_is_a_finding_at_its_line_and_stops_nothing(example: Path) -> None:
    broken = "a: 1\n---\napiVersion: v1\nkind: ConfigMap\nb: [1,\n---\nc: 1\n"
    (example / "broken.yaml").write_text(broken)
    done = cnilint("check", "--output-format", "concise", cwd=example)
    assert done.returncode == 1
    lines = done.stdout.decode().splitlines()
    assert any(line.startswith("broken.yaml:5:") and " CNI901 " in line for line in lines)
    assert any("CNI101" in line for line in lines)
    (example / "broken.yaml").write_text("a: 1\n---\nb: [1,\n---\nc: 1\n")  # no object at all
    asked = ("check", "--strict-yaml", "--output-format", "concise")
    lines = cnilint(*asked, cwd=example).stdout.decode().splitlines()
    assert any(line.startswith("broken.yaml:3:") and " CNI905 " in line for line in lines)
    assert any("CNI101" in line for line in lines)


def test_standard_input_is_read_and_never_written(example: Path) -> None:
    everything = b"\n---\n".join(path.read_bytes() for path in sorted(example.glob("*.yaml")))
    done = cnilint("check", "-", "--output-format", "concise", cwd=example, stdin=everything)
    assert done.returncode == 1
    assert b"CNI101" in done.stdout
    refused = cnilint("check", "--fix", "-", cwd=example, stdin=everything)
    assert refused.returncode == 2
    assert b"standard input cannot be changed in place" in refused.stderr


def test_host_files_take_part(example: Path) -> None:
    (example / "istio-cni.yaml").unlink()
    done = cnilint("check", "--host-file", "05-podman.conflist", ".", cwd=example)
    assert done.returncode == 1
    assert b"05-podman.conflist" in done.stdout


def test_colours_only_when_they_are_wanted(example: Path) -> None:
    plain = cnilint("check", cwd=example)
    forced = cnilint("check", cwd=example, environment={"FORCE_COLOR": "1"})
    refused = cnilint("check", cwd=example, environment={"FORCE_COLOR": "1", "NO_COLOR": "1"})
    assert b"\x1b[" not in plain.stdout
    assert b"\x1b[" in forced.stdout
    assert b"\x1b[" not in refused.stdout


def test_a_fault_of_the_tool_is_one_short_message(tmp_path: Path) -> None:
    program = (
        "import sys, cnilint.run, cnilint.cli.app\n"
        "def broken(*a, **k): raise RuntimeError('something unforeseen')\n"
        "cnilint.run.checked = broken\n"
        "sys.argv = ['cnilint', 'check']\n"
        "sys.exit(cnilint.cli.app.run())\n"
    )
    command = [sys.executable, "-c", program]
    quiet = subprocess.run(
        command, cwd=tmp_path, capture_output=True, check=False, env=BARE_ENVIRONMENT
    )
    assert quiet.returncode == 2
    assert b"Traceback" not in quiet.stderr
    assert b"something unforeseen" in quiet.stderr
    loud = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env=BARE_ENVIRONMENT | {"CNILINT_DEBUG": "1"},
    )
    assert b"Traceback" in loud.stderr


def test_a_closed_pipe_is_silent(example: Path) -> None:
    command = f"{sys.executable} -m cnilint check | true"
    done = subprocess.run(
        ["sh", "-c", command], cwd=example, capture_output=True, check=False, env=BARE_ENVIRONMENT
    )
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("redirection", "code", "says"),
    [
        (">&-", 1, b""),
        ("2>&-", 1, b""),
        (">&- 2>&-", 1, b""),
        ("- <&-", 3, b"cnilint: error: nothing to read in -\n"),
        (
            ">/dev/full",
            2,
            b"cnilint: error: cannot write to standard output: No space left on device\n",
        ),
    ],
)
def test_streams_that_are_closed_or_full(
    redirection: str, code: int, says: bytes, example: Path
) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m cnilint check {redirection}"],
        cwd=example,
        capture_output=True,
        check=False,
        env=BARE_ENVIRONMENT,
    )
    assert (done.returncode, done.stderr) == (code, says)
