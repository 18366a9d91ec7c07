"""Each value that a kustomization changes knows the text that wrote it."""

from __future__ import annotations

from cnilint.gitops.built import BuiltDocument
from cnilint.model.tree import Embedded

from .kustomizations import DAEMON_SET, built, only, value, written

CONTAINER = ("spec", "template", "spec", "containers", 0)
BASE = {"base/kustomization.yaml": "resources: [ds.yaml]\n", "base/ds.yaml": DAEMON_SET}


def over(kustomization: str, **files: str) -> dict[str, str]:
    texts = {f"over/{name}.yaml": text for name, text in files.items()}
    return {
        **BASE,
        "over/kustomization.yaml": f"resources: [../base]\n{kustomization}",
        **texts,
    }


def test_an_object_that_nothing_changes_is_that_of_its_file() -> None:
    manifest = only(over(""))
    assert manifest.document.source.path == "base/ds.yaml"
    assert not isinstance(manifest.document, BuiltDocument)


def test_a_namespace_alone_leaves_an_object_in_its_file() -> None:
    manifest = only(over("namespace: network\n"))
    assert (manifest.namespace, manifest.document.source.path) == ("network", "base/ds.yaml")


def test_a_file_of_a_patch() -> None:
    piece = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: multus, namespace: kube-system}
spec:
  template:
    spec:
      containers:
        - name: main
          env:
            - {name: MODE, value: thick}
            - {name: NEW, value: "1"}
"""
    manifest = only(over("patches: [{path: piece.yaml}]\n", piece=piece))
    assert value(manifest, *CONTAINER, "env", 0, "value") == "thick"
    assert written(manifest, *CONTAINER, "env", 0, "value") == "over/piece.yaml: thick"
    assert written(manifest, *CONTAINER, "env", 1, "value") == 'over/piece.yaml: "1"'
    assert written(manifest, *CONTAINER, "image") == "base/ds.yaml: ghcr.io/acme/multus:v4"
    assert written(manifest, "metadata", "name") == "base/ds.yaml: multus"


def test_a_patch_in_the_kustomization_itself() -> None:
    text = """\
patches:
  - target: {kind: Daemon.*}
    patch: |
      - op: add
        path: /spec/template/spec/containers/0/args/-
        value: --second
      - op: replace
        path: /spec/template/spec/containers/0/image
        value: new:1
  - patch: |-
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: multus, namespace: kube-system}
      spec: {template: {spec: {hostNetwork: true}}}
"""
    manifest = only(over(text))
    assert value(manifest, *CONTAINER, "args") == ["--first", "--second"]
    kustomization = "over/kustomization.yaml"
    assert written(manifest, *CONTAINER, "args", 1) == f"{kustomization}: --second"
    assert written(manifest, *CONTAINER, "args", 0) == "base/ds.yaml: --first"
    assert written(manifest, *CONTAINER, "image") == f"{kustomization}: new:1"
    host = ("spec", "template", "spec", "hostNetwork")
    assert written(manifest, *host) == f"{kustomization}: true"
    assert isinstance(manifest.document, BuiltDocument)
    place = manifest.document.place(host)
    assert place is not None
    assert place.route[:4] == ("patches", 1, "patch", Embedded.YAML)


def test_several_pieces_in_one_text_are_where_the_text_is() -> None:
    head = "apiVersion: apps/v1, kind: DaemonSet"
    names = "metadata: {name: multus, namespace: kube-system}"
    text = f"""\
patches:
  - patch: |
      {{{head}, {names}, spec: {{a: 1}}}}
      ---
      {{{head}, {names}, spec: {{b: 2}}}}
"""
    manifest = only(over(text))
    assert (value(manifest, "spec", "a"), value(manifest, "spec", "b")) == (1, 2)
    assert written(manifest, "spec", "b").startswith("over/kustomization.yaml: |")


def test_what_a_kustomization_says_itself() -> None:
    text = """\
namePrefix: pre-
nameSuffix: -end
namespace: network
labels: [{pairs: {team: net}}]
commonAnnotations: {note: "yes"}
images: [{name: ghcr.io/acme/multus, newName: mirror/multus, newTag: v5}]
"""
    manifest = only(over(text))
    kustomization = "over/kustomization.yaml"
    assert (manifest.namespace, manifest.name) == ("network", "pre-multus-end")
    assert written(manifest, "metadata", "name") == f"{kustomization}: -end"
    assert written(manifest, "metadata", "namespace") == f"{kustomization}: network"
    assert written(manifest, "metadata", "labels", "team") == f"{kustomization}: net"
    assert written(manifest, "metadata", "annotations", "note") == f'{kustomization}: "yes"'
    assert value(manifest, *CONTAINER, "image") == "mirror/multus:v5"
    assert written(manifest, *CONTAINER, "image") == f"{kustomization}: v5"
    assert isinstance(manifest.document, BuiltDocument)
    places = manifest.document.places[*CONTAINER, "image"]
    assert [place.document.source.path for place in places] == [
        "base/ds.yaml",
        *[kustomization] * 2,
    ]


def test_a_generated_map_is_in_the_files_that_it_is_made_of() -> None:
    texts = {
        "over/kustomization.yaml": """\
