"""A scene drawn: writers on the left, the directory in the middle, readers on the right.

Everything that can happen is drawn once; classes and data attributes say what belongs to which
moment, so that a script can show one step of an order and a style sheet all of them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.report.glyphs import columns, glyphs
from cnilint.report.terminal.layout import wrapped
from cnilint.start import NamedTuple

from .markup import NOTHING, Markup, joined, tag
from .scene import Row, Scene, owned, shown


class PictureWidths(NamedTuple):
    """The widths of a picture, in its own units; without `actors` the rows name their writers."""

    actors: int
    gap: int
    files: int
    lane: int
    readers: int
    row: int
    name: int
    """Characters of a file's name."""
    writer: int = 20
    """Characters of a line of a writer's name."""

    @property
    def left(self) -> int:
        """Where the directory begins."""
        return self.actors + self.gap

    @property
    def right(self) -> int:
        """Where the readers begin."""
        return self.left + self.files + self.lane


WIDE = PictureWidths(actors=150, gap=52, files=340, lane=62, readers=116, row=52, name=36)
NARROW = PictureWidths(actors=0, gap=0, files=248, lane=30, readers=100, row=70, name=28)

TOP, SPACE, PAD, CORNER = 44, 10, 12, 6
READER = 46
SHORT = 24
"""Columns of a directory's name that leave room beside it."""


def picture(scene: Scene, room: PictureWidths, kind: str) -> Markup:
    """Return a scene as SVG, with its text alternative."""
    drawn = _Drawing(scene, room)
    return tag(
        "svg",
        *drawn.parts(),
        class_=f"picture {kind}",
        viewBox=f"-1 -1 {room.right + room.readers + 2} {drawn.height + 2}",
        role="img",
        aria_label=shown(scene),
        data_all=shown(scene),
    )


