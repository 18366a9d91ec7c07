"""The public interface: functions, types, errors and a version, loaded when they are asked for."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from contextlib import chdir
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import cnilint
from cnilint.engine.result import Result
from cnilint.errors import ConfigurationError, NothingReadError, ReadError, UsageError
from cnilint.upstream import multus_networks, selector
from cnilint.upstream.aws_vpc_cni import entrypoint
from tests.clusters import OWNED, VPC, multus, placed, places
from tests.clusters import cnilint as command

ROOT = Path(__file__).resolve().parents[2]
STUB = ast.parse((ROOT / "cnilint" / "__init__.pyi").read_text())


def test_the_stub_names_what_there_is() -> None:
    imported = {
        alias.asname
        for statement in STUB.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    declared = {
        statement.target.id
        for statement in STUB.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }
    assert imported | declared == set(vars(cnilint)["__all__"])
    for name in imported:
        assert callable(getattr(cnilint, name or ""))


def test_each_name_is_the_function_of_its_module() -> None:
    from cnilint import run
    from cnilint.simulation import settled
    from cnilint.upstream import replay

    assert cnilint.lint is run.lint
    assert cnilint.inspect is run.inspect
    assert cnilint.networks is multus_networks.networks
    assert cnilint.predict is selector.predict
    assert cnilint.replay is replay.replay
    assert cnilint.settled is settled.settled
    assert cnilint.vpc_cni is entrypoint.vpc_cni
    assert cnilint.Result is Result
    assert cnilint.__version__ == version("cnilint")


@pytest.mark.parametrize("name", ["fixx", "main", "_rules", "Run"])
def test_other_names_are_refused_as_python_does(name: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'cnilint' has no attribute '{name}'"):
        getattr(cnilint, name)
    assert not hasattr(cnilint, name)


def test_asking_for_the_version_loads_nothing_else() -> None:
    program = (
        "import sys, __future__; before = set(sys.modules); import cnilint; cnilint.__version__;"
        "sys.exit(', '.join(sorted(set(sys.modules) - before - {'cnilint'})) or 0)"
    )
    clean = [sys.executable, "-S", "-c", program]
    done = subprocess.run(clean, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_lint_and_inspect_take_paths_and_return_results(tmp_path: Path) -> None:
    placed(tmp_path, {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": OWNED})
    result = cnilint.lint([str(tmp_path)])
    assert places(result) == ["multus.yaml:12:29: CNI101"]
    assert result.manifests == 4
    facts = cnilint.inspect([str(tmp_path)]).clusters[0].classes[0]
    assert facts.delegates == ["02-istio-cni.conflist", "10-aws.conflist"]


def test_a_path_may_be_a_text_or_a_path_by_itself(tmp_path: Path) -> None:
    placed(tmp_path, {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": OWNED})
    expected = places(cnilint.lint([str(tmp_path)]))
    assert places(cnilint.lint(str(tmp_path))) == places(cnilint.lint(tmp_path)) == expected
    assert places(cnilint.lint([tmp_path / "multus.yaml", tmp_path / "vpc.yaml"])) != expected
    assert cnilint.inspect(str(tmp_path)).paths == (str(tmp_path),)


def test_the_json_report_is_that_of_the_command(tmp_path: Path) -> None:
    placed(tmp_path, {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": OWNED})
    printed = command("check", "--no-config", "--output-format", "json", ".", folder=tmp_path)
    with chdir(tmp_path):
        result = cnilint.lint(".")
    assert result.to_json() == printed.out
    assert json.loads(result.to_json())["findings"][0]["rule"] == "CNI101"
    made_by_hand = Result((), (), (), 0, 0)
    with pytest.raises(UsageError, match="only the result of a run"):
        made_by_hand.to_json()


def test_what_is_public_is_shown_in_one_line(tmp_path: Path) -> None:
    placed(tmp_path, {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": OWNED})
    with chdir(tmp_path):
        result = cnilint.lint(".")
    (finding,) = result.findings
    assert repr(finding).startswith("<Finding CNI101 error multus.yaml:12:29: Multus (thick) has")
    assert repr(finding.fixes[0]) == "<Fix safe: pin the master: 10-aws.conflist>"
    assert repr(finding.location) == "<Location multus.yaml:12:29>"
    assert repr(result) == "<Result findings=1 clusters=1 sources=3>"
    for shown in (*result.findings, *result.clusters, *result.notes, finding.location.document):
        assert len(repr(shown)) < 500
        assert "\n" not in repr(shown)


def test_the_settings_are_read_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": OWNED}
    placed(tmp_path, {**files, ".cnilint.yaml": "ignore: CNI101\n", "other.yaml": "select: CNI2\n"})
    monkeypatch.chdir(tmp_path)
    manifests = list(files)
    assert len(cnilint.lint(manifests).findings) == 1
    assert cnilint.lint(manifests, config="auto").findings == ()
    assert cnilint.lint(manifests, config="other.yaml").findings == ()
    monkeypatch.setenv("CNILINT_IGNORE", "CNI2")
    assert len(cnilint.lint(manifests, config="auto").findings) == 1
    asked = cnilint.lint(manifests, config="auto", policy=cnilint.Policy(off=frozenset({"CNI101"})))
    assert asked.findings == ()
    placed(tmp_path, {".cnilint.yaml": "runtime: cri-o\nselct: x\n"})
    for function in (cnilint.lint, cnilint.inspect):
        with pytest.raises(ConfigurationError, match="did you mean 'select'"):
            function(manifests, config="auto")
    placed(tmp_path, {".cnilint.yaml": "runtime: cri-o\nbaseline: none.json\n"})
    assert cnilint.inspect(manifests, config="auto").clusters[0].runtime == "cri-o"
    named = cnilint.inspect(manifests, config="auto", runtime="containerd")
    assert named.clusters[0].runtime == "containerd"


def test_an_argument_there_is_not_is_refused(tmp_path: Path) -> None:
    placed(tmp_path, {"vpc.yaml": VPC})
    wrong: dict[str, Any] = {"runtme": "cri-o"}
    with pytest.raises(TypeError, match=r"lint\(\) got an unexpected keyword argument 'runtme'"):
        cnilint.lint(tmp_path, **wrong)
    of_lint: dict[str, Any] = {"policy": cnilint.Policy()}
    with pytest.raises(TypeError, match=r"inspect\(\) got an unexpected .* 'policy'"):
        cnilint.inspect(tmp_path, **of_lint)


def test_what_goes_wrong_is_an_exception_of_ours(tmp_path: Path) -> None:
    for function in (cnilint.lint, cnilint.inspect):
        with pytest.raises(NothingReadError):
            function([str(tmp_path)])
        with pytest.raises(ReadError):
            function([str(tmp_path / "none.yaml")])


def test_predict_answers_without_any_manifest() -> None:
    files = {
        "10-aws.conflist": '{"cniVersion": "0.4.0", "name": "aws-cni", "plugins": [{"type": "x"}]}'
    }
    found = cnilint.predict("containerd", files)
    assert (found.outcome, found.primary, found.network) == ("picked", "10-aws.conflist", "aws-cni")
    with pytest.raises(ValueError, match="unknown selector 'multus'"):
        cnilint.predict("multus", files)


def test_networks_answers_without_any_manifest() -> None:
    definition = {"namespace": "shop", "name": "net1", "config": '{"type": "macvlan"}'}
    found = cnilint.networks(
        "shop",
        {"k8s.v1.cni.cncf.io/networks": "net1@eth1"},
        [definition],
        version="v4.3.0",
        primary='{"name": "aws-cni", "plugins": [{"type": "aws-cni"}]}',
    )
    assert [one["name"] for one in found.load.ok or []] == ["aws-cni", "shop/net1"]
    assert found.add is not None
    assert [call["interface"] for call in found.add.ok or []] == ["eth0", "eth1"]


def test_the_types_are_those_that_callers_see(tmp_path: Path) -> None:
    """Mypy on a program that uses the interface, rightly and (where it says so) wrongly."""
    program = ROOT / "tests" / "typing" / "api.py"
    checking = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path)]
    done = subprocess.run(
        [*checking, "--config-file", str(ROOT / "pyproject.toml"), str(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "no issues found in 1 source file" in done.stdout
