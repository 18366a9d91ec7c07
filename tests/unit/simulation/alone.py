"""A program alone on a node: what it does to the files, step by step or until it rests."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping

from cnilint.engine.sentences import step_words
from cnilint.simulation.steps import Change, Program, names_in
from tests.unit.simulation.actors import CONTENTS, DIRECTORY, Actor, made, on_host

LIST, SINGLE = CONTENTS[".conflist"], CONTENTS[".conf"]


def one(actor: Actor) -> Program:
    (found,), _reading = made([actor])
    return found


def step(program: Program, files: Mapping[str, str], memory: Hashable) -> Change | None:
    return program.step(on_host(files), memory)


def run(actor: Actor, files: Mapping[str, str]) -> dict[str, str]:
    """Return the files after a program took every step that it takes alone."""
    program = one(actor)
    now, memory = on_host(files), program.start()
    for _ in range(9):
        change = program.step(now, memory)
        if change is None:
            return names_in(now, DIRECTORY)
        assert change.touched or change.memory != memory
        now, memory = dict(change.files), change.memory
    raise AssertionError(f"{program.actor.title} never rests alone")


def stopped(actor: Actor, files: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Return the files after a program ended, and what it is called."""
    change = one(actor).stop(on_host(files), None)
    assert set(change.touched) == {p for p, t in on_host(files).items() if change.files.get(p) != t}
    return names_in(change.files, DIRECTORY), said(change)


def said(change: Change) -> str:
    """Return what a change is called; empty for one that is only an answer."""
    return step_words(change.step) if change.step is not None else ""


def plugins(text: str) -> list[object]:
    return [plugin["type"] for plugin in json.loads(text)["plugins"]]
