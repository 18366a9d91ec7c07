"""What bjw-s' app-template makes of its values: workloads, ConfigMaps and raw resources.

It is the chart by which most public repositories run Multus: whatever stands in the values is the
workload. bjw-s-labs/helm-charts@app-template-4.4.0:charts/library/common/values.yaml and
templates/lib (controllers, containers, persistence, configMaps); releases before 2.0 have one
controller and one container at the top (bjw-s-labs/helm-charts@app-template-1.5.1).
"""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.kube.manifest import Manifest
from cnilint.kube.values import Values
from cnilint.model.tree import Mapping
from cnilint.start import lazy_pattern

from .built import Node, made, read, rebuilt
from .delivery import Delivery

CHART = "app-template"

KINDS = {
    "daemonset": ("apps/v1", "DaemonSet"),
    "deployment": ("apps/v1", "Deployment"),
    "statefulset": ("apps/v1", "StatefulSet"),
    "cronjob": ("batch/v1", "CronJob"),
    "job": ("batch/v1", "Job"),
}

POD = ("affinity", "hostIPC", "hostNetwork", "hostPID", "nodeSelector", "tolerations")
"""The members of a pod that matter to where it runs and what it sees."""

FIELDS_OF_OBJECTS = frozenset({"secretKeyRef", "configMapKeyRef", "fieldRef"})
"""What a variable may have without a `valueFrom` around it."""

CONTAINER = ("args", "command", "envFrom", "lifecycle", "resources", "securityContext")

_RELEASE_NAME = lazy_pattern(r"\{\{-?\s*\.Release\.Name\s*-?\}\}")

_MAJOR = lazy_pattern(r"[v~^>=\s]*(\d{1,9})")
NEWEST = 4
"""The release that is meant where its version is not in view."""

TEMPLATE = "the chart fills in a template here"
UNREAD = "values that are not in view may say otherwise"


def rendered(one: Delivery) -> list[Manifest]:
    """Return the workloads, ConfigMaps and raw resources that the chart makes of the values."""
    values = merged(one.values)
    if values is None:
        return []
    if one.unread:
        values.doubt = UNREAD
    chart = _Chart(one, values)
    roots = (*chart.config_maps(), *chart.workloads(), *chart.raw_resources())
    return [rebuilt(one.manifest, root) for root in roots]


def merged(values: tuple[Values, ...]) -> Node | None:
    """Return values as one: mappings together, anything else of the last that has it."""
    whole: Node | None = None
    for one in values:
        if not one.named and isinstance(one.tree, Mapping):
            found = read(one.manifest.document, (*one.manifest.route, *one.route), one.tree)
            whole = found if whole is None else _over(whole, found)
    return whole


def _over(below: Node, above: Node) -> Node:
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    value = dict(below.value)
    for key, one in above.value.items():
        if one.value is None:
            value.pop(key, None)
        else:
            value[key] = _over(value[key], one) if key in value else one
    return Node(value, (*below.places, *above.places), below.doubt or above.doubt)


