"""What a kustomization does to all of its objects: names, namespaces, labels, images, replicas.

kubernetes-sigs/kustomize@kustomize/v5.7.1: api/internal/builtins, api/filters.
"""

from __future__ import annotations

from collections.abc import Iterable

from cnilint.gitops.built import BuiltNode, Place
from cnilint.gitops.kustomize_fields import (
    LABELS,
    Field,
    Gvk,
    Tables,
    WrongKindError,
    fields_of,
    is_selected,
    merged_fields,
    visit,
)
from cnilint.gitops.kustomize_resources import (
    KustomizeRefusedError,
    Resource,
    Resources,
    scalar_text,
)
from cnilint.gitops.kustomize_selectors import fits, is_plain
from cnilint.start import NamedTuple, dataclass, lazy_pattern

UNNAMED = (
    Gvk(kind="CustomResourceDefinition"),
    Gvk(group="apiregistration.k8s.io", kind="APIService"),
    Gvk(kind="Namespace"),
)
"""What keeps its name under any prefix; PrefixTransformer.go prefixFieldSpecsToSkip."""

Places = tuple[Place, ...]
"""Where a kustomization says it; nowhere if it was added by another tool."""

_BINDINGS = ("RoleBinding", "ClusterRoleBinding")


def set_namespace(resources: Resources, given: BuiltNode, tables: Tables) -> None:
    """Put every object that can be in a namespace into one; RefusedError where two become one.

    api/filters/namespace/namespace.go
    """
    places = given.places[-1:]
    namespace = scalar_text(given)
    for resource in resources:
        resource.remember()
        if not resource.is_cluster_scoped:
            resource.set_namespace(namespace, places)
        if resource.kind in _BINDINGS:
            _set_subjects(resource, namespace, places)
        for field in tables.namespace:
            if _is_namespace_field(field, resource, namespace):
                _change(resource, field, _Value(namespace, places), "")
                resource.synchronise()
    resources.changed()
    repeated = resources.repeated()
    if repeated is not None:
        raise KustomizeRefusedError(str(repeated.identity))


def _is_namespace_field(field: Field, resource: Resource, namespace: str) -> bool:
    if not is_selected(field, resource.gvk) or field.path == ("metadata", "namespace"):
        return False
    if resource.kind in _BINDINGS and field.path == ("subjects", "namespace"):
        return False
    if field.path == ("metadata", "name"):
        return resource.api_version == "v1" and resource.name != namespace
    return True


def _set_subjects(resource: Resource, namespace: str, places: Places) -> None:
    found = resource.tree("subjects")
    if found is None:
        return
    subjects = resource.root.get("subjects")
    listed = subjects.value if subjects is not None else None
    for subject in listed if isinstance(listed, list) else ():
        if isinstance(subject.value, dict) and subject.text("name") == "default":
            old = subject.value.get("namespace")
            subject.value["namespace"] = _over(namespace, old, places)


@dataclass(frozen=True, slots=True)
class _Value:
    """Writes a text into a scalar."""

    text: str
    places: Places
    is_number: bool = False

    def __call__(self, node: BuiltNode) -> None:
        if isinstance(node.value, dict | list):
            raise WrongKindError
        _write(node, int(self.text) if self.is_number else self.text, self.places)


@dataclass(frozen=True, slots=True)
class _Entry:
    """Writes a text into a member of a mapping."""

    key: str
    text: str
    places: Places

    def __call__(self, node: BuiltNode) -> None:
        if node.value is None:
            node.value, node.written = {}, ""
        if not isinstance(node.value, dict):
            raise WrongKindError
        node.value[self.key] = _over(self.text, node.value.get(self.key), self.places)


@dataclass(frozen=True, slots=True)
class _Joined:
    """Puts a text before and behind a scalar."""

    before: str
    behind: str
    places: Places

    def __call__(self, node: BuiltNode) -> None:
        if isinstance(node.value, dict | list):
            raise WrongKindError
        _write(node, f"{self.before}{scalar_text(node)}{self.behind}", self.places)


