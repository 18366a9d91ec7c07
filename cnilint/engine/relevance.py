"""Which documents can matter to any rule, told from their texts before anything is parsed.

A document is left out only where its text shows beyond doubt (`syntax/skim.py`) that nothing asks
for it: by its kind, by its group, by a word that somebody looks for in any document, or by its
name. What is asked for comes from where it is asked: kinds and groups from the code itself
(`asked_for.py`), words from the catalog, the rules and the readers of objects. What a build, a
chart or a reference reads by its path is read as a whole, whatever is said here.

What is broken in a document that nothing asks for is not told. But one that names a CNI, that is a
template, or that may have meant to be an object is kept unless it parses; so is one in a file that
was named, and where all of what is broken is asked for every one.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache

from cnilint.catalog.catalog import products
from cnilint.catalog.needles import needles
from cnilint.catalog.recognise import EKS_IMAGES, EKS_LABELS
from cnilint.gitops.charts import CHART_FILE
from cnilint.gitops.cloudformation import RESOURCES
from cnilint.gitops.distributions import K3S, MACHINE_KEYS, RKE2
from cnilint.gitops.kustomization import FILE_NAMES
from cnilint.kube.manifest import HASH
from cnilint.kube.node_systems import ARCHITECTURE
from cnilint.kube.workload import HOST_PATH, INSTALLING_KINDS, TEMPLATE
from cnilint.model.text import Source, Span
from cnilint.multus.meant_configuration import KEY as CONFIGURATION
from cnilint.multus.network_objects import KEYS
from cnilint.multus.network_objects import KIND as DEFINITION
from cnilint.patterns import Pattern, compiled, literally
from cnilint.start import lazy_pattern
from cnilint.syntax.collect import HELMFILE, Large, Part, is_helmfile
from cnilint.syntax.compose import problems_in, surely_parses
from cnilint.syntax.skim import Outline, hides, is_plain, name, outline
from cnilint.syntax.split import content_start, split

from .asked_for import asked_for
from .ignores.ignore import MARK
from .inputs import Asking, Parts, Sifted
from .ruleset import Rule

CONFIG_MAP, SERVICE = "ConfigMap", "Service"

BY_WORDS = frozenset({CONFIG_MAP, SERVICE, *TEMPLATE}) - INSTALLING_KINDS
"""Kinds of which the code says what is looked for in an object of them."""

MULTUS = "multus"

OF_WORKLOADS = (HOST_PATH, *EKS_IMAGES, MULTUS, ARCHITECTURE)
"""Words that are looked for in workloads beside those that install something on nodes.

