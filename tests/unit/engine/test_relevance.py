"""What is left unparsed is what no rule can ask for, however a text hides what it says."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.budget import Budget
from cnilint.engine.evaluate import evaluate
from cnilint.engine.inputs import inputs
from cnilint.engine.relevance import Relevance, anywhere, names_in
from cnilint.engine.rule import Rule
from cnilint.engine.ruleset import rules
from cnilint.kube.manifest import manifests
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, SyntaxProblem, plain
from cnilint.multus.meant_configuration import KEY as CONFIGURATION
from cnilint.syntax.collect import decode
from cnilint.syntax.compose import MOST_OPENED, compose
from tests.clusters import multus

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers: [{name: web, image: nginx}]
"""
MOUNTING = DEPLOYMENT + "      volumes: [{name: n, hostPath: {path: /etc/cni/net.d}}]\n"
INGRESS = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n"
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: vars\ndata:\n  a: b\n"


def kept(text: str, path: str = "x.yaml") -> list[int] | None:
    """Return the numbers of the documents that are kept, with an Ingress behind them.

    None for all of a file.
    """
    sifted = Relevance().sifted(Source(path, f"{text}---\n{INGRESS}"))
    return None if sifted is None else sorted(sifted.kept)


@pytest.mark.parametrize(
    "text",
    [
        DEPLOYMENT,
        INGRESS,
        "---\n" + INGRESS,
        "# about it\n---\n# and more\n\n" + INGRESS + "...\n",
        INGRESS.replace("\n", "\r\n"),
        INGRESS.replace("kind: Ingress", 'kind: "Ingress"  # of the house'),
        INGRESS + "spec:\n  rules: '{{ .Values.rules }}'\n",
        INGRESS + 'spec:\n  text: "a \\u003c b, é, \\\n    c"\n',
        "\ufeff" + INGRESS,
        "apiVersion: v1\nkind: Service\nspec:\n  ports: []\n",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData: {a: b}\n",
        "services:\n  web:\n    image: nginx\n",
        '{"title": "a dashboard", "panels": [{"type": "graph"}]}\n',
    ],
)
def test_what_no_rule_asks_for_is_left_out(text: str) -> None:
    assert kept(text) == []
    (document,) = [one for one in compose(Source("x.yaml", text)) if isinstance(one, Document)]
    assert document.index == 0


