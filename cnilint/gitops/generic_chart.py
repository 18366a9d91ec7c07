"""What bjw-s' app-template makes of its values: workloads, ConfigMaps and raw resources.

It is the chart by which most public repositories run Multus: whatever stands in the values is the
workload. bjw-s-labs/helm-charts@app-template-4.4.0:charts/library/common/values.yaml and
templates/lib (controllers, containers, persistence, configMaps); releases before 2.0 have one
controller and one container at the top (bjw-s-labs/helm-charts@app-template-1.5.1).
"""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.kube.manifest import Manifest, Texts
from cnilint.kube.values import Values
from cnilint.model.tree import Mapping
from cnilint.start import lazy_pattern

from .built import BuiltNode, made, read, rebuilt
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


def rendered(one: Delivery, texts: Texts) -> tuple[Manifest, ...]:
    """Return the workloads, ConfigMaps and raw resources that the chart makes of the values.

    A release that is the same is rendered once for all who read the same `texts`.
    """
    return texts.once(_rendered, one, one.manifest)


def _rendered(one: Delivery) -> tuple[Manifest, ...]:
    values = merged(one.values)
    if values is None:
        return ()
    if one.unread:
        values.doubt = UNREAD
    chart = _Chart(one, values)
    roots = (*chart.config_maps(), *chart.workloads(), *chart.raw_resources())
    return tuple(rebuilt(one.manifest, root) for root in roots)


def merged(values: tuple[Values, ...]) -> BuiltNode | None:
    """Return values as one: mappings together, anything else of the last that has it."""
    whole: BuiltNode | None = None
    for one in values:
        if not one.named and isinstance(one.tree, Mapping):
            found = read(one.manifest.document, (*one.manifest.route, *one.route), one.tree)
            whole = found if whole is None else _over(whole, found)
    return whole


def _over(below: BuiltNode, above: BuiltNode) -> BuiltNode:
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    value = dict(below.value)
    for key, one in above.value.items():
        if one.value is None:
            value.pop(key, None)
        else:
            value[key] = _over(value[key], one) if key in value else one
    return BuiltNode(value, (*below.places, *above.places), below.doubt or above.doubt)


