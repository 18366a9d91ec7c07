"""The action's scripts, run as GitHub's runner runs them, and what action.yml hands to them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple

import pytest

from cnilint.syntax.data import read_mapping
from tests.clusters import PINNED, STANDALONE, VPC, multus, placed

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPTS = CHECKOUT / ".github" / "action"
ACTION: dict[str, Any] = read_mapping(str(CHECKOUT / "action.yml"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]

RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}
DECIDED = {**RACE, "multus.yaml": multus(PINNED)}
AT_BOOT = "--ignore CNI124"
"""Leaves out the short while at boot in which pods start in another file than the decided one."""

pytestmark = pytest.mark.skipif(which("bash") is None, reason="the action's scripts need bash")


class Step(NamedTuple):
    """What a step came to."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str

    @property
    def commands(self) -> list[str]:
        """The workflow commands of the log as the runner reads them."""
        found: list[str] = []
        resume = ""
        for line in self.log.splitlines():
            if resume:
                resume = "" if line.strip() == f"::{resume}::" else resume
            elif line.lstrip().startswith("::stop-commands::"):
                resume = line.strip().removeprefix("::stop-commands::")
            elif line.lstrip().startswith("::"):
                found.append(line)
        assert resume == ""
        return found

    @property
    def sarif(self) -> dict[str, Any]:
        (run,) = json.loads(Path(self.outputs["sarif-file"]).read_text("utf-8"))["runs"]
        assert isinstance(run, dict)
        return run


