"""Settings for people: where each is from, and a file to begin with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap

from cnilint.engine.ignores.ignore import Ignore

from .file import schema
from .settings import BUILT_IN, SETTINGS, Settings

WIDTH = 98

EXAMPLES: Mapping[str, str] = {
    "select": "[CNI1, CNI2]",
    "ignore": "[CNI905]",
    "severity": "{CNI102: error, CNI913: warning}",
    "per-file-ignores": "{'examples/**': [CNI1]}",
    "ignores": """
  - rule: CNI101
    kind: ConfigMap
    name: multus-daemon-config
    reason: the image of these nodes comes with one file
    expires: 2026-12-31""",
    "baseline": ".cnilint-baseline.json",
    "output-format": "[full, 'sarif:cnilint.sarif']",
    "host-files": "[87-podman-bridge.conflist]",
    "targets": "{multus: 4.1.4, vpc-cni: '1.19', cilium: '1.17'}",
    "primary": "10-aws.conflist",
    "rules-dirs": "[cni-rules]",
}
"""What stands in a new file where the built-in value shows nothing."""


def template() -> str:
    """Return a file of configuration in which every setting is explained and none is set."""
    parts = ["## Settings of cnilint: take away the # before those that you want."]
    for key, shape in schema()["properties"].items():
        example = f"{key}: {EXAMPLES.get(key, shape['default'])}"
        lines = [f"## {line}" for line in wrap(shape["description"], WIDTH)]
        lines += [f"# {line.rstrip()}" for line in example.splitlines()]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def shown(chosen: Settings) -> str:
    """Return one line a setting: its name, its value and where that is from."""
    rows = list(_rows(chosen))
    widths = [max(len(row[at]) for row in rows) for at in (0, 1)]
    return "".join(
        f"{name:{widths[0]}}  {value:{min(widths[1], WIDTH)}}  {origin}\n"
        for name, value, origin in rows
    )


def _rows(chosen: Settings) -> Iterator[tuple[str, str, str]]:
    for name in SETTINGS:
        value, key = getattr(chosen, name), name.replace("_", "-")
        if isinstance(value, Mapping) and value:
            for inner, each in value.items():
                origin = chosen.origins.get((name, inner), BUILT_IN)
                yield f"{key}.{inner}", _text(each), origin
        elif name == "ignores" and value:
            for one in value:
                line = one.location.source.position(one.location.span.start).line
                yield key, _entry(one), f"{one.location.source.path}:{line}"
        else:
            yield key, _text(value), chosen.origins.get((name,), BUILT_IN)


def _entry(one: Ignore) -> str:
    rules = ",".join(word.text for word in one.words)
    about = [f"{key}={text}" for key, text in one.scope._asdict().items() if text]
    until = [f"until {one.until}"] if one.until else []
    return " ".join([rules, *about, *until])


def _text(value: object) -> str:
    if isinstance(value, str):
        return value or "-"
    return ", ".join(map(str, value)) if isinstance(value, tuple) and value else "-"
