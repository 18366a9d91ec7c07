"""Which definition a request may mean that names none."""

from __future__ import annotations

import pytest

from cnilint.multus.network_definitions import MOST_NEAR, Definition, Definitions
from tests.unit.simulation.actors import read

DEFINITION = """\
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {{name: net-{n}, namespace: one}}
spec: {{config: '{{}}'}}
"""


def definitions(number: int) -> Definitions:
    manifests = read("---\n".join(DEFINITION.format(n=n) for n in range(number)))
    found = [Definition(one, one.namespace, one.name, "{}") for one in manifests]
    return Definitions(found, unknown=False, complete=True)


def test_a_misspelt_name_is_told() -> None:
    few = definitions(3)
    assert few.near("one", "nett-2") == "net-2"
    assert few.near("two", "nett-2") == ""
    found = few.find("one", "net-2")
    assert found is not None
    assert found.name == "net-2"


def test_among_very_many_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def nearest(word: str, _known: list[str], _cutoff: float) -> str:
        asked.append(word)
        return ""

    monkeypatch.setattr("cnilint.multus.network_definitions.nearest_word", nearest)
    definitions(MOST_NEAR).near("one", "nett-2")
    definitions(MOST_NEAR + 1).near("one", "nett-3")
    assert asked == ["nett-2"]