One that mounts a configuration of Multus has its name: where that does not name Multus, all is read
(`unsure`).
"""

OF_NO_OBJECT = (RESOURCES, "clusterName", *sorted(MACHINE_KEYS & {"machine", "cluster"}))
"""Keys by which a document that is no object says something of a cluster."""

_RKE2, _K3S = RKE2.lower(), K3S.lower()

MARKER, _HEAD = "\n---", 1 << 14
"""What most documents begin with behind another one, and how far on one is looked for first."""

TEMPLATES = r"\{[{%]|[%@][A-Za-z_][A-Za-z0-9_]*[%@]"
"""What has to be in a template: actions, or a name that a tool fills in."""

_FILLING = r"(?:\$\{[^}\n]{0,200}+\}|\{\{[^}\n]{0,200}+\}\})"
_FILLED_IN = lazy_pattern(rf"(?<![A-Za-z0-9.-])[A-Za-z0-9.-]*+(?:{_FILLING}[A-Za-z0-9.-]*+)++")
_HOLE = lazy_pattern(_FILLING)


def names_in(text: str) -> set[str]:
    """Return every text in another one that an object may be called, as long as it can be.

    It begins and ends with a letter or a digit, and has dots and dashes between.
    """
    words = text.encode("ascii", "replace").translate(_bytes_of_names()).split()
    return {one.decode().strip(".-") for one in set(words)} - {""}


@cache
def _bytes_of_names() -> bytes:
    """Return what each byte is in a name of an object: itself, or what is between names."""
    in_names = (chr(one) in ".-" or (one < 0x80 and chr(one).isalnum()) for one in range(0x100))
    return bytes(one if holds else ord(" ") for one, holds in enumerate(in_names))


class Relevance:
    """Sifts the files of a run, and remembers what names they ask for."""

    def __init__(
        self, house: Sequence[Rule] = (), named: Container[str] = (), *, strict: bool = False
    ) -> None:
        """Take the rules beside cnilint's own: they may look at objects of other kinds.

        What is broken in the files that are `named` is wanted, and in all files in a `strict` run.
        """
        self._named = named
        self._strict = strict
        entries = [entry for rule in house for entry in rule.match if "of" not in entry]
        self._patterns = [kind for entry in entries for kind in _several(entry["kind"])]
        self._asking: list[str] = []
        self._names: set[str] = set()
        self._globs: set[str] = set()
        self._asked: dict[Outline, Sequence[str] | None] = {}
        self.unsure = False
        """Whether something asks in a way that is not told from texts: then all is to be read."""

    def sifted(self, source: Source) -> Sifted | None:
        """Return what of a file can matter; None for all of it, as where cnilint fails to tell."""
        try:
            return self._sifted(source)
        except Exception:
            self.unsure = True
            return None

    def _sifted(self, source: Source) -> Sifted | None:
        path, text = source.path, source.text
        if _is_read_by_name(path) or not is_plain(text):
            self._asking.append(text)
            return None
        kept: list[int] = []
        waiting: list[tuple[int, str]] = []
        left_out = 0
        if self._strict and problems_in(source):
            self._asking.append(text)
            return None
        named = path in self._named
        for number, (span, seen) in enumerate(_outlined(text)):
            verdict = self._verdict(text, span, seen, named=named)
            if verdict is True:
                kept.append(number)
                self._asking.append(text[span.start : span.end])
            elif verdict is False:
                left_out += content_start(text, span) < span.end
            else:
                waiting.append((number, verdict))
        if kept and not waiting and not left_out:
            return None
        return Sifted(frozenset(kept), tuple(waiting), left_out)

    def parts(self, large: Large) -> Parts | None:
        """Return what of a large file can matter; None if the whole text is needed to tell."""
        try:
            return self._parts(large)
        except OSError:  # it was changed while it was read
            return None
        except Exception:
            self.unsure = True
            return None

    def _parts(self, large: Large) -> Parts | None:
        from cnilint.syntax.large import blocks, parts

        if self._strict or _is_read_by_name(large.path):
            return None
        kept: list[Part] = []
        waiting: list[tuple[Part, str]] = []
        last, held = Part(0, 0, 0, 0), 0
        named = large.path in self._named
        for block in blocks(large):
            if block is None or not is_plain(block.text):
                return None
            for span, one in parts(block, last):
                last = one
                if span.start == span.end:
                    continue
                seen = outline(block.text, span)
                verdict = self._verdict(block.text, span, seen, named=named)
                if verdict is True:
                    kept.append(one)
                    held += content_start(block.text, span) < span.end
                    self._asking.append(block.text[span.start : span.end])
                elif isinstance(verdict, str):
                    waiting.append((one, verdict))
        left_out = last.documents - held - len(waiting)
        if kept and not waiting and not left_out:
            return None
        return Parts(large, tuple(kept), tuple(waiting), last, left_out)

    def is_asked_for(self, one: str) -> bool:
        """Whether what was kept may ask for an object by its name."""
        self._ask()
        bare = HASH.sub("", one)
        if one in self._names or bare in self._names:
            return True
        return any(fnmatchcase(one, glob) or fnmatchcase(bare, glob) for glob in self._globs)

    def forgotten(self) -> Asking:
        """Return what is remembered of the files so far, and forget it."""
        found = Asking(tuple(self._asking), self.unsure)
        self._asking.clear()
        return found

    def remember(self, asking: Asking) -> None:
        """Take what was forgotten here or in another process."""
        self._asking += asking.texts
        self.unsure |= asking.unsure

    def _ask(self) -> None:
        """Remember the names that the code, the catalog and what was kept may ask for."""
        if not self._names:
            self._names = {*asked_for().names, *_of_catalog()}
        for text in self._asking:
            self._names.update(names_in(text))
            if "{" in text:
                self._globs.update(_HOLE.sub("*", one) for one in _FILLED_IN.findall(text))
        self._asking.clear()

    def _verdict(self, text: str, span: Span, seen: Outline | None, *, named: bool) -> bool | str:
        """Return whether a document can matter, or the name by which it can be asked for."""
        part = text[span.start : span.end]
        words = self._words(part, seen)
        speaks = words is None or _sieve().found_in(part)
        if words is None or (speaks and any(word in part for word in words)):
            if CONFIGURATION in part:
                self.unsure |= MULTUS not in (name(text, span) or "")
            return True
        if hides(text, span):
            return True
        doubted = named or (speaks and _telling().found_in(part)) or _may_be_object(part, seen)
        if doubted and not surely_parses(part):
            return True
        if seen is not None and CONFIG_MAP in seen.kinds:
            return name(text, span) or True
        return False

    def _words(self, part: str, seen: Outline | None) -> Sequence[str] | None:
        """Return the words by one of which a document matters; None if it does without."""
        if seen is None:
            found = "kind" in part or any(word in part for word in OF_NO_OBJECT)
            return None if found else anywhere()
        if seen not in self._asked:
            self._asked[seen] = self._words_of(seen)
        return self._asked[seen]

    def _words_of(self, seen: Outline) -> Sequence[str] | None:
        """Return the words by one of which a document of an outline matters; None for any."""
        if not seen.kinds or not seen.versions:
            return None if seen.keys.intersection(OF_NO_OBJECT) else anywhere()
        if any(map(_is_named, seen.versions)) or any(map(self._is_wanted, seen.kinds)):
            return None
        return tuple(word for kind in seen.kinds for word in _words_of(kind))

    def _is_wanted(self, kind: str) -> bool:
        """Whether objects of a kind are looked at, whatever they say."""
        if kind in INSTALLING_KINDS or kind.endswith("List"):
            return True
        if any(fnmatchcase(kind, pattern) for pattern in self._patterns):
            return True
        return kind not in BY_WORDS and kind in _looked_at()


def _outlined(text: str) -> Iterator[tuple[Span, Outline | None]]:
    """Yield the documents of a text as `split` does, with what each of them shows."""
    if text.find(MARKER, 0, _HEAD) < 0:
        whole = Span(0, len(text))
        seen = outline(text, whole)
        if seen is not None and not seen.is_marked:
            yield whole, seen
            return
    for span in split(text):
        yield span, outline(text, span)


@cache
def anywhere() -> tuple[str, ...]:
    """Return the words that are looked for in objects of whatever kind."""
    from .checks.network_needs import INJECTOR
    from .edits.guards import TAINTED

    return (*KEYS, EKS_LABELS, DEFINITION, INJECTOR, *TAINTED, MARK)


@cache
def _words_of(kind: str) -> tuple[str, ...]:
    """Return the words by one of which an object of a kind matters."""
    if kind == SERVICE:
        from .checks.aws_node_pods import LOCAL_POLICY

        return (*anywhere(), LOCAL_POLICY)
    if kind == CONFIG_MAP:
        from .checks.mesh import INJECTOR
        from .checks.network_needs import LISTS

        return (*anywhere(), INJECTOR, *LISTS, CONFIGURATION, *_of_config_maps())
    if kind in BY_WORDS:
        return (*anywhere(), *OF_WORKLOADS)
    return anywhere()


@cache
def _sieve() -> Pattern:
    """Return the pattern of all that is looked for in a document that its kind does not keep."""
    words = {word for kind in BY_WORDS for word in _words_of(kind)}
    return compiled("|".join((_telling_text(), *map(literally, sorted(words)))))


@cache
def _telling() -> Pattern:
    """Return the pattern of what names a CNI or makes a template."""
    return compiled(_telling_text())


def _telling_text() -> str:
    words = "|".join(map(literally, needles()))
    return f"(?i:{words})|{TEMPLATES}"


def _may_be_object(part: str, seen: Outline | None) -> bool:
    """Whether a document that shows no kind or no version as it should may have meant to."""
    is_shown = seen is not None and seen.kinds and seen.versions
    return not is_shown and ("kind" in part or "apiVersion" in part)


def _of_config_maps() -> Iterable[str]:
    """Yield the names and keys by which products have their settings in ConfigMaps."""
    for product in products():
        yield from product.config_maps
        for one in product.objects:
            if one.kind == CONFIG_MAP:
                yield from one.holds


@cache
def _of_catalog() -> frozenset[str]:
    """Return every text of the catalog, by any of which an object may be asked for."""
    found: set[str] = set()
    pending: list[object] = [*products()]
    while pending:
        one = pending.pop()
        if isinstance(one, str):
            found.add(one)
        elif isinstance(one, tuple | list):
            pending += one
        elif isinstance(one, Mapping):
            pending += [*one, *one.values()]
    return frozenset(found)


@cache
def _looked_at() -> frozenset[str]:
    """Return the kinds that the code or the catalog names."""
    asked = (
        one
        for product in products()
        for one in (*product.objects, *(product.assumed.unless if product.assumed else ()))
    )
    return asked_for().kinds | {one.kind for one in asked}


@cache
def _is_named(version: str) -> bool:
    """Whether the code names the group of a version, or what it begins or ends with."""
    group = version.partition("/")[0] if "/" in version else ""
    if "." not in group:
        return False
    return any(group.startswith(one) or group.endswith(one) for one in asked_for().groups)


def _is_read_by_name(path: str) -> bool:
    """Whether a file is read for its name, or for that of a folder that it lies in."""
    file = path[path.rfind("/") + 1 :]
    if file in FILE_NAMES or file == CHART_FILE or (HELMFILE in path and is_helmfile(path)):
        return True
    lower = path.lower()
    return _RKE2 in lower or _K3S in lower


def _several(kinds: str | Sequence[str]) -> Sequence[str]:
    return [kinds] if isinstance(kinds, str) else kinds
