"""What keeps a linter busy for ever, or takes all memory: every attack ends soon, and is told."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from time import thread_time

import pytest

import cnilint
from cnilint.budget import Budget
from cnilint.engine.result import Result
from cnilint.errors import CnilintError
from tests.house import card

Attack = Callable[[Path], object]

SOON = 30.0
"""Seconds of computing: what is attacked here took minutes or never ended."""

AWS = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: aws-node, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: aws-node}}
  template:
    metadata: {labels: {k8s-app: aws-node}}
    spec:
      containers:
        - name: aws-node
          image: 602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni:v1.19.2
          volumeMounts: [{name: cni, mountPath: /host/etc/cni/net.d}]
      volumes: [{name: cni, hostPath: {path: /etc/cni/net.d}}]
"""


def multus(*, command: str = "[/thin_entrypoint]", args: object = (), env: object = ()) -> str:
    return f"""\
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: kube-multus-ds, namespace: kube-system}}
spec:
  selector: {{matchLabels: {{app: multus}}}}
  template:
    metadata: {{labels: {{app: multus}}}}
    spec:
      containers:
        - name: kube-multus
          image: ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4
          command: {command}
          args: {json.dumps(args or ["--multus-conf-file=auto"])}
          env: {json.dumps(env)}
          volumeMounts: [{{name: cni, mountPath: /host/etc/cni/net.d}}]
      volumes: [{{name: cni, hostPath: {{path: /etc/cni/net.d}}}}]
"""


def writes(**texts: str) -> Attack:
    """Return an attack with some files, by their names with `_` for a dot."""

    def attack(folder: Path) -> None:
        for name, text in texts.items():
            (folder / name.replace("_", ".")).write_text(text)

    return attack


def script(text: str) -> Attack:
    return writes(a_yaml=AWS + multus(command="[sh, -c]", args=[text]))


def settings(text: str, name: str = "a.yaml", manifest: str = AWS) -> Attack:
    def attack(folder: Path) -> None:
        (folder / ".cnilint.yaml").write_text(text)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(manifest)

    return attack


def devices(folder: Path) -> None:
    for number in range(20):
        (folder / f"{number}.yaml").symlink_to("/dev/zero")


def of_house(*changes: tuple[str, str], manifest: str = AWS) -> Attack:
    def attack(folder: Path) -> None:
        (folder / "cards").mkdir()
        (folder / "cards/ACME101.yaml").write_text(card(*changes))
        settings("rules-dirs: [cards]\n", manifest=manifest)(folder)

    return attack


def special(kind: str, setting: str) -> Attack:
    """Return an attack with a pipe, or a link to a device, that a setting names."""

    def attack(folder: Path) -> None:
        if kind.startswith("pipe"):
            os.mkfifo(folder / kind.replace("pipe", "p"))
        else:
            (folder / "p").symlink_to(kind)
        settings(setting)(folder)

    return attack


def kustomized(texts: dict[str, str]) -> Attack:
    def attack(folder: Path) -> None:
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)

    return attack


def flux(name: str, variable: str) -> Attack:
    """Return an attack with a name that Flux substitutes."""
    return kustomized(
        {
            "c/k.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
            "metadata: {name: a, namespace: flux-system}\n"
            "spec: {path: ./app, sourceRef: {kind: GitRepository, name: f}, "
            f"postBuild: {{substitute: {{V: {variable}}}}}}}\n",
            "app/a.yaml": AWS.replace("name: aws-node, ", f"name: '{name}', "),
        }
    )


DOUBLED = [{"name": "V0", "value": "/etc/cni/net.d"}]
DOUBLED += [{"name": f"V{n}", "value": f"$(V{n - 1})$(V{n - 1})"} for n in range(1, 41)]
CHAINED = [{"name": "V0", "value": "auto"}]
CHAINED += [{"name": f"V{n}", "value": f"$(V{n - 1})"} for n in range(1, 1001)]
LONG_NAME = "a" * 200
STARS = "*a" * 40 + "*b"
BROKEN = "kind: a\napiVersion: v1\nx: [\n  {}multus{}\n"

