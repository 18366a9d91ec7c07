"""A stand-in for the API of GitHub or GitLab: comments of one pull or merge request."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Forge:
    """The comments that there are, and what was asked."""

    def __init__(self, me: dict[str, Any] | None = None, refused: int = 0) -> None:
        """Take who the token is of (None: nobody may ask), and an answer to all that writes."""
        self.me = me
        self.refused = refused
        self.comments: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.tokens: set[str] = set()
        self.url = ""

    def answer(self, method: str, path: str, content: dict[str, Any]) -> tuple[int, object]:
        self.asked.append(f"{method} {path}")
        if path == "/user":
            return (200, self.me) if self.me is not None else (403, {})
        if method == "GET":
            page = int(path.rpartition("page=")[2])
            return 200, self.comments if page == 1 else []
        if self.refused:
            return self.refused, {}
        if method == "POST":
            author = {"login": "github-actions[bot]", "type": "Bot", "id": 7}
            made = {"id": 40 + len(self.comments), "user": author, "author": author, **content}
            self.comments.append(made)
            return 201, made
        known = next(one for one in self.comments if str(one["id"]) == path.rpartition("/")[2])
        known.update(content)
        return 200, known


@contextmanager
def served(forge: Forge) -> Iterator[Forge]:
    """Serve a forge on this machine, under its `url`."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its own name
            del format, args

        def _do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            content = json.loads(self.rfile.read(length) or b"{}")
            forge.tokens |= {
                self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or ""
            }
            code, found = forge.answer(self.command, self.path, content)
            body = json.dumps(found).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = _do  # noqa: N815  their own names

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    forge.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
