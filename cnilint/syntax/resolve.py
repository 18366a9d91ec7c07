"""What Kubernetes takes an unquoted scalar for.

Kubernetes converts YAML to JSON with sigs.k8s.io/yaml, whose reader is a YAML 1.1 one with its own
table: `yes` and `y` are booleans, `0644` and `0o644` octal; `1:30` (base 60) and `2001-01-01` stay
strings. Source: kubernetes-sigs/yaml@v1.4.0:goyaml.v2/resolve.go, decode.go.
"""

from __future__ import annotations

from cnilint.model.tree import ScalarValue
from cnilint.start import lazy_pattern

_WORDS: dict[str, ScalarValue] = {
    spelling: value
    for value, words in (
        (True, ("y", "yes", "true", "on")),
        (False, ("n", "no", "false", "off")),
        (None, ("~", "null")),
        (float("inf"), (".inf", "+.inf")),
        (float("-inf"), ("-.inf",)),
    )
    for word in words
    for spelling in (word, word.upper(), word.capitalize(), word.replace(".i", ".I"))
}
_WORDS |= {"": None} | dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan"))

_WORD_STARTS = frozenset("yYnNtTfFoO~")
_NUMBER_STARTS = frozenset("+-0123456789.")

_INTEGER = lazy_pattern(
    r"([-+]?)(?:0[xX](?P<hexadecimal>[0-9a-fA-F]+)|0[bB](?P<binary>[01]+)"
    r"|0[oO]?(?P<octal>[0-7]+)|(?P<decimal>0|[1-9][0-9]*))"
)
_SIGNED_BINARY = lazy_pattern(r"0b([-+][01]+)")
_FLOAT = lazy_pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BARE_FRACTION = lazy_pattern(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_BASES = {"hexadecimal": 16, "binary": 2, "octal": 8, "decimal": 10}

_TAG_PREFIX = "tag:yaml.org,2002:"


def resolve(text: str) -> ScalarValue:
    """Return what a plain scalar without a tag stands for."""
    first = text[:1]
    if first in _NUMBER_STARTS:
        return _WORDS[text] if text in _WORDS else _number(text)
    if first in _WORD_STARTS or not text:
        return _WORDS.get(text, text)
    return text


def resolve_tagged(tag: str, text: str) -> ScalarValue:
    """Return what a scalar with an explicit tag stands for, quoted or not.

    `tag` is written out (`tag:yaml.org,2002:int`). Raises ValueError, with a message for the user,
    where the cluster's reader refuses the text under that tag. Tags of other makers do not change
    the text.
    """
    if not tag.startswith(_TAG_PREFIX):
        return text
    name = tag[len(_TAG_PREFIX) :]
    if name == "binary":
        return _decoded(text)
    if name not in _TYPES:
        return text
    value = resolve(text)
    if name == "float" and type(value) is int:
        return float(value)
    if not isinstance(value, _TYPES[name]) or (name == "int" and isinstance(value, bool)):
        raise ValueError(f"cannot read {text!r} as !!{name}")
    return value


_TYPES: dict[str, type] = {"int": int, "float": float, "bool": bool, "null": type(None)}


def _decoded(text: str) -> str:
    from base64 import b64decode

    try:
        return b64decode(text.replace("\n", ""), validate=True).decode("utf-8", "replace")
    except ValueError:
        raise ValueError("!!binary value is not base64") from None


def _number(text: str) -> ScalarValue:
    # Underscores are dropped before anything is tried, but not where the first character is a dot.
    digits = text if text[0] == "." else text.replace("_", "")
    integer = _INTEGER.fullmatch(digits)
    if integer and len(digits) < 4300:  # beyond, Python refuses to count, and no integer fits
        base = integer.lastgroup or "decimal"
        value = int(integer[base], _BASES[base])
        if integer[1] == "-":
            value = -value
        if -(2**63) <= value < (2**63 if integer[1] else 2**64):
            return value
    if (_BARE_FRACTION if text[0] == "." else _FLOAT).fullmatch(digits):
        number = float(digits)
        return text if number in (float("inf"), float("-inf")) else number
    signed = _SIGNED_BINARY.fullmatch(digits)
    if signed and -(2**63) <= int(signed[1], 2) < 2**63:
        return int(signed[1], 2)
    return text
