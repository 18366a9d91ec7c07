"""Which members of which kinds Kustomize's transformers change: its field specifications.

The tables are its own (kubernetes-sigs/kustomize@kustomize/v5.7.1:
api/internal/konfig/builtinpluginconsts); `configurations` of a kustomization add to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from cnilint.gitops.built import BuiltNode
from cnilint.model.tree import ScalarValue
from cnilint.start import NamedTuple

FIRST = (
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
)
"""The kinds that come first, in this order; kyaml/resid/gvk.go orderFirst."""

LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def ranks(first: Sequence[str], last: Sequence[str]) -> dict[str, int]:
    """Return numbers by which kinds sort: below 0 the first ones, above it the last ones."""
    return {kind: at - len(first) for at, kind in enumerate(first)} | {
        kind: 1 + at for at, kind in enumerate(last)
    }


RANKS = ranks(FIRST, LAST)


class Gvk(NamedTuple):
    """A group, version and kind; as a pattern, an empty part fits any."""

    group: str = ""
    version: str = ""
    kind: str = ""

    @classmethod
    def of(cls, api_version: str, kind: str) -> Gvk:
        """Return the parts of an `apiVersion` with a kind."""
        group, slash, version = api_version.partition("/")
        return cls(group, version, kind) if slash else cls("", api_version, kind)

    @property
    def api_version(self) -> str:
        """The group and version as an object writes them."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def rank(self) -> tuple[int, str]:
        """Where it stands among others: some kinds first, some last, the others by their names."""
        named = "_".join((self.group or "~G", self.version or "~V", self.kind or "~K"))
        return RANKS.get(self.kind, 0), named

    def fits(self, pattern: Gvk) -> bool:
        """Whether each part that a pattern has is this one's."""
        return (
            (not pattern.kind or pattern.kind == self.kind)
            and (not pattern.group or pattern.group == self.group)
            and (not pattern.version or pattern.version == self.version)
        )


class Field(NamedTuple):
    """A path of members in objects of a kind; lists on the way stand for all of their items.

    A step that ends in `[]` has to be a list. What is missing is made only if `create` says so.
    """

    gvk: Gvk
    path: tuple[str, ...]
    create: bool = False


class Reference(NamedTuple):
    """Where objects of a kind are named: `fields` of the objects that refer to it."""

    target: Gvk
    fields: tuple[Field, ...]


class Tables(NamedTuple):
    """The fields of each transformer."""

    name_prefix: tuple[Field, ...] = ()
    name_suffix: tuple[Field, ...] = ()
    namespace: tuple[Field, ...] = ()
    common_labels: tuple[Field, ...] = ()
    labels: tuple[Field, ...] = ()
    template_labels: tuple[Field, ...] = ()
    common_annotations: tuple[Field, ...] = ()
    references: tuple[Reference, ...] = ()
    variables: tuple[Field, ...] = ()
    images: tuple[Field, ...] = ()
    replicas: tuple[Field, ...] = ()


class FieldConflictError(Exception):
    """Two tables that say of one field that it is to be made and that it is not."""


LABELS = Field(Gvk(), ("metadata", "labels"), create=True)
"""The labels of any object."""

_KEYS = {
    "namePrefix": "name_prefix",
    "nameSuffix": "name_suffix",
    "namespace": "namespace",
    "commonLabels": "common_labels",
    "labels": "labels",
    "templateLabels": "template_labels",
    "commonAnnotations": "common_annotations",
    "varReference": "variables",
    "images": "images",
    "replicas": "replicas",
}


def merged(first: Tables, second: Tables) -> Tables:
    """Return two sets of tables as one; FieldConflictError if they contradict each other.

    api/internal/plugins/builtinconfig/transformerconfig.go Merge
    """
    if second is first or not any(second):
        return first
    return _united(first, second) if any(first) else second


