"""Which of the texts that could not be read concern anybody who looks for CNI installs.

A repository holds more YAML than manifests: values of charts, dashboards, files of CI systems. What
is wrong in those is theirs to say.
"""

from __future__ import annotations

import posixpath
import re

from cnilint.catalog.needles import names_a_cni
from cnilint.model.finding import Location, Note
from cnilint.model.tree import SyntaxProblem

from .inputs import Inputs
from .sources import named_together

_OBJECT = re.compile(r"""(?:^|[{,])\s*["']?(?:apiVersion|kind)["']?\s*:""", re.MULTILINE)
_SEPARATOR = re.compile(r"^---", re.MULTILINE)


def concerning(inputs: Inputs) -> list[SyntaxProblem]:
    """Return the problems in Kubernetes objects, in texts that name a CNI, and in named files."""
    return [one for one in inputs.problems if _concerns(one, inputs)]


def unjudged_notes(inputs: Inputs) -> list[Note]:
    """Return one note that counts the files whose problems are not judged."""
    found = [p for p in inputs.problems if p.kind == "syntax" and not _concerns(p, inputs)]
    if not found:
        return []
    names = list(dict.fromkeys(one.source.path for one in found))
    files = "1 file that is" if len(names) == 1 else f"{len(names)} files that are"
    message = f"{files} no Kubernetes object cannot be read: {named_together(names)}"
    return [Note(message, Location(found[0].source, found[0].span))]


def _concerns(one: SyntaxProblem, inputs: Inputs) -> bool:
    named = one.source.path in map(posixpath.normpath, inputs.paths)
    if named or one.is_note or not one.source.text:
        return True
    text = document_text(one)
    return len(_OBJECT.findall(text)) > 1 or names_a_cni(text)


def document_text(one: SyntaxProblem) -> str:
    """Return the text of the document that a problem stands in."""
    text = one.source.text
    starts = [found.start() for found in _SEPARATOR.finditer(text)]
    start = max((at for at in starts if at <= one.span.start), default=0)
    end = min((at for at in starts if at > one.span.start), default=len(text))
    return text[start:end]