ENDS: dict[str, Attack] = {
    "quote and actions": writes(a_yaml=BROKEN.format("'", "{{ a }}" * 30)),
    "double quote and actions": writes(a_yaml=BROKEN.format('"', "{{ a }}" * 30)),
    "open actions": writes(a_yaml=BROKEN.format('"', "{{" * 100_000)),
    "chained variables": writes(
        a_yaml=AWS + multus(args=["--multus-conf-file=$(V1000)"], env=CHAINED)
    ),
    "open references": script("$(" * 50_000),
    "open braces": script("${" * 50_000),
    "quotes": script("'\"\\" * 30_000),
    "programs that run programs": writes(
        a_yaml=AWS + multus(command=f"[{'exec, ' * 20_000}/thin_entrypoint]")
    ),
    "glob of stars": settings(f"exclude: ['{STARS}']\n", f"{LONG_NAME}.yaml"),
    "glob of folders": settings(f"exclude: ['{'**/a/' * 30}b']\n", "a/" * 40 + "a.yaml"),
    "glob of double stars": settings(f"exclude: ['{'**a' * 30}b']\n", f"{LONG_NAME}.yaml"),
    "glob of ignored files": settings(
        f"per-file-ignores: {{'{STARS}': [CNI1]}}\n", f"{LONG_NAME}.yaml", AWS + multus()
    ),
    "glob of ignored objects": settings(
        f"ignores: [{{rule: CNI1, name: '{STARS}'}}]\n",
        manifest=AWS + multus().replace("kube-multus-ds", LONG_NAME),
    ),
    "pattern of a rule": of_house(
        ("kind: Deployment\n  path: $.spec.replicas", "kind: DaemonSet\n  path: $.metadata.name"),
        ("operator: equals\n  value: 1", "operator: matches\n  value: ^(a+)+$"),
        manifest=AWS.replace("name: aws-node", f"name: {LONG_NAME}b"),
    ),
    "pattern of a path of a rule": of_house(
        (
            "kind: Deployment\n  path: $.spec.replicas",
            "kind: DaemonSet\n  path: $..[?(@.name =~ '^(a+)+$')]",
        ),
        manifest=AWS.replace("name: aws-node", f"name: {LONG_NAME}b"),
    ),
    "pattern of a patch": kustomized(
        {
            "kustomization.yaml": "resources: [a.yaml]\npatches:\n- target: {name: '"
            + "a?" * 30
            + "a" * 30
            + "'}\n  patch: '[{op: remove, path: /spec}]'\n",
            "a.yaml": AWS.replace("name: aws-node, ", f"name: {'a' * 30}, "),
        }
    ),
    "pattern of a variable": flux("${V%%" + STARS + "}", "a" * 300),
    "open variables": flux("${" * 50_000, "a"),
    "variables in variables": flux("${V//a/${V//a/${V}}}", "a" * 3_000),
    "repeated keys": writes(a_yaml=AWS + "x: 1\n" * 5_000),
    "broken documents": writes(a_yaml="---\nkind: multus\napiVersion: {\n" * 1_000),
    "annotation of brackets": writes(
        a_yaml=f"{AWS}---\napiVersion: v1\nkind: Pod\nspec: {{containers: [{{image: b}}]}}\n"
        "metadata: {name: p, annotations: "
        f"{{k8s.v1.cni.cncf.io/networks: '{'[' * 100_000}'}}}}\n"
    ),
    "empty lines": writes(a_yaml="kind: multus\nx: [\n" + "\n" * 100_000),
    "a number of many digits": writes(
        a_yaml=AWS.replace("spec:", f"spec:\n  x: {'9' * 5_000}", 1) + multus()
    ),
    "a pipe": special("pipe.yaml", ""),
    "links to a device": devices,
}