def _united(first: Tables, second: Tables) -> Tables:
    columns = {
        name: _sorted(merged_fields(getattr(first, name), getattr(second, name)))
        for name in _KEYS.values()
    }
    references = {one.target: one for one in first.references}
    for other in second.references:
        known = references.get(other.target)
        fields = other.fields if known is None else merged_fields(known.fields, other.fields)
        references[other.target] = Reference(other.target, fields)
    ordered = sorted(references.values(), key=lambda one: one.target.rank)
    return Tables(references=tuple(ordered), **columns)


def _sorted(fields: Iterable[Field]) -> tuple[Field, ...]:
    return tuple(sorted(fields, key=lambda field: field.gvk.rank))


def merged_fields(first: Iterable[Field], second: Iterable[Field]) -> tuple[Field, ...]:
    """Return the fields of both, those of the second that the first has left out.

    FieldConflictError if one is to be made by only one of them; api/types/fieldspec.go MergeAll
    """
    result = list(first)
    for new in second:
        same = next((one for one in result if one.path == new.path and one.gvk.fits(new.gvk)), None)
        if same is None:
            result.append(new)
        elif same.create is not new.create:
            raise FieldConflictError
    return tuple(result)


def configured(roots: Iterable[BuiltNode]) -> Tables:
    """Return the default tables with those of some configuration files; FieldConflictError.

    What is no table in a file is left out. Kustomize sorts the tables before it merges them into
    those of the bases, where a field of any kind is left out behind one of a certain kind.
    """
    own = Tables()
    for root in roots:
        own = _united(own, _tables(root))
    return _united(Tables(), _united(defaults(), own)) if any(own) else defaults()


def _tables(root: BuiltNode) -> Tables:
    columns = {name: _sorted(fields_of(root.get(key))) for key, name in _KEYS.items()}
    references = tuple(
        Reference(_gvk(item), tuple(fields_of(item.get("fieldSpecs"))))
        for item in _items(root.get("nameReference"))
    )
    return Tables(references=references, **columns)


def fields_of(listed: BuiltNode | None) -> Iterator[Field]:
    """Yield the field specifications in a list, such as a label's own `fields`."""
    for item in _items(listed):
        create = item.get("create")
        yield Field(_gvk(item), split(item.text("path")), bool(create and create.value is True))


def _items(listed: BuiltNode | None) -> Iterator[BuiltNode]:
    if listed is not None and isinstance(listed.value, list):
        yield from listed.value


def _gvk(item: BuiltNode) -> Gvk:
    return Gvk(item.text("group"), item.text("version"), item.text("kind"))


def split(path: str, mark: str = "/") -> tuple[str, ...]:
    """Return the steps of a path; a mark behind a backslash belongs to its step.

    kyaml/utils/pathsplitter.go PathSplitter
    """
    parts = path.split(mark)
    if len(parts) > 1 and not parts[0]:
        parts = parts[1:]
    steps = [parts[0]]
    for part in parts[1:]:
        if steps[-1].endswith("\\"):
            steps[-1] = f"{steps[-1][:-1]}{mark}{part}"
        else:
            steps.append(part)
    return tuple(steps)


def is_selected(field: Field, gvk: Gvk) -> bool:
    """Whether a field is one of objects of a kind."""
    return gvk.fits(field.gvk)


Setter = Callable[[BuiltNode], None]
"""Changes the node at the end of a field's path."""


class WrongKindError(Exception):
    """A path that leads into something that is neither a mapping nor a list."""


def visit(
    root: BuiltNode, field: Field, setter: Setter, made: ScalarValue | dict[str, BuiltNode]
) -> None:
    """Call a setter with each node that a field's path leads to in an object.

    `made` is what is put where the field is to be made. WrongKindError where the path does not fit.
    api/filters/fieldspec/fieldspec.go
    """
    _walk(root, field.path, field.create, (setter, made))


def _walk(
    node: BuiltNode,
    path: tuple[str, ...],
    create: bool,  # noqa: FBT001 - passed on
    what: tuple[Setter, ScalarValue | dict[str, BuiltNode]],
) -> None:
    if not path:
        what[0](node)
        return
    value = node.value
    if value is None:
        return
    if isinstance(value, list):
        for item in value:
            _walk(item, path, create, what)
        return
    if not isinstance(value, dict):
        raise WrongKindError
    found = _member(value, path, create, what[1])
    if found is not None:
        _walk(found, path[1:], create, what)


