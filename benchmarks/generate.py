"""Write the trees that are measured: the same bytes for the same arguments, of exactly one size.

```console
python benchmarks/generate.py tree DIR --bytes 12MB --files 10000 --folders 500 --clusters 20
python benchmarks/generate.py tree DIR --bytes 1MB --files 1000 --folders 50 --clusters 0
python benchmarks/generate.py stream FILE --bytes 100MB
python benchmarks/generate.py kustomize DIR --roots 300
python benchmarks/generate.py findings DIR --clusters 334
python benchmarks/generate.py crowd FILE --installers 20
```

A tree is a repository as they are: workloads, services, roles, sealed secrets, releases of charts,
scripts and dashboards in ConfigMaps, and a few definitions of resources that are most of a large
one. Each of its clusters has aws-node and a Multus that no master is named to. Some of what has
nothing to do with a CNI speaks of one, as the descriptions of real definitions do. Without clusters
no object is about a CNI. Uses the standard library alone.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}

SMALLEST = 600
"""Bytes a file needs on average: below that the documents there are do not fit."""

DOCUMENT = 3500
"""Bytes of a document of a stream, on average."""

SEED = "cnilint"

AWS_NODE = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: aws-node
  namespace: kube-system
  labels: {k8s-app: aws-node}
spec:
  selector: {matchLabels: {k8s-app: aws-node}}
  template:
    metadata: {labels: {k8s-app: aws-node}}
    spec:
      hostNetwork: true
      priorityClassName: system-node-critical
      serviceAccountName: aws-node
      tolerations: [{operator: Exists}]
      initContainers:
        - name: aws-vpc-cni-init
          image: 602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni-init:v1.19.0
          securityContext: {privileged: true}
          volumeMounts:
            - {name: cni-bin-dir, mountPath: /host/opt/cni/bin}
      containers:
        - name: aws-node
          image: 602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni:v1.19.0
          env:
            - {name: ENABLE_IPv4, value: "true"}
            - {name: AWS_VPC_CNI_NODE_PORT_SUPPORT, value: "true"}
            - {name: WARM_ENI_TARGET, value: "1"}
            - name: MY_NODE_NAME
              valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
          volumeMounts:
            - {name: cni-bin-dir, mountPath: /host/opt/cni/bin}
            - {name: cni-net-dir, mountPath: /host/etc/cni/net.d}
            - {name: run-dir, mountPath: /var/run/aws-node}
      volumes:
        - {name: run-dir, hostPath: {path: /var/run/aws-node, type: DirectoryOrCreate}}
        - {name: cni-bin-dir, hostPath: {path: /opt/cni/bin}}
        - {name: cni-net-dir, hostPath: {path: /etc/cni/net.d}}
"""

MULTUS = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: multus-daemon-config
  namespace: kube-system
data:
  daemon-config.json: |
    {
        "cniVersion": "0.3.1",
        "chrootDir": "/hostroot",
        "cniConfigDir": "/host/etc/cni/net.d",
        "multusAutoconfigDir": "/host/etc/cni/net.d",
        "multusConfigFile": "auto",
        "socketDir": "/host/run/multus/"
    }
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: kube-multus-ds
  namespace: kube-system
  labels: {app: multus}
