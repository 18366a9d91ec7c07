"""What a catalog entry can say: the keys of its file, and the values they take.

`rules/schema/product.schema.json` says the same for editors, with words; a test holds them equal.
"""

from __future__ import annotations

from typing import Any

from cnilint.errors import RuleError
from cnilint.syntax.data import line_of, read_mapping
from cnilint.syntax.shape import Each, Fields, ListOf, OneOrMore, faults

ROLES = ("primary", "chained", "meta", "secondary", "policy", "ipam", "binaries")
ACTIONS = ("write", "copy", "refer", "insert", "delegate", "none")
PLACES = (
    *("environment", "argument", "pod_argument", "config_map_key", "mounted_file"),
    *("word", "pattern", "field", "values", "value"),
)
"""Where a setting can be read: from a workload, from an object or values, from nowhere else."""

_WHEN = Each(str)
_DELIVERED = {
    "when": Each(OneOrMore()),
    **dict.fromkeys(("repository", "known_as", "words", "pods", "version", "pinned_by"), str),
    "default_words": ListOf(str),
}
OBJECT = Fields(
    {
        **dict.fromkeys(("kind", "group", "instead"), str),
        "holds": Each(str),
        "configures": bool,
        **_DELIVERED,
    },
    required=("kind", "group"),
)
_NETWORK = Fields({"name": str, "plugins": ListOf(Each(object))}, ("name", "plugins"))
RECOGNISER = Fields(
    {
        **dict.fromkeys(("image", "tag", "command", "container", "words", "environment"), str),
        "labels": Each(str),
        "beside": str,
    }
)
PLACE = Fields(
    {
        **dict.fromkeys((place for place in PLACES if place != "word"), str),
        "word": int,
        "member": str,
        "versions": str,
        "boolean": bool,
        "not_empty": bool,
        "when": _WHEN,
    },
    exactly_one=PLACES,
)
BEHAVIOUR = Fields(
    {
        "when": _WHEN,
        "versions": str,
        "action": ACTIONS,
        "role": ROLES,
        **dict.fromkeys(("directory", "file", "path", "host", "target"), str),
        "every": bool,
        "single": ("renamed", "kept", "in_place", "unread"),
        "keeps_target": bool,
        "once": bool,
        "skips": str,
        "unless_present": bool,
        "renames": ("once", "always"),
        "suffix": str,
        "removes": ListOf(str),
        "removes_one_only": bool,
        "removed_on_stop": bool,
        "of_network": str,
        "network": _NETWORK,
    },
    required=("action",),
)
CONTAINER = Fields(
    {
        **dict.fromkeys(("image", "environment", "more", "tag", "switch"), str),
        "defaults": ListOf(Fields({"name": str, "value": str, "versions": str}, ("name", "value"))),
    },
    required=("image",),
)
CARD = Fields(
    {
        "id": str,
        "title": str,
        "role": ROLES,
        "sources": ListOf(str),
        "recognise": ListOf(RECOGNISER),
        "objects": ListOf(OBJECT),
        "charts": ListOf(Fields({"name": str, **_DELIVERED}, ("name",))),
        "addons": ListOf(Fields({"name": str, **_DELIVERED}, ("name",))),
        "beats": ListOf(str),
        "affinity": ListOf(
            Fields(
                {"key": str, "operator": ("In", "NotIn"), "values": ListOf(str)},
                ("key", "operator", "values"),
            )
        ),
        "config_maps": ListOf(str),
        "settings": Each(ListOf(PLACE)),
        "behaviours": ListOf(BEHAVIOUR),
        "network": _NETWORK,
        "enforces_policy": bool,
        "binaries": ListOf(str),
        "containers": Each(CONTAINER),
        "assumed": Fields(
            {"when": ("eks",), "object": str, "reason": str, "unless": ListOf(OBJECT)},
            required=("when", "object", "reason"),
        ),
    },
    required=("id", "title", "role", "sources", "behaviours"),
)


def read_card(path: str) -> dict[str, Any]:
    """Return a catalog entry as plain values.

    RuleError, with the file, the line and the key, for a key that there is not and for a value
    that cannot stand where it does.
    """
    card = read_mapping(path)
    for route, reason in faults(card, CARD):
        place = ".".join(map(str, route))
        raise RuleError(path, f"line {line_of(path, route)}", f"{place}: {reason}".lstrip(": "))
    return card