def _member(
    value: dict[str, BuiltNode],
    path: tuple[str, ...],
    create: bool,  # noqa: FBT001 - passed on
    made: ScalarValue | dict[str, BuiltNode],
) -> BuiltNode | None:
    name = path[0].removesuffix("[]")
    is_list = name != path[0]
    found = value.get(name)
    if found is None:
        if not create or is_list:
            return None
        found = value[name] = BuiltNode(_fresh(made) if len(path) == 1 else {})
    elif found.value is None and (is_list or create):
        if is_list:
            found.value = []
        else:
            found.value = _fresh(made) if len(path) == 1 else {}
        found.written = ""
    return found


def _fresh(made: ScalarValue | dict[str, BuiltNode]) -> ScalarValue | dict[str, BuiltNode]:
    return dict(made) if isinstance(made, dict) else made


@cache
def defaults() -> Tables:
    """Return the tables that every kustomization begins with."""
    return Tables(
        name_prefix=_fields("metadata/name"),
        name_suffix=_fields("metadata/name"),
        namespace=(
            *_fields("metadata/name", "Namespace", create=True),
            *_fields("spec/service/namespace", "apiregistration.k8s.io//APIService", create=True),
            *_fields(
                "spec/conversion/webhook/clientConfig/service/namespace",
                "apiextensions.k8s.io//CustomResourceDefinition",
            ),
        ),
        common_labels=(*_selectors(), *_metadata("labels")),
        template_labels=_metadata("labels"),
        common_annotations=_metadata("annotations"),
        references=tuple(_references()),
        variables=tuple(_variables()),
        images=tuple(
            one
            for above in ("spec", "spec/template/spec")
            for path in (
                "containers[]/image",
                "initContainers[]/image",
                "volumes[]/image/reference",
            )
            for one in _fields(f"{above}/{path}", create=True)
        ),
        replicas=_fields(
            "spec/replicas",
            "Deployment ReplicationController ReplicaSet StatefulSet",
            create=True,
        ),
    )


def _fields(path: str, kinds: str = "", *, create: bool = False) -> tuple[Field, ...]:
    """Return a path in some kinds, which are written `group/version/Kind` or `Kind`."""
    if not kinds:
        return (Field(Gvk(), split(path), create),)
    return tuple(Field(_parsed(kind), split(path), create) for kind in kinds.split())


def _parsed(kind: str) -> Gvk:
    parts = kind.split("/")
    return Gvk(parts[0], parts[1], parts[2]) if len(parts) == 3 else Gvk(kind=kind)


def _metadata(name: str) -> tuple[Field, ...]:
    """Return where the labels or annotations of an object and of its templates are.

    metadatalabels.go, commonannotations.go
    """
    stateful = "apps//StatefulSet" if name == "labels" else "StatefulSet"
    kinds = f"/v1/ReplicationController Deployment ReplicaSet DaemonSet {stateful}"
    claims = _fields(
        f"spec/volumeClaimTemplates[]/metadata/{name}", "apps//StatefulSet", create=True
    )
    return (
        *_fields(f"metadata/{name}", create=True),
        *_fields(f"spec/template/metadata/{name}", kinds, create=True),
        *(claims if name == "labels" else ()),
        *_fields(f"spec/template/metadata/{name}", "batch//Job", create=True),
        *_fields(f"spec/jobTemplate/metadata/{name}", "batch//CronJob", create=True),
        *_fields(f"spec/jobTemplate/spec/template/metadata/{name}", "batch//CronJob", create=True),
    )