class _Chart:
    """One release of the chart."""

    def __init__(self, one: Delivery, values: BuiltNode) -> None:
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

    def config_maps(self) -> Iterator[BuiltNode]:
        """Yield the ConfigMaps, each under the name that the workloads refer to."""
        for identifier, one in _enabled(self._values.get("configMaps")):
            data = one.get("data")
            if data is not None:
                names = self._metadata(self._map_name(identifier))
                filled = {key: self._filled(text) for key, text in _members(data)}
                members = {"data": BuiltNode(dict(filled), data.places)}
                yield self._object("v1", "ConfigMap", names, members, one)

    def workloads(self) -> Iterator[BuiltNode]:
        """Yield the workloads: one for each controller."""
        controllers = _enabled(self._values.get("controllers"))
        old = self._values.get("controller")
        if not controllers:
            controllers = [("main", old if old is not None else BuiltNode({}, self._values.places))]
        for name, one in controllers:
            api_version, kind = KINDS.get(one.text("type").lower() or "deployment", ("", ""))
            if not kind:
                continue
            called = self._named(name, len(controllers))
            template = BuiltNode({"metadata": self._labels(called), "spec": self._pod(name, one)})
            specification = {"template": template}
            if kind == "CronJob":
                inner = BuiltNode({"spec": BuiltNode({"template": template})})
                specification = {"jobTemplate": inner}
            members = {"spec": BuiltNode(dict(specification), one.places)}
            yield self._object(api_version, kind, self._metadata(called), members, one)

    def raw_resources(self) -> Iterator[BuiltNode]:
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
        self,
        api_version: str,
        kind: str,
        metadata: BuiltNode,
        members: dict[str, BuiltNode],
        source: BuiltNode,
    ) -> BuiltNode:
        head = {"apiVersion": BuiltNode(api_version), "kind": BuiltNode(kind), "metadata": metadata}
        return BuiltNode({**head, **members}, source.places, self._values.doubt)

    def _metadata(self, name: str) -> BuiltNode:
        labels = made({"app.kubernetes.io/instance": self._release})
        names = {"name": BuiltNode(name), "namespace": BuiltNode(self._namespace), "labels": labels}
        return BuiltNode(names)

    def _labels(self, name: str) -> BuiltNode:
        return made({"labels": {"app.kubernetes.io/name": name}})

    def _pod(self, controller: str, one: BuiltNode) -> BuiltNode:
        defaults, own = self._values.get("defaultPodOptions"), one.get("pod")
        pod: dict[str, BuiltNode] = {}
        for options in (self._values, defaults, own):
            for key in POD:
                found = options.get(key) if options is not None else None
                if found is not None:
                    pod[key] = found
        containers = _members(one.get("containers")) or [("main", self._values)]
        volumes, mounts = self._volumes(controller)
        pod["initContainers"] = BuiltNode(
            [
                self._container(name, each, mounts)
                for name, each in _members(one.get("initContainers"))
            ]
        )
        pod["containers"] = BuiltNode(
            [self._container(name, each, mounts) for name, each in containers if not _is_off(each)],
            one.places,
        )
        pod["volumes"] = BuiltNode(volumes)
        return BuiltNode(dict(pod), one.places)

    def _container(
        self, name: str, one: BuiltNode, mounts: dict[str, list[BuiltNode]]
    ) -> BuiltNode:
        found: dict[str, BuiltNode] = {"name": BuiltNode(name)}
        image = one.get("image")
        repository, tag = image and image.get("repository"), image and image.get("tag")
        if image is not None and isinstance(image.value, str):
            found["image"] = image
        elif repository is not None:
            text = str(repository.value) + (f":{tag.value or tag.written}" if tag else "")
            found["image"] = BuiltNode(text, (*repository.places, *(tag.places if tag else ())))
        for key in CONTAINER:
            value = one.get(key)
            if value is not None:
                found[key] = value
        for key in ("args", "command"):
            if key in found and isinstance(found[key].value, str):
                found[key] = BuiltNode([found[key]], found[key].places)
        environment = one.get("env")
        if environment is not None:
            found["env"] = self._environment(environment)
        found["volumeMounts"] = BuiltNode([*mounts.get("", ()), *mounts.get(name, ())])
        return BuiltNode(dict(found), one.places)

    def _environment(self, node: BuiltNode) -> BuiltNode:
        """Return variables as a container has them, from a list or a mapping of them."""
        if isinstance(node.value, list):
            return BuiltNode(
                [self._variable(_members(one), one) for one in node.value], node.places
            )
        listed: list[BuiltNode] = []
        for name, one in _members(node):
            members = [("name", BuiltNode(name))]
            if isinstance(one.value, dict):
                members += _members(one)
            else:
                text = one.value if isinstance(one.value, str) else one.written
                members.append(("value", BuiltNode(text, one.places, one.doubt)))
            listed.append(self._variable(members, one))
        return BuiltNode(listed, node.places)

    def _variable(self, members: list[tuple[str, BuiltNode]], source: BuiltNode) -> BuiltNode:
        found = dict(members)
        for key in FIELDS_OF_OBJECTS & found.keys():
            found["valueFrom"] = BuiltNode({key: found.pop(key)}, source.places)
        value = found.get("value")
        if value is not None:
            found["value"] = self._filled(value)
        return BuiltNode(found, source.places)

    def _volumes(self, controller: str) -> tuple[list[BuiltNode], dict[str, list[BuiltNode]]]:
        """Return the volumes of a pod, and the mounts of each container (`""`: of all)."""
        volumes: list[BuiltNode] = []
        mounts: dict[str, list[BuiltNode]] = {}
        for name, one in _members(self._values.get("persistence")):
            source = self._source(name, one)
            if source is None or _is_off(one):
                continue
            advanced = one.get("advancedMounts", controller)
            everywhere = one.get("globalMounts")
            if one.get("advancedMounts") is not None and advanced is None and everywhere is None:
                continue
            volumes.append(BuiltNode({"name": BuiltNode(name), **source}, one.places))
            for container, listed in _members(advanced):
                mounts.setdefault(container, []).extend(_mounts(name, listed, one))
            if everywhere is not None or advanced is None:
                mounts.setdefault("", []).extend(_mounts(name, everywhere, one))
        return volumes, mounts

    def _source(self, name: str, one: BuiltNode) -> dict[str, BuiltNode] | None:
        """Return a volume's source as a pod has it."""
        kind = one.text("type")
        if kind == "hostPath":
            path = one.get("hostPath")
            if path is None:
                return None
            kept = one.get("hostPathType")
            typed = {"type": kept} if kept is not None else {}
            return {"hostPath": BuiltNode({"path": path, **typed}, one.places)}
        if kind == "emptyDir":
            return {"emptyDir": BuiltNode({}, one.places)}
        if kind in ("configMap", "secret"):
            given = one.text("name")
            map_name = (
                self._called(given)
                if given
                else self._map_name(one.text("identifier") or name, kind)
            )
            source = {"configMap": "name", "secret": "secretName"}
            members: dict[str, BuiltNode] = {source[kind]: BuiltNode(map_name, one.places)}
            items = one.get("items")
            if items is not None:
                members["items"] = items
            return {kind: BuiltNode(dict(members), one.places)}
        custom = one.get("volumeSpec")
        if kind == "custom" and custom is not None and isinstance(custom.value, dict):
            return dict(custom.value)
        return None

    def _map_name(self, identifier: str, kind: str = "configMap") -> str:
        """Return the name of a ConfigMap or Secret."""
        enabled = dict(_enabled(self._values.get(f"{kind}s")))
        return self._object_name(identifier, enabled.get(identifier, BuiltNode({})), len(enabled))

    def _object_name(self, identifier: str, one: BuiltNode, among: int) -> str:
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

    def _filled(self, node: BuiltNode) -> BuiltNode:
        """Return a text that the chart takes for a template, as far as it is worked out here."""
        if not isinstance(node.value, str) or "{{" not in node.value:
            return node
        text = self._called(node.value)
        return BuiltNode(text, node.places, TEMPLATE if "{{" in text else node.doubt)

    def _all_filled(self, node: BuiltNode) -> BuiltNode:
        """Return a value with each text in it filled in."""
        if isinstance(node.value, dict):
            filled = {key: self._all_filled(one) for key, one in node.value.items()}
            return BuiltNode(dict(filled), node.places, node.doubt)
        if isinstance(node.value, list):
            return BuiltNode([self._all_filled(one) for one in node.value], node.places, node.doubt)
        return self._filled(node)

    def _called(self, text: str) -> str:
        return _RELEASE_NAME.sub(self._release, text)


