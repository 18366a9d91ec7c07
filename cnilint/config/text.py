"""Settings for people: where each is from, and a file to begin with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap

from cnilint.engine.ignores.ignore import Ignore
from cnilint.shown import inert, visible

from .options import OptionEntry, Settings, in_file
from .settings import BUILT_IN

WIDTH = 98


def template() -> str:
    """Return a file of configuration in which every setting is explained and none is set."""
    parts = ["## Settings of cnilint: take away the # before those that you want."]
    for key, one in _told():
        example = f"{key}: {one.option.example or one.default}"
        lines = [f"## {line}" for line in wrap(one.option.help, WIDTH)]
        lines += [f"# {line.rstrip()}" for line in example.splitlines()]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def shown(chosen: Settings) -> str:
    """Return one line a setting: its name, its value and where that is from."""
    rows = [tuple(map(visible, row)) for row in _rows(chosen)]
    widths = [max(len(row[at]) for row in rows) for at in (0, 1)]
    return "".join(
        inert(f"{name:{widths[0]}}  {value:{min(widths[1], WIDTH)}}  {origin}\n")
        for name, value, origin in rows
    )


def _told() -> Iterator[tuple[str, OptionEntry]]:
    return ((key, one) for key, one in in_file().items() if one.option.exposed)


def _rows(chosen: Settings) -> Iterator[tuple[str, str, str]]:
    for key, one in _told():
        name, value = one.name, getattr(chosen, one.name)
        if isinstance(value, Mapping) and value:
            for inner, each in value.items():
                origin = chosen.origins.get((name, inner), BUILT_IN)
                yield f"{key}.{inner}", _text(each), origin
        elif name == "ignores" and value:
            for ignore in value:
                line = ignore.location.source.position(ignore.location.span.start).line
                yield key, _entry(ignore), f"{ignore.location.source.path}:{line}"
        else:
            yield key, _text(value), chosen.origins.get((name,), BUILT_IN)


def _entry(one: Ignore) -> str:
    rules = ",".join(word.text for word in one.words)
    about = [f"{key}={text}" for key, text in one.scope._asdict().items() if text]
    until = [f"until {one.until}"] if one.until else []
    return " ".join([rules, *about, *until])


def _text(value: object) -> str:
    if not value:
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