def _selectors() -> Iterator[Field]:
    """Yield where labels select pods; commonlabels.go."""
    yield from _fields("spec/selector", "/v1/Service /v1/ReplicationController", create=True)
    kinds = "Deployment ReplicaSet DaemonSet apps//StatefulSet"
    yield from _fields("spec/selector/matchLabels", kinds, create=True)
    preferred = "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/"
    required = "requiredDuringSchedulingIgnoredDuringExecution/"
    places = [
        f"affinity/{which}/{when}"
        for which in ("podAffinity", "podAntiAffinity")
        for when in (preferred, required)
    ]
    for place in (*places, "topologySpreadConstraints/"):
        path = f"spec/template/spec/{place}labelSelector/matchLabels"
        yield from _fields(path, "apps//Deployment apps//StatefulSet")
    yield from _fields("spec/selector/matchLabels", "batch//Job policy//PodDisruptionBudget")
    yield from _fields("spec/jobTemplate/spec/selector/matchLabels", "batch//CronJob")
    for above in ("", "ingress/from/", "egress/to/"):
        path = f"spec/{above}podSelector/matchLabels"
        yield from _fields(path, "networking.k8s.io//NetworkPolicy")


_PODS = {
    "spec": "/v1/Pod",
    "template/spec": "PodTemplate",
    "spec/template/spec": "Deployment ReplicaSet DaemonSet StatefulSet Job",
    "spec/jobTemplate/spec/template/spec": "CronJob",
}
"""Where the kinds whose references to ConfigMaps and Secrets are known keep their pods."""

_OTHER_PODS = {
    "spec": "Pod",
    "spec/template/spec": "StatefulSet Deployment ReplicationController Job DaemonSet",
    "spec/jobTemplate/spec/template/spec": "CronJob",
}
"""The same for service accounts, claims and priority classes."""


def _references() -> Iterator[Reference]:
    """Yield the objects that others name, and where; namereference.go."""
    for kind in ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"):
        scaled = _fields("spec/scaleTargetRef/name", "HorizontalPodAutoscaler")
        yield Reference(Gvk(kind=kind), scaled)
    yield Reference(Gvk("", "v1", "ConfigMap"), tuple(_config_map_names()))
    yield Reference(Gvk("", "v1", "Secret"), tuple(_secret_names()))
    yield Reference(Gvk("", "v1", "Service"), tuple(_service_names()))
    rbac = "rbac.authorization.k8s.io"
    bindings = f"{rbac}//RoleBinding {rbac}//ClusterRoleBinding"
    yield Reference(Gvk(rbac, "", "Role"), _fields("roleRef/name", f"{rbac}//RoleBinding"))
    yield Reference(Gvk(rbac, "", "ClusterRole"), _fields("roleRef/name", bindings))
    accounts = (*_fields("subjects", bindings), *_in_pods(_OTHER_PODS, "serviceAccountName"))
    yield Reference(Gvk("", "v1", "ServiceAccount"), accounts)
    claims = _in_pods(_OTHER_PODS, "volumes/persistentVolumeClaim/claimName")
    yield Reference(Gvk("", "v1", "PersistentVolumeClaim"), claims)
    volumes = (
        *_fields("spec/volumeName", "PersistentVolumeClaim"),
        *_fields("rules/resourceNames", "ClusterRole"),
    )
    yield Reference(Gvk("", "v1", "PersistentVolume"), volumes)
    classes = (
        *_fields("spec/storageClassName", "PersistentVolume PersistentVolumeClaim"),
        *_fields("spec/volumeClaimTemplates/spec/storageClassName", "StatefulSet"),
    )
    yield Reference(Gvk("storage.k8s.io", "v1", "StorageClass"), classes)
    priorities = _in_pods(_OTHER_PODS, "priorityClassName")
    yield Reference(Gvk("scheduling.k8s.io", "v1", "PriorityClass"), priorities)
    # the group is wrong in Kustomize itself, so that this one never fits
    ingress_class = Gvk("networking.k8s.io/v1", "v1", "IngressClass")
    yield Reference(ingress_class, _fields("spec/ingressClassName", "Ingress"))
    admission = "admissionregistration.k8s.io"
    policies = _fields("spec/policyName", f"{admission}//ValidatingAdmissionPolicyBinding")
    yield Reference(Gvk(admission, "", "ValidatingAdmissionPolicy"), policies)