configMapGenerator:
  - name: daemon
    files: [daemon-config.json, note.txt]
    literals: [key=text]
    envs: [names.env]
""",
        "over/daemon-config.json": '{"cniVersion": "1.0.0", "logLevel": "debug"}\n',
        "over/note.txt": "key: [no yaml\n",
        "over/names.env": "# names\nA=1\nB=two\n",
    }
    manifest = only(texts)
    assert manifest.name.startswith("daemon-")
    inside = ("data", "daemon-config.json", Embedded.JSON, "logLevel")
    assert written(manifest, *inside) == 'over/daemon-config.json: "debug"'
    assert written(manifest, "data", "note.txt") == "over/note.txt: key: [no yaml\n"
    assert written(manifest, "data", "key") == "over/kustomization.yaml: key=text"
    assert written(manifest, "data", "B") == "over/names.env: two"
    assert written(manifest, "metadata", "name") == "over/kustomization.yaml: daemon"


def test_a_secret_is_in_the_file_behind_its_encoding() -> None:
    texts = {
        "over/kustomization.yaml": "secretGenerator: [{name: values, files: [values.yaml]}]\n",
        "over/values.yaml": "cni: {exclusive: false}\n",
    }
    manifest = only(texts)
    inside = ("data", "values.yaml", Embedded.BASE64, Embedded.YAML, "cni", "exclusive")
    assert written(manifest, *inside) == "over/values.yaml: false"


def test_a_name_that_follows_stays_where_it_is_written() -> None:
    found = built(over("configMapGenerator: [{name: daemon, literals: [a=b], options: {}}]\n"))
    daemon = next(one for one in found.objects if one.kind == "DaemonSet")
    generated = next(one for one in found.objects if one.kind == "ConfigMap")
    # they are in different namespaces
    assert value(daemon, "spec", "template", "spec", "volumes", 0, "configMap", "name") == "daemon"
    text = "namespace: net\nconfigMapGenerator: [{name: daemon, literals: [a=b]}]\n"
    found = built(over(text))
    daemon = next(one for one in found.objects if one.kind == "DaemonSet")
    generated = next(one for one in found.objects if one.kind == "ConfigMap")
    name = ("spec", "template", "spec", "volumes", 0, "configMap", "name")
    assert value(daemon, *name) == generated.name
    assert written(daemon, *name) == "base/ds.yaml: daemon"


def test_a_replacement_is_where_the_value_comes_from() -> None:
    text = """\
configMapGenerator: [{name: tags, literals: [tag=v9], options: {disableNameSuffixHash: true}}]
replacements:
  - source: {kind: ConfigMap, name: tags, fieldPath: data.tag}
    targets:
      - select: {kind: DaemonSet}
        fieldPaths: ["spec.template.spec.containers.[name=main].image"]
        options: {delimiter: ":", index: 1}
"""
    found = built(over(text))
    assert found.not_read == ()
    daemon = next(one for one in found.objects if one.kind == "DaemonSet")
    assert value(daemon, *CONTAINER, "image") == "ghcr.io/acme/multus:v9"
    assert written(daemon, *CONTAINER, "image") == "over/kustomization.yaml: tag=v9"


def test_a_variable_is_where_its_value_comes_from() -> None:
    text = """\
configMapGenerator: [{name: modes, literals: [mode=thick]}]
vars:
  - name: MODE
    objref: {kind: ConfigMap, name: modes, apiVersion: v1}
    fieldref: {fieldPath: data.mode}
patches:
  - target: {kind: DaemonSet}
    patch: |
      - {op: add, path: /spec/template/spec/containers/0/args/-, value: "--mode=$(MODE)$$(X)"}
"""
    found = built(over(text))
    assert found.not_read == ()
    daemon = next(one for one in found.objects if one.kind == "DaemonSet")
    assert value(daemon, *CONTAINER, "args", 1) == "--mode=thick$(X)"
    assert written(daemon, *CONTAINER, "args", 1) == "over/kustomization.yaml: mode=thick"


def test_a_transformer_that_is_an_object() -> None:
    labels = """\
apiVersion: builtin
kind: LabelTransformer
metadata: {name: team}
labels: {team: net}
fieldSpecs: [{path: spec/template/metadata/labels, create: true}]
"""
    manifest = only(over("transformers: [labels.yaml]\n", labels=labels))
    assert written(manifest, "spec", "template", "metadata", "labels", "team") == (
        "over/labels.yaml: net"
    )