@pytest.mark.parametrize(
    "text",
    [
        # by its kind, its group, or a word in it
        DEPLOYMENT.replace("Deployment", "DaemonSet"),
        MOUNTING,
        DEPLOYMENT + "# cnilint: ignore[CNI101] a comment\n",
        INGRESS.replace("  name: web\n", "  name: web\n  labels: {eks.amazonaws.com/x: y}\n"),
        INGRESS + 'text: "k8s.v1.cni.cncf.io/networks"\n',
        "apiVersion: karpenter.sh/v1\nkind: NodePool\nspec: {}\n",
        "apiVersion: eks.services.k8s.aws/v1alpha1\nkind: Something\nspec: {}\n",
        "apiVersion: eksctl.io/v1\nkind: Something\nspec: {}\n",
        "apiVersion: v1\nkind: Service\nspec:\n  externalTrafficPolicy: Local\n",
        "apiVersion: v1\nkind: List\nitems:\n- a: b\n",
        "apiVersion: v1\nkind: ServiceList\nitems:\n- a: b\n",
        "machine:\n  install: {}\ncluster: {}\n",
        '{"machine": {}, "cluster": {}}\n',
        "Resources:\n  One: {Type: 'AWS::EKS::Addon'}\n",
        '{"Resources": {"One": {"Type": "AWS::EKS::Addon"}}}\n',
        # escapes, joined lines, Base64, tags, directives
        DEPLOYMENT + '      volumes: [{name: n, "\\x68ostPath": {path: /etc/cni/net.d}}]\n',
        DEPLOYMENT + '      volumes: [{name: n, "\\u0068ostPath": {path: /etc/cni/net.d}}]\n',
        DEPLOYMENT + '      volumes: [{name: n, "\\U00000068ostPath": {path: /x}}]\n',
        DEPLOYMENT + '      volumes: [{name: n, "host\\\n        Path": {path: /x}}]\n',
        INGRESS + "text: !!binary aGVsbG8=\n",
        INGRESS + "text: !<tag:yaml.org,2002:binary> aGVsbG8=\n",
        # what is not plain at the margin
        INGRESS.replace("kind: Ingress", '"kind": DaemonSet'),
        INGRESS.replace("kind: Ingress", '"\\x6bind": DaemonSet'),
        INGRESS.replace("kind: Ingress", "? kind\n: DaemonSet"),
        INGRESS.replace("kind: Ingress", "kind : DaemonSet"),
        INGRESS.replace("kind: Ingress", "kind:\n  DaemonSet"),
        INGRESS.replace("kind: Ingress", "kind: Ingress\n  Class"),
        INGRESS.replace("kind: Ingress", "kind: Ingress\n\n  Class"),
        INGRESS.replace("kind: Ingress", "kind: !!str Ingress"),
        INGRESS.replace("kind: Ingress", "kind: &k Ingress"),
        INGRESS.replace("kind: Ingress", "kind: |\n  DaemonSet"),
        INGRESS.replace("kind: Ingress", 'kind: "Daemon\\\n  Set"'),
        INGRESS.replace("kind: Ingress", "kind: {{ .Values.kind }}"),
        INGRESS + "kind: DaemonSet\n",
        "x: &x {kind: DaemonSet}\n<<: *x\napiVersion: apps/v1\nspec: {}\n",
        "--- {apiVersion: apps/v1, kind: DaemonSet}\n",
        "--- !!map\napiVersion: apps/v1\nkind: DaemonSet\n",
        "--- &a\napiVersion: apps/v1\nkind: DaemonSet\n",
        "---\n  apiVersion: apps/v1\n  kind: DaemonSet\n",
        '---\n  a: "\nfoo: bar"\n  apiVersion: apps/v1\n  kind: DaemonSet\n',
        "- apiVersion: apps/v1\n  kind: DaemonSet\n",
        '{"apiVersion": "apps/v1", "kind": "DaemonSet"}\n',
        '[{"apiVersion": "apps/v1", "kind": "DaemonSet"}]\n',
        '{"apiVersion": "apps/v1", "\\u006bind": "DaemonSet"}\n',
        # text that looks like keys at the margin, or an object in a text
        INGRESS + "text: 'a\nkind: DaemonSet\n'\n",
        "--- |\n  kind: DaemonSet\n",
        INGRESS + 'text: "{\\"a\\": \\"\\\\u0063ni\\"}"\n',
    ],
)
def test_what_may_matter_is_kept(text: str) -> None:
    assert kept(text) == [0]


BROKEN = f"{INGRESS}spec: [\n"
UNFILLED = [
    *(INGRESS + "spec:\n  {{- toYaml .Values.spec | nindent 2 }}\n", INGRESS + "spec: %SPEC%\n"),
    *(INGRESS + "spec: {%- if x %}[a]\n", INGRESS + "spec: @SPEC@\n", "{{- if x }}\n" + INGRESS),
    DEPLOYMENT + "      {{ include volumes . }}\n",
]
"""Templates of what no rule asks for."""


@pytest.mark.parametrize(
    "text",
    [
        f"{BROKEN}# of Cilium\n",
        f"{BROKEN}text: /etc/CNI/net.d\n",
        BROKEN.replace("name: web", "name: multus"),
        "calico: [\n",
        " apiVersion: apps/v1\nkind: DaemonSet\n",
        "apiVersion: apps/v1\n kind: DaemonSet\n",
        '{"apiVersion": "apps/v1", "kind": "DaemonSet",,}\n',
        *UNFILLED,
    ],
)
def test_what_names_a_cni_is_a_template_or_meant_to_be_an_object_is_kept_if_it_is_broken(
    text: str,
) -> None:
    assert kept(text) == [0]


@pytest.mark.parametrize(
    "text",
    [
        f"{INGRESS}spec: [] # of Cilium\n",
        f"{INGRESS}spec: '{{{{ .Values.spec }}}}'\n",
        f"{INGRESS}# mail %USER% and {{{{ user }}}}\n",
        BROKEN,
        "a: [\n",
        '{"panels": [1,,]}\n',
    ],
)
def test_what_is_not_broken_or_names_no_cni_is_left_out(text: str) -> None:
    assert kept(text) == []


