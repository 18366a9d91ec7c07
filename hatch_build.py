"""Puts what the data files read as into the wheel, for installations that nobody may write to."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DataHook(BuildHookInterface[Any]):
    """Reads every data file once, as a run would, and adds the values to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add a file for each set of data; an editable install keeps its own as it runs."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from cnilint.engine.ruleset import read_all
        from cnilint.syntax.data_cache import BUILT

        self._folder = tempfile.TemporaryDirectory()
        for name, data in read_all().items():
            path = Path(self._folder.name, f"{name}.json")
            path.write_text(json.dumps(data, separators=(",", ":")), "utf-8", newline="\n")
            build_data["force_include"][str(path)] = f"cnilint/{BUILT}/{name}.json"

    def finalize(self, version: str, _build_data: dict[str, Any], _artifact_path: str) -> None:
        """Remove the files that are in the wheel now."""
        if version != "editable":
            self._folder.cleanup()
