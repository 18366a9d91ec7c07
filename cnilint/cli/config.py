"""The commands `config`: show the settings, begin a file of them, print its schema."""

from __future__ import annotations

import json
import os

from cnilint.config import schema as settings_schema
from cnilint.config.location import NAMES, OTHER_NAMES, PYPROJECT, has_section
from cnilint.config.text import shown, template
from cnilint.errors import ExitCode, UsageError
from cnilint.streams import say, tell, write_file

from .request import Request


def show(request: Request) -> ExitCode:
    """Print every setting and where it is from."""
    tell(shown(request.settings()))
    return ExitCode.OK


def init(_request: Request) -> ExitCode:
    """Write a file of configuration to begin with; UsageError where there is one already."""
    present = next((name for name in (*NAMES, *OTHER_NAMES) if os.path.lexists(name)), None)
    if present is None and has_section(PYPROJECT):
        present = f"[tool.cnilint] in {PYPROJECT}"
    if present is not None:
        raise UsageError(f"there is a {present} already: nothing was written")
    write_file(NAMES[0], template(), new=True)
    say(f"{NAMES[0]} written: take away the # before what you want to set")
    return ExitCode.OK


def schema(_request: Request) -> ExitCode:
    """Print the JSON schema of a file of configuration."""
    tell(json.dumps(settings_schema.schema(exposed=True), indent=2) + "\n")
    return ExitCode.OK
