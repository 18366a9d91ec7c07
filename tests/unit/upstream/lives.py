"""Short words for the lives of installers."""

from __future__ import annotations

import json
from collections.abc import Mapping

from cnilint.upstream.replay import replay

AWS = '{"cniVersion": "0.4.0", "name": "aws-cni", "plugins": [{"type": "aws-cni"}]}'
CALICO = '{"cniVersion": "0.3.1", "name": "calico", "plugins": [{"type": "calico"}]}'
MULTUS = '{"cniVersion": "0.3.1", "name": "multus-cni-network", "type": "multus-shim"}'
BROKEN = "{oops"

START = {"op": "start"}
STOP = {"op": "stop"}


def write(name: str, content: str) -> dict[str, str]:
    return {"op": "write", "file": name, "content": content}


def write_in_place(name: str, content: str) -> dict[str, str]:
    return {"op": "write_in_place", "file": name, "content": content}


def remove(name: str) -> dict[str, str]:
    return {"op": "remove", "file": name}


def rename(name: str, to: str) -> dict[str, str]:
    return {"op": "rename", "file": name, "to": to}


def types(text: str) -> list[str] | str:
    """Return the types of a list's plugins, or the type of a single one."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    if "plugins" in found:
        return [plugin["type"] for plugin in found["plugins"]]
    return str(found["type"])


def last(
    selector: str,
    *ops: Mapping[str, object],
    before: Mapping[str, str] | None = None,
    **env: str,
) -> tuple[object, dict[str, list[str] | str]]:
    """Return the status and the types in each file, after all that happened."""
    settings = {"env": env} if env else {}
    state = replay(selector, ops, before=before, settings=settings)[-1]
    files = state["files"]
    assert isinstance(files, dict)
    return state["status"], {name: types(text) for name, text in files.items()}
