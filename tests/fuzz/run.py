"""Fuzz one target for some seconds: `python -m tests.fuzz.run TARGET SECONDS`, with atheris.

It begins with the kept corpus and the examples; an input that fails is written beside the corpus.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "examples"


def main(name: str, seconds: str) -> None:
    """Fuzz a target; the process ends with another code than 0 where it fails."""
    import atheris

    with atheris.instrument_imports(include=["cnilint"]):
        from tests.fuzz.targets import TARGETS

    target = TARGETS[name]
    kept = HERE / "corpus" / name
    kept.mkdir(exist_ok=True)

    def one(data: bytes) -> None:
        target(data.decode(errors="surrogateescape"))

    seeds = Path(tempfile.mkdtemp())
    for at, path in enumerate(sorted(EXAMPLES.rglob("*.yaml"))):
        (seeds / str(at)).write_bytes(path.read_bytes())
    options = [f"-max_total_time={seconds}", "-timeout=60", f"-artifact_prefix={kept}/"]
    atheris.Setup([sys.argv[0], *options, tempfile.mkdtemp(), str(kept), str(seeds)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
