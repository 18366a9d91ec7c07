"""A `cnilint check` with common options, for which nothing that reads a command line is loaded.

That would be a third of a whole run on one manifest. Which options there are is said by the table
of options. What is out of the ordinary, such as a mistake or a question for help, is left to the
whole command line; `tests/unit/cli/test_plain.py` holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.config.options import OptionEntry, spelled

from .ending import ended
from .request import Request

COMMAND = "check"


def read(words: Sequence[str]) -> Request | None:
    """Return what a command line asks for; None for one that is left to the whole command line."""
    if words[:1] != [COMMAND]:
        return None
    if not any(word.startswith("-") and word != "-" for word in words):
        return Request(tuple(words[1:]))
    from .arguments import spread

    paths: list[str] = []
    options: dict[str, object] = {}
    left = iter(spread(words)[1:])
    for word in left:
        if word == "--":
            paths += left
        elif not word.startswith("-") or word == "-":
            paths.append(word)
        elif not _take(word, next(left, None) if _takes_next(word) else None, options):
            return None
    return Request(tuple(paths), options)


def run(request: Request) -> int:
    """Check what a request asks for; return the exit code."""
    return ended(lambda: _check(request))


def _check(request: Request) -> int:
    from .check import check

    return check(request)


def _takes_next(word: str) -> bool:
    """Whether the value of an option is the word behind it."""
    one = _option(word)
    return one is not None and one.type is not bool


def _take(word: str, following: str | None, options: dict[str, object]) -> bool:
    """Add what an option says to the others; return whether it is one that is understood."""
    name, equals, value = word.partition("=")
    one = _option(name)
    if one is None or (equals and name == one.option.letter):
        return False
    if one.type is bool:
        options[one.name] = True
        return not equals
    said = value if equals else following
    read_as = None if said is None or (not equals and said.startswith("-")) else _read_as(one, said)
    if read_as is None:
        return False
    known = options.get(one.name, [])
    options[one.name] = [*known, read_as] if one.many and isinstance(known, list) else read_as
    return True


def _read_as(one: OptionEntry, said: str) -> str | float | None:
    """Return the value that a word is of an option, None for a word that is left to others."""
    if one.type is float:
        try:
            return float(said)
        except ValueError:
            return None
    fits = one.many or (said in one.choices if one.choices else one.type is str)
    return said if fits else None


def _option(word: str) -> OptionEntry | None:
    """Return the option of the command that is written like this; None if there is none."""
    return spelled(word, lambda one: COMMAND in one.option.commands and one.option.exposed)
