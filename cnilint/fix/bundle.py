"""The folder of what is handed over: patches, values, a kustomization, and what each does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from cnilint.confine import file_behind, read_file
from cnilint.errors import UsageError
from cnilint.gitops.kustomization import FILE_NAMES
from cnilint.model.finding import Edit, Operation
from cnilint.model.text import Source
from cnilint.model.tree import Document, Value, child, descend, items, string
from cnilint.quoting import shell_word
from cnilint.syntax.collect import decode
from cnilint.syntax.compose import compose
from cnilint.syntax.rewrite import CannotEdit, apply, rewrite
from cnilint.syntax.style import BlockStyle, block_lines

from .options import Handout

FOLDER = "cnilint-patches"
"""Where the files are shown in a diff when no folder is named."""

MARK = "# Made by `cnilint check --patch-dir`; it is written anew each time.\n"
README = "README.md"
TITLE = "# Patches by cnilint\n"

_INTRODUCTION = """
Each was tried on the manifests that were read: its finding is gone, and no new one appears.
"""

_COMPONENT = """
Kustomize: name this folder in the overlay that is built, behind what it has there already:

```yaml
components:
  - {folder}
```

The patches select objects by their names before `namePrefix` and `nameSuffix` of that overlay. For
objects that Helm renders, build its output with this component (a post-renderer; `postRenderers` in
a Flux HelmRelease).
"""

_VALUES = """
Helm: give the values behind all others, `--values {values}`, or merge them into your own.
"""


def bundle(handouts: Sequence[Handout], folder: str) -> list[tuple[Source | None, Source]]:
    """Return the files of a folder before (None: not there yet) and after the handouts are in it.

    A kustomization that is there and was not made by cnilint gets the patches as further entries.
    UsageError for a file in the way that cannot be read, or cannot be added to.
    """
    if not handouts:
        return []
    texts = {one.file: one.text for one in handouts}
    patches = [one for one in handouts if one.target is not None]
    if patches:
        name, text = _kustomization(patches, folder)
        texts[name] = text
    texts[_readme_name(folder)] = "".join(_readme(handouts, folder))
    return list(_changed(texts, folder))


def _changed(texts: dict[str, str], folder: str) -> Iterator[tuple[Source | None, Source]]:
    for name, text in texts.items():
        path = os.path.join(folder, name)
        old = _present(path)
        if old is None or old.text != text:
            yield old, Source(path, text)


def _kustomization(patches: Sequence[Handout], folder: str) -> tuple[str, str]:
    """Return the name and text of the folder's kustomization with an entry for each patch."""
    entries: list[Value] = [_entry(one) for one in patches]
    for name in FILE_NAMES:
        present = _present(os.path.join(folder, name))
        if present is None or present.text.startswith(MARK):
            continue
        return name, _with_entries(present, entries)
    content: dict[str, Value] = {
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
        "patches": entries,
    }
    lines = block_lines(content, 0, BlockStyle(dash=2))
    return FILE_NAMES[0], MARK + "".join(f"{line}\n" for line in lines)


def _entry(one: Handout) -> Value:
    selected = one.target._asdict() if one.target is not None else {}
    target: dict[str, Value] = {key: value for key, value in selected.items() if value}
    return {"path": one.file, "target": target}


def _with_entries(present: Source, entries: Sequence[Value]) -> str:
    """Return somebody's kustomization with entries added to its patches."""
    document = next((d for d in compose(present) if isinstance(d, Document)), None)
    if document is None:
        raise UsageError(f"{present.path} cannot be read as a kustomization")
    listed = descend(document.root, "patches")
    known = [string(child(item, "path")) for item in items(listed)]
    new = [one for one in entries if isinstance(one, dict) and one["path"] not in known]
    edits = [Edit(document, ("patches", -1), Operation.ADD, one) for one in new]
    if new and listed is None:
        edits = [Edit(document, ("patches",), Operation.ADD, list(new))]
    made = rewrite(document, edits)
    if isinstance(made, CannotEdit):
        raise UsageError(f"{present.path} cannot be added to: {made.reason}")
    return apply(present.text, made)


def _readme_name(folder: str) -> str:
    """Return a name that no file of somebody else has."""
    present = _present(os.path.join(folder, README))
    return README if present is None or present.text.startswith(TITLE) else "cnilint.md"


def _readme(handouts: Sequence[Handout], folder: str) -> Iterator[str]:
    yield TITLE + _INTRODUCTION
    if any(one.target is not None for one in handouts):
        yield _COMPONENT.format(folder=os.path.basename(os.path.normpath(folder)))
    for one in handouts:
        yield f"\n## {one.file}\n\n{one.subject} ({one.why}).\n\n"
        for cure in one.cures:
            yield f"- {cure.rule} {cure.name}: {cure.title}\n"
        if one.chart:
            yield _VALUES.format(values=shell_word(os.path.join(folder, one.file)))


def _present(path: str) -> Source | None:
    try:
        content = read_file(file_behind(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    found = decode(path, content)
    if not isinstance(found, Source):
        raise UsageError(f"{path} cannot be read: {found.reason}")
    return found
