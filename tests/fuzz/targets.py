"""What is fuzzed: each target takes any text and may raise nothing but what its docstring says."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from cnilint.budget import Budget
from cnilint.catalog.recognise import installers
from cnilint.config.file import read
from cnilint.engine.evaluate import NOTHING_AROUND
from cnilint.engine.inputs import inputs
from cnilint.engine.problems import concerning
from cnilint.errors import CnilintError
from cnilint.fix.plan import fixed
from cnilint.gitops.files import Files
from cnilint.gitops.kustomize import build
from cnilint.kube.command_line import commands
from cnilint.kube.environment import placeholder
from cnilint.kube.manifest import ManifestIndex, manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document, Scalar
from cnilint.run import Options
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import embedded, embedded_json, embedded_yaml
from cnilint.syntax.lenient_json import json_problems
from cnilint.syntax.split import split
from cnilint.syntax.style import containers
from cnilint.syntax.template import first_action
from cnilint.upstream.gojson import JSONError
from cnilint.upstream.gojson import parse as go_json
from cnilint.upstream.replay import replay
from cnilint.upstream.selector import predict


def split_and_prefilter(text: str) -> None:
    """The spans of documents are in order, and a problem in each concerns somebody or nobody."""
    end = 0
    for span in split(text):
        assert end <= span.start < span.end <= len(text)
        end = span.end
        first_action(text, span)
    concerning(inputs([Source("a.yaml", text)]))


def compose_and_spans(text: str) -> None:
    """Every value stands where its span says."""
    for one in compose(Source("a.yaml", text)):
        if isinstance(one, Document):
            for tree in containers(one.root):
                start, end = tree.span
                assert 0 <= start <= end <= len(text)


def embedded_texts(text: str) -> None:
    """What a string holds is read, or there is a reason why not."""
    source = Source("a.yaml", f"'{text.replace(chr(39), chr(39) * 2)}'")
    for one in compose(source):
        if isinstance(one, Document) and isinstance(one.root, Scalar):
            embedded(source, one.root)
            embedded_json(one, one.root)
            embedded_yaml(one, one.root)
    json_problems(text)
    with suppress(JSONError):
        go_json(text)


def command_lines(text: str) -> None:
    """The words of a script stand where they say, in order."""
    end = 0
    for command in commands(text):
        for word in command:
            assert text[word.start : word.end] == word.text
            assert end <= word.start
            end = word.end
    placeholder(text)


def recognisers(text: str) -> None:
    """What a text installs is found, or nothing."""
    found = [
        manifest
        for one in compose(Source("a.yaml", text))
        if isinstance(one, Document)
        for manifest in manifests(one)
    ]
    installers(found, ManifestIndex(found), {})


def predict_and_replay(text: str) -> None:
    """Each program takes any files: three names and contents, apart by null characters."""
    parts = text.split("\0")
    files = dict(zip(("10-a.conflist", "20-b.conf", "00-multus.conf"), parts, strict=False))
    for selector in ("containerd", "cri-o", "multus-thick@v4.2.4", "multus-thin@v4.2.4"):
        predict(selector, files)
    for selector in ("multus-thick@v4.2.4", "istio-cni@1.24.0", "linkerd-cni@v1.6.8"):
        replay(selector, [{"op": "start"}, {"op": "stop"}], before=files)


def settings(text: str) -> None:
    """A file of settings is read, or ConfigurationError says what is wrong."""
    for name in (".cnilint.yaml", "pyproject.toml"):
        with TemporaryDirectory() as folder:
            path = os.path.join(folder, name)
            Path(path).write_text(text, "utf-8", errors="surrogateescape")
            with suppress(CnilintError):
                read(path)


def fixes(text: str) -> None:
    """Every fix can be made; cnilint fails on nothing."""
    given = inputs([Source("a.yaml", text)])
    done = fixed(given, NOTHING_AROUND._replace(budget=Budget(20)), Options())
    assert not done.found.unfinished
    assert not done.result.unfinished


def kustomize(text: str) -> None:
    """A folder is built, or there is a reason why not: its files stand behind `=== NAME` lines."""
    parts = text.split("=== ")
    texts = [part.partition("\n")[::2] for part in parts[1:]] or [("kustomization.yaml", text)]
    files = Files("", [Source(name.strip() or "a.yaml", content) for name, content in texts])
    build(files, ".")


TARGETS: dict[str, Callable[[str], None]] = {
    one.__name__: one
    for one in (
        split_and_prefilter,
        compose_and_spans,
        embedded_texts,
        command_lines,
        recognisers,
        predict_and_replay,
        settings,
        fixes,
        kustomize,
    )
}
