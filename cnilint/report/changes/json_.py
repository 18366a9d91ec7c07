"""What a change does, for programs: one JSON object; see `cnilint.report.json_` for its parts."""

from __future__ import annotations

from cnilint.diff.comparison import (
    ClassChange,
    ClusterChange,
    Comparison,
    InstallChange,
    SettingChange,
)
from cnilint.diff.sides import Remark, Side
from cnilint.engine.sentences import verdict_line
from cnilint.report.json_ import (
    JSONObject,
    finding_object,
    installer_object,
    json_text,
    location_object,
    note_object,
    verdict_object,
)
from cnilint.simulation.class_facts import ClassFacts

from .words import kind_of, remark_words, summary

SCHEMA = "cnilint.diff/v1"


def diff_json(found: Comparison) -> str:
    """Return everything that changed."""
    return json_text(
        {
            "schema": SCHEMA,
            "before": _side(found.sides.before),
            "after": _side(found.sides.after),
            "remarks": [_remark(one) for one in found.sides.remarks],
            "summary": {
                "words": summary(found),
                "worse": sum(cluster.worse for cluster in found.clusters),
                "new": len(found.new),
                "gone": len(found.gone),
                "running": len(found.running),
            },
            "clusters": [_cluster(one) for one in found.clusters],
            "new": [finding_object(one) for one in found.new],
            "gone": [finding_object(one) for one in found.gone],
            "running": [finding_object(one) for one in found.running],
            "notes": [note_object(one) for one in found.notes],
        }
    )


def _side(side: Side) -> JSONObject:
    return {"title": side.title, "commit": side.commit or None, "paths": list(side.paths)}


def _remark(one: Remark) -> JSONObject:
    return {
        "kind": one.kind.value,
        "subject": one.subject,
        "side": one.side,
        "other": one.other or None,
        "words": remark_words(one),
    }


def _cluster(one: ClusterChange) -> JSONObject:
    return {
        "name": one.name,
        "before": one.before.name if one.before is not None else None,
        "after": one.after.name if one.after is not None else None,
        "worse": one.worse,
        "installs": [_install(each) for each in one.installs],
        "node_classes": [_class(each) for each in one.classes],
    }


def _install(one: InstallChange) -> JSONObject:
    return {
        "change": kind_of(one),
        "before": installer_object(one.before) if one.before is not None else None,
        "after": installer_object(one.after) if one.after is not None else None,
        "settings": [_setting(each) for each in one.settings],
    }


def _setting(one: SettingChange) -> JSONObject:
    places = (one.place_before, one.place_after)
    before, after = (location_object(at) if at is not None else None for at in places)
    return {
        "name": one.name,
        "trait": one.trait,
        "before": one.before,
        "after": one.after,
        "location_before": before,
        "location_after": after,
    }


def _class(one: ClassChange) -> JSONObject:
    return {"before": _facts(one.before), "after": _facts(one.after), "worse": one.worse}


def _facts(facts: ClassFacts | None) -> JSONObject | None:
    if facts is None:
        return None
    return {
        "name": facts.name,
        "verdict": verdict_line(facts.verdict),
        "answer": verdict_object(facts.verdict),
    }
