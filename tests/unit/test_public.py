"""The public interface: six functions and a version, loaded only when they are asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import cnilint
from cnilint.errors import NothingReadError, ReadError
from cnilint.upstream import multus_networks, selector
from cnilint.upstream.aws_vpc_cni import entrypoint
from tests.clusters import OWNED, VPC, multus, placed, places

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
    from cnilint.upstream import replay

    assert cnilint.lint is run.lint
    assert cnilint.inspect is run.inspect
    assert cnilint.networks is multus_networks.networks
    assert cnilint.predict is selector.predict
    assert cnilint.replay is replay.replay
    assert cnilint.vpc_cni is entrypoint.vpc_cni
    assert cnilint.__version__ == version("cnilint")


@pytest.mark.parametrize("name", ["fixx", "main", "_rules", "Result"])
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
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path)]
    done = subprocess.run(
        [*command, "--config-file", str(ROOT / "pyproject.toml"), str(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "no issues found in 1 source file" in done.stdout
