"""What Kustomize knows of Kubernetes' own kinds: the lists that a patch merges, and their scope.

Both come from the OpenAPI description of Kubernetes 1.21.2 that Kustomize carries and nobody may
replace here (kubernetes-sigs/kustomize@kustomize/v5.7.1:kyaml/openapi/kubernetesapi/v1_21_2). A
kind that is not in it has no list that is merged, and counts as having a namespace.
"""

from __future__ import annotations

from cnilint.start import NamedTuple


class Member(NamedTuple):
    """A member of a type: the type of its value, or of its items if it is a list that is merged.

    `type` is empty where nothing below can be merged. `keys` name the members by which items are
    the same (none: the items are scalars); it is None for what is no merged list.
    """

    type: str = ""
    keys: tuple[str, ...] | None = None


NONE = Member()
"""A member that nothing is known of."""


def type_of(api_version: str, kind: str) -> str:
    """Return the type of a kind of Kubernetes' own, empty for any other kind."""
    name = _TYPES_OF_KINDS.get((api_version, kind))
    if name is not None:
        return name
    return "Object" if (api_version, kind) in _OBJECTS else ""


def member(type_name: str, name: str) -> Member:
    """Return what a type says of one of its members."""
    return _TYPES.get(type_name, _NOTHING).get(name, NONE)


def is_cluster_scoped(api_version: str, kind: str) -> bool:
    """Whether a kind is known to have no namespace.

    kubernetes-sigs/kustomize@kustomize/v5.7.1:kyaml/openapi/openapi.go precomputedIsNamespaceScoped
    """
    return kind in _CLUSTER_SCOPED.get(api_version, ())


_NOTHING: dict[str, Member] = {}


def _merged(*keys: str) -> Member:
    return Member("", keys)


_SCALARS = Member("", ())

