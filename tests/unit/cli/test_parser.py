"""The application that is made from the tables: commands found, explained, and out of the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from cnilint.cli.parser import application
from tests.clusters import VPC, cnilint, placed

EVERY: Any = typer.main.get_command(application())
GROUPS: dict[str, Any] = {
    name: found for name, found in EVERY.commands.items() if hasattr(found, "commands")
}
COMMANDS = [
    pytest.param(group, name, command, id=f"{group} {name}")
    for group, found in GROUPS.items()
    for name, command in found.commands.items()
]


def test_the_help_of_the_application_lists_them(tmp_path: Path) -> None:
    done = cnilint("--help", folder=tmp_path)
    assert done.code == 0
    assert "\n  baseline  Findings that were there before" in done.out
    assert "\n  config    The settings" in done.out
    assert "\n  check " in done.out


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_alone_says_what_it_has(group: str, tmp_path: Path) -> None:
    done = cnilint(group, folder=tmp_path)
    assert done.code == 2
    shown = done.out + done.err
    assert all(f"\n  {name} " in shown for name in GROUPS[group].commands)


@pytest.mark.parametrize(("group", "name", "command"), COMMANDS)
def test_the_help_of_a_command_tells_every_option(
    group: str,
    name: str,
    command: Any,  # noqa: ANN401  typer's own
    tmp_path: Path,
) -> None:
    done = cnilint(group, name, "--help", folder=tmp_path)
    assert done.code == 0
    assert done.out.startswith(f"Usage: cnilint {group} {name}")
    assert command.help.split(".")[0] in done.out
    for parameter in command.params:
        assert all(spelled in done.out for spelled in parameter.opts if spelled.startswith("--"))
        assert parameter.param_type_name != "option" or parameter.help


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["chekc"], "check"),
        (["baselin"], "baseline"),
        (["baseline", "wirte"], "write"),
        (["config", "shw"], "show"),
        (["check", "--baselin", "x"], "--baseline"),
        (["baseline", "write", "--selct", "x"], "--select"),
    ],
)
def test_a_mistyped_command_or_option_comes_with_a_suggestion(
    words: list[str], meant: str, tmp_path: Path
) -> None:
    done = cnilint(*words, folder=tmp_path)
    assert done.code == 2
    assert meant in done.err.partition("did you mean ")[2]


@pytest.mark.parametrize("command", ["check", "inspect", "rules", "version"])
def test_each_command_works_when_it_is_set_up_alone(command: str, tmp_path: Path) -> None:
    folder = placed(tmp_path, {"aws-node.yaml": VPC})
    assert cnilint(command, folder=folder).code == 0
    usage = cnilint(command, "--help", folder=folder)
    assert usage.out.startswith(f"Usage: cnilint {command}")


LOADED = """
import sys
sys.argv = ["cnilint", "check", sys.argv[1]]
from cnilint.cli import app
assert app.run() == 0
late = [name for name in sys.modules if name.startswith("cnilint.")]
print(*sorted(name.removeprefix("cnilint.") for name in late))
"""


@pytest.mark.parametrize("variable", ["", "CNILINT_CORPUS", "CNILINT_DEBUG"])
def test_a_plain_check_loads_none_of_what_only_settings_and_ignores_need(
    variable: str, tmp_path: Path
) -> None:
    folder = placed(tmp_path, {"aws-node.yaml": VPC})
    command = [sys.executable, "-c", LOADED, str(folder / "aws-node.yaml")]
    around = {name: value for name, value in os.environ.items() if not name.startswith("CNILINT_")}
    around |= {variable: "1"} if variable else {}  # one that no setting has
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True, env=around
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert {"config.settings", "engine.policy"} <= loaded
    for late in (
        "config.file",
        "config.options_and_environment",
        "config.text",
        "config.schema",
        "cli.config",
        "cli.baseline",
        "cli.watch",
        "files",
    ):
        assert late not in loaded
    assert not {"report.terminal.progress", "report.terminal.statistics"} & loaded
    for late in (
        "ignores.suppress",
        "ignores.written",
        "ignores.baseline",
        "globs",
        "ignores.identity",
    ):
        assert f"engine.{late}" not in loaded