def _write(node: BuiltNode, value: str | int, places: Places) -> None:
    node.value, node.written, node.doubt = value, "", ""
    node.places = (*node.places, *places)


def _over(text: str, old: BuiltNode | None, places: Places) -> BuiltNode:
    return BuiltNode(text, (*(old.places if old is not None else ()), *places))


def _change(
    resource: Resource,
    field: Field,
    setter: _Value | _Entry | _Joined,
    made: str | int | dict[str, BuiltNode],
) -> None:
    """Change what a field of an object leads to, if the object has it or is to get it."""
    if not field.create and not _reaches(resource, field):
        return
    try:
        visit(resource.root, field, setter, made)
    except WrongKindError:
        raise KustomizeRefusedError("/".join(field.path), resource.place) from None


def _reaches(resource: Resource, field: Field) -> bool:
    """Whether an object has the first members of a field's path: most have not."""
    return resource.tree(field.path[0].removesuffix("[]")) is not None


def add_affix(
    resources: Resources, given: BuiltNode, fields: Iterable[Field], *, suffix: bool
) -> None:
    """Put a text before or behind the name of every object that may have another one."""
    text, places = scalar_text(given), given.places[-1:]
    fields = tuple(fields)
    for resource in resources:
        original = resource.original.gvk
        if any(original.fits(one) for one in UNNAMED):
            continue
        for field in fields:
            if not original.fits(field.gvk):
                continue
            if field.path == ("metadata", "name"):
                (resource.suffixes if suffix else resource.prefixes).append(text)
                resource.remember()
            if is_selected(field, resource.gvk):
                setter = _Joined("" if suffix else text, text if suffix else "", places)
                _change(resource, field, setter, "")
        resource.synchronise()
    resources.changed()


def set_texts(resources: Resources, texts: BuiltNode, fields: Iterable[Field]) -> None:
    """Write labels or annotations into some fields of every object."""
    given = texts.value if isinstance(texts.value, dict) else {}
    fields = tuple(fields)
    for key, value in sorted(given.items()):
        setter = _Entry(key, scalar_text(value), value.places[-1:])
        for resource in resources:
            for field in fields:
                if is_selected(field, resource.gvk):
                    _change(resource, field, setter, {})


def label_fields(label: BuiltNode, tables: Tables) -> tuple[Field, ...]:
    """Return where an item of `labels` writes; FieldConflictError where its fields contradict."""
    fields = merged_fields(fields_of(label.get("fields")), tables.labels)
    if _is_true(label, "includeSelectors"):
        return merged_fields(fields, tables.common_labels)
    if _is_true(label, "includeTemplates"):
        fields = merged_fields(fields, tables.template_labels)
    return merged_fields(fields, (LABELS,))


def _is_true(node: BuiltNode, member: str) -> bool:
    found = node.get(member)
    return found is not None and found.value is True


def set_replicas(resources: Resources, given: BuiltNode, fields: Iterable[Field]) -> None:
    """Set the number of replicas of the objects of a name; RefusedError if there is none."""
    name, count = given.text("name"), given.get("count")
    number = count.value if count is not None else 0
    if isinstance(number, bool) or not isinstance(number, int):
        raise KustomizeRefusedError("count")
    places = (count if count is not None else given).places[-1:]
    found = False
    for field in fields:
        for resource in resources:
            had = (resource.identity, *resource.previous)
            if any(one.name == name and one.gvk.fits(field.gvk) for one in had):
                found = True
                if is_selected(field, resource.gvk):
                    _change(resource, field, _Value(str(number), places, is_number=True), 0)
    if not found:
        raise KustomizeRefusedError(name)


