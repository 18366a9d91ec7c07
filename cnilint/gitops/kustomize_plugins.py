"""Generators and transformers of Kustomize's own that an object asks for.

Beside the members of a kustomization, its `generators` and `transformers` may name objects of the
API version `builtin`, which say in which fields they work as well. Any other object there stands
for a program (kubernetes-sigs/kustomize@kustomize/v5.7.1:api/internal/plugins/builtinhelpers).
"""

from __future__ import annotations

from collections.abc import Callable

from cnilint.gitops import kustomize_transformers as transformers
from cnilint.gitops.built import BuiltNode
from cnilint.gitops.kustomize_fields import Field, Tables, fields_of
from cnilint.gitops.kustomize_resources import Resource, items_of, scalar_text
from cnilint.gitops.kustomize_state import Accumulator, BuildLevel
from cnilint.gitops.kustomize_steps import Steps

API_VERSION = "builtin"


def run(steps: Steps, level: BuildLevel, said: Resource, found: Accumulator) -> bool:
    """Do what an object asks for; return whether it is known what that is.

    RefusedError if Kustomize refuses to.
    """
    step = _STEPS.get(said.kind) if said.api_version == API_VERSION else None
    return step is not None and step(steps, level, said.root, found)


def _fields(root: BuiltNode) -> tuple[Field, ...]:
    return tuple(fields_of(root.get("fieldSpecs")))


def _config_map(steps: Steps, level: BuildLevel, root: BuiltNode, found: Accumulator) -> bool:
    steps.generate(level, "ConfigMap", _entry(root), found)
    return True


def _secret(steps: Steps, level: BuildLevel, root: BuiltNode, found: Accumulator) -> bool:
    steps.generate(level, "Secret", _entry(root), found)
    return True


def _entry(root: BuiltNode) -> BuiltNode:
    """Return the entry of a generator that an object is, named like the object."""
    members = dict(root.value) if isinstance(root.value, dict) else {}
    for name in ("name", "namespace"):
        given = root.get("metadata", name)
        if given is not None:
            members.setdefault(name, given)
    return BuiltNode(members, root.places)


def _namespace(_steps: Steps, _level: BuildLevel, root: BuiltNode, found: Accumulator) -> bool:
    unset, subjects = root.get("unsetOnly"), root.text("setRoleBindingSubjects")
    if (unset is not None and unset.value is True) or subjects not in ("", "defaultOnly"):
        return False
    namespace = root.get("metadata", "namespace")
    if namespace is not None and scalar_text(namespace):
        tables = Tables(namespace=_fields(root))
        transformers.set_namespace(found.resources, namespace, tables)
    return True


def _affixes(_steps: Steps, _level: BuildLevel, root: BuiltNode, found: Accumulator) -> bool:
    for member in ("prefix", "suffix"):
        affix = root.get(member)
        if affix is not None and scalar_text(affix):
            suffix = member == "suffix"
            transformers.add_affix(found.resources, affix, _fields(root), suffix=suffix)
    return True


def _texts(_steps: Steps, _level: BuildLevel, root: BuiltNode, found: Accumulator) -> bool:
    for member in ("labels", "annotations"):
        texts = root.get(member)
        if texts is not None:
            transformers.set_texts(found.resources, texts, _fields(root))
    return True


def _patch(steps: Steps, level: BuildLevel, root: BuiltNode, found: Accumulator) -> bool:
    steps.patch(level, root, found, is_old=False)
    return True


def _pieces(steps: Steps, level: BuildLevel, root: BuiltNode, found: Accumulator) -> bool:
    for node in (*items_of(root.get("paths")), root.get("patches")):
        if node is not None:
            steps.old_patch(level, node, found)
    return True


def _operations(steps: Steps, level: BuildLevel, root: BuiltNode, found: Accumulator) -> bool:
    said = {"patch": root.get("jsonOp"), "path": root.get("path"), "target": root.get("target")}
    members = {name: node for name, node in said.items() if node is not None}
    steps.patch(level, BuiltNode(members, root.places), found, is_old=True)
    return True


def _image(_steps: Steps, _level: BuildLevel, root: BuiltNode, found: Accumulator) -> bool:
    image = transformers.ImageChange.of(root.get("imageTag") or BuiltNode({}))
    transformers.set_image(found.resources, image, _fields(root))
    return True


def _count(_steps: Steps, _level: BuildLevel, root: BuiltNode, found: Accumulator) -> bool:
    replica = root.get("replica") or BuiltNode({}, root.places)
    transformers.set_replicas(found.resources, replica, _fields(root))
    return True


def _replacements(steps: Steps, level: BuildLevel, root: BuiltNode, found: Accumulator) -> bool:
    for entry in items_of(root.get("replacements")):
        steps.replacement(level, entry, found)
    return True


_STEPS: dict[str, Callable[[Steps, BuildLevel, BuiltNode, Accumulator], bool]] = {
    "ConfigMapGenerator": _config_map,
    "SecretGenerator": _secret,
    "NamespaceTransformer": _namespace,
    "PrefixTransformer": _affixes,
    "SuffixTransformer": _affixes,
    "PrefixSuffixTransformer": _affixes,
    "LabelTransformer": _texts,
    "AnnotationsTransformer": _texts,
    "PatchTransformer": _patch,
    "PatchStrategicMergeTransformer": _pieces,
    "PatchJson6902Transformer": _operations,
    "ImageTagTransformer": _image,
    "ReplicaCountTransformer": _count,
    "ReplacementTransformer": _replacements,
}