def step(script: str, folder: Path, **variables: str) -> Step:
    """Run a script with what GitHub sets, in a folder."""
    runner = folder.parent / f"{folder.name} runner"
    runner.mkdir(exist_ok=True)
    files = {name: runner / name for name in ("output", "summary")}
    for path in files.values():
        path.write_text("")
    given = {
        "PATH": os.environ["PATH"],
        "RUNNER_TEMP": str(runner),
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(CHECKOUT),
        "GITHUB_OUTPUT": str(files["output"]),
        "GITHUB_STEP_SUMMARY": str(files["summary"]),
        **variables,
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", SCRIPTS / script],
        cwd=folder,
        env=given,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    lines = (line.partition("=") for line in files["output"].read_text().splitlines())
    outputs = {name: value for name, _equals, value in lines}
    return Step(done.returncode, done.stdout, outputs, files["summary"].read_text("utf-8"))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("program") / "cnilint"
    run = f'PYTHONPATH="{CHECKOUT}" exec "{sys.executable}" -m cnilint "$@"'
    path.write_text(f"#!/bin/sh\n{run}\n")
    path.chmod(0o755)
    return str(path)


DEFAULTS = {
    f"INPUT_{name.upper().replace('-', '_')}": given["default"]
    for name, given in ACTION["inputs"].items()
}


def checked(program: str, folder: Path, **inputs: str) -> Step:
    """Run the check with the action's defaults and some inputs, as a step."""
    given = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
    assert set(given) <= set(DEFAULTS)
    return step("run.sh", folder, **{**DEFAULTS, **given, "CNILINT": program, "NO_COLOR": "1"})


def test_a_decided_cluster_passes_and_has_every_report(program: str, tmp_path: Path) -> None:
    done = checked(program, placed(tmp_path, DECIDED), args=AT_BOOT)
    assert done.code == 0, done.log
    assert "3 CNI installs: deterministic" in done.log
    assert done.commands == []
    assert done.outputs["exit-code"] == "0"
    assert done.sarif["results"] == []
    assert done.summary.startswith("## cnilint: no findings\n")
    assert "10-aws.conflist" in done.summary


def test_findings_fail_the_step_behind_all_reports(program: str, tmp_path: Path) -> None:
    done = checked(program, placed(tmp_path, RACE))
    assert done.code == 1
    assert "error[CNI101]" in done.log
    (annotation,) = done.commands
    assert annotation.startswith("::error file=multus.yaml,line=")
    (result,) = done.sarif["results"]
    assert result["ruleId"] == "CNI101"
    assert done.outputs["exit-code"] == "1"
    assert done.summary.startswith("## cnilint: 1 error\n")


def test_a_step_that_may_not_fail_reports_all_the_same(program: str, tmp_path: Path) -> None:
    done = checked(program, placed(tmp_path, RACE), fail_on="never")
    assert (done.code, done.outputs["exit-code"]) == (0, "0")
    assert len(done.sarif["results"]) == len(done.commands) == 1


def test_reports_can_be_left_out_and_added(program: str, tmp_path: Path) -> None:
    placed(tmp_path, RACE)
    asked = {"annotations": "false", "summary": "false"}
    done = checked(program, tmp_path, **asked, format="concise\n\n  junit:my report.xml\n")
    assert done.code == 1
    assert (done.commands, done.summary) == ([], "")
    assert "multus.yaml:12:29: CNI101 [*] " in done.log
    assert "<testsuites " in (tmp_path / "my report.xml").read_text()
    quiet = checked(program, tmp_path, **asked, format="")
    assert "CNI101" not in quiet.log
    assert len(quiet.sarif["results"]) == 1


def test_paths_with_blanks_and_a_place_for_the_sarif(program: str, tmp_path: Path) -> None:
    placed(tmp_path, {f"my clusters/{name}": text for name, text in RACE.items()})
    paths = "  my clusters/multus.yaml\n\nmy clusters/a*.yaml\nmy clusters/istio-cni.yaml  "
    done = checked(program, tmp_path, paths=paths, sarif_file="re ports/cni.sarif")
    assert done.code == 1
    assert done.outputs["sarif-file"] == str(tmp_path / "re ports" / "cni.sarif")
    place = done.sarif["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "my%20clusters/multus.yaml"
    assert "3 CNI installs" not in done.log
    assert "a race: 02-istio-cni.conf or 10-aws.conflist" in done.log


@pytest.mark.parametrize(
    ("inputs", "code", "message"),
    [
        ({"paths": "nothing/here"}, 2, "nothing/here: no such file"),
        ({"paths": "empty"}, 3, "nothing to read in empty"),
        ({"paths": "--fix"}, 2, "--fix"),
        ({"fail_on": "fatal"}, 2, "fatal"),
        ({"format": "xml"}, 2, "no output format 'xml'"),
        ({"args": "--select 'CNI1"}, 2, "args: xargs: "),
    ],
)
def test_what_cannot_run_says_why_and_names_no_report(
    inputs: dict[str, str], code: int, message: str, program: str, tmp_path: Path
) -> None:
    placed(tmp_path, {**DECIDED, "empty/none.txt": ""})
    done = checked(program, tmp_path, **inputs)
    assert done.code == code, done.log
    (annotation,) = done.commands
    assert annotation.startswith("::error title=cnilint::")
    assert message in annotation
    assert done.outputs == {"sarif-file": "", "exit-code": str(code)}


def test_a_report_of_an_earlier_step_is_not_taken_for_this_one(
    program: str, tmp_path: Path
) -> None:
    placed(tmp_path, DECIDED)
    first = checked(program, tmp_path, sarif_file="x.sarif")
    second = checked(program, tmp_path)
    assert first.outputs["sarif-file"] != second.outputs["sarif-file"]
    assert checked(program, tmp_path, sarif_file="x.sarif", paths="gone").code == 2
    assert not (tmp_path / "x.sarif").exists()


def test_further_options_are_words_and_nothing_in_them_is_run(program: str, tmp_path: Path) -> None:
    placed(tmp_path, DECIDED)
    args = "--host-file '00 first.conf'\n--ignore \"CNI112,CNI1\" --runtime cri-o"
    done = checked(program, tmp_path, args=args)
    assert done.code == 0, done.log
    assert "00 first.conf" in done.log
    for name in ("args", "paths", "fail_on", "format", "sarif_file"):
        checked(program, tmp_path, **{name: "$(touch pwned) `touch pwned`; touch pwned"})
    assert not list(tmp_path.rglob("pwned"))


def git(folder: Path, *words: str) -> str:
    own = ("-c", "user.name=a", "-c", "user.email=a@example.test", "-c", "commit.gpgsign=false")
    asked = ["git", *own, "-c", "protocol.file.allow=always", *words]
    return subprocess.run(asked, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def fork(tmp_path: Path) -> tuple[Path, str]:
    """Return a shallow checkout of a change that ignores everything, and the commit of its base."""
    origin = placed(tmp_path / "origin", RACE)
    git(origin, "init", "--quiet", "--initial-branch=main", ".")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message=base")
    base = git(origin, "rev-parse", "HEAD").strip()
    git(origin, "switch", "--quiet", "--create=change")
    placed(origin, {".cnilint.yaml": "fail-on: never\nignore: [CNI1]\n"})
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message=change")
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=change", f"file://{origin}", "work")
    return tmp_path / "work", base


def test_a_change_from_a_fork_is_judged_by_the_settings_of_its_base(
    program: str, fork: tuple[Path, str]
) -> None:
    folder, base = fork
    assert checked(program, folder).code == 0
    given = {**DEFAULTS, "CNILINT": program, "NO_COLOR": "1", "BASE_OF_FORK": base}
    done = step("run.sh", folder, **given)
    assert done.code == 1, done.log
    assert "error[CNI101]" in done.log
    assert step("run.sh", folder, **{**given, "INPUT_CONFIG_REF": "none"}).code == 0
    for named in (base, "main"):
        own = step("run.sh", folder, **{**given, "BASE_OF_FORK": "", "INPUT_CONFIG_REF": named})
        assert own.code == 1, own.log


@pytest.mark.parametrize("named", ["0" * 40, "gone", "--upload-pack=touch pwned", "$(touch pwned)"])
def test_a_base_that_is_not_there_ends_the_step(
    named: str, program: str, fork: tuple[Path, str]
) -> None:
    folder, _base = fork
    done = step("run.sh", folder, **{**DEFAULTS, "CNILINT": program, "INPUT_CONFIG_REF": named})
    assert done.code == 2
    (annotation,) = done.commands
    assert "config-ref: " in annotation
    assert not list(folder.rglob("pwned"))


def test_the_base_of_a_fork_is_known_to_the_step() -> None:
    (check,) = [each for each in STEPS if each.get("id") == "check"]
    asked = check["env"]["BASE_OF_FORK"]
    assert "github.event.pull_request.head.repo.full_name != github.repository" in asked
    assert "github.event.pull_request.base.sha || ''" in asked


def test_a_manifest_cannot_give_commands_to_the_runner(program: str, tmp_path: Path) -> None:
    commands = "::error::taken over\n::add-mask::a\n::stop-commands::x\n"
    hostile = f"{commands}apiVersion: v1\nkind: ConfigMap\na: [\n"
    placed(tmp_path, {**DECIDED, "hostile.yaml": hostile})
    done = checked(program, tmp_path, args=AT_BOOT, format="json")
    assert done.code == 1
    assert done.commands
    assert all(line.startswith("::error file=hostile.yaml,") for line in done.commands)
    placed(tmp_path, {"hostile.yaml": f"{commands}a: [\n"})  # no object: a note
    done = checked(program, tmp_path, args=f"{AT_BOOT} --strict-yaml", format="json")
    assert done.code == 0
    assert done.commands
    assert all(line.startswith("::notice file=hostile.yaml,") for line in done.commands)
    named = checked(program, tmp_path, paths="x\n::warning::taken over")
    assert len(named.commands) == 1


def test_colours_are_used_unless_they_are_not_wanted(program: str, tmp_path: Path) -> None:
    placed(tmp_path, RACE)
    coloured = step("run.sh", tmp_path, **DEFAULTS, CNILINT=program)
    assert "\x1b[" in coloured.log
    assert "\x1b[" not in checked(program, tmp_path).log


def test_a_python_is_found_where_there_is_one(tmp_path: Path) -> None:
    assert step("python.sh", tmp_path).outputs["python"] in ("python3", "python")
    old = tmp_path / "bin"
    for name in ("python3", "python"):
        placed(old, {name: "#!/bin/sh\nexit 1\n"})
        (old / name).chmod(0o755)
    found = step("python.sh", tmp_path, PATH=f"{old}:{os.environ['PATH']}")
    assert (found.code, found.outputs) == (0, {"python": ""})


PYTHON = """\
#!/bin/sh
# stands in for Python: makes an environment of stand-ins, and tells what it is asked
echo "python $*"
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p "$3/bin"
  cp "$0" "$3/bin/python"
  printf '#!/bin/sh\\necho "cnilint $*"\\n' >"$3/bin/cnilint"
  chmod +x "$3/bin/cnilint"
fi
"""


@pytest.mark.parametrize(
    ("version", "wanted"),
    [("", str(CHECKOUT)), ("1.2.3", "cnilint==1.2.3"), ("v1.2.3", "cnilint==1.2.3")],
)
def test_the_action_installs_its_own_ref_or_a_release(
    version: str, wanted: str, tmp_path: Path
) -> None:
    python = placed(tmp_path, {"a python": PYTHON}) / "a python"
    python.chmod(0o755)
    done = step("install.sh", tmp_path, PYTHON=str(python), INPUT_VERSION=version)
    assert done.code == 0, done.log
    made, *before, installed, said = done.log.splitlines()
    assert made.startswith("python -m venv ")
    assert installed.startswith("python -m pip install ")
    assert installed.endswith(f" -- {wanted}")
    assert len(before) == (not version)
    assert all(" --require-hashes " in line for line in before)
    assert ("--no-deps" in installed) == (not version)
    assert said == "cnilint version"
    assert Path(done.outputs["program"]).is_file()


def test_every_input_and_output_is_told_and_handed_over() -> None:
    scripts = "".join(path.read_text() for path in sorted(SCRIPTS.iterdir()) if path.is_file())
    handed = [entry for each in STEPS for entry in each.get("env", {}).items()]
    for name, given in ACTION["inputs"].items():
        assert given["description"].endswith(".")
        variable = f"INPUT_{name.upper().replace('-', '_')}"
        if name != "working-directory":
            assert (variable, f"${{{{ inputs.{name} }}}}") in handed
            assert variable in scripts
    for name, given in ACTION["outputs"].items():
        assert given["value"] == f"${{{{ steps.check.outputs.{name} }}}}"
        assert f"{name}=" in (SCRIPTS / "run.sh").read_text()


def test_no_input_is_written_into_a_script_and_every_action_is_pinned() -> None:
    for each in STEPS:
        assert "${{" not in each.get("run", "")
        assert ("uses" in each) != ("run" in each)
        if "run" in each:
            script = each["run"].rpartition("/action/")[2].rstrip('"')
            assert os.access(SCRIPTS / script, os.X_OK)
    used = re.findall(r"uses: (\S+)(.*)", (CHECKOUT / "action.yml").read_text())
    assert len(used) == 1
    for name, comment in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
