"""What a program makes of each file of the directory from which it takes one: why `predict`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import Enum

from cnilint.start import NamedTuple

from . import gojson, multus_thick, multus_thin, runtimes
from .confdir import ConfDirectory, PathError, encoded, extension
from .gojson import JSONError, is_string
from .multus_daemon_config import daemon_config as upstream_daemon_config
from .multus_daemon_config import read_daemon_config
from .multus_releases import MultusBinary, traits
from .netconf import NetworkError
from .prediction import Prediction
from .selector import multus_release, predict


class Look(Enum):
    """What a program makes of a file."""

    TAKEN = "taken"
    REFUSED = "refused"
    """It is the one whose turn it is, and the program cannot use it."""
    LATER = "later"
    """A file before it, `beside`, is taken."""
    NOT_REACHED = "not-reached"
    """The program ends before its turn; `beside` is the file that it ends at, if it is one."""
    NOT_PINNED = "not-pinned"
    """The program is told to take `beside`, and no other."""
    OWN = "own"
    """It is the program's own."""
    OTHER_NAME = "other-name"
    """Its name does not end in what the program looks for."""
    FOLDER = "folder"


class Flaw(NamedTuple):
    """Why a program cannot use a file.

    `kind` is `json`, `configuration` or an error of `predict`. `detail` is what the program's
    library says, `at` the character at which the text stops being JSON.
    """

    kind: str
    detail: str = ""
    at: int | None = None


class FileLook(NamedTuple):
    """A file, or a folder, and what a program makes of it; `flaw` of one that is refused."""

    name: str
    look: Look
    beside: str = ""
    flaw: Flaw | None = None


class Looks(NamedTuple):
    """What a program takes, and what it makes of each file of the directory, in its order."""

    selector: str
    prediction: Prediction
    files: tuple[FileLook, ...]
    extensions: tuple[str, ...]


class _Candidates(NamedTuple):
    """How a program looks for its file: what names end in, and how its own begin (empty: none)."""

    extensions: tuple[str, ...]
    own: str = ""
    folders: bool = False
    """Whether a folder of such a name is taken for a file."""
    pin: str = ""


OF_THE_FILE = frozenset(
    {
        *("cni-version-incompatible", "cni-version-mismatch", "cni-version-missing", "crash"),
        *("first-file-invalid", "master-unreadable", "network-name-missing"),
    }
)
"""The errors of `predict` that a program ends with because of what is in the file it has chosen."""


def looks(
    selector: str,
    files: Mapping[str, str],
    *,
    daemon_config: str | None = None,
    binaries: Collection[str] | None = None,
) -> Looks:
    """Return what a program takes from a directory, and what it makes of each file in it.

    The arguments are those of `predict`, whose answer is part of this one; ValueError for another
    selector. Which file comes when is how the program lists them: see `predict` for its sources.
    """
    found = predict(selector, files, daemon_config=daemon_config, binaries=binaries)
    directory = ConfDirectory(files)
    how = _candidates(selector, daemon_config)
    names = directory.entries(directory.path)
    order = [name for name in names if _is_candidate(name, how, directory)]
    search = _Search(selector, directory, how, found, _chosen(found, how, order, selector))
    made = []
    for name in names:
        look, beside = search.look(name, is_candidate=name in order)
        flaw = _flaw(search, name, binaries) if look is Look.REFUSED else None
        made.append(FileLook(name, look, beside, flaw))
    return Looks(selector, found, tuple(made), how.extensions)


def _candidates(selector: str, daemon_config: str | None) -> _Candidates:
    if selector in ("containerd", "cri-o"):
        return _Candidates(runtimes.EXTENSIONS)
    mode, version = multus_release(selector)
    if mode == "thin":
        takes_own = traits(MultusBinary.ENTRYPOINT, version).takes_own_file
        own = "" if takes_own else multus_thin.OWN_PREFIX
        return _Candidates(multus_thin.EXTENSIONS, own)
    try:
        text = upstream_daemon_config() if daemon_config is None else daemon_config
        pin = read_daemon_config(version, text).master
    except JSONError:
        pin = ""
    extensions, own = multus_thick.EXTENSIONS, multus_thick.OWN_PREFIX
    return _Candidates(extensions, own, folders=True, pin=pin)


def _is_candidate(name: str, how: _Candidates, directory: ConfDirectory) -> bool:
    if extension(name) not in how.extensions or (how.own and name.startswith(how.own)):
        return False
    return how.folders or not directory.is_directory(f"{directory.path}/{name}")


def _chosen(found: Prediction, how: _Candidates, order: Sequence[str], selector: str) -> str:
    """Return the file that the program ends its search at; empty where it comes to none."""
    if found.primary is not None:
        return found.primary
    first = how.pin or (order[0] if order else "")
    return first if found.error in OF_THE_FILE and selector != "cri-o" else ""


class _Search(NamedTuple):
    """A program that looks through a directory, what came of it, and the file it ended at."""

    selector: str
    directory: ConfDirectory
    how: _Candidates
    found: Prediction
    chosen: str

    def look(self, name: str, *, is_candidate: bool) -> tuple[Look, str]:
        """Return what it makes of a file, and the other file that this is because of."""
        taken = self.found.primary is not None
        if name == self.chosen:
            return (Look.TAKEN if taken else Look.REFUSED), ""
        if not is_candidate:
            return self._passed_over(name), ""
        if taken and ("/" in self.chosen or self.how.pin):
            return Look.NOT_PINNED, self.chosen
        if self.how.pin:
            return Look.NOT_PINNED, self.how.pin
        if self.chosen and encoded(name) > encoded(self.chosen):
            return (Look.LATER if taken else Look.NOT_REACHED), self.chosen
        return (Look.REFUSED if self.selector == "cri-o" else Look.NOT_REACHED), ""

    def _passed_over(self, name: str) -> Look:
        if self.directory.is_directory(f"{self.directory.path}/{name}"):
            return Look.FOLDER
        return Look.OWN if extension(name) in self.how.extensions else Look.OTHER_NAME


def _flaw(search: _Search, name: str, binaries: Collection[str] | None) -> Flaw:
    """Return why a program cannot use the file that it came to."""
    directory, error = search.directory, search.found.error or ""
    if search.selector in ("containerd", "cri-o"):
        try:
            network = runtimes.network_of(directory, name)
        except NetworkError as wrong:
            at = wrong.span[0] if wrong.span is not None else None
            return Flaw("configuration" if at is None else "json", str(wrong), at)
        return Flaw(runtimes.crio_flaw(network, binaries) or error)
    try:
        value = gojson.untyped(directory.read(f"{directory.path}/{name}"))
    except JSONError as wrong:
        return Flaw("json", str(wrong), wrong.at)
    except PathError:
        return Flaw("folder")
    written = value.members.get("cniVersion") if isinstance(value, gojson.Object) else None
    return Flaw(error, written if is_string(written) else "")