class _Chart:
    """One release of the chart."""

    def __init__(self, one: Delivery, values: Node) -> None:
        self._release = one.release.name or one.manifest.name
        self._name = (
            values.text("global", "fullnameOverride")
            or values.text("fullnameOverride")
            or self._release
        )
        major = _MAJOR.match(one.version)
        self._namespace = one.release.namespace or one.manifest.namespace
        self._values = values
        self._major = int(major[1]) if major is not None else self._evident()

    def _evident(self) -> int:
        """Return the release that is meant where its version is not in view.

        It is one of before 4.0 where a volume names the ConfigMap as it is called only there.
        """
        named = {one.text("name") for _name, one in _members(self._values.get("persistence"))}
        for identifier, _one in _enabled(self._values.get("configMaps")):
            older, newer = (self._named(identifier, among) for among in (2, 1))
            if older != newer and older in map(self._called, named):
                return NEWEST - 1
        return NEWEST

    def config_maps(self) -> Iterator[Node]:
        """Yield the ConfigMaps, each under the name that the workloads refer to."""
        for identifier, one in _enabled(self._values.get("configMaps")):
            data = one.get("data")
            if data is not None:
                names = self._metadata(self._map_name(identifier))
                filled = {key: self._filled(text) for key, text in _members(data)}
                members = {"data": Node(dict(filled), data.places)}
                yield self._object("v1", "ConfigMap", names, members, one)

    def workloads(self) -> Iterator[Node]:
        """Yield the workloads: one for each controller."""
        controllers = _enabled(self._values.get("controllers"))
        old = self._values.get("controller")
        if not controllers:
            controllers = [("main", old if old is not None else Node({}, self._values.places))]
        for name, one in controllers:
            api_version, kind = KINDS.get(one.text("type").lower() or "deployment", ("", ""))
            if not kind:
                continue
            called = self._named(name, len(controllers))
            template = Node({"metadata": self._labels(called), "spec": self._pod(name, one)})
            specification = {"template": template}
            if kind == "CronJob":
                inner = Node({"spec": Node({"template": template})})
                specification = {"jobTemplate": inner}
            members = {"spec": Node(dict(specification), one.places)}
            yield self._object(api_version, kind, self._metadata(called), members, one)

    def raw_resources(self) -> Iterator[Node]:
        """Yield the objects that the values have as they are, below a head that the chart makes.

        bjw-s-labs/helm-charts@app-template-4.1.1:charts/library/common/templates/classes/
        _rawResource.tpl
        """
        enabled = _enabled(self._values.get("rawResources"))
        for identifier, one in enabled:
            api_version, kind = one.text("apiVersion"), one.text("kind")
            if not api_version or not kind:
                continue
            names = self._metadata(self._object_name(identifier, one, len(enabled)))
            members = {key: self._all_filled(node) for key, node in _members(one.get("spec"))}
            yield self._object(api_version, kind, names, members, one)

    def _object(
        self, api_version: str, kind: str, metadata: Node, members: dict[str, Node], source: Node
    ) -> Node:
        head = {"apiVersion": Node(api_version), "kind": Node(kind), "metadata": metadata}
        return Node({**head, **members}, source.places, self._values.doubt)

    def _metadata(self, name: str) -> Node:
        labels = made({"app.kubernetes.io/instance": self._release})
        names = {"name": Node(name), "namespace": Node(self._namespace), "labels": labels}
        return Node(names)

    def _labels(self, name: str) -> Node:
        return made({"labels": {"app.kubernetes.io/name": name}})

    def _pod(self, controller: str, one: Node) -> Node:
        defaults, own = self._values.get("defaultPodOptions"), one.get("pod")
        pod: dict[str, Node] = {}
        for options in (self._values, defaults, own):
            for key in POD:
                found = options.get(key) if options is not None else None
                if found is not None:
                    pod[key] = found
        containers = _members(one.get("containers")) or [("main", self._values)]
        volumes, mounts = self._volumes(controller)
        pod["initContainers"] = Node(
            [
                self._container(name, each, mounts)
                for name, each in _members(one.get("initContainers"))
            ]
        )
        pod["containers"] = Node(
            [self._container(name, each, mounts) for name, each in containers if not _is_off(each)],
            one.places,
        )
        pod["volumes"] = Node(volumes)
        return Node(dict(pod), one.places)

    def _container(self, name: str, one: Node, mounts: dict[str, list[Node]]) -> Node:
        found: dict[str, Node] = {"name": Node(name)}
        image = one.get("image")
        repository, tag = image and image.get("repository"), image and image.get("tag")
        if image is not None and isinstance(image.value, str):
            found["image"] = image
        elif repository is not None:
            text = str(repository.value) + (f":{tag.value or tag.written}" if tag else "")
            found["image"] = Node(text, (*repository.places, *(tag.places if tag else ())))
        for key in CONTAINER:
            value = one.get(key)
            if value is not None:
                found[key] = value
        for key in ("args", "command"):
            if key in found and isinstance(found[key].value, str):
                found[key] = Node([found[key]], found[key].places)
        environment = one.get("env")
        if environment is not None:
            found["env"] = self._environment(environment)
        found["volumeMounts"] = Node([*mounts.get("", ()), *mounts.get(name, ())])
        return Node(dict(found), one.places)

    def _environment(self, node: Node) -> Node:
        """Return variables as a container has them, from a list or a mapping of them."""
        if isinstance(node.value, list):
            return Node([self._variable(_members(one), one) for one in node.value], node.places)
        listed: list[Node] = []
        for name, one in _members(node):
            members = [("name", Node(name))]
            if isinstance(one.value, dict):
                members += _members(one)
            else:
                text = one.value if isinstance(one.value, str) else one.written
                members.append(("value", Node(text, one.places, one.doubt)))
            listed.append(self._variable(members, one))
        return Node(listed, node.places)

    def _variable(self, members: list[tuple[str, Node]], source: Node) -> Node:
        found = dict(members)
        for key in FIELDS_OF_OBJECTS & found.keys():
            found["valueFrom"] = Node({key: found.pop(key)}, source.places)
        value = found.get("value")
        if value is not None:
            found["value"] = self._filled(value)
        return Node(found, source.places)

    def _volumes(self, controller: str) -> tuple[list[Node], dict[str, list[Node]]]:
        """Return the volumes of a pod, and the mounts of each container (`""`: of all)."""
        volumes: list[Node] = []
        mounts: dict[str, list[Node]] = {}
        for name, one in _members(self._values.get("persistence")):
            source = self._source(name, one)
            if source is None or _is_off(one):
                continue
            advanced = one.get("advancedMounts", controller)
            everywhere = one.get("globalMounts")
            if one.get("advancedMounts") is not None and advanced is None and everywhere is None:
                continue
            volumes.append(Node({"name": Node(name), **source}, one.places))
            for container, listed in _members(advanced):
                mounts.setdefault(container, []).extend(_mounts(name, listed, one))
            if everywhere is not None or advanced is None:
                mounts.setdefault("", []).extend(_mounts(name, everywhere, one))
        return volumes, mounts

    def _source(self, name: str, one: Node) -> dict[str, Node] | None:
        """Return a volume's source as a pod has it."""
        kind = one.text("type")
        if kind == "hostPath":
            path = one.get("hostPath")
            if path is None:
                return None
            kept = one.get("hostPathType")
            typed = {"type": kept} if kept is not None else {}
            return {"hostPath": Node({"path": path, **typed}, one.places)}
        if kind == "emptyDir":
            return {"emptyDir": Node({}, one.places)}
        if kind in ("configMap", "secret"):
            given = one.text("name")
            map_name = (
                self._called(given)
                if given
                else self._map_name(one.text("identifier") or name, kind)
            )
            source = {"configMap": "name", "secret": "secretName"}
            members: dict[str, Node] = {source[kind]: Node(map_name, one.places)}
            items = one.get("items")
            if items is not None:
                members["items"] = items
            return {kind: Node(dict(members), one.places)}
        custom = one.get("volumeSpec")
        if kind == "custom" and custom is not None and isinstance(custom.value, dict):
            return dict(custom.value)
        return None

    def _map_name(self, identifier: str, kind: str = "configMap") -> str:
        """Return the name of a ConfigMap or Secret."""
        enabled = dict(_enabled(self._values.get(f"{kind}s")))
        return self._object_name(identifier, enabled.get(identifier, Node({})), len(enabled))

    def _object_name(self, identifier: str, one: Node, among: int) -> str:
        """Return the name of one of several objects of a kind that the values may name otherwise.

        bjw-s-labs/helm-charts@common-3.7.3:charts/library/common/templates/lib/common/
        _valuesToObject.tpl (before 4.0 the identifier is always in it) and
        _determineResourceNameFromValues.tpl
        """
        keys = ("forceRename", "nameOverride", "prefix", "suffix")
        forced, override, prefix, suffix = (self._called(one.text(key)) for key in keys)
        if forced:
            return forced.lower()
        if self._major < NEWEST:
            return self._named(override or identifier, 2)
        name = self._named(identifier, among)
        name = f"{prefix}-{name}" if prefix else name
        return (f"{name}-{suffix}" if suffix else name).lower()

    def _named(self, identifier: str, among: int) -> str:
        """Return the name of one of several objects of a kind, by its identifier."""
        name = self._name
        always = self._values.get("global", "alwaysAppendIdentifierToResourceName")
        if always is not None and always.value is True:
            among = 2
        if among > 1 and name != identifier and not name.endswith(f"-{identifier}"):
            name = f"{name}-{identifier}"
        return name.lower()

    def _filled(self, node: Node) -> Node:
        """Return a text that the chart takes for a template, as far as it is worked out here."""
        if not isinstance(node.value, str) or "{{" not in node.value:
            return node
        text = self._called(node.value)
        return Node(text, node.places, TEMPLATE if "{{" in text else node.doubt)

    def _all_filled(self, node: Node) -> Node:
        """Return a value with each text in it filled in."""
        if isinstance(node.value, dict):
            filled = {key: self._all_filled(one) for key, one in node.value.items()}
            return Node(dict(filled), node.places, node.doubt)
        if isinstance(node.value, list):
            return Node([self._all_filled(one) for one in node.value], node.places, node.doubt)
        return self._filled(node)

    def _called(self, text: str) -> str:
        return _RELEASE_NAME.sub(self._release, text)


def _members(node: Node | None) -> list[tuple[str, Node]]:
    return list(node.value.items()) if node is not None and isinstance(node.value, dict) else []


def _enabled(node: Node | None) -> list[tuple[str, Node]]:
    return [(name, one) for name, one in _members(node) if not _is_off(one)]


def _is_off(node: Node) -> bool:
    enabled = node.get("enabled")
    return enabled is not None and enabled.value is False


def _mounts(name: str, listed: Node | None, one: Node) -> Iterator[Node]:
    """Yield the mounts of a volume: those listed, else one at the path of the volume's own."""
    given = (one.get(key) for key in ("mountPath", "hostPath"))
    path = next((each for each in given if each is not None), Node(f"/{name}"))
    entries = listed.value if listed is not None and isinstance(listed.value, list) else None
    if entries is None:
        entries = [Node({"path": path, **_options(one)}, one.places)]
    for entry in entries:
        path = entry.get("path") or path
        members = {"name": Node(name), "mountPath": path, **_options(entry)}
        yield Node(dict(members), entry.places)


def _options(node: Node) -> dict[str, Node]:
    keys = ("readOnly", "subPath", "mountPropagation")
    return {key: value for key in keys if (value := node.get(key)) is not None}
