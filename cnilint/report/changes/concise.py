"""What a change does in one line each: installs, verdicts, new findings and those that are gone."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.diff.comparison import ClusterChange, Comparison
from cnilint.report.words import place_in_text
from cnilint.shown import inert, one_line, visible

from .words import (
    SIGNS,
    class_title,
    cluster_title,
    install_object,
    install_title,
    is_worse,
    kind_of,
    setting_name,
    setting_values,
    verdicts,
)

ARROW = "->"


def concise(found: Comparison) -> str:
    """Return a line for each thing that changed; nothing where nothing did."""
    lines = [line for one in found.clusters for line in _cluster(one)]
    for word, findings in (("new", found.added), ("gone", found.gone)):
        for one in findings:
            message = one_line(one.message)
            lines.append(f"{place_in_text(one.location)}: {word} {one.rule} {message}")
    return "".join(f"{inert(visible(line))}\n" for line in lines)


def _cluster(one: ClusterChange) -> Iterator[str]:
    title = cluster_title(one)
    if one.renamed and not (one.installs or one.classes):
        yield title
    for install in one.installs:
        head = f"{title}: {SIGNS[kind_of(install)]} {install_title(install)}"
        head += f" ({install_object(install)})"
        if not install.settings:
            yield head
        for each in install.settings:
            yield f"{head}: {setting_name(each)}: {setting_values(each, ARROW)}"
    for each_class in one.classes:
        before, after = verdicts(one, each_class)
        worse = " (worse)" if is_worse(one, each_class) else ""
        yield f"{title}: {class_title(each_class)}: {before} {ARROW} {after}{worse}"
