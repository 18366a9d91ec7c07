"""An HTML page read back as a tree, strictly: every element has to be ended where it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "input", "wbr"}


@dataclass
class Element:
    """An element: what is in it in the order of the page, texts as they are read."""

    name: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """Yield the elements below this one, in the order of the page."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def all(self, name: str, class_: str = "") -> list[Element]:
        """Return the elements below this one of a name, with a class if one is given."""
        return [e for e in self.walk() if e.name == name and (not class_ or class_ in e.classes)]

    def one(self, name: str, class_: str = "") -> Element:
        """Return the only element below this one of a name and class."""
        (found,) = self.all(name, class_)
        return found

    @property
    def classes(self) -> list[str]:
        """Its classes."""
        return (self.attributes.get("class") or "").split()

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    def shape(self) -> object:
        """Return it without its texts and the values of its attributes."""
        inside = tuple(c.shape() for c in self.children if isinstance(c, Element))
        return self.name, tuple(self.attributes), inside


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("#page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({key for key, _ in attrs}) == len(attrs), f"<{tag}> has an attribute twice"
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().name == tag, f"</{tag}> ends something else"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


def page(text: str) -> Element:
    """Return what a page holds."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    (top,) = reader.open
    return top
