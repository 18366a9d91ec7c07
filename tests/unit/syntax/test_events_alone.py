"""The parser written in C, loaded without the rest of its library, reads as it does with it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from cnilint.model.text import Source
from cnilint.syntax.compose import compose

TEXTS = (
    "a: [1, 2\n",
    "a: b: c\n",
    "a:\n\t- b\n",
    "a: *nowhere\n",
    "a: &x 1\nb: *x\n---\n!!binary aGk=\n",
    "a: \x07\n",
    "a: \ufffe\n",
    "a: \ud800\n",
    "%YAML 3.0\n---\na: 1\n",
    "%TAG ! tag:x,2000:\n---\na: !y 1\n",
    "a: !<tag:\n",
    'a: "\\q"\n',
    "a: |\n x\n  y\n- z\n",
    "{a: 1, a: 2}\n",
    "- " * 500 + "a\n",
    "a: 'open\n",
    "? a\n: b\n",
    "",
)

PROGRAM = """
import json, sys
from cnilint.model.text import Source
from cnilint.start import claim_process
from cnilint.syntax.compose import compose
claim_process()
texts = json.load(sys.stdin)
found = [[repr(one) for one in compose(Source("a.yaml", text))] for text in texts]
library = [name for name in sys.modules if name.startswith("ruamel.yaml")]
from ruamel.yaml import YAML
print(json.dumps([found, library, YAML(typ="safe", pure=True).load("a: [1]")]))
"""


def test_it_reads_and_refuses_the_same() -> None:
    pytest.importorskip("_ruamel_yaml", reason="the parser written in C is not installed")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(TEXTS),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    found, library, loaded = json.loads(done.stdout)
    assert found == [[repr(one) for one in compose(Source("a.yaml", text))] for text in TEXTS]
    assert "ruamel.yaml.constructor" not in library
    assert loaded == {"a": [1]}
