"""Patches of a kustomization: which objects each is for, and what it makes of them.

kubernetes-sigs/kustomize@kustomize/v5.7.1: api/internal/builtins/PatchTransformer.go,
PatchStrategicMergeTransformer.go, PatchJson6902Transformer.go, api/resmap/reswrangler.go
ApplySmPatch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnilint.gitops.built import BuiltNode
from cnilint.gitops.kustomize_fields import Gvk
from cnilint.gitops.kustomize_json_patch import patched
from cnilint.gitops.kustomize_merge import merge
from cnilint.gitops.kustomize_resources import (
    NO_NAMESPACE,
    Identity,
    KustomizeRefusedError,
    Resource,
    Resources,
    mapping_member,
    place_of,
    scalar_text,
)
from cnilint.gitops.kustomize_schema import is_cluster_scoped
from cnilint.gitops.kustomize_selectors import Selector
from cnilint.start import NamedTuple


class NoTargetError(KustomizeRefusedError):
    """A patch for an object that is not there."""


class PatchOptions(NamedTuple):
    """What a patch may change of an object's identity."""

    name: bool = False
    kind: bool = False


def options_of(entry: BuiltNode) -> PatchOptions:
    """Return the options of an item of `patches`."""
    name, kind = entry.get("options", "allowNameChange"), entry.get("options", "allowKindChange")
    return PatchOptions(
        name is not None and name.value is True, kind is not None and kind.value is True
    )


def apply(
    resources: Resources,
    patches: Sequence[BuiltNode],
    target: Selector | None,
    options: PatchOptions,
) -> None:
    """Apply the documents of one patch: operations of JSON patches, or pieces of objects.

    RefusedError where Kustomize would refuse it, NoTargetError if that is for want of an object.
    """
    if not patches:
        raise KustomizeRefusedError("patch")
    if isinstance(patches[0].value, list):
        if target is None:
            raise KustomizeRefusedError("target", place_of(patches[0]))
        operate(resources, patches[0].value, target)
        return
    for patch in patches:
        _check(patch)
    if target is None:
        for patch in patches:
            _merge_all(resources, [_target(resources, patch)], patch, options)
    elif len(patches) > 1:
        raise KustomizeRefusedError("target", place_of(patches[1]))
    else:
        # that a target means nothing is no mistake for Kustomize
        chosen = [one for one in resources if target.selects(one)]
        _merge_all(resources, chosen, _with_texts(patches[0]), options)


def operate(
    resources: Resources,
    operations: Sequence[BuiltNode],
    target: Selector,
    *,
    remember: bool = True,
) -> None:
    """Apply the operations of a JSON patch to every object that a target means."""
    for operation in operations:
        if not isinstance(operation.value, dict):
            raise KustomizeRefusedError("operation", place_of(operation))
    for resource in [one for one in resources if target.selects(one)]:
        if remember:
            resource.remember()
        resource.become(patched(resource.root, operations))
        if not (resource.kind and resource.name):
            raise KustomizeRefusedError("kind, metadata.name", place_of(operations[0]))
    resources.changed()


def merge_named(resources: Resources, patches: Iterable[BuiltNode]) -> None:
    """Apply pieces of objects to those that they name."""
    for patch in patches:
        _check(patch)
        _merge_all(resources, [_target(resources, patch)], _with_texts(patch), PatchOptions())


def is_object(node: BuiltNode) -> bool:
    """Whether a document can be a piece of an object: it says what it is a piece of."""
    return bool(scalar_text(node.get("kind")) and scalar_text(node.get("metadata", "name")))


def _check(patch: BuiltNode) -> None:
    if not is_object(patch):
        raise KustomizeRefusedError("kind, metadata.name", place_of(patch))


def _target(resources: Resources, patch: BuiltNode) -> Resource:
    version, kind = scalar_text(patch.get("apiVersion")), scalar_text(patch.get("kind"))
    namespace = scalar_text(patch.get("metadata", "namespace")) or "default"
    if is_cluster_scoped(version, kind):
        namespace = NO_NAMESPACE
    name = scalar_text(patch.get("metadata", "name"))
    identity = Identity(Gvk.of(version, kind), name, namespace)
    found = resources.with_identity(identity)
    if not found:
        raise NoTargetError(str(identity), place_of(patch))
    if len(found) > 1:
        raise KustomizeRefusedError(str(identity), place_of(patch))
    return found[0]


def _merge_all(
    resources: Resources, chosen: Sequence[Resource], patch: BuiltNode, options: PatchOptions
) -> None:
    for resource in chosen:
        if options.name or options.kind:
            resource.remember()
        merged = _merged(resource, patch.copy(), options)
        if merged is None or not merged.value:
            resources.replace_all(one for one in resources if one is not resource)
        else:
            resource.become(merged)
    _settle(resources)


def _merged(resource: Resource, patch: BuiltNode, options: PatchOptions) -> BuiltNode | None:
    """Return an object merged with a patch, what it is called kept as it is."""
    root = resource.root
    kept = {name: root.get(name) for name in ("apiVersion", "kind")}
    names = {name: root.get("metadata", name) for name in ("name", "namespace")}
    if options.kind:
        del kept["kind"]
    if options.name:
        del names["name"]
    if isinstance(patch.value, dict) and kept["apiVersion"] is not None:
        # so that what a list is merged by does not depend on the kind that the patch says
        patch.value["apiVersion"] = kept["apiVersion"]
    merged = merge(root, patch)
    if merged is None or not merged.value:
        return None
    if merged.value is not root.value:
        return root  # to replace the object as a whole has no effect on it
    assert isinstance(root.value, dict)  # noqa: S101 - an object is a mapping
    _restore(root.value, kept)
    _restore(mapping_member(root, "metadata"), names)
    return root


def _restore(members: dict[str, BuiltNode], kept: dict[str, BuiltNode | None]) -> None:
    for name, node in kept.items():
        if node is not None:
            members[name] = node
        else:
            members.pop(name, None)


def _with_texts(patch: BuiltNode) -> BuiltNode:
    """Return a patch with its labels and annotations as texts, a null among them too.

    That is what becomes of them where a patch may have several targets; api/resource/resource.go
    CopyMergeMetaDataFieldsFrom.
    """
    patch = patch.copy()
    metadata = mapping_member(patch, "metadata")
    for member in ("labels", "annotations"):
        found = metadata.get(member)
        if found is None or not isinstance(found.value, dict):
            continue
        for node in found.value.values():
            if not isinstance(node.value, dict | list):
                node.value, node.written = scalar_text(node), ""
        if not found.value:
            del metadata[member]
    return patch


def _settle(resources: Resources) -> None:
    resources.changed()
    repeated = resources.repeated()
    if repeated is not None:
        raise KustomizeRefusedError(str(repeated.identity), repeated.place)
