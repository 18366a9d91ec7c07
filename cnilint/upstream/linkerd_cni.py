"""Linkerd's install-cni.sh: it puts its plugin into every configuration of the directory.

The script goes through the files that it finds at its start, then reads what inotifywait tells it,
one line after the other. It writes by `mv` from another file system: the old file goes, then a new
one is made, and inotifywait tells the script of its own doing as well.

Sources: linkerd/linkerd2-proxy-init@cni-plugin/v1.0.0, v1.1.1, v1.2.0, v1.5.0, v1.5.2, v1.6.0 to
v1.6.5 and v1.6.8:cni-plugin/deployment/scripts/install-cni.sh.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType

from cnilint.start import NamedTuple, dataclass, lazy_pattern

from .confdir import encoded
from .linkerd_filter import chained, unchained
from .program import (
    DirectoryChange,
    DirectoryProgram,
    Event,
    Files,
    Happening,
    ProgramSettings,
    Status,
    removed,
    written,
)
from .release import Release

TYPE = "linkerd-cni"
_OWN = "01-linkerd-cni.conf"
"""The file of the interface mode."""

_CONFIGURATION = lazy_pattern(r".*.(conflist|conf)$", re.DOTALL)
"""The names that the script cares for, in its own pattern: the dot in it is any character."""

_PLUGIN = '{"name": "linkerd-cni", "type": "linkerd-cni", "log_level": "info"}'
"""What its ConfigMap holds, shortened. linkerd/linkerd2@stable-2.14.10:charts/linkerd2-cni"""

_KUBECONFIG = "/etc/cni/net.d/ZZZ-linkerd-cni-kubeconfig"


class LinkerdHabits(NamedTuple):
    """What differs between releases."""

    interface_mode: bool
    """Where there is no other file it writes one of its own. cni-plugin/v1.1.3, v1.2.0"""

    hears: frozenset[Happening]
    """What it has inotifywait tell: moves since v1.1.1, modifications since v1.5.0, deletions until
    v1.5.2."""

    loud: bool
    """A command that fails within a pipeline, and a watch that ends, end the script, which undoes
    its doing first: `pipefail`, a trap for ERR, `wait`. cni-plugin/v1.5.1, v1.5.2"""

    remembers_each: bool
    """It knows what it made of each file, watches before it begins, leaves alone what it cannot
    read, and has its first round done by the watch. cni-plugin/v1.6.2, v1.6.3"""

    watches_token: bool
    """Once it is through with the first round, a second inotifywait watches the service account's
    token. cni-plugin/v1.5.2, v1.6.0"""

    kills_many: bool
    """Its clean-up fails at once where no inotifywait runs; before, where more than one did.
    cni-plugin/v1.6.1, v1.6.2"""


def habits(release: Release) -> LinkerdHabits:
    """Return what a release does."""
    hears = {Happening.CREATED}
    if release >= (1, 1, 1):
        hears.add(Happening.MOVED_TO)
    if release >= (1, 5, 0):
        hears.add(Happening.MODIFIED)
    if release < (1, 6, 0):
        hears.add(Happening.DELETED)
    return LinkerdHabits(
        interface_mode=release < (1, 2, 0),
        hears=frozenset(hears),
        loud=release >= (1, 5, 2),
        remembers_each=release >= (1, 6, 3),
        watches_token=release >= (1, 6, 0),
        kills_many=release >= (1, 6, 2),
    )


class LinkerdPhase(Enum):
    """What the script's next step is."""

    BEGIN = "begin"
    LIST = "list"
    """Look what files there are."""
    ROUND = "round"
    """Take the next of the files that were found."""
    WATCH = "watch"
    """Start to watch (in older releases)."""
    LISTEN = "listen"
    """Take the next line of inotifywait."""
    DROP_OWN = "drop own"
    """Remove the file of the interface mode, as there is another now."""
    UNLINK = "unlink"
    """Remove the file that is to be replaced."""
    CREATE = "create"
    """Make it anew."""
    DROP = "drop"
    """Remove the .conf that has become a .conflist."""
    REMEMBER = "remember"
    """Look at what stands there now, to know it again."""
    CLEAN = "clean"
    EXITED = "exited"


