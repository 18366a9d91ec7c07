"""Every file that a run opens is its repository's or its own, and no run asks a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clusters import VPC, multus, placed

HOUSE = Path(__file__).resolve().parents[2]
SPY = """
import json, os, sys
seen, opened, asked = sys.argv.pop(1), set(), []

def noted(event, arguments):
    if event == "open" and not isinstance(arguments[0], int):
        opened.add(os.path.realpath(os.fsdecode(arguments[0])))
    elif event.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system")):
        asked.append(event)

sys.addaudithook(noted)
from cnilint.cli.app import run
code = run()
with open(seen, "w") as file:
    json.dump({"code": code, "opened": sorted(opened), "asked": asked}, file)
"""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check",), 1),
        (("check", "--diff"), 1),
        (("check", "--fix"), 0),
        (("check", "--output-format", "sarif:out.sarif"), 1),
        (("check", "--output-format", "html:out.html", "--output-format", "junit:out.xml"), 1),
        (("check", "--output-format", "markdown", "--statistics"), 1),
        (("check", "--patch-dir", "patches", "--unsafe-fixes"), 1),
        (("check", "--scope", "file"), 0),
        (("inspect",), 0),
        (("clusters",), 0),
        (("rule", "CNI101"), 0),
        (("config", "init"), 0),
        (("config", "schema"), 0),
        (("rules",), 0),
        (("config", "show"), 0),
        (("baseline", "write"), 0),
    ],
)
def test_nothing_is_opened_outside(words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    home = placed(tmp_path / "home", {"secret.yaml": "a: 1\na: 2\n"})
    checkout = placed(tmp_path / "checkout", {"multus.yaml": multus(), "aws-node.yaml": VPC})
    (checkout / ".git").mkdir()
    for at, target in enumerate(
        ("../home", "../home/secret.yaml", "/etc/passwd", "/proc/self/environ")
    ):
        (checkout / f"{at}.yaml").symlink_to(target)
    seen = tmp_path / "seen.json"
    temporary = tmp_path / "temporary"  # where a rule's examples are tried
    temporary.mkdir()
    own_places = {"HOME": str(home), "TMPDIR": str(temporary)}
    environment = {**os.environ, "PYTHONPATH": str(HOUSE), **own_places}
    command = (sys.executable, "-c", SPY, str(seen), *words)
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, check=True)
    found = json.loads(seen.read_text())
    assert found["code"] == code, done.stderr
    assert found["asked"] == []
    own = {os.path.realpath(each) for each in (sys.prefix, sys.base_prefix, HOUSE, checkout)}
    own.add(str(temporary))
    own |= {str(seen), os.devnull}
    strange = [
        path
        for path in found["opened"]
        if not any(path == each or path.startswith(os.path.join(each, "")) for each in own)
    ]
    assert strange == []
    assert list(temporary.iterdir()) == []
    reads = words[0] in ("check", "inspect", "clusters", "baseline")
    assert (str(checkout / "multus.yaml") in found["opened"]) == reads
