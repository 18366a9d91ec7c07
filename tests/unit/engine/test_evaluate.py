"""What the rules find becomes one list: in the order of the text, each thing said once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest

from cnilint.engine import evaluate as module
from cnilint.engine import policy
from cnilint.engine.checks import CHECKS, INPUT_CHECKS
from cnilint.engine.evaluate import NOTHING_AROUND, Surroundings, evaluate
from cnilint.engine.hit import Hit
from cnilint.engine.ruleset import Rule, rules
from cnilint.model.finding import Level, Location, Note, Related
from cnilint.model.text import Span
from cnilint.model.tree import SyntaxProblem
from cnilint.run import host_files
from cnilint.simulation.cluster import Cluster
from tests.clusters import (
    NAMESPACE,
    OWNED,
    PINNED,
    UNPINNED,
    VPC,
    istio,
    multus,
    places,
    read,
)

Check = Callable[[Cluster], Iterator[Hit]]
LATEST = "example.test/multus-cni:latest"


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Replace the rules by cards that each have one check of the test's."""

    def only(**checks: Check) -> None:
        template = next(rule for rule in rules() if rule.id == "CNI102")
        cards = [
            template._replace(id=name, name=name.lower(), check=(name,), message="{what}")
            for name in checks
        ]
        monkeypatch.setattr(policy, "rules", lambda: tuple(cards))
        monkeypatch.setattr(module, "CHECKS", checks)

    return only


def at(cluster: Cluster, start: int = 0, end: int = 1, path: str = "") -> Location:
    """Return a place in one of a cluster's texts (default: the first)."""
    sources = [m.document.source for m in cluster.manifests if path in m.document.source.path]
    return Location(sources[0], Span(start, end))


OBJECT = "apiVersion: v1\nkind: ConfigMap\n"


def test_findings_come_in_the_order_of_the_files_and_of_their_places() -> None:
    wrong = UNPINNED.replace("0.3.1", "1").replace('"socketDir"', '"name"')
    files = {
        "z/multus.yaml": multus(wrong),
        "vpc.yaml": VPC,
        "a.yaml": f"{OBJECT}a: [\n---\n{OBJECT}b: 1\nb: 2\n",
    }
    found = places(evaluate(read(files)))
    assert found == [
        "multus.yaml:9:23: CNI109",
        "multus.yaml:12:29: CNI102",
        "multus.yaml:13:17: CNI110",
        "a.yaml:3:5: CNI901",
        "a.yaml:8:1: CNI902",
    ]
    turned = dict(reversed(files.items()))
    assert places(evaluate(read(turned))) == found[3:] + found[:3]


def test_at_one_place_the_shorter_one_then_the_rule_decides(only: Callable[..., None]) -> None:
    def check(*spans: tuple[int, int]) -> Check:
        return lambda cluster: iter([Hit(at(cluster, *span), {"what": "x"}) for span in spans])

    only(CNI2=check((5, 9), (0, 3)), CNI1=check((5, 9), (5, 6)))
    found = evaluate(read({"vpc.yaml": VPC})).findings
    assert [(f.location.span, f.rule) for f in found] == [
        ((0, 3), "CNI2"),
        ((5, 6), "CNI1"),
        ((5, 9), "CNI1"),
        ((5, 9), "CNI2"),
    ]


TWO = {"one/vpc.yaml": VPC, "two/vpc.yaml": VPC, "shared/multus.yaml": multus()}


def test_what_is_true_of_several_clusters_is_said_once() -> None:
    result = evaluate(read(TWO))
    assert [cluster.name for cluster in result.clusters] == ["one", "two"]
    (finding,) = result.findings
    assert (finding.rule, finding.cluster) == ("CNI102", "one, two")


def test_what_differs_between_clusters_is_said_of_each() -> None:
    files = {**TWO, "two/istio.yaml": OWNED}
    found = evaluate(read(files)).findings
    assert [(f.rule, f.cluster) for f in found] == [("CNI101", "two"), ("CNI102", "one")]


def test_a_cluster_is_named_once_however_often_a_check_says_it(only: Callable[..., None]) -> None:
    def twice(cluster: Cluster) -> Iterator[Hit]:
        for _ in range(2):
            yield Hit(at(cluster, path="shared"), {"what": "x"})

    only(CNI1=twice)
    files = {**TWO, "three/vpc.yaml": VPC}
    (finding,) = evaluate(read(files)).findings
    assert finding.cluster == "one, three, two"


def test_two_messages_at_one_place_are_two_findings(only: Callable[..., None]) -> None:
    def both(cluster: Cluster) -> Iterator[Hit]:
        yield Hit(at(cluster), {"what": "b"})
        yield Hit(at(cluster), {"what": "a"})

    only(CNI1=both)
    assert [f.message for f in evaluate(read({"vpc.yaml": VPC})).findings] == ["a", "b"]


