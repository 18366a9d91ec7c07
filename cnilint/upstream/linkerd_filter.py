"""The two jq programs of Linkerd's script: one chains its plugin, one takes it out again.

jq prints what comes of each value of a file, goes on behind one that it cannot work on, and fails
in the end if that was the last, or if it cannot read on.
Sources: linkerd/linkerd2-proxy-init@cni-plugin/v1.6.8:cni-plugin/deployment/scripts/filter.jq and
install-cni.sh cleanup; jqlang/jq@jq-1.7.1:src/main.c and jv_aux.c (which types an operator takes).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache

from cnilint.start import NamedTuple

from .jq import JqError, Value, read, read_before_error


class Printed(NamedTuple):
    """What a run of jq leaves: its output without the last line break, and whether it failed."""

    text: str
    failed: bool


@lru_cache(maxsize=1024)
def chained(config: str, plugin: str, kind: str) -> Printed:
    """Return a configuration with the plugin at its end, without those of its type before.

    `plugin` is its JSON text, `kind` its type. A single plugin becomes a list.
    """
    try:
        added = read(plugin)
    except JqError:
        added = []
    if len(added) != 1:
        return Printed("", failed=True)
    return _run(config, lambda value: _chained(value, added[0], kind))


@lru_cache(maxsize=1024)
def unchained(config: str, kind: str) -> Printed:
    """Return a configuration without the plugins of a type."""
    return _run(config, lambda value: _unchained(value, kind))


def _run(text: str, program: Callable[[Value], Value]) -> Printed:
    values, unread = read_before_error(text)
    printed, failed = "", False
    for value in values:
        result = _result(value, program)
        printed, failed = printed + (result or ""), result is None
    return Printed(printed.rstrip("\n"), failed or unread is not None)


def _result(value: Value, program: Callable[[Value], Value]) -> str | None:
    """Return what jq prints for one value, None if it fails at it."""
    try:
        return json.dumps(program(value), indent=2, ensure_ascii=False) + "\n"
    except JqError:
        return None


def _chained(value: Value, plugin: Value, kind: str) -> Value:
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise JqError("Cannot check whether the value has a string key")
    if "type" in value:
        single = {key: member for key, member in value.items() if key != "cniVersion"}
        return {"plugins": [single, plugin], "name": "k8s-pod-network", "cniVersion": "0.3.0"}
    plugins = _plugins_without(value, kind)
    if plugins is not None and not isinstance(plugins, list):
        raise JqError("the value and an array cannot be added")
    return {**value, "plugins": [*(plugins or []), plugin]}


def _unchained(value: Value, kind: str) -> Value:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise JqError('Cannot index the value with "plugins"')
    if not isinstance(value.get("plugins"), (list, dict)):
        return value
    return {**value, "plugins": _plugins_without(value, kind)}


def _plugins_without(value: dict[str, object], kind: str) -> object:
    plugins = value.get("plugins")
    if isinstance(plugins, list):
        return [plugin for plugin in plugins if not _is(plugin, kind)]
    if isinstance(plugins, dict):
        return {key: plugin for key, plugin in plugins.items() if not _is(plugin, kind)}
    return plugins


def _is(plugin: object, kind: str) -> bool:
    if plugin is None:
        return False
    if not isinstance(plugin, dict):
        raise JqError('Cannot index the plugin with "type"')
    return plugin.get("type") == kind
