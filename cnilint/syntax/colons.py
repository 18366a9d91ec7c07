"""Colons in unquoted flow scalars (`[http://x]`), which older C parsers refuse.

ruamel.yaml.clib still carries libyaml 0.1.7 (ruamel.yaml.clib@0.2.15: get_version_string), which
stops at them with an error; Kubernetes' reader and newer parsers take the colon for text. A
document refused for that is parsed again with another character in place of such colons, and the
scalars get their colons back. Nothing moves, so spans stay right.
"""

from __future__ import annotations

from collections.abc import Callable

from cnilint.start import lazy_pattern

from .events import Parser, ParserEvent

_PROBLEM = "found unexpected ':'"

# Behind a quote a colon ends a key; in front of a blank it always does. Directives have some.
_COLON = lazy_pattern(r"""(?m)(?P<kept>^%[^\r\n]*|!<[^<>\s]*+>)|(?<=[^\s,\[\]{}"']):(?=\S)""")


def stumbles_over_colon(error: Exception) -> bool:
    """Tell whether a parser's error is the one that this module works around."""
    return getattr(error, "problem", None) == _PROBLEM


def past_colons(parser: Parser) -> Parser:
    """Return a parser that reads as the given one does, and such colons as text."""

    def start(text: str) -> Callable[[], ParserEvent]:
        unused = (
            character for character in map(chr, range(0xE000, 0xF8FF)) if character not in text
        )
        stand_in = next(unused, "\uf8ff")
        following = parser.start(_COLON.sub(lambda found: found["kept"] or stand_in, text))

        def restored() -> ParserEvent:
            event = following()
            value = getattr(event, "value", None)
            if value and stand_in in value:
                event.value = value.replace(stand_in, ":")
            return event

        return restored

    return parser._replace(start=start)