class LinkerdMemory(NamedTuple):
    """What the processes of the script know."""

    phase: LinkerdPhase = LinkerdPhase.BEGIN
    watches: bool = False
    """Whether inotifywait runs."""
    reads: bool = True
    """Whether the loop runs that reads what inotifywait tells."""
    todo: tuple[str, ...] = ()
    queue: tuple[Event, ...] = ()
    known: tuple[tuple[str, str], ...] = ()
    """The content by which a file is known again; up to v1.6.2 there is one for all, named ""."""
    in_round: bool = True
    """Whether it is still at the files that were there when it started."""
    name: str = ""
    """What the line is about that is answered, where that matters (up to v1.6.2)."""
    target: str = ""
    content: str = ""
    """What is about to be written, and for which file."""


@dataclass(frozen=True, slots=True)
class LinkerdCNI(DirectoryProgram):
    """One install-cni.sh, as its environment makes it."""

    habits: LinkerdHabits
    plugin: str
    """The text of CNI_NETWORK_CONFIG."""

    def start(self) -> Hashable:
        """Return the memory of the script before its first command."""
        return LinkerdMemory()

    def step(self, files: Files, memory: Hashable) -> DirectoryChange | None:
        """Return the next step; None while it waits for inotifywait, or has exited."""
        known = linkerd_memory(memory)
        taken = self._taken.get(known.phase)
        return taken(self, files, known) if taken is not None else None

    def notice(
        self,
        files: Files,  # noqa: ARG002  it reads them in its next step
        memory: Hashable,
        events: Sequence[Event],
    ) -> Hashable:
        """Put what inotifywait hears into its queue; with nobody to read it, it ends."""
        return self._heard(linkerd_memory(memory), events)

    def stop(self, files: Files, memory: Hashable) -> DirectoryChange:
        """Return what the trap for SIGTERM leaves."""
        known = linkerd_memory(memory)
        return (
            DirectoryChange(files, known)
            if known.phase is LinkerdPhase.EXITED
            else self._cleaned(files, known)
        )

    def status(self, memory: Hashable) -> Status:
        """Return READY while it runs: there is no sign of more."""
        ended = linkerd_memory(memory).phase is LinkerdPhase.EXITED
        return Status.EXITED if ended else Status.READY

    def restless(self, memory: Hashable) -> Status:
        """Return READY: that it goes on for ever does not show either."""
        return self.status(memory)

    def _heard(self, known: LinkerdMemory, events: Iterable[Event]) -> LinkerdMemory:
        heard = [event for event in events if event.happening in self.habits.hears]
        if not known.watches or not heard:
            return known
        if not known.reads:
            # inotifywait writes into a pipe that nobody reads, and SIGPIPE ends it
            ended = known._replace(watches=False)
            return _cleaning(ended) if self.habits.loud else ended
        if known.phase is LinkerdPhase.CLEAN:
            return known
        queue = list(known.queue)
        for event in heard:
            # whoever knows each file compares it with what stands there when a line is read,
            # whatever the line says, so that a second line of one file does nothing more
            said = Happening.MODIFIED if self.habits.remembers_each else event.happening
            line = Event(said, event.name)
            if _CONFIGURATION.match(event.name) and line not in queue:
                queue.append(line)
        return known._replace(queue=tuple(queue))

    def _begun(self, files: Files, known: LinkerdMemory) -> DirectoryChange:
        """Remove the file of the interface mode that an older release left."""
        after = known._replace(phase=LinkerdPhase.LIST, watches=self.habits.remembers_each)
        if self.habits.interface_mode or _OWN not in files:
            return self._listed(files, after)
        return DirectoryChange(removed(files, _OWN), after, (Event(Happening.DELETED, _OWN),))

    def _listed(self, files: Files, known: LinkerdMemory) -> DirectoryChange:
        """Decide what the first round is about."""
        names = _listing(files, "conflist", "conf")
        if any("linkerd" not in name for name in names):
            return DirectoryChange(files, known._replace(phase=LinkerdPhase.ROUND, todo=names))
        if self.habits.interface_mode:
            return DirectoryChange(files, self._install(files, known, _OWN))
        if names and self.habits.loud and not self.habits.remembers_each:
            # `grep -v linkerd` finds no line, and fails
            return DirectoryChange(files, self._failed(known))
        return DirectoryChange(files, self._through(known))

    def _in_round(self, files: Files, known: LinkerdMemory) -> DirectoryChange:
        name, *left = known.todo
        rest = known._replace(todo=tuple(left))
        if not self.habits.remembers_each:
            return DirectoryChange(files, self._install(files, rest, name))
        if name not in files:
            return DirectoryChange(files, self._failed(rest))
        # it moves the file out and in again, so that the watch tells of it
        moving = rest._replace(target=name, content=files[name])
        return DirectoryChange(files, moving._replace(phase=LinkerdPhase.UNLINK))

    def _watching(self, files: Files, known: LinkerdMemory) -> DirectoryChange:
        """Start to watch, with the first of the files as the one that is known."""
        names = sorted(_listing(files, "conflist", "conf"), key=encoded)
        first = files[names[0]] if names else ""
        after = known._replace(phase=LinkerdPhase.LISTEN, watches=True, known=(("", first),))
        return DirectoryChange(files, after)

    def _listened(self, files: Files, known: LinkerdMemory) -> DirectoryChange | None:
        """Answer the next line: `sync`."""
        if not known.queue or not known.reads:
            return None
        event, *left = known.queue
        rest = known._replace(queue=tuple(left))
        if event.happening is Happening.DELETED:
            none_left = not _listing(files, "conflist", "conf")
            if self.habits.interface_mode and none_left:
                return DirectoryChange(files, self._install(files, rest, _OWN))
            return DirectoryChange(files, rest)
        content = files.get(event.name)
        if self.habits.remembers_each:
            if content is None or content == dict(known.known).get(event.name):
                return DirectoryChange(files, rest)
            return DirectoryChange(files, self._patch(rest, event.name, content))
        if content is None and self.habits.loud:
            return DirectoryChange(files, self._failed(rest))
        if content == dict(known.known)[""]:
            return DirectoryChange(
                files, rest._replace(phase=LinkerdPhase.REMEMBER, name=event.name)
            )
        return DirectoryChange(
            files, self._install(files, rest._replace(name=event.name), event.name)
        )

    def _install(self, files: Files, known: LinkerdMemory, name: str) -> LinkerdMemory:
        """Work out what is to be written, up to v1.6.2: a file that is not there is its plugin."""
        if not self.plugin:
            return self._failed(known)
        content = self.plugin + "\n"
        if name in files:
            printed = chained(files[name], self.plugin, TYPE)
            if printed.failed:
                return self._failed(known)
            content = printed.text + "\n"
        drops = self.habits.interface_mode and _OWN in files and name != _OWN
        pending = known._replace(target=name, content=content)
        return pending._replace(phase=LinkerdPhase.DROP_OWN if drops else LinkerdPhase.UNLINK)

    def _patch(self, known: LinkerdMemory, name: str, content: str) -> LinkerdMemory:
        """Work out what is to be written, from v1.6.3: nothing where jq prints nothing."""
        if not self.plugin:
            return self._failed(known)
        printed = chained(content, self.plugin, TYPE)
        if not printed.text:
            return known
        made = printed.text + "\n"
        seen = {**dict(known.known), _target(name): made}
        pending = known._replace(target=name, content=made, known=tuple(sorted(seen.items())))
        return pending._replace(phase=LinkerdPhase.UNLINK)

    def _dropped_own(self, files: Files, known: LinkerdMemory) -> DirectoryChange:
        following = known._replace(phase=LinkerdPhase.UNLINK)
        if _OWN not in files:
            return DirectoryChange(files, following)
        return self._done(removed(files, _OWN), following, Event(Happening.DELETED, _OWN))

    def _unlinked(self, files: Files, known: LinkerdMemory) -> DirectoryChange:
        target = self._place(known)
        if target not in files:
            return self._created(files, known)
        gone = Event(Happening.DELETED, target)
        return self._done(removed(files, target), known._replace(phase=LinkerdPhase.CREATE), gone)

    def _created(self, files: Files, known: LinkerdMemory) -> DirectoryChange:
        """Make the file; somebody else who made it meanwhile lets `mv` fail."""
        target = self._place(known)
        if target in files:
            return DirectoryChange(files, self._failed(known))
        made = (Event(Happening.CREATED, target), Event(Happening.MODIFIED, target))
        after = written(files, target, known.content)
        dropping = target != known.target
        following = known._replace(phase=LinkerdPhase.DROP) if dropping else self._through(known)
        return self._done(after, following, *made)

    def _dropped(self, files: Files, known: LinkerdMemory) -> DirectoryChange:
        following = self._through(known)
        if known.target not in files:
            return DirectoryChange(files, following)
        gone = Event(Happening.DELETED, known.target)
        return self._done(removed(files, known.target), following, gone)

    def _remembered(self, files: Files, known: LinkerdMemory) -> DirectoryChange:
        """Know the file again that the line was about, up to v1.6.2."""
        after = known._replace(phase=LinkerdPhase.LISTEN, name="")
        if known.name in files:
            after = after._replace(known=(("", files[known.name]),))
        return DirectoryChange(files, after)

    def _cleaned(self, files: Files, known: LinkerdMemory) -> DirectoryChange:
        """Take the plugin out of every list, until jq fails at one."""
        ended = LinkerdMemory(LinkerdPhase.EXITED)
        if not self._can_clean(known):
            return DirectoryChange(files, ended)
        after, events = dict(files), []
        for name in _listing(files, "conflist"):
            printed = unchained(files[name], TYPE)
            if printed.failed:
                break
            after[name] = printed.text + "\n"
            events.append(Event(Happening.MODIFIED, name))
        else:
            if self.habits.interface_mode and after.pop(_OWN, None) is not None:
                events.append(Event(Happening.DELETED, _OWN))
        return DirectoryChange(after, ended, tuple(events))

    def _can_clean(self, known: LinkerdMemory) -> bool:
        """Whether the command that kills inotifywait does not fail, and the rest comes about."""
        watching = known.watches + (self.habits.watches_token and not known.in_round)
        return watching > 0 if self.habits.kills_many else watching < 2

    def _failed(self, known: LinkerdMemory) -> LinkerdMemory:
        """Return what comes of a command that fails: the script ends, or the loop that listens."""
        if not known.in_round:
            return LinkerdMemory(
                LinkerdPhase.LISTEN, watches=known.watches, reads=False, in_round=False
            )
        return _cleaning(known) if self.habits.loud else LinkerdMemory(LinkerdPhase.EXITED)

    def _done(self, files: Files, known: LinkerdMemory, *events: Event) -> DirectoryChange:
        """Return a change of the directory, of which inotifywait tells the script as well."""
        return DirectoryChange(files, self._heard(known, events), events)

    def _through(self, known: LinkerdMemory) -> LinkerdMemory:
        """Return what comes next once a file is done with."""
        free = known._replace(target="", content="")
        if known.todo:
            return free._replace(phase=LinkerdPhase.ROUND, name="")
        if known.in_round:
            phase = LinkerdPhase.LISTEN if self.habits.remembers_each else LinkerdPhase.WATCH
            return free._replace(phase=phase, in_round=False, name="")
        if self.habits.remembers_each or not known.name:
            return free._replace(phase=LinkerdPhase.LISTEN, name="")
        return free._replace(phase=LinkerdPhase.REMEMBER)

    def _place(self, known: LinkerdMemory) -> str:
        """Return where the file goes: a .conf has become a list, unless it is only moved anew."""
        if self.habits.remembers_each and known.in_round:
            return known.target
        return _target(known.target)

    _taken = MappingProxyType(
        {
            LinkerdPhase.BEGIN: _begun,
            LinkerdPhase.LIST: _listed,
            LinkerdPhase.ROUND: _in_round,
            LinkerdPhase.WATCH: _watching,
            LinkerdPhase.LISTEN: _listened,
            LinkerdPhase.DROP_OWN: _dropped_own,
            LinkerdPhase.UNLINK: _unlinked,
            LinkerdPhase.CREATE: _created,
            LinkerdPhase.DROP: _dropped,
            LinkerdPhase.REMEMBER: _remembered,
            LinkerdPhase.CLEAN: _cleaned,
        }
    )
    """How each step is taken."""