def _in_pods(pods: dict[str, str], *paths: str) -> tuple[Field, ...]:
    return tuple(
        field
        for above, kinds in pods.items()
        for path in paths
        for field in _fields(f"{above}/{path}", kinds)
    )


def _env(kind: str) -> tuple[str, ...]:
    return tuple(
        f"{containers}/{path}/name"
        for containers in ("containers", "initContainers")
        for path in (f"env/valueFrom/{kind}KeyRef", f"envFrom/{kind}Ref")
    )


def _config_map_names() -> Iterator[Field]:
    volumes = ("volumes/configMap/name", "volumes/projected/sources/configMap/name")
    yield from _in_pods(_PODS, *volumes, *_env("configMap"))
    yield from _fields("spec/configSource/configMap", "BuiltNode")
    yield from _fields("rules/resourceNames", "Role ClusterRole")
    name = "nginx.ingress.kubernetes.io\\/fastcgi-params-configmap"
    yield from _fields(f"metadata/annotations/{name}", "Ingress")


def _secret_names() -> Iterator[Field]:
    volumes = ("volumes/secret/secretName", "volumes/projected/sources/secret/name")
    yield from _in_pods(_PODS, *volumes, *_env("secret"), "imagePullSecrets/name")
    yield from _fields("spec/tls/secretName", "Ingress")
    for name in (
        "ingress.kubernetes.io\\/auth-secret",
        "nginx.ingress.kubernetes.io\\/auth-secret",
        "nginx.ingress.kubernetes.io\\/auth-tls-secret",
    ):
        yield from _fields(f"metadata/annotations/{name}", "Ingress")
    yield from _fields("imagePullSecrets/name", "ServiceAccount")
    for name in ("secretName", "adminSecretName", "userSecretName", "secretRef"):
        yield from _fields(f"parameters/{name}", "StorageClass")
    yield from _fields("rules/resourceNames", "Role ClusterRole")
    path = "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"
    yield from _fields(path, "serving.knative.dev/v1/Service")
    yield from _fields("spec/azureFile/secretName", "PersistentVolume")


def _service_names() -> Iterator[Field]:
    yield from _fields("spec/serviceName", "apps//StatefulSet")
    for path in (
        "spec/rules/http/paths/backend/serviceName",
        "spec/backend/serviceName",
        "spec/rules/http/paths/backend/service/name",
        "spec/defaultBackend/service/name",
    ):
        yield from _fields(path, "Ingress")
    yield from _fields("spec/service/name", "apiregistration.k8s.io//APIService")
    admission = "admissionregistration.k8s.io"
    kinds = f"{admission}//ValidatingWebhookConfiguration {admission}//MutatingWebhookConfiguration"
    yield from _fields("webhooks/clientConfig/service", kinds)


def _variables() -> Iterator[Field]:
    """Yield where `$(NAME)` is replaced; varreference.go."""
    pods = {
        "spec/jobTemplate/spec/template/spec": "CronJob",
        "spec/template/spec": "DaemonSet Deployment Job ReplicaSet StatefulSet",
        "spec": "Pod",
    }
    for containers in ("containers", "initContainers"):
        paths = ("args", "command", "env/value", "volumeMounts/mountPath")
        yield from _in_pods(pods, *(f"{containers}/{path}" for path in paths))
    for path, kinds in (
        ("spec/jobTemplate/spec/template/volumes/nfs/server", "CronJob"),
        ("spec/template/spec/volumes/nfs/server", "DaemonSet Deployment Job ReplicaSet"),
        ("spec/volumes/nfs/server", "Pod"),
        ("spec/volumeClaimTemplates/spec/nfs/server", "StatefulSet"),
        ("spec/nfs/server", "PersistentVolume"),
        ("spec/template/metadata/annotations", "Deployment"),
        ("spec/rules/host", "Ingress"),
        ("spec/tls/hosts", "Ingress"),
        ("spec/tls/secretName", "Ingress"),
        ("spec/ports/port", "Service"),
        ("spec/ports/targetPort", "Service"),
        ("metadata/labels", ""),
        ("metadata/annotations", ""),
    ):
        yield from _fields(path, kinds)
