"""The clusters of a run, with what is said of the sources that were not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from cnilint.catalog.catalog import Role
from cnilint.catalog.installer import Installer
from cnilint.catalog.recognise import concerns_cni, installers
from cnilint.gitops.clusters import Layout, Survey
from cnilint.gitops.files import Files
from cnilint.gitops.graph import ClusterObjects, NotRead, UnreadReason
from cnilint.kube.manifest import Manifest, ManifestIndex
from cnilint.model.finding import Location, Note
from cnilint.model.tree import Document, SyntaxProblem

from .inputs import Inputs
from .local_charts import AUTO, NEVER, helm, with_charts, with_own_charts
from .places import placed

MOST_NAMED = 3
"""Places that are named where many are told of together."""

WORDS: Mapping[UnreadReason, tuple[str, str]] = {
    UnreadReason.REMOTE: ("a remote resource", "remote resources"),
    UnreadReason.MISSING: ("a path where nothing lies", "paths where nothing lies"),
    UnreadReason.OUTSIDE: ("a path outside of the repository", "paths outside of the repository"),
    UnreadReason.CYCLE: ("a folder that brings in itself", "folders that bring in themselves"),
    UnreadReason.DEPTH: ("a source that is nested too deep", "sources that are nested too deep"),
    UnreadReason.NOT_BUILT: ("something Kustomize refuses", "things Kustomize refuses"),
    UnreadReason.SYNTAX: ("a file that cannot be read", "files that cannot be read"),
    UnreadReason.UNSUPPORTED: (
        "a part of Kustomize that is not modelled",
        "parts that are not modelled",
    ),
    UnreadReason.GENERATOR_PLUGIN: ("a plugin's output", "plugins' output"),
    UnreadReason.TEMPLATE: (
        "a template that was not filled in",
        "templates that were not filled in",
    ),
    UnreadReason.CHART_NOT_RENDERED: (
        "a chart that was not rendered",
        "charts that were not rendered",
    ),
    UnreadReason.HELMFILE_NOT_RENDERED: (
        "a helmfile whose templates were not filled in",
        "helmfiles whose templates were not filled in",
    ),
    UnreadReason.OTHER_REPOSITORY: ("a path in another repository", "paths in other repositories"),
    UnreadReason.UNKNOWN_VARIABLE: ("a path with a variable", "paths with variables"),
    UnreadReason.UNKNOWN_CLUSTERS: (
        "an ApplicationSet that asks the running Argo CD",
        "ApplicationSets that ask the running Argo CD",
    ),
    UnreadReason.CLUSTERS_NOT_IN_VIEW: (
        "what selects clusters that are not in view",
        "objects that select clusters which are not in view",
    ),
    UnreadReason.TOO_MUCH: (
        "a source that comes to more than is followed",
        "sources that come to more than is followed",
    ),
}
"""What was not read, one of it and several."""


DECIDING = frozenset(
    {
        UnreadReason.REMOTE,
        UnreadReason.CHART_NOT_RENDERED,
        UnreadReason.HELMFILE_NOT_RENDERED,
        UnreadReason.TOO_MUCH,
    }
)
"""Reasons for which what was not read may well be a CNI: nothing is decided without it."""


def _beside_published(inputs: Inputs) -> Files:
    from cnilint.catalog.published import Published

    return inputs.files.beside_others(Published())


class ClusterSources:
    """The clusters of what was read, with what their charts come to, and what was not followed."""

    def __init__(
        self, inputs: Inputs, paths: Mapping[str, tuple[str, ...]], render: str = AUTO
    ) -> None:
        """Follow what was read.

        `paths` are what settings say that each cluster gets, `render` whether Helm is run on charts
        of the repository: `auto`, `always` or `never`.
        """
        self._render = None if render == NEVER else helm
        self._files = _beside_published(inputs)
        self._installs = _Installs(inputs)
        self._survey = Survey(
            self._files,
            inputs.documents,
            self._installs,
            self._installs.twice,
            self._installs.rivals,
        )
        found = self._survey.layout(paths)
        self._charts = {one.name: self._files.tracked() for one in found.clusters}
        self.layout = with_charts(found, self._charts, self._files, inputs.documents, self._render)

    def all_notes(self) -> Iterator[Note]:
        """Yield what is said of all clusters: what stands twice, and what was not followed."""
        yield from map(_repeated, self.layout.repeated)
        for one in self.layout.clusters:
            yield from _not_read(one)

    def notes(self, one: ClusterObjects) -> list[Note]:
        """Return what is said of one cluster: what stands twice, and what could not be followed."""
        return [*map(_repeated, self._survey.repeated(one.name)), *_not_read(one)]

    def reads(self, one: ClusterObjects) -> set[str]:
        """Return the files that the objects of a cluster are made of."""
        charts = self._charts[one.name].read_paths if one.name in self._charts else ()
        return {*one.reads, *self._survey.rests_on(one.name), *charts}

    def _same_installs(self, after: _Installs) -> Callable[[Manifest, Manifest], bool]:
        """Return what tells whether an object and a later version of it install the same."""

        def same(one: Manifest, other: Manifest) -> bool:
            before = self._installs
            return before(one) == after(other) and before.shown(one) == after.shown(other)

        return same

    def changed(
        self, inputs: Inputs, shown: Iterable[str], names: Sequence[str]
    ) -> ClusterSources | None:
        """Return the same sources with other texts in some files, by their reported paths.

        The layout has the clusters that are named, which are those that read them; no other one is
        changed. None where that cannot be said.
        """
        from copy import copy

        other: ClusterSources = copy(self)
        other._files = _beside_published(inputs)
        other._installs = _Installs(inputs)
        texts: dict[str, list[Document]] = {}
        for one in shown:
            given = texts.setdefault(other._files.path(one), [])
            given += inputs.of([one]).documents
        survey = self._survey.changed(
            other._files, other._installs, self._same_installs(other._installs), texts, names
        )
        if survey is None:
            return None
        other._survey = survey
        made = tuple(survey.made(name) for name in names)
        other._charts = {}
        other.layout = Layout(
            tuple(with_own_charts(one, other._files, other._render) for one in made),
            self.layout.unapplied,
        )
        return other


class _Installs:
    """Whether an object installs a CNI product, worked out once for each."""

    def __init__(self, inputs: Inputs) -> None:
        self._index = ManifestIndex((), inputs.files)
        self._known: dict[int, tuple[Manifest, bool]] = {}
        self._shown: dict[int, tuple[Manifest, list[Installer]]] = {}

    def __call__(self, one: Manifest) -> bool:
        if id(one) not in self._known:
            self._known[id(one)] = (one, concerns_cni(one, self._index))
        return self._known[id(one)][1]

    def twice(self, one: Manifest, other: Manifest) -> bool:
        """Whether two objects install one product, and neither is a part of the other's install."""
        both = self.shown(one) & self.shown(other)
        counts = Counter(each.product.id for each in self._installed((one, other)) if both)
        return any(counts[product] > 1 for product in both)

    def rivals(self, one: Manifest, other: Manifest) -> bool:
        """Whether two objects are each a primary CNI, or install one product."""
        both = self._is_primary(one) and self._is_primary(other)
        return both or (
            not self.shown(one).isdisjoint(self.shown(other)) and self.twice(one, other)
        )

    def _is_primary(self, one: Manifest) -> bool:
        return any(each.role is Role.PRIMARY for each in self._alone(one))

    def shown(self, one: Manifest) -> frozenset[str]:
        """Return the products that an object installs by itself, by their ids."""
        return frozenset(each.product.id for each in self._alone(one))

    def _alone(self, one: Manifest) -> list[Installer]:
        """Return what an object installs by itself, worked out once."""
        if id(one) not in self._shown:
            found = [each for each in self._installed((one,)) if not each.assumed]
            self._shown[id(one)] = (one, found)
        return self._shown[id(one)][1]

    def _installed(self, members: tuple[Manifest, ...]) -> list[Installer]:
        return installers(members, self._index)[0]