def _members(node: BuiltNode | None) -> list[tuple[str, BuiltNode]]:
    return list(node.value.items()) if node is not None and isinstance(node.value, dict) else []


def _enabled(node: BuiltNode | None) -> list[tuple[str, BuiltNode]]:
    return [(name, one) for name, one in _members(node) if not _is_off(one)]


def _is_off(node: BuiltNode) -> bool:
    enabled = node.get("enabled")
    return enabled is not None and enabled.value is False


def _mounts(name: str, listed: BuiltNode | None, one: BuiltNode) -> Iterator[BuiltNode]:
    """Yield the mounts of a volume: those listed, else one at the path of the volume's own."""
    given = (one.get(key) for key in ("mountPath", "hostPath"))
    path = next((each for each in given if each is not None), BuiltNode(f"/{name}"))
    entries = listed.value if listed is not None and isinstance(listed.value, list) else None
    if entries is None:
        entries = [BuiltNode({"path": path, **_options(one)}, one.places)]
    for entry in entries:
        path = entry.get("path") or path
        members = {"name": BuiltNode(name), "mountPath": path, **_options(entry)}
        yield BuiltNode(dict(members), entry.places)


def _options(node: BuiltNode) -> dict[str, BuiltNode]:
    keys = ("readOnly", "subPath", "mountPropagation")
    return {key: value for key in keys if (value := node.get(key)) is not None}
