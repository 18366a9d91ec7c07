"""Which objects a target of a patch or of a replacement means.

kubernetes-sigs/kustomize@kustomize/v5.7.1: api/types/selector.go, api/resmap/reswrangler.go Select,
kyaml/yaml/internal/k8sgen/pkg/labels/selector.go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cnilint.gitops.built import BuiltNode
from cnilint.gitops.kustomize_fields import Gvk
from cnilint.gitops.kustomize_resources import Identity, KustomizeRefusedError, Resource
from cnilint.patterns import Pattern, PatternError, compiled
from cnilint.start import NamedTuple, lazy_pattern

_SPECIAL = frozenset("\\.^$*+?{}[]()|")


class Selector(NamedTuple):
    """What a target says: patterns of which each has to be the whole of a part, and selectors."""

    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    labels: str = ""
    annotations: str = ""

    @classmethod
    def of(cls, node: BuiltNode) -> Selector:
        """Return the selector that a mapping stands for."""
        return cls(
            node.text("group"),
            node.text("version"),
            node.text("kind"),
            node.text("name"),
            node.text("namespace"),
            node.text("labelSelector"),
            node.text("annotationSelector"),
        )

    def selects(self, resource: Resource) -> bool:
        """Whether an object is meant, by what it is or by what it was when it was read.

        RefusedError if one of the patterns or selectors cannot be read.
        """
        now, first = resource.identity, resource.original
        return (
            (_fits(self.namespace, first.namespace) or _fits(self.namespace, now.namespace))
            and (_fits(self.name, first.name) or _fits(self.name, now.name))
            and _fits(self.group, now.gvk.group)
            and _fits(self.version, now.gvk.version)
            and _fits(self.kind, now.gvk.kind)
            and self.selects_texts(resource)
        )

    def selects_texts(self, resource: Resource) -> bool:
        """Whether the labels and annotations of an object are those that are asked for."""
        return (not self.labels or matches(self.labels, resource.texts("labels"))) and (
            not self.annotations or matches(self.annotations, resource.texts("annotations"))
        )

    def names(self, identity: Identity) -> bool:
        """Whether an identity is meant, each part taken to the letter; resid.go IsSelectedBy."""
        return (
            (not self.name or self.name == identity.name)
            and (not self.namespace or self.namespace == identity.namespace)
            and identity.gvk.fits(Gvk(self.group, self.version, self.kind))
        )


def _fits(pattern: str, text: str) -> bool:
    return not pattern or fits(pattern, text)


def fits(pattern: str, text: str) -> bool:
    """Whether a pattern is the whole of a text; RefusedError if it is none that can be used."""
    if pattern == text:
        return True
    if _SPECIAL.isdisjoint(pattern):
        return False
    return _read(pattern).fits(text)


def found_in(pattern: str, text: str) -> bool:
    """Whether a pattern fits some part of a text; RefusedError if it is none that can be used."""
    if _SPECIAL.isdisjoint(pattern):
        return pattern in text
    return _read(pattern).found_in(text)


def is_plain(pattern: str) -> bool:
    """Whether a pattern has no more than dots in it that could stand for something else."""
    return _SPECIAL.isdisjoint(pattern.replace(".", ""))


def _read(pattern: str) -> Pattern:
    try:
        return compiled(pattern)
    except PatternError:
        raise KustomizeRefusedError(pattern) from None


_REQUIREMENT = lazy_pattern(
    r"""\s*(?:
        (?P<absent>!\s*)(?P<missing>[^\s!=,()<>]+)
        |(?P<key>[^\s!=,()<>]+)\s*(?:
            (?P<sign>==|=|!=|>|<)\s*(?P<value>[^\s!=,()<>]*)
            |(?<=\s)(?P<word>in|notin)\s*\(\s*(?P<values>[^()]*)\)
        )?
    )\s*(?:,|\Z)""",
    re.VERBOSE,
)


def matches(selector: str, texts: Mapping[str, str]) -> bool:
    """Whether a selector such as `a=b,c in (d, e),!f` fits labels; RefusedError if it is none."""
    at = 0
    fits = True
    while at < len(selector) and selector[at:].strip():
        found = _REQUIREMENT.match(selector, at)
        if found is None or found.end() == at:
            raise KustomizeRefusedError(selector)
        at = found.end()
        fits = _is_met(found, texts) and fits
    if selector.rstrip().endswith(","):
        raise KustomizeRefusedError(selector)
    return fits


def _is_met(asked: re.Match[str], texts: Mapping[str, str]) -> bool:
    if asked["absent"]:
        return asked["missing"] not in texts
    value = texts.get(asked["key"])
    sign, word = asked["sign"], asked["word"]
    if sign in ("=", "=="):
        return value == asked["value"]
    if sign == "!=":
        return value != asked["value"]
    if sign:
        return _compared(sign, value, asked["value"])
    if word:
        values = [one.strip() for one in asked["values"].split(",")]
        return (value in values) is (word == "in") if value is not None else word == "notin"
    return value is not None


def _compared(sign: str, value: str | None, other: str) -> bool:
    try:
        left, right = int(value or ""), int(other)
    except ValueError:
        return False
    return left > right if sign == ">" else left < right
