"""Which objects a label selector selects."""

from __future__ import annotations

import json

import pytest

from cnilint.kube.label_selector import label_values, requirements
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose

LABELS = {"env": "prod", "tier": ""}


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ({}, True),
        ({"matchLabels": {}}, True),
        ({"matchLabels": {"env": "prod"}}, True),
        ({"matchLabels": {"env": "dev"}}, False),
        ({"matchLabels": {"env": "prod", "none": "x"}}, False),
        ({"matchLabels": {"tier": None}}, True),
        ({"matchExpressions": [{"key": "env", "operator": "In", "values": ["dev", "prod"]}]}, True),
        ({"matchExpressions": [{"key": "none", "operator": "In", "values": ["x"]}]}, False),
        ({"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["prod"]}]}, False),
        ({"matchExpressions": [{"key": "none", "operator": "NotIn", "values": ["x"]}]}, True),
        ({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "none", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "env", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "none", "operator": "DoesNotExist"}]}, True),
        ({"matchExpressions": [{"key": "env", "operator": "Like"}]}, False),
        (
            {
                "matchLabels": {"env": "prod"},
                "matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}],
            },
            False,
        ),
    ],
)
def test_a_selector_selects_by_all_that_it_asks(selector: object, selected: bool) -> None:
    (document,) = compose(Source("a.yaml", json.dumps(selector)))
    assert isinstance(document, Document)
    assert all(one.matches(LABELS) for one in requirements(document.root)) is selected


def test_nothing_asks_nothing() -> None:
    assert requirements(None) == frozenset()
    assert label_values(None) == {}
