"""The style sheet and the script of the HTML report, and the policy that lets nothing else run."""

from __future__ import annotations

import os.path
from base64 import b64encode
from functools import cache
from hashlib import sha256

FOLDER = os.path.join(os.path.dirname(__file__), "files")


@cache
def asset(name: str) -> str:
    """Return a file of the folder `files`; its line ends are line feeds on every system."""
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def policy(style: str, script: str) -> str:
    """Return the content security policy of a page with one style sheet and one script inside.

    Everything else is forbidden: no request, no other script, no form.
    """
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
