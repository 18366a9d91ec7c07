"""The reports that need nothing but a result, by the name a user gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnilint.engine.result import Result

from .concise import concise
from .github import github
from .gitlab import gitlab
from .json_ import check_json
from .jsonl import jsonl
from .junit import junit
from .markdown import markdown
from .sarif import sarif

FORMATS: Mapping[str, Callable[[Result], str]] = {
    "concise": concise,
    "json": check_json,
    "jsonl": jsonl,
    "sarif": sarif,
    "github": github,
    "gitlab": gitlab,
    "junit": junit,
    "markdown": markdown,
}
"""The same result gives the same text, always. A text ends with a newline; concise, jsonl and
github, which are lines, are empty when there is nothing to say."""
