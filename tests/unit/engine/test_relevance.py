"""What is left unparsed is what no rule can ask for, however a text hides what it says."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.evaluate import evaluate
from cnilint.engine.inputs import inputs
from cnilint.engine.relevance import Relevance
from cnilint.engine.rule import Rule
from cnilint.engine.ruleset import rules
from cnilint.kube.manifest import manifests
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.collect import decode
from cnilint.syntax.compose import compose
from tests.clusters import multus
from tests.kinds_read import WRITTEN, module

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
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  a: b\n"


def kept(text: str, path: str = "x.yaml") -> list[int] | None:
    """Return the numbers of the documents that are kept, with an Ingress behind them.

    None for all of a file.
    """
    sifted = Relevance().sifted(Source(path, f"{text}---\n{INGRESS}"))
    return None if sifted is None else sorted(sifted.kept)


def test_the_names_that_the_code_compares_kinds_with_are_those_that_are_written() -> None:
    assert WRITTEN.read_text("utf-8") == module()


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
    ],
)
def test_what_may_matter_is_kept(text: str) -> None:
    assert kept(text) == [0]


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
        ("others", "house\n  name: other", True),
    ],
)
def test_a_configuration_waits_until_something_asks_for_its_name(
    asking: str, name: str, is_kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "0.yaml": SETTINGS.replace("name: settings", f"name: {name}"),
        "1.yaml": multus() + f"---\napiVersion: v1\nkind: Pod\nspec: {{x: '{asking}'}}\n",
    }
    monkeypatch.setattr("cnilint.engine.inputs.read_file", lambda path: files[path].encode())
    found = read(*files.values())
    assert ("0.yaml:0" in found) is is_kept
    assert [one for one in found if one[0] == "1"] == ["1.yaml:0", "1.yaml:1", "1.yaml:2"]


def test_what_is_left_out_is_counted() -> None:
    texts = (INGRESS + "---\n" + MOUNTING, INGRESS, SETTINGS, "# nothing\n")
    sources = [Source(f"{at}.yaml", text) for at, text in enumerate(texts)]
    sifted, whole = inputs(sources, sieve=Relevance()), inputs(sources)
    assert sifted.left_out == (3, 3)
    ours, theirs = evaluate(sifted), evaluate(whole)
    assert (ours.sources, ours.documents) == (theirs.sources, theirs.documents) == (4, 4)
    assert [one.index for one in sifted.documents] == [1]


KEYS = st.sampled_from(["kind", "apiVersion", "metadata", "spec", "data", "name", "hostPath"])
VALUES = st.sampled_from(
    [*("Ingress", "Deployment", "ConfigMap", "DaemonSet", "v1", "apps/v1", "eks.x/v1", "settings")]
)
WRAPPED = st.sampled_from(
    [
        "{}",
        '"{}"',
        "'{}'",
        "&a {}",
        "!!str {}",
        "|\n  {}",
        ">-\n  {}",
        "\n  {}",
        "{} # said",
        "{}\n",
    ]
)


@st.composite
def lines(draw: st.DrawFn) -> str:
    """Return a line or a few of a document, plain or not."""
    key, value = draw(KEYS), draw(WRAPPED).format(draw(VALUES))
    shape = draw(
        st.sampled_from(
            ["{k}: {v}\n", "{k} : {v}\n", '"{k}": {v}\n', "? {k}\n: {v}\n", "  {k}: {v}\n"]
        )
    )
    return shape.format(k=key, v=value)


TEXTS = st.lists(lines(), min_size=1, max_size=6).map("".join)
STREAMS = st.lists(
    st.tuples(st.sampled_from(["---\n", "---\n  ", "--- ", "...\n", "", "# said\n"]), TEXTS),
    min_size=1,
    max_size=3,
).map(lambda parts: "".join(mark + text for mark, text in parts))


@given(STREAMS)
def test_no_kind_that_is_looked_at_is_ever_left_out(text: str) -> None:
    """What parses to an object that somebody looks at by its kind is never left out."""
    sifted = Relevance().sifted(Source("x.yaml", text))
    if sifted is None:
        return
    whole = [one for one in compose(Source("x.yaml", text)) if isinstance(one, Document)]
    waiting = {number for number, _name in sifted.waiting}
    read_again = compose(Source("x.yaml", text), only=sifted.kept | waiting)
    seen = [one.index for one in read_again if isinstance(one, Document)]
    for one in whole:
        if any(found.kind in ("DaemonSet", "ConfigMap") for found in manifests(one)):
            assert one.index in seen
