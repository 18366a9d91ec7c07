"""What a shell offers, as functions and as the real shell shows it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cnilint.cli import completion
from cnilint.engine.ruleset import rules
from cnilint.report.formats import KNOWN
from tests.clusters import cnilint

IDS = [rule.id for rule in rules()]


def words(offers: object) -> list[str]:
    assert hasattr(offers, "__iter__")
    return [one if isinstance(one, str) else one[0] for one in offers]


def test_rules_are_offered_by_id_until_a_name_is_begun() -> None:
    assert words(completion.rules("")) == IDS
    assert words(completion.rules("CNI91")) == ["CNI910", "CNI911", "CNI912", "CNI913"]
    assert "master-not-pinned" in words(completion.rules("master-"))
    assert words(completion.rules("zzz")) == []


def test_behind_a_comma_the_next_rule_is_offered() -> None:
    assert words(completion.rules("CNI1,CNI910")) == ["CNI1,CNI910"]
    assert words(completion.rules("CNI1,CNI2,")) == [f"CNI1,CNI2,{one}" for one in IDS]


def test_every_offer_says_what_it_is() -> None:
    assert all(summary for _word, summary in completion.rules(""))
    assert all(title for _word, title in completion.products(""))


def test_a_rule_and_then_its_level() -> None:
    assert words(completion.severities("CNI91")) == ["CNI910", "CNI911", "CNI912", "CNI913"]
    levels = ["error", "warning", "note", "off"]
    for begun in ("CNI101", "CNI101="):
        assert words(completion.severities(begun)) == [f"CNI101={level}" for level in levels]
    assert words(completion.severities("CNI101=w")) == ["CNI101=warning"]
    assert words(completion.severities("CNI101=x")) == []


def test_formats_and_products() -> None:
    assert words(completion.formats("")) == list(KNOWN)
    assert words(completion.formats("js")) == ["json", "jsonl"]
    assert words(completion.products("multus")) == ["multus-thick=", "multus-thin="]


# The shell.


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_the_script_of_a_shell_is_shown_by_its_name(shell: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cnilint", "--show-completion", shell],
        capture_output=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"_CNILINT_COMPLETE" in done.stdout
    assert os.listdir(tmp_path) == []


def test_both_options_are_in_the_help(tmp_path: Path) -> None:
    text = cnilint("--help", folder=tmp_path).out
    assert "--install-completion" in text
    assert "--show-completion" in text


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ch", ["check"]),
        ("", ["check", "inspect", "version", "baseline", "config"]),
        ("check --stat", ["--statistics"]),
        ("check --output-format sar", ["sarif"]),
        ("check --select CNI91", ["CNI910", "CNI911", "CNI912", "CNI913"]),
        ("check --ignore CNI1,CNI910", ["CNI1,CNI910"]),
        ("check --fail-on n", ["note", "never"]),
        ("check --runtime cri", ["cri-o"]),
        ("inspect --output-format j", ["json"]),
        ("config sch", ["schema"]),
        ("baseline p", ["prune"]),
        ("check multus.y", []),
    ],
)
def test_bash_offers(line: str, offered: list[str], tmp_path: Path) -> None:
    tool = tmp_path / "cnilint"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cnilint "$@"\n')
    tool.chmod(0o755)
    script = f"""
    source <("{tool}" --show-completion bash)
    COMP_WORDS=(cnilint {line} {'""' if not line else ""})
    COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
    _cnilint_completion "{tool}"
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True, text=True)
    found = done.stdout.split()
    assert found == offered if line else set(offered) <= set(found)
