"""The Dockerfile: what it copies, what it leaves out, and whose rights its program has."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

from tests.integration.test_pre_commit import PUBLISHED

CHECKOUT = Path(__file__).resolve().parents[2]
TEXT = re.sub(r"\\\n\s*", "", (CHECKOUT / "Dockerfile").read_text("utf-8"))
INSTRUCTIONS = [
    tuple(line.split(None, 1)) for line in TEXT.splitlines() if line and not line.startswith("#")
]


def of(name: str) -> list[str]:
    return [rest for word, rest in INSTRUCTIONS if word == name]


def copied() -> set[str]:
    """Return what is copied from the checkout."""
    found = [rest.split()[:-1] for rest in of("COPY") if not rest.startswith("--from")]
    return {name for names in found for name in names}


def test_what_is_copied_is_all_that_a_build_needs_and_all_that_is_sent() -> None:
    lines = (CHECKOUT / ".dockerignore").read_text().splitlines()
    sent = {line[1:] for line in lines if line.startswith("!")}
    assert copied() == sent
    assert lines.index("*") < min(lines.index(f"!{name}") for name in sent)
    assert "**/__pycache__" in lines[lines.index("*") :]
    assert all((CHECKOUT / name).exists() for name in sent)
    # the hooks' tests install the package from just these
    assert sent == {"cnilint", "requirements", "rules", *PUBLISHED} - {".pre-commit-hooks.yaml"}


def test_the_image_is_slim_and_both_stages_have_the_same_python() -> None:
    bases = [rest.split()[0] for rest in of("FROM")]
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert fnmatchcase(bases[0], "python:3.[0-9][0-9]-slim-*@sha256:*")
    python = bases[0].removeprefix("python:").partition("-")[0]
    assert set(re.findall(r"/python(3\.\d+)/", TEXT)) == {python}
    # the environment is the only thing that comes from the first stage
    assert [rest for rest in of("COPY") if rest.startswith("--from")] == [
        "--from=build /opt/cnilint /opt/cnilint"
    ]


def test_it_runs_the_command_without_root_where_a_repository_is_mounted() -> None:
    (user,) = of("USER")
    identity, _colon, group = user.partition(":")
    assert int(identity) == int(group) >= 1000
    assert f"--uid {identity} " in TEXT
    assert of("WORKDIR")[-1] == "/src"
    assert of("ENTRYPOINT") == ['["cnilint"]']
    assert of("CMD") == ['["check"]']
    last = [word for word, _rest in INSTRUCTIONS]
    assert last.index("ENTRYPOINT") > len(last) - 1 - last[::-1].index("USER")
