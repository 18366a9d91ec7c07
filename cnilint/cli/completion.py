"""What a shell offers when a value of an option is begun; loaded by the shell's question alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Offer = tuple[str, str]
"""A word, and what it means."""


def rules(incomplete: str) -> Iterator[Offer]:
    """Offer rules; behind a comma, for the last word of a list."""
    from cnilint.engine.ruleset import rules as every

    before, comma, begun = incomplete.rpartition(",")
    for rule in every():
        for word in (rule.id, rule.name):
            if (begun and word.startswith(begun)) or (not begun and word == rule.id):
                yield f"{before}{comma}{word}", rule.summary


def severities(incomplete: str) -> Iterator[Offer]:
    """Offer rules, and every level once the rule is there."""
    from cnilint.model.finding import Level

    rule, _equals, begun = incomplete.partition("=")
    found = list(rules(rule))
    if [word for word, _summary in found] != [rule]:
        yield from found
        return
    for level in reversed(Level):
        if str(level).startswith(begun):
            yield f"{rule}={level}", found[0][1]


def formats(incomplete: str) -> Iterator[str]:
    """Offer the formats of reports."""
    from cnilint.report.formats import KNOWN

    return _beginning(incomplete, KNOWN)


def products(incomplete: str) -> Iterator[Offer]:
    """Offer the products whose release can be named."""
    from cnilint.catalog.catalog import products as every

    for product in every():
        if product.id.startswith(incomplete):
            yield f"{product.id}=", product.title


def _beginning(incomplete: str, words: Iterable[str]) -> Iterator[str]:
    return (word for word in words if word.startswith(incomplete))
