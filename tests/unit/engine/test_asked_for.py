"""What the code may ask for objects by is read off the code, and kept as long as it is the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnilint.engine import asked_for
from cnilint.engine.asked_for import said_in

CODE = '''
"""Documentation of a DocumentedKind, in documented.group/v1."""

__all__ = ["ListedKind"]

WIDGET = "Widget"
"""A constant, and no KindOfAConstant."""

def check(one):
    "Another DocumentedKind"
    return one.kind in {"Gadget", WIDGET} and one.version == f"{one.x}.parts.example.org/v1"
    return one.version.startswith("eks.") or one.name == "the-name" or "A sentence" or "UPPER"
'''


def test_the_texts_of_code_are_read_and_its_documentation_is_not() -> None:
    found = said_in(CODE)
    assert found.kinds == {"Widget", "Gadget"}
    assert found.groups == {"eks."}
    assert {"the-name"} <= found.names
    assert not any("documented" in one for group in found for one in group)


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("karpenter.k8s.aws/v1", "karpenter.k8s.aws"),
        ("/karpenter.k8s.aws", "karpenter.k8s.aws"),
        ("eks.", "eks."),
        ("apps/v1", None),
        (".example.org", None),
        ("1.2.3", None),
        ("v1.", None),
    ],
)
def test_a_group_has_a_dot_and_a_letter(text: str, group: str | None) -> None:
    assert said_in(f"x = {text!r}").groups == ({group} if group else set())


def test_what_the_code_asks_for_today_is_found() -> None:
    found = asked_for.asked_for()
    assert {"DaemonSet", "ConfigMap", "NodePool", "HelmRelease", "Application"} <= found.kinds
    assert {"toolkit.fluxcd.io", "eks.", "eksctl.io"} <= found.groups
    assert {"amazon-vpc-cni", "cluster-network-unreadable"} <= found.names
    assert not {"Ingress", "SealedSecret"} & found.kinds


def test_a_module_that_changes_is_read_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("cnilint.engine.asked_for.package_folder", lambda: str(tmp_path))
    monkeypatch.setattr("cnilint.syntax.data_cache.package_folder", lambda: str(tmp_path))
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "aside.py").write_text("x = 'Elsewhere'\n")
    module = tmp_path / "one.py"
    for kind in ("First", "Another"):
        module.write_text(f"x = {kind!r}\n")
        assert [one["kinds"] for one in asked_for.modules()] == [[kind]]
    (kept,) = (tmp_path / "__pycache__").iterdir()
    assert json.loads(kept.read_text())["data"] == asked_for.modules()
    monkeypatch.setattr("cnilint.engine.asked_for._read", lambda _path: pytest.fail("read again"))
    assert [one["kinds"] for one in asked_for.modules()] == [["Another"]]


def test_every_group_has_a_dot_as_no_group_without_one_is_looked_up() -> None:
    assert all("." in one for one in asked_for.asked_for().groups)
