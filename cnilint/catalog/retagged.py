"""Which release a workload runs: what its tag says, unless what it is told shows otherwise.

A mirror may give an image a tag of its own, which is no release of the product. The command and
the settings show it: some of them are there only from a release on, or up to one.
"""

from __future__ import annotations

import re

from cnilint.model.finding import Note

from .form import WorkloadForm
from .product import Evidence, Product
from .release import Release, in_range, release, shown


def release_of(product: Product, form: WorkloadForm, notes: list[Note]) -> Release | None:
    """Return the release that a workload runs; None where nothing names one.

    A tag that contradicts what is seen is noted. It counts all the same where the image is the
    product's own: then the manifest is of another release, which rules tell.
    """
    image = form.container.image
    named = release(image.tag)
    if named is None or any(re.search(one, image.repository) for one in product.repositories):
        return named
    for one in product.evidence:
        text = form.look_up(one.kind, one.name)
        if text is None or not re.search(one.text, text.value) or in_range(named, one.versions):
            continue
        taken = release(one.taken_as)
        notes.append(_note(product, form, one, taken))
        return taken
    return named


def _note(product: Product, form: WorkloadForm, one: Evidence, taken: Release | None) -> Note:
    container = form.container
    place = container.manifest.locate(container.tree, container.route)
    return Note(
        f"{product.title} ({form.title}): the tag {container.image.tag!r} is none of its releases, "
        f"as {one.shows}; it is taken as {shown(taken) or 'the newest one'}",
        place,
    )