class ImageChange(NamedTuple):
    """An item of `images`: the name that it is about, and what is put in place of its parts."""

    name: str
    new_name: str
    new_tag: str
    tag_suffix: str
    digest: str
    places: tuple[Place, ...]

    @classmethod
    def of(cls, node: BuiltNode) -> ImageChange:
        """Return what an item says."""
        keys = ("newName", "newTag", "tagSuffix", "digest")
        places = tuple(
            place
            for key in keys
            if (found := node.get(key)) is not None and scalar_text(found)
            for place in found.places[-1:]
        )
        name, new_name, tag, suffix, digest = (
            scalar_text(node.get(key)) for key in ("name", *keys)
        )
        return cls(name, new_name, tag, suffix, digest, places)

    def renewed(self, image: str) -> str:
        """Return another image's reference with these parts; updater.go SetImageValue."""
        name, tag, digest = parts_of(image)
        name = self.new_name or name
        if self.new_tag:
            tag, digest = self.new_tag, self.digest
        elif self.digest:
            tag, digest = "", self.digest
        elif self.tag_suffix:
            tag, digest = f"{tag}{self.tag_suffix}", ""
        return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def parts_of(image: str) -> tuple[str, str, str]:
    """Return an image's name, tag and digest; api/internal/image/image.go Split."""
    slash = max(image.find("/"), 0)
    at, colon = image.find("@", slash), image.find(":", slash)
    if at == -1 and colon == -1:
        return image, "", ""
    if at != -1 and (at < colon or colon == -1):
        return image[:at], "", image[at + 1 :]
    if at == -1:
        return image[:colon], image[colon + 1 :], ""
    return image[:colon], image[colon + 1 : at], image[at + 1 :]


_REST = r"(?::[a-zA-Z0-9_.{}-]*)?(?:@sha256:[a-zA-Z0-9_.{}-]*)?"
_TAG_AND_DIGEST = lazy_pattern(_REST)


def is_of_name(image: str, name: str) -> bool:
    """Whether a reference is to an image of a name, whatever its tag and digest.

    The name is a pattern, though hardly anybody knows: api/internal/image/image.go IsImageMatched.
    """
    if is_plain(name) and (image.startswith(name) or "." not in name):
        starts = image.startswith(name)
        return starts and _TAG_AND_DIGEST.fullmatch(image, len(name)) is not None
    return fits(f"{name}{_REST}", image)


def set_image(resources: Resources, image: ImageChange, fields: Iterable[Field]) -> None:
    """Put an image's parts in place of those of every container that runs it.

    A container is what stands in a list of `containers` or `initContainers`, wherever that is;
    api/filters/imagetag.
    """
    fields = tuple(field._replace(create=False) for field in fields)
    renew = _Renewal(image)
    for resource in resources:
        if resource.kind == "CustomResourceDefinition" or not resource.may_hold(image.name):
            continue
        try:
            _renew_containers(resource.root, renew)
            for field in fields:
                if is_selected(field, resource.gvk):
                    visit(resource.root, field, renew, None)
        except WrongKindError:
            raise KustomizeRefusedError("image", resource.place) from None


@dataclass(frozen=True, slots=True)
class _Renewal:
    """Puts an image's parts in place of those of a reference to it."""

    image: ImageChange

    def __call__(self, node: BuiltNode) -> None:
        if isinstance(node.value, dict | list):
            raise WrongKindError
        text = scalar_text(node)
        if is_of_name(text, self.image.name):
            node.value, node.written = self.image.renewed(text), ""
            node.places = (*node.places, *self.image.places)


def _renew_containers(node: BuiltNode, renew: _Renewal) -> None:
    if isinstance(node.value, list):
        for item in node.value:
            _renew_containers(item, renew)
        return
    for key, one in node.value.items() if isinstance(node.value, dict) else ():
        _renew_containers(one, renew)
        if key in ("containers", "initContainers") and isinstance(one.value, list):
            for container in one.value:
                image = container.get("image")
                if image is not None:
                    renew(image)
