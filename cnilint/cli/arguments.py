"""The words of a command line before and after they are parsed: several values, clear mistakes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cnilint.config.options import spelled
from cnilint.errors import did_you_mean, nearest_word

_NOT_ONE_OF = r"'(?P<word>[^']*)' is not one of "
_NO_COMMAND = r"No such command '(?P<word>.*?)'"


def _is_setting(word: str) -> bool:
    return "=" in word.strip("=") and "/" not in word


def _is_rules(word: str) -> bool:
    from cnilint.engine.policy import standing_for

    return all(map(standing_for, filter(None, word.split(","))))


def _is_format(word: str) -> bool:
    from cnilint.report.formats import KNOWN

    return word.partition(":")[0] in KNOWN


_FURTHER: Mapping[str, Callable[[str], bool]] = {
    "products": _is_setting,
    "severities": _is_setting,
    "patterns": lambda word: "=" in word.strip("="),
    "rules": _is_rules,
    "formats": _is_format,
}
"""What a further value behind an option looks like, by what its values are."""


def further(word: str) -> Callable[[str], bool] | None:
    """Return what a further value behind an option looks like; None if it can have none there."""
    one = spelled(word, lambda one: bool(one.option.words) and one.spelled == word)
    return None if one is None else _FURTHER[one.option.words]


def spread(words: Iterable[str]) -> list[str]:
    """Return words with an option before each of its values: `--target a=1 b=2` has two.

    A word that is the path of something is a path.
    """
    found: list[str] = []
    option, waiting = "", False
    looks: Callable[[str], bool] | None = None
    for word in words:
        name, equals, _value = word.partition("=")
        if word.startswith("-"):
            option, looks = name, further(name)
            waiting = looks is not None and not equals
        elif waiting:
            waiting = False
        elif looks is not None and not os.path.lexists(word) and looks(word):
            found.append(option)
        else:
            looks = None
        found.append(word)
    return found


def told(mistake: Any) -> str:  # noqa: ANN401  typer's own
    """Return in one line what is wrong with a command line, and what may have been meant."""
    message = str(mistake.format_message())
    context = getattr(mistake, "ctx", None)
    if context is None:
        return _begun_small(message)
    command, path = context.command, context.command_path
    said, hint = _begun_small(message), ""
    if hasattr(mistake, "possibilities"):
        said = f"no option {mistake.option_name!r}"
        hint = _near_option(mistake.option_name, command, path)
    elif found := re.match(_NO_COMMAND, message):
        said = f"no command {found['word']!r}"
        hint = _near_command(found["word"], command, path)
    elif found := re.search(_NOT_ONE_OF, message):
        words = [str(getattr(each, "value", each)) for each in mistake.param.type.choices]
        option = max(mistake.param.opts, key=len)
        said = f"{option} takes one of {', '.join(words)}, not {found['word']!r}"
        return said + did_you_mean(found["word"], words)
    return said + (hint or f" (`{path} --help` lists what there is)")


def _near_option(option: str, command: Any, path: str) -> str:  # noqa: ANN401  typer's own
    known = [each for param in command.params for each in param.opts if each.startswith("--")]
    near = nearest_word(option, known)
    commands = getattr(command, "commands", {})
    if near or "check" not in commands:
        return f", did you mean {near!r}?" if near else ""
    others = [each for param in commands["check"].params for each in param.opts]
    return f", did you mean `{path} check {option}`?" if option in others else ""


def _near_command(word: str, command: Any, path: str) -> str:  # noqa: ANN401  typer's own
    if os.path.lexists(word) and "check" in command.commands:
        from cnilint.quoting import shell_word

        return f", did you mean `{path} check {shell_word(word)}`?"
    return did_you_mean(word, command.commands)


def _begun_small(message: str) -> str:
    return (message[:1].lower() + message[1:]).rstrip(".")
