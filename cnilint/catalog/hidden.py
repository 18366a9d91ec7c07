"""Installs whose settings are not in view: charts of any name that run a known product's image."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from cnilint.gitops.built import written_in
from cnilint.gitops.delivery import Delivery, deliveries
from cnilint.kube.manifest import Manifest, ManifestIndex
from cnilint.kube.values import PRESENT, Values, text_of
from cnilint.kube.workload import Image
from cnilint.model.finding import Location
from cnilint.model.tree import Mapping, Route, Tree, follow, members
from cnilint.model.tree import Sequence as SequenceTree
from cnilint.start import NamedTuple, lazy_pattern

from .catalog import Product, Recogniser, products

IMAGE = "image"
REPOSITORY, TAGS, REGISTRY = "repository", ("tag", "version"), "registry"
"""The members by which values name an image in parts, as most charts have it."""


_IMAGE = lazy_pattern(r"(?:image|repository):\s*[\"']?([\w./:@-]+)")
_WORD = lazy_pattern(r"[\w./-]+")


class Hidden(NamedTuple):
    """A product of which no more is known than its image: who runs it, and where that is said."""

    product: Product
    object: str
    location: Location


def hidden_installs(manifests: Sequence[Manifest], index: ManifestIndex) -> Iterator[Hidden]:
    """Yield what releases run by the images that their values name, each product once.

    A chart that the catalog knows says more than its images, and so does one whose values are the
    whole of the workload, or that was rendered.
    """
    rendered = {id(written_in(m.document)) for m in manifests if m.origin is not None}
    for manifest in manifests:
        if id(manifest.document) in rendered and manifest.origin is None:
            continue
        for one in deliveries(manifest, index):
            if one.kind == "release" and not _is_known(one):
                seen: set[str] = set()
                for product, place in _named(one.values):
                    if product.id not in seen:
                        seen.add(product.id)
                        yield Hidden(product, one.manifest.title, place)


def product_of_image(reference: str) -> Product | None:
    """Return the product that an image is of, by its name alone; None for any other."""
    image = Image.parse(reference)
    text = f"{image.repository}:{image.tag}"
    for product in products():
        if any(re.search(pattern, text) for pattern in product.images):
            return product
    return None


def products_named(text: str) -> list[Product]:
    """Return the products whose images a template or values name, as far as their text tells.

    Of several with one image it is that of which the text runs the program.
    """
    found: dict[str, Product] = {}
    run: list[Product] | None = None
    for reference in _IMAGE.findall(text):
        named = product_of_image(reference)
        if named is None:
            continue
        if run is None:
            words = set(_WORD.findall(text))
            run = [one for one in products() if any(_runs(r, words) for r in one.recognise)]
        repository = Image.parse(reference).repository
        same = [one for one in run if any(_has(each, repository) for each in one.recognise)]
        found |= {one.id: one for one in same or (named,)}
    return list(found.values())


def products_of_chart(name: str) -> list[Product]:
    """Return the products that a chart of a name installs whatever its values say."""
    return [
        product
        for product in products()
        for chart in product.charts
        if chart.name == name
        and re.search(chart.repository, "") is not None
        and all("" in values for values in chart.when.values())
    ]


def _runs(recogniser: Recogniser, words: Iterable[str]) -> bool:
    """Whether one of some words is a program that shows a product by itself."""
    more = (recogniser.image, recogniser.container, recogniser.labels, recogniser.environment)
    if not recogniser.command or recogniser.words or any(more):
        return False
    return any(re.search(recogniser.command, word) for word in words)


def _has(recogniser: Recogniser, repository: str) -> bool:
    return bool(recogniser.image) and re.search(recogniser.image, repository) is not None


def _is_known(one: Delivery) -> bool:
    from cnilint.gitops import generic_chart

    if one.name == generic_chart.CHART:
        return True
    charts = (chart for product in products() for chart in product.charts)
    return any(
        chart.name == one.name and re.search(chart.repository, one.source) is not None
        for chart in charts
    )


def _named(values: Iterable[Values]) -> Iterator[tuple[Product, Location]]:
    """Yield the products whose images values name, with the place of the name."""
    for one in values:
        if one.named or not any(map(one.manifest.mentions, (IMAGE, REPOSITORY))):
            continue
        for reference, tree, route in _references(one.tree, one.route):
            product = product_of_image(reference)
            if product is not None:
                place = one.manifest.locate(tree, (*one.manifest.route, *route))
                yield product, place


def _references(tree: Tree, route: Route) -> Iterator[tuple[str, Tree, Route]]:
    """Yield the images that a tree names, at any depth, each with its place."""
    pending: list[tuple[Tree, Route]] = [(tree, route)]
    while pending:
        found, at = pending.pop()
        whole = follow(found)
        if isinstance(whole, SequenceTree):
            pending += [(item, (*at, number)) for number, item in enumerate(whole.items)]
        elif isinstance(whole, Mapping):
            inside = members(whole)
            pending += [(value, (*at, key)) for key, value in inside.items()]
            for key in (IMAGE, REPOSITORY):
                name = _text(inside, key)
                if name:
                    yield _reference(inside, name), inside[key], (*at, key)


def _reference(inside: dict[str, Tree], name: str) -> str:
    registry = _text(inside, REGISTRY)
    tag = next((text for key in TAGS if (text := _text(inside, key))), "")
    whole = f"{registry}/{name}" if registry else name
    return f"{whole}:{tag}" if tag and not Image.parse(whole).tag else whole


def _text(inside: dict[str, Tree], key: str) -> str:
    found = text_of(inside[key]) if key in inside else None
    return found if found is not None and found != PRESENT else ""
