"""What is known while kustomizations are built: their objects, and what was found on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cnilint.gitops.graph import Edge, NotRead, UnreadReason
from cnilint.gitops.kustomize_fields import FieldConflictError, Tables, merged
from cnilint.gitops.kustomize_loading import Kustomization, NotReadError, nowhere
from cnilint.gitops.kustomize_patches import NoTargetError
from cnilint.gitops.kustomize_resources import (
    KustomizeRefusedError,
    Resource,
    Resources,
    location,
    whole,
)
from cnilint.gitops.kustomize_variables import KustomizeVariable
from cnilint.kube.manifest import Manifest
from cnilint.model.finding import Location
from cnilint.start import NamedTuple


class Journal:
    """What one build found on its way: what brings in what, and what could not be followed."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.edges: list[Edge] = []
        self.not_read: list[NotRead] = []

    def note(self, reason: UnreadReason, target: str, place: Location, detail: str = "") -> None:
        """Note something that could not be followed; see `NotRead`."""
        self.not_read.append(NotRead(reason, target, place, detail))

    @contextmanager
    def step(self, place: Location, target: str) -> Iterator[None]:
        """Note what is refused in a step, and go on with the next."""
        try:
            yield
        except NotReadError as error:
            if error.not_read is not None:
                self.not_read.append(error.not_read)
        except KustomizeRefusedError as error:
            at = location(error.place) if error.place is not None else place
            self.note(UnreadReason.NOT_BUILT, target, at, error.detail)
        except FieldConflictError:
            self.note(UnreadReason.NOT_BUILT, target, place)
        except RecursionError:
            self.note(UnreadReason.DEPTH, target, place)


class Accumulator:
    """What a kustomization has so far; a component adds to that of the one that names it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.resources = Resources()
        self.tables = Tables()
        self.charts: list[Manifest] = []
        self.variables: dict[str, KustomizeVariable] = {}
        self.is_whole = True
        """Whether every source was read: else an object that is missing may be in the others."""

    def take(self, other: Accumulator) -> Iterator[Resource]:
        """Add what another kustomization has; yield the objects that are there already."""
        for resource in other.resources:
            try:
                self.resources.append(resource)
            except KustomizeRefusedError:
                yield resource
        self.tables = merged(self.tables, other.tables)
        self.charts += other.charts
        self.variables |= other.variables
        self.is_whole = self.is_whole and other.is_whole


class BuildLevel(NamedTuple):
    """A kustomization that is being built, and the folders of those that it is part of."""

    kustomization: Kustomization
    above: tuple[str, ...]

    @property
    def folder(self) -> str:
        """Where its paths count from."""
        return self.kustomization.folder


@contextmanager
def lenient(found: Accumulator) -> Iterator[None]:
    """Leave out what has no target where that may be in a source that was not read."""
    try:
        yield
    except NoTargetError:
        if found.is_whole:
            raise


def moved(manifest: Manifest, namespace: str) -> Manifest:
    """Return an object in another namespace."""
    names = (manifest.api_version, manifest.kind, namespace, manifest.name)
    return Manifest(manifest.document, manifest.route, manifest.root, *names)


def place_of_file(kustomization: Kustomization) -> Location:
    """Return the place of a kustomization as a whole."""
    if kustomization.document is None:
        return nowhere(kustomization.path)
    return whole(kustomization.document)
