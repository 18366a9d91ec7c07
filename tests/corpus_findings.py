"""Every error on a corpus of public manifests, each with why it is right: `corpus-findings.md`.

Published manifests are alternatives and are judged one by one, slices of repositories as a whole.
`python -m tests.corpus_findings [FOLDER]` writes the list anew and keeps the reasons that were
given; an error without one is to be read against the file, and gets its reason or is a fault.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from cnilint.errors import NothingReadError
from cnilint.model.finding import Level
from cnilint.run import lint
from tests.corpus import CORPUS

LIST = Path(__file__).with_name("corpus-findings.md")

HEAD = """\
# Errors on public manifests

Every error that cnilint finds on the corpus, and why it is right; written by `make corpus`. Each
published manifest is judged by itself, as if it were all there is in its cluster, each slice of a
repository as a whole.

| where | rule | what it says | why it is right |
|---|---|---|---|
"""

UNREAD = "(not read yet)"

_ROW = re.compile(r"\| (.+?) \| (CNI\d+) \| (.+) \| (.+?) \|")


class Row(NamedTuple):
    """An error: the file, the rule, and what the finding says of it."""

    path: str
    rule: str
    message: str


def errors(corpus: Path) -> list[Row]:
    """Return the errors on a corpus, each once, by their files.

    Raises FileNotFoundError where there is no corpus.
    """
    if not (corpus / "manifests").is_dir():
        raise FileNotFoundError(f"there is no corpus at {corpus}")
    here = Path.cwd()
    found: dict[Row, None] = {}
    try:
        os.chdir(corpus)
        for unit in _units():
            found |= dict.fromkeys(_of(unit))
    finally:
        os.chdir(here)
    return sorted(found)


def written(found: list[Row], reasons: Mapping[Row, str]) -> str:
    """Return the list as a page; an error without a reason is marked as such."""
    rows = [f"| {r.path} | {r.rule} | {r.message} | {reasons.get(r, UNREAD)} |\n" for r in found]
    return HEAD + "".join(rows)


def known(page: str) -> dict[Row, str]:
    """Return the reasons that a page has."""
    rows = (_ROW.fullmatch(line) for line in page.splitlines())
    return {Row(one[1], one[2], one[3]): one[4] for one in rows if one is not None}


def _units() -> Iterator[Path]:
    """Yield what is judged together: a published manifest, or a slice of a repository."""
    for folder in sorted(Path("manifests").iterdir()):
        if folder.is_dir():
            yield from sorted(one for one in folder.rglob("*") if one.suffix in (".yaml", ".yml"))
    yield from sorted(one for one in Path("gitops").iterdir() if one.is_dir())


def _of(unit: Path) -> Iterator[Row]:
    try:
        result = lint(unit)
    except NothingReadError:
        return
    for one in result.findings:
        if one.level is Level.ERROR:
            message = " ".join(one.message.split()).replace("|", "\\|")
            yield Row(Path(one.location.source.path).as_posix(), one.rule, message)


def main() -> None:
    """Write the list for the corpus that is named, or for the one that tests use."""
    corpus = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    reasons = known(LIST.read_text("utf-8")) if LIST.is_file() else {}
    found = errors(corpus)
    LIST.write_text(written(found, reasons), "utf-8")
    unread = sum(one not in reasons for one in found)
    print(f"{LIST.name}: {len(found)} errors, {unread} of them without a reason")


if __name__ == "__main__":
    main()