@pytest.mark.parametrize("text", [BROKEN, "a: [\n", "a: \udcff\n", f"a: {'[' * 3000}"])
def test_what_is_broken_in_a_file_that_was_named_is_wanted(text: str) -> None:
    for named, numbers in ((("x.yaml",), [0]), (("y.yaml",), [])):
        sifted = Relevance((), named).sifted(Source("x.yaml", f"{text}\n---\n{INGRESS}"))
        assert sifted is not None
        assert sorted(sifted.kept) == numbers


@pytest.mark.parametrize("nested", [1, 100, 150])
def test_many_brackets_are_no_reason_to_keep_a_document(nested: int) -> None:
    one = "[" * nested + "]" * nested
    many = f"spec: [{', '.join([one] * (MOST_OPENED // nested + 1))}]\n"
    assert kept(f"{INGRESS}{many}---\n{DEPLOYMENT}# cni\n") == []
    assert kept(f"{INGRESS}{many}x: '{{{{'\n---\n{DEPLOYMENT}") == []


@pytest.mark.parametrize("spec", ["[" * 3_000 + "]" * 3_000, "[" * 3_000, "[[], " * 2_000 + "}"])
def test_what_nests_too_deep_to_tell_whether_it_is_broken_is_kept(spec: str) -> None:
    assert kept(f"{INGRESS}spec: {spec}  # multus\n---\n{DEPLOYMENT}") == [0]


def test_a_strict_run_has_every_file_in_which_something_is_broken_as_a_whole() -> None:
    strict = Relevance(strict=True)
    for text in (BROKEN, "a: 1\na: 2\n", "a: [\n"):
        assert strict.sifted(Source("x.yaml", f"{text}---\n{INGRESS}")) is None
    assert strict.sifted(Source("x.yaml", INGRESS)) is not None


def test_utf_16_without_a_mark_is_no_text() -> None:
    assert not isinstance(decode("x.yaml", INGRESS.encode("utf-16-le")), Source)


@pytest.mark.parametrize(
    "text",
    [
        "%YAML 1.1\n---\n" + INGRESS,
        "%TAG ! tag:yaml.org,2002:\n---\n" + INGRESS + "text: !binary aGVsbG8=\n",
        "\ufeff%TAG ! tag:yaml.org,2002:\n---\n" + INGRESS,
        INGRESS + "---\n%TAG ! tag:yaml.org,2002:\n---\n" + INGRESS,
        INGRESS.replace("\n", "\r"),
        INGRESS + 'text: "a\x85kind: b"\n',
        INGRESS + 'text: "a\u2028kind: b"\n',
        INGRESS + 'text: "a\u2029kind: b"\n',
    ],
)
def test_a_text_with_directives_or_other_line_ends_is_kept_as_a_whole(text: str) -> None:
    assert kept(text) is None


@pytest.mark.parametrize(
    "path",
    [
        *("base/kustomization.yaml", "kustomization.yml", "Kustomization", "a/Chart.yaml"),
        *("helmfile.yaml.gotmpl", "helmfile.d/apps.yaml.gotmpl"),
        *("helmfile.yaml", "helmfile.d/apps.yaml", "rke2/config.yaml", "hosts/k3s.yaml"),
    ],
)
def test_a_file_that_is_read_for_its_name_is_kept_as_a_whole(path: str) -> None:
    assert kept("cni: cilium\n", path) is None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_text_is_sifted_as_it_is_decoded(encoding: str) -> None:
    mark = {"le": "\ufeff", "be": "\ufeff"}[encoding[-2:]].encode(encoding)
    for text, numbers in ((INGRESS, []), (f"{INGRESS}---\n{MOUNTING}", [1])):
        source = decode("x.yaml", mark + text.encode(encoding))
        assert isinstance(source, Source)
        sifted = Relevance().sifted(source)
        assert sifted is not None
        assert sorted(sifted.kept) == numbers
    assert codecs.lookup(encoding).name == encoding


def test_markers_cut_documents_where_yaml_does() -> None:
    script = "data:\n  run: |\n    ---\n    kind: DaemonSet\n    ----\n"
    assert kept(INGRESS + script + "---\n" + MOUNTING) == [1]
    assert kept(INGRESS + "---foo: bar\n---machine: {}\n") == [2]
    assert kept(MOUNTING + "---\n" + INGRESS + "---\n" + MOUNTING) == [0, 2]
    assert kept(INGRESS + "...\n" + MOUNTING) == [1]