def test_a_finding_has_the_words_of_its_card_and_the_facts_of_its_hit(
    only: Callable[..., None],
) -> None:
    def check(cluster: Cluster) -> Iterator[Hit]:
        related = (Related(at(cluster, 2, 3), "there"),)
        yield Hit(at(cluster), {"what": "{odd}"}, ("one", "two"), related, (), Level.NOTE)
        yield Hit(at(cluster, 1, 2), {"what": "as the card says"})

    only(CNI1=check)
    note, warning = evaluate(read({"vpc.yaml": VPC})).findings
    assert (note.rule, note.name, note.message) == ("CNI1", "cni1", "{odd}")
    assert (note.details, note.related[0].message) == (("one", "two"), "there")
    assert (note.level, note.help) == (Level.NOTE, "")
    card = next(rule for rule in rules() if rule.id == "CNI102")
    assert (warning.level, warning.help) == (Level.WARNING, card.help["fix"])


TABLES = {*CHECKS, *INPUT_CHECKS}


@pytest.mark.parametrize(
    "rule", [r for r in rules() if r.check and TABLES.issuperset(r.check)], ids=lambda r: r.id
)
def test_every_check_of_a_card_is_called(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    def of_cluster(name: str) -> Check:
        def check(_cluster: Cluster) -> Iterator[Hit]:
            called.append(name)
            return iter(())

        return check

    def of_texts(name: str) -> Callable[[Iterable[SyntaxProblem], Iterable[Note]], Iterator[Hit]]:
        def check(_problems: Iterable[SyntaxProblem], _notes: Iterable[Note]) -> Iterator[Hit]:
            called.append(name)
            return iter(())

        return check

    monkeypatch.setattr(policy, "rules", lambda: (rule,))
    monkeypatch.setattr(module, "CHECKS", {name: of_cluster(name) for name in CHECKS})
    monkeypatch.setattr(module, "INPUT_CHECKS", {name: of_texts(name) for name in INPUT_CHECKS})
    evaluate(read({"vpc.yaml": VPC}))
    assert sorted(called) == sorted(rule.check)


def test_a_note_of_several_clusters_is_there_once() -> None:
    files = {**TWO, "shared/multus.yaml": multus(PINNED, LATEST)}
    result = evaluate(read(files))
    assert len(result.clusters) == 2
    (note,) = [note for note in result.notes if "'latest' names no release" in note.message]
    assert note.location is not None
    (finding,) = [f for f in result.findings if f.rule == "CNI905"]
    assert finding.level is Level.NOTE
    assert finding.location.span == note.location.span
    assert finding.message == f"not decided: {note.message}"
    assert finding.cluster == ""


def test_notes_at_different_places_are_all_there() -> None:
    files = {f"{name}/multus.yaml": multus(PINNED, LATEST) for name in ("one", "two")}
    result = evaluate(read({**files, "vpc.yaml": VPC}))
    found = [n.location.source.path for n in result.notes if n.location is not None]
    assert sorted(found) == ["one/multus.yaml", "two/multus.yaml"]


def test_host_files_make_a_cluster_where_there_is_no_manifest() -> None:
    nothing = evaluate(read({"x.yaml": "a: 1\n"}))
    assert nothing.clusters == ()
    (cluster,) = evaluate(
        read({"x.yaml": "a: 1\n"}), Surroundings(host_files(["10-x.conflist"]))
    ).clusters
    assert (cluster.name, cluster.manifests) == ("default", ())
    (facts,) = cluster.classes
    assert facts.delegates == ["10-x.conflist"]
    (beside,) = evaluate(
        read({"vpc.yaml": VPC}), Surroundings(host_files(["10-x.conflist"]))
    ).clusters
    assert [manifest.name for manifest in beside.manifests] == ["aws-node"]
    assert beside.classes[0].delegates == ["10-aws.conflist"]


@pytest.mark.parametrize("runtime", ["containerd", "cri-o"])
def test_the_runtime_reaches_every_cluster(runtime: str) -> None:
    result = evaluate(read(TWO), Surroundings((), runtime))
    assert [cluster.runtime for cluster in result.clusters] == [runtime, runtime]
    assert NOTHING_AROUND.runtime == "containerd"


def test_the_result_counts_what_was_read() -> None:
    files = {
        "a.yaml": f"{NAMESPACE}---\n{VPC}---\nkind: A\napiVersion: [\n---\nc: 1\n",
        "i.yaml": istio(),
    }
    result = evaluate(read(files))
    assert (result.sources, result.documents, result.manifests) == (2, 4, 3)
    assert [result.count(level) for level in (Level.ERROR, Level.WARNING, Level.NOTE)] == [1, 0, 0]
