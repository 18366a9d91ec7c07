"""What README.md and docs/ tell a person to write works: files, inputs, hooks, options."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

import cnilint as cnilint_package
from cnilint import __version__
from cnilint.cli.parser import application
from cnilint.syntax.data import read_mapping
from tests.clusters import Done, cnilint, placed

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://)([^)#]+)")
ACTION: dict[str, Any] = read_mapping(str(CHECKOUT / "action.yml"))
HOOKS = re.findall(
    r"^- id: (\S+)$", (CHECKOUT / ".pre-commit-hooks.yaml").read_text(), re.MULTILINE
)
KINDS = (
    *(".pre-commit-config.yaml", ".gitlab-ci.yml", ".github/workflows/", ".cnilint.yaml"),
    "ACME101.yaml",
)


def blocks(language: str) -> list[tuple[Path, str]]:
    return [
        (page, text)
        for page in PAGES
        for found, text in BLOCK.findall(page.read_text("utf-8"))
        if found == language
    ]


def shown(kind: str, folder: Path) -> list[dict[str, Any]]:
    """Return the files of a kind that the pages show in full, read."""
    texts = [text for _page, text in blocks("yaml") if text.startswith(f"# {kind}")]
    assert texts, kind
    names = [f"{at}.yaml" for at in range(len(texts))]
    placed(folder, dict(zip(names, texts, strict=True)))
    return [read_mapping(str(folder / name)) for name in names]


def inside(value: object) -> Iterator[dict[str, Any]]:
    """Yield every mapping in a value."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value:  # type: ignore[attr-defined]
        if isinstance(each, dict | list):
            yield from inside(each)


def commands() -> list[tuple[str, list[str]]]:
    """Return the calls of cnilint in the pages' shell and YAML blocks, by page."""
    found = []
    for kind, (page, text) in (
        (k, block) for k in ("sh", "console", "yaml") for block in blocks(k)
    ):
        for line in text.replace("\\\n", " ").splitlines():
            if kind == "console" and not line.startswith("$ "):
                continue
            words = shlex.split(re.sub(r"^\s*(- |\$ )", "", line), comments=True, posix=True)
            for at, word in enumerate(words):
                command = words[at + 1 : at + 2]
                if word == "cnilint" and command and command[0] in COMMANDS:
                    rest = words[at + 1 :]
                    ends = [n for n, each in enumerate(rest) if each == "|" or each.startswith(">")]
                    found.append((page.name, rest[: min(ends, default=len(rest))]))
    return found


GROUP: Any = typer.main.get_command(application())
COMMANDS: dict[str, Any] = GROUP.commands


def test_every_page_is_looked_at() -> None:
    assert {page.name for page in PAGES} >= {"README.md", "argo-cd.md", "flux.md"}
    assert {page for page, _words in commands()} >= {"README.md", "argo-cd.md", "flux.md"}


@pytest.mark.parametrize(("page", "words"), commands(), ids=str)
def test_a_command_has_the_options_it_is_shown_with(page: str, words: list[str]) -> None:
    name, *rest = words
    parsed = COMMANDS[name].make_context(name, rest)
    assert parsed.command is COMMANDS[name], page


def test_a_block_of_yaml_says_which_file_it_is() -> None:
    for page, text in blocks("yaml"):
        first = text.partition("\n")[0]
        assert any(first.startswith(f"# {kind}") for kind in KINDS), (page.name, first)


def test_the_hooks_that_are_shown_exist_in_this_release(tmp_path: Path) -> None:
    for config in shown(".pre-commit-config.yaml", tmp_path):
        (source,) = (one for one in config["repos"] if one["repo"].endswith("/cnilint"))
        assert source["rev"] == f"v{__version__}"
        assert {hook["id"] for hook in source["hooks"]} <= set(HOOKS)
    text = (CHECKOUT / "README.md").read_text("utf-8")
    assert all(re.search(rf"\b{hook}\b", text) for hook in HOOKS)


def test_the_action_is_shown_with_inputs_and_outputs_it_has(tmp_path: Path) -> None:
    used = [
        (step, workflow)
        for workflow in shown(".github/workflows/", tmp_path)
        for step in inside(workflow)
        if str(step.get("uses", "")).startswith("cnilint/cnilint@")
    ]
    assert len(used) >= 3
    for step, workflow in used:
        assert step["uses"] == f"cnilint/cnilint@v{__version__}"
        assert set(step.get("with", {})) <= set(ACTION["inputs"])
        asked = re.findall(r"steps\.cnilint\.outputs\.([\w-]+)", str(workflow))
        assert set(asked) <= set(ACTION["outputs"])
        assert workflow["permissions"] == {}


def test_every_other_action_is_pinned_to_a_commit_and_named_the_same_everywhere() -> None:
    paths = [*PAGES, CHECKOUT / "action.yml", *CHECKOUT.glob(".github/workflows/*.yml")]
    texts = "\n".join(path.read_text("utf-8") for path in paths)
    pins: dict[str, set[str]] = {}
    for name, rest in re.findall(r"uses: ([\w./-]+)(@.*)", texts):
        if name != "cnilint/cnilint":
            assert re.fullmatch(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+", rest), name
            pins.setdefault(name, set()).add(rest)
    assert {"actions/checkout", "actions/setup-python"} <= set(pins)
    assert all(len(found) == 1 for found in pins.values()), pins


def test_the_gitlab_job_is_included_from_this_release(tmp_path: Path) -> None:
    for config in shown(".gitlab-ci.yml", tmp_path):
        (include,) = config["include"]
        path = include["remote"].partition(f"/cnilint/cnilint/v{__version__}/")[2]
        assert (CHECKOUT / path).is_file()
        template = (CHECKOUT / path).read_text("utf-8")
        assert all(name in template for name in config["variables"])


def test_the_card_that_is_shown_is_one_and_its_examples_are_as_it_says(tmp_path: Path) -> None:
    (text,) = [text for _page, text in blocks("yaml") if text.startswith("# ACME101.yaml\n")]
    placed(tmp_path, {"cards/ACME101.yaml": text})
    told = "ok    ACME101 cni-without-priority\n\n1 card: 1 passed\n"
    assert cnilint("test", "cards", folder=tmp_path) == Done(0, told, "")


@pytest.mark.parametrize(("page", "program"), blocks("python"), ids=lambda each: str(each)[-20:])
def test_a_program_that_is_shown_runs(page: Path, program: str) -> None:
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), page.name
    if "print(" in program:
        assert done.stdout


def test_the_page_about_the_library_names_all_that_is_public() -> None:
    text = (CHECKOUT / "docs" / "library.md").read_text("utf-8")
    public = set(vars(cnilint_package)["__all__"]) - {"__version__"}
    assert {name for name in public if not re.search(rf"\b{name}\b", text)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
