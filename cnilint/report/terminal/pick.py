"""What programs take from a directory of CNI configurations, file by file with the reason."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from cnilint.engine.sentences import cause_words, either
from cnilint.model.steps import Cause, Failure
from cnilint.model.text import Source
from cnilint.report.json_ import JSONObject, json_text
from cnilint.report.words import counted
from cnilint.simulation.owner import Ownership, Reading, delegate
from cnilint.start import NamedTuple
from cnilint.upstream.looks import FileLook, Flaw, Look, Looks

from .layout import aligned, hanging
from .paint import Line, Paint

SCHEMA = "cnilint.pick/v1"

DIRECTORY = "/etc/cni/net.d"
"""What the directory is called on a node, so that a path in one of its files leads to another."""

RUNTIMES = ("containerd", "cri-o")

MADE = {
    Look.TAKEN: "taken",
    Look.REFUSED: "refused: {flaw}",
    Look.LATER: "sorts behind {beside}",
    Look.NOT_REACHED: "not looked at",
    Look.NOT_PINNED: "not the one it is told to take, {beside}",
    Look.OWN: "its own file, never its master",
    Look.OTHER_NAME: "not looked at: its name does not end in {extensions}",
    Look.FOLDER: "a folder",
}
"""What a program makes of a file, for people."""

ENDS = "not looked at: it ends at {beside}"

FLAWS = {
    "json": "it is not valid JSON{place}",
    "configuration": "{detail}",
    "plugin-missing": "the executable of a plugin is not there",
    "version-unsupported": "no plugin supports its cniVersion",
    "cni-version-incompatible": "its cniVersion{version} does not go with that of Multus",
    "cni-version-mismatch": "its cniVersion{version} is not the one that Multus is told",
    "cni-version-missing": "it has no cniVersion",
    "network-name-missing": "it has no name that Multus could take over",
    "crash": "Multus crashes on what it holds",
    "folder": "it is a folder",
}

LIBRARY = ("error parsing configuration list: ", "error parsing configuration: ")
"""What libcni says before each complaint."""


class Picks(NamedTuple):
    """A directory with its files by their names, and what each program makes of them.

    `unread` has the files that could not be read, each with its reason; one has no text then.
    """

    folder: str
    files: Mapping[str, str]
    unread: Mapping[str, str]
    looks: tuple[Looks, ...]

    def open(self, found: Looks) -> str:
        """Return the file that was not read and that decides what a program takes; or nothing."""
        looked = (one for one in found.files if one.look in (Look.TAKEN, Look.REFUSED))
        return next((one.name for one in looked if one.name in self.unread), "")


def pick_text(picks: Picks, paint: Paint) -> str:
    """Return what each program takes, with every file and the reason, for people."""
    number = sum("/" not in name for name in picks.files)
    lines: list[Line] = [[(picks.folder, "path"), (f"  {counted(number, 'file')}", "faint")]]
    for found in picks.looks:
        lines += [[], *_answer(picks, found, paint)]
        lines += _files(picks, found, paint)
    return paint.render(lines)


def pick_json(picks: Picks) -> str:
    """Return the same for programs."""
    programs = [_object(picks, found) for found in picks.looks]
    return json_text({"schema": SCHEMA, "directory": picks.folder, "programs": programs})


def _answer(picks: Picks, found: Looks, paint: Paint) -> Iterator[Line]:
    head: Line = [(found.selector, "strong")]
    prediction = found.prediction
    if unread := picks.open(found):
        said = f"is not known: {unread} was not read ({picks.unread[unread]})"
        yield from hanging([*head, (" ", "")], said, "warning", paint)
        return
    if prediction.primary is not None:
        line: Line = [*head, (" takes ", ""), (prediction.primary, "file")]
        if prediction.network is not None:
            plugins = ", ".join(prediction.plugins or ())
            line.append((f"  network {prediction.network}, plugins {plugins}", "faint"))
        yield line
        owner = _owner(picks, found)
        if owner is not None and owner.through_multus:
            style = "good" if owner.master is not None else "bad"
            yield from hanging([("  ", "")], _owner_words(owner), style, paint)
    elif prediction.outcome == "waits":
        yield from hanging([*head, (" ", "")], "waits: there is nothing for it yet", "bad", paint)
    else:
        said = f"takes nothing: {cause_words(_cause(found))}"
        yield from hanging([*head, (" ", "")], said, "bad", paint)


def _cause(found: Looks) -> Cause:
    return Cause(Failure(found.prediction.error or Failure.UNKNOWN.value))


def _owner(picks: Picks, found: Looks) -> Ownership | None:
    """Return who owns the pods that a runtime starts with this directory; None for Multus itself.

    Multus's own file leads on to another one, which may lie elsewhere.
    """
    if found.selector not in RUNTIMES:
        return None
    files = {posixpath.join(DIRECTORY, name): text for name, text in picks.files.items()}
    return delegate(files, Reading(DIRECTORY, found.selector, DIRECTORY))


def _owner_words(owner: Ownership) -> str:
    through = f", through {owner.runtime}"
    if owner.master is not None:
        return f"pods get {owner.master}{through}"
    if owner.cause is not None and owner.cause.failure is Failure.CLUSTER_NETWORK_UNREADABLE:
        if not owner.cause.subject:
            return f"pods get no network{through}: it names none to delegate to"
        return f"pods get {owner.cause.subject}{through}, which is not in this directory"
    return f"pods get no network: {cause_words(owner.cause)}"


def _files(picks: Picks, found: Looks, paint: Paint) -> Iterator[Line]:
    if not found.files:
        return
    names = aligned([[one.name] for one in found.files], paint)
    for one, (name,) in zip(found.files, names, strict=True):
        style = {Look.TAKEN: "good", Look.REFUSED: "bad"}.get(one.look, "faint")
        head: Line = [("  ", ""), (name, "file"), ("  ", "")]
        yield from hanging(head, _made(picks, found, one), style, paint, paint.width)


def _made(picks: Picks, found: Looks, one: FileLook) -> str:
    if one.name in picks.unread and one.look in (Look.TAKEN, Look.REFUSED):
        return f"not read: {picks.unread[one.name]}"
    words = ENDS if one.look is Look.NOT_REACHED and one.beside else MADE[one.look]
    flaw = _flaw(one.flaw, picks.files.get(one.name, "")) if one.flaw is not None else ""
    extensions = either(list(found.extensions))
    return words.format(flaw=flaw, beside=one.beside, extensions=extensions)


def _flaw(flaw: Flaw, text: str) -> str:
    place = ""
    if flaw.at is not None:
        position = Source("", text).position(flaw.at)
        place = f" (line {position.line}, column {position.column})"
    detail = flaw.detail
    for start in LIBRARY:
        detail = detail.removeprefix(start)
    version = f" {flaw.detail}" if flaw.detail else ""
    return FLAWS[flaw.kind].format(place=place, detail=detail, version=version)


def _object(picks: Picks, found: Looks) -> JSONObject:
    prediction, unread = found.prediction, picks.open(found)
    owner = _owner(picks, found) if not unread else None
    return {
        "selector": found.selector,
        "outcome": "unknown" if unread else prediction.outcome,
        "file": None if unread else prediction.primary,
        "error": None if unread else prediction.error,
        "network": None if unread else prediction.network,
        "plugins": None if unread else prediction.plugins,
        "owner": owner.master if owner is not None else None,
        "files": [
            {
                "name": one.name,
                "look": one.look.value,
                "reason": _made(picks, found, one),
                "beside": one.beside or None,
                "unread": picks.unread.get(one.name),
            }
            for one in found.files
        ],
    }
