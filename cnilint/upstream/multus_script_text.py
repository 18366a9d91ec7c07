"""What Multus v3's script makes of its master: the text of 00-multus.conf, or its own end.

The script parses with Python, so Python's reader of JSON is the model here, and not Go's.
Source: k8snetworkplumbingwg/multus-cni@v3.2, v3.3, v3.7, v3.9 and v3.9.3:images/entrypoint.sh
generateMultusConf, checkCniVersion
"""

from __future__ import annotations

import json

from .multus_releases import Traits
from .multus_script_options import ScriptEnd, ScriptOptions, is_true, words

_LOG_LEVELS = ("debug", "error", "panic", "verbose")


def generated(master: str, chosen: ScriptOptions, ways: Traits, *, python_3: bool) -> str:
    """Return the text of 00-multus.conf; ScriptEnd where the script ends instead.

    `echo` leaves one space of every white space, in the master's text too.
    """
    try:
        name = _network_name(master, chosen, ways, python_3=python_3)
        capabilities = _capabilities(json.loads(master)) if ways.reads_capabilities else ""
        if ways.needs_cni_version:
            _check_version(master, chosen.cni_version)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise ScriptEnd("master-unreadable") from None
    return " ".join(words(_text(chosen, name, capabilities, master))) + "\n"


def check_log_level(chosen: ScriptOptions) -> None:
    """End where the level is none; one of blanks counts as not given."""
    if chosen.log_level.replace(" ", "") and chosen.log_level not in _LOG_LEVELS:
        raise ScriptEnd("invalid-flag")


def _network_name(master: str, chosen: ScriptOptions, ways: Traits, *, python_3: bool) -> str:
    if not is_true(chosen.override_name):
        return "multus-cni-network"
    if ways.needs_python_2 and python_3:
        raise ScriptEnd("crash")
    return str(json.loads(master)["name"])


def _capabilities(master: object) -> str:
    """Return the member with the capabilities that are turned on; it raises what Python does.

    For a single plugin the script goes through the keys as if they were pairs, so that any name
    that has not exactly two letters ends it.
    """
    pairs: list[tuple[object, object]] = []
    if _has(master, "plugins"):
        for plugin in _iterated(_member(master, "plugins")):
            if _has(plugin, "capabilities"):
                declared = _member(plugin, "capabilities")
                if not isinstance(declared, dict):
                    raise TypeError(declared)
                pairs += declared.items()
    elif _has(master, "capabilities"):
        for pair in _iterated(_member(master, "capabilities")):
            name, on = _iterated(pair)
            pairs.append((name, on))
    enabled = {name: on for name, on in pairs if on}
    return f'"capabilities": {json.dumps(enabled)},' if enabled else ""


def _has(value: object, key: str) -> bool:
    """Return Python's `in`: a member's name, an item, or a part of a text."""
    if not isinstance(value, (dict, list, str)):
        raise TypeError(value)
    return key in value


def _member(value: object, key: str) -> object:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value[key]


def _iterated(value: object) -> list[object]:
    if not isinstance(value, (dict, list, str)):
        raise TypeError(value)
    return list(value)


def _check_version(master: str, own: str) -> None:
    """End if the own CNI version is 0.4.0 or later and the master's is not; both must be there."""
    master.encode()  # Python refuses to read what is not UTF-8
    try:
        top = _numbers((words(own) or [""])[0])
        nested = _numbers(json.loads(master)["cniVersion"])
    except (ValueError, TypeError, LookupError, AttributeError):
        raise ScriptEnd("cni-version-missing") from None
    if top >= _SINCE_CHECKED > nested:
        raise ScriptEnd("cni-version-incompatible")


_SINCE_CHECKED = [0, 4, 0]


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def _text(chosen: ScriptOptions, name: str, capabilities: str, master: str) -> str:
    """Return the configuration before `echo`: values go in as they are, whatever is in them."""
    members = [
        ("cniVersion", chosen.cni_version),
        ("globalNamespaces", chosen.global_namespaces),
        ("logLevel", chosen.log_level),
        ("logFile", chosen.log_file),
        ("binDir", chosen.additional_bin_directory),
        ("readinessindicatorfile", chosen.readiness_file),
    ]
    texts = {key: f'"{key}": "{value}",' for key, value in members if value}
    lines = [
        texts.get("cniVersion", ""),
        f'"name": "{name}",',
        '"type": "multus",',
        capabilities,
        '"namespaceIsolation": true,' if is_true(chosen.isolation) else "",
        texts.get("globalNamespaces", ""),
        '"logToStderr": false,' if chosen.log_to_stderr == "false" else "",
        *(texts.get(key, "") for key in ("logLevel", "logFile", "binDir")),
        texts.get("readinessindicatorfile", ""),
        f'"kubeconfig": "{chosen.kubeconfig}",',
    ]
    # a variable of the shell holds no NUL, and loses the newlines at its end
    content = master.replace("\0", "").rstrip("\n")
    return "\n".join(["{", *lines, '"delegates": [', content, "]", "}"])