def _cleaning(known: LinkerdMemory) -> LinkerdMemory:
    """Return the memory of a script that undoes its doing: what it was about to do is forgotten."""
    return LinkerdMemory(
        LinkerdPhase.CLEAN, watches=known.watches, reads=known.reads, in_round=known.in_round
    )


def linkerd_memory(memory: Hashable) -> LinkerdMemory:
    """Return a memory of the script as what it is. TypeError for one of another program."""
    if not isinstance(memory, LinkerdMemory):
        raise TypeError(f"not a memory of this program: {memory!r}")
    return memory


def _target(name: str) -> str:
    """Return the name that a configuration has once it is a list."""
    is_single = name != _OWN and name.rpartition(".")[2] == "conf"
    return f"{name}list" if is_single else name


def _listing(files: Files, *endings: str) -> tuple[str, ...]:
    """Return what `find` prints: no order is promised, here it is tmpfs's, the newest first."""
    names = [name for name in files if "/" not in name and name.lower().endswith(endings)]
    return tuple(reversed(names))


def linkerd_cni(release: Release, settings: ProgramSettings) -> LinkerdCNI:
    """Return the script of a release as the environment (`settings["env"]`) makes it."""
    env = settings.get("env")
    given = env.get("CNI_NETWORK_CONFIG", _PLUGIN) if isinstance(env, Mapping) else _PLUGIN
    return LinkerdCNI(habits(release), str(given).replace("__KUBECONFIG_FILEPATH__", _KUBECONFIG))