def _repeated(pair: tuple[Manifest, Manifest]) -> Note:

    before, after = pair
    path = placed(after.location()).source.path
    message = f"{before.title} stands here and again in {path}: the later one counts"
    return Note(message, before.location("metadata", "name"))


def _not_read(one: ClusterObjects) -> Iterator[Note]:
    """Yield a note for each reason why sources of a cluster were not read."""
    groups: dict[UnreadReason, list[NotRead]] = {}
    for each in one.not_read:
        groups.setdefault(each.reason, []).append(each)
    for reason, members in groups.items():
        yield Note(_not_read_words(reason, members), members[0].place, one.name)


def deciding(one: ClusterObjects) -> tuple[str, ...]:
    """Return the names of the sources that were not read and may bring a CNI."""
    from cnilint.catalog.published import Published

    published = Published()
    return tuple(
        dict.fromkeys(
            each.target
            for each in one.not_read
            if each.reason in DECIDING and not published.brings_no_cni(each.target)
        )
    )


def _not_read_words(reason: UnreadReason, members: Sequence[NotRead]) -> str:
    names = list(dict.fromkeys(named_source(each) for each in members))
    are = "is" if len(members) == 1 else "are"
    return f"{counted_sources(reason, len(members))} {are} not read: {named_together(names)}"


def counted_sources(reason: UnreadReason, number: int) -> str:
    """Return how many sources were not read for a reason, in words."""
    single, several = WORDS[reason]
    return single if number == 1 else f"{number} {several}"


def named_source(one: NotRead) -> str:
    """Return the address or path of what was not read, with what is wrong there."""
    return f"{one.target} ({one.detail})" if one.detail else one.target


def named_together(names: Sequence[str]) -> str:
    """Return the first of some names, and how many there are beside them."""
    more = len(names) - MOST_NAMED
    listed = ", ".join(names[:MOST_NAMED])
    return f"{listed} and {more} more" if more > 0 else listed


NOTED = {
    "template": "templates are not rendered",
    "foreign": "files are not read, as they lie outside of the repository",
}
"""What is said of several texts of one kind that are no manifests as they are."""


def problem_notes(problems: Iterable[SyntaxProblem], layout: Layout) -> Iterator[Note]:
    """Yield one note on all texts of each kind that are no manifests as they are.

    What is a source that a cluster of the layout goes without is told of as such.
    """
    told = {
        (each.place.source.path, each.place.span)
        for one in layout.clusters
        for each in one.not_read
    }
    kinds: dict[str, list[SyntaxProblem]] = {}
    for one in problems:
        if one.is_note and (one.source.path, one.span) not in told:
            kinds.setdefault(one.kind, []).append(one)
    for kind, found in kinds.items():
        first = Location(found[0].source, found[0].span)
        names = list(dict.fromkeys(one.source.path for one in found))
        several = f"{len(found)} {NOTED[kind]}: {named_together(names)}"
        yield Note(found[0].message if len(found) == 1 else several, first)
