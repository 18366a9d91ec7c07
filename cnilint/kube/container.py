"""Containers of a pod template: their image and what they are told to run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from cnilint.model.finding import Location
from cnilint.model.tree import Route, Scalar, Tree, child, follow, items, string
from cnilint.syntax.embedded import held_text

from .command import expanded, last_command, script_of
from .manifest import Manifest


class Text(NamedTuple):
    """A string and where it stands; `manifest` may be another object than the one that uses it."""

    value: str
    location: Location
    manifest: Manifest


class Image(NamedTuple):
    """A container image reference, taken apart."""

    repository: str
    tag: str

    @classmethod
    def parse(cls, reference: str) -> Image:
        """Split `registry/name:tag@digest`; a port is no tag, and a digest is dropped."""
        reference = reference.partition("@")[0]
        slash = reference.rfind("/")
        colon = reference.rfind(":")
        if colon > slash:
            return cls(reference[:colon], reference[colon + 1 :])
        return cls(reference, "")


@dataclass(frozen=True, slots=True, eq=False)
class Container:
    """A container of a pod template."""

    manifest: Manifest
    name: str
    image: Image
    initial: bool
    tree: Tree
    route: Route
    command: tuple[Text, ...]
    arguments: tuple[Text, ...]
    script: Text | None = None
    """What a shell is told to run, where that is a plain row of commands (`sh -c`)."""
    script_words: tuple[Text, ...] = ()

    @property
    def words(self) -> tuple[Text, ...]:
        """The whole command line that the manifest gives."""
        return self.command + self.arguments

    @property
    def program(self) -> tuple[Text, ...]:
        """The words of the program that is run: the command line's, or the script's last."""
        return self.script_words or self.words

    def expanded(self, value_of: Callable[[str], str | None]) -> Container:
        """Return the container with its variables filled into the command line.

        Each word keeps its place; a script's variables are the shell's.
        """
        if not any("$" in word.value for word in self.words):
            return self
        command, arguments = (
            tuple(word._replace(value=expanded(word.value, value_of)) for word in words)
            for words in (self.command, self.arguments)
        )
        return replace(self, command=command, arguments=arguments)


def containers(manifest: Manifest, template: tuple[str, ...]) -> Iterator[Container]:
    """Yield the containers of a pod template, those that run first before the others."""
    for group in ("initContainers", "containers"):
        base = (*template, "spec", group)
        for at, tree in enumerate(items(manifest.at(*base))):
            route = (*manifest.route, *base, at)
            command = texts(manifest, child(tree, "command"), (*route, "command"))
            arguments = texts(manifest, child(tree, "args"), (*route, "args"))
            script, script_words = _script((*command, *arguments))
            yield Container(
                manifest=manifest,
                name=string(child(tree, "name")) or "",
                image=Image.parse(string(child(tree, "image")) or ""),
                initial=group == "initContainers",
                tree=tree,
                route=route,
                command=command,
                arguments=arguments,
                script=script,
                script_words=script_words,
            )


def texts(manifest: Manifest, tree: Tree | None, route: Route) -> tuple[Text, ...]:
    """Return the scalars of a sequence, with their places."""
    return tuple(
        Text(scalar_text(item), manifest.locate(item, (*route, at)), manifest)
        for at, item in enumerate(items(tree))
    )


def scalar_text(tree: Tree) -> str:
    """Return a scalar's text, an empty one for null and for anything else."""
    scalar = follow(tree)
    return scalar.text if isinstance(scalar, Scalar) and scalar.value is not None else ""


def _script(words: tuple[Text, ...]) -> tuple[Text | None, tuple[Text, ...]]:
    """Return the script that a command line runs, and the words of its last command."""
    at = script_of([word.value for word in words])
    if at is None:
        return None, ()
    script = words[at]
    place = script.location
    held = held_text(place.document, place.route) if place.document is not None else None
    if held is None:
        return None, ()
    found = tuple(
        Text(word.value, place._replace(span=held.file_span(word.start, word.end)), script.manifest)
        for word in last_command(script.value)
    )
    return (script, found) if found else (None, ())