def test_a_kind_that_a_rule_of_the_house_looks_at_is_kept() -> None:
    house = rules()[0]._replace(id="HOUSE1", match=({"kind": "Ing*", "path": "$.spec"},))
    assert isinstance(house, Rule)
    sifted = Relevance([house]).sifted(Source("x.yaml", INGRESS + "---\n" + DEPLOYMENT))
    assert sifted is not None
    assert sorted(sifted.kept) == [0]


def read(*texts: str, sifted: bool = True) -> list[str]:
    """Return the kinds and names of the documents that are read of some texts."""
    sieve = Relevance() if sifted else None
    found = inputs((Source(f"{at}.yaml", text) for at, text in enumerate(texts)), sieve=sieve)
    return [f"{one.source.path}:{one.index}" for one in found.documents]


@pytest.mark.parametrize(
    ("asking", "name", "is_kept"),
    [
        ("house", "house", True),
        ("house", "house-5kt9bh2d7c", True),
        ("${CLUSTER}-house", "eu-house", True),
        ("${CLUSTER}", "house", True),
        ("{{cluster}}.house", "eu.house", True),
        ("others", "house", False),
        ("others", "house\n  labels:\n    name: x", False),
        ("others", "house\n    more", True),
        ("others", "&a house", True),
        ("others", "amazon-vpc-cni", True),
        ("others", "cns-config", True),
        ("others", "house\n  name: other", True),
    ],
)
def test_a_configuration_waits_until_something_asks_for_its_name(
    asking: str, name: str, is_kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "0.yaml": SETTINGS.replace("name: vars", f"name: {name}"),
        "1.yaml": multus() + f"---\napiVersion: v1\nkind: Pod\nspec: {{x: '{asking}'}}\n",
    }
    monkeypatch.setattr(
        "cnilint.engine.inputs.read_file", lambda path, **_how: files[path].encode()
    )
    found = read(*files.values())
    assert ("0.yaml:0" in found) is is_kept
    assert [one for one in found if one[0] == "1"] == ["1.yaml:0", "1.yaml:1", "1.yaml:2"]


_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


@given(st.text(st.sampled_from("aZ0.-?{}/_ \n\té\u2028\udc80") | st.characters(), max_size=40))
def test_names_are_the_longest_texts_that_an_object_may_be_called(text: str) -> None:
    assert names_in(text) == set(_NAME.findall(text))


def test_what_is_left_out_is_counted() -> None:
    texts = (INGRESS + "---\n" + MOUNTING, INGRESS, SETTINGS, "# nothing\n")
    sources = [Source(f"{at}.yaml", text) for at, text in enumerate(texts)]
    sifted, whole = inputs(sources, sieve=Relevance()), inputs(sources)
    assert sifted.left_out == (3, 3)
    ours, theirs = evaluate(sifted), evaluate(whole)
    assert (ours.sources, ours.documents) == (theirs.sources, theirs.documents) == (4, 4)
    assert [one.index for one in sifted.documents] == [1]


KINDS_SEEN = ("Ingress", "Deployment", "ConfigMap", "DaemonSet", "Service", "NodePool", "ThingList")
WORDS = (
    *("hostPath", "taints", "externalTrafficPolicy", "k8s.v1.cni.cncf.io/networks", "resourceList"),
    *("eks.amazonaws.com/x", "NetworkAttachmentDefinition", "harmless", "machine", "clusterName"),
)
VERSIONS = ("v1", "apps/v1", "eks.x/v1", "bitnami.com/v1", "source.toolkit.fluxcd.io/v1")
KEYS = ("kind", "apiVersion", "metadata", "spec", "data", *WORDS)


def escaped(text: str, at: int, way: int) -> str:
    """Return a text in double quotes, one character of it escaped or the line broken before it."""
    at %= len(text)
    one = (f"\\x{ord(text[at]):02x}", f"\\u{ord(text[at]):04X}", f"\\U{ord(text[at]):08x}")
    return f'"{text[:at]}{(*one, chr(92) + chr(10) + "  " + text[at])[way]}{text[at + 1 :]}"'


@st.composite
def spelled(draw: st.DrawFn, text: str) -> str:
    """Return one of the many ways to write a text."""
    if draw(st.booleans()):
        return text
    if draw(st.booleans()):
        return escaped(text, draw(st.integers(0, 30)), draw(st.integers(0, 3)))
    shape = draw(st.sampled_from(['"{}"', "'{}'", "&a {}", "!!str {}", "|\n  {}", ">-\n  {}"]))
    return shape.format(text)