_TYPES: dict[str, dict[str, Member]] = {
    "Object": {"metadata": Member("v1.ObjectMeta")},
    "v1.MutatingWebhookConfiguration": {
        "metadata": Member("v1.ObjectMeta"),
        "webhooks": _merged("name"),
    },
    "v1.ValidatingWebhookConfiguration": {
        "metadata": Member("v1.ObjectMeta"),
        "webhooks": _merged("name"),
    },
    "v1beta1.MutatingWebhookConfiguration": {
        "metadata": Member("v1.ObjectMeta"),
        "webhooks": _merged("name"),
    },
    "v1beta1.ValidatingWebhookConfiguration": {
        "metadata": Member("v1.ObjectMeta"),
        "webhooks": _merged("name"),
    },
    "v1.DaemonSet": {
        "metadata": Member("v1.ObjectMeta"),
        "spec": Member("v1.DaemonSetSpec"),
        "status": Member("v1.DaemonSetStatus"),
    },
    "v1.DaemonSetSpec": {"template": Member("v1.PodTemplateSpec")},
    "v1.DaemonSetStatus": {"conditions": _merged("type")},
    "v1.Deployment": {
        "metadata": Member("v1.ObjectMeta"),
        "spec": Member("v1.DeploymentSpec"),
        "status": Member("v1.DeploymentStatus"),
    },
    "v1.DeploymentSpec": {"template": Member("v1.PodTemplateSpec")},
    "v1.DeploymentStatus": {"conditions": _merged("type")},
    "v1.Kustomization": {"configMapGenerator": _merged("name"), "secretGenerator": _merged("name")},
    "v1.ReplicaSet": {
        "metadata": Member("v1.ObjectMeta"),
        "spec": Member("v1.ReplicaSetSpec"),
        "status": Member("v1.ReplicaSetStatus"),
    },
    "v1.ReplicaSetSpec": {"template": Member("v1.PodTemplateSpec")},
    "v1.ReplicaSetStatus": {"conditions": _merged("type")},
    "v1.StatefulSet": {
        "metadata": Member("v1.ObjectMeta"),
        "spec": Member("v1.StatefulSetSpec"),
        "status": Member("v1.StatefulSetStatus"),
    },
    "v1.StatefulSetSpec": {"template": Member("v1.PodTemplateSpec")},
    "v1.StatefulSetStatus": {"conditions": _merged("type")},
    "v1.CronJob": {"metadata": Member("v1.ObjectMeta"), "spec": Member("v1.CronJobSpec")},
    "v1.CronJobSpec": {"jobTemplate": Member("v1.JobTemplateSpec")},
    "v1.Job": {
        "metadata": Member("v1.ObjectMeta"),
        "spec": Member("v1.JobSpec"),
        "status": Member("v1.JobStatus"),
    },
    "v1.JobSpec": {"template": Member("v1.PodTemplateSpec")},
    "v1.JobStatus": {"conditions": _merged("type")},
    "v1.JobTemplateSpec": {"metadata": Member("v1.ObjectMeta"), "spec": Member("v1.JobSpec")},
    "v1beta1.CronJob": {"metadata": Member("v1.ObjectMeta"), "spec": Member("v1beta1.CronJobSpec")},
    "v1beta1.CronJobSpec": {"jobTemplate": Member("v1beta1.JobTemplateSpec")},
    "v1beta1.JobTemplateSpec": {"metadata": Member("v1.ObjectMeta"), "spec": Member("v1.JobSpec")},
    "v1.ComponentStatus": {"conditions": _merged("type"), "metadata": Member("v1.ObjectMeta")},
    "v1.Container": {
        "env": _merged("name"),
        "ports": _merged("containerPort", "protocol"),
        "volumeDevices": _merged("devicePath"),
        "volumeMounts": _merged("mountPath"),
    },
    "v1.EphemeralContainer": {
        "env": _merged("name"),
        "volumeDevices": _merged("devicePath"),
        "volumeMounts": _merged("mountPath"),
    },
    "v1.EphemeralVolumeSource": {"volumeClaimTemplate": Member("v1.PersistentVolumeClaimTemplate")},
    "v1.Namespace": {"metadata": Member("v1.ObjectMeta"), "status": Member("v1.NamespaceStatus")},
    "v1.NamespaceStatus": {"conditions": _merged("type")},
    "v1.Node": {
        "metadata": Member("v1.ObjectMeta"),
        "spec": Member("v1.NodeSpec"),
        "status": Member("v1.NodeStatus"),
    },
    "v1.NodeSpec": {"podCIDRs": _SCALARS},
    "v1.NodeStatus": {"addresses": _merged("type"), "conditions": _merged("type")},
    "v1.PersistentVolumeClaim": {
        "metadata": Member("v1.ObjectMeta"),
        "status": Member("v1.PersistentVolumeClaimStatus"),
    },
    "v1.PersistentVolumeClaimStatus": {"conditions": _merged("type")},
    "v1.PersistentVolumeClaimTemplate": {"metadata": Member("v1.ObjectMeta")},
    "v1.Pod": {
        "metadata": Member("v1.ObjectMeta"),
        "spec": Member("v1.PodSpec"),
        "status": Member("v1.PodStatus"),
    },
    "v1.PodSpec": {
        "containers": Member("v1.Container", ("name",)),
        "ephemeralContainers": Member("v1.EphemeralContainer", ("name",)),
        "hostAliases": _merged("ip"),
        "imagePullSecrets": _merged("name"),
        "initContainers": Member("v1.Container", ("name",)),
        "topologySpreadConstraints": _merged("topologyKey", "whenUnsatisfiable"),
        "volumes": Member("v1.Volume", ("name",)),
    },
    "v1.PodStatus": {"conditions": _merged("type"), "podIPs": _merged("ip")},
    "v1.PodTemplate": {
        "metadata": Member("v1.ObjectMeta"),
        "template": Member("v1.PodTemplateSpec"),
    },
    "v1.PodTemplateSpec": {"metadata": Member("v1.ObjectMeta"), "spec": Member("v1.PodSpec")},
    "v1.ReplicationController": {
        "metadata": Member("v1.ObjectMeta"),
        "spec": Member("v1.ReplicationControllerSpec"),
        "status": Member("v1.ReplicationControllerStatus"),
    },
    "v1.ReplicationControllerSpec": {"template": Member("v1.PodTemplateSpec")},
    "v1.ReplicationControllerStatus": {"conditions": _merged("type")},
    "v1.Service": {
        "metadata": Member("v1.ObjectMeta"),
        "spec": Member("v1.ServiceSpec"),
        "status": Member("v1.ServiceStatus"),
    },
    "v1.ServiceAccount": {"metadata": Member("v1.ObjectMeta"), "secrets": _merged("name")},
    "v1.ServiceSpec": {"ports": _merged("port", "protocol")},
    "v1.ServiceStatus": {"conditions": _merged("type")},
    "v1.Volume": {"ephemeral": Member("v1.EphemeralVolumeSource")},
    "v1.PodDisruptionBudget": {
        "metadata": Member("v1.ObjectMeta"),
        "status": Member("v1.PodDisruptionBudgetStatus"),
    },
    "v1.PodDisruptionBudgetStatus": {"conditions": _merged("type")},
    "v1beta1.PodDisruptionBudget": {
        "metadata": Member("v1.ObjectMeta"),
        "status": Member("v1beta1.PodDisruptionBudgetStatus"),
    },
    "v1beta1.PodDisruptionBudgetStatus": {"conditions": _merged("type")},
    "v1.CSINode": {"metadata": Member("v1.ObjectMeta"), "spec": Member("v1.CSINodeSpec")},
    "v1.CSINodeSpec": {"drivers": _merged("name")},
    "v1beta1.CSINode": {"metadata": Member("v1.ObjectMeta"), "spec": Member("v1beta1.CSINodeSpec")},
    "v1beta1.CSINodeSpec": {"drivers": _merged("name")},
    "v1.ObjectMeta": {"finalizers": _SCALARS, "ownerReferences": _merged("uid")},
    "v1.APIService": {"metadata": Member("v1.ObjectMeta"), "status": Member("v1.APIServiceStatus")},
    "v1.APIServiceStatus": {"conditions": _merged("type")},
    "v1beta1.APIService": {
        "metadata": Member("v1.ObjectMeta"),
        "status": Member("v1beta1.APIServiceStatus"),
    },
    "v1beta1.APIServiceStatus": {"conditions": _merged("type")},
}

