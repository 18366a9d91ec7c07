"""A program alone on a node: what it does to the files, step by step or until it rests."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping

from cnilint.engine.sentences import step_words
from cnilint.simulation.steps import Change, Program, names_in
from cnilint.upstream.program import Event, Happening
from tests.unit.simulation.actors import CONTENTS, DIRECTORY, Actor, made, on_host

FRESH = object()
"""The memory of a program that has taken no step."""
LIST, SINGLE = CONTENTS[".conflist"], CONTENTS[".conf"]


def one(actor: Actor) -> Program:
    (found,), _reading = made([actor])
    return found


def step(program: Program, files: Mapping[str, str], memory: Hashable) -> Change | None:
    return program.step(on_host(files), memory)


def rested(
    program: Program, files: Mapping[str, str], memory: Hashable = FRESH
) -> tuple[Mapping[str, str], Hashable]:
    """Return the files of the host after every step that a program takes alone, and its memory."""
    now: Mapping[str, str] = on_host(files)
    memory = program.start() if memory is FRESH else memory
    for _ in range(60):
        change = program.step(now, memory)
        if change is None:
            return now, memory
        assert change.touched or change.memory != memory
        now, memory = dict(change.files), change.memory
    raise AssertionError(f"{program.actor.title} never rests alone")


def lines(program: Program, files: Mapping[str, str], memory: Hashable = FRESH) -> list[str]:
    """Return what the steps are called that a program takes alone."""
    now: Mapping[str, str] = on_host(files)
    memory = program.start() if memory is FRESH else memory
    found: list[str] = []
    while (change := program.step(now, memory)) is not None:
        found += [said(change)]
        now, memory = change.files, change.memory
    return list(filter(None, found))


def run(actor: Actor, files: Mapping[str, str]) -> dict[str, str]:
    """Return the files after a program took every step that it takes alone."""
    return names_in(rested(one(actor), files)[0], DIRECTORY)


def told(
    program: Program, memory: Hashable, files: Mapping[str, str], *written: str
) -> tuple[dict[str, str], Hashable]:
    """Return the files, and the memory, once a program has rested that is told what was written."""
    events = tuple(Event(Happening.MOVED_TO, f"{DIRECTORY}/{name}") for name in written)
    noticed = program.notice(on_host(files), memory, events)
    after, memory = rested(program, files, noticed)
    return names_in(after, DIRECTORY), memory


def stopped(actor: Actor, files: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Return the files after a program that had rested was ended, and what that is called."""
    program = one(actor)
    before, memory = rested(program, files)
    change = program.stop(before, memory)
    assert set(change.touched) == {p for p, t in before.items() if change.files.get(p) != t}
    return names_in(change.files, DIRECTORY), said(change)


def said(change: Change) -> str:
    """Return what a change is called; empty for one that is only an answer."""
    return step_words(change.step) if change.step is not None else ""


def plugins(text: str) -> list[object]:
    return [plugin["type"] for plugin in json.loads(text)["plugins"]]