REFUSED: dict[str, tuple[Attack, str]] = {
    "host file of a device": (settings("host-files: [x=/dev/zero]\n"), "leads out of the repo"),
    "host file of a pipe": (special("pipe", "host-files: [x=p]\n"), "a pipe, not a file"),
    "baseline of a device": (special("/dev/zero", "baseline: p\n"), "leads out of the repository"),
    "baseline of a pipe": (special("pipe", "baseline: p\n"), "a pipe, not a file"),
    "baseline with a long number": (
        lambda f: (settings("baseline: b.json\n")(f), (f / "b.json").write_text("9" * 5_000)),
        "is not JSON",
    ),
    "settings of brackets": (
        writes(pyproject_toml=f"[tool.cnilint]\nselect = {'[' * 3_000}\n", a_yaml=AWS),
        "pyproject.toml: more is nested in one another than is read",
    ),
    "settings with a key of many parts": (
        writes(pyproject_toml=f"[tool.cnilint]\na{'.b' * 100_000} = 1\n", a_yaml=AWS),
        "pyproject.toml: a key of more than 100 parts",
    ),
    "settings with an open list": (
        writes(pyproject_toml="[tool.cnilint]\nselect = [[[\n", a_yaml=AWS),
        "pyproject.toml: Invalid value",
    ),
    "settings with a long number": (
        writes(pyproject_toml=f"[tool.cnilint]\nx = {'9' * 5_000}\n", a_yaml=AWS),
        "pyproject.toml: Exceeds the limit",
    ),
    "arithmetic in a path": (
        of_house(("path: $.spec.replicas", "path: $.metadata.name * 999999999")),
        "computes a value",
    ),
    "descents in a path": (
        of_house(("path: $.spec.replicas", f"path: $..a{'..a' * 500}")),
        "has .. more than 3 times",
    ),
    "a long path": (
        of_house(("path: $.spec.replicas", f"path: ${'..a' * 3_000}")),
        "a JSONPath of more than 2,000 characters is not read",
    ),
}

LIMITED: dict[str, Attack] = {
    "variables that double": writes(
        a_yaml=AWS + multus(args=["--multus-conf-file=$(V40)"], env=DOUBLED)
    ),
    "documents in a command": script("cat <<EOF\n" * 20_000),
    "many long variables": writes(
        a_yaml=AWS + multus(args=["$(A)"] * 50_000, env=[{"name": "A", "value": "x" * 50_000}])
    ),
    "a long variable many times": writes(
        a_yaml=AWS
        + multus(
            command="[sh, -c]",
            args=["echo " + "$A" * 40_000],
            env=[{"name": "A", "value": "x" * 50_000}],
        )
    ),
}


def linted(folder: Path, budget: Budget | None = None) -> Result:
    start = thread_time()
    try:
        return cnilint.lint(folder, config="auto", budget=budget or Budget(120))
    finally:
        assert thread_time() - start < SOON


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("attack", ENDS.values(), ids=ENDS)
def test_an_attack_ends_soon(folder: Path, attack: Attack) -> None:
    attack(folder)
    assert not linted(folder).unfinished


@pytest.mark.parametrize(("attack", "reason"), REFUSED.values(), ids=REFUSED)
def test_an_attack_in_the_settings_is_refused(folder: Path, attack: Attack, reason: str) -> None:
    attack(folder)
    with pytest.raises(CnilintError) as refused:
        linted(folder)
    assert reason in str(refused.value)