_TYPES_OF_KINDS = {
    (
        "admissionregistration.k8s.io/v1",
        "MutatingWebhookConfiguration",
    ): "v1.MutatingWebhookConfiguration",
    (
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
    ): "v1.ValidatingWebhookConfiguration",
    (
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfiguration",
    ): "v1beta1.MutatingWebhookConfiguration",
    (
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingWebhookConfiguration",
    ): "v1beta1.ValidatingWebhookConfiguration",
    ("apiregistration.k8s.io/v1", "APIService"): "v1.APIService",
    ("apiregistration.k8s.io/v1beta1", "APIService"): "v1beta1.APIService",
    ("apps/v1", "DaemonSet"): "v1.DaemonSet",
    ("apps/v1", "Deployment"): "v1.Deployment",
    ("apps/v1", "ReplicaSet"): "v1.ReplicaSet",
    ("apps/v1", "StatefulSet"): "v1.StatefulSet",
    ("batch/v1", "CronJob"): "v1.CronJob",
    ("batch/v1", "Job"): "v1.Job",
    ("batch/v1beta1", "CronJob"): "v1beta1.CronJob",
    ("kustomize.config.k8s.io/v1beta1", "Kustomization"): "v1.Kustomization",
    ("policy/v1", "PodDisruptionBudget"): "v1.PodDisruptionBudget",
    ("policy/v1beta1", "PodDisruptionBudget"): "v1beta1.PodDisruptionBudget",
    ("storage.k8s.io/v1", "CSINode"): "v1.CSINode",
    ("storage.k8s.io/v1beta1", "CSINode"): "v1beta1.CSINode",
    ("v1", "ComponentStatus"): "v1.ComponentStatus",
    ("v1", "Namespace"): "v1.Namespace",
    ("v1", "Node"): "v1.Node",
    ("v1", "PersistentVolumeClaim"): "v1.PersistentVolumeClaim",
    ("v1", "Pod"): "v1.Pod",
    ("v1", "PodTemplate"): "v1.PodTemplate",
    ("v1", "ReplicationController"): "v1.ReplicationController",
    ("v1", "Service"): "v1.Service",
    ("v1", "ServiceAccount"): "v1.ServiceAccount",
}

