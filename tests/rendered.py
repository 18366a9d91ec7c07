"""What was built or rendered, in a form in which equal means the same to Kubernetes."""

from __future__ import annotations

import json
from typing import Any

from cnilint.engine.kustomize_patch import MERGE_KEYS
from cnilint.kube.manifest import ORIGIN_ANNOTATION
from cnilint.model.text import Source
from cnilint.model.tree import Document, plain
from cnilint.syntax.compose import compose


def objects(text: str, *, json_as_value: bool = False) -> dict[tuple[str, ...], Any]:
    """Return the objects of a text by kind, namespace and name.

    Of JSON in a string only the value counts, where that is asked for.
    """
    found: dict[tuple[str, ...], Any] = {}
    for document in compose(Source("built.yaml", text)):
        assert isinstance(document, Document), document
        whole: Any = plain(document.root)
        metadata = whole.get("metadata") or {}
        (metadata.get("annotations") or {}).pop(ORIGIN_ANNOTATION, None)
        if metadata.get("annotations") == {}:
            del metadata["annotations"]
        found[whole["kind"], metadata.get("namespace", ""), metadata["name"]] = unordered(
            whole, "", json_as_value
        )
    return found


def unordered(value: Any, field: str, json_as_value: bool) -> Any:  # noqa: ANN401
    """Return a value with the lists sorted whose items Kubernetes tells apart by a key."""
    if isinstance(value, dict):
        return {key: unordered(item, key, json_as_value) for key, item in value.items()}
    if isinstance(value, list):
        items = [unordered(item, "", json_as_value) for item in value]
        key = MERGE_KEYS.get(field)
        return sorted(items, key=lambda item: str(item.get(key))) if key else items
    if json_as_value and isinstance(value, str) and value.lstrip().startswith("{"):
        return json.loads(value)
    return value
