"""Generated trees of kustomizations: bases, overlays and components that use all there is.

A seed stands for one tree, so that what fails once can be looked at again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from random import Random
from typing import Any, TypeVar

Object = dict[str, Any]
T = TypeVar("T")
Tree = dict[str, str]
"""Texts of files by their paths."""

NAMES = ("web", "agent", "store", "node-tool")
MAPS = ("settings", "extra")
SECRETS = ("token", "keys")
IMAGES = ("nginx", "ghcr.io/acme/agent", "localhost:5000/tool")
LABELS = {"app": "web", "tier": "front", "team": "net"}


def tree(seed: int) -> Tree:
    """Return the files of a tree; what is to be built is in `over`."""
    return _Maker(Random(seed)).tree()


def yaml(value: object, indent: int = 0) -> str:
    """Return a value as YAML in lines."""
    pad = " " * indent
    if isinstance(value, dict) and value:
        return "".join(
            f"{pad}{json.dumps(key) if _odd(key) else key}:{_below(one, indent + 2)}"
            for key, one in value.items()
        )
    if isinstance(value, list) and value:
        return "".join(f"{pad}-{_below(one, indent + 2)}" for one in value)
    return f"{pad}{json.dumps(value)}\n"


def _odd(key: str) -> bool:
    return not key.replace("-", "").replace("_", "").replace("/", "").replace(".", "").isalnum()


def _below(value: object, indent: int) -> str:
    if isinstance(value, dict | list) and value:
        return "\n" + yaml(value, indent)
    if isinstance(value, str) and "\n" in value:
        lines = "".join(f"{' ' * indent}{line}\n" for line in value.rstrip("\n").split("\n"))
        return f" |\n{lines}"
    return f" {json.dumps(value)}\n"


class _Maker:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.files: Tree = {}
        self.objects: list[Object] = []
        self.generated: set[tuple[str, str]] = set()

    def maybe(self, chance: float = 0.5) -> bool:
        return self.random.random() < chance

    def some(self, values: Iterable[T], most: int = 3) -> list[T]:
        listed = list(values)
        return self.random.sample(listed, self.random.randint(0, min(most, len(listed))))

    def tree(self) -> Tree:
        base = self.base()
        self.files["base/kustomization.yaml"] = yaml(base)
        below = "../base"
        if self.maybe(0.4):
            self.files["middle/kustomization.yaml"] = yaml(self.overlay("middle", ["../base"]))
            below = "../middle"
        over = self.overlay("over", [below])
        if self.maybe(0.4):
            self.component()
            over["components"] = ["../component"]
        if self.maybe(0.3):
            over["sortOptions"] = {"order": "fifo"}
        self.files["over/kustomization.yaml"] = yaml(over)
        return self.files

    # objects

    def base(self) -> Object:
        makers = [self.workload, self.workload, self.workload, self.service, self.account]
        makers += [self.config_map, self.custom, self.job, self.bindings]
        for make in self.random.sample(makers, self.random.randint(2, len(makers))):
            for one in make():
                if _key(one) not in map(_key, self.objects):
                    self.objects.append(one)
        cut = self.random.randint(0, len(self.objects))
        kustomization: Object = {"resources": []}
        for name, listed in (("a.yaml", self.objects[:cut]), ("b.yaml", self.objects[cut:])):
            if listed:
                kustomization["resources"].append(name)
                self.files[f"base/{name}"] = "---\n".join(yaml(one) for one in listed)
        self.generators("base", kustomization)
        if self.maybe(0.3):
            kustomization["namePrefix"] = "base-"
        if self.maybe(0.2):
            kustomization["namespace"] = "base"
        return kustomization

    def workload(self) -> list[Object]:
        kind = self.random.choice(["Deployment", "DaemonSet", "StatefulSet"])
        name = self.random.choice(NAMES)
        spec: Object = {
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": self.pod()},
        }
        if kind == "StatefulSet":
            spec["serviceName"] = self.random.choice(NAMES)
            if self.maybe():
                claim = {"metadata": {"name": "data"}, "spec": {"storageClassName": "fast"}}
                spec["volumeClaimTemplates"] = [claim]
        if kind != "DaemonSet" and self.maybe():
            spec["replicas"] = self.random.randint(1, 4)
        return [self.named("apps/v1", kind, name, spec=spec)]

    def job(self) -> list[Object]:
        spec = {"template": {"spec": {**self.pod(), "restartPolicy": "Never"}}}
        if self.maybe():
            return [self.named("batch/v1", "Job", "once", spec=spec)]
        cron = {"schedule": "* * * * *", "jobTemplate": {"spec": spec}}
        return [self.named("batch/v1", "CronJob", "often", spec=cron)]

    def pod(self) -> Object:
        spec: Object = {"containers": [self.container(name) for name in ("main", "side")]}
        if self.maybe():
            spec["initContainers"] = [self.container("install")]
        if self.maybe():
            spec["volumes"] = [self.volume(name) for name in self.some(("config", "host", "all"))]
        if self.maybe(0.3):
            spec["serviceAccountName"] = "runner"
        if self.maybe(0.3):
            spec["tolerations"] = [{"operator": "Exists"}]
        if self.maybe(0.2):
            spec["imagePullSecrets"] = [{"name": "token"}]
        if self.maybe(0.2):
            spec["hostNetwork"] = True
        return spec

    def container(self, name: str) -> Object:
        image = self.random.choice(IMAGES)
        tag = self.random.choice(["", ":1.2", ":v3@sha256:abcd", "@sha256:ef01"])
        container: Object = {"name": name, "image": f"{image}{tag}"}
        if self.maybe():
            container["env"] = [self.variable(name) for name in self.some("ABCD", 4)]
        if self.maybe(0.3):
            container["envFrom"] = [{"configMapRef": {"name": self.random.choice(MAPS)}}]
        if self.maybe():
            container["ports"] = [self.port(number) for number in self.some((80, 443, 53))]
        if self.maybe():
            paths = self.some(("/etc/config", "/host", "/all"))
            container["volumeMounts"] = [{"name": "config", "mountPath": path} for path in paths]
        if self.maybe(0.3):
            container["args"] = self.some(("--a", "--b=1", "-c"))
        return container

    def variable(self, name: str) -> Object:
        if self.maybe(0.7):
            return {"name": name, "value": self.random.choice(["1", "true", "x y", ""])}
        kind, names = self.random.choice([("configMapKeyRef", MAPS), ("secretKeyRef", SECRETS)])
        chosen = self.random.choice(names)
        return {"name": name, "valueFrom": {kind: {"name": chosen, "key": "a"}}}

    def port(self, number: int) -> Object:
        port: Object = {"containerPort": number}
        if self.maybe():
            port["protocol"] = self.random.choice(["TCP", "UDP"])
        if self.maybe(0.3):
            port["name"] = f"p{number}"
        return port

    def volume(self, name: str) -> Object:
        volume: Object = {"name": name}
        kind = self.random.randint(0, 3)
        if kind == 0:
            volume["configMap"] = {"name": self.random.choice(MAPS)}
        elif kind == 1:
            volume["secret"] = {"secretName": self.random.choice(SECRETS)}
        elif kind == 2:
            volume["hostPath"] = {"path": "/etc/cni/net.d"}
        else:
            sources = [{"configMap": {"name": self.random.choice(MAPS)}}]
            volume["projected"] = {"sources": sources}
        return volume

    def service(self) -> list[Object]:
        name = self.random.choice(NAMES)
        ports = [{"port": number, "name": f"p{number}"} for number in (80, 443)]
        return [self.named("v1", "Service", name, spec={"selector": {"app": name}, "ports": ports})]

    def account(self) -> list[Object]:
        found = [self.named("v1", "ServiceAccount", "runner")]
        if self.maybe():
            found.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "net"}})
        return found

    def bindings(self) -> list[Object]:
        group = "rbac.authorization.k8s.io"
        subject: Object = {
            "kind": "ServiceAccount",
            "name": self.random.choice(["runner", "default"]),
        }
        if self.maybe():
            subject["namespace"] = self.random.choice(["default", "net", "base"])
        role = {"apiGroup": group, "kind": "ClusterRole", "name": "reader"}
        rules = [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": list(MAPS)}]
        return [
            {
                "apiVersion": f"{group}/v1",
                "kind": "ClusterRole",
                "metadata": {"name": "reader"},
                "rules": rules,
            },
            {
                "apiVersion": f"{group}/v1",
                "kind": self.random.choice(["ClusterRoleBinding", "RoleBinding"]),
                "metadata": {"name": "reader"},
                "roleRef": role,
                "subjects": [subject],
            },
        ]

    def config_map(self) -> list[Object]:
        data = {"a": "1", "conf.json": '{"cniVersion": "1.0.0"}\n', "text": "one\n\ntwo\n"}
        return [self.named("v1", "ConfigMap", "plain", data=data)]

    def custom(self) -> list[Object]:
        listed = [{"name": "one", "value": 1}, {"name": "two", "value": 2.5}]
        spec = {"list": listed, "map": {"a": {"b": None}, "c": []}, "ref": {"name": "settings"}}
        return [self.named("acme.test/v1", "Thing", "thing", spec=spec)]

    def named(self, version: str, kind: str, name: str, **rest: object) -> Object:
        metadata: Object = {"name": name}
        if self.maybe(0.2):
            metadata["namespace"] = "net"
        if self.maybe(0.3):
            metadata["labels"] = dict(self.some(LABELS.items()))
        if self.maybe(0.2):
            metadata["annotations"] = {"acme.test/note": "yes", "other": "1"}
        return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}

    # kustomizations

    def overlay(self, folder: str, resources: list[str]) -> Object:
        kustomization: Object = {"resources": resources}
        for change in (
            self.patches,
            self.old_patches,
            self.names,
            self.labels,
            self.images,
            self.replicas,
            self.replacements,
        ):
            if self.maybe(0.45):
                change(folder, kustomization)
        if self.maybe(0.4):
            self.generators(folder, kustomization)
        return kustomization

    def component(self) -> None:
        component: Object = {
            "apiVersion": "kustomize.config.k8s.io/v1alpha1",
            "kind": "Component",
        }
        for change in (self.patches, self.images, self.labels, self.names):
            if self.maybe():
                change("component", component)
        if self.maybe():
            account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "more"}}
            self.files["component/more.yaml"] = yaml(account)
            component["resources"] = ["more.yaml"]
        if len(component) == 2:
            component["namePrefix"] = "c-"
        self.files["component/kustomization.yaml"] = yaml(component)

    def generators(self, folder: str, kustomization: Object) -> None:
        for kind, key, names in (
            ("ConfigMap", "configMapGenerator", MAPS),
            ("Secret", "secretGenerator", SECRETS),
        ):
            entries = []
            for name in self.some(names, 2):
                entry: Object = {"name": name}
                if (kind, name) in self.generated:
                    entry["behavior"] = self.random.choice(["merge", "merge", "replace"])
                elif self.maybe(0.02):
                    entry["behavior"] = "merge"
                self.generated.add((kind, name))
                self.sources(folder, f"{kind.lower()}-{name}", entry)
                if self.maybe(0.3):
                    entry["options"] = {
                        "labels": {"made": "yes"},
                        "disableNameSuffixHash": self.maybe(),
                        "immutable": self.maybe(0.3),
                    }
                entries.append(entry)
            if entries:
                kustomization[key] = entries
        if self.maybe(0.2):
            kustomization["generatorOptions"] = {"annotations": {"by": "us"}}

    def sources(self, folder: str, name: str, entry: Object) -> None:
        if self.maybe():
            entry["literals"] = self.some(
                ("a=1", "b='x y'", "c=<a>&b", 'd="q"', "e=", "f=é\u2028"), 4
            )
        if self.maybe():
            self.files[f"{folder}/{name}.json"] = '{"cniVersion": "1.0.0", "a": [1]}\n'
            entry["files"] = [f"conf.json={name}.json"]
            if self.maybe():
                self.files[f"{folder}/{name}.txt"] = self.random.choice(
                    ["plain", "\n  odd\n\ttab\n\n", "a: b\nc: |\n  d\n", "x" * 90, " lead\nline \n"]
                )
                entry["files"].append(f"{name}.txt")
        if self.maybe(0.4):
            self.files[f"{folder}/{name}.env"] = "# comment\nA=1\n\n  B = two \nC\nD=a=b\n"
            entry["envs"] = [f"{name}.env"]

    def names(self, _folder: str, kustomization: Object) -> None:
        for key, value in (("namePrefix", "pre-"), ("nameSuffix", "-end"), ("namespace", "kube")):
            if self.maybe():
                kustomization[key] = value

    def labels(self, _folder: str, kustomization: Object) -> None:
        if self.maybe():
            label: Object = {"pairs": {"set": "by-label", "second": "1"}}
            for option in self.some(("includeSelectors", "includeTemplates"), 1):
                label[option] = True
            if self.maybe(0.2):
                label["fields"] = [{"path": "spec/extra", "kind": "Thing", "create": True}]
            kustomization["labels"] = [label]
        if self.maybe(0.3):
            kustomization["commonLabels"] = {"common": "label"}
        if self.maybe(0.3):
            kustomization["commonAnnotations"] = {"common": "annotation"}

    def images(self, _folder: str, kustomization: Object) -> None:
        entries = []
        for name in self.some(IMAGES, 2):
            entry: Object = {"name": name}
            for key, value in (
                ("newName", "mirror.test/new"),
                ("newTag", "9.9"),
                ("digest", "sha256:0123"),
                ("tagSuffix", "-alpine"),
            ):
                if self.maybe(0.4):
                    entry[key] = value
            entries.append(entry)
        if entries:
            kustomization["images"] = entries

    def replicas(self, _folder: str, kustomization: Object) -> None:
        names = [one["metadata"]["name"] for one in self.objects if one["kind"] in _SCALED]
        if names or self.maybe(0.1):
            name = self.random.choice(names or ["nobody"])
            kustomization["replicas"] = [{"name": name, "count": self.random.randint(0, 9)}]

    def replacements(self, _folder: str, kustomization: Object) -> None:
        if not self.objects:
            return
        source, target = (self.random.choice(self.objects) for _ in range(2))
        options: Object = {"create": True} if self.maybe(0.9) else {}
        path = self.random.choice(["metadata.annotations.copied", "spec.copied", "metadata.name"])
        replacement: Object = {
            "source": {"kind": source["kind"], "name": source["metadata"]["name"]},
            "targets": [
                {
                    "select": {"kind": target["kind"], "name": target["metadata"]["name"]},
                    "fieldPaths": [path],
                    **({"options": options} if options else {}),
                }
            ],
        }
        if self.maybe(0.3):
            replacement["source"]["options"] = {"delimiter": "-", "index": 0}
        kustomization["replacements"] = [replacement]

    # patches

    def patches(self, folder: str, kustomization: Object) -> None:
        entries = []
        for number in range(self.random.randint(1, 3)):
            if not self.objects:
                return
            one = self.random.choice(self.objects)
            entry: Object = {}
            if self.maybe(0.35):
                text = yaml(self.operations(one))
                entry["target"] = self.target(one)
            else:
                text = yaml(self.piece(one))
                if self.maybe(0.4):
                    entry["target"] = self.target(one)
            if self.maybe():
                self.files[f"{folder}/patch-{number}.yaml"] = text
                entry["path"] = f"patch-{number}.yaml"
            else:
                entry["patch"] = text
            entries.append(entry)
        kustomization["patches"] = entries

    def old_patches(self, folder: str, kustomization: Object) -> None:
        if not self.objects:
            return
        one = self.random.choice(self.objects)
        if self.maybe():
            text = yaml(self.piece(one))
            self.files[f"{folder}/old.yaml"] = text
            kustomization["patchesStrategicMerge"] = [self.random.choice(["old.yaml", text])]
        else:
            group, _slash, version = one["apiVersion"].rpartition("/")
            target = {"version": version, "kind": one["kind"], "name": one["metadata"]["name"]}
            if group:
                target["group"] = group
            text = yaml(self.operations(one))
            kustomization["patchesJson6902"] = [{"target": target, "patch": text}]

    def target(self, one: Object) -> Object:
        name = one["metadata"]["name"]
        options: list[Object] = [
            {"kind": one["kind"]},
            {"kind": one["kind"], "name": name},
            {"kind": f"({one['kind']}|Other)", "name": f"{name[:2]}.*"},
            {"labelSelector": "app=web"},
            {"kind": one["kind"], "annotationSelector": "acme.test/note in (yes, no)"},
        ]
        return self.random.choice(options)

    def operations(self, one: Object) -> list[Object]:
        found: list[Object] = []
        for _ in range(self.random.randint(1, 3)):
            pod = one["kind"] in _WORKLOADS and self.maybe(0.7)
            main = "/spec/template/spec/containers/0"
            found.append(
                self.random.choice(
                    [
                        {"op": "replace", "path": f"{main}/image", "value": "patched:1"},
                        {"op": "add", "path": f"{main}/args", "value": ["--x", 1, True]},
                        {"op": "add", "path": "/spec/template/spec/containers/-", "value": _SIDE},
                        {"op": "remove", "path": f"{main}/image"},
                        {"op": "test", "path": f"{main}/name", "value": "main"},
                        {"op": "copy", "from": f"{main}/name", "path": f"{main}/copied"},
                    ]
                    if pod
                    else [
                        {"op": "add", "path": "/metadata/labels", "value": {"json": "patch"}},
                        {"op": "replace", "path": "/metadata/name", "value": "renamed"},
                        {"op": "add", "path": "/spec", "value": {"new": None}},
                        {"op": "move", "from": "/metadata", "path": "/metadata"},
                        {"op": "remove", "path": "/kind"},
                        {"op": "add", "path": "/data", "value": {"only": "one"}},
                        {"op": "copy", "from": "/metadata/name", "path": "/metadata/uid"},
                    ]
                )
            )
        return found

    def piece(self, one: Object) -> Object:
        metadata: Object = {"name": one["metadata"]["name"]}
        if "namespace" in one["metadata"]:
            metadata["namespace"] = one["metadata"]["namespace"]
        if self.maybe(0.3):
            metadata["labels"] = {"patched": "yes", "app": self.random.choice(["web", None])}
        if self.maybe(0.2):
            metadata["finalizers"] = ["a", "b"]
        piece: Object = {"apiVersion": one["apiVersion"], "kind": one["kind"], "metadata": metadata}
        if self.maybe(0.05):
            piece["$patch"] = self.random.choice(["delete", "replace", "merge"])
        if one["kind"] in _WORKLOADS:
            pod = self.pod_piece()
            piece["spec"] = {"template": {"spec": pod}}
            if self.maybe(0.2):
                piece["spec"]["selector"] = {"$patch": "replace", "matchLabels": {"new": "one"}}
        elif one["kind"] == "Service":
            ports: list[Object] = [{"port": 80, "nodePort": 30080}, {"port": 8080}]
            piece["spec"] = {"ports": self.some(ports), "selector": None if self.maybe(0.2) else {}}
        elif one["kind"] == "Thing":
            new = [{"name": "three"}] if self.maybe() else None
            piece["spec"] = {"list": new, "map": {"a": {"d": "e"}, "c": None}, "more": {"f": None}}
        elif one["kind"] == "ConfigMap":
            piece["data"] = {"a": None, "b": "2"}
        return piece

    def pod_piece(self) -> Object:
        pod: Object = {}
        if self.maybe(0.8):
            names = self.some(("main", "side", "third"))
            pod["containers"] = [self.container_piece(name) for name in names]
            if self.maybe(0.1):
                pod["containers"].append({"$patch": "replace"})
        if self.maybe(0.3):
            pod["volumes"] = [
                {"name": "config", "emptyDir": {}},
                {"name": "host", "$patch": "delete"},
            ]
        if self.maybe(0.3):
            pod["tolerations"] = [{"key": "new"}]
        if self.maybe(0.2):
            pod["hostNetwork"] = self.random.choice([None, False])
        if self.maybe(0.1):
            pod["initContainers"] = None
        return pod

    def container_piece(self, name: str) -> Object:
        container: Object = {"name": name}
        if self.maybe(0.15):
            return {**container, "$patch": self.random.choice(["delete", "replace", "merge"])}
        if self.maybe():
            container["image"] = "patched:2"
        if self.maybe():
            container["env"] = [self.variable(letter) for letter in self.some("ABCE", 3)]
            if self.maybe(0.3):
                container["env"].append({"name": "A", "$patch": "delete"})
        if self.maybe(0.4):
            container["ports"] = [self.port(number) for number in self.some((80, 443, 9090))]
        if self.maybe(0.3):
            container["volumeMounts"] = [{"mountPath": "/etc/config", "name": "other"}]
        if self.maybe(0.3):
            container["args"] = self.random.choice([None, ["--new"], []])
        if self.maybe(0.2):
            container["resources"] = {"limits": {"cpu": 1, "memory": "1Gi"}}
        return container


_SIDE = {"name": "json", "image": "json:1"}
_SCALED = ("Deployment", "StatefulSet")
_WORKLOADS = ("Deployment", "DaemonSet", "StatefulSet")


def _key(one: Object) -> tuple[str, str, str]:
    metadata = one["metadata"]
    return one["kind"], metadata["name"], metadata.get("namespace") or "default"