_OBJECTS = frozenset(
    (version, kind)
    for version, kinds in {
        "apiextensions.k8s.io/v1": ("CustomResourceDefinition",),
        "apiextensions.k8s.io/v1beta1": ("CustomResourceDefinition",),
        "apps/v1": ("ControllerRevision",),
        "authentication.k8s.io/v1": (
            "TokenRequest",
            "TokenReview",
        ),
        "authentication.k8s.io/v1beta1": ("TokenReview",),
        "authorization.k8s.io/v1": (
            "LocalSubjectAccessReview",
            "SelfSubjectAccessReview",
            "SelfSubjectRulesReview",
            "SubjectAccessReview",
        ),
        "authorization.k8s.io/v1beta1": (
            "LocalSubjectAccessReview",
            "SelfSubjectAccessReview",
            "SelfSubjectRulesReview",
            "SubjectAccessReview",
        ),
        "autoscaling/v1": (
            "HorizontalPodAutoscaler",
            "Scale",
        ),
        "autoscaling/v2beta1": ("HorizontalPodAutoscaler",),
        "autoscaling/v2beta2": ("HorizontalPodAutoscaler",),
        "certificates.k8s.io/v1": ("CertificateSigningRequest",),
        "certificates.k8s.io/v1beta1": ("CertificateSigningRequest",),
        "coordination.k8s.io/v1": ("Lease",),
        "coordination.k8s.io/v1beta1": ("Lease",),
        "discovery.k8s.io/v1": ("EndpointSlice",),
        "discovery.k8s.io/v1beta1": ("EndpointSlice",),
        "events.k8s.io/v1": ("Event",),
        "events.k8s.io/v1beta1": ("Event",),
        "extensions/v1beta1": ("Ingress",),
        "flowcontrol.apiserver.k8s.io/v1beta1": (
            "FlowSchema",
            "PriorityLevelConfiguration",
        ),
        "networking.k8s.io/v1": (
            "Ingress",
            "IngressClass",
            "NetworkPolicy",
        ),
        "networking.k8s.io/v1beta1": (
            "Ingress",
            "IngressClass",
        ),
        "node.k8s.io/v1": ("RuntimeClass",),
        "node.k8s.io/v1beta1": ("RuntimeClass",),
        "policy/v1beta1": (
            "Eviction",
            "PodSecurityPolicy",
        ),
        "rbac.authorization.k8s.io/v1": (
            "ClusterRole",
            "ClusterRoleBinding",
            "Role",
            "RoleBinding",
        ),
        "rbac.authorization.k8s.io/v1beta1": (
            "ClusterRole",
            "ClusterRoleBinding",
            "Role",
            "RoleBinding",
        ),
        "scheduling.k8s.io/v1": ("PriorityClass",),
        "scheduling.k8s.io/v1beta1": ("PriorityClass",),
        "storage.k8s.io/v1": (
            "CSIDriver",
            "StorageClass",
            "VolumeAttachment",
        ),
        "storage.k8s.io/v1beta1": (
            "CSIDriver",
            "CSIStorageCapacity",
            "StorageClass",
            "VolumeAttachment",
        ),
        "v1": (
            "Binding",
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "PersistentVolume",
            "ResourceQuota",
            "Secret",
        ),
    }.items()
    for kind in kinds
)

_CLUSTER_SCOPED = {
    "admissionregistration.k8s.io/v1": (
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
    ),
    "admissionregistration.k8s.io/v1beta1": (
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
    ),
    "apiextensions.k8s.io/v1": ("CustomResourceDefinition",),
    "apiextensions.k8s.io/v1beta1": ("CustomResourceDefinition",),
    "apiregistration.k8s.io/v1": ("APIService",),
    "apiregistration.k8s.io/v1beta1": ("APIService",),
    "certificates.k8s.io/v1": ("CertificateSigningRequest",),
    "certificates.k8s.io/v1beta1": ("CertificateSigningRequest",),
    "flowcontrol.apiserver.k8s.io/v1beta1": ("FlowSchema", "PriorityLevelConfiguration"),
    "networking.k8s.io/v1": ("IngressClass",),
    "networking.k8s.io/v1beta1": ("IngressClass",),
    "node.k8s.io/v1": ("RuntimeClass",),
    "node.k8s.io/v1beta1": ("RuntimeClass",),
    "policy/v1beta1": ("PodSecurityPolicy",),
    "rbac.authorization.k8s.io/v1": ("ClusterRole", "ClusterRoleBinding"),
    "rbac.authorization.k8s.io/v1beta1": ("ClusterRole", "ClusterRoleBinding"),
    "scheduling.k8s.io/v1": ("PriorityClass",),
    "scheduling.k8s.io/v1beta1": ("PriorityClass",),
    "storage.k8s.io/v1": ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"),
    "storage.k8s.io/v1beta1": ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"),
    "v1": ("ComponentStatus", "Namespace", "Node", "NodeProxyOptions", "PersistentVolume"),
}
