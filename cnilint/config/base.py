"""The files that decide what is reported, as they are at a revision that a change cannot touch."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cnilint.confine import read_text, repository
from cnilint.engine.ignores.ignore import Ignore
from cnilint.engine.result import KnownBy, Result, Suppressed
from cnilint.engine.ruleset import Rule
from cnilint.errors import UsageError
from cnilint.model.text import Source
from cnilint.start import replace
from cnilint.syntax.collect import STANDARD_INPUT, decode


class Base:
    """A revision of the repository. A path outside of the repository is read from the disk."""

    def __init__(self, word: str, paths: Sequence[str] = ()) -> None:
        """Take what a person calls it, and the paths of a run; UsageError if there is none."""
        from cnilint.diff.history import History  # a run without a base does not load them
        from cnilint.diff.revision import Revision

        self.word = word
        self._here = os.path.realpath(os.getcwd())
        folders = [os.path.dirname(os.path.realpath(p)) for p in paths if p != STANDARD_INPUT]
        tops = filter(None, map(repository, [self._here, *folders]))
        top = next(tops, None)
        if top is None:
            raise UsageError(f"--config-from {word}: this is not in a git repository")
        self._files = Revision(top, History(top).commit_of(word))
        self._ignores: dict[str, tuple[tuple[Ignore, ...], tuple[Ignore, ...]]] = {}

    def has_file(self, path: str) -> bool:
        """Whether a file is there."""
        inside = self._inside(path)
        if inside is None:
            return os.path.isfile(path)
        real = self._files.real(inside)
        return real is not None and self._files.is_file(real)

    def has_folder(self, path: str) -> bool:
        """Whether a folder is there."""
        inside = self._inside(path)
        if inside is None:
            return os.path.isdir(path)
        real = self._files.real(inside)
        return real is not None and self._files.is_folder(real)

    def text(self, path: str, encoding: str = "utf-8") -> str:
        """Return the text of a file; OSError and UnicodeDecodeError as from `read_text`."""
        content = self._content(path)
        if content is None:
            return read_text(path, encoding)
        return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")

    @contextmanager
    def copied(self, folder: str) -> Iterator[str]:
        """Let the files right in a folder be in one of their own for a while; return its path."""
        inside = self._inside(folder)
        if inside is None:
            yield folder
            return
        from tempfile import TemporaryDirectory

        real = self._files.real(inside)
        with TemporaryDirectory(prefix="cnilint-") as copy:
            for name in self._files.names(real) if real is not None else ():
                content = self._read(f"{inside}/{name}")
                if content is not None:
                    with open(os.path.join(copy, name), "wb") as file:
                        file.write(content)
            yield copy

    def compared(self, result: Result) -> Result:
        """Return a result that tells which of its findings nobody ignores here.

        An ignore is the same one if it names the rule beside the same object until the same day; a
        comment has to stand beside the same text as well.
        """
        told = [
            one._replace(reason=one.reason._replace(new=self._is_new(one, result.house)))
            for one in result.suppressed
        ]
        return replace(result, suppressed=tuple(told))

    def _is_new(self, one: Suppressed, house: Sequence[Rule]) -> bool:
        known, _text, place, _new = one.reason
        if known is not KnownBy.IN_SOURCE or place is None:
            return False
        path, rule = place.source.path, one.finding.rule
        if path not in self._ignores:
            self._ignores[path] = _written(place.source, house), self._before(path, house)
        ours, theirs = self._ignores[path]
        here = {_told(each) for each in ours if each.location.span == place.span}
        return here.isdisjoint(_told(each) for each in theirs if _names(each, rule))

    def _before(self, path: str, house: Sequence[Rule]) -> tuple[Ignore, ...]:
        """Return the ignores that a file has here; none where there is no such file."""
        try:
            source = decode(path, self._content(path) or b"")
        except OSError:
            return ()
        return _written(source, house) if isinstance(source, Source) else ()

    def _content(self, path: str) -> bytes | None:
        """Return what a file holds; None for one outside of the repository, OSError for none."""
        inside = self._inside(path)
        if inside is None:
            return None
        content = self._read(inside)
        if content is None:
            raise FileNotFoundError(errno.ENOENT, f"no such file in {self.word}", path)
        return content

    def _read(self, inside: str) -> bytes | None:
        real = self._files.real(inside)
        return self._files.read(real) if real is not None else None

    def _inside(self, path: str) -> str | None:
        """Return a path from the top of the repository, None where it is outside.

        Links of the working tree do not count: a change may have made them.
        """
        top = os.path.join(self._files.top, "")
        for whole in (os.path.join(self._here, path), os.path.realpath(path)):
            plain = os.path.normpath(whole)
            if os.path.join(plain, "").startswith(top):
                return plain[len(top) :].replace(os.sep, "/") or "."
        return None


def _written(source: Source, house: Sequence[Rule]) -> tuple[Ignore, ...]:
    from cnilint.engine.ignores.written import ignores
    from cnilint.model.tree import Document
    from cnilint.syntax.compose import compose

    documents = [one for one in compose(source) if isinstance(one, Document)]
    return tuple(ignores(source, documents, house))


def _told(one: Ignore) -> tuple[object, ...]:
    """Return what has to be the same for an ignore to be the same one; not its wording."""
    text, comment = one.location.source.text, one.location.span.start
    cut = ((start, comment if start <= comment < end else end) for start, end in one.spans)
    beside = () if one.location.route else tuple(text[start:end].strip() for start, end in cut)
    return one.form, one.location.object, one.until, beside


def _names(one: Ignore, rule: str) -> bool:
    return any(rule in word.rules for word in one.words)
