"""Posts a Markdown report as a comment of a pull request, and changes it at the next run.

Takes the path of the report; the rest comes from variables: GITHUB_API_URL, GITHUB_REPOSITORY,
NUMBER (of the pull request) and INPUT_TOKEN. Ends with 1 and a line on standard error where that
fails.
"""
# ruff: noqa: INP001  a script of the action, and no package

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

MARK = "<!-- cnilint diff -->"
"""The first line of the comment, by which it is found again."""

MOST = 65_000
"""Characters that GitHub takes of a comment."""

MOST_PAGES = 30


def main() -> int:
    """Post the report, or change the comment that has an earlier one."""
    text = Path(sys.argv[1]).read_text("utf-8")
    if len(text) > MOST:
        text = text[:MOST].rpartition("\n")[0] + "\n\n… the rest does not fit into a comment\n"
    top = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
    listed = f"{top}/{os.environ['NUMBER']}/comments"
    try:
        known = mine(listed, own_name())
        url, method = (f"{top}/comments/{known}", "PATCH") if known else (listed, "POST")
        ask(url, method, {"body": f"{MARK}\n{text}"})
    except urllib.error.HTTPError as error:
        needs = ": it needs the permission pull-requests: write" if error.code == 403 else ""
        sys.stderr.write(f"no comment: GitHub answers {error.code}{needs}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"no comment: {error}\n")
        return 1
    return 0


def own_name() -> str:
    """Return who the token is of; empty for that of a workflow, which is no person's."""
    try:
        found = ask(f"{os.environ['GITHUB_API_URL']}/user")
    except urllib.error.HTTPError:
        return ""
    return str(found["login"]) if isinstance(found, dict) else ""


def mine(listed: str, name: str) -> int:
    """Return the number of the comment with an earlier report, 0 where there is none.

    Anybody may write a comment that begins like it: it has to be by the same author, or a bot's.
    """
    for page in range(1, MOST_PAGES + 1):
        found = ask(f"{listed}?per_page=100&page={page}")
        if not isinstance(found, list) or not found:
            return 0
        for one in found:
            author = one["user"]
            own = author["login"] == name if name else author["type"] == "Bot"
            if own and str(one["body"]).startswith(MARK):
                return int(one["id"])
    return 0


def ask(url: str, method: str = "GET", content: object = None) -> object:
    """Return what GitHub answers."""
    request = urllib.request.Request(  # noqa: S310  the address is GitHub's own
        url,
        None if content is None else json.dumps(content).encode(),
        {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['INPUT_TOKEN']}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main())