class _Drawing:
    """The places of everything in a picture."""

    def __init__(self, scene: Scene, room: PictureWidths) -> None:
        self.scene = scene
        self.room = room
        self.bottom = TOP + max(1, len(scene.rows)) * (room.row + SPACE) - SPACE + PAD
        self.actors = list(self._stacked()) if room.actors else []
        takes = scene.takes or scene.passing_takes
        middle = self.middle(takes[0]) if takes else TOP + READER // 2
        self.runtime = max(0, middle - READER // 2)
        masters = scene.masters or scene.passing_masters
        middles = [self.middle(at) for at in masters] or [middle + READER * 2]
        self.multus = max(self.runtime + READER + 30, sum(middles) // len(middles) - READER // 2)
        lowest = [top + height for _, top, height, _ in self.actors]
        lowest.append((self.multus if scene.through else self.runtime) + READER)
        self.height = max(self.bottom, *lowest)

    def middle(self, at: int) -> int:
        """Return the height of a row's middle."""
        return TOP + at * (self.room.row + SPACE) + self.room.row // 2

    def parts(self) -> Iterator[Markup]:
        """Yield what is drawn, from the back to the front."""
        yield from self._directory()
        yield from self._writing()
        yield from self._reading()
        for at, top, height, lines in self.actors:
            yield self._actor(at, top, height, lines)
        yield self._reader("runtime", self.runtime, self.scene.runtime, "the runtime")
        if self.scene.through:
            spare = "" if self.scene.masters else " spare"
            yield self._reader(f"multus{spare}", self.multus, "Multus", "delegates")

    def _stacked(self) -> Iterator[tuple[int, int, int, list[str]]]:
        """Yield each actor's place, top, height and lines, beside its first file if there is room.

        Those who write the same row, or none, follow one another.
        """
        rows = {
            at: min((i for i, row in enumerate(self.scene.rows) if at in row.writers), default=99)
            for at in range(len(self.scene.actors))
        }
        below = 0
        for at in sorted(rows, key=lambda at: (rows[at], at)):
            lines = [_cut(line, 22) for line in wrapped(self.scene.actors[at].title, 20)[:2]]
            height = 30 + 17 * len(lines)
            top = max(below, self.middle(rows[at]) - height // 2 if rows[at] != 99 else below)
            below = top + height + SPACE
            yield at, top, height, lines

    def _directory(self) -> Iterator[Markup]:
        left, width = self.room.left, self.room.files
        yield _box(left, 0, width, self.bottom, "directory")
        most = 40 if self.room.actors else 28
        yield _text(left + PAD, 26, _cut(self.scene.directory, most), "path")
        if self.room.actors and columns(self.scene.directory) <= SHORT:
            yield _text(left + width - PAD, 26, "read from the top", "soft end")
        if not self.scene.rows:
            yield _text(left + PAD, TOP + 30, "stays empty", "soft")
        for at, row in enumerate(self.scene.rows):
            yield self._row(at, row)

    def _row(self, at: int, row: Row) -> Markup:
        scene, room = self.scene, self.room
        left, top, width = room.left + PAD, TOP + at * (room.row + SPACE), room.files - 2 * PAD
        classes = ["row"]
        overview = ""
        if at in scene.owners:
            classes.append("owns" if scene.certain else "may-own")
            overview = owned(scene)
        elif at in scene.takes:
            overview = "taken" if len(scene.takes) == 1 else "may be taken"
        elif not row.stays:
            classes.append("gone")
            overview = "gone in the end"
        elif not row.read:
            overview = "not read"
        tags = (
            (overview, "overview"),
            ("owns the pods", "owner"),
            ("taken", "taken"),
            ("not there", "absent"),
        )
        wide = bool(room.actors)
        about = f"network {row.network}" if row.network else ""
        if not wide:
            titles = dict.fromkeys(scene.actors[one].title for one in row.writers)
            writers = " and ".join(titles)
            about = " · ".join(filter(None, (writers, row.network)))
        x, y = (left + width - 10, top + 41) if wide else (left + 10, top + 60)
        return tag(
            "g",
            _box(left, top, width, room.row, "file"),
            _text(left + 10, top + 22, _cut(row.name, room.name), "name"),
            _text(left + 10, top + 41, _cut(about, 27 if wide else 30), "soft"),
            *(_text(x, y, each, f"tag {kind}{' end' if wide else ''}") for each, kind in tags),
            class_=" ".join(classes),
            data_row=at,
        )

    def _actor(self, at: int, top: int, height: int, lines: Sequence[str]) -> Markup:
        actor = self.scene.actors[at]
        about = " · ".join(filter(None, (actor.verb, actor.name)))
        words = [_text(12, top + 21 + 17 * n, line, "title") for n, line in enumerate(lines)]
        return tag(
            "g",
            _box(0, top, self.room.actors, height, "box"),
            *words,
            _text(12, top + height - 9, _cut(about, 22), "soft"),
            class_="actor",
            data_actor=at,
        )

    def _reader(self, kind: str, top: int, title: str, about: str) -> Markup:
        x = self.room.right
        return tag(
            "g",
            _box(x, top, self.room.readers, READER, "box"),
            _text(x + 12, top + 20, _cut(title, 13), "title"),
            _text(x + 12, top + 37, about, "soft"),
            class_=f"reader {kind}",
        )

    def _writing(self) -> Iterator[Markup]:
        """Yield the arrows from writers to files: side by side where several end in one row."""
        for at, top, height, _ in self.actors:
            for number, row in enumerate(self.scene.rows):
                if at in row.writers:
                    share = (row.writers.index(at) + 1) * self.room.row // (len(row.writers) + 1)
                    end = self.middle(number) - self.room.row // 2 + share
                    start = (self.room.actors, top + height // 2)
                    kind = "writes" if row.stays else "writes open"
                    yield _arrow(start, (self.room.left + PAD, end), kind, f"writes-{at}-{number}")

    def _reading(self) -> Iterator[Markup]:
        """Yield the arrows of the runtime and of Multus, and the one that leads to Multus."""
        scene, edge = self.scene, self.room.left + self.room.files - PAD
        for rows, also in ((scene.takes, ""), (scene.passing_takes, " passing")):
            for at in rows:
                # Two arrows share the edge of a file that leads on to Multus.
                lift = 9 if at in scene.through else 0
                kind = "takes" + also + (" open" if len(scene.takes) > 1 else "")
                start = (self.room.right, self.runtime + READER // 2)
                yield _arrow(start, (edge, self.middle(at) - lift), kind, f"takes-{at}")
                if lift:
                    leave = (edge, self.middle(at) + lift)
                    enter = (self.room.right, self.multus + 13)
                    yield _arrow(leave, enter, f"through{also}", f"through-{at}")
        for rows, also in ((scene.masters, ""), (scene.passing_masters, " passing")):
            for at in rows:
                kind = "masters" + also + (" open" if len(scene.masters) > 1 else "")
                start = (self.room.right, self.multus + READER - 13)
                yield _arrow(start, (edge, self.middle(at)), kind, f"masters-{at}")


def _box(x: int, y: int, width: int, height: int, class_: str) -> Markup:
    return tag("rect", x=x, y=y, width=width, height=height, rx=CORNER, class_=class_)


def _text(x: int, y: int, content: str, class_: str) -> Markup:
    return tag("text", content, x=x, y=y, class_=class_) if content else NOTHING


def _arrow(start: tuple[int, int], end: tuple[int, int], kind: str, what: str) -> Markup:
    """Return an arrow that leaves and arrives level, with its head at the end."""
    (x, y), (to, at) = start, end
    back = 1 if to < x else -1
    bend = (x + to) // 2
    line = f"M{x} {y}C{bend} {y} {bend} {at} {to + 6 * back} {at}"
    head = f"M{to} {at}l{8 * back} -4.5v9z"
    drawn = (tag("path", d=line, class_="line"), tag("path", d=head, class_="head"))
    return tag("g", joined(drawn), class_=f"arrow {kind}", data_arrow=what)


def _cut(content: str, most: int) -> str:
    """Return as much of a text as `most` columns show, an ellipsis for the rest."""
    shown = list(glyphs(content, symbols=True))
    if sum(width for _, width in shown) <= most:
        return "".join(part for part, _ in shown)
    kept, used = "", 1
    for part, width in shown:
        if used + width > most:
            break
        kept, used = kept + part, used + width
    return f"{kept}…"