@pytest.mark.parametrize("attack", LIMITED.values(), ids=LIMITED)
def test_what_is_too_large_is_told_and_nothing_is_decided(folder: Path, attack: Attack) -> None:
    attack(folder)
    result = linted(folder)
    (told,) = (one for one in result.findings if one.rule == "CNI904")
    assert "characters" in told.message
    assert told.location.source.path.endswith("a.yaml")
    verdicts = [facts.verdict.kind.value for one in result.clusters for facts in one.classes]
    assert set(verdicts) <= {"undecided"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"kind": "multus", "apiVersion": [' + "[]," * 5_000 + "[]]}"),
        ("a.yaml", "kind: multus\napiVersion: [" + "[]," * 5_000 + "[]]"),
        (
            "b.yaml",
            "kind: MultusList\napiVersion: a\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)),
        ),
    ],
)
def test_values_are_counted_with_aliases_written_out(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (told,) = linted(folder, budget=Budget(values=4_000)).findings
    assert (told.rule, told.location.source.path) == ("CNI904", str(folder / name))
    assert "a run reads no more than" in told.message


def test_values_are_counted_over_the_whole_run(folder: Path) -> None:
    for number in range(8):
        text = f"kind: MultusList\napiVersion: v1\nx: [{'[], ' * 900}[]]"
        (folder / f"{number}.yaml").write_text(text)
    (told,) = linted(folder, budget=Budget(values=4_000)).findings
    assert told.rule == "CNI904"
    assert told.location.source.path == str(folder / "2.yaml")
    assert told.message.endswith("(and so is not 5 other files)")


# What multiplies or doubles itself: the work is bounded, and what is left out is told


def notes(folder: Path) -> str:
    result = linted(folder)
    assert not result.unfinished
    verdicts = [facts.verdict.kind.value for one in result.clusters for facts in one.classes]
    assert set(verdicts) <= {"undecided", "deterministic"}
    return "\n".join(note.message for note in result.notes)


REPLACED = """\
- source: {{kind: DaemonSet, name: aws-node, fieldPath: metadata.annotations{field}}}
  targets:
    - select: {{kind: DaemonSet}}
      fieldPaths: [metadata.annotations{target}]
      options: {options}
"""


def replacing(field: str, target: str, options: str) -> Attack:
    """Return an attack with replacements that each copy what is there by then."""
    text = "".join(
        REPLACED.format(field=field, target=target.format(n), options=options) for n in range(64)
    )
    return kustomized(
        {
            "kustomization.yaml": f"resources: [a.yaml]\nreplacements:\n{text}",
            "a.yaml": AWS.replace(
                "namespace: kube-system}", "namespace: kube-system, annotations: {a: b-c}}", 1
            ),
        }
    )


def elements(name: str, number: int) -> str:
    listed = ", ".join(f"{{{name}: '{n}'}}" for n in range(number))
    return f"{{list: {{elements: [{listed}]}}}}"


def generated(generators: str) -> Attack:
    """Return an attack with an ApplicationSet."""
    return kustomized(
        {
            "s.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\n"
            "metadata: {name: a, namespace: argocd}\n"
            f"spec:\n  generators: [{generators}]\n  template:\n"
            "    metadata: {name: '{{x}}-{{y}}'}\n    spec: {project: default, "
            "source: {repoURL: 'https://example.test/a', path: app, targetRevision: HEAD}, "
            "destination: {server: 'https://kubernetes.default.svc'}}\n",
            "app/a.yaml": AWS,
        }
    )


PRODUCT = f"matrix: {{generators: [{elements('x', 200)}, {elements('y', 200)}]}}"
DEEPER = f"matrix: {{generators: [{{{PRODUCT}}}, {elements('z', 200)}]}}"
MERGED = f"merge: {{mergeKeys: [x, y], generators: [{{{PRODUCT}}}, {{{PRODUCT}}}]}}"
COPIES = "".join(
    f"- {{op: copy, from: /metadata/annotations, path: /metadata/annotations/x{n}}}\n"
    for n in range(64)
)

BOUNDED: dict[str, tuple[Attack, str]] = {
    "replacements that double a mapping": (
        replacing("", ".x{}", "{create: true}"),
        "more than 500,000 copied values",
    ),
    "replacements that double a text": (
        replacing(".a", ".a", "{delimiter: '-', index: 99}"),
        "more than 500,000 copied values",
    ),
    "copies that double": (
        kustomized(
            {
                "kustomization.yaml": "resources: [a.yaml]\npatches:\n"
                "- {target: {kind: DaemonSet}, path: p.yaml}\n",
                "p.yaml": COPIES,
                "a.yaml": AWS.replace(
                    "namespace: kube-system}", "namespace: kube-system, annotations: {a: b}}", 1
                ),
            }
        ),
        "copy /metadata/annotations/x",
    ),
    "folders that are brought in twice, and bring in twice": (
        kustomized(
            {
                f"{at}{side}/kustomization.yaml": f"namePrefix: {side or 'z'}-\nresources: "
                + (f"[../{at}x, ../{at}y]\n" if not side else f"[../{at - 1}]\n")
                for at in range(1, 13)
                for side in ("", "x", "y")
            }
            | {
                "0/kustomization.yaml": "commonLabels: {a: b}\n",
                "top/kustomization.yaml": "resources: [../12, a.yaml]\n",
                "top/a.yaml": AWS,
            }
        ),
        "come to more than is followed",
    ),
    "a matrix": (generated(f"{{{PRODUCT}}}"), "comes to more than is followed"),
    "a matrix of a matrix": (generated(f"{{{DEEPER}}}"), "comes to more than is followed"),
    "a merge of matrices": (generated(f"{{{MERGED}}}"), "comes to more than is followed"),
}


@pytest.mark.parametrize(("attack", "said"), BOUNDED.values(), ids=BOUNDED)
def test_what_multiplies_itself_is_ended_and_told(folder: Path, attack: Attack, said: str) -> None:
    attack(folder)
    assert said in notes(folder)