spec:
  selector: {matchLabels: {app: multus}}
  template:
    metadata: {labels: {app: multus}}
    spec:
      hostNetwork: true
      hostPID: true
      serviceAccountName: multus
      tolerations: [{operator: Exists}]
      containers:
        - name: kube-multus
          image: ghcr.io/k8snetworkplumbingwg/multus-cni:v4.1.4-thick
          command: [/usr/src/multus-cni/bin/multus-daemon]
          securityContext: {privileged: true}
          env: [{name: MULTUS_NODE_NAME, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
          volumeMounts:
            - {name: cni, mountPath: /host/etc/cni/net.d}
            - {name: plugins, mountPath: /opt/cni/bin}
            - {name: run, mountPath: /host/run}
            - {name: kubelet, mountPath: /var/lib/kubelet, mountPropagation: HostToContainer}
            - {name: namespaces, mountPath: /run/netns, mountPropagation: HostToContainer}
            - {name: hostroot, mountPath: /hostroot, mountPropagation: HostToContainer}
            - {name: settings, mountPath: /etc/cni/net.d/multus.d, readOnly: true}
      volumes:
        - {name: cni, hostPath: {path: /etc/cni/net.d}}
        - {name: plugins, hostPath: {path: /opt/cni/bin}}
        - {name: kubelet, hostPath: {path: /var/lib/kubelet}}
        - {name: namespaces, hostPath: {path: /run/netns}}
        - {name: run, hostPath: {path: /run}}
        - {name: hostroot, hostPath: {path: /}}
        - {name: settings, configMap: {name: multus-daemon-config}}
"""

WRITER = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: cni-{number}, namespace: kube-system}}
spec:
  template:
    spec:
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
            - matchExpressions:
              - {{key: pool, operator: In, values: [{pools}]}}
      containers:
      - name: install-cni
        image: docker.io/calico/cni:v3.28.0
        command: [/opt/cni/bin/install]
        env:
        - {{name: CNI_CONF_NAME, value: {number:02}-cni.conflist}}
        - {{name: CNI_OLD_CONF_NAME, value: {number:02}-cni.conflist}}
        volumeMounts:
        - {{name: cni, mountPath: /host/etc/cni/net.d}}
      volumes:
      - {{name: cni, hostPath: {{path: /etc/cni/net.d}}}}
"""


LACKING = "".join(
    line
    for line in MULTUS.splitlines(keepends=True)
    if "MULTUS_NODE_NAME" not in line and "/var/lib/kubelet" not in line
)
"""Multus with two more findings, each with a fix: it knows neither its node nor its devices."""


def crowd(installers: int, classes: int = 1) -> str:
    """Return a number of installers, unpinned Multus one of them, over some classes of nodes.

    On one class all of them run; on several each writer runs on one or two.
    """
    names = [f"pool{number}" for number in range(classes)]
    writers = []
    for number in range(installers - 1):
        pools = {names[(number + step) % classes] for step in range(1 + number % 2)}
        writers.append(WRITER.format(number=number, pools=", ".join(sorted(pools))))
    return "---\n".join([*writers, MULTUS])


class App(NamedTuple):
    """What a document is made of: its number and what chance says of it."""

    number: int
    chance: Random

    @property
    def name(self) -> str:
        """What the application is called."""
        return f"app-{self.number:05}"


def _head(version: str, kind: str, name: str) -> str:
    return f"apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\n"


def _deployment(app: App) -> str:
    name, port = app.name, app.chance.randrange(3000, 9000)
    variables = "".join(
        f'            - name: SETTING_{at}\n              value: "{app.chance.randrange(10**6)}"\n'
        for at in range(app.chance.randrange(2, 9))
    )
    return f"""{_head("apps/v1", "Deployment", name)}  namespace: {name}
  labels:
    app.kubernetes.io/name: {name}
spec:
  replicas: {app.chance.randrange(1, 6)}
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
    spec:
      containers:
        - name: main
          image: registry.example.com/team/{name}:1.{app.chance.randrange(90)}.0
          ports:
            - containerPort: {port}
          env:
{variables}          readinessProbe:
            httpGet: {{path: /healthz, port: {port}}}
          resources:
            requests: {{cpu: 100m, memory: 128Mi}}
          volumeMounts:
            - {{name: data, mountPath: /var/lib/{name}}}
      volumes:
        - {{name: data, emptyDir: {{}}}}
"""


def _service(app: App) -> str:
    return f"""{_head("v1", "Service", app.name)}spec:
  selector:
    app.kubernetes.io/name: {app.name}
  ports:
    - {{name: http, port: 80, targetPort: {app.chance.randrange(3000, 9000)}}}
"""


def _role(app: App) -> str:
    return f"""{_head("rbac.authorization.k8s.io/v1", "Role", app.name)}rules:
  - apiGroups: [""]
    resources: [configmaps, secrets, pods]
    verbs: [get, list, watch]
---
{_head("rbac.authorization.k8s.io/v1", "RoleBinding", app.name)}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {app.name}
subjects:
  - {{kind: ServiceAccount, name: {app.name}, namespace: {app.name}}}
"""


def _ingress(app: App) -> str:
    return f"""{_head("networking.k8s.io/v1", "Ingress", app.name)}spec:
  ingressClassName: nginx
  rules:
    - host: {app.name}.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {{service: {{name: {app.name}, port: {{number: 80}}}}}}
"""


def _secret(app: App) -> str:
    sealed = base64.b64encode(app.chance.randbytes(480)).decode()
    return f"""{_head("bitnami.com/v1alpha1", "SealedSecret", app.name)}spec:
  encryptedData:
    password: {sealed}
"""


def _release(app: App) -> str:
    return f"""{_head("helm.toolkit.fluxcd.io/v2", "HelmRelease", app.name)}spec:
  interval: 30m
  chart:
    spec:
      chart: app-template
      version: 3.{app.chance.randrange(9)}.0
      sourceRef: {{kind: HelmRepository, name: bjw-s, namespace: flux-system}}
  values:
    controllers:
      main:
        containers:
          main:
            image: {{repository: registry.example.com/{app.name}, tag: "{app.chance.random():.3f}"}}
    ingress:
      main: {{enabled: true, className: nginx}}
"""


def _job(app: App) -> str:
    return f"""{_head("batch/v1", "CronJob", app.name)}spec:
  schedule: "{app.chance.randrange(60)} 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: backup
              image: registry.example.com/backup:2.1
              command: [/bin/sh, -c, "tar c /data | restic backup --stdin"]
"""


PROPERTIES = """\
server.port={port}
server.host=0.0.0.0
feature.{name}.enabled=true
"""
PAGE = '{{"title": "{name}", "body": "\\u003cp\\u003eport {port}\\u003c/p\\u003e"}}\n'
SCRIPT = """\
#!/bin/bash
set -euo pipefail
curl --fail --silent \\
  --retry 3 "http://{name}:{port}/healthz" \\
  || exit 1
"""
RULES = """\
---
groups:
- name: {name}
  rules:
  - alert: Down
    expr: up{{job="{name}"}} == 0
---
groups: []
"""
PROXY = """\
server {{
  listen {port};
  location / {{ proxy_pass http://{name}:{port}; }}
}}
"""
HELD = {
    "application.properties": PROPERTIES,
    "page.json": PAGE,
    "run.sh": SCRIPT,
    "rules.yaml": RULES,
    "nginx.conf": PROXY,
}
"""The files that ConfigMaps hold: some look like documents, or like what joins lines."""


def _config(app: App) -> str:
    file = app.chance.choice(sorted(HELD))
    text = HELD[file].format(name=app.name, port=app.chance.randrange(3000, 9000))
    held = "".join(f"    {line}\n" for line in text.splitlines())
    return f"{_head('v1', 'ConfigMap', app.name)}data:\n  {file}: |\n{held}"


def _account(app: App) -> str:
    return f"{_head('v1', 'ServiceAccount', app.name)}automountServiceAccountToken: false\n"


def _definition(app: App, size: int) -> str:
    """Return a definition of a resource: about one in four speaks of a CNI."""
    group = f"team{app.number % 97}.example.com"
    head = _head("apiextensions.k8s.io/v1", "CustomResourceDefinition", f"{app.name}s.{group}")
    text = f"""{head}spec:
  group: {group}
  scope: Namespaced
  names: {{kind: {app.name.title().replace("-", "")}, plural: {app.name}s}}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
"""
    said = "the CNI plugin" if app.chance.random() < 0.25 else "the controller"
    return text + _lines(size - len(text), lambda at: _field(at, said))


def _field(at: int, said: str) -> str:
    return f"""\
                field{at}:
                  description: |-
                    Field {at} is what {said} does where nothing else is said. It has to be
                    one of the values that release {at % 7} of it knows.
                  type: string
                  enum: [None, Always, IfNotPresent]
"""


def _dashboard(app: App, size: int) -> str:
    text = f"{_head('v1', 'ConfigMap', f'{app.name}-dashboard')}data:\n  dashboard.json: |\n"
    text += '    {"panels": [\n'
    end = "    {}]}\n"
    return text + _lines(size - len(text) - len(end), _panel) + end


def _panel(at: int) -> str:
    target = {"expr": f'rate(http_requests_total{{code="{at}"}}[5m])', "refId": "A"}
    panel = {"id": at, "title": f"Requests {at}", "type": "timeseries", "targets": [target]}
    return f"    {json.dumps(panel)},\n"


def _lines(size: int, line: Callable[[int], str]) -> str:
    """Return as many numbered stretches of text as fit into a size, at least one."""
    found = [line(0)]
    left = size - len(found[0])
    while len(following := line(len(found))) <= left:
        found.append(following)
        left -= len(following)
    return "".join(found)


SMALL: dict[Callable[[App], str], int] = {
    _deployment: 26,
    _service: 15,
    _config: 18,
    _role: 9,
    _ingress: 6,
    _secret: 7,
    _release: 5,
    _job: 4,
    _account: 3,
}
"""The documents with a size of their own, and how many of a hundred each is."""

LARGE = (_definition, _dashboard)
"""The documents that are as large as there is room; they are the rest of the hundred."""

HUNDRED = 100


@cache
def _deck(kind: int) -> tuple[Callable[[App], str] | None, ...]:
    """Return the documents of a hundred in an order of their own; None for a large one."""
    made: list[Callable[[App], str] | None] = []
    for one, times in SMALL.items():
        made += [one] * times
    made += [None] * (HUNDRED - len(made))
    Random(f"{SEED} {kind}").shuffle(made)
    return tuple(made)


def texts(size: int, count: int) -> Iterator[str]:
    """Yield a number of texts, each a document or two, that have a size together.

    After each text that takes what room there is they have their share of the size; the last one
    ends with a comment that makes up for what is missing. SystemExit if they would not fit.
    """
    if count and size < count * SMALLEST:
        raise SystemExit(f"{count} files need {count * SMALLEST} bytes or more, not {size}")
    written = 0
    for number in range(count):
        app = App(number, Random(f"{SEED} {number}"))
        room = size * (number + 1) // count - written
        small = _deck(number // HUNDRED % 7)[number % HUNDRED]
        last = number == count - 1
        if last or (small is None and room > SMALLEST):
            text = LARGE[number % 2](app, room - 2 * last)
        else:
            text = (small or _service)(app)
        if last:
            text += f"#{'.' * (room - len(text) - 2)}\n"
        written += len(text)
        yield text
    if count and written != size:
        raise SystemExit(f"{count} files do not fit into {size} bytes: they have {written}")


def tree(top: Path, size: int, files: int, folders: int, clusters: int) -> None:
    """Write a repository of a size: so many files in so many folders, dealt out to clusters."""
    places = [top / f"apps/{at:03}" for at in range(folders)]
    if clusters:
        places = [top / f"clusters/{at % clusters:03}/{at // clusters:03}" for at in range(folders)]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    for place in places[:clusters]:
        _write(place / "aws-node.yaml", AWS_NODE)
        _write(place / "multus.yaml", MULTUS)
    left = size - clusters * len(AWS_NODE + MULTUS)
    for number, text in enumerate(texts(left, files - 2 * clusters)):
        _write(places[number % folders] / f"{number:05}.yaml", text)


def stream(path: Path, size: int, *, installs: bool = True) -> None:
    """Write one file of a size, with aws-node and Multus in the middle of it."""
    between = "---\n"
    own = between.join(("", AWS_NODE, MULTUS)) if installs else ""
    left = size - len(own)
    count = max(1, left // DOCUMENT)
    with path.open("w", encoding="utf-8", newline="") as file:
        for number, text in enumerate(texts(left - len(between) * (count - 1), count)):
            file.write((between if number else "") + text)
            if number == (count - 1) // 2:
                file.write(own)


def findings(top: Path, clusters: int) -> None:
    """Write clusters that each have three findings with a fix, all of them in their Multus."""
    for number in range(clusters):
        folder = top / f"clusters/{number:03}"
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "aws-node.yaml", AWS_NODE)
        _write(folder / "multus.yaml", LACKING)


RESOURCES = 17
WORKLOAD = """\
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: main
          image: nginx:1.27
          env:
            - {name: MODE, value: fast}
      volumes:
        - name: config
          configMap: {name: settings}
"""
RELEASE = "spec:\n  chart: {spec: {chart: app}}\n  values:\n" + "".join(
    f"    part{number}: {{enabled: true, ports: [80, 443], replicas: {number}}}\n"
    for number in range(20)
)
KINDS = (
    ("apps/v1", "Deployment", WORKLOAD),
    ("v1", "Service", "spec:\n  ports: [{port: 80}]\n"),
    ("v1", "ConfigMap", "data:\n  app.yaml: |\n    level: debug\n"),
    ("helm.toolkit.fluxcd.io/v2", "HelmRelease", RELEASE),
)
OVER = """\
resources: [../base]
namespace: prod
configMapGenerator: [{name: settings, literals: [level=debug]}]
images: [{name: nginx, newTag: "1.29"}]
patches: [{path: patch.yaml}]
"""


def kustomize(top: Path, roots: int) -> None:
    """Write a repository of a number of roots: each an overlay with a base of 17 objects."""
    for number in range(roots):
        base, over = top / f"apps/{number}/base", top / f"apps/{number}/prod"
        base.mkdir(parents=True)
        over.mkdir()
        listed = "".join(f"  - object{at}.yaml\n" for at in range(RESOURCES))
        _write(base / "kustomization.yaml", f"resources:\n{listed}")
        for at in range(RESOURCES):
            version, kind, rest = KINDS[at % len(KINDS)]
            _write(base / f"object{at}.yaml", _head(version, kind, f"app{number}-{at}") + rest)
        _write(over / "kustomization.yaml", OVER)
        patch = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app{number}-0}}\n"
        _write(over / "patch.yaml", f"{patch}spec: {{replicas: 3}}\n")


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", newline="")


def in_bytes(text: str) -> int:
    """Return how many bytes a text such as 12MB stands for; ValueError if it stands for none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMG]?B?)", text)
    if found is None or found[2] not in UNITS:
        raise ValueError(f"{text!r} is no size: write it as 12MB")
    return int(float(found[1]) * UNITS[found[2]])


def main() -> None:
    """Write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    one = kinds.add_parser("tree", help="a repository of many files")
    one.add_argument("path", type=Path)
    one.add_argument("--bytes", type=in_bytes, default="12MB")
    one.add_argument("--files", type=int, default=10000)
    one.add_argument("--folders", type=int, default=500)
    one.add_argument("--clusters", type=int, default=20)
    one = kinds.add_parser("stream", help="one file of many documents")
    one.add_argument("path", type=Path)
    one.add_argument("--bytes", type=in_bytes, default="100MB")
    one.add_argument("--no-installs", action="store_true")
    one = kinds.add_parser("kustomize", help="a repository of many Kustomize roots")
    one.add_argument("path", type=Path)
    one.add_argument("--roots", type=int, default=300)
    one = kinds.add_parser("findings", help="clusters that each have something to fix")
    one.add_argument("path", type=Path)
    one.add_argument("--clusters", type=int, default=334)
    one = kinds.add_parser("crowd", help="one file of many installers on the same nodes")
    one.add_argument("path", type=Path)
    one.add_argument("--installers", type=int, default=20)
    one.add_argument("--classes", type=int, default=1)
    given = parser.parse_args()
    if given.kind == "tree":
        tree(given.path, given.bytes, given.files, given.folders, given.clusters)
    elif given.kind == "stream":
        stream(given.path, given.bytes, installs=not given.no_installs)
    elif given.kind == "kustomize":
        kustomize(given.path, given.roots)
    elif given.kind == "findings":
        findings(given.path, given.clusters)
    else:
        _write(given.path, crowd(given.installers, given.classes))


if __name__ == "__main__":
    main()