@st.composite
def lines(draw: st.DrawFn) -> str:
    """Return a line or a few of a document, plain or not."""
    key = draw(st.sampled_from(KEYS))
    values = {"kind": KINDS_SEEN, "apiVersion": VERSIONS}.get(key, WORDS)
    value = draw(spelled(draw(st.sampled_from(values))))
    written = draw(spelled(key)) if draw(st.integers(0, 4)) == 0 else key
    shapes = ["{k}: {v}", "{k}: {v}", "{k}: {v} # said", "{k} : {v}", "? {k}\n: {v}", "{k}:\n  {v}"]
    shapes += ["  {k}: {v}", "{k}: {{a: {v}}}", "{k}:\n- {v}", "{k}: [{v},\n  {v}]", "{k}: {v}\n"]
    return draw(st.sampled_from(shapes)).format(k=written, v=value)


BODIES = st.lists(lines(), min_size=1, max_size=6).map(lambda found: "\n".join(found) + "\n")
MARKS = st.sampled_from(
    ["---\n", "---\n  ", "--- ", "...\n", "", "# said\n", "--- # x\n", "{{ x }}\n"]
)
HEADS = st.sampled_from(
    ["", "", f"{INGRESS}", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"]
)
STREAMS = st.lists(st.tuples(MARKS, HEADS, BODIES), min_size=1, max_size=3).map(
    lambda parts: "".join("".join(part) for part in parts)
)


def said(value: object) -> Iterator[str]:
    """Yield every text in a value, keys included."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from said(one)
    elif isinstance(value, list):
        for one in value:
            yield from said(one)
    elif isinstance(value, str):
        yield value


def is_asked_for(one: Document) -> bool:
    """Whether a rule asks for a document, as its values say after they are parsed."""
    whole = plain(one.root)
    texts = list(said(whole))
    objects = list(manifests(one))
    wanted = list(anywhere())
    for found in objects:
        group = found.api_version.partition("/")[0] if "/" in found.api_version else ""
        if found.kind in ("DaemonSet", "NodePool") or group.startswith(("eks.", "source.")):
            return True
        wanted += {"Deployment": ["hostPath"], "Service": ["externalTrafficPolicy"]}.get(
            found.kind, []
        )
        wanted += ["resourceList"] if found.kind == "ConfigMap" else []
    if not objects and isinstance(whole, dict) and whole.keys() & {"machine", "clusterName"}:
        return True
    return any(word in text for word in wanted for text in texts)


def spans(found: Iterable[Document | SyntaxProblem]) -> set[Span]:
    """Return where the documents stand that were read."""
    return {one.span for one in found if isinstance(one, Document)}


@given(STREAMS)
def test_what_its_values_say_is_asked_for_is_never_left_out(text: str) -> None:
    source = Source("x.yaml", text)
    sifted = Relevance().sifted(source)
    if sifted is None:
        return
    read_again = spans(compose(source, only=sifted.kept))
    waiting = spans(compose(source, only=dict(sifted.waiting)))
    names = {name for _number, name in sifted.waiting}
    for one in compose(source):
        if not isinstance(one, Document) or one.span in read_again:
            continue
        assert not is_asked_for(one), text
        for found in manifests(one):
            if found.kind == "ConfigMap":
                assert one.span in waiting
                assert found.name in names


def test_where_it_fails_to_tell_what_can_matter_all_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    def failing(text: str, _span: Span) -> None:
        if "fails" in text:
            raise ValueError(text)

    sources = [Source("a.yaml", INGRESS), Source("b.yaml", f"# fails\n{INGRESS}")]
    assert inputs(sources[:1], sieve=Relevance()).left_out == (1, 1)
    for one in sources:
        Path(one.path).write_text(one.text)
    monkeypatch.setattr("cnilint.engine.relevance.outline", failing)
    found = inputs(sources, sieve=Relevance())
    assert len(found.documents) == 2
    assert found.left_out == (0, 0)
    assert not found.kept


def test_what_is_read_after_all_is_counted_once() -> None:
    unsure = f"{MOUNTING}# {CONFIGURATION}\n"
    sieve = Relevance()
    budgets = Budget(), Budget()
    sources = [Source("-", unsure), Source("x.yaml", MOUNTING)]
    inputs(sources, budget=budgets[0], sieve=sieve)
    assert sieve.unsure
    inputs(sources, budget=budgets[1])
    assert budgets[0].values == budgets[1].values < Budget().values
